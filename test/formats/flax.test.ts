/** Flax's MessagePack: against Flax, and what a damaged or hostile one does. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { openFlax } from '../../src/formats/flax';
import { FormatError } from '../../src/formats/format';
import { memory, open } from '../../src/formats/index';
import { looksLikeMsgpack, readMsgpack, type Msg } from '../../src/formats/parts/msgpack';
import { onDisk } from './helpers';
import { truths } from './truth';

truths('flax');

const text = (s: string): number[] => [0xa0 + s.length, ...new TextEncoder().encode(s)];
const bin = (bytes: readonly number[]): number[] => [0xc4, bytes.length, ...bytes];
const ext = (type: number, bytes: readonly number[]): number[] => [0xc7, bytes.length, type, ...bytes];
const map = (entries: readonly (readonly [readonly number[], readonly number[]])[]): number[] => [0x80 + entries.length, ...entries.flatMap(([k, v]) => [...k, ...v])];
const f4 = (...values: number[]): number[] => [...new Uint8Array(Float32Array.from(values).buffer)];
/** As the specification and flax.serialization have it, by hand. */
const array = (shape: readonly number[], dtype: string, data: readonly number[]): number[] => ext(1, [0x93, 0x90 + shape.length, ...shape, ...text(dtype), ...bin(data)]);
const file = (bytes: readonly number[], name = 'x.msgpack') => memory(name, Uint8Array.from(bytes));

describe('flax', () => {
  it('reads arrays, scalars and numbers at any depth; texts and numbers are metadata', async () => {
    const opened = await openFlax(file(map([
      [text('params'), map([[text('a'), array([2], 'float32', f4(1, 2))], [[5], [0x92, ...array([1, 2], 'int8', [255, 3]), 0xc0]]])],
      [text('step'), [0xcd, 1, 0]], [text('note'), text('hi')], [text('scale'), ext(3, [0x93, 0x90, ...text('float16'), ...bin([0, 0x3c])])], [text('__proto__'), [0xff]],
    ])));
    assert.deepEqual(opened.tensors.map(t => [t.name, t.dtype, t.shape]), [['params.a', 'float32', [2]], ['params.5.0', 'int8', [1, 2]], ['scale', 'float16', []]]);
    assert.deepEqual(await Promise.all(opened.tensors.map(async t => Array.from(await t.read()))), [[1, 2], [-1, 3], [1]]);
    assert.deepEqual(Object.entries(opened.metadata), [['step', '256'], ['note', 'hi'], ['__proto__', '-1']]);
  });

  it('reads no numbers when it opens', async () => {
    const data = new Uint8Array(4_000_000);
    const start = Uint8Array.from([0x82, ...text('a'), 0xc9, 0, 0, 0, 0, 1, 0x93, 0x91, 0xce, 0, 0, 0, 0, ...text('float32'), 0xc6, 0, 0, 0, 0]);
    const view = new DataView(start.buffer);
    view.setUint32(4, data.length + start.length - 9);
    view.setUint32(12, data.length / 4);
    view.setUint32(start.length - 4, data.length);
    const whole = Uint8Array.from([...start, ...data, ...text('step'), 7]);
    const bytes = file([]);
    let read = 0;
    const opened = await openFlax({ ...bytes, size: whole.length, read: async (at, length) => { read += length; return whole.subarray(at, at + length); } });
    assert.deepEqual([opened.tensors[0]!.shape, opened.metadata['step']], [[1_000_000], '7']);
    assert.ok(read < 20_000, `${read} bytes were read`);
  });

  it('of a train state lists the optimizer\'s arrays, but no layers of them', async () => {
    const opened = await open(onDisk('test/fixtures/files/flax/train-state.msgpack'));
    assert.ok(opened.kind === 'checkpoint');
    assert.ok(opened.tensors.some(t => t.name.startsWith('opt_state.0.mu.encoder')));
    assert.ok(opened.stacks.every(s => s.levels.every(l => l.tensors.every(t => t.startsWith('params.')))));
    assert.equal(opened.metadata['step'], '1');
  });

  const deep = [...Array.from({ length: 200 }, () => [0x81, 0xa1, 0x61]).flat(), 1];
  const bad: readonly (readonly [string, readonly number[], RegExp])[] = [
    ['is cut', map([[text('a'), array([2], 'float32', f4(1, 2))]]).slice(0, -3), /truncated/],
    ['has more than it says', [...map([[text('a'), array([1], 'float32', f4(1))]]), 0, 0], /2 bytes follow its end/],
    ['names one thing twice', map([[text('a'), [1]], [text('a'), [2]]]), /"a" twice/],
    ['names a number and its digits', map([[text('1'), [1]], [[1], [2]]]), /"1" twice/],
    ['has a key that is no name', [0x81, 0x90, 1], /a key should be a name/],
    ['claims a huge map', [0xdf, 255, 255, 255, 255, ...text('a'), 1], /should follow, but there are only/],
    ['claims a huge list', map([[text('a'), [0xdd, 255, 255, 255, 255]]]), /should follow, but there are only/],
    ['is deep', deep, /100 deep/],
    ['has a byte that begins nothing', map([[text('a'), [0xc1]]]), /0xc1 begins no value/],
    ['has an array of the wrong length', map([[text('a'), array([3], 'float32', f4(1, 2))]]), /"a" of shape \[3\] and type float32 should take 12 bytes, but has 8/],
    ['has an array with a negative dimension', map([[text('a'), array([0xff], 'float32', f4(1))]]), /no list of counts/],
    ['has an array that is none', map([[text('a'), ext(1, [0xc0])]]), /should be a list of shape/],
    ['has no arrays', map([[text('a'), [1]]]), /holds no arrays/],
  ];
  for (const [what, bytes, message] of bad) {
    it(`refuses a file that ${what}`, () => assert.rejects(openFlax(file(bytes)), (e: unknown) => e instanceof FormatError && message.test(e.message)));
  }

  it('opens an array of a type it cannot read, and says so when it is asked for', async () => {
    const opened = await openFlax(file(map([[text('a'), array([2], 'float8_e5m2', [1, 2])]])));
    await assert.rejects(opened.tensors[0]!.read(), /"a" is of type float8_e5m2, which is not read/);
  });

  it('is told from what begins with the same byte', () => {
    for (const head of [[0x80, 2, 0x8a], [0x89, 0x48, 0x44, 0x46], [0x89, 0x50, 0x4e, 0x47], [0x82], [0x81, 0xa3, 1, 2, 3]]) assert.equal(looksLikeMsgpack(Uint8Array.from(head)), false, head.join());
    assert.equal(looksLikeMsgpack(Uint8Array.from([0x81, ...text('params'), 0x80])), true);
    assert.equal(looksLikeMsgpack(Uint8Array.from([0xde, 0, 1, ...text('params'), 0x80])), true);
  });
});

