/** Where code speaks of a layer or of what it gives: the variable that holds it, and the names that take its output and states. */
import type { SyntaxNode } from '@lezer/common';
import { slice } from './code/expression';
import { sidesOf, targetItems } from './python/flow';
import type { Found } from './framework';
import { traceTensor } from './lint/operations';
import { layerCalled, tracing } from './lint/trace';
import type { Mention } from './outline';
import type { Module } from './code/scopes';
import { fedTo, readsOf, takenNames, usesOf, type TakenName, type Use } from './uses';

/** All mentions of each layer that surely are of it. Spans count in the original text. */
export function mentionsOf(all: readonly Found[], module: Module): ReadonlyMap<Found, readonly Mention[]> {
  const found = new Map<Found, Mention[]>(all.map(f => [f, holderMention(f, module)]));
  const add = (layer: Found, ...more: readonly Mention[]): void => { found.get(layer)?.push(...more); };
  for (const [layer, uses] of usesOf(all, module)) for (const use of uses) add(layer, ...calleeMention(use, module), ...values(use, all, module));
  for (const { layer, node } of objects(all, module)) add(layer, mention(node, 'layer', module));
  return found;
}

const mention = (node: SyntaxNode, what: Mention['what'], module: Module, more: Partial<Mention> = {}): Mention =>
  ({ span: { from: module.original(node.from), to: module.original(node.to) }, name: slice(node, module.text), what, ...more });

/** The name on the left of the constructor. */
function holderMention({ candidate: { node, holder } }: Found, module: Module): Mention[] {
  let statement: SyntaxNode | null = node;
  for (let up = 0; up < 6 && statement && statement.name !== 'AssignStatement'; up++) statement = statement.parent;
  const sides = holder && statement?.name === 'AssignStatement' ? sidesOf(statement) : undefined;
  const target = sides && sides.value.from <= node.from && !targetItems(sides.target) ? sides.target[0] : undefined;
  return target && slice(target, module.text).endsWith(holder) ? [mention(target, 'layer', module)] : [];
}

/** `self.rnn` of `self.rnn(x)`; a constructor that is called at once is the layer itself. */
function calleeMention({ node }: Use, module: Module): Mention[] {
  const callee = node.firstChild;
  return callee && callee.name !== 'CallExpression' ? [mention(callee, 'layer', module)] : [];
}

/** `self.rnn` of `self.rnn.flatten_parameters()`. */
function objects(all: readonly Found[], module: Module): readonly { readonly layer: Found; readonly node: SyntaxNode }[] {
  const names = new Set(all.map(f => f.candidate.holder).filter(Boolean));
  const t = tracing(module, all);
  return module.calls.flatMap(site => {
    const callee = site.node.firstChild;
    const node = callee?.name === 'MemberExpression' ? callee.firstChild : null;
    const name = node?.name === 'VariableName' ? node : node?.name === 'MemberExpression' ? node.getChild('PropertyName') : null;
    if (!node || !name || !names.has(slice(name, module.text))) return [];
    const layer = layerCalled(module.expression(node), site.scope, t);
    return layer ? [{ layer, node }] : [];
  });
}

/** The names that take what the call gives, and the places that read them. */
function values(use: Use, all: readonly Found[], module: Module): Mention[] {
  const fed = fedTo(use);
  const input = fed && traceTensor(fed, use.scope, tracing(module, all));
  const more = { ...(input?.packed ? { packed: true } : {}), ...(input?.axes?.length === 2 && !use.layer.draft.isCell ? { unbatched: true } : {}) };
  return takenNames(use).flatMap(taken => {
    const what = whatOf(use.layer, taken);
    if (!what) return [];
    const reads = readsOf(taken, use.scope, module).map(node => mention(node, what, module, more));
    return [mention(taken.node, what, module, { ...more, takes: true }), ...reads];
  });
}

/** What a place in the result is: (output, states) in PyTorch, states of its cells, in Keras the output, then states where they are asked for. */
function whatOf({ draft }: Found, { path }: TakenName): Mention['what'] | undefined {
  const [first, second] = path;
  if (draft.cell === null) return undefined;
  const states = draft.cell === 'lstm' ? (['h', 'c'] as const) : (['h'] as const);
  if (draft.framework === 'pytorch') {
    const rest = draft.isCell ? path : path.slice(1);
    if (!draft.isCell && first !== 1) return first === 0 && path.length === 1 ? 'output' : undefined;
    return rest.length === 0 ? (draft.cell === 'lstm' ? 'states' : 'h') : draft.cell === 'lstm' && rest.length === 1 ? states[rest[0] ?? 2] : undefined;
  }
  if (draft.framework !== 'keras' || draft.isCell || second !== undefined || draft.assumed.includes('returnState')) return undefined;
  if (draft.options['returnState'] === false) return first === undefined ? 'output' : undefined;
  if (draft.options['returnState'] !== true || first === undefined) return undefined;
  return first === 0 ? 'output' : draft.layers === 1 ? states[(first - 1) % states.length] : undefined;
}
