/** Spectra of the recurrent kernels: singular values as lines on a log axis, and the numbers in a table. */
import type { FileBlock } from '../../src/fileProtocol';
import { el } from '../dom';
import { l10n, term } from '../l10n';
import { figures, grouped } from '../words';
import { picture, svg } from './svg';

type Known = FileBlock & { readonly spectrum: NonNullable<FileBlock['spectrum']> };

const HEIGHT = 180;
const [LEFT, RIGHT, TOP, BOTTOM] = [44, 26, 10, 30];
/** Of one gate, another and so on, beside their hues. */
const DASHES = ['none', '6 3', '2 3', '8 3 2 3'];
/** Values below this share of the greatest are rounding. */
const ROUNDING = 1e-7;

/** Chart and table; undefined where no block is recurrent. */
export function spectra(blocks: readonly FileBlock[], name: string): HTMLElement | undefined {
  const known = blocks.filter((b): b is Known => b.spectrum !== undefined);
  if (known.length === 0) return undefined;
  const chart = el('div', { class: 'lines' });
  const estimated = known.some(b => b.spectrum.estimated);
  if (!estimated && known.some(b => b.spectrum.singular.length > 1)) keepDrawn(chart, known, name);
  else chart.hidden = true;
  return el('div', { class: 'spectra' }, chart, spectrumTable(known, estimated));
}

function spectrumTable(known: readonly Known[], estimated: boolean): HTMLElement {
  const about = estimated ? '≈ ' : '';
  const square = known.some(b => b.spectrum.radius !== undefined);
  const rows = known.map(({ signal, label, hue, parts, spectrum: { radius, singular } }) => {
    const [most = NaN, least = NaN] = [singular[0], singular.at(-1)];
    return el('tr', { class: `hue-${hue}` },
      el('th', { scope: 'row', class: 'text' }, el('span', { class: 'letter', title: term(label) }, signal), el('code', {}, parts.find(p => p.role === 'recurrentKernel')?.parameter ?? '')),
      ...(square ? [el('td', { class: 'number' }, radius === undefined ? '–' : about + figures(radius, 4))] : []),
      el('td', { class: 'number' }, about + figures(most, 4)),
      ...(estimated ? [] : [el('td', { class: 'number' }, figures(least, 3)), el('td', { class: 'number' }, least > most * ROUNDING ? figures(most / least, 3) : '∞')]));
  });
  const titles: readonly (readonly [title: string, hint?: string])[] = [
    ...(square ? [[l10n('spectral radius'), l10n('greatest size of an eigenvalue')] as const] : []), [l10n('largest singular value')],
    ...(estimated ? [] : [[l10n('smallest singular value')], [l10n('condition number'), l10n('the largest singular value divided by the smallest')]] as const)];
  return el('table', { class: 'numbersTable' }, el('caption', { class: 'hidden' }, l10n('Spectra of the recurrent kernels')),
    el('thead', {}, el('tr', {}, el('th', { scope: 'col', class: 'text' }, l10n('recurrent kernel')), ...titles.map(([title, hint]) => el('th', { scope: 'col', title: hint }, title)))), el('tbody', {}, ...rows));
}

/** Drawn to the width there is, and again when that changes. */
function keepDrawn(host: HTMLElement, known: readonly Known[], name: string): void {
  let drawn = 0;
  new ResizeObserver(() => {
    const width = Math.floor(host.clientWidth);
    if (width < 120 || width === drawn) return;
    drawn = width;
    host.replaceChildren(draw(width, known, name));
  }).observe(host);
}

