/** Convolution and pooling over time, as Keras pads and strides. */
import { FormatError } from '../../formats/format';
import { zeros, type Values } from './values';

export interface Windows {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: 'valid' | 'same' | 'causal';
}

/** Steps of the output, and where the first window begins (negative: in the padding). */
export function windowsOf(steps: number, { size, stride, dilation, padding }: Windows): { readonly count: number; readonly first: number } {
  const reach = (size - 1) * dilation + 1;
  if (padding === 'valid') return { count: Math.max(0, Math.floor((steps - reach) / stride) + 1), first: 0 };
  const count = Math.ceil(steps / stride);
  if (padding === 'causal') return { count, first: -(reach - 1) };
  const total = Math.max(0, (count - 1) * stride + reach - steps);
  return { count, first: -Math.floor(total / 2) };
}

/** `kernel` is [size, inputs / groups, filters]; x is [steps, inputs]. */
export function convolved(x: Values, kernel: { readonly shape: readonly number[]; readonly data: Float32Array }, bias: Float32Array | undefined, groups: number, windows: Windows, layer: string): Values {
  const [steps = 0, inputs = 0] = x.shape;
  const [size = 0, each = 0, filters = 0] = kernel.shape;
  if (x.shape.length !== 2 || kernel.shape.length !== 3 || each * groups !== inputs || filters % groups !== 0) {
    throw new FormatError('keras', `layer ${layer} should read [steps, ${each * groups}], but gets [${x.shape.join(', ')}]`);
  }
  const { count, first } = windowsOf(steps, { ...windows, size });
  const out = zeros([count, filters]);
  const share = filters / groups;
  for (let t = 0; t < count; t++) {
    for (let f = 0; f < filters; f++) {
      const from = Math.floor(f / share) * each;
      let sum = bias?.[f] ?? 0;
      for (let k = 0; k < size; k++) {
        const at = first + t * windows.stride + k * windows.dilation;
        if (at < 0 || at >= steps) continue;
        for (let c = 0; c < each; c++) sum += x.data[at * inputs + from + c]! * kernel.data[(k * each + c) * filters + f]!;
      }
      out.data[t * filters + f] = sum;
    }
  }
  return out;
}

/** Greatest or mean of each window; padding counts for neither. */
export function pooled(x: Values, kind: 'max' | 'average', windows: Windows): Values {
  const [steps = 0, width = 0] = x.shape;
  const { count, first } = windowsOf(steps, windows);
  const out = zeros([count, width]);
  for (let t = 0; t < count; t++) {
    const from = Math.max(0, first + t * windows.stride), to = Math.min(steps, first + t * windows.stride + windows.size);
    for (let c = 0; c < width; c++) {
      let found = kind === 'max' ? -Infinity : 0;
      for (let at = from; at < to; at++) found = kind === 'max' ? Math.max(found, x.data[at * width + c]!) : found + x.data[at * width + c]!;
      out.data[t * width + c] = kind === 'max' ? found : found / (to - from);
    }
  }
  return out;
}
