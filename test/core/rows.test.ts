import fc from 'fast-check';
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { generatorById, generators, MOST_HELD } from '../../src/core/generate';
import { random, randomTape } from '../../src/core/random';
import { rowsOf, shortenedSource, wholeOf } from '../../src/core/rows';
import type { RowSource } from '../../src/core/sequence';
import { encode } from '../../src/formats/index';
import { textSequence } from '../../src/formats/text';
import { noise } from './networks';

const SEED = 31;

/** The first numbers of seed 7, as they were before sequences could be read in windows. */
const KNOWN: Readonly<Record<string, readonly number[]>> = {
  noise: [1.01407957, -0.685641348, 1.52537346, 0.44564563, 0.540060818, 0.28840512],
  adding: [0.454766959, 1, 0.0638020262, 0, 0.416281581, 1],
};

describe('rows', () => {
  it(`of a generated sequence are the held ones, read in windows in any order (seed ${SEED})`, () => {
    fc.assert(fc.property(fc.constantFrom(...generators), fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 400 }), fc.nat(), (g, steps, asked, seed) => {
      const width = g.width ?? asked;
      const whole = wholeOf(g.make({ steps, width, seed }));
      const data: RowSource = { kind: 'generated', generator: g.id, steps, seed };
      const rows = rowsOf({ steps, width, data });
      const source = random(seed);
      for (let k = 0; k < 8; k++) {
        const from = source.integer(steps), to = from + source.integer(steps - from + 1);
        assert.deepEqual(rows.read(from, to), whole.slice(from * width, to * width), `${g.id} [${from}, ${to})`);
      }
    }), { seed: SEED, numRuns: 150 });
  });

  it('of a seed never change', () => {
    for (const [id, known] of Object.entries(KNOWN)) assert.deepEqual([...wholeOf(generatorById(id).make({ steps: 3, width: 2, seed: 7 }))], known.map(Math.fround), id);
  });

  it('of a million steps lie nowhere until they are read', () => {
    const sequence = generatorById('noise').make({ steps: 1e6, width: 128, seed: 7 });
    assert.ok(!(sequence.data instanceof Float32Array) && 1e6 * 128 > MOST_HELD);
    const rows = rowsOf(sequence);
    const late = rows.read(900_000, 900_010);
    assert.deepEqual(rows.read(899_990, 900_020).subarray(10 * 128, 20 * 128), late);
    const source = random(7);
    source.skip(2 * 128 * 900_000);
    assert.deepEqual(late, new Float32Array(1280).map(() => source.normal()));
    assert.deepEqual(rows.read(0, 4), wholeOf(generatorById('noise').make({ steps: 4, width: 128, seed: 7 })));
  });

  it('of a tape begin anywhere', () => {
    const all = random(SEED);
    const numbers = Array.from({ length: 200_000 }, () => all.uniform());
    const tape = randomTape(SEED);
    for (const place of [65_536, 131_072, 0, 65_535, 199_999, 70_000, 1]) assert.equal(tape(place).uniform(), numbers[place], `place ${place}`);
  });

  it('are looked up as they would be encoded', () => {
    const ids = Int32Array.of(2, -1, 0, 5, 1);
    const table = noise(3, 4);
    for (const encoding of [{ kind: 'onehot', size: 3 }, { kind: 'embedding', size: 3, width: 4, table }] as const) {
      const width = encoding.kind === 'onehot' ? 3 : 4;
      const rows = rowsOf({ steps: 5, width, data: { kind: 'lookup', ids, ...(encoding.kind === 'embedding' && { table }) } });
      for (const [from, to] of [[0, 5], [3, 5], [1, 2]] as const) assert.deepEqual(rows.read(from, to), encode(ids.slice(from, to), encoding));
    }
  });

  it('of a long text are looked up, and of a short one held', () => {
    const short = textSequence('abcab', 't.txt'), long = textSequence('abcdefgh'.repeat(MOST_HELD / 32), 't.txt');
    assert.ok(short.data instanceof Float32Array && !(long.data instanceof Float32Array));
    assert.equal(long.steps, MOST_HELD / 4);
    assert.deepEqual(rowsOf(long).read(long.steps - 1, long.steps), Float32Array.of(0, 0, 0, 0, 0, 0, 0, 1));
  });

  it('can be shortened, whatever they come from', () => {
    const sources: readonly RowSource[] = [noise(9, 2), { kind: 'lookup', ids: Int32Array.from({ length: 9 }, (_, k) => k % 2) }, { kind: 'generated', generator: 'sine', steps: 9, seed: 1 }];
    for (const data of sources) assert.deepEqual(wholeOf({ steps: 4, width: 2, data: shortenedSource(data, 2, 4) }), wholeOf({ steps: 9, width: 2, data }).slice(0, 8));
    for (const data of sources) assert.throws(() => rowsOf({ steps: 10, width: 2, data }), /10 steps of 2, found 9/);
  });
});
