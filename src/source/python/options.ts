/** Options of a command line, as code declares them: argparse, absl and tf flags, click. What they give holds unless a person passes another. */
import type { SyntaxNode } from '@lezer/common';
import { children, expression, slice, type Argument, type CallExpression, type Expression } from '../code/expression';
import type { Binding, Module } from '../code/scopes';

type Options = ReadonlyMap<string, readonly Binding[]>;

const known = new WeakMap<Module, Options>();

/** What the option is by default, one binding for each place that declares it; empty where nothing does. */
export function optionBindings(name: string, module: Module): readonly Binding[] {
  let options = known.get(module);
  if (!options) known.set(module, options = readOptions(module));
  return options.get(name) ?? [];
}

const declares = /(?:\.|^)\s*(add_argument|set_defaults|DEFINE_\w+)$/;

function readOptions(module: Module): Options {
  const found = new Map<string, Binding[]>();
  for (const { node, scope } of module.calls) {
    const method = node.firstChild ? declares.exec(module.text.slice(Math.max(node.firstChild.from, node.firstChild.to - 40), node.firstChild.to))?.[1] : undefined;
    const call = method === undefined ? undefined : module.expression(node);
    if (method === undefined || call?.kind !== 'call') continue;
    for (const [name, value] of declared(method, call)) {
      const binding: Binding = value ? { kind: 'given', value, assumed: true, at: node.from, scope } : { kind: 'opaque', at: node.from, scope };
      found.set(name, [...found.get(name) ?? [], binding]);
    }
  }
  return found;
}

type Declared = readonly (readonly [name: string, value: Expression | undefined])[];

function declared(method: string, call: CallExpression): Declared {
  if (method === 'set_defaults') return call.args.flatMap(a => a.name === undefined ? [] : [[a.name, a.value] as const]);
  return method === 'add_argument' ? argument(call) : flag(call);
}

/** `DEFINE_integer('hidden', 128, 'help')` */
function flag({ args }: CallExpression): Declared {
  const plain = args.filter(a => a.name === undefined);
  const name = word(keyword(args, 'name') ?? plain[0]?.value);
  return name === undefined ? [] : [[name, keyword(args, 'default') ?? keyword(args, 'default_value') ?? plain[1]?.value]];
}

/** `add_argument('-H', '--hidden-size', type=int, default=128)` */
function argument({ args, from, to }: CallExpression): Declared {
  const words = args.filter(a => a.name === undefined && !a.splat).map(a => word(a.value));
  const name = word(keyword(args, 'dest')) ?? optionName(words);
  if (name === undefined || args.some(a => a.splat)) return name === undefined ? [] : [[name, undefined]];
  const required = keyword(args, 'required');
  const value = keyword(args, 'default');
  const action = word(keyword(args, 'action'));
  if (required && !(required.kind === 'literal' && required.value === false)) return [[name, undefined]];
  if (value) return [[name, converted(value, keyword(args, 'type'))]];
  const implied = action === 'store_true' ? false : action === 'store_false' ? true : undefined;
  return [[name, implied === undefined ? undefined : { kind: 'literal', value: implied, from, to }]];
}

function optionName(words: readonly (string | undefined)[]): string | undefined {
  const given = words.filter(w => w !== undefined);
  const best = given.find(w => w.startsWith('--')) ?? given.find(w => w.startsWith('-')) ?? given[0];
  return best?.replace(/^-+/, '').replaceAll('-', '_');
}

/** argparse gives a default that is text to `type`. A type of their own may make anything of it. */
function converted(value: Expression, type: Expression | undefined): Expression | undefined {
  if (value.kind !== 'literal' || typeof value.value !== 'string' || !type) return value;
  const name = type.kind === 'name' ? type.name : '';
  if (name === 'str') return value;
  const number = name === 'int' || name === 'float' ? Number(value.value) : NaN;
  return Number.isNaN(number) || value.value.trim() === '' ? undefined : { ...value, value: number };
}

function keyword(args: readonly Argument[], name: string): Expression | undefined {
  return args.find(a => a.name === name)?.value;
}

function word(e: Expression | undefined): string | undefined {
  return e?.kind === 'literal' && typeof e.value === 'string' ? e.value : undefined;
}

/** `@click.option('--hidden', default=128)` above a function: the default of its parameter `hidden`. */
export function decoratedDefault(definition: SyntaxNode, parameter: string, text: string): SyntaxNode | undefined {
  if (definition.parent?.name !== 'DecoratedStatement') return undefined;
  for (const decorator of definition.parent.getChildren('Decorator')) {
    const list = decorator.getChild('ArgList');
    if (!list || !/\boption\s*$/.test(text.slice(decorator.from, list.from))) continue;
    const words = children(list).filter(c => c.name === 'String').map(c => word(expression(c, text))).filter(w => w !== undefined);
    if ((words.find(w => !w.startsWith('-')) ?? optionName(words)) !== parameter) continue;
    const at = children(list).findIndex((c, i, all) => c.name === 'VariableName' && slice(c, text) === 'default' && all[i + 1]?.name === 'AssignOp');
    return at < 0 ? undefined : children(list)[at + 2];
  }
  return undefined;
}
