/** Fixed and slow points in the state space: their marks, and what was found in words. */
import type { FixedPointsAnswer } from '../../../src/questions/fixedPoints';
import { l10n } from '../../l10n';
import type { Theme } from '../../theme';
import { figures } from '../../words';
import { xAt, yAt, type Frame } from './path';

type Point = FixedPointsAnswer['points'][number];

const RADIUS = 5.5;

/** A filled dot attracts, a ring is a saddle, a diamond repels; small ones are slow and no fixed points. */
export function drawResting(canvas: HTMLCanvasElement, frame: Frame, points: readonly Point[], [a, b]: readonly [number, number], theme: Theme): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  for (const point of [...points].reverse()) {
    const [x, y, r] = [xAt(point.at[a] ?? 0, frame), yAt(point.at[b] ?? 0, frame), point.fixed ? RADIUS : RADIUS / 2];
    context.beginPath();
    if (point.growing === point.directions) { context.moveTo(x, y - r - 1); context.lineTo(x + r + 1, y); context.lineTo(x, y + r + 1); context.lineTo(x - r - 1, y); context.closePath(); } else context.arc(x, y, r, 0, 2 * Math.PI);
    context.lineWidth = 4;
    context.strokeStyle = theme.background;
    context.stroke();
    context.fillStyle = point.growing === 0 ? theme.foreground : theme.background;
    context.fill();
    context.lineWidth = 1.8;
    context.strokeStyle = theme.foreground;
    context.stroke();
  }
}

/** How many of which kind, from how many searches. */
export function restingWords({ points, tried, lost }: FixedPointsAnswer, input: 'mean' | 'zero'): string {
  const held = input === 'mean' ? l10n('with the input held at its mean') : l10n('with the input held at zero');
  if (points.length === 0) return l10n('No fixed or slow point was found {0}, in {1} searches.', held, tried);
  const fixed = points.filter(p => p.fixed), slow = points.length - fixed.length;
  const kinds = [fixed.filter(p => p.growing === 0).length, fixed.filter(p => p.growing > 0 && p.growing < p.directions).length, fixed.filter(p => p.growing === p.directions).length] as const;
  const known = fixed.filter(p => Number.isFinite(p.growing)), most = known.reduce((m, p) => Math.max(m, p.growing), 0);
  return [
    l10n('Fixed points {0}: {1}. They attract (dot): {2}, are saddles (ring): {3}, repel (diamond): {4}. Slow points (small): {5}.', held, fixed.length, ...kinds, slow),
    ...(most > 0 ? [l10n('A small push grows in at most {0} of {1} directions; the largest |eigenvalue| is {2}.', most, points[0]!.directions, figures(Math.max(...known.map(p => p.radius)), 3))] : []),
    l10n('{0} searches from states of the run, {1} of which ended where it still moves (Sussillo & Barak 2013).', tried, lost),
  ].join(' ');
}