function draw(width: number, known: readonly Known[], name: string): SVGSVGElement {
  const values = known.flatMap(b => b.spectrum.singular);
  const most = Math.max(...values);
  if (!(most > 0)) return picture(width, 20, l10n('All singular values are 0.'), svg('text', { x: 0, y: 14 }, l10n('All singular values are 0.')));
  const least = Math.min(...values.filter(v => v > most * ROUNDING));
  const low = Math.log10(least) - 0.1, high = Math.log10(most) + 0.1;
  const count = Math.max(...known.map(b => b.spectrum.singular.length));
  const x = (k: number): number => LEFT + (k / Math.max(1, count - 1)) * (width - LEFT - RIGHT);
  const y = (v: number): number => TOP + ((high - Math.log10(v)) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const ranges = known.map(b => l10n('{0} from {1} down to {2}', b.signal, figures(b.spectrum.singular[0] ?? NaN, 3), figures(b.spectrum.singular.at(-1) ?? NaN, 3))).join('; ');
  const label = l10n('Singular values of the recurrent kernels of {0}, on a log axis: {1}', name, ranges);
  return picture(width, HEIGHT, label, ...axes(width, low, high, count, x, y), ...known.flatMap((b, k) => line(b, k, most, x, y)), ...letters(known, width, most, x, y));
}

function axes(width: number, low: number, high: number, count: number, x: (k: number) => number, y: (v: number) => number): SVGElement[] {
  const grid = ticks(low, high).flatMap(v => [
    svg('path', { class: v === 1 ? 'grid one' : 'grid', d: `M${LEFT} ${y(v).toFixed(1)}H${width - RIGHT}` }),
    svg('text', { x: LEFT - 6, y: y(v) + 3.5, 'text-anchor': 'end' }, v >= 1e-3 && v < 1e4 ? String(v) : v.toExponential(0).replace('-', '−')),
  ]);
  return [...grid,
    svg('text', { x: LEFT, y: HEIGHT - 14, 'text-anchor': 'start' }, '1'),
    svg('text', { x: x(count - 1), y: HEIGHT - 14, 'text-anchor': 'end' }, grouped(count)),
    svg('text', { x: (LEFT + width - RIGHT) / 2, y: HEIGHT - 2, 'text-anchor': 'middle' }, l10n('singular values, greatest first'))];
}

/** Round values between two powers of ten: tens, or 1, 2, 5 where those would be too few. */
function ticks(low: number, high: number): number[] {
  const from = Math.floor(low), count = Math.ceil(high) - from + 1;
  const tens = Array.from({ length: count }, (_, k) => from + k);
  const every = Math.max(1, Math.ceil((high - low) / 6));
  const steps = high - low < 1.5 ? [1, 2, 5] : [1];
  return tens.filter(d => d % every === 0).flatMap(d => steps.map(s => Number(`${s}e${d}`))).filter(v => Math.log10(v) >= low && Math.log10(v) <= high);
}

function line({ hue, spectrum: { singular } }: Known, k: number, most: number, x: (k: number) => number, y: (v: number) => number): SVGElement[] {
  const points = singular.flatMap((v, at) => v > most * ROUNDING ? [`${x(at).toFixed(1)} ${y(v).toFixed(1)}`] : []);
  if (points.length === 0) return [];
  return [svg('path', { class: `line hue-${hue}`, d: `M${points.join('L')}${points.length === 1 ? 'h2' : ''}`, 'stroke-dasharray': DASHES[k % DASHES.length] })];
}

/** Each line's letter at its end, apart from the others. */
function letters(known: readonly Known[], width: number, most: number, x: (k: number) => number, y: (v: number) => number): SVGElement[] {
  const ends = known.flatMap(b => {
    const last = b.spectrum.singular.findLastIndex(v => v > most * ROUNDING);
    return last < 0 ? [] : [{ b, x: Math.min(width - 14, x(last) + 6), y: y(b.spectrum.singular[last]!) }];
  }).sort((a, c) => a.y - c.y);
  let free = -Infinity;
  const placed = ends.map(end => {
    free = Math.max(free + 14, Math.min(end.y, HEIGHT - BOTTOM + 2));
    return { ...end, y: free };
  });
  const over = Math.max(0, (placed.at(-1)?.y ?? 0) - (HEIGHT - BOTTOM + 6));
  return placed.map(({ b, x: at, y: down }) => svg('text', { class: `end hue-${b.hue}`, x: at, y: down - over + 4 }, b.signal));
}
