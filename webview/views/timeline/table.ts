/** The window as a real table, for screen readers and for copying: one line a column of the plots, the selected unit's value of every signal. */
import { MAIN, type SceneSignal } from '../../../src/protocol';
import type { Data } from '../../data';
import { el } from '../../dom';
import { l10n } from '../../l10n';
import { rowsOf, type State } from '../../state';
import { placeOf } from '../../tiles';
import { changedWords } from '../../whatIf/words';
import { shownTiles, showing } from '../../whatIf/showing';
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
  const caption = el('caption', {}, [
    l10n('Unit {0}, steps {1} to {2}.', state.selection.unit, first, last - 1),
    ...(bucket > 1 ? [l10n('Each line is the mean of {0} steps; zoom in for single steps.', bucket)] : []),
    ...(lines === MOST ? [l10n('Only the first {0} lines are shown.', MOST)] : []),
    ...(state.scene?.weights.invented || state.scene?.input.invented ? [l10n('Invented numbers.')] : []),
    ...(state.run === MAIN ? [] : [showing(state) === 'difference' ? l10n('Differences to the baseline; {0}.', changedWords(state)) : `${changedWords(state)}.`]),
  ].join(' '));
  const heads = [l10n('step'), ...(labelled ? [l10n('input')] : []), ...signals.map(s => `${s.name} ${s.label}`)];
  const body = el('tbody', {}, ...Array.from({ length: lines }, (_, k) => first + k * bucket).map(step => el('tr', step === state.selection.step ? { 'aria-current': 'true' } : {},
    el('th', { scope: 'row' }, String(step)),
    ...(labelled ? [el('td', {}, spoken(data.label(step) ?? ''))] : []),
    ...signals.map(s => el('td', { class: 'number' }, valueText(data, state, s, step, bucket))))));
  return el('div', { class: 'tableHost', tabindex: 0, role: 'region', 'aria-label': l10n('Values of the window') },
    el('table', {}, caption, el('thead', {}, el('tr', {}, ...heads.map(head => el('th', { scope: 'col' }, head)))), body));
}

function valueText(data: Data, state: State, signal: SceneSignal, step: number, bucket: number): string {
  const tile = shownTiles(data, state, data.line(state, signal), { from: step, to: step + 1 }, bucket).at(-1);
  const column = tile ? Math.floor((step - tile.from) / tile.bucket) : -1;
  const value = tile?.mean[column * tile.units + placeOf(tile, state.selection.unit)];
  return value === undefined ? '…' : figures(value);
}
