import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { pearson } from '../../src/analysis/units';
import { cellById } from '../../src/core/cells/index';
import { initialise } from '../../src/core/initialise';
import type { Layer, Network, Tensor } from '../../src/core/layer';
import { random } from '../../src/core/random';
import type { Sequence } from '../../src/core/sequence';
import type { RecorderApi } from '../../src/recorder';
import type { Job } from '../../src/studies/run';
import { joined } from '../session/joined';

const TEXT = 'if a == "one two": print(a)\nelse: say("three (four)", b)\n'.repeat(6), UNITS = 8;
const SYMBOLS = [...new Set(TEXT)].sort(), WIDTH = SYMBOLS.length;

function sequenceOf(): Sequence {
  const ids = Int32Array.from(TEXT, c => SYMBOLS.indexOf(c));
  return { steps: ids.length, width: WIDTH, data: { kind: 'lookup', ids }, labels: [...TEXT], axis: 'characters', description: 'text', notes: [], ids };
}

function tensor(shape: readonly number[], seed: number): Tensor {
  const source = random(seed);
  return { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => source.normal()) };
}

const layerOf = (cell: string, seed: number): Layer => ({ cell: cellById(cell), inputSize: WIDTH, units: UNITS, direction: 'forward', params: initialise(cellById(cell), WIDTH, UNITS, 'pytorch', seed) });
const jobOf = (layer: Layer, decoder?: Job['decoder'], more: Partial<Job> = {}): Job => {
  const network: Network = { name: 'n', levels: [{ name: 'l', merge: 'none', directions: [layer] }] };
  return { revision: 1, network, sequence: sequenceOf(), seed: 1, invented: false, decoder, ...more };
};

async function opened(job: Job): Promise<RecorderApi> {
  const { recorder } = joined();
  await recorder.run(job);
  return recorder;
}
const AT = { level: 0, direction: 0 } as const;
const rowsOf = async (recorder: RecorderApi, signal: string, run?: string): Promise<Float32Array> => {
  const { mean } = await recorder.tile({ revision: 1, ...(run && { run }), ...AT, signal, from: 0, to: TEXT.length, columns: TEXT.length });
  return mean;
};
const unitOf = (rows: Float32Array, unit: number): Float32Array => rows.filter((_, k) => k % UNITS === unit);
const near = (a: number, b: number, tolerance = 1e-6): boolean => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));

describe('the table of units', () => {
  for (const cell of ['lstm', 'gru', 'rnn']) {
    it(`says what cards say, of a ${cell}`, async () => {
      const recorder = await opened(jobOf(layerOf(cell, 5)));
      const table = await recorder.ask('units', { ...AT, labels: 0 });
      const rows = await rowsOf(recorder, table.signal);
      assert.deepEqual(table.follows.tracks, ['in quotes', 'bracket depth', 'column', 'in a word']);
      for (let unit = 0; unit < UNITS; unit++) {
        const card = await recorder.card(0, 0, unit);
        assert.equal(table.follows.tracks[table.follows.track[unit]!], card.follows[0]!.track);
        assert.ok(near(table.follows.r[unit]!, card.follows[0]!.r));
        assert.ok(table.follows.p[unit]! >= card.follows[0]!.p! * 0.3, 'correction made p smaller');
        assert.equal(table.halfLife?.steps[unit], card.halfLife?.steps);
        card.saturation.forEach((s, k) => assert.ok(near(table.saturation[k]!.closed[unit]!, s.closed) && near(table.saturation[k]!.open[unit]!, s.open)));
        const own = unitOf(rows, unit), mean = own.reduce((a, b) => a + b, 0) / own.length;
        assert.ok(near(table.activity[unit]!, Math.sqrt(own.reduce((a, v) => a + (v - mean) ** 2, 0) / own.length)));
      }
      assert.equal(table.halfLife === undefined, cell === 'rnn');
    });
  }

  it('tests nothing that was invented', async () => {
    const { follows } = await (await opened(jobOf(layerOf('lstm', 5), undefined, { invented: true }))).ask('units', { ...AT, labels: 0 });
    assert.equal(follows.shifts, 0);
    assert.ok(follows.p.every(Number.isNaN) && follows.r.every(Number.isFinite));
  });

  it('has the labels that were brought beside those of the text', async () => {
    const recorder = await opened(jobOf(layerOf('gru', 5)));
    const h = unitOf(await rowsOf(recorder, 'h'), 3);
    const brought = await recorder.ask('labels', { version: 1, tracks: [{ name: 'mine', values: Array.from(h, v => 2 * v) }, { name: 'same', values: Array.from(h, () => 4) }] });
    assert.deepEqual(brought, { version: 1, used: ['mine'], steps: TEXT.length });
    const { follows } = await recorder.ask('units', { ...AT, labels: 1 });
    assert.equal(follows.tracks[follows.track[3]!], 'mine');
    assert.ok(near(follows.r[3]!, 1));
  });
});

