/** |gradient| of every unit (or feature) at every distance, by a log colour. Time runs to the right, up to the loss. */
import { el, fitCanvas, setAttributes } from '../../dom';
import { l10n } from '../../l10n';
import { ENTRIES } from '../../ramps';
import type { Hue, Theme } from '../../theme';
import { xOf } from '../timeline/layout';

/** Decades that the colours tell apart at most, and at least. */
const [MOST, LEAST] = [8, 2];
/** Of differences: a tenth more or less is seen. */
const LEAST_APART = Math.log10(2);
const MARGIN = { left: 44, right: 12, foot: 32 } as const;

/** What a heatmap shows. */
export interface HeatSpec {
  readonly claim: string;
  /** log10 |value|, [distances, rows]. */
  readonly logs: Float32Array;
  readonly rows: number;
  /** Rows from the top, as indices. */
  readonly order: ArrayLike<number>;
  readonly hue: Hue;
  /** Row with a mark. */
  readonly chosen: number;
  /** CSS pixels a row; rows share one where they are less than one pixel. */
  readonly height: number;
  /** Names of rows, at the left; units are numbered by the mark alone. */
  readonly names?: readonly string[];
  /** The logs are differences: 0 in the middle of a ramp of two sides. */
  readonly apart?: boolean;
}

/** Greatest finite number, the end of the scale. */
export function topOf(logs: Float32Array): number {
  let most = -Infinity;
  for (const v of logs) if (v > most && v < Infinity) most = v;
  return most === -Infinity ? 0 : most;
}

/** Decades under the greatest in which nearly all numbers are; of differences, those around 0. */
export function decadesOf(logs: Float32Array, apart = false): number {
  if (apart) {
    const sizes = logs.filter(v => Number.isFinite(v)).map(Math.abs).sort();
    return Math.max(LEAST_APART, Math.min(MOST, sizes[Math.floor(0.98 * sizes.length)] ?? 0));
  }
  const finite = logs.filter(v => Number.isFinite(v)).sort();
  return Math.max(LEAST, Math.min(MOST, Math.ceil(topOf(logs) - (finite[Math.floor(0.02 * finite.length)] ?? 0))));
}

/** Entry of the ramp; not finite and not −Infinity: the last one. */
export function entryOf(log: number, top: number, decades: number): number {
  if (log !== log || log === Infinity) return ENTRIES;
  return Math.max(0, Math.min(ENTRIES - 1, Math.round((ENTRIES - 1) * (1 + (log - top) / decades))));
}

/** Pixels [order.length, distances]: the loss at the right. */
export function pixelsOf({ logs, rows, order, apart = false }: Pick<HeatSpec, 'logs' | 'rows' | 'order' | 'apart'>, ramp: Uint32Array): Uint32Array {
  const count = logs.length / rows, around = decadesOf(logs, apart);
  const [top, decades] = apart ? [around, 2 * around] : [topOf(logs), around];
  const out = new Uint32Array(count * order.length);
  for (let line = 0; line < order.length; line++) for (let d = 0; d < count; d++) out[line * count + (count - 1 - d)] = ramp[entryOf(logs[d * rows + order[line]!]!, top, decades)]!;
  return out;
}

/** A canvas of its own axis; a click tells the row and the distance. */
export class Heat {
  readonly canvas = el('canvas', { role: 'img', tabindex: 0, class: 'gradient-heat' });
  readonly element = el('div', { class: 'gradient-heatHost' }, this.canvas);
  private spec: HeatSpec | undefined;
  private theme: Theme | undefined;
  private readonly watcher = new ResizeObserver(() => this.paint());

  constructor(clicked: (row: number, distance: number) => void) {
    this.watcher.observe(this.element);
    this.canvas.addEventListener('click', event => {
      const { spec } = this;
      if (!spec) return;
      const box = this.canvas.getBoundingClientRect();
      const count = spec.logs.length / spec.rows, left = this.left();
      const at = Math.floor((event.clientX - box.left - left) / (box.width - left - MARGIN.right) * count);
      const line = Math.floor((event.clientY - box.top) / spec.height * spec.order.length);
      if (at >= 0 && at < count && line >= 0 && line < spec.order.length) clicked(spec.order[line]!, count - 1 - at);
    });
  }

  /** What is drawn, for tests. */
  get drawn(): HeatSpec | undefined { return this.spec; }

  draw(spec: HeatSpec, theme: Theme): void {
    if (spec === this.spec && theme === this.theme) return;
    [this.spec, this.theme] = [spec, theme];
    setAttributes(this.canvas, { 'aria-label': spec.claim });
    this.paint();
  }

  dispose(): void { this.watcher.disconnect(); }

  private left(): number { return this.spec?.names ? 96 : MARGIN.left; }

  private paint(): void {
    const { spec, theme } = this;
    const width = this.element.clientWidth;
    if (!spec || !theme || width === 0) return;
    const { logs, rows, order, height } = spec;
    const count = logs.length / rows, left = this.left();
    const context = fitCanvas(this.canvas, width, height + MARGIN.foot);
    const image = new ImageData(count, order.length);
    new Uint32Array(image.data.buffer).set(pixelsOf(spec, theme.ramp(spec.hue, spec.apart ? 'signed' : 'unit', true)));
    const bitmap = document.createElement('canvas');
    [bitmap.width, bitmap.height] = [count, order.length];
    bitmap.getContext('2d')?.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    const across = width - left - MARGIN.right;
    context.drawImage(bitmap, left, 0, across, height);
    this.axis(context, theme, count, left, across, height);
    this.rowMarks(context, theme, spec, left, height);
  }

  private axis(context: CanvasRenderingContext2D, theme: Theme, count: number, left: number, across: number, height: number): void {
    context.font = `10px ${theme.font}`;
    context.fillStyle = theme.muted;
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    const apart = [1, 2, 5, 10, 20, 50, 100].find(n => (n / count) * across >= 48) ?? 100;
    for (let d = 0; d < count; d += apart) {
      const x = left + xOf({ from: 0, to: count }, across, count - 1 - d + 0.5);
      context.fillRect(x, height, 1, 4);
      context.fillText(d === 0 ? '0' : String(d), x, height + 14);
    }
    context.font = `11px ${theme.font}`;
    context.fillText(l10n('steps before the loss'), left + across / 2, height + 28);
  }

  private rowMarks(context: CanvasRenderingContext2D, theme: Theme, { order, chosen, names }: HeatSpec, left: number, height: number): void {
    const each = height / order.length;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    if (names) {
      context.fillStyle = theme.foreground;
      names.forEach((name, k) => context.fillText(name.length > 14 ? `${name.slice(0, 13)}…` : name, left - 6, (k + 0.5) * each));
      return;
    }
    const line = Array.from(order).indexOf(chosen);
    if (line < 0) return;
    context.fillStyle = theme.foreground;
    context.font = `600 11px ${theme.font}`;
    const y = Math.max(5, Math.min(height - 5, (line + 0.5) * each));
    context.fillText(String(chosen), left - 10, y);
    context.beginPath();
    context.moveTo(left - 1, y);
    context.lineTo(left - 7, y - 4);
    context.lineTo(left - 7, y + 4);
    context.fill();
  }
}
