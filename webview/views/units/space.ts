/** State space: the way of a state through its two widest directions, joined to the timeline by the step. */
import type { Asked, Data } from '../../data';
import type { StateSpaceAnswer } from '../../../src/questions/stateSpace';
import { button, el, setAttributes, setText } from '../../dom';
import { l10n } from '../../l10n';
import { memoryOf, rowsOf, shownStep, type State, type Store } from '../../state';
import { figures, fixed, percent, signed, spoken, trackWords, visible } from '../../words';
import { showing } from '../../whatIf/showing';
import { apartClaim, ApartFigure } from './apart';
import { keep, keptOf, type Kept, type Range } from './kept';
import { drawResting, restingWords } from './resting';
import type { FixedPointsAnswer } from '../../../src/questions/fixedPoints';
import { colourOf, drawAxes, drawMarked, drawPair, drawPath, drawShadow, extentOf, nearest, placed, type Frame, type Paint } from './path';

const HEIGHT = 400;
const CLICK = 4;

export interface SpaceFacts {
  readonly asked: Asked<StateSpaceAnswer> | undefined;
  /** The selected unit's memory, one number every `every` steps. */
  readonly course: { readonly values: Float32Array; readonly every: number } | undefined;
  readonly track: { readonly name: string; readonly values: ArrayLike<number> } | undefined;
  readonly tracks: readonly string[];
  readonly range: Range | undefined;
}

export class SpacePanel {
  private readonly claim = el('p', { class: 'unitsClaim' });
  private readonly signals = el('span', { class: 'segments', role: 'radiogroup', 'aria-label': l10n('State') });
  private readonly axes = el('select', { 'aria-label': l10n('Components') });
  private readonly colours = el('select', { 'aria-label': l10n('Colour') });
  private readonly key = el('span', { class: 'unitsKey' });
  private readonly base = el('canvas', { role: 'img', tabindex: 0 });
  private readonly over = el('canvas', { class: 'unitsOver', 'aria-hidden': 'true' });
  private readonly stage = el('div', { class: 'unitsSpace' }, this.base, this.over);
  private readonly read = el('p', { class: 'note unitsRead' });
  private readonly seek = button('link', () => this.search(), { 'aria-pressed': 'false' }, l10n('Fixed points'));
  private readonly held = el('select', { 'aria-label': l10n('Input while fixed points are looked for') }, el('option', { value: 'mean' }, l10n('input at its mean')), el('option', { value: 'zero' }, l10n('input at zero')));
  private readonly resting = el('p', { class: 'note', role: 'status' });
  private readonly resters = el('div', { class: 'unitsControl' }, this.seek, this.held);
  private readonly apart = new ApartFigure();
  readonly element = el('section', { class: 'unitsBlock', 'aria-labelledby': 'units-space' }, el('h2', { id: 'units-space' }, l10n('Where does the state go?')), this.claim,
    el('div', { class: 'unitsControl' }, this.signals, el('label', {}, el('span', {}, l10n('axes')), this.axes), el('label', {}, el('span', {}, l10n('colour')), this.colours), this.key), this.stage, this.read, this.apart.element, this.resters, this.resting);
  /** Steps in the box: 1 where they are. */
  boxed: Uint8Array | undefined;
  private drawn: { readonly key: readonly unknown[]; readonly at: Float32Array; /** Of the baseline. */ readonly was: Float32Array | undefined; readonly frame: Frame; readonly answer: StateSpaceAnswer; readonly found: FixedPointsAnswer | undefined } | undefined;
  /** Where fixed points were asked for. */
  private sought = '';
  private box: readonly [number, number, number, number] | undefined;

  constructor(private readonly store: Store, private readonly data: Data, private readonly boxedChanged: () => void) {
    this.axes.append(...PAIRS.map(([a, b]) => el('option', { value: `${a} ${b}` }, l10n('{0} and {1}', a + 1, b + 1))));
    this.axes.addEventListener('change', () => { const [a = 0, b = 1] = this.axes.value.split(' ').map(Number); keep(store, { pair: [a, b] }); });
    this.colours.addEventListener('change', () => keep(store, { colour: this.colours.value }));
    this.held.addEventListener('change', () => { if (this.sought !== '') this.search(); });
    this.pointer();
  }

