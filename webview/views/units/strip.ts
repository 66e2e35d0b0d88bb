/** The sequence over the whole width: the shared axis, the selected unit's memory, the selected steps, and where the same units are on. */
import type { SimilarAnswer } from '../../../src/questions/similar';
import type { Data } from '../../data';
import { el, fitCanvas, setAttributes, setText } from '../../dom';
import { l10n } from '../../l10n';
import { drawBand } from '../../range';
import { inputOf, memoryOf, rowsOf, shownStep, type State, type Store } from '../../state';
import { faded } from '../../theme';
import { fixed } from '../../words';
import { InputRow } from '../timeline/input';
import { clampSpan, xOf } from '../timeline/layout';
import { Overlay } from '../timeline/overlay';
import { Overview } from '../timeline/overview';
import { followPointer } from '../timeline/pointer';
import { drawCourse, mostOf, windowCourse } from './course';
import type { Range } from './kept';

const HEIGHT = { course: 46, gap: 6, on: 14, marks: 5 } as const;
const PLOT = HEIGHT.course + HEIGHT.gap + HEIGHT.on + HEIGHT.marks;

/** What the strip shows beside the memory. */
export interface StripMarks {
  readonly range: Range | undefined;
  readonly similar: SimilarAnswer | undefined;
  /** Steps boxed in the state space: 1 where they are. */
  readonly boxed: Uint8Array | undefined;
}

interface Parts { readonly input: InputRow; readonly overview: Overview; readonly overlay: Overlay }

export class Strip {
  private readonly canvas = el('canvas', { class: 'unitsCourse', role: 'img', tabindex: 0 });
  private readonly base = el('canvas', { hidden: true });
  private readonly letter = el('span', { class: 'letter' });
  private readonly label = el('span', { class: 'label' });
  private readonly value = el('span', { class: 'value' });
  private readonly onWords = el('p', { class: 'stats' });
  private readonly root = el('div', { class: 'row unitsMemory' },
    el('div', { class: 'head' }, el('div', { class: 'title' }, el('span', { class: 'name' }, this.letter, this.label), this.value), this.onWords),
    el('div', { class: 'plot' }, this.canvas));
  readonly element = el('div', { class: 'plots unitsStrip' });
  private parts: Parts | undefined;
  private shape = '';
  private left = 0;

  constructor(private readonly store: Store, private readonly data: Data) {
    followPointer(this.element, store, () => [], () => this.left);
  }

  /** Makes the rows anew for another layer or run; measures. */
  build(state: State): void {
    const { scene, selection } = state, memory = memoryOf(rowsOf(state));
    const shape = `${scene?.revision}/${selection.level}/${selection.direction}`;
    if (!scene || !memory || shape === this.shape) return;
    this.shape = shape;
    const input = new InputRow(inputOf(state), scene.input.axis === 'characters', scene.curves.length > 0, this.data);
    const overview = new Overview(memory, this.data, this.store);
    const overlay = new Overlay({ container: this.element, axis: input.axis, overview: overview.canvas, strips: [this.canvas, ...(input.strip ? [input.strip] : [])], rows: [] }, step => this.data.label(step));
    this.root.className = `row signal unitsMemory hue-${memory.hue}`;
    setText(this.letter, memory.name);
    setText(this.label, memory.label);
    this.element.replaceChildren(overview.root, input.root, this.root, overlay.canvas);
    this.parts = { input, overview, overlay };
    this.element.classList.toggle('invented', Boolean(scene.weights.invented ?? scene.input.invented));
    this.measure();
  }

  readonly measure = (): void => {
    const plot = this.parts?.input.axis.parentElement;
    if (!plot || plot.clientWidth === 0) return;
    this.parts?.overlay.forget();
    this.left = plot.getBoundingClientRect().left;
    const { state } = this.store;
    if (state.plotWidth === plot.clientWidth) this.store.set({ arrived: state.arrived + 1 });
    else this.store.set({ plotWidth: plot.clientWidth });
  };

  draw(state: State, marks: StripMarks): void {
    if (!this.parts || state.plotWidth <= 0) return;
    this.parts.overview.draw(state);
    this.parts.input.draw(state);
    this.paint(state, marks);
    this.follow(state);
  }

