/** One cell's hidden state as a heatmap, over the axis that all share. */
import { MAIN, type Tile } from '../../../src/protocol';
import type { CompareColumn } from '../../../src/questions/compare';
import type { Data } from '../../data';
import { el, fitCanvas, setAttributes, setText } from '../../dom';
import { l10n } from '../../l10n';
import { shownStep, type State } from '../../state';
import { figures, fixed, grouped, signed } from '../../words';
import { differences } from '../../whatIf/difference';
import { showing } from '../../whatIf/showing';
import { Heatmap } from '../timeline/heatmap';
import { linesFor, type Lines } from '../timeline/layout';
import type { Lane } from '../../tiles';
import { laneOf } from './lane';
import { reachOf } from './scales';

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

  /** Of the changed run where differences are shown: what it was before. */
  baseline(state: State): Lane | undefined {
    return showing(state) === 'difference' && this.column.run === state.run && state.run !== MAIN ? laneOf({ ...this.column, run: MAIN }, this.lane.signal) : undefined;
  }

  tiles(state: State): Tile[] {
    const [span, base] = [[state.from, state.to, this.data.bucket(state)] as const, this.baseline(state)];
    const tiles = this.data.tiles.covering(this.lane, ...span);
    return base ? differences(tiles, this.data.tiles.covering(base, ...span)) : tiles;
  }

  /** Paints the window, its colours up to `reach`, which is said where other rows have another; a difference has a scale of its own. */
  draw(state: State, reach: number, differs: boolean): void {
    const { lines, order } = this, tiles = this.tiles(state), apart = this.baseline(state) !== undefined;
    const max = apart ? reachOf(tiles) : reach, scale = { kind: 'signed', max } as const;
    const context = fitCanvas(this.canvas, state.plotWidth, lines.height);
    this.heatmap.draw(context, tiles, { scale, ramp: state.theme.ramp('h', 'signed', true), order, lines }, state, state.plotWidth, lines.height);
    setText(this.pooled, [...(apart ? [l10n('Δ to baseline, ±{0}', figures(max, 2))] : differs ? [l10n('colour to ±{0}', fixed(max))] : []), ...(lines.pool > 1 ? [l10n('{0} units a line', lines.pool)] : [])].join('; '));
    this.read(state);
  }

  /** Writes the unit's value at the crosshair. */
  read(state: State): void {
    const step = shownStep(state);
    const found = this.data.tiles.value(this.lane, this.unit, step), base = this.baseline(state);
    const was = base && this.data.tiles.value(base, this.unit, step);
    const value = !found || (base && !was) ? '…' : was ? signed(found.value - was.value) : fixed(found.value);
    setText(this.value, l10n('unit {0}: {1}', this.unit, value));
    setAttributes(this.canvas, { 'aria-label': l10n('{0}: hidden state of {1} units over steps {2} to {3}; unit {4} is {5} at step {6}', this.name, grouped(this.column.units), Math.ceil(state.from), Math.floor(state.to) - 1, this.unit, value, step) });
  }
}