  draw(state: State, facts: SpaceFacts): void {
    const answer = facts.asked?.answer, kept = keptOf(state);
    this.controls(state, kept, facts, answer);
    const width = this.stage.clientWidth;
    if (!answer || width === 0) {
      setText(this.claim, facts.asked?.error ?? l10n('Working out the directions along which the state moves most…'));
      return;
    }
    const pair = pairFor(kept, answer), found = this.rest(state);
    const key = [answer, found, pair.join(), width, state.theme, kept.colour, facts.course, facts.track];
    if (!this.drawn || key.some((k, n) => k !== this.drawn?.key[n])) this.paint(state, facts, answer, found, pair, key, width);
    this.apart.draw(answer, state);
    this.follow(state, facts.range);
  }

  /** The ring at the crosshair, and the selected steps. */
  follow(state: State, range: Range | undefined): void {
    const { drawn } = this;
    if (!drawn) return;
    const { every, components, points } = drawn.answer;
    const inRange = (k: number): boolean => range !== undefined && k * every >= range.from && k * every < range.to;
    const current = Math.round(shownStep(state) / every);
    drawMarked(this.over, drawn.frame, drawn.at, k => inRange(k) || this.boxed?.[k * every] === 1, current, this.box, state.theme);
    if (drawn.was) drawPair(this.over, drawn.at, drawn.was, current, state.theme);
    if (drawn.found) drawResting(this.over, drawn.frame, drawn.found.points, pairFor(keptOf(state), drawn.answer), state.theme);
    const label = this.data.label(current * every), [a, b] = pairFor(keptOf(state), drawn.answer);
    const value = (c: number): string => fixed(points[current * components + c] ?? NaN);
    const what = label === undefined ? '' : state.scene?.input.axis === 'characters' ? ` ${visible(label)}` : ` ${label}`;
    const distance = drawn.answer.apart?.distance[current];
    const off = distance === undefined ? '' : ` ${l10n('The baseline (line to the square) is {0} away.', figures(distance, 3))}`;
    const count = this.boxed?.reduce((n, v) => n + v, 0) ?? 0;
    const box = count > 0 ? ` ${l10n('{0} steps are in the box, marked under the memory above; Escape lets go.', count)}` : ` ${l10n('Drag a box to mark steps.')}`;
    setText(this.read, l10n('Ring: step {0}{1}, at {2} and {3}. Small rings: the selected steps.', current * every, what, value(a), value(b)) + off + box);
    this.read.setAttribute('aria-label', l10n('step {0} {1}', current * every, label === undefined ? '' : spoken(label)));
  }

  dispose(): void { this.apart.dispose(); }

  /** Looks for fixed points here, or lets go of them. */
  private search(): void {
    const now = this.placeOf(this.store.state);
    this.sought = this.sought === now ? '' : now;
    this.boxedChanged();
  }

  private placeOf({ scene, run, selection: { level, direction } }: State): string { return `${scene?.revision}/${run}/${level}/${direction}/${this.held.value}`; }

  /** What was found where it was asked for; says so in words. */
  private rest(state: State): FixedPointsAnswer | undefined {
    this.resters.hidden = showing(state) === 'difference'; // they would lie in components of their own
    const on = this.sought === this.placeOf(state) && !this.resters.hidden, input = this.held.value === 'zero' ? 'zero' : 'mean';
    setAttributes(this.seek, { 'aria-pressed': String(on) });
    if (!on) { setText(this.resting, ''); return undefined; }
    const { level, direction } = state.selection;
    const { answer, error, late } = this.data.ask('fixedPoints', { run: state.run, level, direction, signal: signalOf(state), input });
    setText(this.resting, error ?? (late || !answer ? l10n('Looking for points where the state rests…') : restingWords(answer, input)));
    return error === undefined && !late ? answer : undefined;
  }

  /** Forgets the box; false where there was none. */
  letGo(): boolean {
    if (!this.boxed) return false;
    this.boxed = undefined;
    this.boxedChanged();
    return true;
  }

