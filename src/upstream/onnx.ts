/** ONNX graphs: what stands before a recurrent node runs in a runtime, in branches and loops too, piece by piece where the model streams. */
import type { Bytes, Checkpoint, StackRef } from '../formats/format';
import { named, type Found } from '../formats/onnx';
import { batchFirst } from '../formats/onnx/chain';
import { readModel, type Model } from '../formats/onnx/model';
import { isQuantised } from '../formats/onnx/quantised';
import { scopeOf, scopesWithin } from '../formats/onnx/scope';
import { familyOf } from './onnx/families';
import { rolesOf } from './onnx/roles';
import { runRecording, type Plan } from './onnx/recording';
import { signatureOf } from './onnx/signature';
import type { Provider, Runtimes, Upstream } from './upstream';

export const onnx: Provider = { id: 'onnx', upstreamOf };

async function upstreamOf(bytes: Bytes, { format }: Checkpoint, stack: StackRef, runtimes: Runtimes): Promise<Upstream | undefined> {
  if (format !== 'onnx') return undefined;
  const model = await readModel(bytes);
  const all = named([...scopesWithin(scopeOf(model.graph))]);
  const levels = stack.levels.map(level => all.find(f => f.name === level.name)).filter(f => f !== undefined);
  const first = levels[0];
  if (!first || levels.length < stack.levels.length || readsInput(first, model)) return undefined;
  const signature = await signatureOf(bytes);
  const { inputs, states } = rolesOf(model.graph, signature, first.node.inputs[0] ?? '', first.scope);
  const family = familyOf(inputs.map(i => i.name));
  const roundedFrom = levels.findIndex(({ node }) => isQuantised(node));
  const plan: Plan = {
    inputs, states, family, stack: stack.name,
    outputs: signature.outputs.map(o => o.name),
    places: levels.map(({ node, name }, k) => ({ origin: node.from, name, batchFirst: batchFirst(node), directions: stack.levels[k]!.directions })),
    names: new Map(all.map(f => [f.node.from, f.name])),
    external: externalOf(model),
    ...(roundedFrom >= 0 ? { roundedFrom } : {}),
  };
  return { inputs, runsGraph: true, run: (given, options = {}) => runRecording(bytes, plan, given, runtimes, options) };
}

/** True where the node's input is the model's own, as it is given. */
function readsInput({ node, scope }: Found, { graph }: Model): boolean {
  const name = node.inputs[0] ?? '';
  return !scope.parent && graph.inputs.includes(name) && !graph.initializers.has(name);
}

/** Names of the files that tensors lie in. */
function externalOf({ graph }: Model): readonly string[] {
  const found = new Set<string>();
  for (const scope of scopesWithin(scopeOf(graph))) {
    const tensors = [...scope.graph.initializers.values(), ...scope.graph.nodes.flatMap(n => [...n.attributes.values()].flatMap(a => a.tensor ?? []))];
    for (const { external } of tensors) if (external) found.add(external.get('location') ?? '');
  }
  return [...found];
}

