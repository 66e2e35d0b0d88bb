/** Brings what the state calls for: order of units, unit card, feature track, surprise, labels and tiles; late answers are dropped. */
import { MAIN, type HostApi, type Remote, type SceneCurve, type SceneSignal, type UnitCard, type UnitOrder } from '../src/protocol';
import type { Questions } from '../src/questions/index';
import { term } from './l10n';
import { first } from './marks';
import { directionOf, levelOf, rowsOf, shownStep, touches, type Changes, type State, type Store } from './state';
import { bucketFor, coarsest, keysOf, TILE_COLUMNS, Tiles, type Lane, type TileKey } from './tiles';
import { bandsLane, besideKeys, coarseKeys, exactKeys, heatLane, laneOf, lineLane, turningKeys, wholeKeys, wholeLane, windowKeys, type Zoom } from './windows';

/** A run that what if made. */
const isChanged = (run: string): boolean => run.startsWith('changed:');

const LABELS = 2048;
const FOLLOW_MS = 90;
const REST_MS = 140;
/** Not every view wants tiles. */
const BEGIN_MS = 250;

/** A window of a curve, as it was answered. */
export interface CurvePart { readonly from: number; readonly to: number; readonly min: Float32Array; readonly max: Float32Array }

/** What is known of a question. `late`: the answer is to an earlier one, or there is none yet. */
export interface Asked<T> { readonly answer?: T; readonly error?: string; readonly late: boolean }
interface Waiting<T> extends Asked<T> { readonly question: string }

export class Data {
  readonly tiles: Tiles;
  private labels: (readonly string[] | 'asked' | undefined)[] = [];
  private tracks = new Map<string, Promise<Float32Array>>();
  private revision = -1;
  private exact: number | undefined;
  private restTimer = 0;
  private cardTimer = 0;

  constructor(private readonly store: Store, private readonly host: Remote<HostApi>, private readonly report: (error: Error) => void) {
    this.tiles = new Tiles(requests => host.tiles(requests), () => { first('tile'); if (this.painted(store.state)) this.begin(); this.arrived(); }, report);
    store.listen((state, changed) => this.follow(state, changed));
  }

  /** Label of a step; undefined while unknown (it is then asked for) or where the input has none. */
  label(step: number): string | undefined {
    const chunk = this.labels[Math.floor(step / LABELS)];
    if (chunk === undefined) this.askLabels(Math.floor(step / LABELS));
    return typeof chunk === 'object' ? chunk[step % LABELS] : undefined;
  }

  /** All labels, for finding text. */
  async allLabels(): Promise<readonly string[]> {
    const steps = this.store.state.scene?.steps ?? 0;
    return steps > 0 ? this.host.labels(0, steps) : [];
  }

  /** What is known of a curve in the window; finer or further parts are asked for, one at a time a curve. */
  curve(state: State, { name, perStep }: SceneCurve): CurvePart | undefined {
    const [from, to] = [Math.max(0, Math.floor(state.from)), Math.min(state.scene?.steps ?? 0, Math.ceil(state.to))];
    const columns = Math.min(Math.ceil(state.plotWidth * (window.devicePixelRatio || 1)), (to - from) * perStep);
    const known = this.curves.get(name) ?? { asked: false, part: undefined };
    this.curves.set(name, known);
    const same = known.part && known.part.from === from && known.part.to === to && known.part.min.length === columns;
    if (!same && !known.asked && columns > 0) {
      known.asked = true;
      const { revision } = this;
      this.host.curve(name, from, to, columns).then(({ min, max }) => {
        if (revision === this.revision) known.part = { from, to, min, max };
      }, this.report).finally(() => { known.asked = false; if (revision === this.revision) this.arrived(); });
    }
    return known.part;
  }
  private curves = new Map<string, { asked: boolean; part: CurvePart | undefined }>();

  /** Least and greatest of a curve at a step, as far as it is known. */
  curveAt({ name }: SceneCurve, step: number): [number, number] | undefined {
    const part = this.curves.get(name)?.part;
    if (!part || step < part.from || step >= part.to) return undefined;
    const each = part.min.length / (part.to - part.from);
    const first = Math.floor((step - part.from) * each), last = Math.max(first + 1, Math.floor((step + 1 - part.from) * each));
    return [part.min.subarray(first, last).reduce((a, b) => Math.min(a, b), Infinity), part.max.subarray(first, last).reduce((a, b) => Math.max(a, b), -Infinity)];
  }

  /** Where all numbers of a row are kept. */
  lane(state: State, signal: string): Lane { return laneOf(state, signal); }
  /** Where what is painted of a row is kept. */
  heat(state: State, signal: SceneSignal): Lane { return heatLane(state, signal, this.order); }
  /** The same for the whole sequence. */
  whole(state: State, signal: SceneSignal): Lane { return wholeLane(state, signal, this.order); }
  /** The selected unit's line. */
  line(state: State, signal: SceneSignal): Lane { return lineLane(state, signal, this.bucket(state)); }
  /** What an open row says of all units. */
  bands(state: State, signal: SceneSignal): Lane { return bandsLane(state, signal); }