  private paint(state: State, facts: SpaceFacts, answer: StateSpaceAnswer, found: FixedPointsAnswer | undefined, pair: readonly [number, number], key: readonly unknown[], width: number): void {
    const { components, points } = answer;
    const height = Math.min(HEIGHT, Math.max(260, Math.round(width * 0.72)));
    const frame = { width, height, extent: extentOf(joined(points, answer.apart?.points, found?.points.flatMap(p => p.at)), components, pair, width, height) };
    const at = placed(points, components, pair, frame);
    const paint = paintOf(state, facts, answer);
    const context = drawAxes(this.base, frame, axisWords(answer, pair[0]), axisWords(answer, pair[1]), state.theme);
    const was = answer.apart && placed(answer.apart.points, components, pair, frame);
    if (was) drawShadow(context, was, state.theme);
    drawPath(context, at, paint.paint, state.theme);
    this.stage.style.height = `${height}px`;
    this.drawn = { key, at, was, frame, answer, found };
    const claim = `${answer.apart ? `${apartClaim(answer, answer.apart)} ` : ''}${claimOf(state, answer, pair)}`;
    setText(this.claim, claim);
    setAttributes(this.base, { 'aria-label': claim });
    this.drawKey(paint, state);
  }

  private drawKey({ paint, low, high }: Painted, state: State): void {
    const bar = el('canvas', { 'aria-hidden': 'true', width: 64, height: 8 }), context = bar.getContext('2d');
    for (let x = 0; context && x < 64; x++) { context.fillStyle = colourOf(paint, x / 63, state.theme); context.fillRect(x, 0, 1, 8); }
    this.key.replaceChildren(el('span', {}, low), bar, el('span', {}, high), ...(this.drawn?.was ? [el('span', { class: 'unitsShadow' }, l10n('grey: baseline'))] : []));
  }

  private controls(state: State, kept: Kept, facts: SpaceFacts, answer: StateSpaceAnswer | undefined): void {
    const states = statesOf(state), chosen = signalOf(state);
    if (this.signals.childElementCount !== states.length || this.signals.dataset['chosen'] !== chosen) {
      this.signals.dataset['chosen'] = chosen;
      this.signals.replaceChildren(...states.map(s => {
        const made = el('button', { type: 'button', role: 'radio', class: 'segment', 'aria-checked': s.name === chosen ? 'true' : 'false', title: s.label }, s.name);
        made.addEventListener('click', () => keep(this.store, { signal: s.name }));
        return made;
      }));
    }
    const pair = answer ? pairFor(kept, answer) : kept.pair;
    this.axes.value = `${pair[0]} ${pair[1]}`;
    for (const option of this.axes.options) option.disabled = answer !== undefined && option.value.split(' ').some(k => Number(k) >= answer.components);
    const wanted = [['time', l10n('time')], ['unit', l10n('unit {0}', state.selection.unit)], ...facts.tracks.map(t => [t, trackWords(t)])] as [string, string][];
    const shape = wanted.map(w => w.join('=')).join();
    if (this.colours.dataset['shape'] !== shape) {
      this.colours.dataset['shape'] = shape;
      this.colours.replaceChildren(...wanted.map(([value, words]) => el('option', { value }, words)));
    }
    this.colours.value = wanted.some(([v]) => v === kept.colour) ? kept.colour : 'time';
  }

  /** Hover reads, click pins, dragging boxes. */
  private pointer(): void {
    const { base, store } = this;
    const step = (event: PointerEvent): number | undefined => {
      const k = this.drawn ? nearest(this.drawn.at, event.offsetX, event.offsetY) : -1;
      return k < 0 ? undefined : k * (this.drawn?.answer.every ?? 1);
    };
    let start: readonly [number, number] | undefined;
    base.addEventListener('pointerdown', event => { if (event.button === 0) { start = [event.offsetX, event.offsetY]; base.setPointerCapture(event.pointerId); } });
    base.addEventListener('pointermove', event => {
      if (start && (this.box || Math.hypot(event.offsetX - start[0], event.offsetY - start[1]) >= CLICK)) {
        this.box = [...start, event.offsetX, event.offsetY];
        this.take();
      } else if (!start) store.set({ hover: step(event) });
    });
    base.addEventListener('pointerup', event => {
      const boxing = this.box !== undefined, at = step(event);
      start = this.box = undefined;
      if (boxing) { this.boxedChanged(); return; }
      if (at === undefined) { this.letGo(); return; }
      store.set({ held: true });
      store.select({ step: at });
    });
    base.addEventListener('pointercancel', () => { start = this.box = undefined; });
    base.addEventListener('pointerleave', () => { if (!start) store.set({ hover: undefined }); });
  }

