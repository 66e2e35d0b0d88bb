/** The operators through which weights are followed: each says its result's shape, and how to make its numbers from its inputs'. */
import { elements, shapeText } from '../parts/checked';
import type { Numbers } from '../parts/numbers';
import { sourceSize, type Known } from './fold';
import { dequantizeLinear, quantizeLinear } from './linear';
import type { Node } from './model';
import { axisOf, concat, gather, strides } from './shapes';

/** A result known by shape; `make` gets the numbers of the first input, or of all where `all` is set, in order. */
export interface Plan {
  readonly shape: readonly number[];
  readonly all?: true;
  readonly make: (inputs: readonly Numbers[]) => Numbers;
}

/** Small integers that an operator needs to know its shape: an input if there is one, else an attribute. */
type Operator = (node: Node, inputs: readonly (Known | undefined)[]) => Promise<Plan | string>;

const same = (inputs: readonly Numbers[]): Numbers => inputs[0] ?? new Float32Array(0);
const MOST_INDICES = 64;
const MOST_READ = 4096;

/** By ONNX name. A text instead of a plan says why not. */
export const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['Identity', async (_, [data]) => (data ? { shape: data.shape, make: same } : missing)],
  ['Cast', cast],
  ['Unsqueeze', unsqueeze],
  ['Squeeze', squeeze],
  ['Reshape', reshape],
  ['Flatten', flatten],
  ['Transpose', transpose],
  ['Concat', concatenate],
  ['Slice', slice],
  ['QuantizeLinear', quantizeLinear],
  ['DequantizeLinear', dequantizeLinear],
]);

const missing = 'an input is missing';

/** Floats stay floats and integers become them; anything that would round is not followed. */
async function cast(node: Node, [data]: readonly (Known | undefined)[]): Promise<Plan | string> {
  const to = node.attributes.get('to')?.int;
  if (!data) return missing;
  if (to === 1 || to === 11) return { shape: data.shape, make: same };
  if (to === 6 || to === 7) return { shape: data.shape, make: inputs => same(inputs).map(Math.trunc) };
  return `a Cast to type ${to} would round`;
}

async function unsqueeze(node: Node, [data, axes]: readonly (Known | undefined)[]): Promise<Plan | string> {
  const places = await indices(node, 'axes', axes);
  if (!data || !places) return missing;
  const rank = data.shape.length + places.length;
  const at = new Set(places.map(axis => axisOf(axis, rank)));
  if (at.size !== places.length || at.has(undefined)) return `axes ${shapeText(places)} do not fit a result of ${rank} axes`;
  const left = [...data.shape];
  return { shape: Array.from({ length: rank }, (_, k) => (at.has(k) ? 1 : left.shift() ?? 1)), make: same };
}

async function squeeze(node: Node, [data, axes]: readonly (Known | undefined)[]): Promise<Plan | string> {
  const places = await indices(node, 'axes', axes);
  if (!data) return missing;
  const at = new Set(places?.map(axis => axisOf(axis, data.shape.length)) ?? data.shape.flatMap((n, k) => (n === 1 ? [k] : [])));
  if ([...at].some(axis => axis === undefined || data.shape[axis] !== 1)) return `axes ${shapeText(places ?? [])} of ${shapeText(data.shape)} are not all of size 1`;
  return { shape: data.shape.filter((_, k) => !at.has(k)), make: same };
}

async function reshape(node: Node, [data, to]: readonly (Known | undefined)[]): Promise<Plan | string> {
  const wanted = await indices(node, 'shape', to);
  if (!data || !wanted) return missing;
  const keepsZero = node.attributes.get('allowzero')?.int === 1;
  const shape = wanted.map((n, k) => (n === 0 && !keepsZero ? data.shape[k] ?? 0 : n));
  const free = shape.indexOf(-1);
  const count = elements(data.shape) ?? 0;
  if (free >= 0) shape[free] = count / shape.reduce((a, n, k) => (k === free ? a : a * n), 1);
  return elements(shape) === count ? { shape, make: same } : `${shapeText(data.shape)} cannot become ${shapeText(wanted)}`;
}

async function flatten(node: Node, [data]: readonly (Known | undefined)[]): Promise<Plan | string> {
  const axis = node.attributes.get('axis')?.int ?? 1;
  if (!data) return missing;
  const at = axis < 0 ? axis + data.shape.length : axis;
  const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  return { shape: [size(data.shape.slice(0, at)), size(data.shape.slice(at))], make: same };
}

