/** Labels that a person brings for the steps, beside those made from the text. */
import { varying, type Track } from '../analysis/tracks';
import type { Run } from './run';
import type { Study } from './study';
import { saying } from '../core/said';

const KEY = 'labels';

export const labels: Study<'labels'> = {
  name: 'labels',
  // eslint-disable-next-line require-yield -- a copy of what was brought
  *answer(runs, { run: id, version, tracks }) {
    const run = runs.run(id), { steps } = run.recording;
    const used = varying(tracks.map(({ name, values }) => ({ name, phrase: saying('with {0}', name), values: Float32Array.from({ length: steps }, (_, t) => values[t] ?? NaN) })));
    run.kept.set(KEY, used);
    return { version, used: used.map(t => t.name), steps };
  },
};

/** What was brought for a run. */
export function labelsOf(run: Run): readonly Track[] {
  return run.kept.get(KEY) as readonly Track[] | undefined ?? [];
}
