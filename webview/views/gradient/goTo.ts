/** Where a click leads: a step or a unit, here or in the timeline. */
import type { Store } from '../../state';
import { revealing } from '../timeline/layout';

/** Puts the crosshair on a step. */
export function goToStep(store: Store, step: number): void {
  const { from, to, scene } = store.state;
  const steps = scene?.steps ?? 1;
  const at = Math.max(0, Math.min(steps - 1, step));
  store.set({ held: true, ...revealing({ from, to }, at, steps) });
  store.select({ step: at });
}

/** Shows a signal's row of the timeline, opened, at a unit and a step. */
export function showInTimeline(store: Store, signal: string, unit?: number, step?: number): void {
  const { open } = store.state;
  store.select({ signal, ...(unit === undefined ? {} : { unit }) });
  if (step !== undefined) goToStep(store, step);
  store.set({ view: 'timeline', open: open.includes(signal) ? open : [...open, signal] });
}
