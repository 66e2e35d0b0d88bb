import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { duplicateKey } from '../../src/formats/parts/json';
import { brain, half, toFloat32, toFloat64 } from '../../src/formats/parts/numbers';
import { readVarint } from '../../src/formats/parts/protobuf';

describe('numbers as files store them', () => {
  const halves: readonly (readonly [number, number])[] = [
    [0x0000, 0], [0x8000, -0], [0x0001, 2 ** -24], [0x03ff, 1023 * 2 ** -24], [0x0400, 2 ** -14], [0x3c00, 1], [0xc000, -2], [0x3555, 0.333251953125],
    [0x7bff, 65504], [0x7800, 32768], [0x7c00, Infinity], [0xfc00, -Infinity], [0x7e00, NaN],
  ];
  for (const [bits, value] of halves) it(`half 0x${bits.toString(16)} is ${Object.is(value, -0) ? '-0' : value}`, () => assert.ok(Object.is(half(bits), value), String(half(bits))));

  const brains: readonly (readonly [number, number])[] = [[0x3f80, 1], [0xc040, -3], [0x7f80, Infinity], [0x7fc0, NaN], [0x0001, 2 ** -133], [0x7f7f, 3.3895313892515355e38]];
  for (const [bits, value] of brains) it(`bfloat16 0x${bits.toString(16)} is ${value}`, () => assert.ok(Object.is(brain(bits), value), String(brain(bits))));

  it('a Node Buffer from the shared pool gives its own numbers, and an unaligned one too', () => {
    const pooled = Buffer.from([0, 0, 0, 128, 63, 0, 0, 0, 64]).subarray(1);
    assert.deepEqual(toFloat32('float32', pooled), Float32Array.of(1, 2));
  });

  it('64-bit integers stay exact as float64', () => {
    const raw = new Uint8Array(BigInt64Array.of(9007199254740991n, -1n).buffer);
    assert.deepEqual([...toFloat64('int64', raw)], [9007199254740991, -1]);
  });
});

describe('varints', () => {
  const cases: readonly (readonly [number[], number | undefined])[] = [
    [[0], 0], [[127], 127], [[128, 1], 128], [[0xff, 0xff, 0xff, 0xff, 0x0f], 2 ** 32 - 1], [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], Number.MAX_SAFE_INTEGER * 1024 + 1023],
    [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], -1], [[0x80], undefined], [Array.from({ length: 11 }, () => 0x80), undefined], [[], undefined],
  ];
  for (const [bytes, value] of cases) it(`[${bytes.join(' ')}]`, () => assert.equal(readVarint(Uint8Array.from(bytes), 0, bytes.length)?.value, value));
});

describe('keys named twice in JSON', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['{"a":1,"b":{"a":2},"c":[{"a":1},{"a":1}]}', undefined], ['{"a":1,"a":2}', 'a'], ['{"x":{"a":1,"\\u0061":2}}', 'a'], ['{"a":"}{\\":a","b":":"}', undefined],
    ['{"a\\\\":1,"a\\\\":2}', 'a\\'], ['[{"a":1},[1,2],{"b":1,"a":2}]', undefined], ['{"__proto__":1,"constructor":2}', undefined], ['"a"', undefined],
  ];
  for (const [json, key] of cases) it(json, () => assert.equal(duplicateKey(json), key));

  it('texts of megabytes', () => assert.equal(duplicateKey(`{"a":"${'\\"x'.repeat(3_000_000)}","b":1,"b":2}`), 'b'));
});
