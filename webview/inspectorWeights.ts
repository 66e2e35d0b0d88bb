/** The Inspector's weights: each matrix of the selected signal as a small heatmap, in which a click or a key selects a unit, and the unit's biases. */
import type { SceneSignal } from '../src/protocol';
import type { WeightMatrix, WeightsAnswer } from '../src/questions/weights';
import { el } from './dom';
import { l10n } from './l10n';
import { entry } from './ramps';
import type { Theme } from './theme';
import { signed } from './words';

/** CSS pixels at most of a picture's height. */
const HEIGHT = 96;

/** Undefined where the signal has no weights of its own. */
export function weightsSection(answer: WeightsAnswer, signal: SceneSignal, unit: number, theme: Theme, choose: (unit: number) => void): HTMLElement | undefined {
  const { matrices, vectors } = answer;
  if (matrices.length + vectors.length === 0) return undefined;
  const section = el('section', { class: 'weights', 'aria-label': l10n('Weights of {0}', signal.name) },
    el('h2', {}, l10n('Weights of {0}', signal.name)),
    ...matrices.map(matrix => figureOf(matrix, signal, unit, theme, choose)),
    ...(vectors.length === 0 ? [] : [el('p', { class: 'vectors' }, vectors.map(v => `${v.name} ${signed(v.value, 3)}`).join('   '))]));
  section.classList.add(`hue-${signal.hue}`);
  return section;
}

function figureOf(matrix: WeightMatrix, signal: SceneSignal, unit: number, theme: Theme, choose: (unit: number) => void): HTMLElement {
  const { name, rows, columns, most, shownRows } = matrix;
  const words = l10n('{0}: {1} × {2}, up to ±{3}', name, rows, columns, most.toPrecision(2));
  const canvas = el('canvas', {
    role: 'slider', tabindex: 0, 'data-matrix': name, 'aria-label': words, title: l10n('A row is a unit. Click, or use ↑ and ↓, to select it.'), 'aria-orientation': 'vertical',
    'aria-valuemin': 0, 'aria-valuemax': rows - 1, 'aria-valuenow': Math.min(unit, rows - 1), 'aria-valuetext': l10n('Unit {0}', unit),
  });
  paint(canvas, matrix, signal, theme);
  const height = Math.max(12, Math.min(HEIGHT, 2 * shownRows));
  canvas.style.height = `${height}px`;
  const within = (row: number): number => Math.max(0, Math.min(rows - 1, row));
  canvas.addEventListener('click', ({ offsetY }) => { choose(within(Math.floor(offsetY / height * rows))); });
  canvas.addEventListener('keydown', event => {
    const row = { ArrowUp: unit - 1, ArrowDown: unit + 1, PageUp: unit - 10, PageDown: unit + 10, Home: 0, End: rows - 1 }[event.key];
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    choose(within(row));
  });
  const mark = el('i', { class: 'unitMark' });
  mark.style.top = `${(unit + 0.5) / rows * height}px`;
  return el('figure', {}, el('figcaption', {}, words), el('div', { class: 'matrix' }, canvas, ...(unit < rows ? [mark] : [])));
}

function paint(canvas: HTMLCanvasElement, { data, shownRows, shownColumns, most }: WeightMatrix, signal: SceneSignal, theme: Theme): void {
  Object.assign(canvas, { width: shownColumns, height: shownRows });
  const context = canvas.getContext('2d');
  if (!context || data.length === 0) return;
  const table = theme.ramp(signal.hue, 'signed', true), image = context.createImageData(shownColumns, shownRows);
  const words = new Uint32Array(image.data.buffer);
  for (let k = 0; k < data.length; k++) words[k] = table[entry({ kind: 'signed', max: most || 1 }, data[k]!)]!;
  context.putImageData(image, 0, 0);
}
