/**
 * A small chart, drawn by Chart.js from plain data: lines with bands, dots, marks. All views draw theirs with it, so that they look alike,
 * can be read as a table and saved. One draw a change; hovering tells the nearest point.
 */
import { Chart, Filler, LinearScale, LineController, LineElement, LogarithmicScale, PointElement, ScatterController, type ChartDataset, type Plugin, type ScaleOptionsByType } from 'chart.js';
import { el, setAttributes } from '../dom';
import { l10n } from '../l10n';
import { csvOf, pictured } from '../picture';
import { faded, type Theme } from '../theme';
import { rowsOf, svgOf } from './export';
import { power } from './power';

export { power } from './power';

Chart.register(LineController, ScatterController, LineElement, PointElement, LinearScale, LogarithmicScale, Filler);

export interface XY { readonly x: number; readonly y: number }

export interface Line {
  readonly name: string;
  readonly ink: string;
  /** In the order of x; not finite: a gap. */
  readonly points: readonly XY[];
  readonly style?: 'solid' | 'dashed' | 'dotted';
  readonly width?: number;
  /** Filled between: the middle half of many, say. */
  readonly band?: { readonly low: readonly XY[]; readonly high: readonly XY[] };
  /** At the line's end, in its ink. */
  readonly label?: string;
}

export interface Dots {
  readonly name: string;
  readonly ink: string;
  /** `id` comes back when a dot is pointed at: a unit. */
  readonly points: readonly (XY & { readonly id: number })[];
  /** The dot with a ring and its number. */
  readonly chosen?: number;
  readonly radius?: number;
}

export interface Axis {
  readonly kind: 'linear' | 'log';
  /** With its unit: `steps before the loss`. */
  readonly label: string;
  readonly from?: number;
  readonly to?: number;
  /** Where ticks stand; by Chart.js otherwise. */
  readonly ticks?: readonly number[];
  readonly format?: (value: number) => string;
}

/** A line across the plot at x or y, with words. */
export interface Mark { readonly x?: number; readonly y?: number; readonly words?: string; readonly ink?: string }

export interface PlotSpec {
  /** Of the file when it is saved: `gradient against distance`. */
  readonly name?: string;
  /** What the plot shows, in numbers: its name for screen readers. */
  readonly claim: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines?: readonly Line[];
  readonly dots?: readonly Dots[];
  readonly marks?: readonly Mark[];
  /** CSS pixels. */
  readonly height: number;
}

/** A point under the pointer: of which series, its place there, and its id where it is a dot. */
export interface Hit { readonly series: string; readonly index: number; readonly point: XY; readonly id?: number }

type Data = ChartDataset<'line' | 'scatter', XY[]>;
const DASHES: Readonly<Record<NonNullable<Line['style']>, number[]>> = { solid: [], dashed: [6, 4], dotted: [2, 3] };

export class Plot {
  private readonly canvas = el('canvas', { role: 'img', tabindex: 0 });
  readonly element = el('div', { class: 'plot' }, this.canvas);
  private chart: Chart<'line' | 'scatter', XY[]> | undefined;
  private spec: PlotSpec | undefined;
  private theme: Theme | undefined;
  private readonly watcher = new ResizeObserver(() => this.resize());

  /** `pointed` hears of the nearest point under the pointer, and of none when it leaves; `clicked` where it was pressed. */
  constructor(private readonly pointed?: (hit: Hit | undefined) => void, private readonly clicked?: (hit: Hit) => void) {
    this.watcher.observe(this.element);
    pictured(this.element, {
      name: () => this.spec?.name ?? l10n('plot'),
      csv: () => csvOf(this.spec ? rowsOf(this.spec) : []),
      svg: () => this.spec && this.theme ? svgOf(this.spec, { width: this.element.clientWidth, ...this.theme }) : '',
    });
    this.canvas.addEventListener('pointermove', event => this.pointed?.(this.hitAt(event)));
    this.canvas.addEventListener('pointerleave', () => this.pointed?.(undefined));
    this.canvas.addEventListener('click', event => { const hit = this.hitAt(event); if (hit) this.clicked?.(hit); });
  }

  /** What is drawn, for tables, pictures and tests. */
  get drawn(): PlotSpec | undefined { return this.spec; }

