/** Which cell wrote a recording, by the signals it has. */
import { cells } from '../../core/cells/index';
import type { Doubt, TraceLevel } from '../format';

const evidence: readonly { readonly cell: string; readonly signals: readonly string[] }[] = [
  { cell: 'gru', signals: ['r', 'z', 'n'] },
  { cell: 'lstm', signals: ['c', 'f', 'o', 'i', 'g'] },
];

const options = [...cells.map(c => ({ id: c.id, label: `${c.name}, ${c.variant}` })), { id: 'none', label: 'not known' }];

/** What the recorded signals speak for; undefined where they speak for nothing, such as h alone. */
export function cellDoubt(levels: readonly TraceLevel[], answer: string | undefined): Doubt | undefined {
  const names = new Set(levels.flatMap(l => l.directions.flatMap(d => d.signals.map(s => s.name))));
  const found = evidence.find(e => e.signals.some(s => names.has(s)));
  if (!found) return undefined;
  const seen = found.signals.filter(s => names.has(s));
  return {
    id: 'cell', question: 'Which cell was recorded?', options, taken: answer !== undefined && options.some(o => o.id === answer) ? answer : found.cell,
    evidence: `it has ${seen.join(', ')}, which ${found.cell === 'gru' ? 'a GRU has (whether it resets before or after the product, a recording does not say)' : 'an LSTM has'}`,
  };
}
