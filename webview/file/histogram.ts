/** How a parameter's values are spread: bars, blue where they are below 0. */
import type { FilePart } from '../../src/fileProtocol';
import { l10n } from '../l10n';
import { figures, percent } from '../words';
import { picture, svg } from './svg';

const [WIDTH, HEIGHT] = [112, 24];

/** One bar a bin, the tallest fills the height; the tick is at 0. */
export function histogramOf({ parameter, histogram: { low, high, counts } }: FilePart): SVGSVGElement {
  const most = Math.max(...counts, 1);
  const step = WIDTH / counts.length;
  const width = (high > low ? high - low : 1) / counts.length;
  const from = high > low ? low : low - 0.5;
  const bars = (negative: boolean): string => counts.flatMap((count, k) => {
    const middle = from + (k + 0.5) * width;
    if (count === 0 || middle < 0 !== negative) return [];
    // What is there is seen, however few.
    const tall = Math.max(1, (count / most) * (HEIGHT - 4));
    return [`M${(k * step).toFixed(2)} ${HEIGHT - 3}v${(-tall).toFixed(2)}h${(step * 0.9).toFixed(2)}v${tall.toFixed(2)}z`];
  }).join('');
  const zero = Math.max(0, Math.min(WIDTH, ((0 - from) / (width * counts.length)) * WIDTH));
  return picture(WIDTH, HEIGHT, labelOf(parameter, low, high, counts, from, width),
    svg('path', { class: 'below', d: bars(true) }), svg('path', { class: 'above', d: bars(false) }),
    svg('path', { class: 'base', d: `M0 ${HEIGHT - 2.5}h${WIDTH}` }), svg('path', { class: 'zero', d: `M${zero.toFixed(2)} ${HEIGHT - 4}v4` }));
}

function labelOf(parameter: string, low: number, high: number, counts: readonly number[], from: number, width: number): string {
  const total = counts.reduce((a, b) => a + b, 0);
  const peak = counts.indexOf(Math.max(...counts));
  return l10n('Histogram of {0} from {1} to {2}; most values, {3}, lie around {4}', parameter, figures(low, 3), figures(high, 3), percent((counts[peak] ?? 0) / Math.max(1, total)), figures(from + (peak + 0.5) * width, 2));
}
