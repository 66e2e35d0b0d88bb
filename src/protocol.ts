/**
 * All that crosses between host and webview (and between host and worker): plain data, and one small `connect()`.
 * A message is `{id, call, args}`, `{id, ok}` or `{id, error}`. The host sends nothing before `ready()`.
 */
import type { Questions } from './questions/index';
import type { Shades } from './shades';

/** One signal of one level and direction. */
export interface SceneSignal {
  /** As in the equations: `f`, `c`, `h`; `x` for the input. */
  readonly name: string;
  /** `forget gate` */
  readonly label: string;
  /** Right-hand side, as printed by the parser: `σ(Wf x + Uf h + bf)`. Empty for the input. */
  readonly equation: string;
  /** gate: 0 to 1. candidate: −1 to 1 or unbounded. state: carried to the next step. input: x. */
  readonly kind: 'input' | 'gate' | 'candidate' | 'state' | 'value';
  /** What its hue stands for, `look/LOOK.md` section 2. */
  readonly hue: 'x' | 'i' | 'f' | 'o' | 'g' | 'c' | 'h';
  readonly units: number;
  readonly stats: SignalStats;
}

export interface SignalStats {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** 98th percentile of |value|, for scales. */
  readonly p98: number;
  /** Share of values that are saturated: gates < 0.1 or > 0.9, candidates and states |v| > 0.9 (c: |tanh c|). */
  readonly saturated: number;
  /** First step and unit that is NaN or infinite. */
  readonly notFinite?: { readonly step: number; readonly unit: number; readonly value: string };
}

export interface SceneDirection {
  readonly direction: 'forward' | 'reverse';
  readonly signals: readonly SceneSignal[];
}

export interface SceneLevel {
  /** `lstm`, `lstm.l1` */
  readonly name: string;
  /** `LSTM` */
  readonly cell: string;
  readonly variant: string;
  readonly inputSize: number;
  readonly units: number;
  readonly parameters: number;
  readonly directions: readonly SceneDirection[];
}

/** Numbers that nobody measured or trained: drawn hatched, and said in words wherever shown. */
export interface Invented { readonly words: string; readonly seed: number }

export interface Scene {
  /** Changes whenever numbers change; tiles carry it, so that late ones are dropped. */
  readonly revision: number;
  /** What the panel shows, opaque: kept with the webview's state, so that a reloaded window opens the same again. */
  readonly reference: string;
  /** Breadcrumb: `char_lstm`. */
  readonly model: string;
  readonly steps: number;
  readonly levels: readonly SceneLevel[];
  readonly input: {
    readonly description: string;
    readonly axis: 'characters' | 'time' | 'steps';
    readonly columns?: readonly string[];
    readonly invented?: Invented;
    /** Steps a second: the axis counts seconds. */
    readonly rate?: number;
  };
  readonly weights: { readonly description: string; readonly invented?: Invented };
  /** Whose layer it is, as its code says, else how its checkpoint names tensors: `pytorch`, `keras`, `tensorflow1`, `nnx` … Absent where neither says. */
  readonly framework?: string;
  /** Rows of 0/1 made from a text input: `in quotes`, `bracket depth` ... by name; fetched with `track()`. */
  readonly tracks: readonly string[];
  /** True where a decoder is bound: `surprise()` answers. */
  readonly surprise: boolean;
  /** What goes on the same axis beside the gates: the waveform that the model heard, the probability that it gave; fetched with `curve()`. */
  readonly curves: readonly SceneCurve[];
  /** How far our numbers are from those of the model's own runtime, where it ran what stands before the layer. */
  readonly parity?: Parity;
  /** Things the person should know: assumptions, characters the vocabulary misses, NaN found. */
  readonly notes: readonly Note[];
  /** False when the code that the panel came from can't be shown. */
  readonly canReveal: boolean;
  /** Whether preactivations are recorded; absent where they cannot be, of a trace. */
  readonly preactivations?: boolean;
  /** What the checkpoint says of its training. */
  readonly training?: Training;
  /** Other subjects that were run on their own weights beside this one, to be compared with it. */
  readonly beside?: readonly SceneBeside[];
  /** A table of labels that the person bound, as text. */
  readonly labels?: { readonly name: string; readonly text: string };
  /** The view to begin with, where none was kept. */
  readonly view?: string;
  /** Where the input, or the recording, holds several sequences. */
  readonly sequences?: SceneSequences;
}

