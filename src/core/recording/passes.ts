/** In which order the layers of a network can be run block by block, when no level's whole output is ever held. */
import type { Direction, Network } from '../layer';

export interface LayerPlace { readonly level: number; readonly direction: number }

/**
 * One way through the blocks. Layers to `sweep` are run for the first time, from block to block; those to `rerun` start every block from
 * their checkpoints, to give the levels above their input.
 */
export interface Pass {
  readonly way: Direction;
  readonly sweep: readonly LayerPlace[];
  readonly rerun: readonly LayerPlace[];
}

/**
 * Passes that sweep every layer once. A forward stack needs one; L bidirectional levels need L + 1, since a level's output at a block is
 * known only when both of its directions have been there.
 */
export function passesOf({ levels }: Network): Pass[] {
  const swept = levels.map(l => l.directions.map(() => false));
  const passes: Pass[] = [];
  for (let lowest = 0; lowest < levels.length; lowest = firstUnswept(swept)) {
    const way = levels[lowest]!.directions.find((_, d) => !swept[lowest]![d])!.direction;
    const blocked = levels.findIndex((l, k) => l.directions.some((d, j) => !swept[k]![j] && d.direction !== way));
    const reachable = levels.slice(0, blocked < 0 ? levels.length : blocked + 1);
    const places = reachable.flatMap((l, level) => l.directions.map((d, direction) => ({ level, direction, sweep: !swept[level]![direction] && d.direction === way })));
    const sweep = places.filter(p => p.sweep).map(({ level, direction }) => ({ level, direction }));
    const top = sweep.at(-1)!.level;
    const rerun = places.filter(p => p.level < top && swept[p.level]![p.direction]).map(({ level, direction }) => ({ level, direction }));
    for (const { level, direction } of sweep) swept[level]![direction] = true;
    passes.push({ way, sweep, rerun });
  }
  return passes;
}

function firstUnswept(swept: readonly (readonly boolean[])[]): number {
  const k = swept.findIndex(l => l.includes(false));
  return k < 0 ? swept.length : k;
}
