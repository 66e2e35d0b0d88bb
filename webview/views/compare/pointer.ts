/** Pointer and wheel over the rows: hover reads, click pins and selects, drag or Shift+wheel pans, Ctrl+wheel zooms. */
import type { Store } from '../../state';
import { lineAt, panned, stepAt, zoomed } from '../timeline/layout';
import type { HiddenRow } from './row';

const CLICK = 4;

/** Listens on the plots; `left` is where the window's first step lies, in client pixels. */
export function followRows(plots: HTMLElement, store: Store, rows: () => readonly HiddenRow[], left: () => number, choose: (row: HiddenRow, unit: number) => void): void {
  let drag: { readonly x: number; readonly from: number; readonly to: number; moved: boolean } | undefined;
  const steps = (): number => store.state.scene?.steps ?? 1;
  const stepOf = (event: MouseEvent): number => stepAt(store.state, store.state.plotWidth, event.clientX - left(), steps());
  const over = (event: Event): boolean => event.target instanceof HTMLCanvasElement;
  plots.addEventListener('pointerdown', event => {
    if (event.button === 0 && over(event)) drag = { x: event.clientX, from: store.state.from, to: store.state.to, moved: false };
  });
  plots.addEventListener('pointermove', event => {
    if (!drag) { store.set({ hover: over(event) ? stepOf(event) : undefined }); return; }
    const by = event.clientX - drag.x;
    if (!drag.moved && Math.abs(by) < CLICK) return;
    if (!drag.moved) plots.setPointerCapture(event.pointerId);
    drag.moved = true;
    store.set({ ...panned(drag, (-by * (drag.to - drag.from)) / store.state.plotWidth, steps()), hover: undefined });
  });
  plots.addEventListener('pointerup', event => {
    const clicked = drag && !drag.moved && over(event);
    drag = undefined;
    if (!clicked) return;
    const row = rows().find(r => r.canvas === event.target);
    store.set({ held: true });
    store.select({ step: stepOf(event) });
    const unit = row?.order[lineAt(row.lines, event.offsetY) * row.lines.pool];
    if (row && unit !== undefined) choose(row, unit);
  });
  plots.addEventListener('pointercancel', () => { drag = undefined; });
  plots.addEventListener('pointerleave', () => { if (!drag) store.set({ hover: undefined }); });
  plots.addEventListener('wheel', event => {
    const { from, to, plotWidth } = store.state;
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (!over(event) || !(event.ctrlKey || event.metaKey || event.shiftKey || sideways)) return;
    event.preventDefault();
    const anchor = from + ((event.clientX - left()) / plotWidth) * (to - from);
    if (event.ctrlKey || event.metaKey) store.set(zoomed({ from, to }, anchor, Math.exp(-event.deltaY * 0.0025), steps()));
    else store.set(panned({ from, to }, ((sideways ? event.deltaX : event.deltaY) * (to - from)) / plotWidth, steps()));
  }, { passive: false });
}
