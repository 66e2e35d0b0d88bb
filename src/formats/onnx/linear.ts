/** QuantizeLinear and DequantizeLinear over numbers of the file: how weights of 8 bits stand before an ordinary layer. */
import { FormatError } from '../format';
import { printable, shapeText } from '../parts/checked';
import type { Numbers } from '../parts/numbers';
import type { Known } from './fold';
import { FORMAT, type Node } from './model';
import type { Plan } from './operators';
import { axisOf } from './shapes';
import { typeName } from './tensor';

type Inputs = readonly (Known | undefined)[];

/** (q - zero) * scale, by one scale or by one for each place along an axis. */
export async function dequantizeLinear(node: Node, inputs: Inputs): Promise<Plan | string> {
  return planned(node, inputs, (q, s, z) => (q - z) * s);
}

/** Smallest and largest number of what is quantised to. */
const RANGES: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['int8', [-128, 127]], ['uint8', [0, 255]], ['int16', [-32768, 32767]], ['uint16', [0, 65535]],
]);

/** x / scale + zero, rounded to the nearest integer, of two the even one, and kept in range. */
export async function quantizeLinear(node: Node, inputs: Inputs): Promise<Plan | string> {
  const wanted = node.attributes.get('output_dtype')?.int ?? 0;
  const type = inputs[2] ? inputs[2].type ?? 'another type' : wanted > 0 ? typeName(wanted) : 'uint8';
  const range = RANGES.get(type);
  if (!range) return `rounding to ${type} is not followed`;
  const [low, high] = range;
  return planned(node, inputs, (x, s, z) => Math.max(low, Math.min(high, nearest(Math.fround(x / s)) + z)));
}

/** The nearest integer, of two the even one. */
function nearest(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  return rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1;
}

/** The same for every element, with the scale and the zero point of its place. */
function planned(node: Node, [data, scale, zero]: Inputs, each: (value: number, scale: number, zero: number) => number): Plan | string {
  if (!data || !scale) return `${data ? 'its scale' : 'what it takes'} is missing`;
  if ((node.attributes.get('block_size')?.int ?? 0) > 0) return 'scales of blocks are not followed';
  if (zero && shapeText(zero.shape) !== shapeText(scale.shape)) return `its zero point should be of the shape of its scale, ${shapeText(scale.shape)}, but ${shapeText(zero.shape)} was found`;
  const single = scale.shape.length === 0 || (scale.shape.length === 1 && scale.shape[0] === 1);
  const axis = axisOf(node.attributes.get('axis')?.int ?? 1, data.shape.length);
  const places = single ? 1 : axis === undefined ? 0 : data.shape[axis] ?? 0;
  if (!single && (scale.shape.length !== 1 || scale.shape[0] !== places)) return `its scale of shape ${shapeText(scale.shape)} does not fit ${shapeText(data.shape)}${axis === undefined ? '' : ` along axis ${axis}`}`;
  const inner = single ? 1 : data.shape.slice((axis ?? 0) + 1).reduce((a, b) => a * b, 1);
  const make = ([values, scales, zeros]: readonly Numbers[]): Numbers => {
    const checked = checkedScale(scales!, node.inputs[1] ?? 'scale');
    return values!.map((v: number, k: number) => {
      const place = single ? 0 : Math.floor(k / inner) % places;
      return each(v, checked[place]!, zeros?.[place] ?? 0);
    });
  };
  return { shape: data.shape, all: true, make };
}

/** The scales, if all are numbers above zero. @throws FormatError that names the tensor */
export function checkedScale(scales: Numbers, name: string): Numbers {
  const odd = scales.findIndex(s => !(s > 0 && Number.isFinite(s)));
  if (odd >= 0) throw new FormatError(FORMAT, `"${printable(name)}" holds ${scales[odd]} at place ${odd}; scales should be numbers above zero`);
  return scales;
}
