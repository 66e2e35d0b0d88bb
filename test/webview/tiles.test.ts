import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { Tile, TileRequest } from '../../src/protocol';
import { bucketFor, coarsest, keysOf, shaded, TILE_COLUMNS, Tiles, type Limits, type TileKey } from '../../webview/tiles';

const lane = { level: 0, direction: 0, signal: 'f' };
const UNITS = 3;

/** Value of a unit at a step: step + unit / 10, or the mean over a bucket. */
function answer({ revision, level, direction, signal, from, to, columns }: TileRequest, upTo = to): Tile {
  const bucket = 2 ** Math.ceil(Math.log2((to - from) / columns));
  const count = Math.ceil((Math.min(to, upTo) - from) / bucket);
  const mean = Float32Array.from({ length: count * UNITS }, (_, k) => from + Math.floor(k / UNITS) * bucket + (bucket - 1) / 2 + (k % UNITS) / 10);
  return { revision, level, direction, signal, from, to: Math.min(to, upTo), bucket, columns: count, units: UNITS, mean };
}

interface Asked { readonly request: TileRequest; answer(tile?: Tile): void; fail(): void }

function made(steps: number, limits: Partial<Limits> = {}): { tiles: Tiles; asked: Asked[]; came: () => number; errors: string[] } {
  const asked: Asked[] = [];
  const errors: string[] = [];
  let came = 0;
  const fetch = (requests: readonly TileRequest[]): Promise<readonly Tile[]> => Promise.all(requests.map(request => new Promise<Tile>((resolve, reject) => {
    asked.push({ request, answer: tile => resolve(tile ?? answer(request)), fail: () => reject(new Error('no such signal')) });
  })));
  const tiles = new Tiles(fetch, () => came++, error => errors.push(error.message), { bytes: 1e9, parallel: 4, together: 1, ...limits });
  tiles.reset(7, steps);
  return { tiles, asked, came: () => came, errors };
}
const settled = (): Promise<void> => new Promise(resolve => setTimeout(resolve));
const key = (index: number, bucket = 1): TileKey => ({ ...lane, bucket, index });

