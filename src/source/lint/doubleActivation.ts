/** A sigmoid or tanh of h, which is the product of a gate and a tanh already: it lies in (-1, 1). */
import type { SyntaxNode } from '@lezer/common';
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import { slice, type CallExpression, type Expression } from '../code/expression';
import type { Found } from '../framework';
import { callsIn } from '../python/flow';
import { callOf, type CallSite, type Module, type Scope } from '../code/scopes';
import { target } from '../code/target';
import { givenReads } from './givenNames';
import { heldBy, torchName } from './held';
import { grouped, oncePerReading } from './once';
import { traceTensor } from './operations';
import { placesOf } from './places';
import { quoted, type Asked, type Finding, type Rule } from './rule';
import { given, nextInRow } from './rows';
import { kerasName, type Part } from './trace';

export const doubleActivation: Rule = {
  code: 'double-activation', title: 'A second activation on h', severity: 'warning', frameworks: ['pytorch', 'keras', 'tfjs', 'flax', 'nnx', 'equinox', 'haiku'],
  check: asked => {
    const { framework } = asked.found.draft;
    return framework === 'pytorch' ? onOutput(asked) : framework === 'keras' || framework === 'tfjs' ? behindInRow(asked) : onNames(asked);
  },
};

/** h = o ⊙ tanh(c), or a mean of tanhs: what a sigmoid and a tanh make of (-1, 1). */
const ranges = { sigmoid: '(0.27, 0.73)', tanh: '(-0.76, 0.76)' } as const;
type Name = keyof typeof ranges;

function finding(name: Name, text: string, span: { from: number; to: number }): Finding {
  return {
    said: name === 'sigmoid' ? saying('`{0}` can only lie in {1}: h is in (-1, 1) already. Put a linear layer before the sigmoid.', text, ranges[name])
      : saying('`{0}` can only lie in {1}: h is the result of a tanh already.', text, ranges[name]),
    span, severity: name === 'sigmoid' ? 'warning' : 'info',
  };
}

/** torch.sigmoid(out) in a function that the layer is used in. */
function onOutput(asked: Asked): readonly Finding[] {
  const { found, module } = asked;
  if (found.draft.cell === null || found.draft.options['nonlinearity'] === 'relu' || found.draft.projection !== 0) return [];
  return placesOf(asked).flatMap(({ scope }) => activationsIn(scope, asked).get(found) ?? []).filter(a => a.part.what !== 'c').map(a => finding(a.name, quoted(sourceOf(a.call, module)), a.node));
}

/** A sigmoid or tanh of what a recurrent layer gave. */
interface Activation { readonly name: Name; readonly call: CallExpression; readonly part: Part; readonly node: SyntaxNode }

const known = oncePerReading(() => new Map<Scope, ReadonlyMap<Found, readonly Activation[]>>());

/** The activations in a function by the layer whose output they read: traced once, whichever layer asks first. */
function activationsIn(scope: Scope, { all, module, t }: Asked): ReadonlyMap<Found, readonly Activation[]> {
  const perScope = known(all);
  const found = perScope.get(scope) ?? grouped(callsIn(scope, module).flatMap(site => activationAt(site, module, t)), a => a.part.layer);
  perScope.set(scope, found);
  return found;
}

function activationAt(site: CallSite, module: Module, t: Asked['t']): readonly Activation[] {
  const call = mayBe.test(slice(site.node.firstChild ?? site.node, module.text)) ? callOf(site, module) : undefined;
  const activation = call && activationOf(call, site.scope, module);
  if (!call || !activation || (activation.name === 'tanh' && scores(site.scope, module))) return [];
  const part = traceTensor(activation.of, site.scope, t())?.numbers;
  return part ? [{ name: activation.name, call, part, node: site.node }] : [];
}

/** Names that an activation may have in a class. */
const mayBe = /sigmoid|tanh|act|out|nonlin/i;

/** Attention takes a tanh of h before it scores steps: that is meant. */
function scores(scope: Scope, module: Module): boolean {
  return /softmax|attention|attn|matmul|bmm|@/i.test(module.text.slice(scope.node.from, scope.node.to));
}

