/** Other sequences of the same input, run (or read from the recording) just for a small course of one unit. */
import type { Progress } from '../core/pace';
import { recording } from '../core/recording/recording';
import { rowsOf } from '../core/rows';
import { windowOfCurve } from '../analysis/curves';
import type { SequenceCourse, SequencesAnswer, SequencesAsk } from '../questions/sequences';
import type { OtherRecorded, OtherSequence, Run } from './run';
import type { Runs, Study } from './study';

/** Parts of a course; a small multiple has about so many pixels. */
const COLUMNS = 96;
/** Numbers of other sequences that are kept: 16 MB. */
const MOST_KEPT = 2 ** 22;
/** Asked for at once, at most. */
const MOST_ASKED = 128;

export const sequences: Study<'sequences'> = {
  name: 'sequences',
  *answer(runs: Runs, ask) {
    const run = runs.run(), { level, direction, signal, unit } = ask;
    const courses: SequenceCourse[] = [];
    for (let at = Math.max(0, ask.first); at < Math.min(ask.end, ask.first + MOST_ASKED); at++) {
      const column = yield* columnOf(run, ask, at);
      if (!column || unit >= column.units) continue;
      const steps = column.data.length / column.units;
      const data = Float32Array.from({ length: steps }, (_, t) => column.data[t * column.units + unit]!);
      courses.push({ at, steps, ...windowOfCurve({ name: signal, perStep: 1, data }, 0, steps, Math.min(COLUMNS, steps)) });
      yield { done: courses.length, total: 0, what: 'steps' };
    }
    return { level, direction, signal, unit, courses } satisfies SequencesAnswer;
  },
};

interface Held { readonly data: Float32Array; readonly units: number }

/** A signal of another sequence, [steps, units], from what is kept, the recording, or a run; undefined where it cannot be had. */
function* columnOf(run: Run, { level, direction, signal }: SequencesAsk, at: number): Generator<Progress, Held | undefined> {
  const kept = run.kept.get('sequences') as Map<string, Held> | undefined ?? new Map<string, Held>();
  run.kept.set('sequences', kept);
  const key = `${at} ${level} ${direction} ${signal}`;
  const known = kept.get(key);
  if (known) return known;
  const recorded = recordedIn(run.others?.[at], level, direction, signal);
  if (recorded) return recorded;
  const made = yield* ran(run, level, direction, signal, at);
  if (made) keep(kept, key, made);
  return made;
}

function keep(kept: Map<string, Held>, key: string, made: Held): void {
  kept.set(key, made);
  let numbers = [...kept.values()].reduce((n, { data }) => n + data.length, 0);
  for (const [name, { data }] of kept) {
    if (numbers <= MOST_KEPT) return;
    kept.delete(name);
    numbers -= data.length;
  }
}

function recordedIn(other: OtherSequence | OtherRecorded | undefined, level: number, direction: number, signal: string): Held | undefined {
  return other && 'levels' in other ? other.levels[level]?.directions[direction]?.signals.find(s => s.name === signal) : undefined;
}

/** A reverse direction reads from the end: of a sequence that is cut nothing true can be said. */
function* ran({ job, others }: Run, level: number, direction: number, signal: string, at: number): Generator<Progress, Held | undefined> {
  const other = others?.[at];
  if (!job || !other || !('sequence' in other)) return undefined;
  const { levels } = job.network, backwards = levels.slice(0, level + 1).some(l => l.directions.some(d => d.direction === 'reverse'));
  if (!other.whole && backwards) return undefined;
  const { sequence } = other;
  const made = yield* recording(job.network, rowsOf(sequence), { record: [signal.replace(/\.pre$/, '')], preactivations: signal.endsWith('.pre'), mask: sequence.mask });
  const found = made.levels[level]?.directions[direction]?.signals.find(s => s.name === signal);
  if (!found) return undefined;
  return { units: found.units, data: yield* made.reading({ level, direction, signal }, 0, sequence.steps) };
}
