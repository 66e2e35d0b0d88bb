/** One recurrent node of each kind, attribute and direction, with distinct random weights in U(-1/sqrt(H), 1/sqrt(H)): cases, and their models. */
import { random, uniform } from './helpers';
import { floats, ints32, modelBytes, node, value, type TensorMessage } from './onnxSchema';

/** inputSize, units, steps. */
export interface NodeSizes { readonly I: number; readonly H: number; readonly T: number }

const blocks: Record<string, number> = { LSTM: 4, GRU: 3, RNN: 1 };

type Values = Record<string, number | string | number[] | string[]>;

/** A node: what it says, and what our reader must make of it. */
export interface NodeCase {
  readonly name: string;
  readonly op: 'LSTM' | 'GRU' | 'RNN';
  readonly attributes?: Values;
  readonly direction?: 'forward' | 'reverse' | 'bidirectional';
  readonly bias?: false;
  readonly peepholes?: true;
  readonly initial?: true;
  /** Steps that count; of a shorter sequence all but the last. */
  readonly length?: number;
  readonly scale?: number;
  /** What the case must change in the cell, so that an attribute that is ignored fails. */
  readonly cell?: RegExp;
}

const all = (op: NodeCase['op']): number => ({ LSTM: 3, GRU: 2, RNN: 1 })[op];

/** Each activation as the gate's, with the list of alphas and betas it takes. */
const activations: readonly (readonly [string, number[], number[]])[] = [
  ['Relu', [], []], ['Softsign', [], []], ['Softplus', [], []], ['Affine', [0.7], [0.1]], ['ScaledTanh', [1.3], [0.6]],
  ['HardSigmoid', [0.3], [0.4]], ['LeakyRelu', [0.15], []], ['ThresholdedRelu', [0.05], []], ['Elu', [0.8], []], ['HardSigmoid', [], []], ['LeakyRelu', [], []],
];

/** Every attribute of the three operators. */
export const nodeCases: readonly NodeCase[] = [
  ...(['LSTM', 'GRU', 'RNN'] as const).flatMap((op): NodeCase[] => [
    ...(['forward', 'reverse', 'bidirectional'] as const).flatMap((direction): NodeCase[] => [
      { name: direction, op, direction },
      { name: `${direction}, initial states`, op, direction, initial: true },
      { name: `${direction}, sequence_lens 17`, op, direction, length: 17 },
      // Three times the weights, so that most of what activations read is clipped (all of it, in a plain RNN).
      { name: `${direction}, clip`, op, direction, attributes: { clip: op === 'RNN' ? 0.5 : 0.2 }, scale: op === 'RNN' ? 1 : 3, cell: /clip/ },
    ]),
    { name: 'without biases', op, bias: false },
    ...activations.map(([name, activation_alpha, activation_beta]): NodeCase => ({
      // Gates above one let a GRU's state explode: small weights keep it finite.
      name: `${name} ${[...activation_alpha, ...activation_beta].join(' ')}`, op, cell: op === 'RNN' && name === 'Relu' ? /^rnnRelu$/ : /\+/, scale: op === 'GRU' ? 0.3 : 1,
      attributes: {
        activations: [name, 'Tanh', 'Tanh'].slice(0, all(op)),
        ...(activation_alpha.length > 0 ? { activation_alpha } : {}), ...(activation_beta.length > 0 ? { activation_beta } : {}),
      },
    })),
    {
      name: 'different activations for the two directions', op, direction: 'bidirectional', cell: /\+/,
      attributes: { activations: [...['HardSigmoid', 'LeakyRelu', 'Tanh'].slice(0, all(op)), ...['LeakyRelu', 'Relu', 'ScaledTanh'].slice(0, all(op))], activation_alpha: [0.25, 0.2, 0.3, 0.9].slice(0, op === 'LSTM' ? 4 : op === 'GRU' ? 3 : 2), activation_beta: [0.45, 0.7].slice(0, op === 'LSTM' ? 2 : 1) },
    },
  ]),
  ...(['forward', 'reverse', 'bidirectional'] as const).flatMap((direction): NodeCase[] => [
    { name: `${direction}, linear_before_reset`, op: 'GRU', direction, attributes: { linear_before_reset: 1 }, cell: /^gru$/ },
    { name: `${direction}, linear_before_reset, clip`, op: 'GRU', direction, attributes: { linear_before_reset: 1, clip: 0.2 }, scale: 3, cell: /clip/ },
    { name: `${direction}, peepholes`, op: 'LSTM', direction, peepholes: true, cell: /^lstmPeephole$/ },
    { name: `${direction}, input_forget`, op: 'LSTM', direction, attributes: { input_forget: 1 }, cell: /cifg|coupled/ },
    { name: `${direction}, everything`, op: 'LSTM', direction, peepholes: true, initial: true, length: 19, attributes: { clip: 0.3, input_forget: 1, activations: Array.from({ length: direction === 'bidirectional' ? 2 : 1 }, () => ['HardSigmoid', 'Softsign', 'Elu']).flat(), activation_alpha: direction === 'bidirectional' ? [0.3, 0.5, 0.25, 0.7] : [0.3, 0.5], activation_beta: direction === 'bidirectional' ? [0.5, 0.4] : [0.5] }, scale: 2, cell: /coupled.*clip/ },
  ]),
];

