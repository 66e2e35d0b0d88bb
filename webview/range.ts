/** A range of steps that a person selected: one for all views, kept over reloads. Selecting it, and its band wherever steps run across. */
import type { Range } from '../src/protocol';
import { shownStep, type State, type Store } from './state';
import { faded, type Theme } from './theme';

export type { Range };

/** What was kept, of a sequence of so many steps; undefined where it does not fit. */
export function rangeIn(value: unknown, steps: number): Range | undefined {
  const { from, to } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const finite = (v: unknown): v is number => typeof v === 'number' && Number.isFinite(v);
  return finite(from) && finite(to) && from >= 0 && to > from && to <= steps ? { from: Math.floor(from), to: Math.ceil(to) } : undefined;
}

/** Selects the crosshair's step, or grows what is selected by one at an end. */
export function grown(range: Range | undefined, step: number, by: -1 | 1, steps: number): Range {
  if (!range) return { from: step, to: step + 1 };
  return by < 0 ? { from: Math.max(0, range.from - 1), to: range.to } : { from: range.from, to: Math.min(steps, range.to + 1) };
}

/** Grows the selected range at an end. */
export function growRange(store: Store, by: -1 | 1): void {
  const { state } = store;
  store.set({ range: grown(state.range, shownStep(state), by, state.scene?.steps ?? 1) });
}

/** Shift+drag: selects from the step where it begins to the one under the pointer. False where it is another gesture. */
export function dragRange(event: PointerEvent, store: Store, stepAt: (event: PointerEvent) => number): boolean {
  const { target } = event;
  if (!event.shiftKey || event.button !== 0 || !(target instanceof HTMLCanvasElement) || target.classList.contains('overview')) return false;
  event.stopImmediatePropagation();
  event.preventDefault();
  const start = stepAt(event);
  const show = (e: PointerEvent): void => { const end = stepAt(e); store.set({ range: { from: Math.min(start, end), to: Math.max(start, end) + 1 } }); };
  const done = (): void => {
    target.removeEventListener('pointermove', show);
    target.removeEventListener('pointerup', done);
    target.removeEventListener('pointercancel', done);
  };
  show(event);
  target.setPointerCapture(event.pointerId);
  target.addEventListener('pointermove', show);
  target.addEventListener('pointerup', done);
  target.addEventListener('pointercancel', done);
  return true;
}

/** How strongly a band lies over what is drawn there already: an edge alone, or a veil too. */
interface Band { readonly top: number; readonly height: number; readonly veil: boolean }

/** The range over a strip: two edges, and a veil where that hides no colours; nothing where it is out of sight. */
export function drawBand(context: CanvasRenderingContext2D, theme: Theme, range: Range | undefined, xOf: (step: number) => number, width: number, left: number, { top, height, veil }: Band): void {
  if (!range) return;
  const [first, last] = [Math.max(0, xOf(range.from)), Math.min(width, xOf(range.to))];
  if (last <= first) return;
  if (veil) {
    context.fillStyle = faded(theme.foreground, 0.14);
    context.fillRect(left + first, top, last - first, height);
  }
  for (const [step, x] of [[range.from, first], [range.to, last]] as const) {
    if (Math.abs(xOf(step) - x) > 0.5) continue; // the edge is out of sight
    context.fillStyle = faded(theme.background, 0.6);
    context.fillRect(left + Math.round(x) - 1, top, 3, height);
    context.fillStyle = theme.foreground;
    context.fillRect(left + Math.round(x), top, 1, height);
  }
}

/** The selected steps, where they lie in the sequence that is shown now. */
export const selected = ({ range, scene }: State): Range | undefined => (range && rangeIn(range, scene?.steps ?? 0) ? range : undefined);
