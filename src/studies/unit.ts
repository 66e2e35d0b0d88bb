/** One unit: which inputs it goes with, and the places where its memory is highest and lowest. */
import { column, unitValues } from '../analysis/column';
import { windowOfCurve } from '../analysis/curves';
import { selectivity } from '../analysis/selectivity';
import { varying, type Track } from '../analysis/tracks';
import { CONTEXTS, pearson, strongestContexts } from '../analysis/units';
import type { Progress } from '../core/pace';
import { random } from '../core/random';
import type { Place } from '../core/recording/recording';
import type { Piece, UnitAnswer } from '../questions/units';
import { columnOf, directionOf, memoryOf, placeOf, type Run } from './run';
import type { Study } from './study';

/** Inputs that are shown. */
const SHOWN = 6;
/** Characters or columns that are looked at: the first so many. */
const LOOKED_AT = 256;
const PIECES = 4;
/** Parts of a piece's line that has many numbers a step. */
const PARTS = 104;

export const unit: Study<'unit'> = {
  name: 'unit',
  *answer(runs, { run: id, level, direction, unit: index }) {
    const run = runs.run(id), { recording } = run;
    const memory = memoryOf(directionOf(recording, level, direction)), place = placeOf(level, direction, memory);
    const values = unitValues(columnOf(recording, place), index);
    yield { done: 0, total: 1, what: 'Unit' };
    const inputs = yield* inputsOf(run, values);
    const best = inputs.shown[0]?.index;
    const side = function* (sign: number): Generator<Progress, Piece[]> { return yield* pieces(run, place, index, values, sign, best); };
    const high = yield* side(1), low = yield* side(-1);
    const scale = [...high, ...low].flatMap(p => p.values).reduce((a, v) => Number.isFinite(v) ? Math.max(a, Math.abs(v)) : a, 0);
    const line = run.curves[0]?.name ?? (textual(run) || best === undefined ? undefined : inputs.shown[0]?.name);
    const shown = inputs.shown.map(({ name, r, p }) => Number.isNaN(p) ? { name, r } : { name, r, p });
    return { unit: index, signal: memory.name, stride: recording.stride, inputs: shown, inputsTested: inputs.tested, shifts: inputs.shifts, high, low, scale, course: Float32Array.from(values), ...(line !== undefined && { line }) } satisfies UnitAnswer;
  },
};

interface Inputs { readonly shown: readonly { readonly name: string; readonly index: number; readonly r: number; readonly p: number }[]; readonly tested: number; readonly shifts: number }

function* inputsOf(run: Run, values: Float64Array): Generator<Progress, Inputs> {
  const tracks = inputTracks(run);
  const source = random(run.job?.seed ?? 1);
  const found = yield* selectivity(column(Float32Array.from(values), values.length, 1), tracks.map(t => t.track), { random: () => source.uniform(), work: 5e7, ...(run.job?.invented ? { count: 0 } : {}) });
  const shown = tracks.map(({ track, index }, k) => ({ name: track.name, index, r: pearson(values, track.values), p: found.allP[k] ?? NaN }))
    .filter(({ r }) => Number.isFinite(r)).sort((a, b) => Math.abs(b.r) - Math.abs(a.r) || a.index - b.index).slice(0, SHOWN);
  return { shown, tested: tracks.length, shifts: found.shifts };
}

const textual = ({ job, labels }: Run): boolean => labels !== undefined && job?.sequence.axis === 'characters';

/** Characters of a text as 0/1; else the columns that the lowest level reads, by their names; with each one's place. Those that never change are left out. */
function inputTracks(run: Run): { readonly track: Track; readonly index: number }[] {
  const all = textual(run) ? characters(run) : columns(run);
  const kept = new Set(varying(all));
  return all.flatMap((track, index) => kept.has(track) ? [{ track, index }] : []);
}

function characters({ labels = [], recording: { stride } }: Run): Track[] {
  const some = labels.filter((_, t) => t % stride === 0);
  const counts = new Map<string, number>();
  for (const label of some) counts.set(label, (counts.get(label) ?? 0) + 1);
  const common = [...counts].sort((a, b) => b[1] - a[1]).slice(0, LOOKED_AT);
  return common.map(([name]) => ({ name, phrase: name, values: Float32Array.from(some, label => label === name ? 1 : 0) }));
}

function columns(run: Run): Track[] {
  const { recording, job } = run;
  const x = directionOf(recording, 0, 0).signals.find(s => s.name === 'x');
  if (!x) return [];
  const all = columnOf(recording, placeOf(0, 0, x));
  const name = (k: number): string => job?.sequence.columns?.[k] ?? `input ${k}`;
  return Array.from({ length: Math.min(LOOKED_AT, x.units) }, (_, k) => ({ name: name(k), phrase: name(k), values: Float32Array.from(unitValues(all, k)) }));
}

/** The strongest places on one side of 0, read exactly where the run is too long to hold. */
function* pieces(run: Run, place: Place, index: number, values: Float64Array, sign: number, input: number | undefined): Generator<Progress, Piece[]> {
  const { recording, labels } = run, { stride, steps } = recording;
  const sided = values.map(v => sign * v > 0 ? v : 0);
  const found: Piece[] = [];
  for (const { peak } of strongestContexts(sided, undefined, { ...CONTEXTS, count: PIECES, ...(stride > 1 ? { before: 1, after: 1 } : {}) })) {
    const at = peak * stride;
    const from = Math.max(0, at - CONTEXTS.before), to = Math.min(steps, at + CONTEXTS.after + 1);
    const rows = yield* recording.reading(place, from, to), width = rows.length / (to - from);
    const shown = Array.from({ length: to - from }, (_, t) => rows[t * width + index]!);
    const line = yield* lineOf(run, from, to, input);
    found.push({ from, peak: at, values: shown, labels: shown.map((_, t) => labels?.[from + t] ?? String(from + t)), ...(line && { line }) });
  }
  return found;
}

/** The first curve beside the run, else the input column that the unit goes with most; nothing for a text. */
function* lineOf(run: Run, from: number, to: number, input: number | undefined): Generator<Progress, Piece['line']> {
  const { recording, curves: [curve] } = run;
  if (curve) {
    const { min, max } = windowOfCurve(curve, from, to, Math.min(PARTS, (to - from) * curve.perStep));
    return { min: Array.from(min), max: Array.from(max) };
  }
  if (textual(run) || input === undefined) return undefined;
  const x = yield* recording.reading({ level: 0, direction: 0, signal: 'x' }, from, to), width = x.length / (to - from);
  const values = Array.from({ length: to - from }, (_, t) => x[t * width + input]!);
  return { min: values, max: values };
}