/** Several sequences, of which one is shown; `act('sequence', …)` with its place, or `all`, shows another. */
export interface SceneSequences {
  readonly pieces: readonly { readonly name: string; readonly steps: number }[];
  /** Which is shown; −1: all of them, one after the other. */
  readonly at: number;
  /** All can be shown one after the other. */
  readonly all: boolean;
  /** Of the first so many the study `sequences` has courses. */
  readonly courses: number;
}

/** As a checkpoint's metadata says; nothing of it is known to be so. */
export interface Training {
  readonly updates?: number;
  readonly seed?: number;
  /** On a text that was held out. */
  readonly bitsPerCharacter?: number;
  readonly optimiser?: string;
  readonly initialisation?: string;
  readonly batch?: string;
}

/** Another subject, held under `run`. */
export interface SceneBeside {
  readonly run: RunId;
  readonly name: string;
  readonly levels: readonly SceneLevel[];
  /** Of all levels. */
  readonly parameters: number;
  readonly weights: { readonly description: string; readonly invented?: Invented };
  readonly training?: Training;
}

/** `low` and `high` are the extremes over the whole sequence. */
export interface SceneCurve { readonly name: string; readonly perStep: number; readonly low: number; readonly high: number }

/** Greatest |ours - theirs| of what the last level gives, and at which step; `rounded`: they round to 8 bits as they run. */
export interface Parity { readonly runtime: string; readonly max: number; readonly step: number; readonly bound: number; readonly rounded?: boolean }

/** A window of a curve: column k covers steps from + k*(to - from)/columns up to the next. */
export interface CurveWindow { readonly min: Float32Array; readonly max: Float32Array }

export interface Note { readonly severity: 'info' | 'warning' | 'error'; readonly text: string; readonly actions?: readonly Action[] }

/** A link under a message; `id` goes back with `act()`. */
export interface Action { readonly id: string; readonly label: string }

/** Names one of the runs that a recorder holds: the one that the scene shows, or one beside it, changed or of another cell. */
export type RunId = string;
export const MAIN: RunId = 'main';

/**
 * Less than all units of a window, since a screen shows less: some units, what an open row says of all of them (mean, quartiles, least and
 * greatest), or lines that `pool` units share in an order.
 */
export type Part = { readonly first: number; readonly end: number } | 'bands' | { readonly order: UnitOrder; readonly pool: number };

export interface TileRequest {
  readonly revision: number;
  /** `main` where absent. */
  readonly run?: RunId;
  readonly level: number;
  readonly direction: number;
  readonly signal: string;
  /** Steps [from, to). */
  readonly from: number;
  readonly to: number;
  /** At most so many columns come back; steps are pooled where there are more. */
  readonly columns: number;
  /** All units where absent. */
  readonly part?: Part;
  /** Least and greatest of pooled steps, too; lines and bands have none. */
  readonly extremes?: boolean;
}

/** A window of a signal at a resolution. Column k covers steps from + k*bucket up to from + (k+1)*bucket. */
export interface Tile {
  readonly revision: number;
  readonly run?: RunId;
  readonly level: number;
  readonly direction: number;
  readonly signal: string;
  readonly from: number;
  readonly to: number;
  readonly bucket: number;
  readonly columns: number;
  readonly part?: Part;
  /** Numbers a column: all units, or as many as the part has. */
  readonly units: number;
  /** [columns, units] */
  readonly mean: Float32Array;
  /** [columns, units]; absent where nobody asked, and where bucket is 1 (they equal the mean). */
  readonly min?: Float32Array;
  readonly max?: Float32Array;
  /** Only these came, and the mean is what they stand for. */
  readonly shades?: Shades;
}

/** How units are put in order. */
export type UnitOrder = 'index' | 'coactivation' | 'halfLife' | 'saturation' | 'activity';

/** A sentence that is told in the person's language: English, with places {0}, {1} …, and what goes there. */
export interface Said { readonly text: string; readonly values: readonly (string | number | Said)[] }

