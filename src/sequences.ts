/** The sequences that lie beside the one that is shown: which there are, and as much of them as small courses need. */
import { rowsOf } from './core/rows';
import type { Sequence } from './core/sequence';
import { span, type Several, type Trace } from './formats/index';
import type { SceneSequences } from './protocol';
import type { OtherRecorded, OtherSequence } from './studies/run';

/** Sequences that are at hand, steps of each, and numbers of all together: 16 MB. */
const MOST = { sequences: 1024, steps: 512, numbers: 2 ** 22 } as const;

/** The first sequences of an input, as far as they are at hand. One that cannot be read ends them. */
export async function othersOf({ pieces, read }: Several): Promise<readonly OtherSequence[]> {
  const others: OtherSequence[] = [];
  let numbers = 0;
  for (let at = 0; at < Math.min(pieces.length, MOST.sequences) && numbers < MOST.numbers; at++) {
    const sequence = await read(at, MOST.steps).catch(() => undefined);
    if (!sequence) break;
    others.push({ sequence: bare(sequence), whole: sequence.steps === pieces[at]!.steps });
    numbers += sequence.data instanceof Float32Array ? sequence.data.length : sequence.steps;
  }
  return others;
}

/** What is needed to run it. Rows that are looked up stay so: a table is shared by all. */
function bare({ steps, width, data, axis, mask }: Sequence): Sequence {
  const small = data instanceof Float32Array ? rowsOf({ steps, width, data }).read(0, steps) : data;
  return { steps, width, data: small, axis, description: '', notes: [], ...(mask ? { mask } : {}) };
}

/** The first sequences of a recording, as far as they are at hand. @throws FormatError */
export async function othersRecorded(trace: Trace): Promise<readonly OtherRecorded[]> {
  const others: OtherRecorded[] = [];
  const each = trace.levels.reduce((n, l) => n + l.directions.reduce((m, d) => m + d.signals.reduce((k, s) => k + s.units, 0), 0), 0);
  let numbers = 0;
  for (const { from, to } of (trace.sequences ?? []).slice(0, MOST.sequences)) {
    const steps = Math.min(to - from, MOST.steps);
    numbers += steps * each;
    if (numbers > MOST.numbers) break;
    const part = span(trace, from, from + steps);
    others.push({
      steps,
      levels: await Promise.all(part.levels.map(async level => ({
        directions: await Promise.all(level.directions.map(async d => ({
          signals: await Promise.all(d.signals.map(async s => ({ name: s.name, units: s.units, data: await s.read(0, steps) }))),
        }))),
      }))),
    });
  }
  return others;
}

/** For the scene; undefined where there is one sequence. */
export function listed(pieces: SceneSequences['pieces'], at: number, all: boolean, courses: number): { readonly sequences?: SceneSequences } {
  return pieces.length > 1 ? { sequences: { pieces, at, all, courses } } : {};
}