function activationOf(call: CallExpression, scope: Scope, module: Module): { name: Name; of: Expression } | undefined {
  const first = call.args[0]?.value;
  const { callee } = call;
  if (callee.kind === 'attribute' && isName(callee.name) && call.args.length === 0) return { name: callee.name, of: callee.object };
  if (!first || call.args.length !== 1) return undefined;
  const held = heldBy(callee, scope, module);
  const paths = held?.paths ?? (callee.kind === 'call' ? target(callee.callee, scope, module).paths : target(callee, scope, module).paths);
  const name = torchName(paths).toLowerCase();
  return isName(name) ? { name, of: first } : undefined;
}

const isName = (name: string): name is Name => name === 'sigmoid' || name === 'tanh';

/** `LSTM(8)` and then `Activation('sigmoid')` in a Sequential. */
function behindInRow(asked: Asked): readonly Finding[] {
  const { found, module } = asked;
  const { draft } = found;
  if (draft.options['activation'] !== 'tanh' || draft.cell === null || (draft.bidirectional !== false && draft.options['mergeMode'] !== 'concat')) return [];
  const next = nextInRow(found, module, dropout);
  if (!next && draft.framework === 'keras') return behindInCalls(asked);
  const word = next?.kind === 'Activation' ? given(found, next.call, next.scope, module, 'activation', true) : undefined;
  return next && word?.kind === 'literal' && (word.value === 'sigmoid' || word.value === 'tanh') ? [finding(word.value, quoted(sourceOf(next.call, module)), next.call)] : [];
}

const dropout = new Set(['Dropout']);

const calledOn = new WeakMap<readonly Found[], ReadonlyMap<Found, readonly Finding[]>>();

/** `Activation('sigmoid')(y)` of what a layer gave, by the layer. */
function behindInCalls({ found, all, module, t }: Asked): readonly Finding[] {
  const known = calledOn.get(all) ?? new Map([...grouped(module.calls.flatMap(site => kerasActivation(site, module, t)), a => a.layer)].map(([layer, list]) => [layer, list.map(a => a.finding)]));
  calledOn.set(all, known);
  return known.get(found) ?? [];
}

function kerasActivation(site: CallSite, module: Module, t: Asked['t']): readonly { readonly layer: Found; readonly finding: Finding }[] {
  const call = site.node.firstChild?.name === 'CallExpression' ? callOf(site, module) : undefined;
  const made = call?.callee.kind === 'call' ? call.callee : undefined;
  const word = made?.args.length === 1 ? made.args[0]?.value : undefined;
  if (!call || !made || word?.kind !== 'literal' || (word.value !== 'sigmoid' && word.value !== 'tanh') || kerasName(target(made.callee, site.scope, module).paths) !== 'Activation') return [];
  const fed = call.args[0]?.value;
  const layer = fed && call.args.length === 1 ? traceTensor(fed, site.scope, t())?.numbers?.layer : undefined;
  return layer ? [{ layer, finding: finding(word.value, quoted(sourceOf(call, module)), site.node) }] : [];
}

const inJax = /^(?:\?\.)?(?:jax\.(?:nn|numpy)|jnp|jnn|(?:flax\.)?(?:linen|nnx)|nn)\.(sigmoid|tanh)$/;

/** `nn.sigmoid(y)` of a name that holds what a JAX layer gave. */
function onNames(asked: Asked): readonly Finding[] {
  const { found: { draft }, module } = asked;
  const { activation, residual, nonlinearity } = draft.options;
  const flax = draft.framework === 'flax' || draft.framework === 'nnx';
  if (draft.cell === null || residual === true || nonlinearity === 'relu' || (flax && activation !== 'tanh') || (draft.bidirectional !== false && draft.options['mergeMode'] !== 'concat')) return [];
  return givenReads(asked).filter(r => r.what === 'h' || r.what === 'output').flatMap(({ node, scope }) => {
    const read = node.parent?.name === 'MemberExpression' && node.parent.from === node.from && module.text[node.parent.to - 1] === ']' ? node.parent : node;
    const site = read.parent?.name === 'ArgList' ? read.parent.parent : null;
    const call = site ? callOf({ node: site, scope }, module) : undefined;
    const name = call?.args.length === 1 ? inJax.exec(target(call.callee, scope, module).paths[0] ?? '')?.[1] : undefined;
    return !site || !call || name === undefined || !isName(name) || (name === 'tanh' && scores(scope, module)) ? [] : [finding(name, quoted(sourceOf(call, module)), site)];
  });
}
