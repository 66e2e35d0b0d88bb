/** What the readers of Flax, Equinox and Haiku share: which constructor call an expression leads to, activations, defaults of module fields. */
import { sourceOf, type FieldReader } from '../../code/arguments';
import type { CallExpression, Expression } from '../../code/expression';
import { memberBindings } from '../../code/fold';
import type { Candidate } from '../../framework';
import type { LayerSpec } from '../../outline';
import { classOf, lookup, type Binding, type Module, type Scope } from '../../code/scopes';
import { target } from '../../code/target';

type Kind = Exclude<LayerSpec['cell'], null>;

/** A class of cells; `variant` where it is none of the three kinds. */
export interface CellClass { readonly cell: Kind | null; readonly variant?: 'mgu' }

/** A call and what its callee may be. */
export interface Construction {
  readonly call: CallExpression;
  readonly scope: Scope;
  readonly callee: Expression;
  readonly paths: readonly string[];
  readonly certain: boolean;
}

/** Calls that an expression is or names: one where the text settles which, more where a condition decides, none where code not seen does. */
export function constructions(e: Expression | undefined, scope: Scope, module: Module, depth = 0): readonly Construction[] {
  if (!e || depth > 8) return [];
  if (e.kind === 'call') return [{ call: e, scope, callee: e.callee, ...target(e.callee, scope, module) }];
  if (e.kind === 'conditional') return both(constructions(e.then, scope, module, depth + 1), constructions(e.otherwise, scope, module, depth + 1));
  const bindings = e.kind === 'name' ? effective(lookup(e.name, scope), e.from) : e.kind === 'attribute' ? memberBindings(e.object, e.name, scope, module) : [];
  if (bindings.length > 8) return [];
  const found = bindings.map(b => b.kind === 'value' ? constructions(module.expression(b.node), b.scope, module, depth + 1) : []);
  return found.every(f => f.length > 0) ? found.flat() : [];
}

function both(a: readonly Construction[], b: readonly Construction[]): readonly Construction[] {
  return a.length > 0 && b.length > 0 ? [...a, ...b] : [];
}

/** The last binding before a use decides where the use stands in its block; else any of them may. */
function effective(bindings: readonly Binding[], use: number): readonly Binding[] {
  const last = bindings.filter(b => b.at < use).at(-1);
  const block = last?.kind === 'value' ? last.node.parent?.parent : undefined;
  return last && block && block.from <= use && use < block.to ? [last] : bindings;
}

/** The one kind that all these classes are; undefined where they differ or code not seen decides. */
export function oneOf(rows: readonly CellClass[], certain: boolean): CellClass | undefined {
  const first = rows[0];
  return certain && first && rows.every(r => r.cell === first.cell && r.variant === first.variant) ? first : undefined;
}

/** `gate_fn=nn.hard_sigmoid`: the function's own name where it is of JAX; unread where it is anything else. */
export function activation(fields: FieldReader, field: string, parameter: string, usual: string, module: Module): Record<string, string> {
  const given = fields.args.given(parameter);
  if (!given && fields.args.splat === undefined) return { [field]: usual };
  const known = given ? functions.exec(target(given.value, given.scope, module).paths[0] ?? '')?.[1] : undefined;
  if (known !== undefined) return { [field]: known };
  fields.symbols[field] = given ? sourceOf(given.value, module) : fields.args.splat ?? '';
  return {};
}

const functions = /^(?:\?\.)?(?:flax\.(?:linen|nnx)(?:\.nn)?(?:\.activations?)?|jax\.nn|jax\.numpy|jnp|nnx|nn|jnn)\.(\w+)$/;

/** Fields whose value is the default of a module's annotated field (`features: int = 128`), which whoever makes the module may change. */
export function assumedFields(fields: FieldReader, parameters: Readonly<Record<string, string>>, module: Module): readonly string[] {
  const found = Object.entries(parameters).filter(([, parameter]) => {
    const given = fields.args.given(parameter);
    return given !== undefined && readsField(given.value, given.scope, module);
  }).map(([field]) => field);
  return [...new Set([...fields.assumed, ...found])];
}

/** Whether a value depends on an annotated field of its module. Names are followed a few steps only: circles end. */
export function readsField(e: Expression, scope: Scope, module: Module, steps = 4): boolean {
  const any = (...parts: readonly Expression[]): boolean => parts.some(p => readsField(p, scope, module, steps));
  switch (e.kind) {
    case 'attribute': return isField(e, scope) || any(e.object);
    case 'binary': return any(e.left, e.right);
    case 'unary': return any(e.operand);
    case 'conditional': return any(e.test, e.then, e.otherwise);
    case 'subscript': return any(e.object);
    case 'call': return any(...e.args.map(a => a.value));
    case 'name': return steps > 0 && lookup(e.name, scope).slice(0, 8).some(b => b.kind === 'value' && b.scope.kind === 'function' && readsField(module.expression(b.node), b.scope, module, steps - 1));
    default: return false;
  }
}

function isField(e: Extract<Expression, { kind: 'attribute' }>, scope: Scope): boolean {
  const owner = e.object.kind === 'name' ? classOf(e.object.name, scope) : undefined;
  return owner?.bases.length !== 0 && owner?.names.get(e.name)?.some(b => b.kind === 'value' && b.node.parent?.getChild('TypeDef') !== null) === true;
}

/** A cell that is made to be asked for its first state is no layer: `nn.GRUCell(64).initialize_carry(...)`, at once or by a name that only returns it. */
export function onlyForCarry({ node, holder }: Pick<Candidate, 'node' | 'holder'>, scope: Scope, module: Module): boolean {
  if (/^\.(initialize_carry|initial_state)\(/.test(module.text.slice(node.to, node.to + 20))) return true;
  if (!/^\w+$/.test(holder) || scope.kind !== 'function' || node.parent?.name !== 'AssignStatement') return false;
  const after = module.text.slice(node.to, scope.node.to);
  const uses = after.match(new RegExp(`\\b${holder}\\b`, 'g'))?.length;
  return uses === 1 && new RegExp(`\\breturn ${holder}\\.initialize_carry\\(`).test(after);
}

/** Does the call give one of these keywords? */
export function takes(call: CallExpression, words: ReadonlySet<string>): boolean {
  return call.args.some(a => a.name !== undefined && words.has(a.name));
}

/** `name='encoder'`, which its tensors are named by. */
export function ownName(fields: FieldReader): { ownName?: string } {
  const given = fields.args.given('name')?.value;
  return given?.kind === 'literal' && typeof given.value === 'string' ? { ownName: given.value } : {};
}

/** Names of a module's classes that paths end with, under one of its prefixes. */
export function classNames(paths: readonly string[], prefix: RegExp): readonly string[] {
  return paths.flatMap(p => {
    const at = p.lastIndexOf('.');
    return at > 0 && prefix.test(p.slice(0, at)) ? [p.slice(at + 1)] : [];
  });
}
