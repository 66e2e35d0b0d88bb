/** The open part of a row: Chart.js draws the selected unit's line over mean, middle half and extremes of all units. */
import { Chart, Filler, LinearScale, LineController, LineElement, PointElement, type ChartDataset, type Plugin } from 'chart.js';
import { faded, type Theme } from '../../theme';
import type { Curves, Point } from './bands';
import type { Span } from './layout';

Chart.register(LineController, LineElement, PointElement, LinearScale, Filler);

export interface LinesLook {
  readonly theme: Theme;
  readonly ink: string;
  readonly low: number;
  readonly high: number;
  /** Values with a dotted line: 0.1 and 0.9 of gates, 0 of the rest. */
  readonly guides: readonly number[];
  /** Spans of steps with a grey ground: where the followed feature is on. */
  readonly columns: readonly Span[];
  /** Steps are pooled: the line runs between least and greatest values and is drawn thin. */
  readonly pooled: boolean;
}

type LineData = ChartDataset<'line', Point[]>;
const PLAIN = { pointRadius: 0, borderWidth: 0, spanGaps: false, tension: 0 } as const;

export class LineChart {
  private readonly chart: Chart<'line', Point[]>;
  private look: LinesLook | undefined;
  private curves: Curves | undefined;
  private span: Span = { from: 0, to: 1 };

  constructor(canvas: HTMLCanvasElement) {
    this.chart = new Chart<'line', Point[]>(canvas, {
      type: 'line',
      data: { datasets: [] },
      options: {
        responsive: false, maintainAspectRatio: false, animation: false, parsing: false, normalized: true, events: [],
        layout: { padding: 0, autoPadding: false },
        scales: {
          x: { type: 'linear', display: false, bounds: 'data', afterDataLimits: scale => Object.assign(scale, { min: this.span.from, max: this.span.to }) },
          y: { type: 'linear', display: false, bounds: 'data', afterDataLimits: scale => Object.assign(scale, { min: this.look?.low ?? 0, max: this.look?.high ?? 1 }) },
        },
      },
      plugins: [this.ground()],
    });
  }

  draw(curves: Curves, look: LinesLook, span: Span, width: number, height: number): void {
    if (curves !== this.curves || !this.look || look.theme !== this.look.theme || look.pooled !== this.look.pooled) this.chart.data.datasets = datasets(curves, look);
    this.curves = curves;
    this.look = look;
    this.span = { from: span.from, to: span.to };
    const { chart } = this;
    const resized = chart.width !== Math.round(width) || chart.height !== height || chart.currentDevicePixelRatio !== window.devicePixelRatio;
    if (resized) chart.resize(Math.round(width), height);
    this.chart.update('none');
  }

  /** The points as drawn, by curve. */
  points(): Readonly<Record<string, readonly Point[]>> {
    return Object.fromEntries(this.chart.data.datasets.map(d => [d.label ?? '', d.data]));
  }

  yOf(value: number): number {
    return this.chart.scales['y']?.getPixelForValue(value) ?? NaN;
  }

  dispose(): void { this.chart.destroy(); }

  /** Grey columns and dotted guides, under the curves. */
  private ground(): Plugin<'line'> {
    return {
      id: 'ground',
      beforeDatasetsDraw: ({ ctx, scales, chartArea }) => {
        const { look } = this;
        const { x, y } = scales;
        if (!look || !x || !y) return;
        ctx.save();
        ctx.fillStyle = faded(look.theme.foreground, 0.1);
        for (const { from, to } of look.columns) ctx.fillRect(x.getPixelForValue(from), 0, x.getPixelForValue(to) - x.getPixelForValue(from), chartArea.bottom);
        ctx.strokeStyle = faded(look.theme.foreground, look.theme.highContrast ? 0.7 : 0.28);
        ctx.setLineDash([1, 3]);
        for (const guide of look.guides) {
          const at = Math.round(y.getPixelForValue(guide)) + 0.5;
          ctx.beginPath();
          ctx.moveTo(0, at);
          ctx.lineTo(chartArea.right, at);
          ctx.stroke();
        }
        ctx.restore();
      },
    };
  }
}

/** The first dataset lies on top. */
function datasets(curves: Curves, { theme, ink, pooled }: LinesLook): LineData[] {
  const band = (alpha: number): string => faded(ink, alpha);
  const light = theme.look === 'light' || theme.look === 'hcLight';
  return [
    { label: 'unit', data: curves.unit, ...PLAIN, borderColor: ink, borderWidth: pooled ? 1 : 2, borderJoinStyle: 'round' },
    ...(curves.baseline ? [{ label: 'baseline', data: curves.baseline, ...PLAIN, borderColor: ink, borderWidth: 1, borderDash: [3, 2] }] : []),
    { label: 'mean', data: curves.mean, ...PLAIN, borderColor: faded(theme.foreground, 0.75), borderWidth: 1, borderDash: [4, 3] },
    { label: 'high', data: curves.high, ...PLAIN },
    { label: 'low', data: curves.low, ...PLAIN, fill: '-1', backgroundColor: band(light ? 0.28 : 0.36) },
    { label: 'max', data: curves.max, ...PLAIN },
    { label: 'min', data: curves.min, ...PLAIN, fill: '-1', backgroundColor: band(light ? 0.08 : 0.1) },
  ];
}