  /** Marks the steps in the box. */
  private take(): void {
    const { box, drawn } = this;
    if (!box || !drawn) return;
    const boxed = new Uint8Array(this.store.state.scene?.steps ?? 0), { every } = drawn.answer;
    const inside = (v: number, a: number, b: number): boolean => v >= Math.min(a, b) && v <= Math.max(a, b);
    for (let k = 0; k < drawn.at.length / 2; k++) if (inside(drawn.at[2 * k]!, box[0], box[2]) && inside(drawn.at[2 * k + 1]!, box[1], box[3])) boxed.fill(1, k * every, (k + 1) * every);
    this.boxed = boxed.some(v => v === 1) ? boxed : undefined;
    this.boxedChanged();
  }
}

/** All points in one row. */
function joined(points: Float32Array, ...more: readonly (ArrayLike<number> | undefined)[]): Float32Array {
  const all = more.filter(m => m !== undefined);
  return all.length === 0 ? points : Float32Array.from([points, ...all].flatMap(m => Array.from(m)));
}

const PAIRS: readonly (readonly [number, number])[] = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]];

/** What a state space can be drawn of. */
const statesOf = (state: State) => { const states = rowsOf(state).filter(s => s.kind === 'state'); return states.length > 0 ? states : rowsOf(state).slice(-1); };

/** The kept one where the layer has it, else what remembers. */
export function signalOf(state: State): string {
  const names = statesOf(state).map(s => s.name), { signal } = keptOf(state), memory = memoryOf(rowsOf(state))?.name ?? '';
  return names.includes(signal) ? signal : names.includes(memory) ? memory : names[0] ?? '';
}

function pairFor({ pair: [a, b] }: Kept, { components }: StateSpaceAnswer): readonly [number, number] {
  return a < components && b < components ? [a, b] : [0, Math.min(1, components - 1)];
}

const share = (v: number): string => (v < 0.1 ? `${fixed(100 * v, 1)}%` : percent(v));

function axisWords({ shares, loadings }: StateSpaceAnswer, c: number): string {
  const units = loadings[c]?.map(l => l10n('{0} × unit {1}', signed(l.weight), l.unit)).slice(0, 2).join(', ') ?? '';
  return l10n('component {0}, {1}: {2}, …', c + 1, share(shares[c] ?? 0), units);
}

function claimOf(state: State, answer: StateSpaceAnswer, [a, b]: readonly [number, number]): string {
  const { shares, signal, every, exact } = answer;
  const label = rowsOf(state).find(s => s.name === signal)?.label ?? '';
  const how = exact ? '' : ` ${l10n('Directions by randomised search.')}`;
  const thin = every > 1 ? ` ${l10n('Every {0}th step.', every)}` : '';
  return l10n('Principal components {0} and {1} carry {2} of the variance of the {3} {4} ({5} and {6}).', a + 1, b + 1, share((shares[a] ?? 0) + (a === b ? 0 : shares[b] ?? 0)), label, signal, share(shares[a] ?? 0), share(shares[b] ?? 0)) + how + thin;
}

interface Painted { readonly paint: Paint; readonly low: string; readonly high: string }

/** What the colour says of every point. */
function paintOf(state: State, { course, track }: SpaceFacts, { points, components, every }: StateSpaceAnswer): Painted {
  const n = points.length / components, { colour } = keptOf(state), memory = memoryOf(rowsOf(state));
  if (colour === 'unit' && course) {
    const values = Float32Array.from({ length: n }, (_, k) => course.values[Math.round((k * every) / course.every)] ?? NaN);
    const most = values.reduce((a, v) => (Number.isFinite(v) ? Math.max(a, Math.abs(v)) : a), 0) || 1;
    return { paint: { values: values.map(v => v / most), hue: memory?.hue ?? 'c', signed: true }, low: fixed(-most, 1), high: `+${fixed(most, 1)}` };
  }
  if (track && track.name === colour) {
    const values = Float32Array.from({ length: n }, (_, k) => track.values[k * every] ?? NaN);
    const finite = values.filter(Number.isFinite), low = finite.reduce((a, v) => Math.min(a, v), Infinity), high = finite.reduce((a, v) => Math.max(a, v), -Infinity);
    return { paint: { values: values.map(v => (v - low) / (high - low || 1)), hue: memory?.hue ?? 'c', signed: false }, low: short(low), high: short(high) };
  }
  return { paint: { values: Float32Array.from({ length: n }, (_, k) => k / Math.max(1, n - 1)), hue: memory?.hue ?? 'c', signed: false }, low: l10n('first step'), high: l10n('last') };
}
const short = (v: number): string => (Number.isInteger(v) ? String(v) : fixed(v));
