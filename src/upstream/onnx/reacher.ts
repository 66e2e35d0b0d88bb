/**
 * Runs a graph so that recurrent nodes deep in it are seen at work. Branches that are taken are put in the place of their If, one after
 * another, by running the graph up to the conditions; a cut is kept with the branches it was made for, and made anew when others are taken.
 */
import { Cancelled } from '../../core/pace';
import { FormatError } from '../../formats/format';
import { isRecurrent } from '../../formats/onnx/chain';
import { FORMAT } from '../../formats/onnx/model';
import { printable } from '../../formats/parts/checked';
import type { Loaded, Runtime, Value, Values } from '../upstream';
import { cutOf, holds, isLoop, type Cut, type Port, type Stop, type Taken } from './cut';
import { encodeDraft, type Draft, type DraftGraph, type DraftNode } from './draft';
import { inlined, namesOf, type Names } from './inline';
import { loopOf, type Loop } from './loops';
import { definitions } from './names';
import { scalarOf } from './values';

/** One execution of one recurrent node: what it read and wrote. */
export interface Moment {
  /** Byte offset of the node in its file. */
  readonly origin: number;
  readonly values: Readonly<Partial<Record<Port, Value>>>;
}

export interface Executed {
  /** What was asked for, by name. */
  readonly results: Values;
  readonly moments: readonly Moment[];
  /** Recurrent nodes that stand where the execution came by, targets or not. */
  readonly passed: ReadonlySet<number>;
}

/** What a run of a graph is made with. */
export interface Workshop {
  readonly runtime: Runtime;
  /** External data by name. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Looked at before anything long. @throws Cancelled */
  readonly stop: () => void;
}

const MOST_ROUNDS = 64;
/** Cuts that are kept: each holds a session. */
const MOST_READY = 8;

interface Ready { readonly cut: Cut; readonly loaded: Loaded; readonly loops: ReadonlyMap<Stop, Loop>; readonly passed: ReadonlySet<number> }

export const isRecurrentNode = ({ op, domain }: DraftNode): boolean => isRecurrent({ op, domain });

export class Reacher {
  /** The latest first. */
  private ready: Ready[] = [];
  private readonly names: Names;

  /** `targets` are byte offsets of nodes; `results` names of the graph. */
  constructor(
    private readonly shop: Workshop, private readonly draft: Draft,
    private readonly targets: ReadonlySet<number>, private readonly results: readonly string[],
  ) {
    this.names = namesOf(definitions(draft.graph));
  }

  /** @throws FormatError in the runtime's words where the graph cannot be run */
  async run(feeds: Values): Promise<Executed> {
    this.shop.stop();
    for (const ready of this.ready) {
      // Under other branches than it was made for, a graph may not run at all: then it is cut again, and says so itself if that was not why.
      const done = await this.execute(ready, feeds).catch(passOver);
      if (!done) continue;
      this.ready = [ready, ...this.ready.filter(r => r !== ready)];
      return done;
    }
    const made = await this.discover(feeds);
    this.ready.unshift(made);
    this.ready.splice(MOST_READY).forEach(end);
    const done = await said(this.execute(made, feeds));
    if (!done) throw new FormatError(FORMAT, 'the model takes other branches each time it runs on the same input, and so cannot be followed');
    return done;
  }

  dispose(): void {
    this.ready.forEach(end);
    this.ready = [];
  }

  /** Follows the branches that are taken, and loads the graph without them. */
  private async discover(feeds: Values): Promise<Ready> {
    const taken: Taken[] = [];
    let graph = this.draft.graph;
    let before: Loaded | undefined;
    try {
      for (let round = 0; ; round++) {
        const ifs = graph.nodes.filter(node => node.op === 'If' && node.domain === '' && holds(node, isRecurrentNode));
        if (ifs.length === 0) break;
        if (round >= MOST_ROUNDS) throw new FormatError(FORMAT, `the layer lies behind more than ${MOST_ROUNDS} conditions`);
        const { values, loaded } = await this.conditions(graph, ifs.map(n => n.inputs[0] ?? ''), feeds, before);
        before = loaded;
        ifs.forEach((node, k) => {
          const then = scalarOf(values[k]!) !== 0;
          taken.push({ condition: node.inputs[0] ?? '', then });
          graph = inlined(graph, node, then, this.names);
        });
      }
      return await this.prepare({ ...this.draft, graph }, taken);
    } finally {
      before?.dispose();
    }
  }

