import fc from 'fast-check';
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { run } from '../../src/core/engine';
import type { Direction, Level, Merge, Network } from '../../src/core/layer';
import { planOf } from '../../src/core/recording/budget';
import { passesOf } from '../../src/core/recording/passes';
import { atOnce, recording, type Place, type Recording, type RecordingOptions, type SeenBlock } from '../../src/core/recording/recording';
import { random } from '../../src/core/random';
import type { Rows } from '../../src/core/rows';
import { layer, level, network, noise } from './networks';

const SEED = 23;
const WIDTH = 3;

/** Rows of which only what is asked for is handed out, so that a window that reads beyond itself is found out. */
function rowsFrom(x: Float32Array, steps: number): Rows {
  return { steps, width: x.length / steps, read: (from, to) => x.slice(from * x.length / steps, to * x.length / steps) };
}

const tiny: RecordingOptions = { memory: 1000, block: 64 };

function both(net: Network, steps: number, options: RecordingOptions = {}, long: RecordingOptions = tiny): { held: Recording; swept: Recording } {
  const rows = rowsFrom(noise(steps, WIDTH), steps);
  const held = atOnce(recording(net, rows, { ...options, memory: Infinity }));
  const swept = atOnce(recording(net, rows, { ...options, ...long }));
  assert.equal(held.stride, 1);
  assert.ok(swept.stride > 1, 'the long recording must not hold everything');
  return { held, swept };
}

function places(r: Recording): Place[] {
  return r.levels.flatMap((l, k) => l.directions.flatMap((d, direction) => d.signals.map(s => ({ level: k, direction, signal: s.name }))));
}

function sameEverywhere(held: Recording, swept: Recording, windows: number, seed = SEED): void {
  assert.deepEqual(swept.levels, held.levels, 'names, sizes and statistics');
  assert.deepEqual(swept.final, held.final);
  assert.equal(swept.arithmetic, held.arithmetic);
  const source = random(seed);
  const { steps } = held;
  const all = places(held);
  for (const place of all) {
    const units = held.levels[place.level]!.directions[place.direction]!.signals.find(s => s.name === place.signal)!.units;
    const whole = atOnce(held.reading(place, 0, steps));
    assert.deepEqual(swept.thinned(place), thin(whole, units, swept.stride), `${JSON.stringify(place)} thinned`);
  }
  for (let k = 0; k < windows; k++) {
    const place = all[source.integer(all.length)]!;
    const from = source.integer(steps), to = from + 1 + source.integer(steps - from), columns = 1 + source.integer(2 ** source.integer(12));
    const what = `${JSON.stringify(place)} [${from}, ${to}) in ${columns}, seed ${seed}`;
    assert.deepEqual(atOnce(swept.tiling(place, from, to, columns)), atOnce(held.tiling(place, from, to, columns)), what);
    assert.deepEqual(atOnce(swept.reading(place, from, to)), atOnce(held.reading(place, from, to)), what);
  }
}

function thin(all: Float32Array, units: number, stride: number): Float32Array {
  return all.filter((_, k) => Math.floor(k / units) % stride === 0);
}

const two = (name: string, cell: string, inputSize: number, units: number, seed: number, merge: Merge = 'concat'): Level =>
  level(name, [layer(cell, inputSize, units, seed), layer(cell, inputSize, units, seed + 1, 'reverse')], merge);

const NETWORKS: readonly [string, Network, number][] = [
  ['one layer', network(level('a', [layer('lstm', 3, 5, 1)])), 1],
  ['a forward stack', network(level('a', [layer('lstm', 3, 5, 1)]), level('b', [layer('gru', 5, 6, 2)]), level('c', [layer('lstmProjected', 6, 3, 3)])), 1],
  ['a reverse layer', network(level('a', [layer('gru', 3, 4, 1, 'reverse')])), 1],
  ['reverse over forward over reverse', network(level('a', [layer('rnn', 3, 4, 1, 'reverse')]), level('b', [layer('gru', 4, 5, 2)]), level('c', [layer('rnn', 5, 2, 3, 'reverse')])), 3],
  ...(['concat', 'sum', 'mul', 'ave', 'none'] as const).map((m): [string, Network, number] => [`directions merged by ${m}`, network(two('a', 'lstm', 3, 4, 1, m), level('b', [layer('gru', m === 'concat' ? 8 : 4, 3, 5)])), 3]),
  ['three bidirectional levels', network(two('a', 'gru', 3, 4, 1), two('b', 'lstm', 8, 3, 3), two('c', 'rnn', 6, 2, 5)), 4],
  ['lengths and initial states', network(
    level('a', [layer('lstm', 3, 4, 1, 'forward', { length: 200, initial: { h: Float32Array.of(1, 2, 3, 4), c: Float32Array.of(0.1, 0.2, 0.3, 0.4) } }), layer('lstm', 3, 4, 2, 'reverse', { length: 200 })]),
    level('b', [layer('gru', 8, 3, 3, 'reverse', { length: 300, initial: { h: Float32Array.of(1, -1, 0.5) } })])), 2],
];

