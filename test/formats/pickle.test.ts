import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FormatError } from '../../src/formats/format';
import { memory } from '../../src/formats/memory';
import { readPickle, type Pickle } from '../../src/formats/parts/pickle';
import { as, callableOf, entry, itemsOf, nameOf, type Value } from '../../src/formats/parts/pickle/values';
import { onlyFormatError, random } from './helpers';

interface Case { readonly name: string; readonly protocol: number; readonly raw: string; readonly value: unknown }

/** What Python pickled in each protocol, and what it reads again. */
const cases = JSON.parse(readFileSync('test/fixtures/files/torch/values.json', 'utf8')) as readonly Case[];

const read = (raw: Uint8Array): Promise<Pickle> => readPickle(memory('x.pkl', raw), 'pickle');
const opcodes = (...parts: (string | number)[]): Uint8Array => Uint8Array.from(parts.flatMap(p => (typeof p === 'number' ? [p] : [...Buffer.from(p, 'latin1')])));

/** A value as the fixtures tell it. Values of up to 1000 levels only. */
function told(value: Value): unknown {
  if (typeof value === 'bigint') return { int: String(value) };
  if (typeof value === 'number' && !Number.isFinite(value)) return { float: value > 0 ? 'inf' : '-inf' };
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') };
  if (value.kind === 'list' || value.kind === 'tuple') return { [value.kind]: value.items.map(told) };
  if (value.kind === 'set') return { set: value.items.map(v => JSON.stringify(told(v))).sort() };
  if (value.kind === 'dict') return { dict: pairs(value.entries) };
  if (value.kind !== 'instance') return value.kind;
  const slots = itemsOf(value.state)?.[1];
  return {
    class: nameOf(value.callable).replace(/^__main__\./, ''), ...(slots ? { slots: told(slots) } : value.state === undefined ? {} : { state: told(value.state) }),
    ...(value.items ? { items: value.items.map(told) } : {}), ...(value.entries ? { entries: pairs(value.entries) } : {}),
  };
}

const pairs = (entries: ReadonlyMap<Value, Value>): unknown => [...entries].map(([k, v]) => [told(k), told(v)]);

