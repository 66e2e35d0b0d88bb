/** Two columns, one minus the other. Of equal sizes value by value: where they part first, and all units as a heatmap; else the two selected units. */
import type { Tile } from '../../../src/protocol';
import type { CompareColumn, DivergenceAnswer, Place } from '../../../src/questions/compare';
import { button, el, fitCanvas, setAttributes, setText } from '../../dom';
import { l10n } from '../../l10n';
import { shownStep, type State } from '../../state';
import { figures, percent, signed, spoken } from '../../words';
import type { Context } from '../view';
import { Heatmap } from '../timeline/heatmap';
import { linesFor } from '../timeline/layout';
import { courseOf, drawCourse } from '../units/course';
import { VIEW } from './choices';
import { laneOf } from './lane';
import { reachOf } from './scales';

export interface Couple {
  readonly a: CompareColumn;
  readonly b: CompareColumn;
  readonly names: readonly [string, string];
  /** Units stand for one another. */
  readonly alike: boolean;
}

/** The two that were chosen; else the first of the same cell and as many units. */
export function coupleOf(columns: readonly CompareColumn[], names: readonly string[], kept?: unknown): Couple | undefined {
  const pairs = columns.flatMap((a, k) => columns.slice(k + 1).map((b, j): Couple => ({ a, b, names: [names[k]!, names[k + 1 + j]!], alike: a.units === b.units && a.level === b.level && a.direction === b.direction })));
  return pairs.find(p => pairWord(p) === kept) ?? pairs.find(p => p.alike && p.a.cell.id === p.b.cell.id);
}

/** How a pair is kept. */
const pairWord = ({ a, b }: Pick<Couple, 'a' | 'b'>): string => JSON.stringify([a.run, b.run]);

/** Signals that both have; of as many units where they are compared one by one. */
export const sharedSignals = ({ a, b, alike }: Couple): string[] => a.signals.filter(s => b.signals.some(t => t.name === s.name && (!alike || t.units === s.units))).map(s => s.name);

/** The one that is selected, where both have it; else what they give. */
export function signalOf(couple: Couple, selected: string): string {
  const shared = sharedSignals(couple);
  return shared.includes(selected) ? selected : shared.includes(couple.a.output) ? couple.a.output : shared[0] ?? couple.a.output;
}

export const TOLERANCES = [1e-5, 1e-3, 0.01, 0.1] as const;

export class Parting {
  private readonly claim = el('p', { class: 'cmp-parted', role: 'status' });
  private readonly tools = el('div', { class: 'cmp-picker' });
  private readonly canvas = el('canvas', { role: 'img', tabindex: 0 });
  private readonly reach = el('p', { class: 'note' });
  private readonly table = el('div', {});
  readonly element = el('section', { class: 'cmp-parting', hidden: true }, el('h3', {}, l10n('Where do they part?')), this.claim, this.tools, el('div', { class: 'plot' }, this.canvas), this.reach, this.table);
  private readonly heatmap = new Heatmap();
  private made = '';

  constructor(private readonly context: Context) {}

  /** `units`: those that are looked at in the two columns. */
  draw(state: State, { columns, names }: { readonly columns: readonly CompareColumn[]; readonly names: readonly string[] }, couple: Couple | undefined, tolerance: number, { order, units }: { readonly order: Int32Array | undefined; readonly units: readonly [number, number] }): void {
    this.element.hidden = columns.length < 2;
    if (this.element.hidden || state.plotWidth <= 0) return;
    const signals = couple ? sharedSignals(couple) : [], signal = couple ? signalOf(couple, state.selection.signal) : '';
    this.controls(columns, names, couple, { signals, signal, tolerance });
    this.canvas.hidden = !couple;
    this.table.hidden = this.reach.hidden = !couple?.alike;
    if (!couple) { this.made = ''; setText(this.claim, l10n('Choose two of them to see one minus the other.')); return; }
    if (!couple.alike) { this.made = ''; this.element.classList.remove('waiting'); this.course(state, couple, signal, units); return; }
    const { a, b } = couple;
    const asked = this.context.data.ask('divergence', { run: a.run, level: a.level, direction: a.direction, other: b.run, tolerance });
    if (asked.error !== undefined) { this.made = ''; setText(this.claim, asked.error); }
    else if (asked.answer) this.say(asked.answer, couple, tolerance, asked.late);
    this.paint(state, couple, signal, order);
  }

