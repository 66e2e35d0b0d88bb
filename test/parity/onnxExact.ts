/** The three ONNX operators in float64, by hand from the standard's text: what ONNX Runtime's own error is measured with. Knows no equations. */
import type { NodeCase } from '../formats/onnxCases';

type Vector = readonly number[];
type Numbers = ArrayLike<number>;

/** A node's inputs, as it has them (W R B H0 C0 P), one sequence of a batch. */
export interface NodeInputs {
  readonly op: NodeCase['op'];
  readonly attributes: NonNullable<NodeCase['attributes']>;
  readonly direction: NonNullable<NodeCase['direction']>;
  readonly sizes: { readonly I: number; readonly H: number; readonly T: number };
  readonly x: Numbers;
  readonly length: number;
  readonly tensors: Readonly<Record<string, Numbers>>;
}

/** What the node gives. */
export interface NodeOutputs {
  /** [steps, directions, units], zero from `length` on */
  readonly Y: Float64Array;
  /** [directions, units] */
  readonly Y_h: Float64Array;
  readonly Y_c: Float64Array;
}

type Activation = (v: number) => number;
interface Step { readonly h: Vector; readonly c: Vector }

const BLOCKS = { LSTM: 4, GRU: 3, RNN: 1 };
const USUAL = { LSTM: ['Sigmoid', 'Tanh', 'Tanh'], GRU: ['Sigmoid', 'Tanh'], RNN: ['Tanh'] };

/** Each activation: how many of alpha and beta it takes, their defaults, and itself. */
const ACTIVATIONS: Readonly<Record<string, { readonly defaults: Vector; readonly of: (v: number, alpha: number, beta: number) => number }>> = {
  Sigmoid: { defaults: [], of: v => 1 / (1 + Math.exp(-v)) },
  Tanh: { defaults: [], of: Math.tanh },
  Relu: { defaults: [], of: v => Math.max(0, v) },
  Softsign: { defaults: [], of: v => v / (1 + Math.abs(v)) },
  Softplus: { defaults: [], of: v => Math.log1p(Math.exp(v)) },
  Affine: { defaults: [1, 0], of: (v, a, b) => a * v + b },
  ScaledTanh: { defaults: [1, 1], of: (v, a, b) => a * Math.tanh(b * v) },
  HardSigmoid: { defaults: [0.2, 0.5], of: (v, a, b) => Math.min(1, Math.max(0, a * v + b)) },
  LeakyRelu: { defaults: [0.01], of: (v, a) => v >= 0 ? v : a * v },
  ThresholdedRelu: { defaults: [1], of: (v, a) => v > a ? v : 0 },
  Elu: { defaults: [1], of: (v, a) => v >= 0 ? v : a * (Math.exp(v) - 1) },
};

/** All directions of a node over one sequence. */
export function exactNode(inputs: NodeInputs): NodeOutputs {
  const { sizes: { H, T }, direction, length, op } = inputs;
  const directions = direction === 'bidirectional' ? [false, true] : [direction === 'reverse'];
  const count = directions.length;
  const out: NodeOutputs = { Y: new Float64Array(T * count * H), Y_h: new Float64Array(count * H), Y_c: new Float64Array(count * H) };
  directions.forEach((reverse, d) => {
    const step = stepper(inputs, d, count);
    const start = (name: string): number[] => Array.from({ length: H }, (_, k) => inputs.tensors[name]?.[d * H + k] ?? 0);
    let state: Step = { h: start('H0'), c: op === 'LSTM' ? start('C0') : [] };
    for (let k = 0; k < length; k++) {
      const t = reverse ? length - 1 - k : k;
      state = step(t, state);
      out.Y.set(state.h, (t * count + d) * H);
    }
    out.Y_h.set(state.h, d * H);
    out.Y_c.set(state.c, d * H);
  });
  return out;
}