  /** Draws, where something changed: a spec is a value, the same one draws nothing anew. */
  draw(spec: PlotSpec, theme: Theme): void {
    if (spec === this.spec && theme === this.theme) return;
    [this.spec, this.theme] = [spec, theme];
    setAttributes(this.canvas, { 'aria-label': spec.claim });
    this.element.style.height = `${spec.height}px`;
    const width = this.element.clientWidth;
    if (width === 0) return;
    this.chart ??= this.create();
    this.chart.data.datasets = [...(spec.lines ?? []).flatMap(l => lineData(l)), ...(spec.dots ?? []).map(d => dotData(d, theme))];
    this.chart.options.scales = { x: scale(spec.x, 'x', theme), y: scale(spec.y, 'y', theme) };
    this.chart.options.layout = { padding: { right: Math.max(8, ...(spec.lines ?? []).map(l => 10 + 7 * (l.label?.length ?? 0))), top: 8 } };
    if (this.chart.width !== width || this.chart.height !== spec.height) this.chart.resize(width, spec.height);
    this.chart.update('none');
  }

  dispose(): void {
    this.watcher.disconnect();
    this.chart?.destroy();
  }

  private create(): Chart<'line' | 'scatter', XY[]> {
    return new Chart<'line' | 'scatter', XY[]>(this.canvas, {
      type: 'line', data: { datasets: [] }, plugins: [this.over()],
      options: { responsive: false, maintainAspectRatio: false, animation: false, parsing: false, normalized: true, events: [] },
    });
  }

  private resize(): void {
    const { spec, theme } = this;
    if (!spec || !theme || this.element.clientWidth === 0) return;
    this.spec = undefined;
    this.draw(spec, theme);
  }

  /** Nearest point within reach of the pointer. */
  private hitAt(event: PointerEvent | MouseEvent): Hit | undefined {
    const { chart, spec } = this;
    const [x, y] = [chart?.scales['x'], chart?.scales['y']];
    if (!spec || !x || !y) return undefined;
    const box = this.canvas.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    let [best, found] = [24, undefined as Hit | undefined];
    for (const { name, points } of [...(spec.lines ?? []), ...(spec.dots ?? [])] as readonly { name: string; points: readonly (XY & { id?: number })[] }[]) {
      for (const [index, point] of points.entries()) {
        const distance = Math.hypot(x.getPixelForValue(point.x) - px, y.getPixelForValue(point.y) - py);
        if (distance < best) [best, found] = [distance, { series: name, index, point, ...(point.id === undefined ? {} : { id: point.id }) }];
      }
    }
    return found;
  }

  /** Marks under, labels at the ends of lines and rings around chosen dots over the data. */
  private over(): Plugin<'line' | 'scatter'> {
    return {
      id: 'over',
      beforeDatasetsDraw: ({ ctx, scales, chartArea }) => {
        const { spec, theme } = this;
        const { x, y } = scales;
        if (!spec || !theme || !x || !y) return;
        ctx.save();
        ctx.font = `11px ${theme.font}`;
        ctx.setLineDash([4, 3]);
        for (const mark of spec.marks ?? []) {
          ctx.strokeStyle = ctx.fillStyle = mark.ink ?? theme.muted;
          const [px, py] = [mark.x === undefined ? NaN : x.getPixelForValue(mark.x), mark.y === undefined ? NaN : y.getPixelForValue(mark.y)];
          ctx.beginPath();
          if (mark.y === undefined) { ctx.moveTo(px, chartArea.top); ctx.lineTo(px, chartArea.bottom); } else { ctx.moveTo(chartArea.left, py); ctx.lineTo(chartArea.right, py); }
          ctx.stroke();
          if (mark.words) place(ctx, mark.words, mark.y === undefined ? px + 4 : chartArea.right - 4 - ctx.measureText(mark.words).width, mark.y === undefined ? chartArea.top + 12 : py - 4, chartArea);
        }
        ctx.restore();
      },
      afterDatasetsDraw: ({ ctx, scales, chartArea }) => {
        const { spec, theme } = this;
        const { x, y } = scales;
        if (!spec || !theme || !x || !y) return;
        ctx.save();
        ctx.font = `600 11px ${theme.font}`;
        labels(ctx, spec.lines ?? [], x, y, chartArea);
        for (const { points, chosen, radius = 4, ink } of spec.dots ?? []) {
          const point = points.find(p => p.id === chosen);
          if (!point) continue;
          const [px, py] = [x.getPixelForValue(point.x), y.getPixelForValue(point.y)];
          ctx.beginPath();
          ctx.arc(px, py, radius + 1, 0, 2 * Math.PI);
          ctx.fillStyle = ink;
          ctx.fill();
          ctx.lineWidth = 2;
          ctx.strokeStyle = theme.foreground;
          ctx.stroke();
          ctx.fillStyle = theme.foreground;
          place(ctx, String(chosen), px + radius + 5, py - radius - 2, chartArea);
        }
        ctx.restore();
      },
    };
  }
}

