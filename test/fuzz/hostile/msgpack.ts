/** Flax's msgpack with counts, nesting and extension types that cannot be. */
import { joined, joinedAll, utf8, type Case } from '../file';
import { inMemory } from './made';

const text = (s: string): Uint8Array => joined([0xd9, utf8(s).length], utf8(s));
const map = (...pairs: readonly (Uint8Array | readonly number[])[]): Uint8Array => joined([0x80 + pairs.length / 2], ...pairs);
const ext = (type: number, data: Uint8Array): Uint8Array => joined([0xc9, 0, data.length >> 16, (data.length >> 8) & 255, data.length & 255, type], data);
/** Shape, name of the type, and bytes, as flax packs an array. */
const array = (shape: readonly number[] | Uint8Array, type: string, data: number): Uint8Array => ext(1, joined([0x93], shape, text(type), [0xc4, data], new Uint8Array(data)));

const FILES: readonly (readonly [string, () => Uint8Array])[] = [
  ['a map of 2^32 - 1', () => joined([0xdf, 255, 255, 255, 255], text('a'))],
  ['a list of 2^32 - 1', () => map(text('params'), [0xdd, 255, 255, 255, 255])],
  ['a text of 2^32 - 1', () => map(text('params'), [0xdb, 255, 255, 255, 255])],
  ['bytes of 2^32 - 1', () => map(text('params'), [0xc6, 255, 255, 255, 255])],
  ['an extension of 2^32 - 1', () => map(text('params'), [0xc9, 255, 255, 255, 255, 1])],
  ['100000 lists in one another', () => map(text('params'), new Uint8Array(100_000).fill(0x91))],
  ['100000 maps in one another', () => joined(joinedAll(Array.from({ length: 100_000 }, () => [0x81, 0xa1, 0x61])), [0xc0])],
  ['maps as keys', () => joined(new Uint8Array(50_000).fill(0x81))],
  ['100000 maps that claim much', () => joinedAll(Array.from({ length: 100_000 }, () => [0xde, 255, 255, 0xa1, 0x61]))],
  ['keys called __proto__', () => map(text('__proto__'), map(text('kernel'), array([0x92, 1, 1], 'float32', 4)), text('constructor'), array([0x91, 1], 'float32', 4), text('params'), map(text('__proto__'), [0xc0]))],
  ['the same key twice', () => map(text('a'), array([0x91, 1], 'float32', 4), text('a'), array([0x91, 2], 'float32', 8))],
  ['an array of 2^60 elements', () => map(text('kernel'), array([0x91, 0xcf, 0x10, 0, 0, 0, 0, 0, 0, 0], 'float32', 4))],
  ['an array of negative shape', () => map(text('kernel'), array([0x92, 0xff, 0xff], 'float32', 4))],
  ['an array whose shape is itself an array', () => map(text('kernel'), array(array([0x91, 1], 'float32', 4), 'float32', 4))],
  ['an array of a strange type', () => map(text('kernel'), array([0x91, 1], '__proto__', 4))],
  ['chunks without end', () => map(text('kernel'), map(text('__msgpack_chunked_array__'), [0xc3], text('shape'), map(text('0'), [0xce, 255, 255, 255, 255]), text('chunks'), map(text('0'), array([0x91, 1], 'float32', 4))))],
  ['chunks that are chunks', () => map(text('kernel'), map(text('__msgpack_chunked_array__'), [0xc3], text('shape'), map(text('0'), [1]), text('chunks'), map(text('0'), map(text('__msgpack_chunked_array__'), [0xc3], text('shape'), map(), text('chunks'), map()))))],
  ['numbers as keys', () => map([1], [2], [0xc0], [0xc3], [0xcb, 1, 2, 3, 4, 5, 6, 7, 8], [0x90])],
  ['a byte that begins nothing', () => map(text('a'), [0xc1])],
];

export const msgpackCases = (): readonly Case[] => FILES.map(([what, make]) => inMemory(what, 'model.msgpack', make));
