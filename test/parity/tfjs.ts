/** TensorFlow.js: Keras's packing, hard sigmoid gates by default, GRUs that reset before. Having no float64, its forward runs are compared with a loop by hand. */
import type { Activation } from '../../src/core/cells/activations';
import type { Cell } from '../../src/core/cells/cell';
import { gruVariant, lstmVariant, rnnVariant } from '../../src/core/cells/variants';
import type { Layer, Merge } from '../../src/core/layer';
import type { Case, Run } from './case';
import { casesOf, type Convention, type Fixture } from './fixtures';
import { convertKeras } from './keras';
import { exactNode, type NodeOutputs } from './onnxExact';

const tfjs: Convention = {
  folder: 'tfjs',
  cell: cellOf,
  convert: convertKeras,
  direction: (f, d) => d === 1 || f.options['goBackwards'] === true ? 'reverse' : 'forward',
  merge: f => (f.options['mergeMode'] ?? 'concat') as Merge,
};

const HARD_SIGMOID: Activation = { name: 'hardSigmoid', alpha: 0.2, beta: 0.5 };

function cellOf({ cell, options }: Fixture): Cell {
  const activations = options['recurrentActivation'] === 'sigmoid' ? {} : { f: HARD_SIGMOID };
  if (cell === 'LSTM') return lstmVariant({ activations });
  return cell === 'GRU' ? gruVariant({ activations, resetAfter: false }) : rnnVariant({});
}

/** TensorFlow.js's own error is what it differs by from float64; we are still compared with what it gives. */
function withPeers(run: Run): Run {
  const { directions, merge } = run.network.levels[0]!;
  const exact = directions.map((layer, d) => exactLayer(layer, run, d));
  const all: Record<string, ArrayLike<number>> = { output: join(exact.map(e => e.Y), run, merge) };
  exact.forEach((e, d) => Object.assign(all, { [`0.${d}.final h`]: e.Y_h, [`0.${d}.final c`]: e.Y_c }));
  const forward = Object.fromEntries(Object.entries(run.forward).map(([key, e]) => {
    const peer = Array.from(e.values).reduce((most, v, k) => Math.max(most, Math.abs(v - all[key]![k]!)), 0);
    return [key, { ...e, peer }];
  }));
  return { ...run, forward };
}

const GATES: Readonly<Record<string, readonly string[]>> = { LSTM: [...'iofg'], GRU: [...'zrn'], RNN: [''] };

/** The layer as an ONNX node, whose loop by hand there is. */
function exactLayer({ cell, params, inputSize: I, units: H, direction }: Layer, { x, steps: T, initial }: Run, d: number): NodeOutputs {
  const op = cell.name as 'LSTM' | 'GRU' | 'RNN';
  const packed = (letter: string): number[] => GATES[op]!.flatMap(gate => [...params[letter + gate]!.data]);
  const bias = packed('b');
  const states = initial?.[0]?.[d];
  const tensors = { W: packed('W'), R: packed('U'), B: [...bias, ...bias.map(() => 0)], ...(states?.['h'] && { H0: states['h'] }), ...(states?.['c'] && { C0: states['c'] }) };
  const hard = cell.id.includes('hardSigmoid');
  const activations = { LSTM: ['Tanh', 'Tanh'], GRU: ['Tanh'], RNN: [] }[op];
  const attributes = op === 'RNN' ? {} : { activations: [hard ? 'HardSigmoid' : 'Sigmoid', ...activations] };
  return exactNode({ op, attributes, direction, sizes: { I, H, T }, x, length: T, tensors });
}

/** The compared rows of both directions as one, in float64. */
function join(outputs: readonly Float64Array[], { at, steps }: Run, merge: Merge): number[] {
  const rows = (all: Float64Array, t: number): number[] => [...all.subarray(t * all.length / steps, (t + 1) * all.length / steps)];
  return at.flatMap(t => {
    const [a, b] = [rows(outputs[0]!, t), outputs[1] && rows(outputs[1], t)];
    if (!b) return a;
    return merge === 'concat' ? [...a, ...b] : a.map((v, k) => ({ sum: v + b[k]!, mul: v * b[k]!, ave: (v + b[k]!) / 2, none: v })[merge]);
  });
}

/** Layers of TensorFlow.js, from fixtures. */
export const tfjsCases = (): readonly Case[] => casesOf(tfjs).map(c => ({ ...c, runs: async () => (await c.runs()).map(withPeers) }));
