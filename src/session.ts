/** What one panel looks at: opens a subject on a recorder, makes the scene, and answers for tiles and cards. Knows no vscode. */
import type { Cell } from './core/cells/cell';
import type { Network } from './core/layer';
import type { Sequence } from './core/sequence';
import { parse } from './core/equations';
import type { Doubt } from './formats/format';
import { hueOf } from './hues';
import { l10n, term } from './l10n';
import type { CurveWindow, Invented, Note, NumbersApi, Remote, RunId, Scene, SceneBeside, SceneLevel, SceneSequences, SceneSignal, TileRequest, Tile, Training, UnitCard, UnitOrder } from './protocol';
import type { Questions } from './questions/index';
import type { Recorded, RecorderApi } from './recorder';
import type { Decoder, Expected, Job, OtherSequence, Summary, SummaryLevel } from './studies/run';

/** Everything that is needed to draw, with the words that say where it came from. */
export interface Subject {
  readonly reference: string;
  readonly model: string;
  readonly weights: { readonly description: string; readonly invented?: Invented };
  /** Whose layer it is, as its code says, else its checkpoint: `keras`, `flax`. */
  readonly framework?: string;
  readonly notes: readonly Note[];
  readonly canReveal: boolean;
  /** What the checkpoint says of its training. */
  readonly training?: Training;
  /** The view to begin with. */
  readonly view?: string;
  /** Where there are several. */
  readonly sequences?: SceneSequences;
  /** What the checkpoint leaves open, as it is decided now. */
  readonly doubts?: readonly Doubt[];
  readonly content:
    | { readonly kind: 'run'; readonly network: Network; readonly sequence: Sequence; readonly inputSeed?: number; readonly parameters: readonly number[]; readonly decoder?: Decoder; readonly expected?: Expected; readonly seed: number; /** Bytes that may be held for timelines. */ readonly memory?: number | undefined; /** Record what each activation reads, too. */ readonly preactivations?: boolean; readonly others?: readonly OtherSequence[] }
    | { readonly kind: 'trace'; readonly recorded: Recorded; readonly description: string };
}

export class Session {
  private current: { readonly subject: Subject; readonly scene: Scene } | undefined;
  private revision = 0;

  constructor(private readonly recorder: Remote<RecorderApi>) {}

  get scene(): Scene | undefined { return this.current?.scene; }
  get subject(): Subject | undefined { return this.current?.subject; }

  /** Runs (or loads) the subject; the last scene stays until this one stands. @throws Error with a message for people */
  async open(subject: Subject): Promise<Scene> {
    const revision = ++this.revision;
    const { content } = subject;
    const summary = content.kind === 'run'
      ? await this.recorder.run(jobOf(subject, content, revision))
      : await this.recorder.load({ ...content.recorded, revision });
    const scene = sceneOf(subject, summary, revision);
    this.current = { subject, scene };
    return scene;
  }

  /**
   * Runs another subject beside the one that is shown, for as long as that one stands; one of the same id is replaced.
   * @throws Error with a message for people
   */
  async beside(id: RunId, subject: Subject): Promise<Scene> {
    const { current } = this;
    if (!current) throw new Error(l10n('Nothing is shown that this could stand beside.'));
    const { content } = subject;
    if (content.kind !== 'run') throw new Error(l10n('A recording holds signals but no weights: only checkpoints can stand beside what is shown.'));
    const summary = await this.recorder.beside(id, jobOf(subject, content, current.scene.revision));
    const now = this.current;
    if (now?.scene.revision !== current.scene.revision) throw new Error(l10n('Something else is shown by now.'));
    const others = (now.scene.beside ?? []).filter(b => b.run !== id);
    const scene = { ...now.scene, beside: [...others, besideOf(id, subject, content, summary)] };
    this.current = { ...now, scene };
    return scene;
  }

  cancel(): void { void this.recorder.cancel(); }

  tile(request: TileRequest): Promise<Tile> { return this.recorder.tile(request); }
  tiles(requests: readonly TileRequest[]): Promise<readonly Tile[]> { return this.recorder.tiles(requests); }
  track(name: string): Promise<Float32Array> { return this.recorder.track(name); }
  surprise(): Promise<Float32Array> { return this.recorder.surprise(); }
  curve(name: string, from: number, to: number, columns: number): Promise<CurveWindow> { return this.recorder.curve(name, from, to, columns); }
  order(level: number, direction: number, by: UnitOrder, run?: RunId): Promise<Int32Array> { return this.recorder.order(level, direction, by, run); }
  card(level: number, direction: number, unit: number, run?: RunId): Promise<UnitCard> { return this.recorder.card(level, direction, unit, run); }
  ask<K extends keyof Questions>(name: K, ask: Questions[K]['ask']): Promise<Questions[K]['answer']> { return this.recorder.ask(name, ask); }

  async labels(from: number, to: number): Promise<readonly string[]> {
    const content = this.current?.subject.content;
    const labels = content?.kind === 'run' ? content.sequence.labels : content?.recorded.labels;
    return labels?.slice(from, to) ?? [];
  }
}

/** What webviews ask for numbers by, of whatever session there is then. @throws Error where `session` does */
export const numbersOf = (session: () => Session): NumbersApi => ({
  tiles: async requests => session().tiles(requests),
  labels: async (from, to) => session().labels(from, to),
  track: async name => session().track(name),
  surprise: async () => session().surprise(),
  curve: async (name, from, to, columns) => session().curve(name, from, to, columns),
  order: async (level, direction, by, run) => session().order(level, direction, by, run),
  card: async (level, direction, unit, run) => session().card(level, direction, unit, run),
  ask: async (name, ask) => session().ask(name, ask),
});

