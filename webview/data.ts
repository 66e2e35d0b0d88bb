/** Brings what the state calls for: order of units, unit card, feature track, surprise, labels and tiles; late answers are dropped. */
import type { HostApi, Remote, SceneCurve, UnitCard } from '../src/protocol';
import { directionOf, inputOf, levelOf, memoryOf, rowsOf, shownStep, touches, type Changes, type State, type Store } from './state';
import { bucketFor, coarsest, keysOf, TILE_COLUMNS, Tiles, type Lane, type TileKey } from './tiles';

const LABELS = 2048;
const FOLLOW_MS = 90;
const REST_MS = 140;

/** A window of a curve, as it was answered. */
export interface CurvePart { readonly from: number; readonly to: number; readonly min: Float32Array; readonly max: Float32Array }

export class Data {
  readonly tiles: Tiles;
  private labels: (readonly string[] | 'asked' | undefined)[] = [];
  private tracks = new Map<string, Promise<Float32Array>>();
  private revision = -1;
  private exact: number | undefined;
  private restTimer = 0;
  private cardTimer = 0;

  constructor(private readonly store: Store, private readonly host: Remote<HostApi>, private readonly report: (error: Error) => void) {
    this.tiles = new Tiles(request => host.tile(request), () => this.arrived(), report);
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

  /** Where a row's numbers are kept. */
  lane(state: State, signal: string): Lane {
    return { level: state.selection.level, direction: state.selection.direction, signal };
  }

  value(state: State, signal: string, unit: number, step: number): { readonly value: number; readonly bucket: number } | undefined {
    return this.tiles.value(this.lane(state, signal), unit, step);
  }

  /** Steps a column at the present zoom. */
  bucket(state: State): number {
    const pixels = state.plotWidth * (window.devicePixelRatio || 1);
    return Math.min(bucketFor(state.to - state.from, pixels), coarsest(state.scene?.steps ?? 1));
  }

  private follow(state: State, changed: Changes): void {
    const { scene } = state;
    if (!scene) return;
    const renewed = scene.revision !== this.revision;
    if (renewed) this.restart(scene.revision, scene.steps);
    const { selection } = state;
    const moved = renewed || touches(changed, 'selection');
    if (moved || touches(changed, 'order')) this.askOrder(state, renewed);
    if (moved) this.askCard(state, renewed);
    if (renewed && scene.surprise) this.once(this.host.surprise(), surprise => this.store.set({ surprise }));
    if (touches(changed, 'progress') || moved || touches(changed, 'from', 'to', 'plotWidth', 'units', 'open', 'table')) this.want(state);
    if (touches(changed, 'hover', 'held') || moved) this.rest(selection.step);
  }

  private restart(revision: number, steps: number): void {
    this.revision = revision;
    this.labels = [];
    this.tracks = new Map();
    this.curves = new Map();
    this.exact = undefined;
    this.orderFor = this.cardFor = '';
    this.tiles.reset(revision, steps);
    this.store.set({ card: undefined, track: undefined, surprise: undefined });
  }

  private orderFor = '';
  private askOrder(state: State, renewed: boolean): void {
    const { level, direction } = state.selection;
    const wanted = `${level}/${direction}/${state.order}`;
    if (wanted === this.orderFor) return;
    this.orderFor = wanted;
    const units = levelOf(state)?.units ?? 0;
    if (renewed || state.units.length !== units) this.store.set({ units: Int32Array.from({ length: units }, (_, k) => k) });
    this.once(this.host.order(level, direction, state.order), order => {
      if (this.orderFor === wanted && order.length === units) this.store.set({ units: order });
    });
  }

  private cardFor = '';
  private askCard(state: State, renewed: boolean): void {
    const { level, direction, unit } = state.selection;
    const wanted = `${level}/${direction}/${unit}`;
    if (wanted === this.cardFor) return;
    this.cardFor = wanted;
    window.clearTimeout(this.cardTimer);
    this.cardTimer = window.setTimeout(() => {
      this.once(this.host.card(level, direction, unit), card => {
        if (this.cardFor !== wanted) return;
        this.store.set({ card });
        void this.followTrack(card);
      });
    }, renewed ? 0 : FOLLOW_MS);
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

  /** Most urgent first: overview, every row coarsely (the selected one first), what is seen, values at the crosshair, the neighbours. */
  private want(state: State): void {
    const { scene, selection, from, to } = state;
    const rows = [...rowsOf(state)].sort((a, b) => Number(b.name === selection.signal) - Number(a.name === selection.signal));
    const input = inputOf(state);
    const names = rows.map(s => s.name).concat(input && scene?.input.axis !== 'characters' ? [input.name] : []);
    const memory = memoryOf(rows);
    if (!scene || !memory || state.plotWidth <= 0) return;
    const [bucket, coarse, steps] = [this.bucket(state), coarsest(scene.steps), scene.steps];
    const keys = (name: string, b: number, first: number, last: number): TileKey[] => keysOf(this.lane(state, name), first, last, b, steps);
    const width = TILE_COLUMNS * bucket;
    this.tiles.want([
      ...keys(memory.name, coarse, 0, steps),
      ...names.flatMap(name => keys(name, coarse, 0, steps)),
      ...names.flatMap(name => keys(name, bucket, from, to)),
      ...(this.exact === undefined ? [] : names.flatMap(name => keys(name, 1, this.exact ?? 0, (this.exact ?? 0) + 1))),
      ...names.flatMap(name => [...keys(name, bucket, from - width, from), ...keys(name, bucket, to, to + width)]),
    ]);
  }

  /** Exact values are fetched where the crosshair rests, not for all it passes. */
  private rest(step: number): void {
    window.clearTimeout(this.restTimer);
    this.restTimer = window.setTimeout(() => {
      const { state } = this.store;
      const at = shownStep(state) ?? step;
      if (this.exact !== undefined && Math.floor(at / TILE_COLUMNS) === Math.floor(this.exact / TILE_COLUMNS)) return;
      this.exact = at;
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
