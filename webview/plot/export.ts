/** A plot's spec as numbers and as a drawing of its own. Pure. */
import type { Axis, Line, PlotSpec, XY } from './plot';
import { power } from './power';
import { l10n } from '../l10n';

/** One row a point: series, x, y. */
export function rowsOf({ x, y, lines = [], dots = [] }: PlotSpec): (string | number)[][] {
  return [[l10n('series'), x.label || 'x', y.label || 'y'],
    ...lines.flatMap(l => [...l.points.map(p => [l.name, p.x, p.y]), ...(l.band ? [...l.band.low.map(p => [l10n('{0} (low)', l.name), p.x, p.y]), ...l.band.high.map(p => [l10n('{0} (high)', l.name), p.x, p.y])] : [])]),
    ...dots.flatMap(d => d.points.map(p => [`${d.name} ${p.id}`, p.x, p.y]))];
}

export interface Paper { readonly width: number; readonly foreground: string; readonly background: string; readonly font: string }

const LEFT = 56, RIGHT = 90, TOP = 10, BOTTOM = 40;
const DASHES: Readonly<Record<string, string>> = { solid: '', dashed: '6 4', dotted: '2 3' };

/** The plot as an SVG, in true lines and text. */
export function svgOf(spec: PlotSpec, { width, foreground, background, font }: Paper): string {
  const { height, lines = [], dots = [], marks = [] } = spec;
  const points = [...lines.flatMap(l => [...l.points, ...(l.band ? [...l.band.low, ...l.band.high] : [])]), ...dots.flatMap(d => d.points)];
  const x = scaleOf(spec.x, points.map(p => p.x), LEFT, width - RIGHT);
  const y = scaleOf(spec.y, points.map(p => p.y), height - BOTTOM, TOP);
  const at = ({ x: a, y: b }: XY): string => `${x.of(a).toFixed(1)},${y.of(b).toFixed(1)}`;
  const shown = (p: XY): boolean => Number.isFinite(x.of(p.x)) && Number.isFinite(y.of(p.y));
  const text = (px: number, py: number, words: string, anchor = 'start', ink = foreground, more = ''): string =>
    `<text x="${px.toFixed(1)}" y="${py.toFixed(1)}" fill="${ink}" font-size="11" font-family="${escaped(font)}" text-anchor="${anchor}"${more}>${escaped(words)}</text>`;
  const line = ({ points: own, ink, style = 'solid', width: stroke = 2, band, label }: Line): string => {
    const inside = own.filter(shown);
    const last = inside.at(-1);
    const area = band ? `<polygon points="${[...band.high.filter(shown), ...band.low.filter(shown).reverse()].map(at).join(' ')}" fill="${ink}" fill-opacity="0.2"/>` : '';
    return `${area}<polyline points="${inside.map(at).join(' ')}" fill="none" stroke="${ink}" stroke-width="${stroke}"${DASHES[style] ? ` stroke-dasharray="${DASHES[style]}"` : ''}/>${label && last ? text(x.of(last.x) + 6, y.of(last.y) + 4, label, 'start', ink, ' font-weight="600"') : ''}`;
  };
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><title>${escaped(spec.claim)}</title>
<rect width="${width}" height="${height}" fill="${background}"/>
${y.ticks.map(v => `<line x1="${LEFT}" x2="${width - RIGHT}" y1="${y.of(v)}" y2="${y.of(v)}" stroke="${foreground}" stroke-opacity="0.15"/>${text(LEFT - 6, y.of(v) + 4, y.words(v), 'end')}`).join('\n')}
${x.ticks.map(v => text(x.of(v), height - BOTTOM + 16, x.words(v), 'middle')).join('\n')}
${text((LEFT + width - RIGHT) / 2, height - 8, spec.x.label, 'middle')}${text(14, (TOP + height - BOTTOM) / 2, spec.y.label, 'middle', foreground, ` transform="rotate(-90 14 ${(TOP + height - BOTTOM) / 2})"`)}
${marks.map(m => (m.y === undefined ? `<line x1="${x.of(m.x ?? 0)}" x2="${x.of(m.x ?? 0)}" y1="${TOP}" y2="${height - BOTTOM}" stroke="${m.ink ?? foreground}" stroke-dasharray="4 3"/>` : `<line x1="${LEFT}" x2="${width - RIGHT}" y1="${y.of(m.y)}" y2="${y.of(m.y)}" stroke="${m.ink ?? foreground}" stroke-dasharray="4 3"/>`) + (m.words ? text(m.x === undefined ? width - RIGHT - 4 : x.of(m.x) + 4, m.y === undefined ? TOP + 12 : y.of(m.y) - 4, m.words, m.x === undefined ? 'end' : 'start') : '')).join('\n')}
${lines.map(line).join('\n')}
${dots.map(d => d.points.filter(shown).map(p => `<circle cx="${x.of(p.x).toFixed(1)}" cy="${y.of(p.y).toFixed(1)}" r="${d.radius ?? 4}" fill="${d.ink}" fill-opacity="${p.id === d.chosen ? 1 : 0.65}"${p.id === d.chosen ? ` stroke="${foreground}" stroke-width="2"` : ''}/>`).join('')).join('\n')}
</svg>`;
}

interface Scale { of(value: number): number; readonly ticks: readonly number[]; words(value: number): string }

function scaleOf({ kind, from, to, ticks, format }: Axis, values: readonly number[], first: number, last: number): Scale {
  const usable = values.filter(v => Number.isFinite(v) && (kind === 'linear' || v > 0));
  const [low, high] = [from ?? usable.reduce((a, b) => Math.min(a, b), Infinity), to ?? usable.reduce((a, b) => Math.max(a, b), -Infinity)];
  const unit = kind === 'log' ? Math.log10 : (v: number): number => v;
  const span = unit(high) - unit(low) || 1;
  return {
    of: value => first + (unit(value) - unit(low)) / span * (last - first),
    ticks: ticks ?? (kind === 'log' ? powers(low, high) : even(low, high)),
    words: format ?? (kind === 'log' ? power : (v: number): string => String(Number(v.toPrecision(6))).replace('-', '−')),
  };
}

function powers(low: number, high: number): number[] {
  const [a, b] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = Math.max(1, Math.ceil((b - a) / 8));
  return Number.isFinite(a) && Number.isFinite(b) ? Array.from({ length: Math.max(0, Math.floor((b - a) / every) + 1) }, (_, k) => 10 ** (a + k * every)) : [];
}

/** Up to six round numbers. */
function even(low: number, high: number): number[] {
  const raw = (high - low) / 5;
  if (!(raw > 0) || !Number.isFinite(raw)) return [];
  const scale = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(k => k * scale).find(s => s >= raw) ?? 10 * scale;
  return Array.from({ length: Math.floor(high / step) - Math.ceil(low / step) + 1 }, (_, k) => (Math.ceil(low / step) + k) * step);
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
