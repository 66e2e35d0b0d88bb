import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { cellIdOf, describe as describeLayer } from '../../src/source/describe/layer';
import { outline } from '../../src/source/index';
import { markdown } from '../../src/source/describe/markdown';
import type { LayerSpec } from '../../src/source/outline';
import { parameterCount } from '../../src/source/describe/parameters';
import { answer, readCases, writeCases } from './fixtures';

const files = ['flax', 'nnx', 'equinox', 'haiku'].map(name => `test/source/${name}.txt`);
const layersOf = (source: string): readonly LayerSpec[] => outline(source, 'python').layers;

describe('outline of JAX frameworks', () => {
  for (const file of files) {
    if (process.env['UPDATE']) writeCases(file, readCases(file).map(c => ({ ...c, expected: answer(c) })));
    for (const c of readCases(file)) it(`${file}: ${c.name}`, () => { assert.equal(answer(c), c.expected); });
  }
  it('has its cases', () => { assert.ok(files.flatMap(readCases).length >= 60); });

  it('names what it does not support', () => {
    const problems = (source: string): string[] => outline(source, 'python').problems.map(p => `${p.line ?? 0} ${p.code} ${p.message.slice(0, 26)}`);
    assert.deepEqual(problems('from flax import linen as nn\nx = nn.RNN(nn.ConvLSTMCell(64, (3, 3)))'), ['2 not-supported ConvLSTM is not supported:']);
    assert.deepEqual(problems('import haiku as hk\nx = hk.Conv2DLSTM(input_shape=(8, 8), output_channels=4, kernel_shape=3)'), ['2 not-supported ConvLSTM is not supported:']);
    assert.deepEqual(problems('from flax import linen as nn\nx = nn.LSTMCell(4)'), []);
  });

  it('names core\'s cell, and none for a cell that core does not have', () => {
    const id = (line: string): string | null | undefined => layersOf(`import flax.linen as nn, haiku as hk, equinox as eqx\nfrom flax import nnx\nx = ${line}`).map(cellIdOf)[0];
    assert.deepEqual(['nn.LSTMCell(2)', 'nn.GRUCell(2)', 'nn.SimpleCell(2)', 'nn.SimpleCell(2, residual=True)', 'nn.MGUCell(2)', 'nn.MGUCell(2, reset_gate=False)'].map(id),
      ['lstm', 'gru', 'rnn', null, 'mguResetAfter', null]);
    assert.deepEqual(['nnx.GRUCell(1, 2, rngs=r)', 'eqx.nn.GRUCell(1, 2, key=k)', 'hk.GRU(2)', 'hk.VanillaRNN(2)', 'hk.LSTM(2)'].map(id), ['gru', 'gru', 'gruResetBefore', 'rnnRelu', 'lstm']);
  });
});

interface Counts { readonly inputs: number; readonly units: number; readonly cases: readonly { readonly import: string; readonly code: string; readonly parameters: number }[] }

describe('parameters of JAX layers', () => {
  const eras = JSON.parse(readFileSync('test/fixtures/jaxCounts.json', 'utf8')) as Readonly<Record<string, Counts>>;
  for (const [era, { inputs, units, cases }] of Object.entries(eras)) for (const { import: imports, code, parameters } of cases) {
    it(`as the framework counts them, ${era}: ${code}`, () => {
      const [layer] = layersOf(`${imports}\nx = ${code}`);
      assert.ok(layer, 'no layer was found');
      assert.ok(layer.units === units || (layer.units === null && /Cell\(\)/.test(code)), `units are ${String(layer.units)}`);
      assert.equal(parameterCount({ ...layer, inputSize: layer.inputSize ?? inputs, units }), parameters);
    });
  }
});