describe('tile cache', () => {
  it('chooses resolutions', () => {
    assert.deepEqual([bucketFor(100, 800), bucketFor(801, 800), bucketFor(10_000, 800), bucketFor(5, 0)], [1, 2, 16, 8]);
    assert.deepEqual([coarsest(1), coarsest(512), coarsest(513), coarsest(10_000)], [1, 1, 2, 32]);
    assert.deepEqual(keysOf(lane, 250, 520, 1, 10_000).map(k => k.index), [0, 1, 2]);
    assert.deepEqual(keysOf(lane, -900, 256, 1, 10_000).map(k => k.index), [0]);
    assert.deepEqual(keysOf(lane, 256, 5000, 2, 600).map(k => k.index), [0, 1]);
    assert.deepEqual(keysOf(lane, 700, 900, 1, 600), []);
  });
  it('asks the most urgent first, few at a time, and nothing that is no longer wanted', async () => {
    const { tiles, asked } = made(100_000);
    tiles.want([0, 1, 2, 3, 4, 5].map(k => key(k)));
    assert.deepEqual(asked.map(a => a.request.from), [0, 256, 512, 768]);
    tiles.want([key(9), key(1)]);
    asked[0]!.answer();
    await settled();
    assert.deepEqual(asked.map(a => a.request.from / TILE_COLUMNS), [0, 1, 2, 3, 9]);
    for (const a of asked) a.answer();
    await settled();
    assert.equal(asked.length, 5);
  });
  it('asks for the last tile with the columns that keep its resolution', () => {
    const { tiles, asked } = made(1000);
    tiles.want([key(1, 2), key(3)]);
    assert.deepEqual(asked.map(a => [a.request.from, a.request.to, a.request.columns, a.request.revision]), [[512, 1000, 244, 7], [768, 1000, 232, 7]]);
  });
  it('drops answers of an older revision', async () => {
    const { tiles, asked, came } = made(1000);
    tiles.want([key(0)]);
    tiles.reset(8, 1000);
    asked[0]!.answer();
    await settled();
    assert.equal(came(), 0);
    assert.equal(tiles.get(key(0)), undefined);
    tiles.want([key(0)]);
    assert.equal(asked[1]!.request.revision, 8);
    asked[1]!.answer({ ...answer(asked[1]!.request), revision: 7 });
    await settled();
    assert.equal(tiles.get(key(0)), undefined);
  });
  it('answers the finest value it has, and says over how many steps it is a mean', async () => {
    const { tiles, asked } = made(2000);
    assert.equal(tiles.value(lane, 1, 300), undefined);
    tiles.want([key(0, 4)]);
    asked[0]!.answer();
    await settled();
    const coarse = tiles.value(lane, 1, 301);
    assert.equal(coarse?.bucket, 4);
    assert.ok(Math.abs(coarse.value - 301.6) < 1e-3);
    tiles.want([key(1)]);
    asked[1]!.answer();
    await settled();
    const fine = tiles.value(lane, 2, 301);
    assert.equal(fine?.bucket, 1);
    assert.ok(Math.abs(fine.value - 301.2) < 1e-3);
  });
  it('gives what covers a window, coarse before fine', async () => {
    const { tiles, asked } = made(2000);
    tiles.want([key(1), key(0, 4), key(2)]);
    for (const a of asked) a.answer();
    await settled();
    assert.deepEqual(tiles.covering(lane, 300, 700, 1).map(t => [t.bucket, t.from]), [[4, 0], [1, 256], [1, 512]]);
    assert.deepEqual(tiles.covering(lane, 300, 700, 4).map(t => t.bucket), [4]);
  });
  it('asks again for a tile that ended early, once it is wanted again', async () => {
    const { tiles, asked } = made(1000);
    tiles.want([key(0)]);
    asked[0]!.answer(answer(asked[0]!.request, 100));
    await settled();
    assert.equal(asked.length, 1);
    assert.equal(tiles.get(key(0))?.columns, 100);
    tiles.want([key(0)]);
    asked[1]!.answer();
    await settled();
    tiles.want([key(0)]);
    assert.equal(asked.length, 2);
    assert.equal(tiles.get(key(0))?.columns, 256);
  });
  it('reports a failure and does not ask in a circle', async () => {
    const { tiles, asked, errors } = made(1000);
    tiles.want([key(0), key(1)]);
    asked[0]!.fail();
    await settled();
    assert.deepEqual(errors, ['no such signal']);
    assert.equal(asked.length, 2);
  });
  it('takes shades for what is only painted, and asks for the numbers once they are wanted', async () => {
    const { tiles, asked } = made(1000);
    const { mean: _mean, ...where } = answer({ ...lane, revision: 7, from: 0, to: 256, columns: 256 });
    tiles.take([shaded(where, { scale: { kind: 'unit' }, entries: new Uint8Array(256 * UNITS).fill(51) })]);
    tiles.want([{ ...key(0), rough: true }]);
    assert.equal(asked.length, 0);
    assert.equal(tiles.value(lane, 1, 3), undefined, 'a shade is read as a value');
    assert.ok(Math.abs(tiles.get(key(0))!.mean[4]! - 0.2) < 1e-6);
    tiles.want([key(0)]);
    asked[0]!.answer();
    await settled();
    assert.ok(Math.abs(tiles.value(lane, 1, 3)!.value - 3.1) < 1e-6);
    assert.equal(tiles.get(key(0))!.shades, undefined);
  });
  it('asks for several in one question, a tile once', async () => {
    const { tiles, asked, came } = made(100_000, { together: 3, parallel: 1 });
    tiles.want([0, 0, 1, 2, 3, 4].map(k => key(k)));
    assert.deepEqual(asked.map(a => a.request.from / TILE_COLUMNS), [0, 1, 2]);
    for (const a of asked.slice(0, 3)) a.answer();
    await settled();
    assert.equal(came(), 1);
    assert.deepEqual(asked.map(a => a.request.from / TILE_COLUMNS), [0, 1, 2, 3, 4]);
  });
  it('keeps parts apart, reads single units from their own, and asks again where extremes are wanted that did not come', async () => {
    const { tiles, asked } = made(2000);
    const part = { first: 2, end: 3 };
    tiles.want([{ ...key(0, 4), part }, { ...key(0, 4), part: 'bands' }]);
    assert.deepEqual(asked.map(a => [a.request.part, a.request.extremes]), [[part, undefined], ['bands', undefined]]);
    const tile = { ...answer(asked[0]!.request), part, units: 1, mean: Float32Array.from({ length: TILE_COLUMNS }, (_, k) => k) };
    asked[0]!.answer(tile);
    asked[1]!.answer();
    await settled();
    assert.deepEqual(tiles.value(lane, 2, 40), { value: 10, bucket: 4 });
    assert.equal(tiles.value(lane, 1, 40), undefined);
    tiles.want([{ ...key(0, 4), part, extremes: true }]);
    assert.equal(asked[2]?.request.extremes, true);
    const whole = { ...tile, min: tile.mean.map(v => v - 1), max: tile.mean.map(v => v + 1) };
    asked[2].answer(whole);
    await settled();
    tiles.want([{ ...key(0, 4), part, extremes: true }, { ...key(0, 4), part }]);
    assert.equal(asked.length, 3);
    assert.equal(tiles.covering({ ...lane, part }, 0, 100, 4)[0], whole);
  });
  it('brings what somebody needs at once, whatever else is wanted', async () => {
    const { tiles, asked } = made(2000, { together: 2 });
    tiles.want([key(0)]);
    asked[0]!.answer();
    await settled();
    let there = false;
    void tiles.bring([key(0), key(1), key(2), key(3)]).then(() => { there = true; });
    await settled();
    for (const a of asked) a.answer();
    await settled();
    assert.deepEqual([asked.length, there], [4, false]);
    asked[3]!.answer();
    await settled();
    assert.ok(there && tiles.get(key(3)));
  });
  it('lets go of what was not looked at for longest', async () => {
    const bytes = TILE_COLUMNS * UNITS * 4;
    const { tiles, asked } = made(100_000, { bytes: 4 * bytes, parallel: 99 });
    for (let k = 0; k < 5; k++) {
      tiles.want([key(k)]);
      asked[k]!.answer();
      await settled();
      tiles.get(key(0));
    }
    assert.ok(tiles.get(key(0)) && tiles.get(key(4)));
    assert.equal(tiles.get(key(1)), undefined);
  });
});
