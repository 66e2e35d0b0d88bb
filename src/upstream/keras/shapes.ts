/** Layers that only move numbers: other shapes, other axes, several inputs to one. */
import { FormatError } from '../../formats/format';
import { countOf, zeros, type Values } from './values';

/** @throws FormatError where the numbers do not fit */
export function reshaped(x: Values, wanted: readonly number[], layer: string): Values {
  const known = wanted.filter(n => n >= 0).reduce((a, b) => a * b, 1);
  const shape = wanted.map(n => (n < 0 ? x.data.length / known : n));
  if (countOf(shape) !== x.data.length || !shape.every(Number.isInteger)) throw new FormatError('keras', `layer ${layer} cannot give [${wanted.join(', ')}] from [${x.shape.join(', ')}]`);
  return { shape, data: x.data };
}

/** Axes in the order of `order`, counted from 1 as Keras does. */
export function permuted(x: Values, order: readonly number[], layer: string): Values {
  const valid = order.length === x.shape.length && [...order].sort((a, b) => a - b).every((n, k) => n === k + 1);
  if (!valid) throw new FormatError('keras', `layer ${layer} cannot move the axes of [${x.shape.join(', ')}] to ${order.join(', ')}`);
  const strides = x.shape.map((_, k) => countOf(x.shape.slice(k + 1)));
  const out = zeros(order.map(n => x.shape[n - 1]!));
  const steps = order.map(n => strides[n - 1]!);
  out.data.forEach((_, index) => {
    let [rest, from] = [index, 0];
    for (let axis = out.shape.length - 1; axis >= 0; axis--) {
      from += (rest % out.shape[axis]!) * steps[axis]!;
      rest = Math.floor(rest / out.shape[axis]!);
    }
    out.data[index] = x.data[from]!;
  });
  return out;
}

/** Rows [from, to) of the first axis, with zeros where there are none. */
export function rows(x: Values, from: number, to: number): Values {
  const width = countOf(x.shape.slice(1));
  const out = zeros([Math.max(0, to - from), ...x.shape.slice(1)]);
  const [first, last] = [Math.max(0, from), Math.min(x.shape[0] ?? 0, to)];
  if (last > first) out.data.set(x.data.subarray(first * width, last * width), (first - from) * width);
  return out;
}

/** The same row so many times. */
export function repeated(x: Values, times: number): Values {
  const out = zeros([times, ...x.shape]);
  for (let t = 0; t < times; t++) out.data.set(x.data, t * x.data.length);
  return out;
}

/** Side by side on an axis, counted without the batch; negative from the end. @throws FormatError where the other axes differ */
export function concatenated(inputs: readonly Values[], axis: number, layer: string): Values {
  const [first] = inputs;
  const at = axis < 0 ? (first?.shape.length ?? 0) + axis : axis - 1;
  const fit = first && at >= 0 && at < first.shape.length && inputs.every(v => v.shape.length === first.shape.length && v.shape.every((n, k) => k === at || n === first.shape[k]));
  if (!first || !fit) throw new FormatError('keras', `layer ${layer} cannot put [${inputs.map(v => v.shape.join(', ')).join('] and [')}] side by side`);
  const out = zeros(first.shape.map((n, k) => (k === at ? inputs.reduce((sum, v) => sum + v.shape[at]!, 0) : n)), first.mask);
  const blocks = countOf(first.shape.slice(0, at));
  const width = out.data.length / Math.max(1, blocks);
  let offset = 0;
  for (const v of inputs) {
    const own = v.data.length / Math.max(1, blocks);
    for (let b = 0; b < blocks; b++) out.data.set(v.data.subarray(b * own, (b + 1) * own), b * width + offset);
    offset += own;
  }
  return out;
}

/** Number by number. @throws FormatError where shapes differ */
export function combined(inputs: readonly Values[], layer: string, f: (values: readonly number[]) => number): Values {
  const [first] = inputs;
  if (!first || inputs.some(v => v.shape.join() !== first.shape.join())) throw new FormatError('keras', `layer ${layer} needs inputs of one shape, but gets [${inputs.map(v => v.shape.join(', ')).join('] and [')}]`);
  return { ...first, data: first.data.map((_, k) => f(inputs.map(v => v.data[k]!))) };
}
