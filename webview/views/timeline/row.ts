/** One signal: its head, its heatmap, and its line chart while open. */
import type { SceneSignal, Tile } from '../../../src/protocol';
import type { Data } from '../../data';
import { button, el, fitCanvas, icon, setAttributes, setText } from '../../dom';
import { levelOf, rowsOf, shownStep, type State } from '../../state';
import { scaleOf } from '../../theme';
import { figures, fixed, percent } from '../../words';
import { curves, reach, ROOM, type Curves } from './bands';
import { runs } from './axis';
import { Heatmap, type HeatmapLook } from './heatmap';
import { linesFor, roomFor, type Lines, type Span } from './layout';
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
  private readonly legend = el('div', { class: 'legend', hidden: true, 'aria-hidden': 'true' });

  constructor(readonly signal: SceneSignal, private readonly data: Data, toggle: () => void) {
    this.lines = linesFor(signal.units);
    this.canvas.dataset['signal'] = this.chartCanvas.dataset['signal'] = signal.name;
    this.toggle = button('name', toggle, { 'aria-expanded': 'false', 'data-head': signal.name }, el('span', { class: 'letter' }, signal.name), el('span', { class: 'label' }, signal.label), this.chevron);
    const head = el('div', { class: 'head' },
      el('div', { class: 'title' }, this.toggle, this.value),
      el('code', { class: 'equation', title: signal.equation }, signal.equation),
      el('p', { class: 'stats' }, ...statistics(signal), this.pooled),
      this.legend);
    this.root = el('div', { class: `row signal hue-${signal.hue}` }, head, el('div', { class: 'plot' }, this.canvas, this.opened));
  }

  /** Paints heatmap and lines for the window. */
  draw(state: State): void {
    const { signal } = this;
    const lines = this.lines = linesFor(signal.units, roomFor(rowsOf(state).length, state.viewHeight));
    setText(this.pooled, lines.pool > 1 ? `${lines.pool} units a line` : '');
    const strong = state.selection.signal === signal.name;
    const scale = scaleOf(signal);
    this.root.classList.toggle('selected', strong);
    this.look = { scale, ramp: state.theme.ramp(signal.hue, scale.kind, strong), order: this.order(state), lines };
    const [width, height] = [state.plotWidth, lines.height];
    const context = fitCanvas(this.canvas, width, height);
    const tiles = this.data.tiles.covering(this.data.lane(state, signal.name), state.from, state.to, this.data.bucket(state));
    this.heatmap.draw(context, tiles, this.look, state, width, height);
    setAttributes(this.canvas, { 'aria-label': this.describe(state) });
    this.drawLines(state);
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
    const found = unit < this.signal.units ? this.data.value(state, this.signal.name, unit, shownStep(state)) : undefined;
    setText(this.value, found ? (found.bucket > 1 ? '≈' : '') + fixed(found.value) : '–');
    this.value.title = found && found.bucket > 1 ? `mean of ${found.bucket} steps` : '';
    return found?.value;
  }

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
    const [low, high] = signal.kind === 'gate' ? [-0.03, 1.03] : [-reach(found.unit), reach(found.unit)];
    const guides = signal.kind === 'gate' ? [0.1, 0.9] : [0];
    this.chart.draw(found, { theme: state.theme, ink: state.theme.ink[signal.hue], low, high, guides, columns: features(state), pooled: this.data.bucket(state) > 1 }, state, state.plotWidth, LINES_HEIGHT);
    this.writeScale(signal.kind === 'gate' ? [[0.9, '.9'], [0.1, '.1']] : [[high / ROOM, figures(high / ROOM, 2)], [0, '0'], [low / ROOM, figures(low / ROOM, 2)]]);
    this.writeLegend(state);
    setAttributes(this.chartCanvas, { 'aria-label': `${signal.label} of unit ${state.selection.unit} from step ${Math.ceil(state.from)} to ${Math.floor(state.to) - 1}, ${range(found.unit)}; mean, middle half and extremes of all ${signal.units} units` });
  }

  /** Panning within the same tiles only moves the axis. */
  private curvesOf(state: State): Curves {
    const tiles = this.tilesOfWindow(state);
    const { unit } = state.selection;
    const kept = this.kept;
    if (kept && kept.unit === unit && kept.tiles.length === tiles.length && kept.tiles.every((tile, k) => tile === tiles[k])) return kept.curves;
    this.kept = { tiles, unit, curves: curves(tiles, unit) };
    return this.kept.curves;
  }
  private kept: { readonly tiles: readonly Tile[]; readonly unit: number; readonly curves: Curves } | undefined;

  private tilesOfWindow(state: State): Tile[] {
    const bucket = this.data.bucket(state);
    return this.data.tiles.covering(this.data.lane(state, this.signal.name), state.from, state.to, bucket).filter(tile => tile.bucket <= bucket);
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

  private legendWritten = '';
  private writeLegend(state: State): void {
    const pooled = this.data.bucket(state);
    const texts = [`unit ${state.selection.unit}`, `mean of ${this.signal.units}`, `half, all of ${this.signal.units}`];
    const kinds = ['line', 'dashes', 'band'];
    const key = `${texts.join()}${pooled}`;
    if (key === this.legendWritten) return;
    this.legendWritten = key;
    this.legend.replaceChildren(...texts.map((text, k) => el('span', { class: 'key' }, el('i', { class: kinds[k] }), text)),
      ...(pooled > 1 ? [el('span', { class: 'key' }, `min, max of ${pooled} steps`)] : []));
  }

  private describe(state: State): string {
    const { signal } = this;
    const { mean, min, max, saturated } = signal.stats;
    const pooled = this.lines.pool > 1 ? `, ${this.lines.pool} units a line` : '';
    const broken = signal.stats.notFinite ? `; not finite from step ${signal.stats.notFinite.step}` : '';
    const invented = state.scene?.weights.invented || state.scene?.input.invented ? '; invented numbers' : '';
    return `${signal.name}, ${signal.label} of ${levelOf(state)?.name ?? 'the layer'}: ${signal.units} units${pooled}, steps ${Math.ceil(state.from)} to ${Math.floor(state.to) - 1} of ${state.scene?.steps ?? 0}; `
      + `whole sequence: mean ${fixed(mean)}, from ${fixed(min)} to ${fixed(max)}, ${percent(saturated)} saturated${broken}${invented}`;
  }
}