async function transpose(node: Node, [data]: readonly (Known | undefined)[]): Promise<Plan | string> {
  if (!data) return missing;
  const given = node.attributes.get('perm')?.ints ?? [];
  const order = given.length > 0 ? given : data.shape.map((_, k) => data.shape.length - 1 - k);
  if (order.length !== data.shape.length || new Set(order).size !== order.length || order.some(k => data.shape[k] === undefined)) {
    return `the order ${shapeText(order)} does not fit ${shapeText(data.shape)}`;
  }
  const shape = order.map(k => data.shape[k] ?? 0);
  const step = strides(data.shape);
  return { shape, make: inputs => gather(same(inputs), shape, order.map(k => step[k] ?? 0), 0) };
}

async function concatenate(node: Node, inputs: readonly (Known | undefined)[]): Promise<Plan | string> {
  const shapes = inputs.flatMap(k => (k ? [k.shape] : []));
  const first = shapes[0];
  if (!first || shapes.length !== inputs.length) return missing;
  const axis = axisOf(node.attributes.get('axis')?.int ?? 0, first.length);
  if (axis === undefined) return `axis ${node.attributes.get('axis')?.int} does not fit ${shapeText(first)}`;
  const odd = shapes.find(s => s.length !== first.length || s.some((n, k) => k !== axis && n !== first[k]));
  if (odd) return `${shapeText(first)} and ${shapeText(odd)} cannot stand side by side along axis ${axis}`;
  return { shape: first.map((n, k) => (k === axis ? shapes.reduce((a, s) => a + (s[k] ?? 0), 0) : n)), all: true, make: parts => concat(parts, shapes, axis) };
}

async function slice(node: Node, [data, startsIn, endsIn, axesIn, stepsIn]: readonly (Known | undefined)[]): Promise<Plan | string> {
  const starts = await indices(node, 'starts', startsIn);
  const ends = await indices(node, 'ends', endsIn);
  if (!data || !starts || !ends) return missing;
  const axes = await indices(node, 'axes', axesIn) ?? starts.map((_, k) => k);
  const steps = await indices(node, 'steps', stepsIn) ?? starts.map(() => 1);
  const shape = [...data.shape];
  const step = strides(data.shape);
  let offset = 0;
  for (const [k, given] of axes.entries()) {
    const axis = axisOf(given, shape.length);
    const by = steps[k] ?? 1;
    const n = axis === undefined ? undefined : data.shape[axis];
    if (axis === undefined || n === undefined || !Number.isInteger(by) || by === 0) return `axis ${given} in steps of ${by} does not fit ${shapeText(data.shape)}`;
    const { from, count } = window(starts[k] ?? 0, ends[k] ?? 0, by, n);
    offset += from * (step[axis] ?? 0);
    shape[axis] = count;
    step[axis] = (step[axis] ?? 0) * by;
  }
  return { shape, make: inputs => gather(same(inputs), shape, step, offset) };
}

/** ONNX's clamping of a slice: where it begins and how many it takes. */
function window(start: number, end: number, by: number, n: number): { readonly from: number; readonly count: number } {
  const counted = (k: number): number => (k < 0 ? k + n : k);
  const clamp = (k: number, low: number, high: number): number => Math.max(low, Math.min(high, k));
  const from = by > 0 ? clamp(counted(start), 0, n) : clamp(counted(start), 0, n - 1);
  const to = by > 0 ? clamp(counted(end), 0, n) : clamp(counted(end), -1, n - 1);
  return { from, count: Math.max(0, Math.ceil((to - from) / by)) };
}

/** A short list of integers, from an input (newer operator sets) or an attribute (older ones). */
async function indices(node: Node, attribute: string, input: Known | undefined): Promise<readonly number[] | undefined> {
  if (!input) return node.attributes.get(attribute)?.ints;
  return smallIntegers(input);
}

/** The integers of a list so short that reading it belongs to reading headers. */
export async function smallIntegers(list: Known): Promise<readonly number[] | undefined> {
  if ((elements(list.shape) ?? Infinity) > MOST_INDICES || sourceSize(list) > MOST_READ) return undefined;
  return Array.from(await list.load(true));
}
