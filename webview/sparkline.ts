/** A small line of one signal around a step, with a dot at it. */
import { fitCanvas } from './dom';
import { faded, type Theme } from './theme';

export const SPARK_HEIGHT = 22;

/** Draws values, one a step from `from`; NaN leaves a gap. Symmetric around 0 unless it is a gate. */
export function drawSparkline(canvas: HTMLCanvasElement, width: number, values: Float32Array, dot: number, ink: string, gate: boolean, theme: Theme): void {
  const context = fitCanvas(canvas, width, SPARK_HEIGHT);
  const most = values.reduce((a, v) => (Number.isFinite(v) ? Math.max(a, Math.abs(v)) : a), 1e-6);
  const [low, high] = gate ? [0, 1] : [-Math.max(1, most), Math.max(1, most)];
  const xOf = (k: number): number => 4 + (k / Math.max(1, values.length - 1)) * (width - 8);
  const yOf = (v: number): number => 4 + (1 - (v - low) / (high - low)) * (SPARK_HEIGHT - 8);
  if (!gate) {
    context.strokeStyle = faded(theme.foreground, 0.3);
    context.setLineDash([2, 3]);
    context.beginPath();
    context.moveTo(0, yOf(0));
    context.lineTo(width, yOf(0));
    context.stroke();
    context.setLineDash([]);
  }
  context.strokeStyle = context.fillStyle = ink;
  context.lineWidth = 1.5;
  context.lineJoin = 'round';
  context.beginPath();
  let gap = true;
  values.forEach((v, k) => {
    if (Number.isFinite(v)) (gap ? context.moveTo : context.lineTo).call(context, xOf(k), yOf(v));
    gap = !Number.isFinite(v);
  });
  context.stroke();
  const value = values[dot];
  if (value === undefined || !Number.isFinite(value)) return;
  context.beginPath();
  context.arc(xOf(dot), yOf(value), 3.2, 0, 2 * Math.PI);
  context.fill();
}
