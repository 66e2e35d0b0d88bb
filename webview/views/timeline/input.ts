/** The input's row: ticks, characters, feature and surprise; for numbers, lines of the first columns of x. */
import type { SceneSignal } from '../../../src/protocol';
import type { Data } from '../../data';
import { el, fitCanvas, setAttributes, setText } from '../../dom';
import { l10n } from '../../l10n';
import { shownStep, type State } from '../../state';
import { faded } from '../../theme';
import { fixed, spoken, trackWords, visible } from '../../words';
import { axisHeight, drawAxis } from './axis';
import { xOf } from './layout';

const STRIP = 44;
const SHOWN = 3;
const DASHES: readonly (readonly number[])[] = [[], [5, 3], [1, 3]];

export class InputRow {
  readonly axis = el('canvas', { class: 'axis', role: 'img' });
  readonly strip: HTMLCanvasElement | undefined;
  readonly root: HTMLElement;
  private readonly unit = el('span', { class: 'unitName' });
  private readonly value = el('span', { class: 'value' });
  private readonly surprise = el('span', { class: 'bits' });
  private readonly pooled = el('span', { class: 'pooled' });
  private readonly feature = el('span', { class: 'feature' });
  private readonly columns = el('p', { class: 'stats columns', hidden: true, 'aria-hidden': 'true' });

  constructor(private readonly signal: SceneSignal | undefined, characters: boolean, heard: boolean, private readonly data: Data) {
    this.strip = signal && !characters && !heard ? el('canvas', { class: 'strip', role: 'img' }) : undefined;
    const head = el('div', { class: 'head' },
      el('p', { class: 'stats first' }, this.unit),
      el('div', { class: 'title' }, el('span', { class: 'name' }, el('span', { class: 'letter' }, 'x'), el('span', { class: 'label' }, signal?.label ?? l10n('input'))), this.value),
      el('p', { class: 'stats' }, this.surprise, this.pooled, this.feature), this.columns);
    this.root = el('div', { class: 'row input hue-x' }, head, el('div', { class: 'plot' }, this.axis, this.strip));
  }

  draw(state: State): void {
    const { scene, plotWidth: width } = state;
    if (!scene) return;
    const data = { scene, label: (step: number) => this.data.label(step), track: state.track?.values, surprise: state.surprise };
    drawAxis(fitCanvas(this.axis, width, axisHeight(scene)), data, state.theme, state, width);
    setText(this.unit, l10n('unit {0}', state.selection.unit));
    const bucket = this.data.bucket(state);
    setText(this.pooled, bucket > 1 ? l10n('{0} steps a column', bucket) : '');
    setText(this.feature, trackWords(state.track?.name ?? ''));
    this.feature.title = state.track ? l10n('the line under the axis: where “{0}” holds', trackWords(state.track.name)) : '';
    setAttributes(this.axis, { 'aria-label': this.describe(state) });
    if (this.strip && this.signal) this.drawStrip(this.strip, this.signal, state);
  }

  /** Writes what the input is at the crosshair. */
  read(state: State): void {
    const step = shownStep(state);
    const bits = state.surprise?.[step];
    if (!this.strip) setText(this.surprise, bits !== undefined && Number.isFinite(bits) ? l10n('surprise {0} bits', fixed(bits, 1)) : '');
    const label = this.data.label(step);
    if (state.scene?.input.axis === 'characters') setText(this.value, label === undefined ? '' : visible(label));
    else if (this.signal) setText(this.value, fixed(this.data.value(state, this.signal.name, 0, step)?.value ?? NaN));
  }

  private describe(state: State): string {
    const { scene } = state;
    if (!scene) return '';
    const [from, to] = [Math.ceil(state.from), Math.floor(state.to)];
    const labels = scene.input.axis === 'characters' && to - from <= 200 ? Array.from({ length: to - from }, (_, k) => this.data.label(from + k) ?? '').map(l => (l.length === 1 ? l : spoken(l))).join('') : '';
    const input = labels.trim() === '' ? l10n('input, steps {0} to {1} of {2}', from, to - 1, scene.steps) : l10n('input, steps {0} to {1} of {2}: {3}', from, to - 1, scene.steps, labels);
    return state.track ? `${input}; ${l10n('the line shows {0}', trackWords(state.track.name))}` : input;
  }

  /** Lines of the first columns, each to its own extent over the whole sequence's scale. */
  private drawStrip(canvas: HTMLCanvasElement, signal: SceneSignal, state: State): void {
    const { plotWidth: width, theme } = state;
    const context = fitCanvas(canvas, width, STRIP);
    const { min, max } = signal.stats;
    const [low, high] = min < max ? [min, max] : [min - 1, max + 1];
    const yOf = (v: number): number => 3 + (STRIP - 6) * (1 - (v - low) / (high - low));
    const tiles = this.data.tiles.covering(this.data.lane(state, signal.name), state.from, state.to, this.data.bucket(state));
    const finest = tiles.at(-1)?.bucket;
    for (let unit = Math.min(SHOWN, signal.units) - 1; unit >= 0; unit--) {
      context.strokeStyle = faded(theme.ink.x, unit === 0 ? 1 : 0.6);
      context.setLineDash([...(DASHES[unit] ?? [])]);
      context.beginPath();
      for (const tile of tiles.filter(t => t.bucket === finest)) {
        for (let k = 0; k < tile.columns; k++) context.lineTo(xOf(state, width, tile.from + (k + 0.5) * tile.bucket), yOf(tile.mean[k * tile.units + unit]!));
      }
      context.stroke();
    }
    const names = state.scene?.input.columns?.slice(0, SHOWN).join(', ') ?? '';
    const shown = signal.units > SHOWN ? l10n('{0} and {1} more', names, signal.units - SHOWN).trim() : names;
    setText(this.surprise, l10n('{0} to {1}', fixed(low), fixed(high)));
    this.writeColumns(state.scene?.input.columns?.slice(0, Math.min(SHOWN, signal.units)) ?? []);
    setAttributes(canvas, { 'aria-label': l10n('input {0}, from {1} to {2}', shown, fixed(min), fixed(max)) });
    canvas.title = shown;
  }

  /** Which line is which column. */
  private writeColumns(names: readonly string[]): void {
    this.columns.hidden = names.length < 2;
    if (this.columns.dataset['names'] === names.join()) return;
    this.columns.dataset['names'] = names.join();
    this.columns.replaceChildren(...names.map((name, k) => el('span', { class: 'key' }, el('i', { class: `column${k}` }), name)));
  }
}
