/** The stack, marks and memo of a pickle that is being read, with caps on all of them. */
import { FormatError } from '../../format';
import { printable } from '../checked';
import type { Cursor } from './cursor';
import { as, type Global, type Value } from './values';

/** Estimated bytes of everything that one pickle makes. */
const MOST_MEMORY = 1 << 28;
const MOST_MARKS = 1 << 20;
/** What a value, an item or a place in the memo may take. */
const EACH = 24;

export class Machine {
  stack: Value[] = [];
  readonly globals = new Map<string, Global>();
  private readonly marks: Value[][] = [];
  private readonly memo = new Map<number, Value>();
  private memory = 0;

  /** `start` is where the pickle begins in its file, for messages. */
  constructor(readonly cursor: Cursor, readonly format: string, private readonly start: number) {}

  fail(what: string): FormatError {
    return new FormatError(this.format, `the pickle ${what}`, this.start + this.cursor.at);
  }

  /** Says that so many items (or bytes, by `each`) are about to be made. */
  charge(count: number, each = EACH): void {
    this.memory += count * each;
    if (this.memory > MOST_MEMORY) throw this.fail(`would take more than ${MOST_MEMORY} bytes of memory`);
  }

  push(value: Value): void {
    this.charge(1);
    this.stack.push(value);
  }

  pop(): Value {
    const value = this.stack.pop();
    if (value === undefined) throw this.fail('takes a value where there is none');
    return value;
  }

  peek(): Value {
    const value = this.stack.at(-1);
    if (value === undefined) throw this.fail('takes a value where there is none');
    return value;
  }

  /** The upper `n` values, lowest first. */
  popMany(n: number): Value[] {
    if (this.stack.length < n) throw this.fail('takes a value where there is none');
    return this.stack.splice(this.stack.length - n, n);
  }

  mark(): void {
    if (this.marks.length >= MOST_MARKS) throw this.fail(`is nested more than ${MOST_MARKS} deep`);
    this.marks.push(this.stack);
    this.stack = [];
  }

  /** Everything above the last mark. */
  popMark(): Value[] {
    const items = this.stack;
    const below = this.marks.pop();
    if (!below) throw this.fail('closes what was never opened');
    this.stack = below;
    return items;
  }

  put(index: number): void {
    this.charge(1);
    this.memo.set(index, this.peek());
  }

  memoize(): void {
    this.put(this.memo.size);
  }

  get(index: number): Value {
    const value = this.memo.get(index);
    if (value === undefined) throw this.fail(`names value ${index}, which it has not made`);
    return value;
  }

  global(module: string, name: string): Global {
    const home = python3(module, name);
    const key = `${home}.${name}`;
    const found = this.globals.get(key) ?? { kind: 'global', module: home, name, called: false };
    if (!this.globals.has(key)) this.charge(1, 200 + 2 * key.length);
    this.globals.set(key, found);
    return found;
  }

  /** A string, where there should be one. */
  text(value: Value, what: string): string {
    if (typeof value !== 'string') throw this.fail(`should have a text for ${what}, but has ${describe(value)}`);
    return value;
  }
}

/** Pickles up to protocol 2 name modules as Python 2 did. */
const renamed = new Map([['__builtin__', 'builtins'], ['copy_reg', 'copyreg'], ['cPickle', 'pickle'], ['UserDict', 'collections']]);
const python3 = (module: string, name: string): string => (module === 'itertools' && /^(izip|imap|ifilter)$/.test(name) ? 'builtins' : renamed.get(module) ?? module);

/** `a list`, `the name posix.system`: for messages. */
export function describe(value: Value): string {
  if (value === null) return 'None';
  if (typeof value !== 'object') return `the ${typeof value} ${printable(String(value))}`;
  if (value instanceof Uint8Array) return 'bytes';
  const global = as('global', value);
  return global ? `the name ${printable(`${global.module}.${global.name}`)}` : `a ${value.kind}`;
}
