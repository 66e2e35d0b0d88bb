/** One cell's hidden state as a heatmap, over the axis that all share. */
import type { Tile } from '../../../src/protocol';
import type { CompareColumn } from '../../../src/questions/compare';
import type { Data } from '../../data';
import { el, fitCanvas, setAttributes, setText } from '../../dom';
import { l10n } from '../../l10n';
import { shownStep, type State } from '../../state';
import { fixed, grouped } from '../../words';
import { Heatmap } from '../timeline/heatmap';
import { linesFor, type Lines } from '../timeline/layout';
import type { Lane } from '../../tiles';

/** Pixels that each row may take. */
const ROOM = 184;

export class HiddenRow {
  readonly canvas = el('canvas', { class: 'heat', role: 'img', tabindex: 0 });
  private readonly value = el('span', { class: 'value' });
  private readonly pooled = el('span', { class: 'note' });
  readonly root: HTMLElement;
  lines: Lines;
  order: Int32Array;
  unit = 0;
  private readonly heatmap = new Heatmap();

  constructor(readonly column: CompareColumn, readonly name: string, readonly place: number, private readonly lane: Lane, private readonly data: Data) {
    this.canvas.dataset['column'] = String(place);
    this.lines = linesFor(column.units, ROOM);
    this.order = Int32Array.from({ length: column.units }, (_, k) => k);
    this.root = el('div', { class: 'cmp-row hue-h' },
      el('div', { class: 'cmp-rowHead' }, el('b', {}, name), el('span', { class: 'note' }, l10n('{0} units', grouped(column.units))), this.value, this.pooled),
      el('div', { class: `plot ${column.invented ? 'cmp-invented' : ''}` }, this.canvas));
  }

  tiles(state: State): Tile[] { return this.data.tiles.covering(this.lane, state.from, state.to, this.data.bucket(state)); }

  /** Paints the window; all rows have the same scale. */
  draw(state: State, max: number): void {
    const { lines, order } = this;
    const scale = { kind: 'signed', max } as const;
    const context = fitCanvas(this.canvas, state.plotWidth, lines.height);
    this.heatmap.draw(context, this.tiles(state), { scale, ramp: state.theme.ramp('h', 'signed', true), order, lines }, state, state.plotWidth, lines.height);
    setText(this.pooled, lines.pool > 1 ? l10n('{0} units a line', lines.pool) : '');
    this.read(state);
  }

  /** Writes the unit's value at the crosshair. */
  read(state: State): void {
    const step = shownStep(state);
    const found = this.data.tiles.value(this.lane, this.unit, step);
    const value = found ? fixed(found.value) : '…';
    setText(this.value, l10n('unit {0}: {1}', this.unit, value));
    setAttributes(this.canvas, { 'aria-label': l10n('{0}: hidden state of {1} units over steps {2} to {3}; unit {4} is {5} at step {6}', this.name, grouped(this.column.units), Math.ceil(state.from), Math.floor(state.to) - 1, this.unit, value, step) });
  }
}