/** A model and an input for it. */
export interface MadeNode {
  readonly bytes: Uint8Array;
  /** [steps, inputSize] */
  readonly x: Float32Array;
  readonly directions: number;
  /** W R B H0 C0 P as the node has them; those that it does not have are absent. */
  readonly tensors: Readonly<Record<string, Float32Array>>;
  readonly length: number | undefined;
}

/** The case's model. Outputs Y, Y_h and, of an LSTM, Y_c. */
export function makeNode(c: NodeCase, { I, H, T }: NodeSizes, seed: number, layout: 0 | 1 = 0): MadeNode {
  const next = random(seed);
  const bound = (c.scale ?? 1) / Math.sqrt(H);
  const d = c.direction === 'bidirectional' ? 2 : 1;
  const rows = (blocks[c.op] ?? 0) * H;
  const length = c.length === undefined ? undefined : Math.max(1, Math.min(c.length, T - 1));
  const numbers: Record<string, Float32Array> = {};
  const drawn = (name: string, dims: number[], scale: number): TensorMessage => floats(name, dims, numbers[name] = uniform(dims.reduce((n, k) => n * k, 1), scale, next));
  const weights: TensorMessage[] = [
    drawn('W', [d, rows, I], bound), drawn('R', [d, rows, H], bound), drawn('B', [d, 2 * rows], bound), ints32('L', [length ?? T]),
    drawn('H0', layout ? [1, d, H] : [d, 1, H], 1), drawn('C0', layout ? [1, d, H] : [d, 1, H], 1), drawn('P', [d, 3 * H], bound),
  ];
  const lstm = c.op === 'LSTM';
  const inputs = ['X', 'W', 'R', c.bias === false ? '' : 'B', length === undefined ? '' : 'L', c.initial ? 'H0' : '', lstm && c.initial ? 'C0' : '', lstm && c.peepholes ? 'P' : ''];
  while (inputs.at(-1) === '') inputs.pop();
  const outputs = ['Y', 'Y_h', ...(lstm ? ['Y_c'] : [])];
  const recurrent = node(c.op, inputs, outputs, { hidden_size: H, direction: c.direction ?? 'forward', ...(layout ? { layout } : {}), ...c.attributes }, 'cell');
  const states = outputs.slice(1).map(name => value(name, layout ? [1, d, H] : [d, 1, H]));
  const bytes = modelBytes({
    name: 'g', node: [recurrent], initializer: weights.filter(w => inputs.includes(w.name ?? '')),
    input: [value('X', layout ? [1, T, I] : [T, 1, I])], output: [value('Y', layout ? [1, T, d, H] : [T, d, 1, H]), ...states],
  });
  return { bytes, x: uniform(T * I, 2, next), directions: d, length, tensors: Object.fromEntries(Object.entries(numbers).filter(([name]) => inputs.includes(name))) };
}
