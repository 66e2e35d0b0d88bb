/** The gradients of all cells on one chart. */
import type { CompareColumn, ReachAnswer } from '../../../src/questions/compare';
import { el } from '../../dom';
import { l10n } from '../../l10n';
import type { Line, PlotSpec, XY } from '../../plot/plot';
import type { Theme } from '../../theme';
import { figures } from '../../words';
import { reachWords } from './words';

const HEIGHT = 210;
const TICKS = [0, 40, 80, 120, 160];
/** Less than this is not drawn. */
const LEAST = 1e-8;

/** What tells the lines apart: style, width and ink by what the cell is; another one of the same kind is dashed. */
function lookOf({ cell: { family } }: CompareColumn, again: number, theme: Theme): Pick<Line, 'ink' | 'style' | 'width'> {
  if (again > 0) return { ink: again > 1 ? theme.muted : theme.ink.h, style: 'dashed', width: 2 };
  if (family === 'rnn') return { ink: theme.ink.x, style: 'dashed', width: 1.5 };
  if (family === 'gru') return { ink: theme.ink.f, style: 'dotted', width: 2.5 };
  return family === 'lstm' ? { ink: theme.ink.c, style: 'solid', width: 2 } : { ink: theme.ink.g, style: 'solid', width: 1.5 };
}

/** Steps until nothing is left to draw. */
const alive = (values: Float64Array): number => { const end = values.findIndex(v => v <= LEAST); return end < 0 ? values.length - 1 : end; };
const points = (values: Float64Array): XY[] => Array.from(values, (v, x) => ({ x, y: v > LEAST ? v : NaN }));

/** What the chart shows; undefined while nothing is known. */
export function reachSpec(names: readonly string[], columns: readonly CompareColumn[], reaches: readonly (ReachAnswer | undefined)[], theme: Theme): PlotSpec | undefined {
  const known = reaches.filter(r => r !== undefined);
  if (known.length === 0) return undefined;
  const least = Math.max(LEAST, Math.min(...known.map(r => r.low.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), 1))));
  const most = Math.min(Math.max(...known.map(r => r.median.length - 1)), 20 * Math.ceil(Math.max(1, ...known.map(r => alive(r.median))) / 20));
  const lines = columns.flatMap((column, k): Line[] => {
    const r = reaches[k];
    return r ? [{ name: names[k]!, ...lookOf(column, columns.slice(0, k).filter(c => c.cell.family === column.cell.family).length, theme), points: points(r.median), band: { low: points(r.low.map(v => Math.max(v, LEAST * 1.01))), high: points(r.high.map(v => Math.max(v, LEAST * 1.01))) }, label: `${names[k]!}\u2002` }] : []; // the space keeps the last letter inside
  });
  return {
    claim: l10n('Gradient of the loss L by the hidden state h, ‖dL/dh‖, against steps before the loss. {0}', reachWords(names, reaches)),
    height: HEIGHT,
    x: { kind: 'linear', label: l10n('steps before the loss'), from: 0, to: most, ...(most >= 80 ? { ticks: TICKS.filter(t => t <= most) } : {}) },
    y: { kind: 'log', label: l10n('gradient dL/dh, share left'), from: 10 ** (Math.floor(Math.log10(least)) - 1), to: Math.max(1, ...known.map(r => 10 ** Math.ceil(Math.log10(r.high.reduce((a, b) => Math.max(a, b), 0.1))))) },
    lines, marks: [{ y: 0.01, words: '1 %' }],
  };
}

const DISTANCES = [0, 1, 2, 5, 10, 20, 40, 80, 120, 160];

/** The same numbers as a table. */
export function reachTable(names: readonly string[], reaches: readonly (ReachAnswer | undefined)[]): HTMLElement {
  const most = Math.max(0, ...reaches.map(r => (r?.median.length ?? 0) - 1));
  const rows = DISTANCES.filter(d => d <= most).map(d => el('tr', {}, el('th', { scope: 'row' }, String(d)), ...reaches.map(r => el('td', { class: 'number' }, r?.median[d] === undefined ? '…' : figures(r.median[d], 3)))));
  return el('div', { class: 'tableHost', tabindex: 0, role: 'region', 'aria-label': l10n('Gradients as a table') }, el('table', {},
    el('caption', {}, l10n('Gradient of the loss L by the hidden state h, ‖dL/dh‖, as a share of its size at the loss, median over losses')),
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, l10n('steps before')), ...names.map(n => el('th', { scope: 'col' }, n)))), el('tbody', {}, ...rows)));
}
