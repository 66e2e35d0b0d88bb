/** One store: setters mark what changed, one commit a frame tells the listeners. */
import type { Progress, Range, RunId, Scene, SceneDirection, SceneLevel, SceneSignal, Selection, UnitCard, UnitOrder, WebviewApi } from '../src/protocol';
import type { Theme } from './theme';

export type Problem = NonNullable<Parameters<WebviewApi['failed']>[0]>;

export interface State {
  readonly view: string;
  readonly scene: Scene | undefined;
  readonly progress: Progress | undefined;
  readonly problem: Problem | undefined;
  /** The panel stays with its model. */
  readonly panelPinned: boolean;
  readonly selection: Selection;
  /** The step was clicked or reached by keys: hovering no longer moves the crosshair. */
  readonly held: boolean;
  /** Step under the pointer. */
  readonly hover: number | undefined;
  /** Where the pointer is over a row: client pixels, and the first place in the shown order of the line under it. */
  readonly pointed: { readonly signal: string; readonly place: number; readonly x: number; readonly y: number } | undefined;
  /** Window of steps, may be fractional. */
  readonly from: number;
  readonly to: number;
  /** Steps that a person selected, shared by all views. */
  readonly range: Range | undefined;
  readonly open: readonly string[];
  readonly order: UnitOrder;
  /** Units in the shown order. */
  readonly units: Int32Array;
  readonly card: UnitCard | undefined;
  /** 0/1 a step: the feature that the unit follows best. */
  readonly track: { readonly name: string; readonly values: Float32Array } | undefined;
  readonly surprise: Float32Array | undefined;
  /** Counts tiles and labels that came. */
  readonly arrived: number;
  readonly theme: Theme;
  /** CSS pixels from the first to the last shown step. */
  readonly plotWidth: number;
  readonly viewHeight: number;
  readonly table: boolean;
  /** The crosshair walks by itself. */
  readonly playing: boolean;
  /** The run whose numbers are shown: the scene's own, or a changed one. */
  readonly run: RunId;
  /** What each view keeps for itself over reloads, by its id. */
  readonly own: Readonly<Record<string, unknown>>;
}

export type Changes = ReadonlySet<keyof State>;
type Listener = (state: State, changed: Changes) => void;

export class Store {
  private readonly listeners: Listener[] = [];
  private dirty = new Set<keyof State>();

  constructor(private current: State, private readonly schedule: (commit: () => void) => void = commit => requestAnimationFrame(commit)) {}

  get state(): State { return this.current; }

  /** Writes what differs; listeners hear of it once, in the next frame. */
  set(patch: Partial<State>): void {
    const changed = (Object.keys(patch) as (keyof State)[]).filter(key => patch[key] !== this.current[key]);
    if (changed.length === 0) return;
    this.current = { ...this.current, ...patch };
    if (this.dirty.size === 0) this.schedule(() => this.commit());
    for (const key of changed) this.dirty.add(key);
  }

  select(patch: Partial<Selection>): void {
    const selection = { ...this.current.selection, ...patch };
    const same = (Object.keys(patch) as (keyof Selection)[]).every(key => selection[key] === this.current.selection[key]);
    if (!same) this.set({ selection });
  }

  /** Keeps what a view wants to find again: members replace those of the same name. */
  keep(view: string, patch: Readonly<Record<string, unknown>>): void {
    const { own } = this.current;
    this.set({ own: { ...own, [view]: { ...ownOf(this.current, view), ...patch } } });
  }

  listen(listener: Listener): void { this.listeners.push(listener); }

  private commit(): void {
    const changed = this.dirty;
    this.dirty = new Set();
    for (const listener of this.listeners) listener(this.current, changed);
  }
}

/** True where any of the keys changed. */
export const touches = (changed: Changes, ...keys: readonly (keyof State)[]): boolean => keys.some(key => changed.has(key));

/** The step whose values are read: the held one, else the one under the pointer. */
export function shownStep(state: State): number {
  return state.held ? state.selection.step : state.hover ?? state.selection.step;
}

export const levelOf = (state: State): SceneLevel | undefined => state.scene?.levels[state.selection.level];
export const directionOf = (state: State): SceneDirection | undefined => levelOf(state)?.directions[state.selection.direction];
/** Signals with a row of their own: all but the input. */
export const rowsOf = (state: State): readonly SceneSignal[] => directionOf(state)?.signals.filter(s => s.kind !== 'input') ?? [];
export const inputOf = (state: State): SceneSignal | undefined => directionOf(state)?.signals.find(s => s.kind === 'input');

/** The signal that remembers: c where there is one, else h. */
export function memoryOf(signals: readonly SceneSignal[]): SceneSignal | undefined {
  return signals.find(s => s.hue === 'c' && s.kind === 'state') ?? signals.find(s => s.hue === 'h') ?? signals[0];
}

/** What a view kept; it may come from an older version, so that each member is to be checked. */
export function ownOf({ own }: State, view: string): Readonly<Record<string, unknown>> {
  const kept = Object.hasOwn(own, view) ? own[view] : undefined;
  return typeof kept === 'object' && kept !== null ? kept as Readonly<Record<string, unknown>> : {};
}
