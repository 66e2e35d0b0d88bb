/** The open part of a row: Chart.js draws the selected unit's line, over what is said of all units. */
import { Chart, LinearScale, LineController, LineElement, PointElement, type ChartDataset, type Plugin } from 'chart.js';
import type { Theme } from '../../theme';
import type { Curves, Point } from './bands';
import { drawGround } from './ground';
import type { Span } from './layout';

Chart.register(LineController, LineElement, PointElement, LinearScale);

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
          x: { type: 'linear', display: false, ticks: { display: false }, bounds: 'data', afterDataLimits: scale => Object.assign(scale, { min: this.span.from, max: this.span.to }) },
          y: { type: 'linear', display: false, ticks: { display: false }, bounds: 'data', afterDataLimits: scale => Object.assign(scale, { min: this.look?.low ?? 0, max: this.look?.high ?? 1 }) },
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
    return { ...this.curves };
  }

  yOf(value: number): number {
    return this.chart.scales['y']?.getPixelForValue(value) ?? NaN;
  }

  dispose(): void { this.chart.destroy(); }

  private ground(): Plugin<'line'> {
    return {
      id: 'ground',
      beforeDatasetsDraw: ({ ctx, chartArea: { right, bottom } }) => {
        const { look, curves, span: { from, to } } = this;
        if (!look || !curves) return;
        const [across, down] = [right / (to - from), bottom / (look.high - look.low)];
        drawGround(ctx, curves, look, { right, bottom, x: step => (step - from) * across, y: value => (look.high - value) * down });
      },
    };
  }
}

/** The first dataset lies on top. */
function datasets(curves: Curves, { ink, pooled }: LinesLook): LineData[] {
  return [
    { label: 'unit', data: curves.unit, ...PLAIN, borderColor: ink, borderWidth: pooled ? 1 : 2, borderJoinStyle: 'round' },
    ...(curves.baseline ? [{ label: 'baseline', data: curves.baseline, ...PLAIN, borderColor: ink, borderWidth: 1, borderDash: [3, 2] }] : []),
  ];
}
