/** How much of the gradient of what a layer gives is left, so many steps earlier: one loss a window, and the median over windows. */
import { backpropagating } from '../core/backprop';
import type { Layer } from '../core/layer';
import type { Progress } from '../core/pace';
import type { Values } from '../core/interpret';
import { programOf } from '../core/programs';

export interface Window {
  /** [steps, inputSize], in the order of the sequence. */
  readonly x: Float32Array;
  readonly steps: number;
  /** States before the window, in the layer's direction; zero where absent. */
  readonly initial?: Values;
}

/**
 * ‖dL/dh‖ at distances 0 to steps − 1 from the loss, which is the sum of h in the window's last step (the first one for a reverse
 * layer), divided by its size at distance 0.
 */
export function* gradientLeft(layer: Layer, { x, steps, initial }: Window): Generator<Progress, Float64Array> {
  const { output } = programOf(layer.cell);
  const reverse = layer.direction === 'reverse';
  const network = { name: '', levels: [{ name: '', directions: [layer], merge: 'none' as const }] };
  const loss = { kind: 'sum', step: reverse ? 0 : steps - 1 } as const;
  const { levels } = yield* backpropagating(network, x, steps, loss, { record: [output], parameters: false, input: false, ...(initial ? { initial: [[initial]] } : {}) });
  const d = levels[0]!.directions[0]!.signals[`d${output}`]!;
  const at = (distance: number): number => norm(d, reverse ? distance : steps - 1 - distance, layer.units);
  const whole = at(0);
  return Float64Array.from({ length: steps }, (_, distance) => at(distance) / whole);
}

function norm(d: Float64Array, row: number, units: number): number {
  let sum = 0;
  for (let u = row * units; u < (row + 1) * units; u++) sum += d[u]! * d[u]!;
  return Math.sqrt(sum);
}

export interface Spread { readonly median: Float64Array; readonly low: Float64Array; readonly high: Float64Array }

/** Median and middle half at each distance; all curves are equally long. */
export function spread(curves: readonly Float64Array[]): Spread {
  const length = curves[0]?.length ?? 0;
  const [median, low, high] = [0.5, 0.25, 0.75].map(share => Float64Array.from({ length }, (_, k) => quantile(curves.map(c => c[k]!), share)));
  return { median: median!, low: low!, high: high! };
}

/** Linear between the two nearest. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] ?? NaN, sorted[Math.ceil(place)] ?? NaN];
  return low === high ? low : low + (high - low) * (place - Math.floor(place));
}

/** The first distance at which less than `share` is left; undefined where that is nowhere. */
export function lostAt(left: Float64Array, share: number): number | undefined {
  const found = left.findIndex(v => v < share);
  return found < 0 ? undefined : found;
}

/** Up to `most` steps spread evenly, each with so many steps before it (after it, for a reverse layer). */
export function lossSteps(steps: number, distance: number, most: number, reverse: boolean): number[] {
  const room = steps - 1 - distance;
  const count = Math.max(1, Math.min(most, room + 1));
  const places = Array.from({ length: count }, (_, k) => Math.round(distance + (count === 1 ? room : (k * room) / (count - 1))));
  return reverse ? places.map(t => steps - 1 - t) : places;
}