/** One direction's step. Letters and order of blocks are the standard's: i o f c, z r h. */
function stepper({ op, attributes, sizes: { I, H }, x, tensors }: NodeInputs, d: number, directions: number): (t: number, before: Step) => Step {
  const rows = BLOCKS[op] * H;
  const { W, R, B, P } = tensors;
  const [f, g = f, h = f] = activations(op, attributes, directions).slice(d * USUAL[op].length) as [Activation, Activation?, Activation?];
  const limit = typeof attributes['clip'] === 'number' ? Math.fround(attributes['clip']) : Infinity;
  const clip = (v: number): number => Math.min(limit, Math.max(-limit, v));
  const units = Array.from({ length: H }, (_, u) => u);
  const input = (t: number, block: number, u: number): number => dot(W!, (d * rows + block * H + u) * I, x, t * I, I) + (B?.[d * 2 * rows + block * H + u] ?? 0);
  const recurrent = (state: Vector, block: number, u: number): number => dot(R!, (d * rows + block * H + u) * H, state, 0, H);
  const bias = (block: number, u: number): number => B?.[d * 2 * rows + rows + block * H + u] ?? 0;
  const whole = (t: number, state: Vector, block: number, u: number): number => input(t, block, u) + recurrent(state, block, u) + bias(block, u);
  const peep = (block: number, u: number, c: number): number => (P?.[d * 3 * H + block * H + u] ?? 0) * c;

  const lstm = (t: number, { h: hidden, c }: Step): Step => {
    const i = units.map(u => f(clip(whole(t, hidden, 0, u) + peep(0, u, c[u]!))));
    const forget = attributes['input_forget'] === 1 ? i.map(v => 1 - v) : units.map(u => f(clip(whole(t, hidden, 2, u) + peep(2, u, c[u]!))));
    const cell = units.map(u => forget[u]! * c[u]! + i[u]! * g(clip(whole(t, hidden, 3, u))));
    // The activation h is not clipped: ONNX Runtime reads the standard so.
    return { c: cell, h: units.map(u => f(clip(whole(t, hidden, 1, u) + peep(1, u, cell[u]!))) * h(cell[u]!)) };
  };
  const gru = (t: number, { h: hidden }: Step): Step => {
    const z = units.map(u => f(clip(whole(t, hidden, 0, u))));
    const r = units.map(u => f(clip(whole(t, hidden, 1, u))));
    const reset = hidden.map((v, u) => r[u]! * v);
    const after = attributes['linear_before_reset'] === 1;
    const n = units.map(u => g(clip(input(t, 2, u) + (after ? r[u]! * (recurrent(hidden, 2, u) + bias(2, u)) : recurrent(reset, 2, u) + bias(2, u)))));
    return { h: units.map(u => (1 - z[u]!) * n[u]! + z[u]! * hidden[u]!), c: [] };
  };
  const rnn = (t: number, { h: hidden }: Step): Step => ({ h: units.map(u => f(clip(whole(t, hidden, 0, u)))), c: [] });
  return { LSTM: lstm, GRU: gru, RNN: rnn }[op];
}

/** Those of all directions in turn; each takes its alpha and beta from the lists. */
function activations(op: NodeCase['op'], attributes: NodeInputs['attributes'], directions: number): Activation[] {
  const list = (name: string): number[] => [...(attributes[name] as number[] | undefined) ?? []].map(Math.fround);
  const [alphas, betas] = [list('activation_alpha'), list('activation_beta')];
  const names = (attributes['activations'] as string[] | undefined) ?? Array.from({ length: directions }, () => USUAL[op]).flat();
  return names.map(name => {
    const { defaults, of } = ACTIVATIONS[name]!;
    const alpha = defaults.length > 0 ? alphas.shift() ?? defaults[0]! : 0;
    const beta = defaults.length > 1 ? betas.shift() ?? defaults[1]! : 0;
    return v => of(v, alpha, beta);
  });
}

function dot(a: Numbers, from: number, b: Numbers, at: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += a[from + k]! * b[at + k]!;
  return sum;
}
