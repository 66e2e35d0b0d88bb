/** Losses of a network's output: their values and gradients, in float64. */
import { stepsOf } from './runners/runner';
import type { Numbers } from './interpret';
import type { Network, Tensor } from './layer';
import { LayerError, outputSize } from './parameters';

/** Logits = weight h + bias. */
export interface LinearDecoder {
  /** [classes, outputSize] */
  readonly weight: Tensor;
  /** [classes] */
  readonly bias?: Tensor | undefined;
}

/** What is differentiated, of the top level's output. `step` is the last by default. */
export type Loss =
  /** The sum of the output at a step. */
  | { readonly kind: 'sum'; readonly step?: number }
  /** One unit of the output at a step. */
  | { readonly kind: 'unit'; readonly unit: number; readonly step?: number }
  /** Mean over steps and units of the squared distance to `target` [steps, outputSize]. */
  | { readonly kind: 'mse'; readonly target: Numbers }
  /** Mean over the steps with a target (0 or more) of -log softmax(logits)[target]; the output itself is the logits where no decoder is given. */
  | { readonly kind: 'crossEntropy'; readonly targets: ArrayLike<number>; readonly decoder?: LinearDecoder }
  /** Any loss, by its gradient [steps, outputSize] with respect to the output. */
  | { readonly kind: 'dh'; readonly dh: Numbers };

export interface LossResult {
  /** Absent where only the gradient was given. */
  readonly value?: number;
  /** [steps, outputSize] */
  readonly d: Float64Array;
  /** Gradients of the decoder's tensors, in their layouts. */
  readonly decoder?: { readonly weight: Float64Array; readonly bias: Float64Array };
}

/** The loss and its gradient with respect to `output` [steps, outputSize] of the top level. @throws LayerError */
export function evaluateLoss(network: Network, output: Float32Array, steps: number, loss: Loss): LossResult {
  const width = outputSize(network.levels.at(-1)!);
  switch (loss.kind) {
    case 'dh': return { d: given(loss.dh, steps, width) };
    case 'mse': return squared(loss.target, output, steps, width);
    case 'crossEntropy': return crossEntropy(loss, output, steps, width);
    default: return atStep(network, output, steps, width, loss);
  }
}

function given(dh: Numbers, steps: number, width: number): Float64Array {
  if (dh.length !== steps * width) throw new LayerError(`The loss's gradient should hold ${steps} steps of ${width} numbers, found ${dh.length} numbers.`);
  return new Float64Array(dh);
}

function atStep(network: Network, output: Float32Array, steps: number, width: number, loss: Loss & { kind: 'sum' | 'unit' }): LossResult {
  const last = Math.max(0, Math.max(...network.levels.at(-1)!.directions.map(l => stepsOf(l, steps))) - 1);
  const step = loss.step ?? last;
  if (!Number.isInteger(step) || step < 0 || step >= steps) throw new LayerError(`The loss's step should be from 0 to ${steps - 1}, found ${step}.`);
  const d = new Float64Array(steps * width);
  const row = output.subarray(step * width, (step + 1) * width);
  if (loss.kind === 'sum') return { value: row.reduce((sum, v) => sum + v, 0), d: d.fill(1, step * width, (step + 1) * width) };
  if (!Number.isInteger(loss.unit) || loss.unit < 0 || loss.unit >= width) throw new LayerError(`The loss's unit should be from 0 to ${width - 1}, found ${loss.unit}.`);
  d[step * width + loss.unit] = 1;
  return { value: row[loss.unit]!, d };
}

function squared(target: Numbers, output: Float32Array, steps: number, width: number): LossResult {
  const n = steps * width;
  if (target.length !== n) throw new LayerError(`The target should hold ${steps} steps of ${width} numbers, found ${target.length} numbers.`);
  const d = new Float64Array(n).map((_, k) => 2 * (output[k]! - target[k]!) / n);
  return { value: d.reduce((sum, v) => sum + v * v, 0) * n / 4, d };
}

function crossEntropy({ targets, decoder }: Loss & { kind: 'crossEntropy' }, output: Float32Array, steps: number, width: number): LossResult {
  if (targets.length !== steps) throw new LayerError(`There should be a target for each of ${steps} steps (-1 for none), found ${targets.length}.`);
  const classes = decoder?.weight.shape[0] ?? width;
  if (decoder && decoder.weight.data.length !== classes * width) throw new LayerError(`The decoder's weight should have the shape [classes, ${width}], found [${decoder.weight.shape.join(', ')}].`);
  const wrong = Array.from(targets).find(k => !Number.isInteger(k) || k >= classes);
  if (wrong !== undefined) throw new LayerError(`Targets should be whole numbers below ${classes}, found ${wrong}.`);
  const counted = Array.from(targets).filter(k => k >= 0).length;
  const d = new Float64Array(steps * width);
  const [weight, bias] = [new Float64Array(decoder ? classes * width : 0), new Float64Array(decoder ? classes : 0)];
  let value = 0;
  for (let t = 0; t < steps; t++) {
    if (targets[t]! < 0) continue;
    const h = output.subarray(t * width, (t + 1) * width);
    const p = softmax(decoder ? logits(decoder, h) : Float64Array.from(h));
    value -= Math.log(p[targets[t]!]!) / counted;
    p[targets[t]!] = p[targets[t]!]! - 1;
    for (let k = 0; k < classes; k++) {
      const e = p[k]! / counted;
      if (!decoder) { d[t * width + k] = e; continue; }
      bias[k] = bias[k]! + e;
      for (let u = 0; u < width; u++) {
        weight[k * width + u] = weight[k * width + u]! + e * h[u]!;
        d[t * width + u] = d[t * width + u]! + e * decoder.weight.data[k * width + u]!;
      }
    }
  }
  return { value, d, ...(decoder && { decoder: { weight, bias } }) };
}

function logits({ weight, bias }: LinearDecoder, h: Float32Array): Float64Array {
  return new Float64Array(weight.shape[0]!).map((_, k) => h.reduce((sum, v, u) => sum + v * weight.data[k * h.length + u]!, bias?.data[k] ?? 0));
}

function softmax(z: Float64Array): Float64Array {
  const most = z.reduce((a, b) => Math.max(a, b), -Infinity);
  const e = z.map(v => Math.exp(v - most));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map(v => v / sum);
}