  /** The session before is ended only when the next stands, so that the runtime is not ended with it. */
  private async conditions(
    graph: DraftGraph, names: readonly string[], feeds: Values, before: Loaded | undefined,
  ): Promise<{ values: readonly Value[]; loaded: Loaded }> {
    const cut = cutOf({ ...this.draft, graph }, new Set(), [], names, this.names);
    const loaded = await this.load(cut);
    before?.dispose();
    const found = await said(run(loaded, cut, feeds)).catch((error: unknown) => { loaded.dispose(); throw error; });
    return { values: names.map(name => found(name)).map((value, k) => value ?? missing(names[k]!)), loaded };
  }

  private async prepare(flat: Draft, taken: readonly Taken[]): Promise<Ready> {
    const cut = cutOf(flat, this.targets, taken, this.results, this.names);
    const loops = new Map(cut.stops.filter(stop => stop.kind === 'loop').map(stop => [stop, loopOf(stop.node, cut, this.shop, this.targets)] as const));
    const passed = new Set(flat.graph.nodes.filter(n => isRecurrentNode(n) || isLoop(n)).flatMap(recurrentIn));
    return { cut, loaded: await this.load(cut), loops, passed };
  }

  private load(cut: Cut): Promise<Loaded> {
    this.shop.stop();
    return said(this.shop.runtime.load(encodeDraft(cut.model), this.shop.files));
  }

  /** Undefined where other branches are taken than the cut was made for. */
  private async execute({ cut, loaded, loops, passed }: Ready, feeds: Values): Promise<Executed | undefined> {
    const found = await run(loaded, cut, feeds);
    if (cut.taken.some(({ condition, then }) => (scalarOf(found(condition) ?? missing(condition)) !== 0) !== then)) return undefined;
    const moments: Moment[] = [];
    for (const stop of cut.stops) {
      if (stop.kind === 'loop') moments.push(...await loops.get(stop)!.run(found));
      else moments.push({ origin: stop.origin, values: valuesOf(Object.entries(stop.ports), found) });
    }
    return { moments, passed, results: valuesOf(this.results.map(name => [name, name]), found) };
  }
}

const valuesOf = (named: readonly (readonly [string, string])[], found: Find): Values => Object.fromEntries(named.flatMap(([as, name]) => {
  const value = found(name);
  return value ? [[as, value]] : [];
}));

function end({ loaded, loops }: Ready): void {
  loaded.dispose();
  for (const loop of loops.values()) loop.dispose();
}

/** What the runtime says of a graph that may be cut for other branches is passed over. */
function passOver(error: unknown): undefined {
  if (error instanceof FormatError || isStop(error)) throw error;
  return undefined;
}

/** Finds a value by its name in the graph. */
export type Find = (name: string) => Value | undefined;

async function run(loaded: Loaded, { inputs, outputs, asked }: Cut, feeds: Values): Promise<Find> {
  const fed = new Map(Object.entries(feeds));
  const given = inputs.map(name => [name, fed.get(name) ?? missing(name)] as const);
  const found = outputs.length > 0 ? new Map(Object.entries(await loaded.run(Object.fromEntries(given), outputs))) : new Map<string, Value>();
  return name => { const ask = asked.get(name); return ask === undefined ? fed.get(name) : found.get(ask); };
}

function missing(name: string): never {
  throw new FormatError(FORMAT, `the model reads "${printable(name)}", which is not known. Give it as a value`);
}

const recurrentIn = (node: DraftNode): number[] =>
  [...(isRecurrentNode(node) ? [node.origin] : []), ...node.bodies.flatMap(b => b.graph.nodes.flatMap(recurrentIn))];

/** What a runtime throws, as the reader's own error. */
function said<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if (error instanceof FormatError || isStop(error)) throw error;
    throw new FormatError(FORMAT, `the model cannot be run: ${wordsOf(error)}`);
  });
}

const MOST_WORDS = 400;

/** The runtime's message without its codes, on one line; it ends with what matters. */
function wordsOf(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).replace(/^.*?ERROR_MESSAGE: /s, '');
  return text.replace(/\u001b\[[\d;]*m/g, '').replace(/\p{C}+/gu, ' ').slice(0, MOST_WORDS);
}

/** True for what is thrown because someone asked to stop. */
const isStop = (error: unknown): boolean => error instanceof Cancelled;
