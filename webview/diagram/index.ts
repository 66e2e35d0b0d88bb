/**
 * The diagram of a cell, drawn from its equations.
 *
 *     const cell = diagram({ statements, activations, signals }, values, { width: 380, compact: true, label: 'LSTM' });
 *     element.replaceChildren(cell);          // an <svg>, role img (or group, where boxes can be chosen)
 *     refill(cell, otherValues);              // another step, unit or cell of the same equations: valves and fillings move, nothing else
 *
 * - `statements` and `activations`: the answer to the question `diagram {run, level, direction}`: `data.ask('diagram', …)`.
 * - `signals`: those of the scene's direction: their labels, kinds and hues (`SceneDirection.signals`).
 * - `values`: the answer to the question `cell {run, level, direction, unit, step}` is one: `parts` and `before`. For shares of open valves,
 *   or means over units, give `{ parts: {}, before: {}, signals: { f: 0.37, … } }`: valves and boxes show them, wires stay empty. `input` is
 *   written into the box of x. What is missing is drawn without a value, so `NO_VALUES` draws the bare cell.
 * - `options.width`: CSS pixels; it is laid out for that width: 520 and more with all numbers, below (or `compact`) with percents, below 280
 *   with letters alone. `options.full`: the |value| that fills a pipe, 1 unless given. `options.choose`: boxes become buttons.
 *
 * `layout()` (pure: equations to places), `draw()` (places to elements) and `flowOf()` (what flows where) can be used alone.
 */
import { setAttributes } from '../dom';
import { l10n } from '../l10n';
import type { SceneSignal } from '../../src/protocol';
import type { DiagramAnswer } from '../../src/questions/cell';
import type { Words } from './above';
import { draw, type DiagramValues } from './draw';
import { layout } from './layout';

export type { DiagramValues } from './draw';

/** A cell's equations and what its signals are called. */
export interface DiagramSource extends Pick<DiagramAnswer, 'statements' | 'activations'> {
  readonly signals: readonly Pick<SceneSignal, 'name' | 'label' | 'kind' | 'hue'>[];
}

export interface DiagramOptions {
  readonly width: number;
  readonly compact?: boolean;
  /** The |value| that fills a pipe. */
  readonly full?: number;
  /** What screen readers say. */
  readonly label: string;
  /** Called with a signal whose box was chosen. */
  readonly choose?: (signal: string) => void;
}

export const NO_VALUES: DiagramValues = { parts: {}, before: {} };

const fillers = new WeakMap<SVGSVGElement, (values: DiagramValues) => void>();

/** Draws a cell. */
export function diagram(source: DiagramSource, values: DiagramValues, { width, compact = false, full = 1, label, choose }: DiagramOptions): SVGSVGElement {
  const known = new Map(source.signals.map(s => [s.name, s]));
  const gates = new Set(source.signals.filter(s => s.kind === 'gate').map(s => s.name));
  const labelOf = (name: string): string => known.get(name)?.label || name;
  const activation = (name: string) => (Object.hasOwn(source.activations, name) ? source.activations[name] : undefined);
  const places = layout(source.statements, { width, compact, gates, words: wordsOf(labelOf) });
  const { element, fill } = draw(places, {
    full, choose, hueOf: name => (name === 'x' ? 'x' : known.get(name)?.hue ?? 'g'), describe: name => (labelOf(name) === name ? name : `${name}, ${labelOf(name)}`),
    curveOf: name => activation(name)?.curve ?? [], preOf: name => activation(name)?.pre,
  });
  setAttributes(element, { role: choose ? 'group' : 'img', 'aria-label': label });
  fillers.set(element, fill);
  fill(values);
  return element;
}

/** Writes other values into a diagram. */
export function refill(element: SVGSVGElement, values: DiagramValues): void { fillers.get(element)?.(values); }

/** Marks the box of a signal. */
export function mark(element: SVGSVGElement, signal: string): void {
  for (const box of element.querySelectorAll<SVGElement>('.dg-box')) {
    const chosen = box.dataset['signal'] === signal;
    box.classList.toggle('chosen', chosen);
    box.querySelector('[role=button]')?.setAttribute('aria-pressed', String(chosen));
  }
}

function wordsOf(labelOf: (name: string) => string): Words {
  return {
    label: labelOf, open: l10n('open'),
    keeps: state => l10n('keeps this share of {0}₋₁', state),
    returns: state => l10n('{0} returns as {0}₋₁ at the next step', state),
    all: state => l10n('{0}₋₁, all units', state),
    own: state => l10n('{0}₋₁, this unit', state),
    alone: (state, bend) => l10n('{0} has no line of its own: all that it remembers passes through {1}', state, bend),
  };
}
