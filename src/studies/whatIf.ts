/** The main run with changes: run from where they begin, held beside it under a name of its own. */
import { departure } from '../analysis/departure';
import type { Network } from '../core/layer';
import type { Progress } from '../core/pace';
import { programOf } from '../core/programs';
import { wholeOf } from '../core/rows';
import { isLayerChange, isWhole, type Change, type InputChange } from '../core/variations/change';
import { alphabetOf, changedSequence } from '../core/variations/input';
import { biasOf } from '../core/variations/rewrite';
import { segmentsOf } from '../core/variations/segments';
import { lazyRecording } from '../core/variations/held';
import { varying, type Reach } from '../core/variations/vary';
import type { ChangedSignal, WhatIfAnswer } from '../questions/whatIf';
import { layerOf, type Force, type Job, type Run } from './run';
import { bringing } from './seen';
import type { Runs, Study } from './study';

/** A vocabulary of more entries is no list to choose from. */
const MOST_ENTRIES = 512;

/** Changed runs that stand: one is shown while the next is brought, and perhaps overtaken. */
const STANDING = 3;

export const whatIf: Study<'whatIf'> = {
  name: 'whatIf',
  *answer(runs, { changes, seen = [] }) {
    const base = runs.run();
    layerOf(base, 0, 0); // a trace has nothing to run again
    const job = base.job!;
    const alphabet = alphabetFor(base);
    if (changes.length === 0) return { knobs: knobsOf(base), alphabet };
    const sequence = changedSequence(job.sequence, changes.filter((c): c is InputChange => !isLayerChange(c)));
    const forces = forcesOf(job.network, changes, job.sequence.steps);
    const changed: Job = { ...job, network: lastNetwork(job.network, forces), sequence, expected: undefined };
    const id = nextName(base);
    const { run, reach } = base.recording.stride === 1 ? yield* changedRun(base, changed, changes) : yield* sweptAgain(runs, id, base, changed, changes);
    if (runs.run() !== base) throw new Error('Another run took the place of the one that was changed.');
    runs.hold(id, { ...run, forces });
    dropOlder(runs, base, id);
    return { run: id, ...yield* bringing(runs, id, seen), ...(reach && { reach }), knobs: knobsOf(base), alphabet };
  },
};

/** How far a changed run departs from the main one. */
export const departed: Study<'departure'> = {
  name: 'departure',
  *answer(runs, { run }) {
    const [changed, base] = [runs.run(run).recording, runs.run().recording];
    const held = changed.stride === 1 && base.stride === 1;
    const directions: ChangedSignal[][][] = [];
    for (const [level, l] of changed.levels.entries()) {
      directions.push([]);
      for (const [direction, { signals }] of l.directions.entries()) {
        const own: ChangedSignal[] = [];
        for (const { name, units, stats } of signals) {
          const place = { level, direction, signal: name };
          own.push({ name, stats, ...(held && { difference: departure(changed.thinned(place), base.thinned(place), units) }) });
          yield { done: own.length, total: signals.length, what: l.name };
        }
        directions[level]!.push(own);
      }
    }
    return { directions };
  },
};

/** A changed run of which every step is held. */
function* changedRun(base: Run, job: Job, changes: readonly Change[]): Generator<Progress, { run: Run; reach: Reach }> {
  const { network, sequence } = base.job!;
  const { levels, reach } = yield* varying({ network, recording: base.recording }, changes, { x: wholeOf(job.sequence), mask: sequence.mask });
  return { run: { ...base, recording: lazyRecording(levels, base.recording), job, labels: job.sequence.labels, prepared: new Map(), kept: new Map() }, reach };
}

/** A run that is too long to hold is swept as a whole, which a change of a part of it does not allow. */
function* sweptAgain(runs: Runs, id: string, base: Run, job: Job, changes: readonly Change[]): Generator<Progress, { run: Run; reach: Reach }> {
  const { steps } = base.recording;
  const partial = changes.filter(isLayerChange).some(c => !isWhole(c, steps));
  if (partial) throw new Error(`This run of ${steps} steps is too long to be held, so a change must last from its first step to its last. Choose the whole sequence, or open a shorter input.`);
  const run = yield* runs.add(id, job);
  return { run: { ...run, levels: base.levels }, reach: { from: 0, to: steps } };
}

/** What is in force at which steps. */
function forcesOf({ levels }: Network, changes: readonly Change[], steps: number): (Force | undefined)[][] {
  const layerChanges = changes.filter(isLayerChange);
  return levels.map(({ directions }, level) => directions.map((layer, direction) => {
    const own = layerChanges.filter(c => c.level === level && c.direction === direction);
    return own.length === 0 ? undefined : { plain: layer, segments: segmentsOf(layer, own, 0, steps) };
  }));
}

/** The network as it is at the last step: who computes with another one asks for the layer of that step. */
function lastNetwork(network: Network, forces: readonly (readonly (Force | undefined)[])[]): Network {
  return { ...network, levels: network.levels.map((l, level) => ({ ...l, directions: l.directions.map((layer, d) => forces[level]![d]?.segments.at(-1)!.layer ?? layer) })) };
}

function knobsOf(base: Run): WhatIfAnswer['knobs'] {
  return base.job!.network.levels.map(({ directions }) => directions.map(({ cell }) =>
    programOf(cell).signals.filter(s => s.size !== 0).map(({ name }) => ({ signal: name, bias: biasOf(cell, name) !== undefined }))));
}

function alphabetFor(base: Run): WhatIfAnswer['alphabet'] {
  const known = base.kept.get('whatIf alphabet') as WhatIfAnswer['alphabet'] | undefined;
  const all = known ?? alphabetOf(base.job!.sequence);
  base.kept.set('whatIf alphabet', all);
  return all.length <= MOST_ENTRIES ? all : [];
}

function nextName(base: Run): string {
  const count = (base.kept.get('whatIf count') as number | undefined ?? 0) + 1;
  base.kept.set('whatIf count', count);
  return `changed:${count}`;
}

function dropOlder(runs: Runs, base: Run, id: string): void {
  const standing = [...(base.kept.get('whatIf standing') as readonly string[] | undefined ?? []), id];
  for (const old of standing.slice(0, -STANDING)) runs.drop(old);
  base.kept.set('whatIf standing', standing.slice(-STANDING));
}