describe('one unit', () => {
  it('has its r with every character, and its highest and lowest places', async () => {
    const recorder = await opened(jobOf(layerOf('lstm', 5)));
    const c = unitOf(await rowsOf(recorder, 'c'), 2);
    const found = await recorder.ask('unit', { ...AT, unit: 2 });
    const rs = SYMBOLS.map(s => ({ s, r: pearson(c, [...TEXT].map(x => (x === s ? 1 : 0))) })).sort((a, b) => Math.abs(b.r) - Math.abs(a.r));
    assert.equal(found.inputsTested, WIDTH);
    found.inputs.forEach(({ name, r, p }, k) => { assert.equal(name, rs[k]!.s); assert.ok(near(r, rs[k]!.r)); assert.ok(p! > 0 && p! <= 1); });
    for (const [pieces, sign] of [[found.high, 1], [found.low, -1]] as const) {
      const best = c.reduce((a, v, t) => sign * v > sign * c[a]! ? t : a, 0);
      if (sign * c[best]! > 0) assert.equal(pieces[0]?.peak, best);
      for (const { from, values, labels, peak } of pieces) {
        assert.deepEqual(values, Array.from(c.subarray(from, from + values.length)));
        assert.deepEqual(labels, [...TEXT].slice(from, from + values.length));
        assert.ok(sign * c[peak]! > 0);
      }
    }
  });
});

describe('a unit switched off', () => {
  /** The same layer, its column of every matrix that reads h zero: by hand. */
  const off = (layer: Layer, unit: number): Layer => ({ ...layer, params: Object.fromEntries(Object.entries(layer.params).map(([name, { shape, data }]) => [name, { shape, data: name.startsWith('U') ? data.map((v, k) => (k % UNITS === unit ? 0 : v)) : data }])) });
  const decoder = { weight: tensor([WIDTH, UNITS], 4), bias: tensor([WIDTH], 6) };

  for (const cell of ['lstm', 'gru']) {
    it(`changes the surprise as a run with zero weights does, of a ${cell}`, async () => {
      const layer = layerOf(cell, 5), recorder = await opened(jobOf(layer, decoder));
      const answer = await recorder.ask('silence', { ...AT, units: [6, 1] });
      const base = await recorder.surprise();
      const mean = (bits: Float32Array): number => bits.filter(Number.isFinite).reduce((a, b) => a + b, 0) / (TEXT.length - 1);
      assert.equal(answer.measure, 'bits');
      assert.ok(near(answer.base, mean(base), 1e-5));
      for (const { unit, change, places } of answer.effects) {
        const weight = { ...decoder.weight, data: decoder.weight.data.map((v, k) => (k % UNITS === unit ? 0 : v)) };
        const other = await opened(jobOf(off(layer, unit), { ...decoder, weight }));
        const bits = await other.surprise();
        assert.ok(Math.abs(change - (mean(bits) - mean(base))) < 1e-5, `unit ${unit}: ${change} for ${mean(bits) - mean(base)}`);
        const worst = bits.reduce((a, b, t) => b - base[t]! > bits[a]! - base[a]! ? t : a, 1);
        assert.equal(places[0]?.step, worst);
      }
      assert.deepEqual(answer.effects.map(e => e.unit), [6, 1]);
      assert.deepEqual((await recorder.ask('silence', { ...AT, units: [0] })).effects.map(e => e.unit), [6, 1, 0]);
    });
  }

  it('changes the output where nothing is predicted', async () => {
    const layer = layerOf('rnn', 5), recorder = await opened(jobOf(layer));
    const { measure, effects: [effect], steps } = await recorder.ask('silence', { ...AT, units: [4] });
    assert.deepEqual([measure, steps], ['output', TEXT.length]);
    const before = await rowsOf(recorder, 'h'), after = await rowsOf(await opened(jobOf(off(layer, 4))), 'h');
    let moved = 0, all = 0;
    before.forEach((v, k) => { all += v * v; moved += ((k % UNITS === 4 ? 0 : after[k]!) - v) ** 2; });
    assert.ok(near(effect!.change, Math.sqrt(moved / all)));
  });

  it('needs weights', async () => {
    const { recorder } = joined();
    await recorder.load({ revision: 1, steps: 4, axis: 'steps', levels: [{ name: 'l', inputSize: 1, directions: [{ direction: 'forward', signals: [{ name: 'h', units: 2, data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) }] }] }] });
    await assert.rejects(recorder.ask('silence', { ...AT, units: [0] }), /holds signals but no weights; open its checkpoint/);
    assert.deepEqual((await recorder.ask('unit', { ...AT, unit: 0 })).inputs, []);
    const table = await recorder.ask('units', { ...AT, labels: 0 });
    assert.deepEqual([table.signal, table.follows.tracks, [...table.follows.track]], ['h', [], [-1, -1]]);
    assert.equal((await recorder.ask('stateSpace', { ...AT, signal: 'h' })).shares[0]!.toFixed(6), '1.000000');
  });
});

