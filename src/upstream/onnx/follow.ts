/** Where a value comes from, by the graph alone. */
import { isRecurrent } from '../../formats/onnx/chain';
import type { Node } from '../../formats/onnx/model';
import { lookup, scopeOf, type Scope } from '../../formats/onnx/scope';

/** One of the model's inputs, or an output (by its place) of a recurrent node. */
export type Origin = { readonly kind: 'input'; readonly name: string } | { readonly kind: 'recurrent'; readonly node: Node; readonly output: number };

const MOST_NODES = 100_000;
/** Operators that hand on what they get, moved or in part, and which of their inputs that is. */
const moving: ReadonlyMap<string, (inputs: readonly string[]) => readonly string[]> = new Map([
  ...['Identity', 'Gather', 'Slice', 'Split', 'Squeeze', 'Unsqueeze', 'Reshape', 'Flatten', 'Transpose', 'Cast', 'Expand']
    .map(op => [op, (inputs: readonly string[]) => inputs.slice(0, 1)] as const),
  ['Concat', inputs => inputs],
  ['Where', inputs => inputs.slice(1)],
]);

/** What a value is made of, where it is only moved, in part or put together on the way. */
export function movedFrom(name: string, scope: Scope): readonly Origin[] {
  const found: Origin[] = [];
  visit(name, scope, ({ node, output, scope: at }, go) => {
    if (isRecurrent(node)) found.push({ kind: 'recurrent', node, output });
    else if (node.op === 'If') branches(node, at).forEach(b => go(b.graph.outputs[output] ?? '', b));
    else moving.get(node.op)?.(node.inputs).forEach(input => go(input, at));
  }, input => found.push({ kind: 'input', name: input }));
  return found;
}

/** All of the model's inputs that a value depends on. */
export function inputsBehind(name: string, scope: Scope): ReadonlySet<string> {
  const found = new Set<string>();
  visit(name, scope, ({ node, scope: at }, go) => {
    node.inputs.forEach(input => go(input, at));
    branches(node, at).forEach(b => b.graph.outputs.forEach(output => go(output, b)));
  }, input => found.add(input));
  return found;
}

/** Told apart by where their node lies: nodes may lack names, or share them. */
const branches = (node: Node, scope: Scope): Scope[] =>
  [...node.attributes.values()].flatMap(a => (a.graph ? [scopeOf(a.graph, `${scope.path}/${node.from}.${a.name}`, scope)] : []));

interface At { readonly node: Node; readonly output: number; readonly scope: Scope }

/** Every node on the way back, once. */
function visit(name: string, scope: Scope, onNode: (at: At, go: (name: string, scope: Scope) => void) => void, onInput: (name: string) => void): void {
  const seen = new Map<string, Set<string>>();
  const open: [string, Scope][] = [[name, scope]];
  for (let budget = MOST_NODES; open.length > 0 && budget > 0; budget--) {
    const [at, from] = open.pop()!;
    const names = seen.get(from.path) ?? new Set();
    seen.set(from.path, names.add(at));
    const meaning = lookup(at, from);
    const go = (next: string, inner: Scope): void => { if (next !== '' && !seen.get(inner.path)?.has(next)) open.push([next, inner]); };
    if (meaning.kind === 'node') onNode({ node: meaning.node, output: meaning.node.outputs.indexOf(at), scope: meaning.scope }, go);
    else if (meaning.kind === 'input' && !meaning.scope.parent) onInput(at);
  }
}