describe('recording', () => {
  for (const [name, net, passes] of NETWORKS) it(`answers for a long run of ${name} as if it were held, in ${passes} passes`, () => {
    assert.equal(passesOf(net).length, passes);
    for (const steps of [577, 640]) {
      const { held, swept } = both(net, steps);
      sameEverywhere(held, swept, 120);
    }
  });

  it('holds the same numbers as the engine says', async () => {
    const net = NETWORKS.at(-1)![1];
    const x = noise(400, WIDTH);
    const trace = await run(net, x, 400);
    const swept = atOnce(recording(net, rowsFrom(x, 400), tiny));
    for (const [k, l] of trace.levels.entries()) for (const [d, t] of l.directions.entries()) {
      for (const [signal, data] of Object.entries(t.signals)) assert.deepEqual(atOnce(swept.reading({ level: k, direction: d, signal }, 0, 400)), data, signal);
      assert.deepEqual(swept.final[k]![d], t.final);
    }
  });

  it(`does so for any network, window, budget and evaluator (seed ${SEED})`, () => {
    const direction = fc.constantFrom<Direction>('forward', 'reverse');
    const shape = fc.array(fc.record({ cell: fc.constantFrom('rnn', 'gru', 'lstm', 'lstmPeephole', 'minGRU'), units: fc.integer({ min: 1, max: 6 }), ways: fc.uniqueArray(direction, { minLength: 1, maxLength: 2 }), merge: fc.constantFrom<Merge>('concat', 'sum', 'mul', 'ave', 'none') }), { minLength: 1, maxLength: 4 });
    fc.assert(fc.property(shape, fc.integer({ min: 1, max: 700 }), fc.constantFrom(64, 128, 256), fc.integer({ min: 100, max: 200_000 }), fc.constantFrom<'fast' | 'reference'>('fast', 'reference'), fc.nat(), (levels, steps, block, memory, evaluator, seed) => {
      let width = WIDTH;
      const net = network(...levels.map(({ cell, units, ways, merge }, k) => {
        const made = level(`l${k}`, ways.map((way, d) => layer(cell, width, units, seed % 1000 + 2 * k + d, way)), merge);
        width = ways.length === 2 && merge === 'concat' ? 2 * units : units;
        return made;
      }));
      const rows = rowsFrom(noise(steps, WIDTH, seed), steps);
      const held = atOnce(recording(net, rows, { memory: Infinity, evaluator }));
      sameEverywhere(held, atOnce(recording(net, rows, { memory, block, evaluator })), 12, seed);
    }), { seed: SEED, numRuns: 60 });
  });

  it('keeps to masks', () => {
    const mask = Uint8Array.from({ length: 500 }, (_, t) => Number(t % 7 !== 0 && !(t > 120 && t < 330)));
    for (const [, net] of NETWORKS.slice(-4, -1)) {
      const { held, swept } = both(net, 500, { mask });
      sameEverywhere(held, swept, 60);
    }
    const refused = (net: Network, wrong: ArrayLike<number>): (() => void) => () => { atOnce(recording(net, rowsFrom(noise(500, WIDTH), 500), { ...tiny, mask: wrong })); };
    assert.throws(refused(NETWORKS[0]![1], [1]), /mask should say of each of 500 steps/);
    assert.throws(refused(NETWORKS.at(-1)![1], mask), /not both/);
  });

  it('records what was asked for, starts where it was told to, and refuses what the engine refuses', () => {
    const net = NETWORKS[1]![1];
    const initial = [[{ h: Float64Array.of(1, 2, 3, 4, 5), c: Float64Array.of(0.1, 1e-9, 3, 4, 5) }], [{}], [{ h: Float32Array.of(1, 1, 1) }]];
    const { held, swept } = both(net, 300, { record: ['f', 'z', 'h', 'i.pre'], initial });
    sameEverywhere(held, swept, 60);
    assert.deepEqual(swept.levels.map(l => l.directions[0]!.signals.map(s => s.name)), [['x', 'i.pre', 'f', 'h'], ['x', 'z', 'h'], ['x', 'i.pre', 'f', 'h']]);
    for (const memory of [1000, Infinity]) {
      const refused = (rows: Rows, options: RecordingOptions, words: RegExp): void => { assert.throws(() => atOnce(recording(net, rows, { ...options, memory })), words); };
      refused(rowsFrom(noise(300, WIDTH), 300), { record: ['q'] }, /no signal "q"/);
      refused(rowsFrom(noise(300, 2), 300), {}, /reads 3 numbers a step/);
      refused(rowsFrom(noise(300, WIDTH), 300), { initial: [[{ h: Float32Array.of(1) }]] }, /initial state h should hold 5/);
      refused({ steps: 0, width: 3, read: () => new Float32Array() }, {}, /at least one step/);
    }
  });

  it('locates NaN and shows it at every resolution', () => {
    const net = NETWORKS[4]![1];
    const x = noise(600, WIDTH);
    x[3 * 333 + 1] = NaN;
    const rows = rowsFrom(x, 600);
    const held = atOnce(recording(net, rows, { memory: Infinity })), swept = atOnce(recording(net, rows, tiny));
    sameEverywhere(held, swept, 60);
    const [ahead, back] = swept.levels[0]!.directions.map(d => d.signals.find(s => s.name === 'h')!.stats.notFinite?.step);
    assert.deepEqual([ahead, back], [333, 0]);
  });

  it('yields often; stopping anywhere is free, and other runs in between change nothing', () => {
    const net = NETWORKS[9]![1];
    const rows = rowsFrom(noise(640, WIDTH), 640);
    const expected = atOnce(recording(net, rows, { memory: Infinity }));
    const source = random(SEED);
    const pieces = [...recording(net, rows, tiny)];
    assert.ok(pieces.length >= 40, String(pieces.length));
    assert.ok(pieces.every((p, k) => p.done <= p.total && (k === 0 || p.done >= pieces[k - 1]!.done || p.total !== pieces[k - 1]!.total)));
    for (let round = 0; round < 6; round++) {
      const stopped = recording(net, rows, tiny);
      for (let k = source.integer(pieces.length); k > 0; k--) stopped.next();
      stopped.return(expected);
      const work = recording(net, rows, { ...tiny, piece: 0 });
      const other = recording(net, rows, tiny);
      for (;;) {
        const piece = work.next();
        if (source.integer(3) === 0) other.next();
        if (piece.done) { sameEverywhere(expected, piece.value, 10, round); break; }
      }
    }
  });

  it('answers several at once, and one that is given up, the same', () => {
    const { held, swept } = both(NETWORKS[9]![1], 640);
    const source = random(SEED);
    const asked = Array.from({ length: 12 }, (_, k): { place: Place; columns: number; work: ReturnType<Recording['tiling']>; answer?: unknown } => {
      const place = { level: k % 3, direction: k % 2, signal: 'h' };
      return { place, columns: 40 + k, work: swept.tiling(place, 30 * k, 640, 40 + k) };
    });
    while (asked.some(a => a.answer === undefined)) {
      const one = asked[source.integer(asked.length)]!;
      if (one.answer !== undefined) continue;
      const piece = one.work.next();
      if (piece.done) one.answer = piece.value;
    }
    for (const [k, a] of asked.entries()) if (k % 4 !== 3) assert.deepEqual(a.answer, atOnce(held.tiling(a.place, 30 * k, 640, a.columns)));
  });

  it('shows every block once, in the order of the layer', () => {
    const net = NETWORKS[9]![1];
    const rows = rowsFrom(noise(600, WIDTH), 600);
    const blocks: SeenBlock[] = [];
    const swept = atOnce(recording(net, rows, { ...tiny, seen: b => blocks.push(b) }));
    for (const [k, l] of net.levels.entries()) for (const [d, one] of l.directions.entries()) {
      const own = blocks.filter(b => b.level === k && b.direction === d);
      const starts = Array.from({ length: 10 }, (_, b) => 64 * b);
      assert.deepEqual(own.map(b => b.from), one.direction === 'reverse' ? starts.reverse() : starts);
      for (const b of own) assert.deepEqual(b.signals['h'], atOnce(swept.reading({ level: k, direction: d, signal: 'h' }, b.from, b.from + b.steps)));
    }
  });

  it('takes memory by the budget, whatever the steps', () => {
    const net = network(level('a', [layer('lstm', 128, 128, 1)]));
    const numbers = 7 * 128;
    for (const memory of [2 ** 24, 2 ** 28]) for (const steps of [1e5, 1e6, 1e7]) {
      const plan = planOf(net, steps, {}, memory, 'fast');
      assert.ok([plan.block, plan.finest, plan.stride].every(n => Number.isInteger(Math.log2(n))), JSON.stringify(plan));
      const bytes = 4 * numbers * steps * (6 / plan.finest + 1 / plan.stride) + plan.cache + steps / plan.block * 8 * 128;
      assert.ok(bytes <= memory && bytes > memory / 3, `${bytes / 2 ** 20} MB of ${memory / 2 ** 20}`);
    }
  });
});
