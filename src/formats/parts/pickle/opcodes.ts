/** What each opcode of protocols 0 to 5 does to the machine. Source: Python's `pickletools`. */
import { append, build, call, create, setItems } from './calls';
import type { Machine } from './machine';
import { decimal, latin1, long, rawUnicode, unquoted, utf8 } from './text';
import type { Value } from './values';

type Operation = (machine: Machine) => void;

const MOST_LONG = 4096;

const refuse = (what: string): Operation => m => { throw m.fail(what); };
const make = (value: (m: Machine) => Value): Operation => m => m.push(value(m));
const code = (character: string): number => character.charCodeAt(0);

/** Length by `size`, then so many bytes. */
function piece(m: Machine, size: 'u8' | 'u32' | 'u64'): Uint8Array {
  const length = m.cursor[size]();
  if (!Number.isSafeInteger(length)) throw m.fail(`has a string of ${length} bytes`);
  return m.cursor.take(length);
}

function textOf(m: Machine, raw: Uint8Array, decode: (raw: Uint8Array) => string): string {
  m.charge(raw.length, 2);
  return decode(raw);
}

function integer(m: Machine): Value {
  const text = latin1(m.cursor.line());
  if (text === '00' || text === '01') return text === '01';
  const value = text.length <= MOST_LONG ? decimal(text) : undefined;
  if (value === undefined) throw m.fail('has a number of no known form');
  return value;
}

function longOf(m: Machine, length: number): Value {
  if (length < 0 || length > MOST_LONG) throw m.fail(`has a number of ${length} bytes; at most ${MOST_LONG} are read`);
  return long(m.cursor.take(length));
}

function quoted(m: Machine): Value {
  const raw = m.cursor.line();
  const text = unquoted(textOf(m, raw, latin1));
  if (text === undefined) throw m.fail('has a string without quotes');
  return text;
}

function index(m: Machine): number {
  const value = integer(m);
  if (typeof value !== 'number') throw m.fail('has a place in the memo that is no number');
  return value;
}

const float = (m: Machine): Value => {
  const text = latin1(m.cursor.line()).trim().toLowerCase();
  return /^[+-]?inf/.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text);
};

function dict(m: Machine): void {
  const pairs = m.popMark();
  m.push({ kind: 'dict', entries: new Map() });
  setItems(m, pairs);
}

function tuple(m: Machine, items: Value[]): void {
  m.charge(items.length);
  m.push({ kind: 'tuple', items });
}

function list(m: Machine, kind: 'list' | 'set', items: Value[]): void {
  m.charge(items.length);
  m.push({ kind, items });
}

function withMark(m: Machine, act: (items: readonly Value[]) => void): void {
  act(m.popMark());
}

function two(m: Machine, act: (below: Value, top: Value) => Value): void {
  const top = m.pop();
  m.push(act(m.pop(), top));
}

function obj(m: Machine): void {
  const [cls, ...args] = m.popMark();
  m.push(call(m, cls ?? null, { kind: 'tuple', items: args }));
}

function inst(m: Machine): void {
  const cls = m.global(utf8(m.cursor.line()), utf8(m.cursor.line()));
  m.push(call(m, cls, { kind: 'tuple', items: m.popMark() }));
}

function newObjEx(m: Machine): void {
  m.pop();
  const args = m.pop();
  m.push(create(m, m.pop(), args));
}

const EXTENSION = refuse('names a class by a number of the extension registry, which only its writer knows');
const BUFFER = refuse('has buffers outside of the file');

/** STOP is not among them: it ends the reading. */
export const operations = new Map<number, Operation>([
  [0x80, m => { const version = m.cursor.u8(); if (version > 5) throw m.fail(`is of protocol ${version}; 0 to 5 are read`); }],
  [0x95, m => void m.cursor.u64()],
  [code('('), m => m.mark()],
  [code('0'), m => void (m.stack.length > 0 ? m.pop() : m.popMark())],
  [code('1'), m => void m.popMark()],
  [code('2'), m => m.push(m.peek())],
  [code('N'), make(() => null)],
  [0x88, make(() => true)],
  [0x89, make(() => false)],
  [code('I'), make(integer)],
  [code('J'), make(m => m.cursor.i32())],
  [code('K'), make(m => m.cursor.u8())],
  [code('M'), make(m => m.cursor.u16())],
  [code('L'), make(integer)],
  [0x8a, make(m => longOf(m, m.cursor.u8()))],
  [0x8b, make(m => longOf(m, m.cursor.i32()))],
  [code('F'), make(float)],
  [code('G'), make(m => m.cursor.f64())],
  [code('S'), make(quoted)],
  [code('T'), make(m => textOf(m, piece(m, 'u32'), latin1))],
  [code('U'), make(m => textOf(m, piece(m, 'u8'), latin1))],
  [code('V'), make(m => textOf(m, m.cursor.line(), rawUnicode))],
  [code('X'), make(m => textOf(m, piece(m, 'u32'), utf8))],
  [0x8c, make(m => textOf(m, piece(m, 'u8'), utf8))],
  [0x8d, make(m => textOf(m, piece(m, 'u64'), utf8))],
  [code('B'), make(m => piece(m, 'u32'))],
  [code('C'), make(m => piece(m, 'u8'))],
  [0x8e, make(m => piece(m, 'u64'))],
  [0x96, make(m => piece(m, 'u64'))],
  [0x97, BUFFER],
  [0x98, () => undefined],
  [code(')'), m => tuple(m, [])],
  [code('t'), m => tuple(m, m.popMark())],
  [0x85, m => tuple(m, m.popMany(1))],
  [0x86, m => tuple(m, m.popMany(2))],
  [0x87, m => tuple(m, m.popMany(3))],
  [code(']'), m => list(m, 'list', [])],
  [code('l'), m => list(m, 'list', m.popMark())],
  [code('a'), m => append(m, [m.pop()])],
  [code('e'), m => withMark(m, items => append(m, items))],
  [code('}'), m => m.push({ kind: 'dict', entries: new Map() })],
  [code('d'), dict],
  [code('s'), m => setItems(m, m.popMany(2))],
  [code('u'), m => withMark(m, items => setItems(m, items))],
  [0x8f, m => list(m, 'set', [])],
  [0x90, m => withMark(m, items => append(m, items))],
  [0x91, m => list(m, 'set', m.popMark())],
  [code('c'), make(m => m.global(utf8(m.cursor.line()), utf8(m.cursor.line())))],
  [0x93, m => two(m, (module, name) => m.global(m.text(module, 'a module'), m.text(name, 'a name')))],
  [code('i'), inst],
  [code('o'), obj],
  [0x81, m => two(m, (cls, args) => create(m, cls, args))],
  [0x92, newObjEx],
  [code('R'), m => two(m, (callable, args) => call(m, callable, args))],
  [code('b'), m => build(m, m.pop())],
  [code('P'), make(m => ({ kind: 'persistent', id: utf8(m.cursor.line()) }))],
  [code('Q'), make(m => ({ kind: 'persistent', id: m.pop() }))],
  [code('p'), m => m.put(index(m))],
  [code('q'), m => m.put(m.cursor.u8())],
  [code('r'), m => m.put(m.cursor.u32())],
  [code('g'), make(m => m.get(index(m)))],
  [code('h'), make(m => m.get(m.cursor.u8()))],
  [code('j'), make(m => m.get(m.cursor.u32()))],
  [0x94, m => m.memoize()],
  [0x82, EXTENSION], [0x83, EXTENSION], [0x84, EXTENSION],
]);
