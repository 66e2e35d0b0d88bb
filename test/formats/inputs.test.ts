import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { wholeOf } from '../../src/core/rows';
import type { Sequence } from '../../src/core/sequence';
import { FormatError } from '../../src/formats/format';
import { encode, memory, openSequence, parseVocabulary, probeSequence, vocabularyOf, type SequenceOptions } from '../../src/formats/index';
import { readdirSync } from 'node:fs';
import { fixture } from './helpers';

const npy = (name: string, options: SequenceOptions = {}): Promise<Sequence> => openSequence(memory(name, fixture(name)), options);
const textFile = (name: string, content: string, options: SequenceOptions = {}): Promise<Sequence> => openSequence(memory(name, new TextEncoder().encode(content)), options);
const refused = (read: Promise<unknown>, message: RegExp): Promise<void> => assert.rejects(read, (e: unknown) => e instanceof FormatError && (assert.match(e.message, message), true));

const count12 = Array.from({ length: 12 }, (_, k) => k);

describe('.npy inputs', () => {
  const whole = readdirSync('test/fixtures/formats').filter(f => /^array_(big_)?[fiub]\d|^array_(fortran|v\d|3d_time_first|3d_batch_first)/.test(f));
  for (const name of whole) {
    it(`${name}: 4 steps of 3`, async () => {
      const s = await npy(name);
      assert.deepEqual([s.steps, s.width, s.axis], [4, 3, 'steps']);
      assert.deepEqual(Array.from(wholeOf(s)), name === 'array_b1.npy' ? count12.map(v => Math.min(v, 1)) : count12);
      assert.equal(await probeSequence(memory(name, fixture(name))), 3);
    });
  }
  it('all types are among them', () => assert.equal(whole.length, 20));

  it('one axis is one feature; NaN and infinity are kept and said', async () => {
    const s = await npy('array_1d.npy');
    assert.deepEqual([s.steps, s.width, Array.from(wholeOf(s))], [4, 1, [1.5, NaN, -2, Infinity]]);
    assert.deepEqual(s.notes, ['2 values are NaN or infinite, the first (NaN) at step 1, column 0.']);
  });

  it('a batch is as many sequences as its first axis says, or its second where that is said', async () => {
    const first = await npy('array_3d_batch.npy');
    assert.deepEqual([first.among?.at, first.among?.pieces], [0, [{ name: '0', steps: 4 }, { name: '1', steps: 4 }]]);
    assert.deepEqual(Array.from(wholeOf(first)), count12);
    const second = await npy('array_3d_batch.npy', { sequence: 1 });
    assert.deepEqual(Array.from(wholeOf(second)), count12.map(v => v + 100));
    assert.match(second.description, /sequence 1 of 2, 4 steps of 3/);
    const across = await npy('array_3d_batch.npy', { sequence: 2, batchAxis: 1 });
    assert.deepEqual([across.steps, across.among?.pieces.length, Array.from(wholeOf(across))], [2, 4, [...count12.slice(6, 9), ...count12.slice(6, 9).map(v => v + 100)]]);
    await refused(npy('array_3d_batch.npy', { sequence: 2 }), /sequence 2 was asked for, but .* has 2/);
  });

  it('refuses what would be executed, and what is no plain array of numbers', async () => {
    await refused(npy('array_object.npy'), /Python objects/);
    await refused(npy('array_records.npy'), /named fields/);
    await refused(npy('array_complex.npy'), /c8/);
    await refused(npy('array_empty.npy'), /\[0, 3\] is empty/);
  });

  it('checks a huge shape before it allocates', async () => {
    const bytes = fixture('array_f4.npy').slice();
    bytes.set(new TextEncoder().encode("'shape': (400000000, 3), }"), new TextDecoder('latin1').decode(bytes).indexOf("'shape'"));
    await refused(openSequence(memory('x.npy', bytes)), /too large|truncated/);
  });
});

