/** What a model's output should have been at a step, and the loss that says how far off it is. */
import type { Loss } from '../core/losses';
import type { Progress } from '../core/pace';
import { outputSize } from '../core/parameters';
import { rowsOf } from '../core/rows';
import type { TargetKind } from '../questions/gradient';
import type { Run } from './run';
import type { Tract } from './tract';

/** Which target a run has: the next character where a decoder reads it from h, or the next row where the output is as wide as the input. */
export function targetOf({ job }: Run): TargetKind | undefined {
  if (!job) return undefined;
  const { decoder, sequence, network } = job;
  if (decoder && sequence.ids) return 'nextCharacter';
  return !decoder && !sequence.ids && outputSize(network.levels.at(-1)!) === sequence.width ? 'nextRow' : undefined;
}

/** The loss at one step of the run, of a tract that goes up to the model's output. @throws Error where there is none */
export function* lossAt(run: Run, { from, steps, network }: Tract, step: number): Generator<Progress, Loss> {
  const { job, recording } = run;
  const kind = targetOf(run);
  if (!job || !kind) throw new Error('There is no target: it takes a text and an output layer that reads the next character from h, or an output as wide as the input.');
  if (step + 1 >= recording.steps) throw new Error('Nothing comes after the last step, so that there is no target for it.');
  if (kind === 'nextCharacter') {
    const targets = new Int32Array(steps).fill(-1);
    targets[step - from] = job.sequence.ids![step + 1]!;
    if (targets[step - from]! < 0) throw new Error('The character that comes next is not in the vocabulary, so that there is no target for this step.');
    return { kind: 'crossEntropy', targets, decoder: job.decoder! };
  }
  return yield* squared(run, network.levels.at(-1)!, from, steps, step);
}

/** Mean over columns of the squared distance to the next row, by its gradient. */
function* squared({ recording, job }: Run, top: Parameters<typeof outputSize>[0], from: number, steps: number, step: number): Generator<Progress, Loss> {
  const width = outputSize(top);
  const dh = new Float64Array(steps * width);
  const next = rowsOf(job!.sequence).read(step + 1, step + 2);
  let left = 0;
  for (const [direction, { units }] of (top.merge === 'concat' ? top.directions : top.directions.slice(0, 1)).entries()) {
    const h = yield* recording.reading({ level: recording.levels.length - 1, direction, signal: 'h' }, step, step + 1);
    for (let u = 0; u < units; u++) dh[(step - from) * width + left + u] = 2 * (h[u]! - next[left + u]!) / width;
    left += units;
  }
  return { kind: 'dh', dh };
}
