/** How many parameters a layer has, as its framework stores them, and how many multiply-adds a step costs. */
import type { LayerSpec } from '../outline';

/** The part of a LayerSpec that sizes depend on. */
export type Sized = Pick<LayerSpec, 'framework' | 'cell' | 'inputSize' | 'units' | 'layers' | 'bidirectional' | 'bias' | 'projection' | 'options'>;

const blocks = { rnn: 1, lstm: 4, gru: 3 } as const;

/** Rows of the matrices per unit; null where the cell is not known. Flax's MGU has a gate and a candidate. */
export function blocksOf({ cell, options }: Pick<Sized, 'cell' | 'options'>): number | null {
  return cell !== null ? blocks[cell] : options['variant'] === 'mgu' ? 2 : null;
}

/** Bias numbers per unit and block: PyTorch adds two, Keras one, but two in a GRU that resets after the product and in its classes over cuDNN. */
export function biasesPerUnit(spec: Sized): number | null {
  if (spec.bias === null) return null;
  if (!spec.bias) return 0;
  if (spec.framework === 'pytorch') return 2;
  if (spec.framework === 'haiku' && spec.cell === 'rnn') return spec.options['doubleBias'] === undefined ? null : spec.options['doubleBias'] === true ? 2 : 1;
  if (spec.framework === 'keras' && spec.options['doubleBias'] === true) return 2;
  if (spec.cell !== 'gru' || jax.has(spec.framework)) return 1;
  return spec.options['resetAfter'] === undefined ? null : spec.options['resetAfter'] === true ? 2 : 1;
}

const jax: ReadonlySet<Sized['framework']> = new Set(['flax', 'nnx', 'equinox', 'haiku']);

/** Bias numbers per unit beyond those of each block: the candidate's own of linen's and Equinox's GRU, and of an MGU that resets. */
export function extraBiases({ framework, cell, bias, options }: Sized): number {
  if (bias !== true) return 0;
  if (cell === 'gru') return framework === 'flax' || framework === 'equinox' ? 1 : 0;
  return options['variant'] === 'mgu' && options['resetGate'] !== false ? 1 : 0;
}

/** Keras and TF.js stack cells within a layer, where each reads the one before; elsewhere layers read both directions. */
export function ofCells({ framework }: Pick<Sized, 'framework'>): boolean {
  return framework === 'keras' || framework === 'tfjs';
}

/** One layer of a stack: what it reads, and the sizes that matter for it. All null where unknown. */
export interface LayerSize { readonly input: number; readonly units: number; readonly output: number; readonly directions: number; readonly parameters: number; readonly multiplyAdds: number }

/** The most layers whose sizes are worth listing; a larger number in code is a slip. */
const mostLayers = 10_000;

/** Sizes layer by layer; undefined where a number is unknown or makes no sense. */
export function layerSizes(spec: Sized): readonly LayerSize[] | undefined {
  const { inputSize, units, layers, bidirectional, projection } = spec;
  const biases = biasesPerUnit(spec);
  const rows = blocksOf(spec);
  if (rows === null || inputSize === null || units === null || layers === null || bidirectional === null || projection === null || biases === null) return undefined;
  if (![inputSize, units, layers].every(n => Number.isSafeInteger(n) && n > 0) || layers > mostLayers || projection < 0) return undefined;
  const directions = bidirectional ? 2 : 1;
  const kept = spec.options['sharedWeights'] === true ? 1 : directions;
  const output = projection || units;
  return Array.from({ length: layers }, (_, k) => {
    const input = k === 0 ? inputSize : ofCells(spec) ? units : directions * output;
    const products = rows * units * (input + output) + projection * units;
    const bias = units * (rows * biases + extraBiases(spec));
    return { input, units, output, directions, parameters: kept * (products + bias), multiplyAdds: directions * products };
  });
}

/** The whole count, or null. */
export function parameterCount(spec: Sized): number | null {
  return layerSizes(spec)?.reduce((sum, layer) => sum + layer.parameters, 0) ?? null;
}
