/** What each cell costs and how far it reaches, as a table. */
import type { CompareColumn, PaceAnswer, ReachAnswer } from '../../../src/questions/compare';
import type { Training } from '../../../src/protocol';
import { el } from '../../dom';
import { l10n } from '../../l10n';
import { figures, fixed, grouped } from '../../words';
import { alike } from './choices';

export interface CostFacts {
  readonly names: readonly string[];
  readonly columns: readonly CompareColumn[];
  readonly reaches: readonly (ReachAnswer | undefined)[];
  readonly pace: PaceAnswer | undefined;
  readonly trainings: readonly (Training | undefined)[];
}

interface Line { readonly id: string; readonly label: string; readonly value: (facts: CostFacts, place: number) => string; readonly when?: (facts: CostFacts) => boolean }

const trained = ({ trainings }: CostFacts): boolean => trainings.some(t => t?.updates !== undefined);
const scored = ({ trainings, columns }: CostFacts): boolean => trainings.some((t, k) => t?.bitsPerCharacter !== undefined && !columns[k]?.invented);

const LINES: readonly Line[] = [
  { id: 'units', label: l10n('units'), value: ({ columns }, k) => grouped(columns[k]!.units) },
  { id: 'parameters', label: l10n('parameters'), value: ({ columns }, k) => grouped(columns[k]!.parameters) },
  { id: 'multiplyAdds', label: l10n('multiply-adds a step'), value: ({ columns }, k) => grouped(columns[k]!.multiplyAdds) },
  { id: 'states', label: l10n('states'), value: ({ columns }, k) => columns[k]!.states.join(', ') },
  { id: 'carried', label: l10n('numbers carried to the next step'), value: ({ columns }, k) => grouped(columns[k]!.carried) },
  { id: 'time', label: l10n('time a step, µs'), value: ({ pace }, k) => { const t = pace?.microseconds[k]; return t === undefined ? '…' : figures(t, 2); } },
  { id: 'updates', label: l10n('training updates'), when: trained, value: ({ trainings, columns }, k) => { const n = trainings[k]?.updates; return columns[k]!.invented ? '0' : n === undefined ? '?' : grouped(n); } },
  { id: 'bits', label: l10n('bits per character, held out'), when: scored, value: ({ trainings, columns }, k) => { const b = trainings[k]?.bitsPerCharacter; return b === undefined || columns[k]!.invented ? '–' : fixed(b, 3); } },
  { id: 'lost', label: l10n('steps until the gradient lost 99 %'), value: ({ reaches }, k) => { const r = reaches[k]; return !r ? '…' : r.lost === undefined ? `> ${grouped(r.median.length - 1)}` : grouped(r.lost); } },
];

/** The table, and in words what its numbers are. */
export function costTable(facts: CostFacts): HTMLElement {
  const { names, columns } = facts;
  const lines = LINES.filter(l => !l.when || l.when(facts));
  const table = el('table', { class: 'cmp-cost' },
    el('caption', { class: 'hidden' }, l10n('What each costs, and how far it reaches')),
    el('thead', {}, el('tr', {}, el('td', {}), ...names.map(n => el('th', { scope: 'col' }, n)))),
    el('tbody', {}, ...lines.map(({ id, label, value }) => el('tr', { 'data-line': id }, el('th', { scope: 'row' }, label), ...columns.map((_, k) => el('td', {}, value(facts, k)))))));
  return el('div', {}, table, ...notes(facts).map(words => el('p', { class: 'note' }, words)));
}

function notes(facts: CostFacts): string[] {
  const { trainings, columns, pace } = facts;
  const untrained = columns.filter(c => c.invented).length;
  return [
    l10n('Parameters of the recurrent layer, one bias a gate as the equations have it; the output layer is not counted. Multiply-adds of the matrix products.'),
    ...(pace ? [l10n('Time measured on this machine: forward, one sequence, one thread, median of {0} rounds of {1} steps in turns.', pace.rounds, pace.steps)] : []),
    ...(untrained === 0 && alike(trainings) ? [l10n('Trained alike: {0}; {1}; {2}. One seed, one task: no ranking follows from it.', trainings[0]?.optimiser ?? '', trainings[0]?.batch ?? '', trainings[0]?.initialisation ?? '')] : []),
    ...(untrained > 0 && untrained < columns.length ? [l10n('Only some of these were trained: compare what they cost and what they are made of, not how well they do.')] : []),
    ...(untrained === 0 && trained(facts) && !alike(trainings) ? [l10n('Not trained alike, so far as the files say: bits per character and reach are no ranking of the cells.')] : []),
  ];
}