describe('MessagePack', () => {
  const values: readonly (readonly [string, readonly number[], Msg])[] = [
    ['nil', [0xc0], { kind: 'nil' }], ['false', [0xc2], { kind: 'bool', value: false }], ['true', [0xc3], { kind: 'bool', value: true }],
    ['fixint', [127], { kind: 'number', value: 127 }], ['negative fixint', [0xe0], { kind: 'number', value: -32 }],
    ['uint8', [0xcc, 200], { kind: 'number', value: 200 }], ['uint16', [0xcd, 1, 2], { kind: 'number', value: 258 }], ['uint32', [0xce, 255, 255, 255, 255], { kind: 'number', value: 4294967295 }],
    ['uint64', [0xcf, 0, 0, 0, 1, 0, 0, 0, 0], { kind: 'number', value: 2 ** 32 }],
    ['int8', [0xd0, 0x80], { kind: 'number', value: -128 }], ['int16', [0xd1, 0xff, 0xfe], { kind: 'number', value: -2 }], ['int32', [0xd2, 0xff, 0xff, 0xff, 0xfd], { kind: 'number', value: -3 }],
    ['int64', [0xd3, 255, 255, 255, 255, 255, 255, 255, 252], { kind: 'number', value: -4 }],
    ['float32', [0xca, 0x3f, 0x80, 0, 0], { kind: 'number', value: 1 }], ['float64', [0xcb, 0xc0, 0, 0, 0, 0, 0, 0, 0], { kind: 'number', value: -2 }],
    ['fixstr', text('ab'), { kind: 'text', value: 'ab' }], ['str8', [0xd9, 1, 0x63], { kind: 'text', value: 'c' }], ['str16', [0xda, 0, 1, 0x63], { kind: 'text', value: 'c' }], ['str32', [0xdb, 0, 0, 0, 1, 0x63], { kind: 'text', value: 'c' }],
    ['bin8', bin([1, 2]), { kind: 'bin', at: 2, length: 2 }], ['bin16', [0xc5, 0, 1, 9], { kind: 'bin', at: 3, length: 1 }], ['bin32', [0xc6, 0, 0, 0, 1, 9], { kind: 'bin', at: 5, length: 1 }],
    ['fixext1', [0xd4, 5, 9], { kind: 'ext', type: 5, at: 2, length: 1 }], ['fixext2', [0xd5, 0xff, 9, 9], { kind: 'ext', type: -1, at: 2, length: 2 }], ['fixext16', [0xd8, 1, ...Array<number>(16).fill(0)], { kind: 'ext', type: 1, at: 2, length: 16 }],
    ['ext8', [0xc7, 3, 1, 0, 0, 0], { kind: 'ext', type: 1, at: 3, length: 3 }], ['ext16', [0xc8, 0, 1, 1, 0], { kind: 'ext', type: 1, at: 4, length: 1 }], ['ext32', [0xc9, 0, 0, 0, 1, 1, 0], { kind: 'ext', type: 1, at: 6, length: 1 }],
    ['array16', [0xdc, 0, 1, 5], { kind: 'list', items: [{ kind: 'number', value: 5 }] }], ['array32', [0xdd, 0, 0, 0, 1, 5], { kind: 'list', items: [{ kind: 'number', value: 5 }] }],
    ['map16', [0xde, 0, 1, ...text('k'), 5], { kind: 'map', entries: new Map([['k', { kind: 'number', value: 5 }]]) }], ['map32', [0xdf, 0, 0, 0, 1, 9, 5], { kind: 'map', entries: new Map([['9', { kind: 'number', value: 5 }]]) }],
  ];
  for (const [name, bytes, value] of values) it(name, async () => assert.deepEqual(await readMsgpack(file(bytes), 'msgpack'), value));
});