interface Box { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number }

/** Text that stays inside the plot. */
function place(ctx: CanvasRenderingContext2D, words: string, x: number, y: number, { left, right, top }: Box): void {
  const { width } = ctx.measureText(words);
  ctx.fillText(words, Math.max(left, Math.min(x, right - width)), Math.max(top + 9, y));
}

interface ToPixel { getPixelForValue(value: number): number }

/** Labels at the right ends, moved apart where they would overlap. */
function labels(ctx: CanvasRenderingContext2D, lines: readonly Line[], x: ToPixel, y: ToPixel, { top, bottom, right }: Box): void {
  const ends = lines.flatMap(line => {
    const last = line.label === undefined ? undefined : [...line.points].reverse().find(p => Number.isFinite(y.getPixelForValue(p.y)) && p.y !== 0);
    return last ? [{ line, x: Math.min(right, x.getPixelForValue(last.x)) + 6, y: Math.max(top, Math.min(bottom, y.getPixelForValue(last.y))) + 4 }] : [];
  }).sort((a, b) => a.y - b.y);
  cleared(ends.map(e => e.y), 13, bottom + 4).forEach((at, k) => {
    const { line, x: left } = ends[k]!;
    ctx.fillStyle = line.ink;
    ctx.fillText(line.label ?? '', left, at);
  });
}

/** Places from top to bottom, moved down until they are so far apart, and up again where the last would go below `most`. */
export function cleared(places: readonly number[], apart: number, most: number): number[] {
  const down: number[] = [], up: number[] = [];
  for (const at of places) down.push(Math.max(at, (down.at(-1) ?? -Infinity) + apart));
  for (const at of [...down].reverse()) up.push(Math.min(at, (up.at(-1) ?? most + apart) - apart));
  return up.reverse();
}

const PLAIN = { pointRadius: 0, spanGaps: false, tension: 0 } as const;

/** The first dataset lies on top; a band is two lines, the second filled up to the first. */
function lineData({ name, ink, points, style = 'solid', width = 2, band }: Line): Data[] {
  const line: Data = { type: 'line', label: name, data: [...points], ...PLAIN, borderColor: ink, borderWidth: width, borderDash: DASHES[style], borderJoinStyle: 'round' };
  if (!band) return [line];
  return [line,
    { type: 'line', label: l10n('{0} (high)', name), data: [...band.high], ...PLAIN, borderWidth: 0 },
    { type: 'line', label: l10n('{0} (low)', name), data: [...band.low], ...PLAIN, borderWidth: 0, fill: '-1', backgroundColor: faded(ink, 0.2) }];
}

function dotData({ name, ink, points, radius = 4 }: Dots, theme: Theme): Data {
  return { type: 'scatter', label: name, data: [...points], pointRadius: radius, borderWidth: theme.highContrast ? 1 : 0, borderColor: theme.background, backgroundColor: faded(ink, theme.highContrast ? 1 : 0.65) };
}

function scale({ kind, label, from, to, ticks, format }: Axis, axis: 'x' | 'y', theme: Theme): Partial<ScaleOptionsByType<'linear'>> {
  const grid = faded(theme.foreground, theme.highContrast ? 0.5 : 0.12);
  return {
    type: kind === 'log' ? 'logarithmic' : 'linear', position: axis === 'x' ? 'bottom' : 'left', bounds: 'data',
    ...(from === undefined ? {} : { min: from }), ...(to === undefined ? {} : { max: to }),
    title: { display: label !== '', text: label, color: theme.muted, font: { size: 11, family: theme.font } },
    grid: { color: grid, display: axis === 'y', drawTicks: true, tickLength: 4 }, border: { color: grid },
    ticks: {
      color: theme.muted, font: { size: 10, family: theme.font }, maxRotation: 0, autoSkipPadding: 12,
      ...(format ? { callback: (value: number | string) => format(Number(value)) } : kind === 'log' ? { callback: (value: number | string) => power(Number(value)) } : {}),
    },
    ...(ticks ? { afterBuildTicks: (made: { ticks: { value: number }[] }) => { made.ticks = ticks.map(value => ({ value })); } } : {}),
  } as unknown as Partial<ScaleOptionsByType<'linear'>>;
}
