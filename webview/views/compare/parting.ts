/** Two columns of equal sizes, value by value: where they part first, and the difference as a heatmap. */
import type { Tile } from '../../../src/protocol';
import type { CompareColumn, DivergenceAnswer, Place } from '../../../src/questions/compare';
import { button, el, fitCanvas, setAttributes, setText } from '../../dom';
import { l10n } from '../../l10n';
import { shownStep, type State } from '../../state';
import { figures, percent, signed, spoken } from '../../words';
import type { Context } from '../view';
import { Heatmap } from '../timeline/heatmap';
import { linesFor } from '../timeline/layout';
import { VIEW } from './choices';
import { laneOf } from './timelines';

export interface Couple { readonly a: CompareColumn; readonly b: CompareColumn; readonly names: readonly [string, string] }

/** The first two columns whose values can be compared one by one: the same cell, as many units. */
export function coupleOf(columns: readonly CompareColumn[], names: readonly string[]): Couple | undefined {
  for (const [k, a] of columns.entries()) {
    for (const [j, b] of columns.entries()) {
      if (j > k && a.cell.id === b.cell.id && a.units === b.units && a.level === b.level && a.direction === b.direction) return { a, b, names: [names[k]!, names[j]!] };
    }
  }
  return undefined;
}

export const TOLERANCES = [1e-5, 1e-3, 0.01, 0.1] as const;

export class Parting {
  private readonly claim = el('p', { class: 'cmp-parted', role: 'status' });
  private readonly tools = el('div', { class: 'cmp-picker' });
  private readonly canvas = el('canvas', { role: 'img', tabindex: 0 });
  private readonly table = el('div', {});
  readonly element = el('section', { class: 'cmp-parting', hidden: true }, el('h3', {}, l10n('Where do they part?')), this.claim, this.tools, el('div', { class: 'plot' }, this.canvas), this.table);
  private readonly heatmap = new Heatmap();
  private made = '';

  constructor(private readonly context: Context) {}

  draw(state: State, couple: Couple | undefined, tolerance: number, order: Int32Array | undefined): void {
    this.element.hidden = couple === undefined;
    if (!couple || state.plotWidth <= 0) return;
    const { a, b } = couple;
    const asked = this.context.data.ask('divergence', { run: a.run, level: a.level, direction: a.direction, other: b.run, tolerance });
    const signals = a.signals.map(s => s.name);
    const signal = signals.includes(state.selection.signal) ? state.selection.signal : a.output;
    this.controls(signals, signal, tolerance);
    if (asked.error !== undefined) setText(this.claim, asked.error);
    else if (asked.answer) this.say(asked.answer, couple, tolerance, asked.late);
    this.paint(state, couple, signal, order);
  }

  private say(found: DivergenceAnswer, couple: Couple, tolerance: number, late: boolean): void {
    const key = JSON.stringify([found, tolerance, late]);
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
  private controls(signals: readonly string[], signal: string, tolerance: number): void {
    const key = `${signals.join()} ${signal} ${tolerance}`;
    if (key === this.drawnControls) return;
    this.drawnControls = key;
    const { store } = this.context;
    const pick = (name: string, all: readonly string[], value: string, choose: (v: string) => void): HTMLElement => {
      const made = el('select', { 'aria-label': name }, ...all.map(v => el('option', { value: v, selected: v === value }, v)));
      made.addEventListener('change', () => choose(made.value));
      return el('label', { class: 'cmp-labelled' }, name, made);
    };
    this.tools.replaceChildren(
      pick(l10n('tolerance'), TOLERANCES.map(String), String(tolerance), v => store.keep(VIEW, { tolerance: Number(v) })),
      pick(l10n('difference of'), signals, signal, v => store.select({ signal: v })));
  }

  /** First minus second, on a scale of its own greatest value. */
  private paint(state: State, { a, b, names }: Couple, signal: string, order: Int32Array | undefined): void {
    const { data } = this.context;
    const lines = linesFor(a.units, 128);
    const tiles = data.tiles.covering(laneOf(a, signal), state.from, state.to, data.bucket(state)).flatMap(tile => this.difference(tile, laneOf(b, signal)) ?? []);
    const max = tiles.reduce((most, t) => t.mean.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), most), 0) || 1;
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
