/** What Compare says in sentences, made from the equations and the numbers. Pure. */
import type { CompareColumn, ReachAnswer } from '../../../src/questions/compare';
import { l10n, term } from '../../l10n';
import { grouped } from '../../words';

const gatesOf = (column: CompareColumn): number => column.signals.filter(s => s.kind === 'gate').length;
const NUMBERS = [l10n('no'), l10n('one'), l10n('two'), l10n('three'), l10n('four'), l10n('five'), l10n('six')] as const;
const count = (n: number): string => NUMBERS[n] ?? String(n);

/** What people call the columns; told apart where two have the same name. */
export function namesOf(columns: readonly CompareColumn[], given: (column: CompareColumn) => string | undefined): string[] {
  const plain = columns.map(c => c.cell.name);
  const twice = (name: string): boolean => plain.filter(p => p === name).length > 1;
  return columns.map((c, k) => (twice(plain[k]!) ? given(c) ?? `${c.cell.name}, ${term(c.cell.variant)}` : plain[k]!));
}

/** The answer to the question, first. */
export function answerWords(columns: readonly CompareColumn[]): string {
  const families = new Set(columns.map(c => c.cell.family));
  const loop = l10n('All of them are recurrent neural networks (RNNs): each feeds its hidden state h back into itself at the next step.');
  if (['rnn', 'gru', 'lstm'].every(f => families.has(f))) {
    return `${loop} ${l10n('The plain RNN is that loop and nothing else. The gated recurrent unit (GRU) adds two gates to it; the long short-term memory (LSTM) adds three gates and a second state, the cell state c.')}`;
  }
  const [states, gates] = [new Set(columns.map(c => c.states.join())), new Set(columns.map(gatesOf))];
  if (states.size === 1 && gates.size === 1) return loop;
  return `${loop} ${l10n('They differ in what stands on that loop: {0}.', columns.map(c => `${c.cell.name}, ${shapeWords(c)}`).join('; '))}`;
}

/** `a loop, and nothing else`, `two gates on that loop`, `a cell state, three gates around it`. */
export function shapeWords(column: CompareColumn): string {
  const gates = gatesOf(column);
  if (column.states.length > 1 && column.states.includes('c')) {
    return gates === 0 ? l10n('a cell state') : gates === 1 ? l10n('a cell state, one gate around it') : l10n('a cell state, {0} gates around it', count(gates));
  }
  if (gates === 0) return l10n('a loop, and nothing else');
  return gates === 1 ? l10n('one gate on that loop') : l10n('{0} gates on that loop', count(gates));
}

/** The year of the paper, where the source names one. */
export const yearOf = ({ cell: { source } }: CompareColumn): string | undefined => /\((\d{4})\)/.exec(source)?.[1];

/** How far gradients reach, in numbers. */
export function reachWords(names: readonly string[], reaches: readonly (ReachAnswer | undefined)[]): string {
  const parts = reaches.flatMap((r, k) => {
    if (!r) return [];
    const last = r.median.length - 1;
    return [r.lost === undefined ? l10n('{0}: more than 1 % is left after {1} steps', names[k]!, grouped(last)) : l10n('{0}: 99 % is lost after {1} steps', names[k]!, grouped(r.lost))];
  });
  return parts.join('; ');
}