function statistics({ kind, hue, stats }: SceneSignal): HTMLElement[] {
  const pair = (name: string, value: string, title: string): HTMLElement => el('span', { title }, `${name} `, el('b', {}, value));
  const shown = [pair('mean', fixed(stats.mean), 'mean over all units and steps')];
  if (kind === 'state' && hue === 'c') shown.push(pair('max', fixed(Math.max(Math.abs(stats.min), Math.abs(stats.max)), 1), 'greatest |value| of all units and steps'));
  else shown.push(pair('sat', percent(stats.saturated), kind === 'gate' ? 'share of values below 0.1 or above 0.9' : 'share of values beyond ±0.9'));
  if (stats.notFinite) shown.push(el('span', { class: 'broken', title: `unit ${stats.notFinite.unit}` }, `${stats.notFinite.value} from t ${stats.notFinite.step}`));
  return shown;
}

/** Steps where the followed feature is on, within the window. */
const features = (state: State): Span[] => (state.track ? runs(state.track.values, state) : []);

function range(points: readonly { readonly y: number }[]): string {
  const values = points.map(p => p.y).filter(Number.isFinite);
  return values.length === 0 ? 'not loaded yet' : `from ${fixed(values.reduce((a, b) => Math.min(a, b)))} to ${fixed(values.reduce((a, b) => Math.max(a, b)))}`;
}
