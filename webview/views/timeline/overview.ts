/** The whole sequence in one strip, the window bright in it; dragging moves the window, its edges resize it. */
import type { SceneSignal } from '../../../src/protocol';
import type { Data } from '../../data';
import { el, fitCanvas, setAttributes } from '../../dom';
import { l10n } from '../../l10n';
import type { State, Store } from '../../state';
import { coarsest } from '../../tiles';
import { scaleOf } from '../../theme';
import { WHOLE_HEIGHT } from '../../windows';
import { Heatmap } from './heatmap';
import { clampSpan, MIN_SPAN, xOf, type Lines, type Span } from './layout';

const HEIGHT = WHOLE_HEIGHT;
const EDGE = 6;

export class Overview {
  readonly canvas = el('canvas', { class: 'overview', role: 'img' });
  readonly root: HTMLElement;
  private readonly heatmap = new Heatmap();

  constructor(private readonly signal: SceneSignal, private readonly data: Data, private readonly store: Store) {
    this.root = el('div', { class: 'row whole' }, el('div', { class: 'head' }, l10n('whole sequence, {0}', signal.name)), el('div', { class: 'plot' }, this.canvas));
    this.canvas.addEventListener('pointerdown', event => this.drag(event));
    this.canvas.addEventListener('pointermove', event => { this.canvas.style.cursor = cursors[this.part(event.offsetX)]; });
  }

  draw(state: State): void {
    const { scene, plotWidth: width, units } = state;
    if (!scene) return;
    const context = fitCanvas(this.canvas, width, HEIGHT);
    const scale = scaleOf(this.signal);
    const look = { scale, ramp: state.theme.ramp(this.signal.hue, scale.kind, true), order: units, lines: pooledTo(units.length) };
    const tiles = this.data.tiles.covering(this.data.whole(state, this.signal), 0, scene.steps, coarsest(scene.steps));
    const whole = { from: 0, to: scene.steps };
    if (units.length !== this.signal.units) return;
    const [left, right] = [xOf(whole, width, state.from), xOf(whole, width, state.to)];
    context.globalAlpha = 0.35;
    this.heatmap.draw(context, tiles, look, whole, width, HEIGHT);
    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, HEIGHT);
    context.clip();
    context.clearRect(left, 0, right - left, HEIGHT);
    context.globalAlpha = 1;
    this.heatmap.draw(context, tiles, look, whole, width, HEIGHT);
    context.restore();
    context.globalAlpha = 1;
    context.strokeStyle = state.theme.foreground;
    context.strokeRect(Math.round(left) + 0.5, 0.5, Math.max(2, Math.round(right) - Math.round(left) - 1), HEIGHT - 1);
    setAttributes(this.canvas, { 'aria-label': l10n('whole sequence of {0}, {1} steps; the window shows steps {2} to {3}', this.signal.label, scene.steps, Math.ceil(state.from), Math.floor(state.to) - 1) });
  }

  private part(x: number): keyof typeof cursors {
    const { from, to, scene, plotWidth } = this.store.state;
    const whole = { from: 0, to: scene?.steps ?? 1 };
    const [left, right] = [xOf(whole, plotWidth, from), xOf(whole, plotWidth, to)];
    if (Math.abs(x - left) < EDGE) return 'from';
    if (Math.abs(x - right) < EDGE) return 'to';
    return x > left && x < right ? 'inside' : 'outside';
  }

  private drag(event: PointerEvent): void {
    const { store, canvas } = this;
    const steps = store.state.scene?.steps ?? 0;
    if (event.button !== 0 || steps === 0) return;
    const step = (x: number): number => (x / store.state.plotWidth) * steps;
    const part = this.part(event.offsetX);
    const size = store.state.to - store.state.from;
    if (part === 'outside') store.set(clampSpan({ from: step(event.offsetX) - size / 2, to: step(event.offsetX) + size / 2 }, steps));
    const [start, at] = [{ from: store.state.from, to: store.state.to }, step(event.offsetX)];
    canvas.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent): void => store.set(dragged(start, part, step(moved.offsetX) - at, steps));
    const end = (): void => {
      canvas.removeEventListener('pointermove', move);
      canvas.removeEventListener('pointerup', end);
      canvas.removeEventListener('pointercancel', end);
    };
    canvas.addEventListener('pointermove', move);
    canvas.addEventListener('pointerup', end);
    canvas.addEventListener('pointercancel', end);
  }
}

const cursors = { from: 'ew-resize', to: 'ew-resize', inside: 'grab', outside: 'pointer' } as const;

/** The window after dragging one of its parts by so many steps. */
export function dragged({ from, to }: Span, part: 'from' | 'to' | 'inside' | 'outside', by: number, steps: number): Span {
  if (part === 'from') return clampSpan({ from: Math.max(0, Math.min(from + by, to - MIN_SPAN)), to }, steps);
  if (part === 'to') return clampSpan({ from, to: Math.min(steps, Math.max(to + by, from + MIN_SPAN)) }, steps);
  return clampSpan({ from: from + by, to: to + by }, steps);
}

function pooledTo(units: number): Lines {
  const pool = Math.max(1, Math.ceil(units / HEIGHT));
  const count = Math.ceil(units / pool);
  return { count, pool, line: HEIGHT / Math.max(1, count), height: HEIGHT };
}