describe('pickles', () => {
  for (const { name, protocol, raw, value } of cases) {
    // In protocols 0 and 1 objects of subclasses are rebuilt from a plain container, which is then an argument.
    if (name === 'objects' && protocol < 2) continue;
    it(`${name} in protocol ${protocol} are what Python reads`, async () => assert.deepEqual(told((await read(Buffer.from(raw, 'hex'))).value), value));
  }

  it('objects of protocols 0 and 1 have their class and what they were rebuilt from', async () => {
    for (const { raw } of cases.filter(c => c.name === 'objects' && c.protocol < 2)) {
      const [plain, stack, table] = itemsOf((await read(Buffer.from(raw, 'hex'))).value) ?? [];
      assert.deepEqual([callableOf(plain), callableOf(stack), callableOf(table)], ['__main__.Plain', '__main__.Stack', '__main__.Table']);
      assert.equal(entry(as('instance', plain)?.state, 'x'), 1);
      assert.deepEqual(itemsOf(as('instance', stack)?.args[1]), [1, 'zwei']);
      assert.equal(entry(as('instance', table)?.args[1], 'a'), 1);
    }
  });

  it('a value that is named twice is one', async () => {
    for (const { raw } of cases.filter(c => c.name === 'shared')) {
      const [a, b, c] = itemsOf((await read(Buffer.from(raw, 'hex'))).value) ?? [];
      assert.ok(a === b && entry(c, 'again') === a);
    }
  });

  it('a list that holds itself ends', async () => {
    const { value } = await read(opcodes(0x80, 2, ']q', 0, 'h', 0, 'a.'));
    assert.ok(itemsOf(value)?.[0] === value);
  });

  it('a hundred thousand lists in one another are read without recursion', async () => {
    const depth = 100_000;
    let { value } = await read(opcodes(0x80, 2, ']'.repeat(depth), 'a'.repeat(depth - 1), '.'));
    let count = 0;
    for (let inner: Value | undefined = value; inner !== undefined; inner = itemsOf(value)?.[0]) { value = inner; count++; }
    assert.equal(count, depth);
  });

  it('nothing is called: names and arguments stay, under the names of Python 3', async () => {
    const { value, globals } = await read(opcodes(0x80, 2, 'cposix\nsystem\nX', 2, 0, 0, 0, 'ls', 0x85, 'R0c__builtin__\neval\n.'));
    assert.equal(nameOf(value), 'builtins.eval');
    assert.deepEqual(globals.map(g => [g.module, g.name, g.called]), [['posix', 'system', true], ['builtins', 'eval', false]]);
  });

  it('keys called __proto__ and constructor are keys', async () => {
    const { value } = await read(opcodes('(dX', 9, 0, 0, 0, '__proto__(dX', 1, 0, 0, 0, 'aK', 1, 'ssX', 11, 0, 0, 0, 'constructorK', 2, 's.'));
    assert.deepEqual([...as('dict', value)?.entries.keys() ?? []], ['__proto__', 'constructor']);
    assert.equal(({} as Record<string, unknown>)['a'], undefined);
  });

  it('tells where it ends, and begins where it is asked to', async () => {
    const two = opcodes('junk', 'K', 1, '.', 'K', 2, '.');
    const first = await readPickle(memory('x', two), 'pickle', 4);
    const second = await readPickle(memory('x', two), 'pickle', first.end);
    assert.deepEqual([first.value, first.end, second.value, second.end], [1, 7, 2, 10]);
  });

  it('reads one that is longer than a first piece, and not all of a file that is larger', async () => {
    const long = Buffer.concat([Buffer.from([0x80, 2]), Buffer.from('X'), Buffer.from([0, 0, 3, 0]), Buffer.alloc(0x30000, 'a'), Buffer.from('.')]);
    let most = 0;
    const file = memory('x', Buffer.concat([long, Buffer.alloc(1 << 24)]));
    const { value, end } = await readPickle({ ...file, read: (from, length) => { most = Math.max(most, length); return file.read(from, length); } }, 'pickle');
    assert.deepEqual([typeof value, end], ['string', long.length]);
    assert.ok(most < 4 * long.length, `${most} bytes were read at once`);
  });

  const refused: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['ends in the middle', opcodes(0x80, 2, 'X', 9, 0, 0, 0, 'abc'), /ends in the middle.*truncated/],
    ['is of a protocol to come', opcodes(0x80, 6, 'N.'), /protocol 6/],
    ['takes from an empty stack', opcodes(0x80, 2, 'a.'), /where there is none/],
    ['ends with nothing', opcodes(0x80, 2, '.'), /where there is none/],
    ['closes what was never opened', opcodes(0x80, 2, 't.'), /never opened/],
    ['names what it has not made', opcodes(0x80, 2, 'h', 7, '.'), /value 7/],
    ['has an unknown opcode', opcodes(0x80, 2, 0xff, '.'), /opcode 255/],
    ['asks the extension registry', opcodes(0x80, 2, 0x82, 1, '.'), /extension registry/],
    ['has buffers elsewhere', opcodes(0x80, 5, 0x97, '.'), /outside of the file/],
    ['appends to a number', opcodes(0x80, 2, 'K', 1, 'K', 2, 'a.'), /appends to the number 1/],
    ['sets a key of a list', opcodes(0x80, 2, ']K', 1, 'K', 2, 's.'), /of a list/],
    ['calls with a number', opcodes(0x80, 2, 'ca\nb\nK', 1, 'R.'), /should call with a tuple/],
    ['has a number of a million digits', opcodes(0x80, 2, 0x8b, 0x40, 0x42, 0x0f, 0, '.'), /1000000 bytes/],
    ['has a negative length', opcodes(0x80, 2, 0x8b, 0xff, 0xff, 0xff, 0xff, '.'), /-1 bytes/],
    ['has a string of 2^63 bytes', opcodes(0x80, 4, 0x8d, 0, 0, 0, 0, 0, 0, 0, 0x80, '.'), /string of \d+ bytes/],
    ['has a module that is a number', opcodes(0x80, 4, 'K', 1, 'X', 1, 0, 0, 0, 'a', 0x93, '.'), /should have a text for a module/],
  ];
  for (const [what, raw, message] of refused) {
    it(`refuses one that ${what}`, () => assert.rejects(read(raw), (e: unknown) => e instanceof FormatError && message.test(e.message)));
  }

  it('refuses one that would copy itself until memory is full', async () => {
    // A string of a megabyte, encoded again and again: each round is a few bytes of pickle.
    const round = opcodes('h', 0, 'h', 1, 0x85, 'R0');
    const raw = Buffer.concat([opcodes(0x80, 2, 'c_codecs\nencode\nq', 0, '0X', 0, 0, 16, 0), Buffer.alloc(1 << 20, 'a'), opcodes('q', 1, '0'), ...Array<Uint8Array>(100_000).fill(round), opcodes('N.')]);
    await assert.rejects(read(raw), /more than \d+ bytes of memory/);
  });

  it('random and damaged ones are read or refused, never more', async () => {
    const next = random(4711);
    const whole = cases.map(c => Buffer.from(c.raw, 'hex')).filter(raw => raw.length < 3000);
    const outcomes = { read: 0, refused: 0 };
    for (let k = 0; k < 6000; k++) {
      const raw = k % 3 === 0 ? Uint8Array.from({ length: Math.floor(next() * 60) }, () => Math.floor(next() * 256)) : Uint8Array.from(whole[k % whole.length]!);
      if (k % 3 > 0 && raw.length > 0) raw[Math.floor(next() * raw.length)] = Math.floor(next() * 256);
      outcomes[await onlyFormatError(`${k}: ${Buffer.from(raw).toString('hex').slice(0, 200)}`, () => read(raw))]++;
    }
    assert.ok(outcomes.read > 500 && outcomes.refused > 500, JSON.stringify(outcomes));
  });
});
