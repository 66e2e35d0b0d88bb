/** The numbers of a chart as a real table. */
import { el } from '../../dom';
import type { MemoryAnswer } from '../../../src/questions/memory';
import { l10n } from '../../l10n';
import type { PlotSpec } from '../../plot/plot';
import { figures } from '../../words';

const MOST = 300;
const shown = (value: number): string => (Number.isInteger(value) ? String(value).replace('-', '−') : figures(value));

/** One line an x for lines, one line a dot for dots. */
export function specTable(spec: PlotSpec): HTMLElement {
  const { claim, lines = [], dots = [], x, y } = spec;
  const parts = [...(lines.length > 0 ? [linesTable(claim, x.label, lines)] : []), ...dots.map(d => table(claim, [l10n('unit'), x.label || 'x', y.label || 'y'], d.points.map(p => [String(p.id), shown(p.x), shown(p.y)])))];
  return el('div', { class: 'tableHost', tabindex: 0, role: 'region', 'aria-label': claim }, ...parts);
}

function linesTable(claim: string, label: string, lines: NonNullable<PlotSpec['lines']>): HTMLElement {
  const places = [...new Set(lines.flatMap(l => l.points.map(p => p.x)))].sort((a, b) => a - b);
  const columns = lines.slice(0, 40).map(l => new Map(l.points.map(p => [p.x, p.y])));
  return table(claim, [label || 'x', ...lines.slice(0, 40).map(l => l.name)], places.map(at => [shown(at), ...columns.map(c => (c.has(at) ? shown(c.get(at)!) : ''))]));
}

/** Half-lives as they are, not where their dots stand. */
export function livesTable({ claim }: PlotSpec, { halfLives, timeConstants, reach }: MemoryAnswer): HTMLElement {
  const heads = [l10n('unit'), l10n('half-life'), l10n('time constant'), l10n('keeps 1% for')];
  const rows = Array.from(halfLives, (life, u) => [String(u), shown(life), shown(timeConstants[u] ?? NaN), shown(reach.units[u] ?? NaN)]);
  return el('div', { class: 'tableHost', tabindex: 0, role: 'region', 'aria-label': claim }, table(claim, heads, rows));
}

/** A table of texts; the first column heads its row. */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  const cut = rows.length > MOST ? ` ${l10n('Only the first {0} lines are shown.', MOST)}` : '';
  return el('table', {}, el('caption', {}, caption + cut),
    el('thead', {}, el('tr', {}, ...heads.map(head => el('th', { scope: 'col' }, head)))),
    el('tbody', {}, ...rows.slice(0, MOST).map(([first = '', ...rest]) => el('tr', {}, el('th', { scope: 'row' }, first), ...rest.map(text => el('td', { class: 'number' }, text))))));
}
