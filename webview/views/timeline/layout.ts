/** Where things are: steps across, units down. Pure arithmetic in CSS pixels. */

/** Steps [from, to) across `width` pixels; both may be fractional. */
export interface Span { readonly from: number; readonly to: number }

export const MIN_SPAN = 8;
/** Below this, units share a line. */
export const MIN_LINE = 2;

export const xOf = (span: Span, width: number, step: number): number => ((step - span.from) / (span.to - span.from)) * width;
/** The step under a pixel, within the sequence. */
export function stepAt(span: Span, width: number, x: number, steps: number): number {
  const step = Math.floor(span.from + (x / width) * (span.to - span.from));
  return Math.max(0, Math.min(steps - 1, step));
}

/** A window of allowed size inside the sequence. */
export function clampSpan({ from, to }: Span, steps: number): Span {
  const size = Math.min(steps, Math.max(Math.min(MIN_SPAN, steps), to - from));
  const start = Math.max(0, Math.min(steps - size, from));
  return { from: start, to: start + size };
}

/** The window over some steps, with a little room on both sides. */
export function fitted({ from, to }: Span, steps: number): Span {
  const room = Math.max((to - from) / 16, (MIN_SPAN - to + from) / 2);
  return clampSpan({ from: from - room, to: to + room }, steps);
}

/** Zooms by a factor (over 1: in) and keeps the step `anchor` where it is. */
export function zoomed(span: Span, anchor: number, factor: number, steps: number): Span {
  const size = Math.min(steps, Math.max(MIN_SPAN, (span.to - span.from) / factor));
  const share = (anchor - span.from) / (span.to - span.from);
  const from = anchor - share * size;
  return clampSpan({ from, to: from + size }, steps);
}

export const panned = ({ from, to }: Span, by: number, steps: number): Span => clampSpan({ from: from + by, to: to + by }, steps);

/** The window moved just enough to show a step, with some room around it. */
export function revealing(span: Span, step: number, steps: number): Span {
  const size = span.to - span.from;
  const room = Math.min(size / 8, 8);
  if (step < span.from + room) return panned(span, step - room - span.from, steps);
  if (step + 1 > span.to - room) return panned(span, step + 1 + room - span.to, steps);
  return span;
}

/** Numbers worth writing on an axis: 1, 2 or 5 times a power of ten apart, at least `gap` pixels and `smallest` from one another. */
export function ticks(span: Span, width: number, gap = 70, smallest = 1): number[] {
  const least = Math.max(smallest, ((span.to - span.from) * gap) / Math.max(1, width));
  const power = 10 ** Math.floor(Math.log10(least));
  const apart = [1, 2, 5, 10].map(m => m * power).find(step => step >= least) ?? 10 * power;
  const first = Math.ceil(span.from / apart) * apart;
  return Array.from({ length: Math.max(0, Math.ceil((span.to - first) / apart)) }, (_, k) => (Math.round(first / apart) + k) * apart);
}

/** How the units of a row are drawn: `pool` of them share a line of `line` pixels. Before the lines in `gaps` there is a little room: there a group begins. */
export interface Lines { readonly count: number; readonly pool: number; readonly line: number; readonly height: number; readonly gaps?: readonly number[] }

/** Pixels between two groups. */
export const GAP = 3;

/** Rows are this high where the number of units allows; more where there is room, or where units would have to share lines. */
const SHORTEST = 64;
const TALL = 128;
const TALLEST = 320;
/** No need for thicker lines than this. */
const THICKEST = 24;

/** Whole pixels a line, for a row that may take `room` pixels. */
export function linesFor(units: number, room = 0): Lines {
  const wanted = Math.max(SHORTEST, Math.min(TALLEST, room));
  if (units <= 0) return { count: 0, pool: 1, line: 0, height: SHORTEST };
  const pool = Math.ceil((units * MIN_LINE) / Math.max(TALL, wanted));
  const count = Math.ceil(units / pool);
  const line = Math.max(MIN_LINE, Math.ceil(SHORTEST / count), Math.min(THICKEST, Math.floor(wanted / count)));
  return { count, pool, line, height: count * line };
}

/** Pixels that each of so many rows may take in a view of this height: all that bars, axis and two open rows leave. */
export function roomFor(rows: number, viewHeight: number): number {
  const taken = 250 + 70 * Math.min(2, rows) + 7 * rows;
  return Math.floor((viewHeight - taken) / Math.max(1, rows));
}

/** The lines with room before the groups that begin at these places of the order. */
export function withGaps(lines: Lines, starts: readonly number[]): Lines {
  const gaps = [...new Set(starts.map(s => Math.round(s / lines.pool)))].filter(k => k > 0 && k < lines.count).sort((a, b) => a - b);
  return gaps.length === 0 ? lines : { ...lines, gaps, height: lines.height + GAP * gaps.length };
}

/** Pixels from a row's top to that of a line. */
export const topOf = ({ line, gaps = [] }: Lines, k: number): number => k * line + GAP * gaps.filter(g => g <= k).length;

/** First index of `order` on the line under a pixel; a gap belongs to the line above it. */
export function lineAt(lines: Lines, y: number): number {
  const above = (lines.gaps ?? []).filter((g, k) => y >= g * lines.line + GAP * (k + 1)).length;
  const [first, end] = [lines.gaps?.[above - 1] ?? 0, lines.gaps?.[above] ?? lines.count];
  return Math.max(first, Math.min(end - 1, Math.floor((y - GAP * above) / Math.max(1, lines.line))));
}

/** The unit `by` places further in the shown order, stopping at its ends. */
export function neighbour(order: Int32Array, unit: number, by: number): number {
  const place = order.indexOf(unit) + by;
  return order[Math.max(0, Math.min(order.length - 1, place))] ?? unit;
}
