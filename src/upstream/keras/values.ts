/** What goes from layer to layer of a Keras model: numbers of one sequence, without the batch axis. */
import { FormatError } from '../../formats/format';

export interface Values {
  /** Without the batch: [steps, features] mostly; indices of words are [steps]. */
  readonly shape: readonly number[];
  readonly data: Float64Array;
  /** [steps]: 0 where a step does not count. */
  readonly mask?: Uint8Array | undefined;
}

/** A layer's weights by the last part of their names: `kernel`. */
export type Weights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

const MOST = 2 ** 27;

/** Zeros of a shape. @throws FormatError where they would be too many */
export function zeros(shape: readonly number[], mask?: Uint8Array): Values {
  const count = countOf(shape);
  if (!Number.isSafeInteger(count) || count < 0 || count > MOST) throw new FormatError('keras', `a layer gives [${shape.join(', ')}] numbers; at most ${MOST} can be held`);
  return { shape, data: new Float64Array(count), mask };
}

export const countOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
export const lastAxis = ({ shape }: Values): number => shape.at(-1) ?? 1;

/** The same numbers through a function. */
export const mapped = (x: Values, f: (v: number) => number): Values => ({ ...x, data: x.data.map(f) });

/** A weight of a known shape. @throws FormatError that names what is missing */
export function weight(weights: Weights, name: string, layer: string): { readonly shape: readonly number[]; readonly data: Float32Array } {
  const found = weights.get(name);
  if (!found) throw new FormatError('keras', `layer ${layer} should have a weight "${name}"; it has ${[...weights.keys()].join(', ') || 'none'}`);
  return found;
}
