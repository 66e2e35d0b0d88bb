/** The window as a real table, for screen readers and for copying: one line a column of the plots, the selected unit's value of every signal. */
import type { Data } from '../../data';
import { el } from '../../dom';
import { rowsOf, type State } from '../../state';
import { figures, spoken } from '../../words';

const MOST = 500;

/** Table of the selected unit in the window; says what it pools or leaves out. */
export function windowTable(state: State, data: Data): HTMLElement {
  const signals = rowsOf(state);
  const bucket = data.bucket(state);
  const first = Math.floor(Math.ceil(state.from) / bucket) * bucket;
  const last = Math.min(state.scene?.steps ?? 0, Math.floor(state.to));
  const lines = Math.min(MOST, Math.ceil((last - first) / bucket));
  const labelled = state.scene?.input.axis !== 'steps' && bucket === 1;
  const invented = state.scene?.weights.invented || state.scene?.input.invented ? ' Invented numbers.' : '';
  const pooled = bucket > 1 ? ` Each line is the mean of ${bucket} steps; zoom in for single steps.` : '';
  const cut = lines === MOST ? ` Only the first ${MOST} lines are shown.` : '';
  const caption = el('caption', {}, `Unit ${state.selection.unit}, steps ${first} to ${last - 1}.${pooled}${cut}${invented}`);
  const heads = ['step', ...(labelled ? ['input'] : []), ...signals.map(s => `${s.name} ${s.label}`)];
  const body = el('tbody', {}, ...Array.from({ length: lines }, (_, k) => first + k * bucket).map(step => el('tr', step === state.selection.step ? { 'aria-current': 'true' } : {},
    el('th', { scope: 'row' }, String(step)),
    ...(labelled ? [el('td', {}, spoken(data.label(step) ?? ''))] : []),
    ...signals.map(s => el('td', { class: 'number' }, valueText(data, state, s.name, step, bucket))))));
  return el('div', { class: 'tableHost', tabindex: 0, role: 'region', 'aria-label': 'Values of the window' },
    el('table', {}, caption, el('thead', {}, el('tr', {}, ...heads.map(head => el('th', { scope: 'col' }, head)))), body));
}

function valueText(data: Data, state: State, signal: string, step: number, bucket: number): string {
  const tile = data.tiles.covering(data.lane(state, signal), step, step + 1, bucket).at(-1);
  const column = tile ? Math.floor((step - tile.from) / tile.bucket) : -1;
  const value = tile?.mean[column * tile.units + state.selection.unit];
  return value === undefined ? '…' : figures(value);
}
