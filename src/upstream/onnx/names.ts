/** Names in a draft: what a node reads, what a graph takes from outside, and how names are changed without being confused. */
import { renamedTensor, renamedType, type DraftGraph, type DraftNode } from './draft';

/** Names that a node reads, those that its bodies take from outside too. */
export const readsOf = (node: DraftNode): readonly string[] =>
  (node.bodies.length === 0 ? node.inputs : [...node.inputs, ...node.bodies.flatMap(b => [...freeNames(b.graph)])]).filter(name => name !== '');

const free = new WeakMap<DraftGraph, ReadonlySet<string>>();

/** Names that a graph takes from the graphs around it. */
export function freeNames(graph: DraftGraph): ReadonlySet<string> {
  const before = free.get(graph);
  if (before) return before;
  const own = definedIn(graph);
  const found = new Set([...graph.nodes.flatMap(readsOf), ...graph.outputs.map(o => o.name)].filter(name => name !== '' && !own.has(name)));
  free.set(graph, found);
  return found;
}

/** Names that a graph itself gives: inputs, tensors, and what its nodes compute. */
export function definedIn({ inputs, initializers, nodes }: DraftGraph): ReadonlySet<string> {
  return new Set([...inputs.map(i => i.name), ...initializers.map(i => i.name), ...nodes.flatMap(n => n.outputs)].filter(name => name !== ''));
}

/** How often each name is given in a graph and all within it. */
export function definitions(graph: DraftGraph, count = new Map<string, number>()): ReadonlyMap<string, number> {
  for (const name of definedIn(graph)) count.set(name, (count.get(name) ?? 0) + 1);
  for (const node of graph.nodes) for (const { graph: inner } of node.bodies) definitions(inner, count);
  return count;
}

export type Renaming = ReadonlyMap<string, string>;

/** The node with other names; a body's own names stay where they hide those outside. */
export function renamedNode(node: DraftNode, names: Renaming): DraftNode {
  if (names.size === 0 || ![...readsOf(node), ...node.outputs].some(name => names.has(name))) return node;
  const { origin, op, domain, inputs, outputs, bodies, rest } = node;
  const to = (name: string): string => names.get(name) ?? name;
  return { origin, op, domain, rest, inputs: inputs.map(to), outputs: outputs.map(to), bodies: bodies.map(b => ({ ...b, graph: renamedOutside(b.graph, names) })) };
}

function renamedOutside(graph: DraftGraph, names: Renaming): DraftGraph {
  const own = definedIn(graph);
  return renamedGraph(graph, new Map([...names].filter(([from]) => !own.has(from))));
}

/** The graph with other names, its own among them. */
export function renamedGraph(graph: DraftGraph, names: Renaming): DraftGraph {
  const to = (name: string): string => names.get(name) ?? name;
  return {
    ...graph,
    nodes: graph.nodes.map(node => renamedNode(node, names)),
    initializers: graph.initializers.map(t => (names.has(t.name) ? renamedTensor(t, to(t.name)) : t)),
    inputs: graph.inputs.map(t => (names.has(t.name) ? renamedType(t, to(t.name)) : t)),
    outputs: graph.outputs.map(t => (names.has(t.name) ? renamedType(t, to(t.name)) : t)),
  };
}

/** What of a graph is needed to compute `outputs`, which become its outputs. Nodes must be in order, as ONNX demands. */
export function sliced(graph: DraftGraph, outputs: DraftGraph['outputs']): DraftGraph {
  const needed = new Set(outputs.map(o => o.name));
  const nodes: DraftNode[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some(name => needed.has(name))) continue;
    nodes.push(node);
    for (const name of readsOf(node)) needed.add(name);
  }
  const wanted = <T extends { readonly name: string }>(all: readonly T[]): T[] => all.filter(each => needed.has(each.name));
  return { ...graph, nodes: nodes.reverse(), initializers: wanted(graph.initializers), inputs: wanted(graph.inputs), outputs };
}
