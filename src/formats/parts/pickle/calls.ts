/** Calls that a pickle asks for. The standard library's containers are made; every other call becomes an inert instance. */
import { describe, type Machine } from './machine';
import { bytesOf } from './text';
import { as, itemsOf, nameOf, type Dict, type Instance, type Value } from './values';

type Maker = (machine: Machine, args: readonly Value[]) => Value | undefined;

const emptyDict = (): Dict => ({ kind: 'dict', entries: new Map() });

/** Pairs of a dict, or of a list of pairs. */
function dictOf(machine: Machine, from: Value | undefined): Dict | undefined {
  if (from === undefined || from === null) return emptyDict();
  const pairs = as('dict', from) ? [...as('dict', from)!.entries] : (itemsOf(from) ?? []).map(item => itemsOf(item) ?? []);
  machine.charge(pairs.length);
  if (!as('dict', from) && (!itemsOf(from) || pairs.some(p => p.length !== 2))) return undefined;
  return { kind: 'dict', entries: new Map(pairs as [Value, Value][]) };
}

function copyOf(machine: Machine, from: Value | undefined): Value[] | undefined {
  const items = from === undefined ? [] : itemsOf(from);
  machine.charge(items?.length ?? 0);
  return items && [...items];
}

const listed = (kind: 'list' | 'set' | 'tuple'): Maker => (machine, [from]) => {
  const items = copyOf(machine, from);
  return items && { kind, items };
};

/** By name; what gives undefined (odd arguments) stays an inert instance. */
const makers = new Map<string, Maker>([
  ['collections.OrderedDict', (machine, [from]) => dictOf(machine, from)],
  ['collections.Counter', (machine, [from]) => dictOf(machine, from)],
  ['collections.defaultdict', (machine, [, from]) => dictOf(machine, from)],
  ['builtins.dict', (machine, [from]) => dictOf(machine, from)],
  ['builtins.list', listed('list')],
  ['builtins.set', listed('set')],
  ['builtins.frozenset', listed('set')],
  ['builtins.tuple', listed('tuple')],
  ['torch.Size', listed('tuple')],
  ['_codecs.encode', encoded],
  ['builtins.bytearray', encoded],
  ['builtins.bytes', encoded],
]);

/** Bytes as pickles up to protocol 2 write them: text, of which each character is one. */
function encoded(machine: Machine, [text, encoding]: readonly Value[]): Value | undefined {
  if (text === undefined) return new Uint8Array(0);
  if (text instanceof Uint8Array) return text;
  if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1' && encoding !== undefined)) return undefined;
  machine.charge(text.length, 1);
  return bytesOf(text);
}

/** `callable(*args)`, `cls.__new__(cls, *args)`: nothing is run. */
export function call(machine: Machine, callable: Value, args: Value): Value {
  const list = itemsOf(args);
  if (!list) throw machine.fail(`should call with a tuple, but has ${describe(args)}`);
  const global = as('global', callable);
  if (global) global.called = true;
  const name = nameOf(callable);
  // object.__reduce__ of protocols 0 and 1: the class is the first argument.
  if (name === 'copyreg._reconstructor' || name === 'copyreg.__newobj__') return instance(machine, list[0] ?? null, list.slice(1));
  return makers.get(name)?.(machine, list) ?? instance(machine, callable, list);
}

/** An instance of a class, made without its constructor. Dicts and lists by class are what they are. */
export function create(machine: Machine, cls: Value, args: Value): Value {
  const list = itemsOf(args);
  if (!list) throw machine.fail(`should make an object with a tuple, but has ${describe(args)}`);
  const name = nameOf(cls);
  if (list.length === 0 && makers.has(name)) return makers.get(name)?.(machine, list) ?? instance(machine, cls, list);
  return instance(machine, cls, list);
}

function instance(machine: Machine, callable: Value, args: readonly Value[]): Instance {
  machine.charge(4);
  return { kind: 'instance', callable, args };
}

/** What `__setstate__` would have got; of containers it is attributes, which nobody asks for. */
export function build(machine: Machine, state: Value): void {
  const target = as('instance', machine.peek());
  if (target) target.state = state;
}

/** Pairs into a dict or an instance that behaves like one. */
export function setItems(machine: Machine, pairs: readonly Value[]): void {
  const target = machine.peek();
  const made = as('instance', target);
  const entries = as('dict', target)?.entries ?? (made && (made.entries ??= new Map<Value, Value>()));
  if (!entries || pairs.length % 2 !== 0) throw machine.fail(`sets ${pairs.length} keys and values of ${describe(target)}`);
  machine.charge(pairs.length);
  for (let k = 0; k < pairs.length; k += 2) entries.set(pairs[k] ?? null, pairs[k + 1] ?? null);
}

/** Items onto a list, a set or an instance that behaves like one. */
export function append(machine: Machine, added: readonly Value[]): void {
  const target = machine.peek();
  const made = as('instance', target);
  const items = as('list', target)?.items ?? as('set', target)?.items ?? (made && (made.items ??= []));
  if (!items) throw machine.fail(`appends to ${describe(target)}`);
  machine.charge(added.length);
  for (const item of added) items.push(item);
}
