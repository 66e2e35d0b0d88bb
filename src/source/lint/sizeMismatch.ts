/** A layer that is given another width than it was made for, where both are known and nothing stands between. */
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import type { CallExpression, Expression } from '../code/expression';
import { callOf, type Module, type Scope } from '../code/scopes';
import { target } from '../code/target';
import { fedTo } from '../uses';
import { callsOn } from './derived';
import { amountOf, amountText, argument, surelyDiffer, type Amount } from './canonical';
import { heldBy, torchName, type Held } from './held';
import { traceTensor } from './operations';
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

/** What Linear layers in the same function are fed of this layer's output. */
function outOfThis({ found, uses, module, t }: Asked): readonly Finding[] {
  return [...new Set(uses.map(u => u.scope))].flatMap(scope => callsOn(uses, scope, module).flatMap(site => {
    const callee = site.node.firstChild;
    const held = callee ? heldBy(module.expression(callee), scope, module) : undefined;
    const wanted = held && entry(held, module);
    const call = wanted ? callOf(site, module) : undefined;
    const fed = call?.args[0]?.value;
    if (!fed || !held || !wanted || call?.args.length !== 1) return [];
    const value = traceTensor(fed, scope, t());
    return value?.origin === found ? mismatch(fed, value, wanted, 'in_features', module, held.node) : [];
  }));
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