  /** Crosshair and values at it. */
  follow(state: State): void {
    const memory = memoryOf(rowsOf(state));
    if (!this.parts || !memory || state.plotWidth <= 0) return;
    this.parts.input.read(state);
    this.parts.overlay.draw(state);
    setText(this.value, fixed(this.data.value(state, memory.name, state.selection.unit, shownStep(state))?.value ?? NaN));
  }

  private paint(state: State, { range, similar, boxed }: StripMarks): void {
    const { plotWidth: width, theme, scene } = state, memory = memoryOf(rowsOf(state));
    if (!memory || !scene) return;
    const course = windowCourse(this.data, state, memory.name, state.selection.unit, Math.round(width * (window.devicePixelRatio || 1)), this.data.bucket(state));
    drawCourse(this.base, width, HEIGHT.course, course, mostOf(course), theme.ink[memory.hue], theme);
    const context = fitCanvas(this.canvas, width, PLOT);
    if (range !== state.range) drawBand(context, theme, range, step => xOf(state, width, step), width, 0, { top: 0, height: PLOT, veil: true }); // proposed: a selected one lies over all strips
    context.drawImage(this.base, 0, 0, width, HEIGHT.course);
    if (similar) this.paintOn(context, state, similar);
    if (boxed) this.paintBoxed(context, state, boxed);
    setText(this.onWords, similar && similar.units.length > 0 ? l10n('bars: how many of the {0} units are on', similar.units.length) : '');
    const said = range ? l10n('; selected are steps {0} to {1}', range.from, range.to - 1) : '';
    setAttributes(this.canvas, { 'aria-label': l10n('{0} of unit {1}, steps {2} to {3}{4}', memory.label, state.selection.unit, Math.ceil(state.from), Math.floor(state.to) - 1, said) });
  }

  /** Bars: the share of the chosen units that are on; found places are in full ink. */
  private paintOn(context: CanvasRenderingContext2D, state: State, { units, on, stride, places, from, to }: SimilarAnswer): void {
    if (units.length === 0) return;
    const { plotWidth: width, theme } = state, bottom = HEIGHT.course + HEIGHT.gap + HEIGHT.on;
    const hue = theme.ink[memoryOf(rowsOf(state))?.hue ?? 'c'];
    const found = [{ from, to }, ...places];
    const first = Math.max(0, Math.floor(state.from / stride)), last = Math.min(on.length, Math.ceil(state.to / stride));
    const each = Math.max(1, Math.floor((last - first) / width)); // a pixel at least
    for (let row = first; row < last; row += each) {
      let most = 0;
      for (let k = row; k < Math.min(last, row + each); k++) most = Math.max(most, on[k]!);
      const x = xOf(state, width, row * stride), wide = Math.max(1, xOf(state, width, (row + each) * stride) - x);
      const inside = found.some(p => row * stride < p.to && (row + each) * stride > p.from);
      context.fillStyle = inside ? hue : faded(theme.foreground, theme.highContrast ? 0.6 : 0.28);
      const tall = (most / units.length) * HEIGHT.on;
      context.fillRect(x, bottom - tall, wide > 3 ? wide - 1 : wide, tall);
    }
  }

  private paintBoxed(context: CanvasRenderingContext2D, state: State, boxed: Uint8Array): void {
    const { plotWidth: width, theme } = state;
    context.fillStyle = theme.foreground;
    const last = Math.min(boxed.length, Math.ceil(state.to));
    for (let step = Math.max(0, Math.floor(state.from)); step < last; step++) {
      if (boxed[step] === 0) continue;
      const from = step;
      while (step < last && boxed[step] === 1) step++;
      const x = xOf(state, width, from);
      context.fillRect(x, PLOT - 3, Math.max(1, xOf(state, width, step) - x), 3);
    }
  }
}

/** The window over some steps, with room around them. */
export function around({ from, to }: Range, state: State): { from: number; to: number } {
  const size = state.to - state.from;
  if (from >= state.from && to <= state.to) return { from: state.from, to: state.to };
  return clampSpan({ from: (from + to - size) / 2, to: (from + to + size) / 2 }, state.scene?.steps ?? 1);
}
