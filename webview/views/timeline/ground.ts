/** What lies under the unit's line in an open row: where the feature is on, guides, and mean, middle half and extremes of all units. */
import { faded } from '../../theme';
import type { Curves, Point } from './bands';
import type { LinesLook } from './lines';

/** Where the plot is, and what its axes reach. */
export interface Frame { readonly right: number; readonly bottom: number; x(step: number): number; y(value: number): number }

/** Each straight onto the canvas: a chart's points are too much for what nobody points at. */
export function drawGround(context: CanvasRenderingContext2D, curves: Curves, { theme, ink, columns, guides }: LinesLook, frame: Frame): void {
  const light = theme.look === 'light' || theme.look === 'hcLight';
  context.save();
  context.beginPath();
  context.rect(0, 0, frame.right, frame.bottom);
  context.clip();
  context.fillStyle = faded(theme.foreground, 0.1);
  for (const { from, to } of columns) context.fillRect(frame.x(from), 0, frame.x(to) - frame.x(from), frame.bottom);
  drawGuides(context, guides, faded(theme.foreground, theme.highContrast ? 0.7 : 0.28), frame);
  drawBand(context, curves.min, curves.max, faded(ink, light ? 0.08 : 0.1), frame);
  drawBand(context, curves.low, curves.high, faded(ink, light ? 0.28 : 0.36), frame);
  context.strokeStyle = faded(theme.foreground, 0.75);
  context.setLineDash([4, 3]);
  context.beginPath();
  for (const [from, to] of known(curves.mean)) {
    context.moveTo(frame.x(curves.mean[from]!.x), frame.y(curves.mean[from]!.y));
    for (const { x, y } of curves.mean.slice(from + 1, to)) context.lineTo(frame.x(x), frame.y(y));
  }
  context.stroke();
  context.restore();
}

function drawGuides(context: CanvasRenderingContext2D, guides: readonly number[], ink: string, { right, y }: Frame): void {
  context.strokeStyle = ink;
  context.lineWidth = 1;
  context.setLineDash([1, 3]);
  context.beginPath();
  for (const guide of guides) {
    context.moveTo(0, Math.round(y(guide)) + 0.5);
    context.lineTo(right, Math.round(y(guide)) + 0.5);
  }
  context.stroke();
}

/** There along the one, back along the other. */
function drawBand(context: CanvasRenderingContext2D, low: readonly Point[], high: readonly Point[], fill: string, { x, y }: Frame): void {
  context.fillStyle = fill;
  context.beginPath();
  for (const [from, to] of known(low)) {
    context.moveTo(x(low[from]!.x), y(low[from]!.y));
    for (let k = from + 1; k < to; k++) context.lineTo(x(low[k]!.x), y(low[k]!.y));
    for (let k = to - 1; k >= from; k--) context.lineTo(x(high[k]!.x), y(high[k]!.y));
    context.closePath();
  }
  context.fill();
}

/** Runs [from, to) of points that are finite. */
export function known(points: readonly Point[]): [number, number][] {
  const found: [number, number][] = [];
  for (let k = 0; k < points.length; k++) {
    if (!Number.isFinite(points[k]!.y)) continue;
    const last = found.at(-1);
    if (last?.[1] === k) last[1] = k + 1;
    else found.push([k, k + 1]);
  }
  return found;
}