describe('tables as inputs', () => {
  const tables: readonly (readonly [string, string, Partial<Sequence> & { numbers: number[] }])[] = [
    ['comma and header', 'a,b\n1,2\n3,4\n', { columns: ['a', 'b'], numbers: [1, 2, 3, 4], axis: 'steps' }],
    ['no header', '1,2\n3,4', { columns: ['0', '1'], numbers: [1, 2, 3, 4] }],
    ['semicolon, decimal comma, thousands', 'a;b\n1,5;2\n1.003,25;-4,5\n', { numbers: [1.5, 2, 1003.25, -4.5] }],
    ['tab', 'a\tb\n1\t2\n3\t4\n', { numbers: [1, 2, 3, 4] }],
    ['pipe', 'a|b\n1|2\n3|4\n', { numbers: [1, 2, 3, 4] }],
    ['one column', 'temp\n1.5\n2\n', { columns: ['temp'], numbers: [1.5, 2] }],
    ['dates become labels', 'when,temp\n2020-01-01,3\n2020-01-02,4\n', { columns: ['temp'], numbers: [3, 4], labels: ['2020-01-01', '2020-01-02'], axis: 'time' }],
    ['dates in words', 'symbol,date,price\nMSFT,Jan 1 2000,39.81\nMSFT,Feb 1 2000,36.35\n', { columns: ['price'], numbers: [Math.fround(39.81), Math.fround(36.35)], labels: ['Jan 1 2000', 'Feb 1 2000'], notes: ['Columns left out, which hold no measured numbers: symbol.'] }],
    ['a column of years that only rise is a label', 'Year,temp\n1880,1\n1881,2\n', { columns: ['temp'], numbers: [1, 2], labels: ['1880', '1881'], axis: 'time', notes: [] }],
    ['a column of years that repeat is data', 'Year,temp\n1880,1\n1880,2\n', { columns: ['Year', 'temp'], numbers: [1880, 1, 1880, 2] }],
    ['quotes with delimiters, quotes and line ends', '"a, ""b""",c\n"1","2"\r\n3,4\r\n', { columns: ['a, "b"', 'c'], numbers: [1, 2, 3, 4] }],
    ['byte order mark, blank lines, comments', '\uFEFF# made by hand\n\na,b\n1,2\n\n3,4\n', { columns: ['a', 'b'], numbers: [1, 2, 3, 4] }],
    ['pandas\' row numbers', ',a\n0,5\n1,6\n2,7\n', { columns: ['a'], numbers: [5, 6, 7], notes: ['Columns left out, which hold no measured numbers: row numbers.'] }],
    ['missing values', 'a,b\n1,NA\n,3\n5\n', { numbers: [1, NaN, NaN, 3, 5, NaN], notes: ['Column b: 2 values are missing, the first at step 0; shown as NaN.', 'Column a: 1 value is missing, the first at step 1; shown as NaN.'] }],
    ['cells that are no numbers', 'a\n1\n2\noops\n4\n', { numbers: [1, 2, NaN, 4], notes: ['Column a: 1 value is no number (such as "oops"), the first at step 2; shown as NaN.'] }],
    ['exponents and infinities', 'a,b\n1e3,-inf\n-.5,Infinity\n', { numbers: [1000, -Infinity, -0.5, Infinity] }],
    ['rows that are too long', 'a,b\n1,2\n5,6,7\n3,4\n', { columns: ['a', 'b'], numbers: [1, 2, 5, 6, 3, 4], notes: ['1 row has more cells than columns; what is beyond is left out.'] }],
    ['quotes inside a cell are its own, doubled ones stand for one', 'a,b\n5" pipe,1\n"say ""hi""" ,2\n', { columns: ['b'], numbers: [1, 2] }],
    ['columns called __proto__ and constructor', '__proto__,constructor\n1,2\n', { columns: ['__proto__', 'constructor'], numbers: [1, 2] }],
  ];
  for (const [name, content, { numbers, ...expected }] of tables) {
    it(name, async () => {
      const s = await textFile('t.csv', content);
      assert.deepEqual(Array.from(wholeOf(s)), numbers);
      for (const [key, value] of Object.entries(expected)) assert.deepEqual(s[key as keyof Sequence], value, key);
    });
  }

  it('takes chosen columns, by name or number, in the order asked for', async () => {
    const s = await textFile('t.csv', 'a,b,c\n1,2,3\n4,5,6\n', { columns: ['c', 0] });
    assert.deepEqual([s.columns, Array.from(wholeOf(s))], [['c', 'a'], [3, 1, 6, 4]]);
    assert.deepEqual(Array.from(wholeOf(await textFile('t.csv', 'year,b\n1,2\n3,4\n', { columns: ['year'] }))), [1, 3]);
    await refused(textFile('t.csv', 'a,b\n1,2\n', { columns: ['z'] }), /no column z. Columns: a, b/);
    await refused(textFile('t.csv', 'a,b\n1,x\n', { columns: ['b'] }), /b holds no numbers/);
  });

  it('refuses tables without rows or numbers', async () => {
    await refused(textFile('t.csv', 'a,b\n'), /no rows|no column holds numbers/);
    await refused(textFile('t.csv', 'a\nx\ny\n'), /no column holds numbers/);
    await refused(textFile('t.csv', ''), /empty/);
    await refused(textFile('t.csv', '\n\n'), /no rows/);
  });

  it('reads large tables in pieces, with cells and characters cut between them', async () => {
    const rows = 150_000;
    const content = 'näme,b\n' + Array.from({ length: rows }, (_, k) => `"é${k % 7}",${k}`).join('\n');
    const bytes = memory('t.csv', new TextEncoder().encode(content));
    let largest = 0;
    const s = await openSequence({ ...bytes, read: (o, l) => { largest = Math.max(largest, l); return bytes.read(o, l); } });
    assert.ok(bytes.size > 1_200_000 && largest <= 1 << 20);
    assert.deepEqual([s.steps, s.width, wholeOf(s)[rows - 1]], [rows, 1, rows - 1]);
    assert.ok(wholeOf(s).every((v, k) => v === k));
  });

  it('does not let short rows under a wide header take much memory', async () => {
    const wide = Array.from({ length: 5000 }, (_, k) => `c${k}`).join(',') + '\n' + Array.from({ length: 5000 }, () => 1).join(',') + '\n';
    await refused(textFile('t.csv', wide + '1\n'.repeat(100_000)), /shorter than the header/);
  });
});

