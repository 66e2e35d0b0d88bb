/** A small picture for hovers: the mean of each gate over the last run of a layer, or the range of h where it has no gates. */
import { l10n, thousands } from '../l10n';
import { inks, svgUri, type Theme } from './inks';

export interface Line { readonly signal: string; readonly label: string; readonly hue: string; readonly mean: number; /** One value a column. */ readonly values: readonly number[] }

/** What is kept of a run. `top` and `bottom` are the range of what is drawn. */
export interface Run { readonly units: number; readonly inputSize: number; readonly steps: number; readonly layer: string; readonly invented: boolean; readonly lines: readonly Line[]; readonly top: number; readonly bottom: number }

const width = 420, height = 74, left = 22, right = 90, top = 6, bottom = 16;

/** What the picture says, for its text alternative. */
export function wordsOf(run: Run): string {
  const means = run.lines.map(l => `${l.signal} ${decimal(l.mean)}`).join(', ');
  const words = run.lines.length > 0 && run.lines[0]?.label === 'range'
    ? l10n('Least and greatest h of all units over the last run, {0} steps', thousands(run.steps))
    : l10n('Mean of each gate over the last run, {0} steps: {1}', thousands(run.steps), means);
  return run.invented ? `${words}; ${l10n('random weights')}` : words;
}

const decimal = (n: number): string => n.toFixed(2).replace('-', '−');

/** The picture as a data URI of one theme. */
export function sparkline(run: Run, theme: Theme): string {
  return svgUri(svg(run, inks[theme]));
}

function svg(run: Run, ink: Readonly<Record<string, string>>): string {
  const { steps, lines, invented } = run;
  const text = (x: number, y: number, words: string, fill: string, end = false): string =>
    `<text x="${x}" y="${y}" fill="${fill}"${end ? ' text-anchor="end"' : ''}>${escaped(words)}</text>`;
  const middle = (run.top + run.bottom) / 2;
  const at = (v: number): number => top + (run.top - v) / (run.top - run.bottom) * (height - top - bottom);
  const labels = spread(lines.map(l => at(l.values.at(-1) ?? l.mean)));
  const dash = invented ? ' stroke-dasharray="4 2"' : '';
  const caption = [l10n('last run, {0} steps', thousands(steps)), ...(invented ? [l10n('random weights')] : [])].join(', ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="system-ui,sans-serif" font-size="11">`,
    ...[run.top, middle, run.bottom].map(v => `<path d="M${left} ${at(v).toFixed(1)}H${width - right}" stroke="${ink['rule']}" stroke-width=".5" stroke-dasharray="1 3"/>`),
    ...[run.top, run.bottom].map(v => text(left - 4, Math.round(at(v)) + 4, `${v}`.replace('-', '−'), ink['ink'] ?? '', true)),
    ...lines.map(l => `<path d="${path(l.values, at)}" fill="none" stroke="${ink[l.hue] ?? ink['x']}" stroke-width="1.5"${dash}/>`),
    ...lines.map((l, k) => text(width - right + 6, Math.round(labels[k] ?? 0) + 4, l.label === 'range' ? l.signal : `${l.signal} ${decimal(l.mean)}`, ink[l.hue] ?? ink['x'] ?? '')),
    text(left, height - 3, caption, ink['ink'] ?? ''),
    '</svg>',
  ].join('');
}

/** Points in whole pixels and tenths, as short as SVG lets them be. */
function path(values: readonly number[], at: (v: number) => number): string {
  const step = (width - left - right) / Math.max(1, values.length - 1);
  const point = (v: number, k: number): string => `${(left + k * step).toFixed(0)} ${at(v).toFixed(1)}`;
  return `M${values.flatMap((v, k) => Number.isFinite(v) ? [point(v, k)] : []).join('L')}`;
}

/** Moves labels apart that would lie on one another. */
function spread(ys: readonly number[]): number[] {
  const order = ys.map((y, k) => ({ y, k })).sort((a, b) => a.y - b.y);
  order.forEach((o, i) => { const before = order[i - 1]; if (before && o.y < before.y + 13) o.y = before.y + 13; });
  const over = Math.max(0, (order.at(-1)?.y ?? 0) - (height - bottom));
  return ys.map((_, k) => (order.find(o => o.k === k)?.y ?? 0) - over);
}

const escaped = (text: string): string => text.replace(/[<>&"]/g, c => `&#${c.charCodeAt(0)};`);