type RunContent = Extract<Subject['content'], { kind: 'run' }>;

function jobOf({ weights }: Subject, { network, sequence, decoder, expected, seed, memory, preactivations, others }: RunContent, revision: number): Job {
  return { network, sequence, ...(decoder ? { decoder } : {}), ...(expected ? { expected } : {}), seed, memory, preactivations, others, invented: weights.invented !== undefined, revision };
}

function besideOf(run: RunId, { model, weights, training }: Subject, { parameters }: RunContent, { levels }: Summary): SceneBeside {
  return {
    run, name: model, weights, ...(training ? { training } : {}),
    levels: levels.map((level, k) => sceneLevel(level, parameters[k] ?? 0)),
    parameters: parameters.reduce((sum, n) => sum + n, 0),
  };
}

function sceneOf(subject: Subject, summary: Summary, revision: number): Scene {
  const { content } = subject;
  return {
    revision,
    reference: subject.reference,
    model: subject.model,
    steps: summary.steps,
    levels: summary.levels.map((level, k) => sceneLevel(level, content.kind === 'run' ? content.parameters[k] ?? 0 : 0)),
    input: inputOf(content),
    weights: subject.weights,
    ...(subject.framework === undefined ? {} : { framework: subject.framework }),
    tracks: summary.tracks,
    surprise: summary.surprise,
    curves: summary.curves,
    ...(summary.parity ? { parity: summary.parity } : {}),
    notes: [...subject.notes, ...projected(summary), ...notFinite(summary)],
    canReveal: subject.canReveal,
    ...(content.kind === 'run' ? { preactivations: content.preactivations ?? false } : {}),
    ...(subject.training ? { training: subject.training } : {}),
    ...(subject.view === undefined ? {} : { view: subject.view }),
    ...(subject.sequences ? { sequences: subject.sequences } : {}),
  };
}

function inputOf(content: Subject['content']): Scene['input'] {
  if (content.kind === 'trace') return { description: content.description, axis: content.recorded.axis, ...(content.recorded.rate ? { rate: content.recorded.rate } : {}) };
  const { description, axis, columns, invented, rate } = content.sequence;
  return {
    description, axis,
    ...(rate ? { rate } : {}),
    ...(columns ? { columns } : {}),
    ...(invented ? { invented: { words: invented, seed: content.inputSeed ?? 0 } } : {}),
  };
}

/** A level as it is drawn. */
export function sceneLevel(level: SummaryLevel, parameters: number): SceneLevel {
  const words = level.cell ? equationsOf(level.cell) : new Map<string, SignalWords>();
  return {
    name: level.name,
    cell: level.cell?.name ?? l10n('recorded'),
    variant: term(level.cell?.variant ?? ''),
    inputSize: level.inputSize,
    units: level.units,
    parameters,
    directions: level.directions.map(d => ({
      direction: d.direction,
      signals: d.signals.map((s): SceneSignal => {
        const known = words.get(s.name) ?? unnamed(s.name);
        return { name: s.name, label: term(known.label), equation: known.equation, kind: known.kind, hue: hueOf(s.name, known.kind), units: s.units, stats: s.stats };
      }),
    })),
  };
}

interface SignalWords { readonly label: string; readonly equation: string; readonly kind: SceneSignal['kind'] }

function equationsOf(cell: Cell): Map<string, SignalWords> {
  return new Map(parse(cell.equations).signals.map(s => [s.name, { label: s.label, equation: s.equation, kind: s.kind }]));
}

const usual: Readonly<Record<string, SignalWords>> = {
  x: { label: 'input', equation: '', kind: 'input' },
  h: { label: 'hidden state', equation: '', kind: 'state' },
  c: { label: 'cell state', equation: '', kind: 'state' },
};

function unnamed(name: string): SignalWords {
  const plain = name.replace(/\.pre$/, '');
  if (plain !== name) return { label: l10n('preactivation of {0}', plain), equation: '', kind: 'value' };
  return usual[name] ?? { label: name, equation: '', kind: 'value' };
}

/** Where h is a projection of the cell state, units of one number are not one unit. */
function projected({ levels }: Summary): Note[] {
  return levels.flatMap(({ name, directions }) => {
    const [c, h] = ['c', 'h'].map(signal => directions[0]?.signals.find(s => s.name === signal)?.units);
    return c === undefined || h === undefined || c === h ? [] : [{ severity: 'info' as const, text: l10n('{0}: the cell state c has {1} units; the hidden state h, its projection, has {2}. A unit of h is a mixture of all units of c: those of the same number stand beside one another, but do not belong together.', name, c, h) }];
  });
}

function notFinite(summary: Summary): Note[] {
  return summary.levels.flatMap(level => level.directions.flatMap(d => {
    const first = d.signals.flatMap(s => s.stats.notFinite ? [{ name: s.name, ...s.stats.notFinite }] : []).sort((a, b) => a.step - b.step)[0];
    if (!first) return [];
    const values = [d.direction === 'reverse' ? l10n('{0} (reverse)', level.name) : level.name, first.name, String(first.value), first.step, first.unit] as const;
    const text = first.name === 'x'
      ? l10n('{0}: {1} is {2} at step {3}, feature {4}. Everything computed from it is affected.', ...values)
      : l10n('{0}: {1} is {2} at step {3}, unit {4}. Everything computed from it is affected.', ...values);
    return [{ severity: 'error' as const, text }];
  }));
}
