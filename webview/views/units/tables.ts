/** The view's numbers as real tables, for screen readers and for copying. */
import type { SimilarAnswer } from '../../../src/questions/similar';
import type { StateSpaceAnswer } from '../../../src/questions/stateSpace';
import { el } from '../../dom';
import { l10n } from '../../l10n';
import type { State } from '../../state';
import { figures, percent, spoken } from '../../words';
import { columnsOf, type Known } from './columns';

const MOST = 300;

export interface TableFacts { readonly known: Known | undefined; readonly order: Int32Array; readonly similar: SimilarAnswer | undefined; readonly space: StateSpaceAnswer | undefined; readonly label: (step: number) => string | undefined }

/** All that is drawn. */
export function tablesOf(state: State, { known, order, similar, space, label }: TableFacts): HTMLElement {
  return el('div', { class: 'tableHost', tabindex: 0, role: 'region', 'aria-label': l10n('Values of the view') },
    ...(known ? [unitRows(state, known, order)] : []), ...(similar ? [places(similar)] : []), ...(space ? [points(state, space, label)] : []));
}

function unitRows(state: State, known: Known, order: Int32Array): HTMLElement {
  const columns = columnsOf(known);
  const rows = Array.from(order, unit => el('tr', unit === state.selection.unit ? { 'aria-current': 'true' } : {}, ...columns.map((c, k) => (k === 0 ? el('th', { scope: 'row' }, c.text(known, unit)) : el('td', { class: 'number' }, (c.number ?? c.text)(known, unit))))));
  return table(l10n('All {0} units.', known.table.units), columns.map(c => (c.kind === 'spark' ? l10n('deviation of {0}', known.table.signal) : c.head)), rows);
}

function places({ places: found, units, from, to }: SimilarAnswer): HTMLElement {
  const rows = found.map((p, k) => el('tr', {}, el('th', { scope: 'row' }, String(k + 1)), ...[p.from, p.to - 1, p.shared].map(v => el('td', { class: 'number' }, String(v)))));
  return table(l10n('Places where the units are on that are on through steps {0} to {1}: {2}.', from, to - 1, units.join(', ')), [l10n('place'), l10n('first step'), l10n('last step'), l10n('units on')], rows);
}

function points(state: State, { points: all, components, every, shares, signal, apart }: StateSpaceAnswer, label: (step: number) => string | undefined): HTMLElement {
  const first = Math.ceil(state.from / every), last = Math.min(all.length / components, Math.floor(state.to / every), first + MOST);
  const names = Array.from({ length: components }, (_, c) => l10n('component {0}, {1}', c + 1, percent(shares[c] ?? 0)));
  const rows = Array.from({ length: Math.max(0, last - first) }, (_, k) => first + k).map(k => el('tr', k * every === state.selection.step ? { 'aria-current': 'true' } : {}, el('th', { scope: 'row' }, String(k * every)), el('td', {}, spoken(label(k * every) ?? '')),
    ...[...names.map((_, c) => all[k * components + c]), ...(apart ? [apart.distance[k], ...names.map((_, c) => apart.points[k * components + c])] : [])].map(v => el('td', { class: 'number' }, figures(v ?? NaN)))));
  const beside = apart ? [l10n('distance to the baseline'), ...names.map(n => l10n('{0}, baseline', n))] : [];
  return table(l10n('State space of {0} in the window.', signal), [l10n('step'), l10n('input'), ...names, ...beside], rows);
}

function table(caption: string, heads: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  return el('table', { class: 'unitsTable' }, el('caption', {}, caption), el('thead', {}, el('tr', {}, ...heads.map(h => el('th', { scope: 'col' }, h)))), el('tbody', {}, ...rows));
}
