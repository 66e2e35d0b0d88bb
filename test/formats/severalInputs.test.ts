import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { zipSync } from 'fflate';
import { wholeOf } from '../../src/core/rows';
import { FormatError, memory, openSequence, openSequences, parseVocabulary, probeSequence, readsText, type SequenceOptions, type Several } from '../../src/formats/index';
import { npyBatch } from './helpers';

const refused = (read: Promise<unknown>, message: RegExp): Promise<void> => assert.rejects(read, (e: unknown) => e instanceof FormatError && (assert.match(e.message, message), true));
const lines = (name: string, content: string, options: SequenceOptions = {}): Promise<Several> => openSequences(memory(name, new TextEncoder().encode(content)), options);
const piecesOf = ({ pieces }: Several): unknown => pieces.map(p => [p.name, p.steps]);

/** A .npy with fewer axes, from one with three. */
const flat = (shape: readonly number[], value: (k: number) => number): Uint8Array => {
  const file = npyBatch([1, 1, shape.reduce((a, b) => a * b)], (_i, _j, k) => value(k));
  const text = new TextDecoder('latin1').decode(file);
  const [old] = /'shape': \([^)]*\), }\s*\n/.exec(text)!;
  file.set(new TextEncoder().encode(`'shape': (${shape.join(', ')},), }`.padEnd(old.length - 1) + '\n'), text.indexOf(old));
  return file;
};
const npz = (arrays: Readonly<Record<string, Uint8Array>>): Uint8Array => zipSync(Object.fromEntries(Object.entries(arrays).map(([name, data]) => [`${name}.npy`, data])));
function safetensors(arrays: Readonly<Record<string, readonly [shape: readonly number[], data: Float32Array]>>): Uint8Array {
  let at = 0;
  const header = Object.fromEntries(Object.entries(arrays).map(([name, [shape, data]]) => [name, { dtype: 'F32', shape, data_offsets: [at, at += data.byteLength] }]));
  const json = new TextEncoder().encode(JSON.stringify(header).padEnd(512));
  const file = new Uint8Array(8 + json.length + at);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  let from = 8 + json.length;
  for (const [, data] of Object.values(arrays)) { file.set(new Uint8Array(data.buffer), from); from += data.byteLength; }
  return file;
}

describe('JSON lines as inputs', () => {
  it('are a sequence a line, as lists, rows, or under a name', async () => {
    const several = await lines('a.jsonl', '[[1,2],[3,4]]\n\n{"name": "second", "x": [[5,6]]}\n{"inputs": [[7,8],[9,10],[11,null]], "id": 7}\n');
    assert.deepEqual(piecesOf(several), [['0', 2], ['second', 1], ['7', 3]]);
    assert.deepEqual(Array.from(wholeOf(await several.read(2))), [7, 8, 9, 10, 11, NaN]);
    assert.deepEqual(Array.from(wholeOf(await several.read(2, 2))), [7, 8, 9, 10]);
    assert.deepEqual((await several.read(1)).among, { at: 1, pieces: several.pieces });
    assert.equal(await probeSequence(memory('a.jsonl', new TextEncoder().encode('[[1,2],[3,4]]'))), 2);
    const flatList = await lines('b.ndjson', '[1,2,3]');
    assert.deepEqual([piecesOf(flatList), (await flatList.read(0)).width, (await flatList.read(0)).among], [[['0', 3]], 1, undefined]);
  });
  it('may be texts, through one vocabulary', async () => {
    const bytes = memory('t.jsonl', new TextEncoder().encode('"abc"\n{"text": "cab!", "name": "two"}'));
    assert.equal(await readsText(bytes), true);
    const vocabulary = parseVocabulary('["a","b","c"]');
    const several = await openSequences(bytes, { vocabulary });
    assert.deepEqual(piecesOf(several), [['abc', 3], ['two', 4]]);
    const second = await several.read(1);
    assert.deepEqual([second.labels, Array.from(second.ids!)], [['c', 'a', 'b', '!'], [2, 0, 1, -1]]);
  });
  it('are refused by the line and step that is wrong', async () => {
    await refused(lines('a.jsonl', '[1,2]\n{bad}'), /line 2 is not JSON/);
    await refused(lines('a.jsonl', '[[1,2],[3]]'), /line 1: step 1 has 1 numbers, the first has 2/);
    await refused(lines('a.jsonl', '[["a"]]'), /line 1: step 0 holds "a", which is no number/);
    await refused(lines('a.jsonl', '[[1,2]]\n[[1]]'), /sequence 1 is 1 numbers a step, but the first is 2/);
    await refused(lines('a.jsonl', '{"y": [1]}'), /line 1 should be a list of numbers/);
    await refused(lines('a.jsonl', `${'['.repeat(99)}1${']'.repeat(99)}`), /nests lists more than/);
    await refused(lines('a.jsonl', '\n \n'), /has no lines/);
    await refused(lines('a.jsonl', `[[${'1,'.repeat(999)}1]${',[1]'.repeat(999)}]`), /step 1 has 1 numbers/);
  });
});