describe('descriptions of JAX layers', () => {
  const cases = readFileSync('test/source/describe-jax.txt', 'utf8').split(/\n\n(?=# )/).map(block => {
    const [title = '', ...source] = block.trim().split('\n');
    return { name: title.slice(2), source: source.join('\n') };
  });
  for (const { name, source } of cases) it(`golden: ${name}`, () => {
    const path = `test/source/golden/${name.replace(/\W+/g, '-')}.md`;
    const text = `${layersOf(source).map(l => markdown(describeLayer(l))).join('\n\n')}\n`;
    if (process.env['UPDATE']) writeFileSync(path, text);
    assert.ok(existsSync(path), `${path} is missing; UPDATE=1 writes it`);
    assert.equal(text, readFileSync(path, 'utf8'));
  });

  it('the arithmetic agrees with the total', () => {
    const line = (source: string): string => layersOf(source).flatMap(l => describeLayer(l).parameterLines).join('; ');
    assert.equal(line('import equinox as eqx\nx = eqx.nn.GRUCell(3, 5, key=k)'), '3 × 5 × (3 + 5 + 1) + 5 = 140');
    assert.equal(line('from flax import nnx\nx = nnx.GRUCell(3, 5, rngs=r)'), '3 × 5 × (3 + 5 + 1) = 135');
    assert.equal(line('from flax import linen as nn\nx = nn.Bidirectional(nn.RNN(nn.GRUCell(5)), nn.RNN(nn.GRUCell(5)))'), '2 × (3 × 5 × (I + 5 + 1) + 5)');
  });
});

describe('outline of damaged JAX code', () => {
  const sources = files.flatMap(readCases).map(c => c.source);
  const readAll = (text: string): void => {
    const start = performance.now();
    const { layers, problems } = outline(text, 'python');
    for (const layer of layers) markdown(describeLayer(layer));
    assert.deepEqual(problems.filter(p => p.code === 'unreadable'), []);
    assert.ok(performance.now() - start < 5000, `took ${Math.round(performance.now() - start)} ms`);
  };
  const wound = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.integer({ min: 1, max: 12 }), insert: fc.constantFrom('', '', '(', ')', '\n', '=', ',', '[', '"""', 'cell', ' for ') });
  const hurt = (text: string, wounds: readonly { at: number; length: number; insert: string }[]): string => wounds.reduce((t, { at, length, insert }) => {
    const from = Math.floor(at * t.length);
    return t.slice(0, from) + insert + t.slice(from + length);
  }, text);

  it('never throws and ends quickly (seed 11)', () => {
    fc.assert(fc.property(fc.constantFrom(...sources), fc.array(wound, { minLength: 1, maxLength: 5 }), (text, wounds) => { readAll(hurt(text, wounds)); }), { seed: 11, numRuns: 600 });
  });
  it('never throws and ends quickly: all fixtures in one file (seed 12)', () => {
    const all = sources.join('\n');
    fc.assert(fc.property(fc.array(wound, { minLength: 1, maxLength: 20 }), wounds => { readAll(hurt(all, wounds)); }), { seed: 12, numRuns: 15 });
  });
  const hard: Readonly<Record<string, string>> = {
    'layers in a circle': 'from flax import linen as nn\na = nn.RNN(b)\nb = nn.RNN(a)\nc = nn.Bidirectional(c, d)\nd = nn.Bidirectional(d, c)\ne = nn.scan(e)(e)',
    'one name bound often': `from flax import linen as nn\n${'c = nn.Bidirectional(c, c)\n'.repeat(300)}`,
    'stacks in a circle': `import haiku as hk\nlayers = [${'hk.DeepRNN(layers), '.repeat(60)}]\nx = hk.dynamic_unroll(hk.DeepRNN(layers), xs, s)`,
    'many cells of unknown size': `from flax import linen as nn\n${'x = nn.LSTMCell()\nc = nn.LSTMCell.initialize_carry(k, (1,), n)\n'.repeat(150)}`,
  };
  for (const [name, text] of Object.entries(hard)) it(`ends quickly: ${name}`, () => {
    readAll(text);
    assert.deepEqual(outline(text, 'python').problems, []);
  });
});
