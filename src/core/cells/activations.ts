/** Activation functions as files name them, and how the equations write them. */

/** `alpha` and `beta` where the function has them; its defaults else (those of the ONNX operators). */
export interface Activation {
  readonly name: ActivationName;
  readonly alpha?: number;
  readonly beta?: number;
}

export type ActivationName = keyof typeof ACTIVATIONS;

interface Form {
  /** Absent defaults mean: no such argument. */
  readonly alpha?: number;
  readonly beta?: number;
  write(v: string, alpha: string, beta: string): string;
}

const form = (name: string): Form => ({ write: v => `${name}(${v})` });

const ACTIVATIONS = {
  sigmoid: form('σ'),
  tanh: form('tanh'),
  relu: form('relu'),
  softsign: form('softsign'),
  softplus: form('softplus'),
  exp: form('exp'),
  linear: { write: v => `(${v})` },
  hardSigmoid: { alpha: 0.2, beta: 0.5, write: (v, a, b) => `hardσ(${v}, ${a}, ${b})` },
  affine: { alpha: 1, beta: 0, write: (v, a, b) => `affine(${v}, ${a}, ${b})` },
  scaledTanh: { alpha: 1, beta: 1, write: (v, a, b) => `scaledTanh(${v}, ${a}, ${b})` },
  leakyRelu: { alpha: 0.01, write: (v, a) => `leaky(${v}, ${a})` },
  thresholdedRelu: { alpha: 1, write: (v, a) => `thresholded(${v}, ${a})` },
  elu: { alpha: 1, write: (v, a) => `elu(${v}, ${a})` },
  selu: form('selu'),
  swish: form('swish'),
} as const satisfies Record<string, Form>;

export const activationNames = Object.keys(ACTIVATIONS) as readonly ActivationName[];

/** The activation of `v`, written for use in a product: `σ(Wi x + bi)`. */
export function writeActivation(activation: Activation, v: string): string {
  const known: Form = ACTIVATIONS[activation.name];
  return known.write(v, number(activation.alpha ?? known.alpha), number(activation.beta ?? known.beta));
}

/** In words: `tanh`, `hardSigmoid (0.2, 0.5)`. */
export function describeActivation(activation: Activation): string {
  const known: Form = ACTIVATIONS[activation.name];
  const numbers = [known.alpha === undefined ? [] : number(activation.alpha ?? known.alpha), known.beta === undefined ? [] : number(activation.beta ?? known.beta)].flat();
  return numbers.length === 0 ? activation.name : `${activation.name} (${numbers.join(', ')})`;
}

function number(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}
