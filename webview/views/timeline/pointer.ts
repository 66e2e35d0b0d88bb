/** Pointer and wheel over the rows: hover reads, click pins and selects, drag or Shift+wheel pans, Shift+drag selects steps, Ctrl+wheel zooms. */
import { dragRange } from '../../range';
import { touches, type Changes, type Store } from '../../state';
import { lineAt, panned, stepAt, zoomed } from './layout';
import type { SignalRow } from './row';

const CLICK = 4;

/** Listens on the plots; `plotLeft` is where step `from` lies, in client pixels. */
export function followPointer(plots: HTMLElement, store: Store, rows: () => readonly SignalRow[], plotLeft: () => number): void {
  let drag: { readonly x: number; readonly from: number; readonly to: number; moved: boolean } | undefined;
  const step = (event: MouseEvent): number => {
    const { from, to, plotWidth, scene } = store.state;
    return stepAt({ from, to }, plotWidth, event.clientX - plotLeft(), scene?.steps ?? 1);
  };
  const rowAt = (event: Event): SignalRow | undefined => rows().find(row => row.canvas === event.target || row.chartCanvas === event.target);
  const overPlot = (event: Event): boolean => event.target instanceof HTMLCanvasElement && event.target.closest('.plot') !== null && !event.target.classList.contains('overview');

  plots.addEventListener('pointerdown', event => {
    if (event.button !== 0 || !overPlot(event) || dragRange(event, store, step)) return;
    const { from, to } = store.state;
    drag = { x: event.clientX, from, to, moved: false };
  });
  plots.addEventListener('pointermove', event => {
    if (drag) return pan(event);
    if (!overPlot(event)) return leave();
    const row = rowAt(event);
    const place = row && event.target === row.canvas ? lineAt(row.lines, event.offsetY) * row.lines.pool : undefined;
    store.set({
      hover: step(event),
      pointed: row && place !== undefined ? { signal: row.signal.name, place, x: event.clientX, y: event.clientY } : undefined,
    });
  });
  plots.addEventListener('pointerup', event => {
    const clicked = drag && !drag.moved;
    drag = undefined;
    plots.classList.remove('dragging');
    if (clicked) click(event);
  });
  plots.addEventListener('pointercancel', () => { drag = undefined; plots.classList.remove('dragging'); });
  plots.addEventListener('pointerleave', leave);
  plots.addEventListener('wheel', event => { if (overPlot(event) && turn(event)) event.preventDefault(); }, { passive: false });

  function pan(event: PointerEvent): void {
    if (!drag) return;
    const by = event.clientX - drag.x;
    if (!drag.moved && Math.abs(by) < CLICK) return;
    if (!drag.moved) plots.setPointerCapture(event.pointerId);
    drag.moved = true;
    plots.classList.add('dragging');
    const { scene, plotWidth } = store.state;
    store.set({ ...panned(drag, (-by * (drag.to - drag.from)) / plotWidth, scene?.steps ?? 1), hover: undefined, pointed: undefined });
  }
  function click(event: PointerEvent): void {
    if (!overPlot(event)) return;
    const { held, selection } = store.state;
    const [row, at] = [rowAt(event), step(event)];
    const unit = row && event.target === row.canvas ? row.order(store.state)[lineAt(row.lines, event.offsetY) * row.lines.pool] : undefined;
    const same = held && at === selection.step && (unit === undefined || unit === selection.unit);
    store.set({ held: !same });
    store.select({ step: at, ...(row ? { signal: row.signal.name } : {}), ...(unit === undefined ? {} : { unit }) });
  }
  function leave(): void {
    if (!drag) store.set({ hover: undefined, pointed: undefined });
  }
  /** True where the wheel was used; otherwise the page scrolls. */
  function turn(event: WheelEvent): boolean {
    const { from, to, plotWidth, scene } = store.state;
    const steps = scene?.steps ?? 1;
    if (event.ctrlKey || event.metaKey) {
      const anchor = from + ((event.clientX - plotLeft()) / plotWidth) * (to - from);
      store.set(zoomed({ from, to }, anchor, Math.exp(-lineDelta(event) * 0.0025), steps));
      return true;
    }
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (!event.shiftKey && !sideways) return false;
    const by = sideways ? event.deltaX : lineDelta(event);
    store.set(panned({ from, to }, (by * (to - from)) / plotWidth, steps));
    return true;
  }
}

/** Wheels count pixels, lines or pages. */
const lineDelta = (event: WheelEvent): number => event.deltaY * (event.deltaMode === 1 ? 18 : event.deltaMode === 2 ? 400 : 1);

/** Keys of the state that the tooltip depends on. */
export const movesTip = (changed: Changes): boolean => touches(changed, 'pointed', 'hover', 'arrived', 'from', 'to', 'units', 'scene');
