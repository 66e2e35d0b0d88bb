/** What `run` says and takes where the input goes through the model first. */
import { parityOf } from '../analysis/parity';
import type { EvaluatorName } from '../core/engine';
import type { Network } from '../core/layer';
import { outputSize } from '../core/parameters';
import { outputState } from '../core/program';
import { programOf } from '../core/programs';
import { atOnce, recording } from '../core/recording/recording';
import type { Rows } from '../core/rows';
import type { Reached } from '../upstream';
import { UsageError } from './command';

/** `NAME=1` or `NAME=1,2,3`, by name. @throws UsageError */
export function feedsOf(texts: readonly string[]): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(texts.map(text => {
    const [, name, list] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    const numbers = list?.split(',').map(Number) ?? [];
    const fits = name !== undefined && numbers.length > 0 && numbers.every(n => Number.isFinite(n));
    if (!fits) throw new UsageError(`--feed takes NAME=VALUE with a number or numbers, such as sr=16000, found ${text}.`);
    return [name, numbers];
  }));
}

/** Runs the network once more over all steps and says, a layer, how far it is from the model's own runtime; nothing where none ran. */
export function parityLines(network: Network, rows: Rows, { runtime, expectedLevels, roundedFrom = Infinity }: Reached, evaluator: EvaluatorName): string[] {
  if (runtime === undefined || !expectedLevels) return [];
  const record = [...new Set(network.levels.flatMap(l => l.directions.map(d => outputState(programOf(d.cell)).name)))];
  const made = atOnce(recording(network, rows, { record, evaluator }));
  return network.levels.map((level, k) => {
    const output = expectedLevels[k]!.subarray(0, rows.steps * outputSize(level));
    const rounded = k >= roundedFrom;
    const { max, step, bound } = atOnce(parityOf(made, { ...network, levels: network.levels.slice(0, k + 1) }, { runtime, output, rounded }));
    const judged = max <= bound ? 'ok' : `NOT ok, worst at step ${step}`;
    return `parity: max |ours - ${runtime}| = ${max.toExponential(1)} over ${rows.steps} steps of ${level.name} (at most ${bound.toExponential(0)}${rounded ? ' where it rounds to 8 bits' : ''}: ${judged})`;
  });
}
