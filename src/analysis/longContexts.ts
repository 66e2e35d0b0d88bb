/** The strongest contexts of a run that is too long to hold: pyramids say where to look, and only there it is run again. */
import type { Progress } from '../core/pace';
import type { Place, Recording } from '../core/recording/recording';
import { CONTEXTS, type Context } from './units';

export interface LongContexts {
  readonly contexts: readonly Context[];
  /** The largest finite |value|. */
  readonly scale: number;
  /** First step that is NaN or infinite. */
  readonly notFinite?: number;
}

/** Buckets looked at before it is content with fewer contexts: neighbours may share a peak. */
const TRIES = 12;

/** Places where |value| of a unit is largest, at most one in each bucket of the pyramid's lowest rows. */
export function* longContexts(recording: Recording, place: Place, unit: number, labels: readonly string[] | undefined): Generator<Progress, LongContexts> {
  const { steps, finest } = recording;
  const rows = yield* recording.tiling(place, 0, steps, Math.ceil(steps / finest), { part: { kind: 'units', first: unit, end: unit + 1 } });
  const sizes = Float64Array.from({ length: rows.columns }, (_, k) => Math.max(Math.abs((rows.min ?? rows.mean)[k]!), Math.abs((rows.max ?? rows.mean)[k]!)));
  const strange = sizes.findIndex(v => !Number.isFinite(v));
  const order = Array.from(sizes.keys()).filter(k => Number.isFinite(sizes[k]) && sizes[k]! > 0).sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const contexts: Context[] = [];
  for (const k of order.slice(0, TRIES)) {
    if (contexts.length === CONTEXTS.count) break;
    const peak = yield* firstStep(recording, place, unit, k * rows.bucket, Math.min(steps, (k + 1) * rows.bucket), v => Math.abs(v) === sizes[k]);
    const from = Math.max(0, peak - CONTEXTS.before), to = Math.min(steps, peak + CONTEXTS.after + 1);
    if (contexts.some(c => from < c.from + c.values.length && c.from < to)) continue;
    const values = yield* valuesOf(recording, place, unit, from, to);
    contexts.push({ from, peak, values, labels: values.map((_, t) => labels?.[from + t] ?? String(from + t)) });
  }
  const notFinite = strange < 0 ? undefined : yield* firstStep(recording, place, unit, strange * rows.bucket, Math.min(steps, (strange + 1) * rows.bucket), v => !Number.isFinite(v));
  return { contexts, scale: order.length === 0 ? 0 : sizes[order[0]!]!, ...(notFinite !== undefined && { notFinite }) };
}

function* firstStep(recording: Recording, place: Place, unit: number, from: number, to: number, wanted: (v: number) => boolean): Generator<Progress, number> {
  return from + (yield* valuesOf(recording, place, unit, from, to)).findIndex(wanted);
}

function* valuesOf(recording: Recording, place: Place, unit: number, from: number, to: number): Generator<Progress, number[]> {
  const rows = yield* recording.reading(place, from, to);
  const units = rows.length / (to - from);
  return Array.from({ length: to - from }, (_, t) => rows[t * units + unit]!);
}