  /** What is read on the screen: the window, and the values at the crosshair. */
  seen(state: State): TileKey[] {
    const zoom = this.zoom(state);
    return [...windowKeys(state, zoom), ...(zoom.bucket > 1 ? exactKeys(state, shownStep(state)) : [])];
  }

  /** As much of it as is drawn while a knob is turned. */
  turning(state: State): TileKey[] {
    const zoom = this.zoom(state);
    return turningKeys(state, zoom, shownStep(state));
  }

  /** The whole sequence: the strip that shows it, or every row. */
  overview(state: State, every = false): TileKey[] { return every ? coarseKeys(state, this.zoom(state)) : wholeKeys(state, this.zoom(state)); }

  /** Brings all units of the window: of every run that is shown. */
  bringAll(state: State, signal: string): Promise<void> {
    const steps = state.scene?.steps ?? 0, runs = [...new Set([state.run, MAIN])];
    return this.tiles.bring(runs.flatMap(run => keysOf(this.lane({ ...state, run }, signal), state.from, state.to, this.bucket(state), steps)));
  }

  private zoom(state: State): Zoom { return { bucket: this.bucket(state), order: this.order }; }

  value(state: State, signal: string, unit: number, step: number): { readonly value: number; readonly bucket: number } | undefined {
    return this.tiles.value(this.lane(state, signal), unit, step);
  }

  /** True once every row has something to draw all over the window. */
  painted(state: State): boolean {
    return rowsOf(state).every(s => this.tiles.covering(this.heat(state, s), state.from, state.to, this.bucket(state)).length > 0);
  }

  /** Steps a column at the present zoom. */
  bucket(state: State): number {
    const pixels = state.plotWidth * (window.devicePixelRatio || 1);
    return Math.min(bucketFor(state.to - state.from, pixels), coarsest(state.scene?.steps ?? 1));
  }

  /**
   * The answer to a question, as far as it is known; asked once for as long as the question stays the same. Until a new answer is there the
   * last one stays, marked as late. `slot` keeps questions apart that a view asks of one study at the same time.
   */
  ask<K extends keyof Questions>(name: K, ask: Questions[K]['ask'], slot = ''): Asked<Questions[K]['answer']> {
    const [place, question] = [`${name} ${slot}`, JSON.stringify(ask)];
    const known = this.asked.get(place) as Waiting<Questions[K]['answer']> | undefined;
    if (known?.question === question) return known;
    const waiting: Waiting<Questions[K]['answer']> = { question, late: true, ...(known?.answer === undefined ? {} : { answer: known.answer }) };
    this.asked.set(place, waiting);
    this.once(this.host.ask(name, ask).then(answer => ({ answer }), (error: Error) => ({ error: term(error.message) })), result => {
      if (this.asked.get(place) !== waiting) return;
      this.asked.set(place, { question, late: false, ...result });
      this.arrived();
    });
    return waiting;
  }
  private asked = new Map<string, Waiting<unknown>>();

  private follow(state: State, changed: Changes): void {
    const { scene } = state;
    if (!scene) return;
    const renewed = scene.revision !== this.revision;
    if (renewed) this.restart(scene.revision, scene.steps);
    const { selection } = state;
    const moved = renewed || touches(changed, 'selection', 'run');
    if (moved) this.plain(state, renewed);
    if (touches(changed, 'progress') || moved || touches(changed, 'from', 'to', 'plotWidth', 'viewHeight', 'units', 'open', 'table', 'run', 'view')) this.want(state);
    if (this.begun && (moved || touches(changed, 'order'))) this.askOrder(state);
    if (this.begun && moved) this.askCard(state, renewed);
    if (touches(changed, 'hover', 'held') || moved) this.rest(selection.step);
  }

  /** Order, card and surprise take the worker a while: they wait until every row has something to show, but not for long. */
  private begin(): void {
    const { state } = this.store;
    if (this.begun || !state.scene) return;
    this.begun = true;
    window.clearTimeout(this.beginTimer);
    this.askOrder(state);
    this.askCard(state, true);
    if (state.scene.surprise) this.once(this.host.surprise(), surprise => this.store.set({ surprise }));
  }
  private begun = false;
  private beginTimer = 0;

  private restart(revision: number, steps: number): void {
    this.revision = revision;
    this.labels = [];
    this.tracks = new Map();
    this.curves = new Map();
    this.asked = new Map();
    this.exact = undefined;
    this.orderFor = this.orderHere = this.cardFor = '';
    this.begun = false;
    window.clearTimeout(this.beginTimer);
    this.beginTimer = window.setTimeout(() => this.begin(), BEGIN_MS);
    this.tiles.reset(revision, steps);
    this.store.set({ card: undefined, track: undefined, surprise: undefined });
  }

