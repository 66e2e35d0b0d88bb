/** Executions of a stack's nodes, one behind another, to one run over all steps. */
import type { NetworkStates } from '../../core/engine';
import { FormatError } from '../../formats/format';
import { FORMAT } from '../../formats/onnx/model';
import { printable, shapeText } from '../../formats/parts/checked';
import type { Value } from '../upstream';
import type { Moment } from './reacher';
import { floatsOf, scalarOf } from './values';

/** What is known of a level's node. */
export interface Place {
  /** Byte offset of the node. */
  readonly origin: number;
  readonly name: string;
  readonly batchFirst: boolean;
  readonly directions: readonly ('forward' | 'reverse')[];
}

type States = Readonly<Record<string, Float32Array>>;

/** One level at work over some steps, first of the batch. */
interface Work {
  readonly steps: number;
  /** [steps, inputSize] */
  readonly x: Float32Array;
  /** [steps, directions * units] */
  readonly y: Float32Array;
  /** By direction: h and c before the first step, where the node is given them, and after the last. */
  readonly before: readonly States[];
  readonly after: readonly States[];
  readonly batch: number;
}

/** All levels of the stack at work over the same steps: one execution of its nodes. */
export interface Segment { readonly steps: number; readonly levels: readonly Work[] }

/** Segments of one piece of the recording, from what was seen while it ran. @throws FormatError where levels do not go together */
export function segmentsOf(moments: readonly Moment[], places: readonly Place[]): readonly Segment[] {
  const names = places.map(p => printable(p.name)).join(', ');
  const works = places.map(place => moments.filter(m => m.origin === place.origin).map(m => workOf(m, place)));
  const count = works[0]?.length ?? 0;
  if (works.some(w => w.length !== count)) throw new FormatError(FORMAT, `the layers ${names} do not run equally often: ${works.map(w => w.length).join(', ')} times`);
  return Array.from({ length: count }, (_, k) => {
    const levels = works.map(w => w[k]!);
    const steps = levels[0]!.steps;
    if (levels.some(l => l.steps !== steps)) throw new FormatError(FORMAT, `the layers ${names} do not run over equally many steps`);
    return { steps, levels };
  });
}

function workOf({ values }: Moment, { batchFirst, directions, name }: Place): Work {
  const { x, y, lengths } = values;
  if (x?.dims.length !== 3) throw new FormatError(FORMAT, `the input of ${printable(name)} should have 3 axes, but is ${x ? `of shape ${shapeText(x.dims)}` : 'missing'}`);
  const [all, batch] = batchFirst ? [x.dims[1]!, x.dims[0]!] : [x.dims[0]!, x.dims[1]!];
  const steps = Math.min(all, lengths ? scalarOf(lengths) : all);
  const states = (names: readonly (readonly [string, Value | undefined])[]): States[] => directions.map((_, d) =>
    Object.fromEntries(names.flatMap(([state, value]) => (value ? [[state, firstOf(value, batchFirst ? [0, d] : [d, 0], 0)] as const] : []))));
  return {
    steps, batch,
    x: firstSteps(x, batchFirst, steps, 1),
    y: y ? firstSteps(y, batchFirst, steps, directions.length) : new Float32Array(0),
    before: states([['h', values.h], ['c', values.c]]),
    after: states([['h', values.lastH], ['c', values.lastC]]),
  };
}

/** Row-major numbers from the place `index`, of the axes behind it. */
function firstOf({ dims, ...value }: Value, index: readonly number[], skip: number): Float32Array {
  const inner = dims.slice(index.length).reduce((a, b) => a * b, 1);
  const at = index.reduce((sum, i, k) => sum * dims[k]! + i, 0) * inner + skip;
  return floatsOf({ dims, ...value }).slice(at, at + inner);
}

/** [steps, directions * width] of the first of the batch; from [T, B, F], [T, D, B, H] or, batch first, [B, T, F], [B, T, D, H]. */
function firstSteps(value: Value, batchFirst: boolean, steps: number, directions: number): Float32Array {
  const { dims } = value;
  const data = floatsOf(value);
  const width = dims.at(-1)!;
  if (batchFirst) return data.slice(0, steps * directions * width);
  const batch = dims.at(-2)!;
  const out = new Float32Array(steps * directions * width);
  for (let row = 0; row < steps * directions; row++) out.set(data.subarray(row * batch * width, row * batch * width + width), row * width);
  return out;
}

/** Where states that are handed on may differ by rounding. */
const SAME = 1e-6;

/** True where one segment begins in the states in which the one before ended, so that both are one run. */
export function continues(before: Segment, next: Segment, places: readonly Place[]): boolean {
  return places.every((place, level) => place.directions.every((direction, d) => {
    const ended = before.levels[level]!.after[d]!;
    const begun = next.levels[level]!.before[d]!;
    return direction === 'forward' && Object.keys(ended).every(state => begun[state] !== undefined && near(begun[state], ended[state]!));
  }));
}

function near(a: Float32Array, b: Float32Array): boolean {
  const size = b.reduce((m, v) => Math.max(m, Math.abs(v)), 1);
  return a.length === b.length && a.every((v, k) => Math.abs(v - b[k]!) <= SAME * size);
}

/** The longest stretch of segments that are one run, [from, to); the first of equally long ones. */
export function longestRun(segments: readonly Segment[], places: readonly Place[]): { readonly from: number; readonly to: number } {
  let best = { from: 0, to: 0, steps: 0 };
  for (let from = 0, to; from < segments.length; from = to) {
    let steps = segments[from]!.steps;
    for (to = from + 1; to < segments.length && continues(segments[to - 1]!, segments[to]!, places); to++) steps += segments[to]!.steps;
    if (steps > best.steps) best = { from, to, steps };
  }
  return best;
}

/** States before a segment, where the model gives any. */
export function statesBefore({ levels }: Segment): NetworkStates | undefined {
  const states = levels.map(l => l.before);
  return states.some(l => l.some(d => Object.keys(d).length > 0)) ? states : undefined;
}