  private say(found: DivergenceAnswer, couple: Couple, tolerance: number, late: boolean): void {
    const key = JSON.stringify([found, tolerance, late, couple.names]);
    if (key === this.made) return;
    this.made = key;
    this.element.classList.toggle('waiting', late);
    const inputs = found.signals.find(s => s.signal === 'x')?.first;
    const rest = found.signals.filter(s => s.signal !== 'x');
    const first = rest.flatMap(s => s.first ?? []).find(p => p.step === found.first?.step) ?? found.first;
    setText(this.claim, `${first ? this.firstWords(first, couple, tolerance) : l10n('They never part by more than {0}.', figures(tolerance, 1))}${inputs ? ` ${l10n('What they read differs already, from step {0} on: their encoders are not the same.', inputs.step)}` : ''}`);
    const line = ({ signal, first: own, most, share }: DivergenceAnswer['signals'][number]): HTMLElement => el('tr', {},
      el('th', { scope: 'row' }, signal), el('td', {}, own ? this.go(own) : '–'), el('td', {}, own ? String(own.unit) : '–'), el('td', { class: 'number' }, figures(Math.abs(most.a - most.b), 3)), el('td', {}, this.go(most)), el('td', {}, percent(share)));
    const heads = [l10n('signal'), l10n('parts at step'), l10n('unit'), l10n('greatest difference'), l10n('at step'), l10n('values beyond')];
    this.table.replaceChildren(el('table', {}, el('caption', { class: 'hidden' }, l10n('Where each signal parts')), el('thead', {}, el('tr', {}, ...heads.map(h => el('th', { scope: 'col' }, h)))), el('tbody', {}, ...rest.map(line))));
  }

  private firstWords({ step, signal, unit, a, b }: Place, { names }: Couple, tolerance: number): string {
    const label = this.context.data.label(step);
    return l10n('They part by more than {0} first at step {1}{2}, in {3} of unit {4}: {5} in {6}, {7} in {8}.',
      figures(tolerance, 1), step, label === undefined ? '' : ` (${spoken(label)})`, signal, unit, signed(a, 3), names[0], signed(b, 3), names[1]);
  }

  /** A step that can be gone to, with its signal and unit. */
  private go({ step, signal, unit }: Place): HTMLElement {
    const { store } = this.context;
    return button('link', () => { store.set({ held: true }); store.select({ step, signal, unit }); }, { 'aria-label': l10n('Go to step {0}, {1} of unit {2}', step, signal, unit) }, String(step));
  }

  private drawnControls = '';
  private controls(columns: readonly CompareColumn[], names: readonly string[], couple: Couple | undefined, { signals, signal, tolerance }: { readonly signals: readonly string[]; readonly signal: string; readonly tolerance: number }): void {
    const all = columns.flatMap((a, k) => columns.slice(k + 1).map((b, j) => [pairWord({ a, b }), `${names[k]} − ${names[k + 1 + j]}`] as const));
    const key = JSON.stringify([all, couple && pairWord(couple), couple?.alike, signals, signal, tolerance]);
    if (key === this.drawnControls) return;
    this.drawnControls = key;
    const { store } = this.context;
    const focused = document.activeElement?.getAttribute('data-parting');
    const pick = (id: string, name: string, of: readonly (readonly [string, string])[], value: string, choose: (v: string) => void): HTMLElement => {
      const made = el('select', { 'aria-label': name, 'data-parting': id }, ...of.map(([v, words]) => el('option', { value: v, selected: v === value }, words)));
      made.addEventListener('change', () => choose(made.value));
      return el('label', { class: 'cmp-labelled' }, name, made);
    };
    const twice = (values: readonly string[]): (readonly [string, string])[] => values.map(v => [v, v]);
    this.tools.replaceChildren(
      pick('pair', l10n('difference'), [...(couple ? [] : [['', '…'] as const]), ...all], couple ? pairWord(couple) : '', v => store.keep(VIEW, { pair: v })),
      ...(couple ? [pick('signal', l10n('difference of'), twice(signals), signal, v => store.select({ signal: v }))] : []),
      ...(couple?.alike ? [pick('tolerance', l10n('tolerance'), twice(TOLERANCES.map(String)), String(tolerance), v => store.keep(VIEW, { tolerance: Number(v) }))] : []));
    if (focused) this.tools.querySelector<HTMLElement>(`[data-parting="${focused}"]`)?.focus();
  }