describe('archives of arrays as inputs', () => {
  const batch = npyBatch([3, 4, 2], (n, t, k) => 100 * n + 10 * t + k);
  it('hold a sequence an entry of an array with three axes, without what is padded', async () => {
    const several = await openSequences(memory('a.npz', npz({ y: flat([3], k => k), X: batch, lengths: flat([3], k => [4, 2, 9][k]!) })));
    assert.deepEqual(piecesOf(several), [['0', 4], ['1', 2], ['2', 4]]);
    assert.deepEqual(Array.from(wholeOf(await several.read(1))), [100, 101, 110, 111]);
    assert.match((await several.read(1)).description, /X 1 of 3, 2 steps of 2/);
    const across = await openSequences(memory('a.npz', npz({ X: batch })), { batchAxis: 1 });
    assert.deepEqual([piecesOf(across), Array.from(wholeOf(await across.read(3)))], [[['0', 3], ['1', 3], ['2', 3], ['3', 3]], [30, 31, 130, 131, 230, 231]]);
  });
  it('hold a sequence an array, where these have two axes and one width', async () => {
    const bytes = memory('a.safetensors', safetensors({ one: [[2, 2], Float32Array.of(1, 2, 3, 4)], two: [[1, 2], Float32Array.of(5, 6)], other: [[1, 3], Float32Array.of(7, 8, 9)] }));
    const several = await openSequences(bytes);
    assert.deepEqual(piecesOf(several), [['one', 2], ['two', 1]]);
    assert.deepEqual(Array.from(wholeOf(await several.read(1))), [5, 6]);
    const named = await openSequence(memory('a.safetensors', safetensors({ weight: [[2, 2], Float32Array.of(1, 2, 3, 4)], inputs: [[1, 2], Float32Array.of(5, 6)] })));
    assert.deepEqual([Array.from(wholeOf(named)), named.among], [[5, 6], undefined]);
  });
  it('are refused where nothing in them can be an input', async () => {
    await refused(openSequences(memory('a.npz', npz({ y: flat([3], k => k) }))), /should hold an array \[sequences, steps, features\] .* but holds y \[3\]/);
  });
});

describe('a text in pieces', () => {
  const TEXT = 'ab\r\n\r\nc d\ne\n\n\n  \nfgh\n';
  it('falls into lines or paragraphs, with one vocabulary for all', async () => {
    const byLine = await lines('t.txt', TEXT, { split: 'lines' });
    assert.deepEqual(piecesOf(byLine), [['ab', 2], ['c d', 3], ['e', 1], ['fgh', 3]]);
    const byParagraph = await lines('t.txt', TEXT, { split: 'paragraphs' });
    assert.deepEqual(piecesOf(byParagraph), [['ab', 2], ['c d\ne', 5], ['fgh', 3]]);
    const [first, last] = [await byLine.read(0), await byLine.read(3)];
    assert.deepEqual([first.width, last.labels], [last.width, ['f', 'g', 'h']]);
    assert.notDeepEqual(first.ids, last.ids!.slice(0, 2));
    assert.deepEqual((await byLine.read(3, 2)).labels, ['f', 'g']);
  });
  it('is one sequence where nobody says otherwise', async () => assert.equal((await lines('t.txt', TEXT)).pieces.length, 1));
  it('is refused where nothing is left', async () => refused(lines('t.txt', ' \n \n', { split: 'lines' }), /holds no text/));
});