  private orderFor = '';
  private orderHere = '';
  /** True once the order that the state asks for was answered: units keep their places from then on. */
  get ordered(): boolean { return this.orderFor !== '' && this.orderFor === this.orderHere; }
  /** The order that the units of the state are in: the one that was asked for may not have come yet. */
  private order: UnitOrder = 'index';
  /** Units are in the order of their index until another one comes. */
  private plain(state: State, renewed: boolean): void {
    const units = levelOf(state)?.units ?? 0;
    if (!renewed && state.units.length === units) return;
    this.order = 'index';
    this.store.set({ units: Int32Array.from({ length: units }, (_, k) => k) });
  }

  private askOrder(state: State): void {
    const { level, direction } = state.selection;
    const run = isChanged(state.run) ? MAIN : state.run; // units keep their places while a knob is turned
    const wanted = `${run}/${level}/${direction}/${state.order}`;
    if (wanted === this.orderFor) return;
    this.orderFor = wanted;
    const units = levelOf(state)?.units ?? 0;
    this.once(this.host.order(level, direction, state.order, run), order => {
      if (this.orderFor !== wanted) return;
      this.orderHere = wanted;
      if (order.length !== units) return;
      this.order = state.order;
      this.store.set({ units: order });
    });
  }

  private cardFor = '';
  private askCard(state: State, renewed: boolean): void {
    const { level, direction, unit } = state.selection;
    const wanted = `${state.run}/${level}/${direction}/${unit}`;
    if (wanted === this.cardFor) return;
    this.cardFor = wanted;
    window.clearTimeout(this.cardTimer);
    this.cardTimer = window.setTimeout(() => {
      this.once(this.host.card(level, direction, unit, state.run), card => {
        if (this.cardFor !== wanted) return;
        this.store.set({ card });
        void this.followTrack(card);
      });
    }, renewed ? 0 : isChanged(state.run) ? 4 * FOLLOW_MS : FOLLOW_MS);
  }

  /** The feature drawn on the axis: the on/off one that the unit follows best. */
  private async followTrack(card: UnitCard): Promise<void> {
    const names = this.store.state.scene?.tracks ?? [];
    const best = [...card.follows].sort((a, b) => Math.abs(b.r) - Math.abs(a.r)).map(f => f.track).filter(name => names.includes(name));
    for (const name of [...best, ...names]) {
      const values = await this.track(name);
      if (values.every(v => v === 0 || v === 1)) {
        if (card === this.store.state.card && this.store.state.track?.name !== name) this.store.set({ track: { name, values } });
        return;
      }
    }
  }

  private track(name: string): Promise<Float32Array> {
    const known = this.tracks.get(name) ?? this.host.track(name).catch((error: Error) => { this.report(error); return new Float32Array(1).fill(NaN); });
    this.tracks.set(name, known);
    return known;
  }

  /** What a view wants instead of the timeline's windows, most urgent first; set by the view that is shown. */
  wishes: ((state: State) => readonly TileKey[]) | undefined;

  private want(state: State): void {
    const keys = this.wishes?.(state) ?? this.windows(state);
    if (keys) this.tiles.want(keys);
  }

  /** Most urgent first: overview, every row coarsely (the selected one first), what is seen, values at the crosshair, the neighbours. */
  private windows(state: State): TileKey[] | undefined {
    if (!state.scene || state.plotWidth <= 0) return undefined;
    const zoom = this.zoom(state);
    return [...wholeKeys(state, zoom), ...coarseKeys(state, zoom), ...windowKeys(state, zoom), ...(this.exact === undefined ? [] : exactKeys(state, this.exact)), ...besideKeys(state, zoom)];
  }

  /** Exact values are fetched where the crosshair rests, not for all it passes. */
  private rested = '';
  private rest(step: number): void {
    window.clearTimeout(this.restTimer);
    this.restTimer = window.setTimeout(() => {
      const { state } = this.store;
      const at = shownStep(state) ?? step;
      const rested = `${Math.floor(at / TILE_COLUMNS)} ${state.pointed?.signal}`;
      if (this.exact !== undefined && rested === this.rested) return;
      [this.exact, this.rested] = [at, rested];
      if (directionOf(state)) this.want(state);
    }, REST_MS);
  }

  private askLabels(chunk: number): void {
    const { scene } = this.store.state;
    const [from, revision] = [chunk * LABELS, this.revision];
    if (!scene || from >= scene.steps || scene.input.axis === 'steps') return;
    this.labels[chunk] = 'asked';
    this.once(this.host.labels(from, Math.min(scene.steps, from + LABELS)), labels => {
      if (revision !== this.revision) return;
      this.labels[chunk] = labels;
      this.arrived();
    });
  }

  private arrived(): void { this.store.set({ arrived: this.store.state.arrived + 1 }); }

  /** Uses an answer if its scene is still the one shown. */
  private once<T>(answer: Promise<T>, use: (value: T) => void): void {
    const { revision } = this;
    answer.then(value => { if (revision === this.revision) use(value); }, (error: Error) => { if (revision === this.revision) this.report(error); });
  }
}