  /** The selected unit of the first minus that of the second, over the window. */
  private course(state: State, { a, b, names }: Couple, signal: string, [first, second]: readonly [number, number]): void {
    const { data } = this.context;
    const tilesOf = (column: CompareColumn): Tile[] => data.tiles.covering(laneOf(column, signal), state.from, state.to, data.bucket(state));
    const tiles = unitDifferences(tilesOf(a), first, tilesOf(b), second);
    const found = extremes(tiles, state);
    const words = found ? l10n('{0} of unit {1} in {2} minus {0} of unit {3} in {4}: in the window {5} apart in the mean, at most {6}, at step {7}.', signal, first, names[0], second, names[1], figures(found.mean, 2), signed(found.most), found.step) : l10n('Working it out…');
    setText(this.claim, words);
    drawCourse(this.canvas, state.plotWidth, COURSE, courseOf(tiles, 0, state, Math.round(state.plotWidth * (window.devicePixelRatio || 1))), Math.max(0.1, Math.abs(found?.most ?? 0)), state.theme.ink.h, state.theme);
    setAttributes(this.canvas, { 'aria-label': words });
  }

  /** First minus second, on a scale of its own. */
  private paint(state: State, { a, b, names }: Couple, signal: string, order: Int32Array | undefined): void {
    const { data } = this.context;
    const lines = linesFor(a.units, 128);
    const tiles = data.tiles.covering(laneOf(a, signal), state.from, state.to, data.bucket(state)).flatMap(tile => this.difference(tile, laneOf(b, signal)) ?? []);
    const max = reachOf(tiles);
    setText(this.reach, l10n('colour −{0} to +{0}: 98 of 100 values that differ lie between', figures(max, 2)));
    const context = fitCanvas(this.canvas, state.plotWidth, lines.height);
    const look = { scale: { kind: 'signed', max } as const, ramp: state.theme.ramp('h', 'signed', true), order: order?.length === a.units ? order : Int32Array.from({ length: a.units }, (_, k) => k), lines };
    this.heatmap.draw(context, tiles, look, state, state.plotWidth, lines.height);
    setAttributes(this.canvas, { 'aria-label': l10n('Difference of {0}, {1} minus {2}, of {3} units; colour −{4} to +{4}; crosshair at step {5}', signal, names[0], names[1], a.units, figures(max, 2), shownStep(state)) });
  }

  private readonly differences = new WeakMap<Tile, { readonly other: Tile; readonly made: Tile }>();
  private difference(tile: Tile, lane: ReturnType<typeof laneOf>): Tile | undefined {
    const other = this.context.data.tiles.covering(lane, tile.from, tile.from + 1, tile.bucket).find(t => t.from === tile.from && t.bucket === tile.bucket && t.columns === tile.columns);
    if (!other) return undefined;
    const known = this.differences.get(tile);
    if (known?.other === other) return known.made;
    const made: Tile = { ...tile, mean: tile.mean.map((v, k) => v - other.mean[k]!) };
    this.differences.set(tile, { other, made });
    return made;
  }
}

/** Height of the course of two units' difference. */
const COURSE = 56;

/** One unit of each, subtracted where both are known: tiles of a single unit. Pure. */
export function unitDifferences(a: readonly Tile[], first: number, b: readonly Tile[], second: number): Tile[] {
  return a.flatMap(tile => {
    const other = b.find(t => t.from === tile.from && t.bucket === tile.bucket);
    if (!other || first >= tile.units || second >= other.units) return [];
    const columns = Math.min(tile.columns, other.columns), { min: _min, max: _max, ...rest } = tile;
    return [{ ...rest, columns, units: 1, mean: Float32Array.from({ length: columns }, (_, k) => tile.mean[k * tile.units + first]! - other.mean[k * other.units + second]!) }];
  });
}

/** Mean size and the largest of the finest tiles in the window; undefined where nothing is known. */
function extremes(tiles: readonly Tile[], { from, to }: State): { readonly mean: number; readonly most: number; readonly step: number } | undefined {
  const finest = tiles.reduce((least, t) => Math.min(least, t.bucket), Infinity);
  let [sum, count, most, step] = [0, 0, 0, 0];
  for (const tile of tiles) for (let k = 0; k < tile.columns && tile.bucket === finest; k++) {
    const v = tile.mean[k]!, at = tile.from + k * tile.bucket;
    if (!Number.isFinite(v) || at + tile.bucket <= from || at >= to) continue;
    sum += Math.abs(v);
    count++;
    if (Math.abs(v) > Math.abs(most) || count === 1) [most, step] = [v, at];
  }
  return count > 0 ? { mean: sum / count, most, step } : undefined;
}
