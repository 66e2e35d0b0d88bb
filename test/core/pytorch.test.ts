/** Against PyTorch in float64, through fixtures of test/fixtures/generate.py. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { backprop } from '../../src/core/backprop';
import { cellById } from '../../src/core/cells/index';
import { run } from '../../src/core/engine';
import type { Layer, Level, Network, Params, Tensor } from '../../src/core/layer';

interface Flat { readonly shape: readonly number[]; readonly data: readonly number[] }
type Named = Readonly<Record<string, Flat>>;
interface Run { readonly steps: number; readonly x: Flat; readonly output: Flat; readonly float32Error: number; readonly final: Named; readonly dx: Flat; readonly gradients: Named; readonly gates?: Named }
interface Arguments { readonly input_size: number; readonly hidden_size: number; readonly num_layers?: number; readonly bidirectional?: boolean; readonly nonlinearity?: string; readonly proj_size?: number }
interface Case { readonly name: string; readonly kind: 'RNN' | 'LSTM' | 'GRU'; readonly arguments: Arguments; readonly weights: Named; readonly runs: readonly Run[] }

const { cases } = JSON.parse(readFileSync('test/fixtures/pytorch/layers.json', 'utf8')) as { cases: Case[] };

describe('parity with PyTorch', () => {
  it('has its cases', () => { assert.deepEqual(cases.map(c => c.runs.map(r => r.steps).join()), Array.from({ length: 8 }, () => '1,2,17')); });
  for (const c of cases) for (const r of c.runs) {
    it(`${c.name}, ${r.steps} steps: output, states, gates`, async () => { await checkForward(c, r); });
    it(`${c.name}, ${r.steps} steps: gradients of sum(h_T)`, async () => { await checkGradients(c, r); });
  }
});

async function checkForward(c: Case, r: Run): Promise<void> {
  const network = networkOf(c);
  const { levels } = await run(network, Float32Array.from(r.x.data), r.steps);
  close(levels.at(-1)!.output, r.output.data, 1e-6, 'output');
  const layers = levels.flatMap(l => l.directions);
  for (const [name, rows] of Object.entries(r.final)) close(layers.flatMap(l => [...l.final[name]!]), rows.data, 1e-6, `final ${name}`);
  for (const [name, values] of Object.entries(r.gates ?? {})) close(layers[0]!.signals[name]!, values.data, 1e-6, name);
  assert.equal(r.gates === undefined, c.kind === 'RNN' || layers.length > 1);
}

async function checkGradients(c: Case, r: Run): Promise<void> {
  const network = networkOf(c);
  const gradients = await backprop(network, Float32Array.from(r.x.data), r.steps, { kind: 'sum' });
  close(gradients.dx, r.dx.data, 1e-6, 'dx');
  let compared = 0;
  for (const [k, level] of gradients.levels.entries()) for (const [d, layer] of level.directions.entries()) {
    const suffix = `_l${k}${d === 1 ? '_reverse' : ''}`;
    const expected = toParams(c.kind, of(r.gradients, suffix), c.arguments.hidden_size, (a, _b) => a);
    for (const [name, { data }] of Object.entries(expected)) {
      close(layer.parameters[name]!, data, 2e-6, `d${name}${suffix}`);
      compared++;
    }
    assert.deepEqual(Object.keys(layer.parameters).sort(), Object.keys(expected).sort());
  }
  assert.ok(compared > 0);
}

/** |a - b| <= tolerance max(1, max|b|); says how far off and where. */
function close(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(found.length, expected.length, `${what}: length`);
  const values = Array.from(expected);
  const bound = tolerance * Math.max(1, ...values.map(Math.abs));
  const errors = values.map((v, k) => Math.abs(v - found[k]!));
  const worst = errors.reduce((at, e, k) => e <= errors[at]! ? at : k, 0);
  assert.ok(errors[worst]! <= bound, `${what}[${worst}]: found ${found[worst]}, expected ${expected[worst]}, off by ${errors[worst]} > ${bound}`);
}

function networkOf(c: Case): Network {
  const { num_layers: count = 1, bidirectional = false } = c.arguments;
  return { name: c.name, levels: Array.from({ length: count }, (_, k) => levelOf(c, k, bidirectional)) };
}

function levelOf(c: Case, k: number, bidirectional: boolean): Level {
  const { input_size: inputSize, hidden_size: hidden, proj_size: projection = 0 } = c.arguments;
  const units = projection || hidden;
  const cell = cellById(c.kind === 'RNN' ? (c.arguments.nonlinearity === 'relu' ? 'rnnRelu' : 'rnn') : c.kind === 'GRU' ? 'gru' : projection ? 'lstmProjected' : 'lstm');
  const layer = (suffix: string, direction: Layer['direction']): Layer =>
    ({ cell, inputSize: k === 0 ? inputSize : units * (bidirectional ? 2 : 1), units, direction, params: toParams(c.kind, of(c.weights, suffix), hidden, (a, b) => a + b) });
  const forward = layer(`_l${k}`, 'forward');
  return { name: `l${k}`, directions: bidirectional ? [forward, layer(`_l${k}_reverse`, 'reverse')] : [forward], merge: 'concat' };
}

/** Tensors of one layer, by name without suffix. */
function of(all: Named, suffix: string): Named {
  return Object.fromEntries(Object.entries(all).filter(([name]) => name.endsWith(suffix)).map(([name, t]) => [name.slice(0, -suffix.length), t]));
}

const BLOCKS = { RNN: [''], LSTM: ['i', 'f', 'g', 'o'], GRU: ['r', 'z', 'n'] };

/** PyTorch's stacked tensors as the equations' parameters; `bias` makes one number of its two. */
function toParams(kind: Case['kind'], t: Named, hidden: number, bias: (ih: number, hh: number) => number): Params {
  const params: Record<string, Tensor> = {};
  const rows = (name: string, block: number): Tensor => {
    const { shape, data } = t[name]!;
    const columns = shape[1] ?? 1;
    return { shape: [hidden, ...shape.slice(1)], data: Float32Array.from(data.slice(block * hidden * columns, (block + 1) * hidden * columns)) };
  };
  for (const [k, gate] of BLOCKS[kind].entries()) {
    params[`W${gate}`] = rows('weight_ih', k);
    params[`U${gate}`] = rows('weight_hh', k);
    const [ih, hh] = [rows('bias_ih', k), rows('bias_hh', k)];
    const apart = kind === 'GRU' && gate === 'n';
    params[`b${gate}`] = apart ? ih : { shape: ih.shape, data: ih.data.map((v, j) => bias(v, hh.data[j]!)) };
    if (apart) params['cn'] = hh;
  }
  if (t['weight_hr']) params['Wr'] = { shape: t['weight_hr'].shape, data: Float32Array.from(t['weight_hr'].data) };
  return params;
}
