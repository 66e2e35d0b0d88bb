/** The hidden states of all cells on one axis, with one crosshair. */
import type { CompareColumn } from '../../../src/questions/compare';
import { button, el, fitCanvas, setAttributes, setText } from '../../dom';
import { l10n } from '../../l10n';
import { coarsest, keysOf, TILE_COLUMNS, type Lane, type TileKey } from '../../tiles';
import { ownOf, shownStep, type State } from '../../state';
import { fixed, spoken } from '../../words';
import type { Context } from '../view';
import { axisHeight, drawAxis } from '../timeline/axis';
import { VIEW } from './choices';
import { Hair } from './hair';
import { laneOf } from './lane';
import { followRows } from './pointer';
import { HiddenRow } from './row';
import { apart, scalesOf } from './scales';

export class Timelines {
  private readonly axis = el('canvas', { class: 'axis', 'aria-hidden': 'true' });
  private readonly claim = el('p', { class: 'note' });
  private readonly one = button('segment alone', () => this.context.store.keep(VIEW, { oneScale: !this.oneScale(this.context.store.state) }), { 'data-control': 'oneScale' }, l10n('one scale'));
  private readonly plots = el('div', { class: 'cmp-plots' });
  readonly element = el('section', { class: 'cmp-timelines', 'aria-label': l10n('Hidden states') },
    el('div', { class: 'heading' }, el('h3', {}, l10n('Hidden state h on the same input')), this.claim, this.one), this.plots);
  private hair: Hair | undefined;
  private asked = '';
  private madeUp = false;
  rows: readonly HiddenRow[] = [];

  constructor(private readonly context: Context, choose: (row: HiddenRow, unit: number) => void) {
    followRows(this.plots, context.store, () => this.rows, () => this.axis.getBoundingClientRect().left, choose);
  }

  /** Makes the rows anew, and asks for the order of units of each. */
  build(columns: readonly CompareColumn[], names: readonly string[], revision: number, madeUp: boolean): void {
    this.madeUp = madeUp;
    const { data, host, store } = this.context;
    this.rows = columns.map((column, k) => new HiddenRow(column, names[k]!, k, laneOf(column, column.output), data));
    this.hair = new Hair(this.plots, this.axis, this.rows);
    const head = el('div', { class: 'cmp-row whole' }, el('div', { class: 'cmp-rowHead' }), el('div', { class: 'plot' }, this.axis));
    this.plots.replaceChildren(head, ...this.rows.map(r => r.root), this.hair.canvas);
    const asked = this.asked = `${revision} ${columns.map(c => c.run).join()}`;
    for (const row of this.rows) {
      const { level, direction, run } = row.column;
      host.order(level, direction, 'coactivation', run).then(order => {
        if (this.asked !== asked || order.length !== row.order.length) return;
        row.order = order;
        store.set({ arrived: store.state.arrived + 1 });
      }, () => undefined); // units stay in the order of their index
    }
  }

  get width(): number { return this.axis.parentElement?.clientWidth ?? 0; }

  draw(state: State): void {
    const { scene, plotWidth, theme } = state;
    if (!scene || plotWidth <= 0) return;
    const scales = this.reachOfColours(state);
    const plain = { ...scene, surprise: false, tracks: [], ...(this.madeUp ? { input: { description: '', axis: 'steps' as const } } : {}) };
    const height = axisHeight(plain);
    const context = fitCanvas(this.axis, plotWidth, height);
    drawAxis(context, { scene: plain, label: step => this.context.data.label(step), track: undefined, surprise: undefined }, theme, state, plotWidth);
    this.rows.forEach((row, k) => row.draw(state, scales[k]!, scales.some(s => s !== scales[k])));
    this.hair?.draw(state);
  }

  private readonly oneScale = (state: State): boolean => ownOf(state, VIEW)['oneScale'] === true;

  /** The largest value that each row's colours show, and what is said of it above. */
  private reachOfColours(state: State): readonly number[] {
    const columns = this.rows.map(r => r.column), groups = apart(columns), one = this.oneScale(state), scales = scalesOf(columns, one);
    const noted = columns.some(c => c.invented) ? ` ${l10n('Hatched at the right edge: nobody trained these.')}` : '';
    const reach = groups && !one ? l10n('units by co-activation, colour −{0} to +{0} where trained, −{1} to +{1} where untrained.', fixed(groups.trained), fixed(groups.untrained))
      : l10n('units by co-activation, colour −{0} to +{0}, one scale for all.', fixed(scales[0] ?? 1));
    setText(this.claim, `${reach}${noted}`);
    this.one.hidden = !groups;
    setAttributes(this.one, { 'aria-pressed': String(one), title: l10n('The same colours for the same values in trained and untrained cells: little is seen of the smaller ones') });
    return scales;
  }

  /** Crosshair and values alone. */
  follow(state: State): void {
    for (const row of this.rows) row.read(state);
    this.hair?.draw(state);
  }

  /** Which windows are wanted: all rows coarsely, then the window, then what is exact at the crosshair. */
  wishes(state: State, signals: (column: CompareColumn) => readonly string[]): readonly TileKey[] {
    const steps = state.scene?.steps ?? 0;
    const coarse = coarsest(steps), bucket = this.context.data.bucket(state), at = shownStep(state);
    const lanes = this.rows.flatMap(r => [...signals(r.column).map(s => laneOf(r.column, s)), ...[r.baseline(state)].filter(l => l !== undefined)]);
    const keys = (lane: Lane, from: number, to: number, b: number): TileKey[] => keysOf(lane, from, to, b, steps);
    return [
      ...lanes.flatMap(l => keys(l, 0, steps, coarse)), ...lanes.flatMap(l => keys(l, state.from, state.to, bucket)),
      ...lanes.flatMap(l => keys(l, at, at + 1, 1)), ...lanes.flatMap(l => keys(l, state.to, state.to + TILE_COLUMNS * bucket, bucket)),
    ];
  }

  /** The selected units in the window, as a table. */
  table(state: State): HTMLElement {
    const { data } = this.context;
    const [from, to] = [Math.max(0, Math.ceil(state.from)), Math.min(state.scene?.steps ?? 0, Math.floor(state.to), Math.ceil(state.from) + MOST_LINES)];
    const heads = [l10n('step'), l10n('input'), ...this.rows.map(r => l10n('{0}, h of unit {1}', r.name, r.unit))];
    const value = (row: HiddenRow, step: number): string => { const v = data.tiles.value(laneOf(row.column, row.column.output), row.unit, step); return v ? fixed(v.value, 4) : '…'; };
    const body = Array.from({ length: Math.max(0, to - from) }, (_, k) => from + k).map(step => el('tr', step === state.selection.step ? { 'aria-current': 'true' } : {},
      el('th', { scope: 'row' }, String(step)), el('td', {}, this.madeUp ? '' : spoken(data.label(step) ?? '')), ...this.rows.map(row => el('td', { class: 'number' }, value(row, step)))));
    return el('div', { class: 'tableHost', tabindex: 0, role: 'region', 'aria-label': l10n('Hidden states in the window') }, el('table', {},
      el('caption', {}, l10n('Hidden state h of one unit of each, steps {0} to {1}', from, to - 1)),
      el('thead', {}, el('tr', {}, ...heads.map(h => el('th', { scope: 'col' }, h)))), el('tbody', {}, ...body)));
  }

  show(table: HTMLElement | undefined): void {
    this.plots.hidden = table !== undefined;
    this.element.querySelector(':scope > .tableHost')?.remove();
    if (table) this.element.append(table);
  }
}

const MOST_LINES = 200;
