/** One signal: its head, its heatmap, and its line chart while open. */
import { MAIN, type SceneSignal, type Tile } from '../../../src/protocol';
import type { GroupsAnswer } from '../../../src/questions/groups';
import type { Data } from '../../data';
import { button, el, filled, fitCanvas, icon, setAttributes, setText } from '../../dom';
import { l10n } from '../../l10n';
import { csvOf, pictured } from '../../picture';
import { selected } from '../../range';
import { levelOf, rowsOf, shownStep, type State } from '../../state';
import { faded } from '../../theme';
import type { Lane } from '../../tiles';
import { changedWords } from '../../whatIf/words';
import { greatest, scaleIn, shownTiles, showing, shownValue, statsIn } from '../../whatIf/showing';
import { figures, fixed, percent, signed } from '../../words';
import { curves, reach, ROOM, type Curves } from './bands';
import { runs } from './axis';
import { Heatmap, type HeatmapLook } from './heatmap';
import { linesFor, roomFor, topOf, withGaps, type Lines, type Span } from './layout';
import { LineChart } from './lines';

export const LINES_HEIGHT = 66;

export class SignalRow {
  readonly root: HTMLElement;
  readonly canvas = el('canvas', { class: 'heat', role: 'img', tabindex: 0 });
  readonly chartCanvas = el('canvas', { class: 'chart', role: 'img' });
  lines: Lines;
  chart: LineChart | undefined;
  look: HeatmapLook | undefined;
  private readonly heatmap = new Heatmap();
  private readonly value = el('span', { class: 'value' });
  private readonly toggle: HTMLButtonElement;
  private readonly chevron = icon('chevron-right');
  private readonly scaleTicks = el('div', { class: 'scale', 'aria-hidden': 'true' });
  private readonly opened = el('div', { class: 'opened', hidden: true }, this.scaleTicks, this.chartCanvas);
  private readonly pooled = el('span', { class: 'pooled' });
  private readonly statsLine = el('p', { class: 'stats' });
  private readonly legend = el('div', { class: 'legend', hidden: true, 'aria-hidden': 'true' });

  constructor(readonly signal: SceneSignal, private readonly data: Data, toggle: () => void) {
    this.lines = linesFor(signal.units);
    this.canvas.dataset['signal'] = this.chartCanvas.dataset['signal'] = signal.name;
    this.toggle = button('name', toggle, { 'aria-expanded': 'false', 'data-head': signal.name }, el('span', { class: 'letter' }, signal.name), el('span', { class: 'label' }, signal.label), this.chevron);
    const head = el('div', { class: 'head' },
      el('div', { class: 'title' }, this.toggle, this.value),
      el('code', { class: 'equation', title: signal.equation }, signal.equation),
      this.statsLine,
      this.legend);
    const plot = el('div', { class: 'plot' }, this.canvas, this.opened);
    pictured(plot, { name: () => signal.label, csv: async () => csvOf(await this.numbers()) });
    this.root = el('div', { class: `row signal hue-${signal.hue}` }, head, plot);
  }

  /** Paints heatmap and lines for the window. */
  draw(state: State): void {
    const { signal } = this;
    this.state = state;
    const lines = this.lines = withGaps(linesFor(signal.units, roomFor(rowsOf(state).length, state.viewHeight)), this.groups(state).map(g => g.start));
    setText(this.pooled, lines.pool > 1 ? l10n('{0} units a line', lines.pool) : '');
    const strong = state.selection.signal === signal.name;
    const scale = scaleIn(this.data, state, signal);
    this.writeStats(state);
    this.root.classList.toggle('selected', strong);
    this.look = { scale, ramp: state.theme.ramp(signal.hue, scale.kind, strong), order: this.order(state), lines };
    const [width, height] = [state.plotWidth, lines.height];
    const context = fitCanvas(this.canvas, width, height);
    this.heatmap.draw(context, this.painted(state), this.look, state, width, height);
    context.fillStyle = faded(state.theme.foreground, state.theme.highContrast ? 0.9 : 0.4); // a gap alone would look like units that are shut
    for (const gap of lines.gaps ?? []) context.fillRect(0, topOf(lines, gap) - 2, width, 1);
    setAttributes(this.canvas, { 'aria-label': this.describe(state) });
    this.drawLines(state);
  }

  /** Groups of units that are active together, while the order is by co-activation and known to be of these units. */
  groups({ order, units, selection: { level, direction } }: State): GroupsAnswer['groups'] {
    if (order !== 'coactivation' || units.length !== this.signal.units) return [];
    const { answer } = this.data.ask('groups', { level, direction });
    return answer?.level === level && answer.direction === direction ? answer.groups : [];
  }

  /** The shown order; a projected h has fewer units than the layer and keeps its own. */
  order({ units }: State): Int32Array {
    if (units.length === this.signal.units) return units;
    return this.plain ??= Int32Array.from({ length: this.signal.units }, (_, k) => k);
  }
  private plain: Int32Array | undefined;

