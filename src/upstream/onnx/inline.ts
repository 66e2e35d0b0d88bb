/** Puts the branch that an If takes in the If's place. */
import { identity, type DraftGraph, type DraftNode } from './draft';
import { definedIn, renamedGraph } from './names';

/** Gives names that no other part of the model has. */
export interface Names {
  /** True where another graph of the model gives the same name: it must be changed when the graphs become one. */
  shared(name: string): boolean;
  fresh(name: string): string;
}

/** Names of a model: `count` says how often each is given in it. */
export function namesOf(count: ReadonlyMap<string, number>): Names {
  const made = new Set<string>();
  return {
    shared: name => (count.get(name) ?? 0) > 1 || made.has(name),
    fresh: name => {
      let free = name;
      for (let k = 2; count.has(free) || made.has(free); k++) free = `${name}~${k}`;
      made.add(free);
      return free;
    },
  };
}

/** The graph with the node's branch in its place. */
export function inlined(graph: DraftGraph, node: DraftNode, taken: boolean, names: Names): DraftGraph {
  const body = node.bodies.find(b => b.attribute === (taken ? 'then_branch' : 'else_branch'));
  if (!body) return graph;
  const changed = new Map([...definedIn(body.graph)].filter(name => names.shared(name)).map(name => [name, names.fresh(name)] as const));
  const branch = changed.size > 0 ? renamedGraph(body.graph, changed) : body.graph;
  const handed = node.outputs.flatMap((to, k) => (to === '' || !branch.outputs[k] ? [] : [identity(branch.outputs[k].name, to)]));
  const at = graph.nodes.indexOf(node);
  return {
    ...graph,
    nodes: [...graph.nodes.slice(0, at), ...branch.nodes, ...handed, ...graph.nodes.slice(at + 1)],
    initializers: [...graph.initializers, ...branch.initializers],
  };
}