describe('ranges and the state space', () => {
  it('are answered in steps', async () => {
    const recorder = await opened(jobOf(layerOf('lstm', 5)));
    const c = await rowsOf(recorder, 'c');
    const found = await recorder.ask('similar', { ...AT, from: 10, to: 14, threshold: 0.05 });
    assert.deepEqual([found.from, found.to, found.threshold, found.stride], [10, 14, 0.05, 1]);
    const through = Array.from({ length: UNITS }, (_, u) => u).filter(u => [1, -1].some(s => [10, 11, 12, 13].every(t => s * c[t * UNITS + u]! > 0.05)));
    assert.deepEqual([...found.units].sort((a, b) => a - b), through);
    // The text repeats, and so do the units that are on.
    assert.ok(found.places.some(p => p.from <= 10 + TEXT.length / 6 && p.to > 10 + TEXT.length / 6 && p.shared === through.length), JSON.stringify(found.places));
    const space = await recorder.ask('stateSpace', { ...AT, signal: 'c' });
    assert.deepEqual([space.points.length, space.every, space.components, space.exact], [TEXT.length * 4, 1, 4, true]);
    await assert.rejects(recorder.ask('stateSpace', { ...AT, signal: 'q' }), /no signal q; recorded are x, i, f, g, o, c, h/);
  });

  it('hold a changed run in the components of its baseline, and how far it is from it', async () => {
    const units = 3, from = 40; // as many components as units: nothing is lost
    const layer: Layer = { cell: cellById('lstm'), inputSize: WIDTH, units, direction: 'forward', params: initialise(cellById('lstm'), WIDTH, units, 'pytorch', 5) };
    const recorder = await opened(jobOf(layer));
    const { run } = await recorder.ask('whatIf', { changes: [{ ...AT, kind: 'clamp', signal: 'f', units: [1], value: 0, from }] });
    const own = await recorder.ask('stateSpace', { ...AT, signal: 'c' });
    const { points, apart, shares, components } = await recorder.ask('stateSpace', { ...AT, run: run!, signal: 'c', against: 'main' });
    assert.deepEqual([components, shares, apart!.points], [3, own.shares, own.points]);
    const [changed, base] = [await rowsOf(recorder, 'c', run), await rowsOf(recorder, 'c')];
    const far = (a: ArrayLike<number>, b: ArrayLike<number>, t: number): number => Math.hypot(...[0, 1, 2].map(k => a[3 * t + k]! - b[3 * t + k]!));
    const mean = [0, 1, 2].map(u => base.reduce((sum, v, k) => (k % 3 === u ? sum + v : sum), 0) / TEXT.length);
    for (let t = 0; t < TEXT.length; t++) {
      assert.ok(near(apart!.distance[t]!, far(changed, base, t)), `distance at step ${t}`);
      assert.ok(near(far(points, own.points, t), far(changed, base, t), 1e-5), `in components at step ${t}`);
    }
    assert.ok(near(apart!.size, Math.sqrt(base.reduce((sum, v, k) => sum + (v - mean[k % 3]!) ** 2, 0) / TEXT.length), 1e-5));
    assert.ok(apart!.distance.subarray(0, from).every(v => v === 0) && apart!.distance[from]! > 0);
    const again = structuredClone(own, { transfer: [own.points.buffer as ArrayBuffer] });
    assert.deepEqual((await recorder.ask('stateSpace', { ...AT, signal: 'c' })).points, again.points, 'what was sent is not what is kept');
  });

  it('of a run that is too long to hold come from every so-manieth step', async () => {
    const { recorder } = joined(), steps = 30_000;
    const layer: Layer = { ...layerOf('gru', 5), inputSize: 2, params: initialise(cellById('gru'), 2, UNITS, 'pytorch', 5) };
    const sequence: Sequence = { steps, width: 2, axis: 'steps', description: 'noise', notes: [], columns: ['left', 'right'], data: Float32Array.from({ length: 2 * steps }, (_, k) => Math.sin(k * (1 + k % 2) / 40)) };
    await recorder.run({ ...jobOf(layer), sequence, memory: 1e6 });
    const table = await recorder.ask('units', { ...AT, labels: 0 });
    assert.ok(table.stride > 1, 'held');
    const space = await recorder.ask('stateSpace', { ...AT, signal: 'h' });
    assert.equal(space.every % table.stride, 0);
    assert.equal(space.points.length, 4 * Math.ceil(steps / space.every));
    const found = await recorder.ask('similar', { ...AT, from: 1001, to: 1300 });
    assert.equal(found.from % table.stride, 0);
    assert.ok(found.from <= 1001 && found.to >= 1300 && found.places.every(p => p.from % table.stride === 0));
    const one = await recorder.ask('unit', { ...AT, unit: 1 });
    assert.deepEqual(one.inputs.map(i => i.name).sort(), ['left', 'right']);
    const piece = (one.high[0] ?? one.low[0])!;
    const { mean } = await recorder.tile({ revision: 1, ...AT, signal: 'h', from: piece.from, to: piece.from + piece.values.length, columns: 64 });
    assert.deepEqual(piece.values, Array.from(unitOf(mean, 1)));
    assert.equal(piece.line!.min.length, piece.values.length);
    assert.equal(one.course.length, Math.ceil(steps / table.stride));
    const { steps: measured, measure } = await recorder.ask('silence', { ...AT, units: [1] });
    assert.deepEqual([measured, measure], [4096, 'output']);
  });
});
