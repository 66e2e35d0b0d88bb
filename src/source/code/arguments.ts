/** Matches a call's arguments with a signature and reads them as numbers, switches and words, noting what stays unknown. */
import type { CallExpression, Expression } from './expression';
import { changed } from './dicts';
import { dictEntries, fold, inForce, type Folded } from './fold';
import { same, type Value } from './arithmetic';
import { importPath } from './names';
import { target, type Preparation } from './target';
import { moduleOf, type Module, type Scope } from './scopes';

interface Given { readonly value: Expression; readonly scope: Scope; readonly assumed?: boolean }

/** The arguments of a call by parameter name. */
export interface Arguments {
  given(parameter: string): Given | undefined;
  /** Source text of a splat that may hold what is not given: `**kwargs`. */
  readonly splat: string | undefined;
}

/**
 * Binds positional arguments to `signature`, keywords by name; a dict or list written in the file is unpacked. What a partial holds
 * comes first; its keywords count where the call itself gives no others.
 */
export function matchArguments(call: CallExpression, signature: readonly string[], scope: Scope, module: Module): Arguments {
  const ways = preparations(call, scope, module);
  const own = call.args.map(argument => ({ argument, scope }));
  const all = ways.map(before => matched([...before.filter(b => !isKeyword(b)), ...own], before.filter(isKeyword), signature, module));
  return all.length === 1 && all[0] ? all[0] : shared(all, call, module);
}

const isKeyword = ({ argument }: Preparation[number]): boolean => argument.name !== undefined || argument.splat === '**';

/** What is given ahead of a call, for each thing that its callee may be. An imported class is seen at once to be no partial. */
function preparations(call: CallExpression, scope: Scope, module: Module): readonly Preparation[] {
  const home = moduleOf(scope, module);
  if (home.flows !== true || (!home.foreign && importPath(call.callee, scope) !== undefined)) return [[]];
  return target(call.callee, scope, module).given ?? [[]];
}

/** What several ways to bind arguments agree on; a parameter that they give different values is known by its callee alone. */
function shared(all: readonly Arguments[], call: CallExpression, module: Module): Arguments {
  const unknown: Given = { value: { kind: 'other', from: call.callee.from, to: call.callee.to }, scope: module.scope };
  return {
    given: parameter => {
      const each = all.map(a => a.given(parameter));
      const first = each[0];
      if (each.every(g => g?.value === first?.value)) return first;
      const values = each.map(g => g ? fold(g.value, g.scope, module) : undefined);
      const value = values[0]?.value;
      const alike = first !== undefined && value !== undefined && values.every(v => v?.value !== undefined && same(v.value, value));
      return alike ? { ...first, assumed: values.some(v => v?.assumed === true) } : unknown;
    },
    splat: all.find(a => a.splat !== undefined)?.splat,
  };
}

/** `later` counts where nothing else gives its parameters; behind `**kwargs` it holds only unless they do. */
function matched(first: Preparation, later: Preparation, signature: readonly string[], module: Module): Arguments {
  const found = new Map<string, Given>();
  let splat: string | undefined;
  let position = 0;
  const give = (parameter: string | undefined, given: Given, byDefault: boolean): void => {
    if (parameter !== undefined && !found.has(parameter)) found.set(parameter, byDefault ? { ...given, assumed: true } : given);
  };
  [...first, ...later].forEach(({ argument: { name, splat: stars, value }, scope, assumed }, i) => {
    const byDefault = assumed === true || (i >= first.length && splat !== undefined);
    if (stars) {
      const entries = stars === '**' ? dictEntries(value, scope, module) : undefined;
      const items = stars === '*' ? listItems(value, scope, module) : undefined;
      if (entries) for (const [key, entry] of entries) give(key, entry, byDefault);
      else if (items) for (const item of items) give(signature[position++] ?? '', item, byDefault);
      else splat ??= `${stars}${sourceOf(value, moduleOf(scope, module))}`;
      if (stars === '*' && !items) position = Infinity;
    } else give(name ?? signature[position++], { value, scope }, byDefault);
  });
  return { given: parameter => found.get(parameter), splat };
}

