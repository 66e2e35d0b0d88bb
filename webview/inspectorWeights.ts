/** The Inspector's weights: each matrix of the selected signal as a small heatmap, in which a click selects a unit, and the unit's biases. */
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
  const canvas = el('canvas', { role: 'img', 'aria-label': words, title: l10n('A row is a unit. Click to select it.') });
  paint(canvas, matrix, signal, theme);
  const height = Math.max(12, Math.min(HEIGHT, 2 * shownRows));
  canvas.style.height = `${height}px`;
  canvas.addEventListener('click', ({ offsetY }) => { choose(Math.max(0, Math.min(rows - 1, Math.floor(offsetY / height * rows)))); });
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