describe('texts as inputs', () => {
  const abc = parseVocabulary('["a", "b", "\\n"]');

  it('are one-hot by character, and what the vocabulary misses is said and all zero', async () => {
    const s = await textFile('t.txt', 'ab😀\na?', { vocabulary: abc });
    assert.deepEqual([s.steps, s.width, s.axis, s.labels], [6, 3, 'characters', ['a', 'b', '😀', '\n', 'a', '?']]);
    assert.deepEqual(Array.from(s.ids!), [0, 1, -1, 2, 0, -1]);
    assert.deepEqual(Array.from(wholeOf(s)), [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
    assert.deepEqual(s.notes, ['vocabulary misses "😀" (1×), "?" (1×): 2 of 6 steps are given as all-zero rows.']);
  });

  it('go through an embedding', async () => {
    const encoding = { kind: 'embedding', size: 3, width: 2, table: Float32Array.of(1, 2, 3, 4, 5, 6) } as const;
    assert.deepEqual(Array.from(wholeOf(await textFile('t.txt', 'ba', { vocabulary: abc, encoding }))), [3, 4, 1, 2]);
    assert.deepEqual(Array.from(encode(Int32Array.of(2, -1, 7), encoding)), [5, 6, 0, 0, 0, 0]);
    await refused(textFile('t.txt', 'ba', { vocabulary: abc, encoding: { ...encoding, size: 2, table: new Float32Array(4) } }), /2 rows, but the vocabulary/);
    assert.throws(() => encode(Int32Array.of(0), { ...encoding, table: new Float32Array(5) }), FormatError);
  });

  it('have their own characters as vocabulary where none is given, which is said', async () => {
    const s = await textFile('t.txt', 'banana');
    assert.deepEqual([Array.from(s.ids!), s.width], [[1, 0, 2, 0, 2, 0], 3]);
    assert.match(s.notes.join(), /own characters/);
    assert.deepEqual([...vocabularyOf('ba').index], [['a', 0], ['b', 1]]);
  });

  it('read \\r\\n as \\n where the vocabulary knows only that', async () => {
    const s = await textFile('t.txt', 'a\r\nb', { vocabulary: abc });
    assert.deepEqual(Array.from(s.ids!), [0, 2, 1]);
  });

  it('split into words where the vocabulary holds words', async () => {
    const s = await textFile('t.txt', 'the  cat\nsat', { vocabulary: parseVocabulary('{"the": 1, "cat": 2, "a": 0}') });
    assert.deepEqual([Array.from(s.ids!), s.width], [[1, 2, -1], 3]);
  });

  it('are refused where they are empty or no UTF-8', async () => {
    await refused(textFile('t.txt', ''), /empty/);
    await refused(openSequence(memory('t.txt', Uint8Array.of(0xff, 0xfe, 65, 0))), /no known format/);
    await refused(openSequence(memory('t.txt', Uint8Array.of(0x61, 0xff)), { as: 'text' }), /not UTF-8/);
  });

  it('vocabularies in all forms', () => {
    for (const json of ['["a","b"]', '{"a":0,"b":1}', '{"0":"a","1":"b"}', '{"stoi":{"a":0,"b":1}}', '{"itos":["a","b"]}', '\uFEFF["a","b"]']) {
      const { index, size } = parseVocabulary(json);
      assert.deepEqual([[...index], size], [[['a', 0], ['b', 1]], 2], json);
    }
    assert.deepEqual([...parseVocabulary('{"__proto__":1,"constructor":0}').index], [['__proto__', 1], ['constructor', 0]]);
    assert.equal(parseVocabulary('{"0":0,"1":1}').index.get('1'), 1);
  });

  it('vocabularies that are none', () => {
    const bad: readonly (readonly [string, RegExp])[] = [
      ['{', /not JSON/], ['3', /neither a list nor a map/], ['[]', /empty/], ['[1]', /which is no text/], ['["a","a"]', /"a" twice/],
      ['{"a":0,"b":0}', /"a" and "b" the same id 0/], ['{"a":-1}', /id -1/], ['{"a":1e12}', /id 1000000000000/], ['{"a":null}', /id null/],
    ];
    for (const [json, message] of bad) assert.throws(() => parseVocabulary(json), (e: unknown) => e instanceof FormatError && message.test(e.message), json);
  });
});
