import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { outline } from '../../src/source/index';
import { readJson } from '../../src/source/documents/jsonTree';
import { answer, readCases, writeCases } from './fixtures';

const file = 'test/source/config/keras.txt';
if (process.env['UPDATE']) writeCases(file, readCases(file).map(c => ({ ...c, expected: answer(c, 'json') })));
const cases = readCases(file);

describe('outline of Keras configurations', () => {
  for (const c of cases) it(c.name, () => { assert.equal(answer(c, 'json'), c.expected); });

  it('spans are those of the layer and of its class', () => {
    const { source } = cases.find(c => c.name.startsWith('Keras 3')) ?? { source: '' };
    const layers = outline(source, 'json').layers;
    assert.deepEqual(layers.map(l => source.slice(l.callee.from, l.callee.to)), ['Bidirectional', 'GRU']);
    for (const l of layers) assert.equal((JSON.parse(source.slice(l.span.from, l.span.to)) as { class_name: string }).class_name, source.slice(l.callee.from, l.callee.to));
  });

  it('convolutions over time are named', () => {
    const { source } = cases.find(c => c.name.startsWith('convolutions')) ?? { source: '' };
    assert.deepEqual(outline(source, 'json').problems.map(p => [p.code, source.slice(p.span.from, p.span.to)]), [['not-supported', 'ConvLSTM2D']]);
  });

  it('reads whole JSON as JSON.parse does (seed 21)', () => {
    const plain = (node: ReturnType<typeof readJson>): unknown => !node ? undefined : node.kind === 'scalar' ? node.value
      : node.kind === 'array' ? node.items.map(plain) : Object.fromEntries([...node.entries].map(([k, v]) => [k, plain(v)]));
    fc.assert(fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(undefined, 1, '\t'), (json, space) => {
      const value: unknown = JSON.parse(json);
      if (json.includes('__proto__')) return;
      assert.deepEqual(plain(readJson(JSON.stringify(value, undefined, space))), JSON.parse(JSON.stringify(value)));
    }), { seed: 21, numRuns: 400 });
  });

  it('never throws and ends quickly on damaged text (seed 22)', () => {
    const wound = fc.record({ from: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.integer({ min: 0, max: 20 }), insert: fc.constantFrom('', '', '{', '}', '[', ']', '"', ',', ':', '\\', '\n') });
    fc.assert(fc.property(fc.constantFrom(...cases.map(c => c.source)), fc.array(wound, { minLength: 1, maxLength: 6 }), (text, wounds) => {
      const hurt = wounds.reduce((t, { from, length, insert }) => { const at = Math.floor(from * t.length); return t.slice(0, at) + insert + t.slice(at + length); }, text);
      for (const layer of outline(hurt, 'json').layers) assert.ok(layer.span.from >= 0 && layer.span.to <= hurt.length && layer.span.from < layer.span.to);
      assert.ok(!outline(hurt, 'json').problems.some(p => p.code === 'unreadable'));
    }), { seed: 22, numRuns: 1000 });
  });

  it('deep nesting and long texts end quickly', () => {
    const start = performance.now();
    for (const text of ['{"class_name": "LSTM", "config": '.repeat(20_000), `{"class_name": "LSTM", "x": ${'['.repeat(100_000)}`, `{"class_name": "LSTM", "x": "${'\\"'.repeat(200_000)}`, `{"class_name": "LSTM" ${'}'.repeat(100_000)}`]) outline(text, 'json');
    assert.ok(performance.now() - start < 3000);
  });
});