/** What is known of one unit over the whole sequence. */
export interface UnitCard {
  readonly unit: number;
  /** One sentence on what it does, made from the numbers below: `Its cell state falls inside quotes.` */
  readonly sentence: Said;
  /** Absent for cells without a keep gate (a vanilla RNN). Steps. */
  readonly halfLife?: {
    readonly steps: number;
    readonly all: readonly number[];
    /** 1 = longest. */
    readonly rank: number;
    /** Runs of keep ≥ 0.5: median and longest, in steps. */
    readonly runMedian: number;
    readonly runLongest: number;
    /** The signal it comes from: `f`, `z`. */
    readonly signal: string;
  };
  readonly saturation: readonly { readonly signal: string; readonly closed: number; readonly open: number }[];
  /** Pearson r of the memory (c, or h) with a track; p by circular shifts, absent where not tested. */
  readonly follows: readonly { readonly track: string; readonly r: number; readonly p?: number }[];
  /** How follows was tested: `p < 0.01, 400 circular shifts`. */
  readonly test: Said;
  /** Places where |c| (or |h|) is largest: the steps shown and the value at each. */
  readonly contexts: readonly { readonly from: number; readonly peak: number; readonly values: readonly number[]; readonly labels: readonly string[] }[];
  /** Scale of the contexts' colour. */
  readonly contextScale: number;
  readonly contextSignal: string;
  readonly movesWith: readonly { readonly unit: number; readonly r: number }[];
}

/** What is selected, shared by all views, the side panel and the editor. */
export interface Selection {
  readonly level: number;
  readonly direction: number;
  readonly unit: number;
  readonly step: number;
  readonly signal: string;
}

/** Steps [from, to). */
export interface Range { readonly from: number; readonly to: number }

/** The part of the panel that outlives it: reload, hidden tab, another run of the same layer. */
export interface ViewState {
  readonly selection: Selection;
  /** Window of steps; may be fractional while zooming. */
  readonly from: number;
  readonly to: number;
  readonly open: readonly string[];
  readonly order: UnitOrder;
  /** Steps that were selected. */
  readonly range?: Range | undefined;
  /** The view that is shown. */
  readonly view?: string;
  /** What each view keeps for itself, by its id; checked by the view when it reads it. */
  readonly own?: Readonly<Record<string, unknown>>;
}

/** A share where `total` is 1; steps otherwise. */
export interface Progress { readonly done: number; readonly total: number; readonly what: string | Said }

/** One editable line of a binding, as the panel's dialog shows it. */
export interface BindingField {
  readonly id: 'checkpoint' | 'prefix' | 'input' | 'vocabulary' | 'encoder' | 'decoder' | 'labels' | 'seed' | 'units' | 'inputSize' | 'sequence' | 'split' | 'batchAxis' | `assume:${string}`;
  readonly label: string;
  readonly value: string;
  /** Where it came from: `chosen by shape and name`, `saved`, `chosen by you`. */
  readonly why: string;
}

/** Numbers of the scene, by window. */
export interface NumbersApi {
  tiles(requests: readonly TileRequest[]): Promise<readonly Tile[]>;
  /** Axis labels of steps [from, to); empty where the input has none. */
  labels(from: number, to: number): Promise<readonly string[]>;
  /** A label track over the whole sequence, one number a step. */
  track(name: string): Promise<Float32Array>;
  /** −log2 p(character t | before), bits; NaN where unknown. One a step. */
  surprise(): Promise<Float32Array>;
  /** Least and greatest of a curve in each of `columns` equal parts of steps [from, to), which may be fractional. */
  curve(name: string, from: number, to: number, columns: number): Promise<CurveWindow>;
  order(level: number, direction: number, by: UnitOrder, run?: RunId): Promise<Int32Array>;
  card(level: number, direction: number, unit: number, run?: RunId): Promise<UnitCard>;
  /** A study's answer; a newer question to the same study about the same run ends an older one, which rejects. */
  ask<K extends keyof Questions>(name: K, ask: Questions[K]['ask']): Promise<Questions[K]['answer']>;
}

/** The host's side. Every call may reject with an Error whose message can be shown. */
export interface HostApi extends NumbersApi {
  /** The webview can draw; whatever there is to show is sent again. */
  ready(): Promise<void>;
  /** Tells the side panel what is selected. */
  select(selection: Selection): void;
  /** Saves what should outlive the panel. */
  save(state: ViewState): void;
  /** A link or button: `cancel`, `reveal`, `pin`, `chooseInput`, `chooseWeights`, `binding`, `seed`, `reload`, `showTable` ... */
  act(id: string, value?: string): Promise<void>;
  binding(): Promise<readonly BindingField[]>;
  /** Cells of the person's own, in the workspace: `act('compareWith', id)` runs one beside what is shown. */
  cells(): Promise<readonly { readonly id: string; readonly name: string }[]>;
  /** Asks where, and writes a file; false where the person changed their mind. */
  saveAs(name: string, content: string, encoding: 'text' | 'base64'): Promise<boolean>;
}

