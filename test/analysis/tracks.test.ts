import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { insideQuotes } from '../../src/analysis/quotes';
import { bracketDepth, columns, columnTracks, insideWords, textTracks } from '../../src/analysis/tracks';
import { english } from '../../src/core/said';

/** # where inside, . where not: one mark a character. */
const picture = (inside: ArrayLike<number>) => Array.from(inside, v => v ? '#' : '.').join('');

describe('quotes', () => {
  const table: readonly (readonly [string, string])[] = [
    [`a "b c" d`,
     `..####...`],
    [`x = 'a' + "b'c" + d`,
     `....##....####.....`],
    [`don't say "it's" or 'don't'`, // apostrophes inside words, in quotes and out
     `..........#####.....######.`],
    [`the dogs' bowl 'here' ok`,
     `...............#####....`],
    [`'tis late\nand 'so' on`, // opens nothing: the next mark opens too
     `..............###....`],
    [`f'x' rb"y" of'z'`, // f and rb are prefixes, of is a word
     `.##....##.......`],
    [`'a\\'b' "\\"" c`, // escaped marks
     `#####..###...`],
    [`"""a "b" c""" d '' e`,
     `############....#...`],
    [`"open and\n\nnever closed`, // not beyond the paragraph
     `.......................`],
    [`"two\nlines" x`,
     `##########...`],
    [`“a ‘b’ c” ‘don’t’ «d»`,
     `########..######..##.`],
    [`5" and 6" pipes`,
     `...............`],
    [`"""docstring cut by the end`,
     `###########################`],
  ];
  for (const [text, expected] of table) it(JSON.stringify(text), () => assert.equal(picture(insideQuotes(text)), expected));

  it('is 0 or 1 for every character of any text, and quick on many marks', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom("'", '"', '`', '“', '”', 'a', ' ', '\n', '\\', '’', '‘'), { maxLength: 60 }), chars => {
      assert.equal(insideQuotes(chars.join('')).length, chars.join('').length);
    }), { seed: 4 });
    const start = performance.now();
    insideQuotes(' ‘a'.repeat(10000));
    assert.ok(performance.now() - start < 3000);
  });
});

describe('tracks', () => {
  it('bracket depth, after each character; brackets without partner do not count', () => {
    assert.deepEqual([...bracketDepth('a(b[c]d)e')], [0, 1, 1, 2, 2, 1, 1, 0, 0]);
    assert.deepEqual([...bracketDepth(':( x) 1) {a')], [0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
    assert.deepEqual([...bracketDepth('([)]')], [1, 1, 0, 0]);
  });
  it('column counts from the last line break', () => {
    assert.deepEqual([...columns('ab\n\nc')], [1, 2, 0, 0, 1]);
  });
  it('in a word, apostrophes inside it too', () => {
    assert.equal(picture(insideWords("it's a_1 'é' x'")), '####.###..#..#.');
  });
  it('gives only tracks that vary, one number a step', () => {
    assert.deepEqual(textTracks([...'abc']).map(t => t.name), ['column']);
    assert.deepEqual(textTracks([...'f("a b")\nc']).map(t => t.name), ['in quotes', 'bracket depth', 'column', 'in a word']);
    assert.deepEqual(textTracks([]), []);
    for (const { values } of textTracks([...'f("a b")\nc'])) assert.equal(values.length, 10);
  });
  it('takes pieces of several characters by their last, and ↵ as a line break', () => {
    const [depth, column] = textTracks(['f(', 'x', '', ')', '↵', 'yz']).filter(t => t.name === 'bracket depth' || t.name === 'column');
    assert.deepEqual([...depth!.values], [1, 1, 1, 0, 0, 0]);
    assert.deepEqual([...column!.values], [2, 3, 3, 4, 0, 2]);
  });
  it('columns of a series by name or number, without constant ones', () => {
    const tracks = columnTracks(Float32Array.of(1, 5, 2, 2, 5, 3), 2, 3, ['ozone', 'flat']);
    assert.deepEqual(tracks.map(t => [t.name, english(t.phrase), ...t.values]), [['ozone', 'with ozone', 1, 2], ['input 2', 'with input 2', 2, 3]]);
  });
});
