/** Layers of runs as the comparison means them: the level that is asked for, or the last that there is. */
import type { Layer } from '../../core/layer';
import type { Progress } from '../../core/pace';
import type { Values } from '../../core/interpret';
import { programOf } from '../../core/programs';
import type { Held } from '../../questions/compare';
import { layerOf, type Run } from '../run';
import type { Runs } from '../study';

export interface HeldLayer extends Held { readonly from: Run; readonly layer: Layer }

/** @throws Error with a message for people */
export function heldLayer(runs: Runs, { run, level, direction }: Held): HeldLayer {
  const from = runs.run(run);
  const own = Math.min(level, from.recording.levels.length - 1);
  const way = Math.min(direction, (from.recording.levels[own]?.directions.length ?? 1) - 1);
  return { run, level: own, direction: way, from, layer: layerOf(from, own, way) };
}

/** Steps [from, to) of what a layer reads. */
export function* inputRows({ from: { recording }, level, direction }: HeldLayer, from: number, to: number): Generator<Progress, Float32Array> {
  return yield* recording.reading({ level, direction, signal: 'x' }, from, to);
}

/** States that a layer had after a step; its own initial ones where the step is outside the sequence. */
export function* statesAfter({ from: { recording }, level, direction, layer }: HeldLayer, step: number): Generator<Progress, Values> {
  if (step < 0 || step >= recording.steps) return layer.initial ?? {};
  const found: Record<string, Float32Array> = {};
  for (const { name } of programOf(layer.cell).states) found[name] = (yield* recording.reading({ level, direction, signal: name }, step, step + 1)).slice();
  return found;
}