/** The webview's side; nothing is answered. */
export interface WebviewApi {
  /** What to draw; `state` where this reference was looked at before. */
  scene(scene: Scene, state?: ViewState): void;
  progress(progress: Progress | undefined): void;
  /** What went wrong: expected, found, what to do. The last good view stays. */
  failed(problem: { readonly title: string; readonly lines: readonly string[]; readonly actions: readonly Action[] } | undefined): void;
  /** Selection made elsewhere (side panel, editor). */
  selected(selection: Partial<Selection>): void;
  pinned(pinned: boolean): void;
  /** A command of the palette that the panel carries out: `showTable`, `binding`. */
  command(id: string): void;
}

/** One end of a wire: posting plain data, and being told what came. */
export interface Port {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  listen(handler: (message: unknown) => void): void;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- only here: what every method of an interface has in common
type Methods = Record<string, (...args: any[]) => unknown>;

/** The other end's methods, every one answering with a promise. */
export type Remote<T> = { readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never };

interface Call { readonly id: number; readonly call: string; readonly args: readonly unknown[] }
interface Answer { readonly id: number; readonly ok?: unknown; readonly error?: string }

/**
 * Joins two ends: calls on the result run on the other end's `local`. Errors cross as their message.
 * Typed arrays whose buffers they own whole are transferred, not copied, when `transfer` is set.
 */
export function connect<T extends object>(port: Port, local: object, options: { readonly transfer?: boolean } = {}): Remote<T> {
  let last = 0;
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  port.listen(received => {
    const message = revive(received);
    if (isCall(message)) void answer(message);
    else if (isAnswer(message)) settle(message);
  });
  const post = (message: Call | Answer, moved?: readonly ArrayBuffer[]): void => port.post(wireable(message), moved);
  async function answer({ id, call, args }: Call): Promise<void> {
    try {
      const methods = local as Methods;
      if (!Object.hasOwn(methods, call) || typeof methods[call] !== 'function') throw new Error(`No such call: ${call}`);
      const ok = await methods[call](...args);
      post({ id, ok: ok ?? null }, options.transfer ? buffers(ok) : undefined);
    } catch (error) {
      post({ id, error: error instanceof Error ? error.message : String(error) });
    }
  }
  function settle({ id, ok, error }: Answer): void {
    const pending = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) pending?.resolve(ok);
    else pending?.reject(new Error(error));
  }
  return new Proxy({} as Remote<T>, {
    get: (_, call) => typeof call === 'symbol' || call === 'then' ? undefined : (...args: unknown[]) => new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      post({ id, call, args });
    }),
  });
}

function isCall(m: unknown): m is Call {
  return typeof m === 'object' && m !== null && 'call' in m && 'id' in m;
}
function isAnswer(m: unknown): m is Answer {
  return typeof m === 'object' && m !== null && 'id' in m && ('ok' in m || 'error' in m);
}
/** Buffers of the typed arrays one level deep in an answer, when the array spans its buffer. */
function buffers(value: unknown): ArrayBuffer[] {
  const found = ArrayBuffer.isView(value) ? [value] : typeof value === 'object' && value !== null ? Object.values(value).filter(v => ArrayBuffer.isView(v)) : [];
  return [...new Set(found.filter(v => v.byteLength === v.buffer.byteLength && v.buffer instanceof ArrayBuffer).map(v => v.buffer as ArrayBuffer))];
}

/** Messages to and from a webview become JSON on their way, which has no NaN and no infinities: they travel as `{$number: 'NaN'}`. */
const strange: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity']);

function wireable(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $number: String(value) };
  return mapped(value, wireable);
}

function revive(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && '$number' in value && strange.has(String(value.$number))) return Number(value.$number);
  return mapped(value, revive);
}

/** Plain arrays and objects, member by member; typed arrays and texts as they are. */
function mapped(value: unknown, change: (member: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, change(member)]));
}