  /** Writes the selected unit's value at the crosshair; answers it. */
  read(state: State): number | undefined {
    const { unit } = state.selection;
    const found = unit < this.signal.units ? shownValue(this.data, state, this.signal.name, unit, shownStep(state)) : undefined;
    const apart = showing(state) === 'difference';
    setText(this.value, found ? (found.bucket > 1 ? '≈' : '') + (apart ? signed : fixed)(found.value) : '–');
    this.value.title = found && found.bucket > 1 ? l10n('mean of {0} steps', found.bucket) : '';
    return apart && found?.was !== undefined ? found.value + found.was : found?.value;
  }

  /** The window, or the steps selected, as a table: one line a column of the heatmap, one number a unit; means where a column is several steps. */
  private async numbers(): Promise<(string | number)[][]> {
    const { state: shown } = this;
    if (!shown) return [];
    const state = { ...shown, ...selected(shown) };
    const bucket = this.data.bucket(state);
    const [first, last] = [Math.floor(state.from / bucket), Math.ceil(state.to / bucket)];
    await this.data.bringAll(state, this.signal.name); // what is painted may be less
    const units = Array.from({ length: this.signal.units }, (_, k) => k), apart = showing(state) === 'difference';
    return [
      [l10n('step'), ...(bucket > 1 ? [l10n('mean of {0} steps', bucket)] : [l10n('label')]), ...units.map(u => `${apart ? 'Δ' : ''}${this.signal.name}[${u}]`)],
      ...Array.from({ length: last - first }, (_, k) => (first + k) * bucket).map(step =>
        [step, bucket > 1 ? '' : this.data.label(step) ?? '', ...units.map(u => shownValue(this.data, state, this.signal.name, u, step)?.value ?? '')]),
    ];
  }
  private state: State | undefined;

  dispose(): void { this.chart?.dispose(); }

  private drawLines(state: State): void {
    const open = state.open.includes(this.signal.name);
    this.opened.hidden = this.legend.hidden = !open;
    this.toggle.setAttribute('aria-expanded', String(open));
    this.chevron.className = `codicon codicon-chevron-${open ? 'down' : 'right'}`;
    if (!open) return;
    this.chart ??= new LineChart(this.chartCanvas);
    const { signal } = this;
    const found = this.curvesOf(state);
    const most = Math.max(reach(found.unit), reach(found.baseline ?? []));
    const [low, high] = signal.kind === 'gate' ? [-0.03, 1.03] : [-most, most];
    const guides = signal.kind === 'gate' ? [0.1, 0.9] : [0];
    this.chart.draw(found, { theme: state.theme, ink: state.theme.ink[signal.hue], low, high, guides, columns: features(state), pooled: this.data.bucket(state) > 1 }, state, state.plotWidth, LINES_HEIGHT);
    this.writeScale(signal.kind === 'gate' ? [[0.9, '.9'], [0.1, '.1']] : [[high / ROOM, figures(high / ROOM, 2)], [0, '0'], [low / ROOM, figures(low / ROOM, 2)]]);
    this.writeLegend(state);
    setAttributes(this.chartCanvas, { 'aria-label': l10n('{0} of unit {1} from step {2} to {3}, {4}; mean, middle half and extremes of all {5} units', signal.label, state.selection.unit, Math.ceil(state.from), Math.floor(state.to) - 1, range(found.unit), signal.units) });
  }

  /** What was painted last stays until there are numbers in another order. */
  private painted(state: State): readonly Tile[] {
    const tiles = shownTiles(this.data, state, this.data.heat(state, this.signal));
    return this.last = tiles.length > 0 || state.run !== this.last[0]?.run ? tiles : this.last;
  }
  private last: readonly Tile[] = [];

  /** Panning within the same tiles only moves the axis. */
  private curvesOf(state: State): Curves {
    const { unit } = state.selection, kept = this.kept, line = this.data.line(state, this.signal);
    const [tiles, before] = [this.tilesOfWindow(state, line), state.run === MAIN ? [] : this.tilesOfWindow(state, this.data.line({ ...state, run: MAIN }, this.signal))];
    const bands = this.tilesOfWindow(state, this.data.bands(state, this.signal));
    const all = [...tiles, ...before, ...bands];
    if (kept && kept.unit === unit && kept.tiles.length === all.length && kept.tiles.every((tile, k) => tile === all[k])) return kept.curves;
    this.kept = { tiles: all, unit, curves: { ...curves(tiles, bands, unit), ...(before.length > 0 && { baseline: curves(before, [], unit).unit }) } };
    return this.kept.curves;
  }
  private kept: { readonly tiles: readonly Tile[]; readonly unit: number; readonly curves: Curves } | undefined;

  private tilesOfWindow(state: State, lane: Lane): Tile[] {
    const bucket = this.data.bucket(state);
    return this.data.tiles.covering(lane, state.from, state.to, bucket).filter(tile => tile.bucket <= bucket);
  }

