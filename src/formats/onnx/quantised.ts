/** DynamicQuantizeLSTM, ONNX Runtime's own LSTM: weights of 8 bits, each with a scale and a zero point, and lying across to those of the standard. */
import { shapeText } from '../parts/checked';
import type { Numbers } from '../parts/numbers';
import { made, type Folder, type Known, type Unknown } from './fold';
import { checkedScale } from './linear';
import type { Node } from './model';
import type { Scope } from './scope';

/** True for an LSTM whose weights are of 8 bits, and whose inputs a runtime rounds to 8 bits too. */
export const isQuantised = ({ op, domain }: Pick<Node, 'op' | 'domain'>): boolean => op === 'DynamicQuantizeLSTM' && domain === 'com.microsoft';

/** What is said of a layer that is shown without a runtime's rounding. */
export const ROUNDING = 'the weights are quantised: ONNX Runtime rounds the inputs of each product to 8 bits too when it runs them, so its numbers differ a little';

/** Which inputs make the weights, by the operator's own names. */
const PLACES = {
  kernel: { name: 'W', weights: 1, scale: 8, zero: 9 },
  recurrentKernel: { name: 'R', weights: 2, scale: 10, zero: 11 },
} as const;
export type QuantisedName = keyof typeof PLACES;

/** Weights that do not fit the operator. */
export interface Wrong { readonly kind: 'wrong'; readonly why: string }

/** The weights as the standard's LSTM has them, [directions, 4 * units, width of what they multiply]. */
export async function quantisedWeights(node: Node, key: QuantisedName, scope: Scope, folder: Folder): Promise<Known | Unknown | Wrong> {
  const { name, ...places } = PLACES[key];
  const found = new Map<keyof typeof places, Known>();
  for (const [part, place] of Object.entries(places) as [keyof typeof places, number][]) {
    const input = node.inputs[place];
    if (!input) return wrong(`it has no ${inputName(name, part)}`);
    const value = await folder.fold(input, scope);
    if (value.kind === 'unknown') return value;
    found.set(part, value);
  }
  const [weights, scale, zero] = [found.get('weights')!, found.get('scale')!, found.get('zero')!];
  const misfit = misfitOf(name, weights, scale, zero);
  if (misfit !== undefined) return wrong(misfit);
  const [directions = 0, width = 0, columns = 0] = weights.shape;
  const sources = new Map([weights, scale, zero].flatMap(k => [...k.sources]));
  return made([directions, columns, width], sources, [weights, scale, zero], ([q, s, z]) =>
    upright(q!, checkedScale(s!, inputName(name, 'scale')), z!, { directions, width, columns }));
}

const wrong = (why: string): Wrong => ({ kind: 'wrong', why });

const inputName = (name: string, part: 'weights' | 'scale' | 'zero'): string => ({ weights: name, scale: `${name}_scale`, zero: `${name}_zero_point` })[part];

function misfitOf(name: string, weights: Known, scale: Known, zero: Known): string | undefined {
  if (weights.shape.length !== 3) return `its ${name} should have 3 axes, but ${shapeText(weights.shape)} was found`;
  if (weights.type !== undefined && weights.type !== 'int8' && weights.type !== 'uint8') return `its ${name} should be int8 or uint8, but ${weights.type} was found`;
  const [directions = 0, , columns = 0] = weights.shape;
  for (const [part, { shape }] of [['scale', scale], ['zero', zero]] as const) {
    const fits = shape[0] === directions && (shape.length === 1 || shape.length === 2 && shape[1] === columns);
    if (!fits) return `its ${inputName(name, part)} should be of shape ${shapeText([directions])} or ${shapeText([directions, columns])}, but ${shapeText(shape)} was found`;
  }
  return undefined;
}

interface Sizes { readonly directions: number; readonly width: number; readonly columns: number }

/** [directions, width, columns] of integers to [directions, columns, width] of numbers; scales and zeros are one a direction, or one a column of it. */
function upright(q: Numbers, scale: Numbers, zero: Numbers, { directions, width, columns }: Sizes): Float32Array {
  const out = new Float32Array(q.length);
  const at = (list: Numbers, d: number, c: number): number => list[list.length === directions ? d : d * columns + c] ?? 0;
  for (let d = 0; d < directions; d++) {
    for (let c = 0; c < columns; c++) {
      const [s, z] = [at(scale, d, c), at(zero, d, c)];
      const to = (d * columns + c) * width;
      for (let r = 0; r < width; r++) out[to + r] = ((q[(d * width + r) * columns + c] ?? 0) - z) * s;
    }
  }
  return out;
}
