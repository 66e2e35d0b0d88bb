/** Calls whose value follows from their arguments: built-in functions, mathematics, defaults of fields, look-ups with a default. */
import { builtins, type Value } from './arithmetic';
import { dictEntries } from './dicts';
import type { CallExpression, Expression } from './expression';
import type { Folded } from './fold';
import { importPath, nameBindings } from './names';
import { memberBindings, returnedValue } from './objects';
import { lookup, type Binding, type Module, type Scope } from './scopes';

type Evaluate = (e: Expression, scope?: Scope) => Folded;
type Agree = (bindings: readonly Binding[]) => Folded;

const unknown: Folded = { value: undefined, assumed: false };

interface Asked { readonly call: CallExpression; readonly scope: Scope; readonly module: Module; readonly evaluate: Evaluate; readonly agree: Agree }

/** The value of a call, where it is one of these. */
export function knownCall(call: CallExpression, scope: Scope, module: Module, evaluate: Evaluate, agree: Agree): Folded {
  const asked: Asked = { call, scope, module, evaluate, agree };
  const { callee } = call;
  const path = importPath(callee, scope);
  if (path !== undefined && declares.test(path)) return declared(asked);
  if (path !== undefined && /^(os\.getenv|os\.environ\.get)$/.test(path)) return byDefault(call.args[1]?.value, evaluate);
  if (callee.kind === 'name') return lookup(callee.name, scope).length > 0 ? ownFunction(callee.name, asked) ?? importedFunction(path, asked) : builtin(callee.name, asked);
  if (callee.kind !== 'attribute') return unknown;
  return method(callee, asked) ?? importedFunction(path, asked);
}

function builtin(name: string, asked: Asked): Folded {
  const { call, module, scope, agree, evaluate } = asked;
  const [object, key, otherwise] = call.args.map(a => a.value);
  if (name === 'getattr' && object && key) {
    const word = evaluate(key).value;
    const found = typeof word === 'string' ? memberBindings(object, word, scope, module, true) : [];
    return found.length > 0 ? agree(found) : byDefault(otherwise, evaluate);
  }
  return Object.hasOwn(builtins, name) ? applied(builtins[name], asked) : unknown;
}

function applied(known: ((values: Value[]) => Value | undefined) | undefined, { call, evaluate }: Asked): Folded {
  if (!known || call.args.some(a => a.name !== undefined || a.splat)) return unknown;
  const parts = call.args.map(a => evaluate(a.value));
  const values = parts.map(p => p.value);
  return values.every(v => v !== undefined) ? { value: known(values), assumed: parts.some(p => p.assumed) } : unknown;
}

const mathematics: Readonly<Record<string, (n: number) => number>> = { ceil: Math.ceil, floor: Math.floor, sqrt: Math.sqrt, log2: Math.log2, trunc: Math.trunc };

function importedFunction(path: string | undefined, asked: Asked): Folded {
  const name = /^(?:math|numpy|np)\.(\w+)$/.exec(path ?? '')?.[1];
  const known = name !== undefined && Object.hasOwn(mathematics, name) ? mathematics[name] : undefined;
  return known ? applied(([v]) => typeof v === 'number' && Number.isFinite(known(v)) ? known(v) : undefined, asked) : unknown;
}

/** A function of the file that returns one value, called with nothing. */
function ownFunction(name: string, { call, scope, module, evaluate }: Asked): Folded | undefined {
  const bindings = nameBindings(name, scope, module);
  const only = bindings.length === 1 ? bindings[0] : undefined;
  if (only?.kind === 'import') return undefined;
  const body = only?.kind === 'function' && call.args.length === 0 ? only.body : undefined;
  const value = body?.node.parent?.name !== 'DecoratedStatement' && body ? returnedValue(body, module) : undefined;
  return body && value ? evaluate(value, body) : unknown;
}

const words: Readonly<Record<string, (text: string) => string>> = { lower: t => t.toLowerCase(), upper: t => t.toUpperCase(), strip: t => t.trim() };

/** `cfg.get('hidden', 128)`, `kind.lower()`; undefined where it is another method. */
function method(callee: Extract<Expression, { kind: 'attribute' }>, { call, scope, module, evaluate }: Asked): Folded | undefined {
  const [key, otherwise] = call.args.map(a => a.value);
  if (/^(get|pop|setdefault)$/.test(callee.name) && key?.kind === 'literal' && typeof key.value === 'string') {
    const entries = callee.name === 'get' ? dictEntries(callee.object, scope, module) : undefined;
    const entry = entries?.get(key.value);
    if (entry) return entry.assumed ? byDefault(entry.value, x => evaluate(x, entry.scope)) : evaluate(entry.value, entry.scope);
    return entries && otherwise ? evaluate(otherwise) : byDefault(otherwise, evaluate);
  }
  if (/^(starts|ends)with$/.test(callee.name) && key && !otherwise) return both(evaluate(callee.object), evaluate(key), callee.name === 'startswith' ? (a, b) => a.startsWith(b) : (a, b) => a.endsWith(b));
  const change = Object.hasOwn(words, callee.name) && call.args.length === 0 ? words[callee.name] : undefined;
  if (!change) return undefined;
  const { value, assumed } = evaluate(callee.object);
  return typeof value === 'string' ? { value: change(value), assumed } : unknown;
}

function both(a: Folded, b: Folded, make: (a: string, b: string) => boolean): Folded {
  return typeof a.value === 'string' && typeof b.value === 'string' ? { value: make(a.value, b.value), assumed: a.assumed || b.assumed } : unknown;
}

function byDefault(e: Expression | undefined, evaluate: Evaluate): Folded {
  return e ? { value: evaluate(e).value, assumed: true } : unknown;
}

/** Fields that declare their default: dataclasses, attrs, pydantic, typer. */
const declares = /^(dataclasses\.field|(attr|attrs)\.(ib|attrib|field)|attrib|pydantic\.Field|typer\.(Option|Argument)|field|Field)$/;

function declared({ call, evaluate }: Asked): Folded {
  const value = call.args.find(a => a.name === 'default')?.value ?? call.args.find(a => a.name === undefined)?.value;
  return value ? evaluate(value) : unknown;
}
