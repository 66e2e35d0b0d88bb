/** Interleaved rounds: in each, every contender of a case once, in an order that turns, so that a slow moment hits all alike. */
import { caseName, type Case } from './case';
import { contenderKey, type Contender, type Prepared, type Timing } from './contender';
import { rotated } from './stats';

export interface Effort {
  readonly rounds: number;
  /** One measurement repeats a run for at least so long. */
  readonly leastMs: number;
  readonly warmUpMs: number;
  /** A single run over 1000 steps that would take longer gets fewer steps. */
  readonly mostMs: number;
}

export const EFFORT: Readonly<Record<'full' | 'quick', Effort>> = {
  full: { rounds: 15, leastMs: 40, warmUpMs: 300, mostMs: 150 },
  quick: { rounds: 5, leastMs: 15, warmUpMs: 100, mostMs: 100 },
};

/** What one contender did in one case. */
export interface Result {
  readonly case: Case;
  readonly contender: string;
  readonly threads: number;
  /** Of the runs measured; slow contenders get fewer than the case says. */
  readonly steps: number;
  /** A step's nanoseconds, round by round. */
  readonly ns: readonly number[];
  /** The forward pass beside a backward one. */
  readonly forwardNs?: readonly number[];
}

interface Runner {
  readonly contender: Contender;
  readonly steps: number;
  readonly prepared: Prepared;
  readonly timings: Timing[];
  /** The last h of a short run. */
  readonly h: Float32Array | undefined;
}

/** Measures a case. `complain` hears of contenders that fail or compute something else. */
export async function measured(c: Case, contenders: readonly Contender[], effort: Effort, complain: (what: string) => void): Promise<Result[]> {
  const runners: Runner[] = [];
  try {
    for (const contender of contenders) await guarded(contender, c, complain, async () => { runners.push(await ready(contender, c, effort)); });
    compare(c, runners, complain);
    for (let round = 0; round < effort.rounds; round++) {
      for (const { prepared, timings } of rotated(runners, round)) timings.push(await timed(prepared, effort.leastMs));
    }
    return runners.map(r => resultOf(c, r));
  } finally {
    for (const r of runners) await r.prepared.dispose();
  }
}

async function guarded(contender: Contender, c: Case, complain: (what: string) => void, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    complain(`${contenderKey(contender)} cannot run ${caseName(c)}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Prepared for as many steps as it can do in reasonable time, and warm. */
async function ready(contender: Contender, c: Case, effort: Effort): Promise<Runner> {
  const few = await trial(contender, { ...c, steps: TRIAL.few });
  const steps = await bearableSteps(contender, c, few.ns, effort);
  const prepared = await contender.prepare({ ...c, steps });
  await warm(prepared, effort.warmUpMs);
  return { contender, steps, prepared, timings: [], h: few.h };
}

/** Few and more steps tell what one costs, apart from what a run costs in any case. */
const TRIAL = { least: 2, few: 4, more: 40 };

async function bearableSteps(contender: Contender, c: Case, fewNs: number, { mostMs }: Effort): Promise<number> {
  const most = mostMs * 1e6 * Math.max(1, c.steps / 1000) * c.directions;
  const bearable = (perStep: number): number => perStep * c.steps <= most ? c.steps : Math.max(TRIAL.least, Math.round(most / perStep));
  if (fewNs > most / 4) return bearable(fewNs / TRIAL.few);
  const more = await trial(contender, { ...c, steps: TRIAL.more });
  return bearable((more.ns - fewNs) / (TRIAL.more - TRIAL.few));
}

async function trial(contender: Contender, c: Case): Promise<{ ns: number; h: Float32Array | undefined }> {
  const prepared = await contender.prepare(c);
  try {
    for (let k = 0; k < 2; k++) await prepared.run();
    const ns = await repeated(() => prepared.run(), 1);
    return { ns, h: prepared.last?.().slice() };
  } finally {
    await prepared.dispose();
  }
}

/** Runs until it is no longer getting faster, for so long at least and four times that at most. */
async function warm(prepared: Prepared, leastMs: number): Promise<void> {
  const started = performance.now();
  let before = Infinity;
  for (;;) {
    const { ns } = await timed(prepared, leastMs / 4);
    const spent = performance.now() - started;
    if (spent >= 4 * leastMs || (spent >= leastMs && ns > 0.97 * before)) return;
    before = Math.min(before, ns);
  }
}

/** One measurement. A backward pass that cannot be run alone is the whole less the forward pass, both measured now. */
async function timed(prepared: Prepared, leastMs: number): Promise<Timing> {
  if (prepared.time) return prepared.time(leastMs);
  const whole = await repeated(() => prepared.run(), leastMs);
  if (!prepared.less) return { ns: whole };
  const forwardNs = await repeated(() => prepared.less!(), leastMs);
  return { ns: whole - forwardNs, forwardNs };
}

async function repeated(run: () => void | Promise<void>, leastMs: number): Promise<number> {
  const started = performance.now();
  let [runs, spent] = [0, 0];
  do {
    await run();
    runs++;
    spent = performance.now() - started;
  } while (spent < leastMs);
  return spent / runs * 1e6;
}

/** Float32, summed in any order; the states of these networks forget. */
const TOLERANCE = 1e-4;

/** Do all agree on the last h of their short runs? Else they are no contest. */
function compare(c: Case, runners: readonly Runner[], complain: (what: string) => void): void {
  const [first, ...others] = runners.filter(r => r.h && c.pass === 'forward');
  for (const other of others) {
    const error = distance(other.h!, first!.h!);
    if (!(error <= TOLERANCE)) complain(`${contenderKey(other.contender)} and ${contenderKey(first!.contender)} differ by ${error.toExponential(1)} in the last h of ${caseName(c)}`);
  }
}

function distance(a: Float32Array, b: Float32Array): number {
  return a.length === b.length ? a.reduce((most, v, k) => Math.max(most, Math.abs(v - b[k]!)), 0) : NaN;
}

function resultOf(c: Case, { contender: { id, threads }, steps, timings }: Runner): Result {
  const forwardNs = timings.map(t => t.forwardNs).filter(ns => ns !== undefined).map(ns => ns / steps);
  return { case: c, contender: id, threads, steps, ns: timings.map(t => t.ns / steps), ...(forwardNs.length > 0 && { forwardNs }) };
}
