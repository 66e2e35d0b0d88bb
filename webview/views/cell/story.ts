/** What a step does to a unit's memory, in words: from how far the valves on its line were open. Pure. */
import { flowOf, type Flow, type Term } from '../../diagram/flow';
import { l10n } from '../../l10n';
import type { SceneSignal } from '../../../src/protocol';
import type { CellAnswer, DiagramAnswer } from '../../../src/questions/cell';

export type Signals = readonly Pick<SceneSignal, 'name' | 'label' | 'kind' | 'hue'>[];

export const flowIn = (answer: DiagramAnswer, signals: Signals): Flow => flowOf(answer.statements, new Set(signals.filter(s => s.kind === 'gate').map(s => s.name)));

/** The state that the view is about: the one with a line, else the output. */
export const memoryIn = (flow: Flow): string => flow.lines[0]?.state ?? flow.output;

/** The gate that is looked at first: what keeps, else what comes first. */
export function firstGate(flow: Flow, splits: readonly string[]): string {
  const keeps = flow.lines.flatMap(l => l.keep.valves.flatMap(v => v.signal ?? []));
  return keeps.find(s => splits.includes(s)) ?? splits[0] ?? '';
}

const KEPT = 0.85, LITTLE = 0.15, SOME = 0.3, MUCH = 0.6;

/** How much of the old is kept and of the new let in; undefined where the step is not known or nothing keeps. */
export function sharesOf(flow: Flow, { parts }: Pick<CellAnswer, 'parts'>): { readonly keep: number; readonly write: number } | undefined {
  const line = flow.lines[0];
  if (!line) return undefined;
  const open = (term: Term): number => term.valves.reduce((share, v) => share * (parts[v.path] ?? NaN), 1);
  return { keep: open(line.keep), write: line.adds.reduce((most, add) => Math.max(most, open(add)), 0) };
}

/** `At step 174 it rewrites: the old cell state is let go and a new one let in.` */
export function story(flow: Flow, signals: Signals, answer: Pick<CellAnswer, 'parts'>, step: number): string {
  const shares = sharesOf(flow, answer);
  const state = memoryIn(flow);
  const memory = signals.find(s => s.name === state)?.label || state;
  if (!shares) return l10n('At step {0} it is made anew: no gate keeps the old {1}, which comes back through the weights alone.', step, memory);
  const { keep, write } = shares;
  if (!Number.isFinite(keep) || !Number.isFinite(write)) return l10n('At step {0}', step);
  if (keep > KEPT && write < SOME) return l10n('At step {0} it holds: the {1} passes, little is let in.', step, memory);
  if (keep < LITTLE && write > MUCH) return l10n('At step {0} it rewrites: the old {1} is let go and a new one let in.', step, memory);
  if (keep > KEPT) return l10n('At step {0} it adds: the {1} passes and the candidate is let in.', step, memory);
  return l10n('At step {0} it blends the old {1} with the candidate.', step, memory);
}

/** `Why is the forget gate shut at t 174?` */
export function why(signal: Signals[number], value: number | undefined, step: number, figure: (v: number) => string): readonly [before: string, name: string, after: string] {
  const name = signal.label || signal.name;
  const split = (text: string): readonly [string, string, string] => {
    const [before = '', after = ''] = text.split('\u0000');
    return [before, name, after];
  };
  if (value === undefined) return split(l10n('Why is the {0} what it is at step {1}?', '\u0000', step));
  if (signal.kind !== 'gate') return split(l10n('Why is the {0} {1} at step {2}?', '\u0000', figure(value), step));
  if (value > 0.9) return split(l10n('Why is the {0} wide open at step {1}?', '\u0000', step));
  if (value > 0.5) return split(l10n('Why is the {0} mostly open at step {1}?', '\u0000', step));
  if (value > 0.1) return split(l10n('Why is the {0} mostly closed at step {1}?', '\u0000', step));
  return split(l10n('Why is the {0} shut at step {1}?', '\u0000', step));
}
