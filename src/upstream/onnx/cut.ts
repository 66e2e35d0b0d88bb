/** A flat graph made ready: what to ask of it so that all that its recurrent nodes read and write is seen. */
import { identity, outputOf, type Draft, type DraftGraph, type DraftNode } from './draft';
import { definedIn, freeNames, sliced } from './names';
import type { Names } from './inline';

/** An If that is gone: its condition's name, and which branch stands in its place. */
export interface Taken { readonly condition: string; readonly then: boolean }

/** What a recurrent node reads and writes, as the standard numbers its inputs and outputs. */
export const PORTS = { x: 0, lengths: 4, h: 5, c: 6 } as const;
export const RESULTS = { y: 0, lastH: 1, lastC: 2 } as const;
export type Port = keyof typeof PORTS | keyof typeof RESULTS;

/** Where a value of the flat graph is found after a run: by the name asked for, or among what was fed. */
export interface Cut {
  readonly model: Draft;
  readonly taken: readonly Taken[];
  /** Recurrent nodes and loops around them, in the order they run. */
  readonly stops: readonly Stop[];
  /** Names to feed, and to ask for. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The name to ask for, by the name meant; absent for what is fed. */
  readonly asked: ReadonlyMap<string, string>;
  /** The graph that was cut, whole. */
  readonly graph: DraftGraph;
}

export type Stop =
  | { readonly kind: 'node'; readonly origin: number; readonly ports: Readonly<Partial<Record<Port, string>>> }
  | { readonly kind: 'loop'; readonly node: DraftNode; readonly captured: readonly string[] };

/** True where a node is, or holds, one that `wanted` accepts. */
export function holds(node: DraftNode, wanted: (node: DraftNode) => boolean): boolean {
  return wanted(node) || node.bodies.some(b => b.graph.nodes.some(inner => holds(inner, wanted)));
}

export const isLoop = ({ op, domain }: DraftNode): boolean => domain === '' && (op === 'Loop' || op === 'Scan');

/** Cuts a graph in which no If stands around a target any more; `results` are to be asked for as well. */
export function cutOf(draft: Draft, targets: ReadonlySet<number>, taken: readonly Taken[], results: readonly string[], names: Names): Cut {
  const isTarget = (node: DraftNode): boolean => targets.has(node.origin);
  const nodes = draft.graph.nodes.map(node => (isTarget(node) ? withResults(node, names) : node));
  const stops = nodes.filter(node => holds(node, isTarget)).map(node => stopOf(node, isTarget(node)));
  const meant = [...results, ...taken.map(t => t.condition), ...stops.flatMap(namesAt)];
  const { graph, asked } = exposed({ ...draft.graph, nodes }, new Set(meant), names);
  const outputs = [...new Set(asked.values())];
  const small = sliced(graph, outputs.map(outputOf));
  const given = new Set(small.initializers.map(i => i.name));
  return { model: { ...draft, graph: small }, taken, stops, inputs: small.inputs.map(i => i.name).filter(name => !given.has(name)), outputs, asked, graph };
}

/** All outputs of a recurrent node get names, also those that nobody reads. */
function withResults(node: DraftNode, names: Names): DraftNode {
  const { raw: _, ...changed } = node;
  return { ...changed, outputs: Array.from({ length: node.op.endsWith('LSTM') ? 3 : 2 }, (_, k) => node.outputs[k] || names.fresh(`${node.op}.${k}`)) };
}

function stopOf(node: DraftNode, target: boolean): Stop {
  if (!target) return { kind: 'loop', node, captured: [...new Set(node.bodies.flatMap(b => [...freeNames(b.graph)]))] };
  const named = (ports: Readonly<Record<string, number>>, list: readonly string[]): (readonly [string, string])[] =>
    Object.entries(ports).map(([port, k]) => [port, list[k] ?? ''] as const).filter(([, name]) => name !== '');
  return { kind: 'node', origin: node.origin, ports: Object.fromEntries([...named(PORTS, node.inputs), ...named(RESULTS, node.outputs)]) };
}

const namesAt = (stop: Stop): readonly string[] =>
  (stop.kind === 'node' ? Object.values(stop.ports) : [...stop.node.inputs, ...stop.captured]).filter(name => name !== '');

/** Gives what is asked for an output: a tensor of the file through an Identity; what is fed needs none. */
function exposed(graph: DraftGraph, meant: ReadonlySet<string>, names: Names): { graph: DraftGraph; asked: ReadonlyMap<string, string> } {
  const held = new Set(graph.initializers.map(i => i.name));
  const fed = new Set(graph.inputs.map(i => i.name));
  const known = definedIn(graph);
  const computed = [...meant].filter(name => known.has(name) && (held.has(name) || !fed.has(name)));
  const asked = new Map(computed.map(name => [name, held.has(name) ? names.fresh(`${name}.out`) : name]));
  const handed = [...asked].filter(([from, to]) => from !== to).map(([from, to]) => identity(from, to));
  return { graph: { ...graph, nodes: [...graph.nodes, ...handed] }, asked };
}
