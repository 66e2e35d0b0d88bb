/** The same numbers as tables: every signal of the unit, and every part of the chosen preactivation. */
import { el } from '../../dom';
import { l10n } from '../../l10n';
import { figures } from '../../words';
import type { CellAnswer, SplitAnswer } from '../../../src/questions/cell';
import { marked } from './rows';
import type { Signals } from './story';

const MOST = 400;

type Cells = readonly string[];

function table(caption: string, heads: Cells, rows: readonly Cells[]): HTMLElement {
  const body = rows.map(([first = '', ...rest]) => el('tr', {}, el('th', { scope: 'row' }, first), ...rest.map(c => el('td', { class: 'number' }, c))));
  return el('div', { class: 'tableHost', tabindex: 0, role: 'region', 'aria-label': caption },
    el('table', {}, el('caption', {}, caption), el('thead', {}, el('tr', {}, ...heads.map(h => el('th', { scope: 'col' }, h)))), el('tbody', {}, ...body)));
}

/** Every signal now and one step before. */
export function signalTable(caption: string, signals: Signals, { values, held }: CellAnswer, apart?: Readonly<Record<string, number>>): HTMLElement {
  return table(caption, [l10n('signal'), l10n('now'), l10n('step before'), ...(apart ? [l10n('difference to the baseline')] : [])], signals.filter(s => Object.hasOwn(values, s.name)).map(s => {
    const v = values[s.name]!;
    const name = `${s.name} ${s.label}`.trim();
    return [held && Object.hasOwn(held, s.name) ? l10n('{0}, held', name) : name, figures(v.now, 7), v.before === undefined ? '' : figures(v.before, 7), ...(apart ? [figures(apart[s.name] ?? 0, 7)] : [])];
  }));
}

/** The steps of the strip with the unit's memory. */
export const windowTable = (caption: string, memory: string, rows: readonly (readonly [string, string, string])[]): HTMLElement => table(caption, [l10n('step'), l10n('input'), memory], rows);

/** Every part of a sum, the largest of each kind first. */
export function partTable(caption: string, split: SplitAnswer, states: ReadonlySet<string>): HTMLElement {
  const rows = split.parts.flatMap((p): Cells[] => {
    const factors = p.factors.map(f => `${marked(f.text, states)} ${figures(f.value)}`).join(' × ');
    if (p.kind === 'single') return [[marked(p.text, states), factors, p.weight === undefined ? '' : figures(p.weight), p.value === undefined ? '' : figures(p.value), figures(p.amount, 7)]];
    const order = [...p.amounts.keys()].filter(k => p.amounts[k] !== 0).sort((a, b) => Math.abs(p.amounts[b]!) - Math.abs(p.amounts[a]!));
    return order.map(k => [`${p.matrix} ${marked(p.text, states)} [${k}]`, factors, figures(p.weights[k]!), figures(p.values[k]!), figures(p.amounts[k]!, 7)]);
  });
  const cut = rows.length > MOST ? ` ${l10n('Only the first {0} lines are shown.', MOST)}` : '';
  return table(caption + cut, [l10n('part'), l10n('in front'), l10n('weight'), l10n('value'), l10n('adds')], [...rows.slice(0, MOST), [l10n('sum'), '', '', '', figures(split.sum, 7)]]);
}
