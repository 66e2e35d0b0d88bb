/** How many parameters a layer has, as its framework stores them, and how many multiply-adds a step costs. */
import type { LayerSpec } from './outline';

/** The part of a LayerSpec that sizes depend on. */
export type Sized = Pick<LayerSpec, 'framework' | 'cell' | 'inputSize' | 'units' | 'layers' | 'bidirectional' | 'bias' | 'projection' | 'options'>;

/** Rows of the matrices per unit. */
export const blocks = { rnn: 1, lstm: 4, gru: 3 } as const;

/** Bias numbers per unit and block: PyTorch adds two, Keras one, but two in a GRU that resets after the product. */
export function biasesPerUnit(spec: Sized): number | null {
  if (spec.bias === null) return null;
  if (!spec.bias) return 0;
  if (spec.framework === 'pytorch') return 2;
  if (spec.cell !== 'gru') return 1;
  return spec.options['resetAfter'] === undefined ? null : spec.options['resetAfter'] === true ? 2 : 1;
}

/** One layer of a stack: what it reads, and the sizes that matter for it. All null where unknown. */
export interface LayerSize { readonly input: number; readonly units: number; readonly output: number; readonly directions: number; readonly parameters: number; readonly multiplyAdds: number }

/** The most layers whose sizes are worth listing; a larger number in code is a slip. */
const mostLayers = 10_000;

/** Sizes layer by layer; undefined where a number is unknown or makes no sense. */
export function layerSizes(spec: Sized): readonly LayerSize[] | undefined {
  const { cell, inputSize, units, layers, bidirectional, projection } = spec;
  const biases = biasesPerUnit(spec);
  if (cell === null || inputSize === null || units === null || layers === null || bidirectional === null || projection === null || biases === null) return undefined;
  if (![inputSize, units, layers].every(n => Number.isSafeInteger(n) && n > 0) || layers > mostLayers || projection < 0) return undefined;
  const directions = bidirectional ? 2 : 1;
  const output = projection || units;
  return Array.from({ length: layers }, (_, k) => {
    const input = k === 0 ? inputSize : spec.framework === 'keras' ? units : directions * output;
    const products = blocks[cell] * units * (input + output) + projection * units;
    return { input, units, output, directions, parameters: directions * (products + blocks[cell] * units * biases), multiplyAdds: directions * products };
  });
}

/** The whole count, or null. */
export function parameterCount(spec: Sized): number | null {
  return layerSizes(spec)?.reduce((sum, layer) => sum + layer.parameters, 0) ?? null;
}