/** The items of a list that is written out and changed nowhere. */
function listItems(e: Expression, scope: Scope, module: Module): readonly Given[] | undefined {
  if (e.kind === 'list') return e.items.map(value => ({ value, scope }));
  const bindings = e.kind === 'name' && !changed(e, module) ? inForce(e.name, e.from, scope, module).bindings : [];
  const only = bindings.length === 1 ? bindings[0] : undefined;
  const value = only?.kind === 'value' ? moduleOf(only.scope, module).expression(only.node) : undefined;
  return only && value?.kind === 'list' ? value.items.map(item => ({ value: item, scope: only.scope })) : undefined;
}

/** Source text on one line, without brackets that hold all of it. */
export function sourceOf(e: Expression, module: Module): string {
  const source = module.text.slice(e.from, e.to).replace(/\s*\n\s*/g, ' ').trim();
  const inner = e.kind === 'list' ? undefined : /^\(([^()]*(?:\([^()]*\)[^()]*)*)\)$/.exec(source)?.[1]?.trim();
  return inner === undefined || inner === '' || inner.includes(':=') ? source : inner;
}

/** Reads fields one by one; collects the source text of what is not a plain literal, and what only a default supports. */
export interface FieldReader {
  number(field: string, parameter: string, absent: number | null): number | null;
  flag(field: string, parameter: string, absent: boolean): boolean | null;
  word(field: string, parameter: string, absent: string): string | null;
  has(parameter: string): boolean;
  readonly symbols: Record<string, string>;
  readonly assumed: string[];
  readonly args: Arguments;
}

/** A reader over one call. */
export function fieldReader(args: Arguments, module: Module): FieldReader {
  const symbols: Record<string, string> = {};
  const assumed: string[] = [];
  function read<T>(field: string, parameter: string, absent: T, convert: (value: Value) => T | null, word = false): T | null {
    const given = args.given(parameter);
    if (!given) {
      if (args.splat === undefined) return absent;
      symbols[field] = args.splat;
      return null;
    }
    const folded = fold(given.value, given.scope, module);
    const result = word ? wordOf(given.value, folded) : folded.value;
    const value = result === undefined ? null : convert(result);
    const source = sourceOf(given.value, moduleOf(given.scope, module));
    if ((value === null || mentionsName(given.value)) && source !== '' && !(word && value !== null)) symbols[field] = source;
    if (value !== null && (folded.assumed || given.assumed === true)) assumed.push(field);
    return value;
  }
  return {
    number: (field, parameter, absent) => read<number | null>(field, parameter, absent, v => typeof v === 'number' ? v : typeof v === 'boolean' && module.flows === true ? Number(v) : null),
    flag: (field, parameter, absent) => read(field, parameter, absent, v => typeof v === 'boolean' ? v : typeof v === 'number' ? v !== 0 : null),
    word: (field, parameter, absent) => read(field, parameter, absent, v => typeof v === 'string' ? v : v === null ? 'linear' : null, true),
    has: parameter => args.given(parameter) !== undefined,
    symbols, assumed, args,
  };
}

/** Activations come as words (`'relu'`) or as functions (`tf.nn.relu`), whose last name is taken. */
function wordOf(e: Expression, folded: Folded): Value | undefined {
  if (folded.value !== undefined) return folded.value;
  return e.kind === 'attribute' && /(^|\.)(nn|activations)$/.test(dotted(e.object)) ? e.name : undefined;
}

/** `a.b.c` of a chain of names; '' for anything else. */
export function dotted(e: Expression): string {
  if (e.kind === 'name') return e.name;
  const object = e.kind === 'attribute' ? dotted(e.object) : '';
  return object && e.kind === 'attribute' ? `${object}.${e.name}` : '';
}

function mentionsName(e: Expression): boolean {
  switch (e.kind) {
    case 'literal': return false;
    case 'unary': return mentionsName(e.operand);
    case 'binary': return mentionsName(e.left) || mentionsName(e.right);
    case 'list': return e.items.some(mentionsName);
    default: return true;
  }
}
