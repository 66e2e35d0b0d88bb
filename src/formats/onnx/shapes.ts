/** Moving numbers about without changing them: what ONNX's shape operators do to row-major data. Data only, no ONNX. */
import { elements } from '../parts/checked';
import type { Numbers } from '../parts/numbers';

/** Distance in elements between neighbours along each axis of row-major data. */
export function strides(shape: readonly number[]): number[] {
  const out = shape.map(() => 1);
  for (let k = shape.length - 2; k >= 0; k--) out[k] = (out[k + 1] ?? 1) * (shape[k + 1] ?? 1);
  return out;
}

/** A new array of the same type as `like`. */
export const emptyLike = (like: Numbers, count: number): Numbers => (like instanceof Float64Array ? new Float64Array(count) : new Float32Array(count));

/** Row-major copy of the window that starts at `offset` and steps by `step` along each axis of `shape`. */
export function gather(data: Numbers, shape: readonly number[], step: readonly number[], offset: number): Numbers {
  const out = emptyLike(data, elements(shape) ?? 0);
  const inner = shape.at(-1) ?? 1;
  const innerStep = step.at(-1) ?? 1;
  const index = shape.slice(0, -1).map(() => 0);
  let from = offset;
  for (let to = 0; to < out.length; to += inner) {
    for (let k = 0; k < inner; k++) out[to + k] = data[from + k * innerStep] ?? 0;
    from += advance(index, shape, step);
  }
  return out;
}

/** Counts `index` up by one, last axis first, and returns how far the source moves. */
function advance(index: number[], shape: readonly number[], step: readonly number[]): number {
  let moved = 0;
  for (let k = index.length - 1; k >= 0; k--) {
    const n = (index[k] ?? 0) + 1;
    index[k] = n;
    moved += step[k] ?? 0;
    if (n < (shape[k] ?? 0)) return moved;
    moved -= n * (step[k] ?? 0);
    index[k] = 0;
  }
  return moved;
}

/** An axis counted from 0, or undefined where there is none such. */
export function axisOf(axis: number, rank: number): number | undefined {
  const at = axis < 0 ? axis + rank : axis;
  return Number.isInteger(at) && at >= 0 && at < rank ? at : undefined;
}

/** The parts side by side along `axis`; `shapes` agree in all other axes. */
export function concat(parts: readonly Numbers[], shapes: readonly (readonly number[])[], axis: number): Numbers {
  const rows = (shapes[0] ?? []).slice(0, axis).reduce((a, b) => a * b, 1);
  const widths = shapes.map(shape => shape.slice(axis).reduce((a, b) => a * b, 1));
  const total = widths.reduce((a, b) => a + b, 0);
  const out = parts.some(p => p instanceof Float64Array) ? new Float64Array(rows * total) : new Float32Array(rows * total);
  let left = 0;
  parts.forEach((part, k) => {
    const width = widths[k] ?? 0;
    for (let row = 0; row < rows; row++) out.set(part.subarray(row * width, (row + 1) * width), row * total + left);
    left += width;
  });
  return out;
}
