/** Names in an ONNX graph: what a name stands for, seen from a graph nested in others. */
import type { Graph, Node, TensorInfo } from './model';

/** A graph, where it stands, and the graph around it, whose names it sees. */
export interface Scope {
  readonly graph: Graph;
  /** `If_0.then_branch`, '' at the top. */
  readonly path: string;
  readonly parent?: Scope;
  readonly producers: ReadonlyMap<string, Node>;
  readonly inputs: ReadonlySet<string>;
}

/** What a name stands for, and the scope that says so. */
export type Meaning =
  | { readonly kind: 'tensor'; readonly tensor: TensorInfo; readonly scope: Scope }
  | { readonly kind: 'node'; readonly node: Node; readonly scope: Scope }
  | { readonly kind: 'input'; readonly scope: Scope }
  | { readonly kind: 'nothing' };

/** The scope of a graph; `path` says where it is nested. */
export function scopeOf(graph: Graph, path = '', parent?: Scope): Scope {
  const producers = new Map(graph.nodes.flatMap(node => node.outputs.map(output => [output, node] as const)));
  return { graph, path, producers, inputs: new Set(graph.inputs), ...(parent ? { parent } : {}) };
}

/** Looks a name up, from the innermost graph outwards. (Old models list initializers as inputs too: the initializer wins.) */
export function lookup(name: string, from: Scope): Meaning {
  for (let scope: Scope | undefined = from; scope; scope = scope.parent) {
    const tensor = scope.graph.initializers.get(name);
    if (tensor) return { kind: 'tensor', tensor, scope };
    const node = scope.producers.get(name);
    if (node) return { kind: 'node', node, scope };
    if (scope.inputs.has(name)) return { kind: 'input', scope };
  }
  return { kind: 'nothing' };
}

/** `LSTM_57`: a node's own name, or its operator and place. */
export const labelOf = (node: Node, index: number): string => node.name || `${node.op}_${index}`;

/** The scope and all that are nested in it, in file order. */
export function* scopesWithin(scope: Scope): Generator<Scope> {
  yield scope;
  for (const [index, node] of scope.graph.nodes.entries()) {
    for (const { name, graph } of node.attributes.values()) {
      if (graph) yield* scopesWithin(scopeOf(graph, [scope.path, labelOf(node, index), name].filter(s => s !== '').join('.'), scope));
    }
  }
}
