/** A layer that is given another width than it was made for, where both are known and nothing stands between. */
import type { SyntaxNode } from '@lezer/common';
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import type { CallExpression, Expression } from '../code/expression';
import type { Found } from '../framework';
import { callsIn } from '../python/flow';
import { callOf, type CallSite, type Module, type Scope } from '../code/scopes';
import { target } from '../code/target';
import { fedTo } from '../uses';
import { amountOf, amountText, argument, surelyDiffer, type Amount } from './canonical';
import { heldBy, torchName, type Held } from './held';
import { grouped, oncePerReading } from './once';
import { traceTensor } from './operations';
import { placesOf } from './places';
import { quoted, type Asked, type Finding, type Rule } from './rule';
import { argumentAmount, type Tensor } from './trace';

export const sizeMismatch: Rule = {
  code: 'size-mismatch', title: 'A width that does not fit', severity: 'warning', frameworks: ['pytorch'],
  check: asked => [...intoThis(asked), ...outOfThis(asked)],
};

/** What this layer is fed. */
function intoThis({ found, uses, module, t }: Asked): readonly Finding[] {
  return uses.flatMap(use => {
    const fed = fedTo(use);
    const value = fed && traceTensor(fed, use.scope, t());
    return fed && value ? mismatch(fed, value, argumentAmount(found, 'input_size', 0, module), 'input_size', module, found.candidate.node) : [];
  });
}

/** A Linear layer that is fed what a recurrent layer gave, or something made of it. */
interface Fed { readonly fed: Expression; readonly value: Tensor; readonly wanted: Amount; readonly made: SyntaxNode }

const known = oncePerReading(() => new Map<Scope, ReadonlyMap<Found, readonly Fed[]>>());

/** What Linear layers in the same function are fed of this layer's output. */
function outOfThis(asked: Asked): readonly Finding[] {
  const { found, module } = asked;
  return placesOf(asked).flatMap(({ scope }) => fedIn(scope, asked).get(found)?.flatMap(({ fed, value, wanted, made }) => mismatch(fed, value, wanted, 'in_features', module, made)) ?? []);
}

/** The Linear layers in a function by what they are fed: traced once, whichever layer asks first. */
function fedIn(scope: Scope, { all, module, t }: Asked): ReadonlyMap<Found, readonly Fed[]> {
  const perScope = known(all);
  const found = perScope.get(scope) ?? grouped(callsIn(scope, module).flatMap(site => fedAt(site, module, t)), f => f.value.origin);
  perScope.set(scope, found);
  return found;
}

function fedAt(site: CallSite, module: Module, t: Asked['t']): readonly Fed[] {
  const callee = site.node.firstChild;
  const held = callee && mayBeHeld(callee) ? heldBy(module.expression(callee), site.scope, module) : undefined;
  const wanted = held && entry(held, module);
  const call = wanted ? callOf(site, module) : undefined;
  const fed = call?.args[0]?.value;
  const value = fed && call?.args.length === 1 ? traceTensor(fed, site.scope, t()) : undefined;
  return fed && held && wanted && value ? [{ fed, value, wanted, made: held.node }] : [];
}

/** Only `fc` and `self.fc` hold a layer that is known, and most calls are of methods of what another call gave. */
function mayBeHeld(callee: SyntaxNode): boolean {
  return callee.name !== 'CallExpression' && !(callee.name === 'MemberExpression' && /^(Call|Member)Expression$/.test(callee.firstChild?.name ?? ''));
}

function mismatch(fed: Expression, value: Tensor, wanted: Amount | null, name: string, module: Module, made: { from: number; to: number }): readonly Finding[] {
  const { width, axes, packed } = value;
  if (!width || !wanted || packed || !surelyDiffer(width, wanted) || (axes !== null && axes.at(-1) !== 'C')) return [];
  return [{
    said: saying('`{0}` is {1} wide, but `{2}` is {3}.', quoted(sourceOf(fed, module)), amountText(width, module), name, amountText(wanted, module)), span: fed,
    related: { span: made, said: saying('Made for {0} here.', amountText(wanted, module)) },
  }];
}

const transparent = new Set(['Dropout', 'ReLU', 'Tanh', 'Sigmoid', 'LayerNorm', 'GELU', 'ELU', 'LeakyReLU', 'Identity']);

/** The width that a Linear layer, or a Sequential that begins with one, was made for. */
function entry(held: Pick<Held, 'call' | 'scope' | 'paths'>, module: Module): Amount | null {
  const name = torchName(held.paths);
  if (name === 'Linear') return widthOf(held.call, held.scope, module);
  if (name !== 'Sequential') return null;
  for (const { value, name: keyword, splat } of held.call.args) {
    if (value.kind !== 'call' || keyword !== undefined || splat !== undefined) return null;
    const inner = torchName(target(value.callee, held.scope, module).paths);
    if (inner === 'Linear') return widthOf(value, held.scope, module);
    if (!transparent.has(inner)) return null;
  }
  return null;
}

function widthOf(call: CallExpression, scope: Scope, module: Module): Amount | null {
  const e = argument(call, 'in_features', 0);
  return e ? amountOf(e, scope, module) : null;
}