  private scaleWritten = '';
  private writeScale(marks: readonly (readonly [number, string])[]): void {
    const key = marks.map(([value, text]) => `${text} ${this.chart?.yOf(value)}`).join();
    if (key === this.scaleWritten) return;
    this.scaleWritten = key;
    this.scaleTicks.replaceChildren(...marks.map(([value, text]) => {
      const mark = el('span', {}, text);
      mark.style.top = `${this.chart?.yOf(value) ?? 0}px`;
      return mark;
    }));
  }

  private statsWritten = '';
  private writeStats(state: State): void {
    const difference = showing(state) === 'difference' ? greatest(this.data, state, this.signal.name) : undefined;
    const stats = statsIn(this.data, state, this.signal);
    const key = JSON.stringify([stats, difference]);
    if (key === this.statsWritten) return;
    this.statsWritten = key;
    this.statsLine.replaceChildren(...(difference ? departure(difference) : statistics({ ...this.signal, stats })), this.pooled);
  }

  private legendWritten = '';
  private writeLegend(state: State): void {
    const pooled = this.data.bucket(state);
    const changed = state.run === MAIN ? [] : [l10n('baseline')];
    const texts = [l10n('unit {0}', state.selection.unit), ...changed, l10n('mean of {0}', this.signal.units), l10n('middle half, all {0}', this.signal.units)];
    const kinds = ['line', ...changed.map(() => 'before'), 'dashes', 'band'];
    const key = `${texts.join()}${pooled}`;
    if (key === this.legendWritten) return;
    this.legendWritten = key;
    this.legend.replaceChildren(...texts.map((text, k) => el('span', { class: 'key' }, el('i', { class: kinds[k] }), text)),
      ...(pooled > 1 ? [el('span', { class: 'key' }, l10n('min, max of {0} steps', pooled))] : []));
  }

  private describe(state: State): string {
    const { signal } = this;
    const changed = changedWords(state);
    const { mean, min, max, saturated } = statsIn(this.data, state, signal);
    const units = this.lines.pool > 1 ? l10n('{0} units, {1} units a line', signal.units, this.lines.pool) : l10n('{0} units', signal.units);
    return [
      l10n('{0}, {1} of {2}: {3}, steps {4} to {5} of {6}', signal.name, signal.label, levelOf(state)?.name ?? l10n('the layer'), units, Math.ceil(state.from), Math.floor(state.to) - 1, state.scene?.steps ?? 0),
      l10n('whole sequence: mean {0}, from {1} to {2}, {3} saturated', fixed(mean), fixed(min), fixed(max), percent(saturated)),
      ...(signal.stats.notFinite ? [l10n('not finite from step {0}', signal.stats.notFinite.step)] : []),
      ...(state.scene?.weights.invented || state.scene?.input.invented ? [l10n('invented numbers')] : []),
      ...(changed ? [showing(state) === 'difference' ? l10n('difference to the baseline, {0}', changed) : changed] : []),
    ].join('; ');
  }
}

function statistics({ kind, hue, stats }: SceneSignal): HTMLElement[] {
  const pair = (name: string, value: string, title: string): HTMLElement => el('span', { title }, `${name} `, el('b', {}, value));
  const shown = [pair(l10n('mean'), fixed(stats.mean), l10n('mean over all units and steps'))];
  if (kind === 'state' && hue === 'c') shown.push(pair(l10n('max'), fixed(Math.max(Math.abs(stats.min), Math.abs(stats.max)), 1), l10n('greatest |value| of all units and steps')));
  else shown.push(pair(l10n('saturated'), percent(stats.saturated), kind === 'gate' ? l10n('share of values below 0.1 or above 0.9') : l10n('share of values beyond ±0.9')));
  if (stats.notFinite) shown.push(el('span', { class: 'broken', title: l10n('unit {0}', stats.notFinite.unit) }, l10n('{0} from t {1}', String(stats.notFinite.value), stats.notFinite.step)));
  return shown;
}

/** Where it departs furthest from the baseline. */
function departure({ max, step, unit }: { readonly max: number; readonly step: number; readonly unit: number }): HTMLElement[] {
  if (max === 0) return [el('span', {}, l10n('no difference'))];
  return [el('span', { title: l10n('greatest difference to the baseline, of all units and steps') }, ...filled(l10n('up to {0}'), el('b', {}, `±${figures(max, 2)}`))), el('span', {}, l10n('t {0} · unit {1}', step, unit))];
}

/** Steps where the followed feature is on, within the window. */
const features = (state: State): Span[] => (state.track ? runs(state.track.values, state) : []);

function range(points: readonly { readonly y: number }[]): string {
  const values = points.map(p => p.y).filter(Number.isFinite);
  return values.length === 0 ? l10n('not loaded yet') : l10n('from {0} to {1}', fixed(values.reduce((a, b) => Math.min(a, b))), fixed(values.reduce((a, b) => Math.max(a, b))));
}
