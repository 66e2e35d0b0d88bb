/** Where code speaks of a layer or of what it gives: the variable that holds it, and the names that take its output and states. */
import type { SyntaxNode } from '@lezer/common';
import { slice } from './code/expression';
import { fold } from './code/fold';
import { haikuUnrolls } from './frameworks/jax/haikuUnroll';
import { givenAt, type Way } from './given';
import { mentionsInJavascript } from './javascript/mentions';
import { sidesOf, targetItems } from './python/flow';
import type { Found } from './framework';
import { traceTensor } from './lint/operations';
import { layerCalled, tracing } from './lint/trace';
import type { Mention } from './outline';
import type { Module } from './code/scopes';
import { fedTo, readsOf, takenNames, usesOf, type Use } from './uses';

/** All mentions of each layer that surely are of it. Spans count in the original text. */
export function mentionsOf(all: readonly Found[], module: Module): ReadonlyMap<Found, readonly Mention[]> {
  if (all[0]?.draft.framework === 'tfjs') return mentionsInJavascript(all, module);
  const found = new Map<Found, Mention[]>(all.map(f => [f, holderMention(f, module)]));
  const add = (layer: Found, ...more: readonly Mention[]): void => { found.get(layer)?.push(...more); };
  for (const [layer, uses] of usesOf(all, module)) for (const use of uses) add(layer, ...calleeMention(use, module), ...values(use, all, module));
  for (const { layer, node } of objects(all, module)) add(layer, mention(node, 'layer', module));
  for (const { use, core } of unrolls(all, module)) add(use.layer, ...(core ? [mention(core, 'layer', module)] : []), ...values(use, all, module, { unrolled: true }));
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
function values(use: Use, all: readonly Found[], module: Module, way = wayOf(use, module)): Mention[] {
  const fed = /pytorch|keras/.test(use.layer.draft.framework) ? fedTo(use) : undefined;
  const input = fed && traceTensor(fed, use.scope, tracing(module, all));
  const more = { ...(input?.packed ? { packed: true } : {}), ...(input?.axes?.length === 2 && !use.layer.draft.isCell ? { unbatched: true } : {}) };
  return takenNames(use).flatMap(taken => {
    const what = way && givenAt(use.layer.draft, taken.path, way);
    if (!what) return [];
    const reads = readsOf(taken, use.scope, module).map(node => mention(node, what, module, more));
    return [mention(taken.node, what, module, { ...more, takes: true }), ...reads];
  });
}

/** What Flax's layers are told when they are called counts, not what they were made with; undefined where that cannot be known. */
function wayOf({ layer: { draft }, call, scope }: Use, module: Module): Way | undefined {
  if (draft.isCell || (draft.framework !== 'flax' && draft.framework !== 'nnx')) return {};
  if (call.args.some(a => a.splat !== undefined || a.name === 'time_major')) return undefined;
  const asked = call.args.find(a => a.name === 'return_carry');
  const { value, assumed } = asked ? fold(asked.value, scope, module) : { value: undefined, assumed: false };
  return asked ? { returnState: typeof value === 'boolean' && !assumed ? value : null } : {};
}

/** `hk.dynamic_unroll(core, xs, state)` as a use of the core, and the name of the core in it. */
function unrolls(all: readonly Found[], module: Module): readonly { readonly use: Use; readonly core: SyntaxNode | null }[] {
  if (!all.some(f => f.draft.framework === 'haiku')) return [];
  const t = tracing(module, all);
  return haikuUnrolls(module).flatMap(({ node, scope, call, core }) => {
    const layer = core && layerCalled(core, scope, t);
    if (!layer || call.args.some(a => a.splat !== undefined || a.name === 'return_all_states')) return [];
    const name = node.resolveInner(core.from, 1);
    return [{ use: { layer, node, scope, call }, core: core.kind === 'name' && name.name === 'VariableName' ? name : null }];
  });
}
