/** What is lost when nobody hears a unit: the network is run again with the weights that read it at zero. */
import { joinedWords, silenced, type ReadOut } from '../analysis/silence';
import { surprise } from '../analysis/surprise';
import { running } from '../core/engine';
import type { Network } from '../core/layer';
import { Meter, type Progress } from '../core/pace';
import { parameterCountOf } from '../core/parameters';
import { rowsOf } from '../core/rows';
import { saying, type Said } from '../core/said';
import type { SilenceAnswer, SilenceEffect } from '../questions/units';
import { bordersOf, layerOf, type Job, type Run } from './run';
import type { Study } from './study';

/** Multiply-adds of one run, and the steps it has at least and at most. */
const WORK = 4e9, LEAST = 256, MOST = 4096;
const PLACES = 4;
/** Products of one piece of surprise. */
const PIECE = 4e6;

/** What a run gives: bits a step where there is something to be surprised by, else the last level's output. */
interface Heard { readonly bits?: Float32Array; readonly output: Float32Array }

export const silence: Study<'silence'> = {
  name: 'silence',
  *answer(runs, { run: id, level, direction, units }) {
    const run = runs.run(id);
    layerOf(run, level, direction); // says in words what a trace lacks
    const job = run.job!, refused = borderWords(run) ?? joinedWords(job.network, level);
    if (refused) return { measure: 'output', steps: 0, base: NaN, effects: [], refused } satisfies SilenceAnswer;
    const steps = stepsOf(run, job.network);
    const base = yield* baseOf(run, job, steps);
    const key = `silence ${level} ${direction}`;
    const known = run.kept.get(key) as Map<number, SilenceEffect> | undefined ?? new Map<number, SilenceEffect>();
    run.kept.set(key, known);
    for (const unit of units) {
      if (known.has(unit)) continue;
      const without = silenced(job.network, job.decoder, level, direction, unit);
      known.set(unit, effect(unit, base, yield* heard(job, without.network, without.decoder, steps), steps, ignoredOf(job.network, level, direction, unit)));
    }
    const measure = base.bits ? 'bits' : 'output';
    return { measure, steps, base: base.bits ? mean(base.bits) : NaN, effects: [...known.values()] } satisfies SilenceAnswer;
  },
};

/** Why a run with changes that do not last all of it cannot be run without a unit. */
function borderWords(run: Run): Said | undefined {
  const [border] = bordersOf(run);
  return border === undefined ? undefined
    : saying('What is lost without a unit is found by running everything again with one set of weights, but a change begins or ends at step {0}. Choose the whole sequence for it, or show the baseline.', border);
}

function stepsOf({ recording }: Run, { levels }: Network): number {
  const cost = levels.reduce((n, l) => n + l.directions.reduce((m, d) => m + parameterCountOf(d), 0), 0);
  return Math.min(recording.steps, MOST, Math.max(LEAST, Math.floor(WORK / Math.max(1, cost))));
}

function* baseOf(run: Run, job: Job, steps: number): Generator<Progress, Heard> {
  const known = run.kept.get('silence base') as Heard | undefined ?? (yield* heard(job, job.network, job.decoder, steps));
  run.kept.set('silence base', known);
  return known;
}

function* heard({ sequence }: Job, network: Network, decoder: ReadOut | undefined, steps: number): Generator<Progress, Heard> {
  const rows = rowsOf(sequence).read(0, steps);
  const trace = yield* running(network, rows, steps, { record: [], mask: sequence.mask?.subarray(0, steps) });
  const { output } = trace.levels.at(-1)!, ids = sequence.ids;
  if (!decoder || !ids) return { output };
  const width = output.length / steps, bits = new Float32Array(steps).fill(NaN);
  const size = Math.max(1, Math.floor(PIECE / decoder.weight.data.length)), meter = new Meter(steps);
  for (let from = 1; from < steps; from += size) {
    const to = Math.min(steps, from + size);
    bits.set(surprise({ h: output.subarray((from - 1) * width, to * width), units: width, decoder: { weight: decoder.weight.data, bias: decoder.bias?.data }, ids: ids.subarray(from - 1, to) }, 1), from);
    const done = meter.step('Surprise', to - from);
    if (done) { yield done; meter.resume(); }
  }
  return { output, bits };
}

/** Where a unit of the last level stands in its output: it is counted as 0 there. −1 below. */
function ignoredOf({ levels }: Network, level: number, direction: number, unit: number): number {
  const own = levels[level]!;
  if (level < levels.length - 1 || (own.merge === 'none' && direction > 0)) return -1;
  return unit + (own.merge === 'concat' ? own.directions.slice(0, direction).reduce((n, d) => n + d.units, 0) : 0);
}

function effect(unit: number, base: Heard, now: Heard, steps: number, ignored: number): SilenceEffect {
  if (base.bits && now.bits) {
    const changes = now.bits.map((b, t) => b - base.bits![t]!);
    return { unit, change: mean(changes), places: largest(changes) };
  }
  const width = base.output.length / steps, changes = new Float32Array(steps);
  let all = 0, moved = 0;
  for (let t = 0; t < steps; t++) {
    let square = 0, change = 0;
    for (let u = 0, k = t * width; u < width; u++, k++) {
      const before = base.output[k]!, after = u === ignored ? 0 : now.output[k]!;
      square += before * before;
      change += (after - before) ** 2;
    }
    changes[t] = Math.sqrt(change);
    all += square;
    moved += change;
  }
  const size = Math.sqrt(all / steps); // root mean square over the steps
  return { unit, change: all > 0 ? Math.sqrt(moved / all) : 0, places: largest(changes.map(c => size > 0 ? c / size : 0)) };
}

/** Of those that are numbers. */
function mean(values: Float32Array): number {
  let sum = 0, count = 0;
  for (const v of values) if (Number.isFinite(v)) { sum += v; count++; }
  return count > 0 ? sum / count : NaN;
}

/** Steps with the largest change above 0. */
function largest(changes: Float32Array): SilenceEffect['places'] {
  return Array.from(changes.keys()).filter(t => changes[t]! > 0).sort((a, b) => changes[b]! - changes[a]! || a - b).slice(0, PLACES).map(step => ({ step, change: changes[step]! }));
}
