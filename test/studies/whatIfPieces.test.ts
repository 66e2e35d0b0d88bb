/** Changes that begin or end on the way: what studies say before, across and behind a border, against plain loops in float64. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { cellById } from '../../src/core/cells/index';
import type { Layer } from '../../src/core/layer';
import type { Change } from '../../src/core/variations/change';
import { initialise } from '../../src/core/initialise';
import { told, useTexts } from '../../src/l10n';
import { noise } from '../core/networks';
import { joined } from '../session/joined';

const STEPS = 40, UNITS = 3, WIDTH = 2;
const AT = { level: 0, direction: 0 } as const;
const CHANGES: readonly Change[] = [
  { ...AT, kind: 'clamp', signal: 'f', units: [0, 2], value: 0.75, from: 20, to: 30 },
  { ...AT, kind: 'bias', signal: 'i', add: 1.5, from: 25 },
];
const OFF: Change = { ...AT, kind: 'off', units: [1], from: 22 };

type State = readonly [h: readonly number[], c: readonly number[]];
const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
const units = Array.from({ length: UNITS }, (_, u) => u);

/** One step of a changed LSTM. */
function stepped({ params }: Layer, x: Float32Array, t: number, [h0, c0]: State, off: boolean): State {
  const heard = (v: readonly number[]): number[] => v.map((s, u) => (off && t === 22 && u === 1 ? 0 : s));
  const [h, c] = [heard(h0), heard(c0)];
  const sum = (s: string, u: number): number => params[`b${s}`]!.data[u]! + x.subarray(t * WIDTH, (t + 1) * WIDTH).reduce((a, v, k) => a + v * params[`W${s}`]!.data[u * WIDTH + k]!, 0) + h.reduce((a, v, k) => a + v * params[`U${s}`]!.data[u * UNITS + k]!, 0);
  const next = units.map(u => {
    const i = sigmoid(sum('i', u) + (t >= 25 ? 1.5 : 0));
    const f = t >= 20 && t < 30 && u !== 1 ? 0.75 : sigmoid(sum('f', u));
    return f * c[u]! + i * Math.tanh(sum('g', u));
  });
  const own = heard2(next, off && t >= 22);
  return [heard2(units.map(u => sigmoid(sum('o', u)) * Math.tanh(own[u]!)), off && t >= 22), own];
}
const heard2 = (v: readonly number[], off: boolean): number[] => v.map((s, u) => (off && u === 1 ? 0 : s));

async function made(direction: 'forward' | 'reverse', changes: readonly Change[], mask?: Uint8Array): Promise<{ recorder: ReturnType<typeof joined>['recorder']; layer: Layer; x: Float32Array; run: string }> {
  const cell = cellById('lstm');
  const layer: Layer = { cell, inputSize: WIDTH, units: UNITS, direction, params: Object.fromEntries(Object.entries(initialise(cell, WIDTH, UNITS, 'pytorch', 5)).map(([n, t]) => [n, { ...t, data: t.data.map(v => 1.5 * v) }])) };
  const x = noise(STEPS, WIDTH);
  const { recorder } = joined();
  await recorder.run({ revision: 1, seed: 1, invented: true, network: { name: 'net', levels: [{ name: 'lstm', merge: 'none', directions: [layer] }] }, sequence: { steps: STEPS, width: WIDTH, data: x, axis: 'steps', description: '', notes: [], ...(mask && { mask }) } });
  return { recorder, layer, x, run: (await recorder.ask('whatIf', { changes })).run! };
}

/** States after every step, in the layer's order; from a nudged one on where there is one. */
function unrolled(layer: Layer, x: Float32Array, off: boolean, order: readonly number[], nudge?: { readonly after: number; readonly add: State }): State[] {
  const states: State[] = [];
  let state: State = [units.map(() => 0), units.map(() => 0)];
  for (const t of order) {
    state = stepped(layer, x, t, state, off);
    if (nudge?.after === t) state = state.map((v, k) => v.map((s, u) => s + nudge.add[k]![u]!)) as unknown as State;
    states[t] = state;
  }
  return states;
}

const unit = (k: number, u: number, by: number): State => [units.map(v => (k === 0 && v === u ? by : 0)), units.map(v => (k === 1 && v === u ? by : 0))];

/** d(h, c at `to`) / d(h, c after `from`), by columns [h0 h1 h2 c0 c1 c2]. */
function jacobian(layer: Layer, x: Float32Array, off: boolean, order: readonly number[], from: number, to: number): number[][] {
  const at = (k: number, u: number, by: number): number[] => unrolled(layer, x, off, order, { after: from, add: unit(k, u, by) })[to]!.flat();
  return [0, 1].flatMap(k => units.map(u => { const [a, b, c, d] = [-2e-3, -1e-3, 1e-3, 2e-3].map(by => at(k, u, by)); return a!.map((v, n) => (v - 8 * b![n]! + 8 * c![n]! - d![n]!) / 12e-3); }));
}

function largestSingular(columns: readonly number[][]): number {
  let v = columns.map((_, k) => 1 + k / 7);
  let size = 0;
  for (let round = 0; round < 500; round++) {
    const out = columns[0]!.map((_, n) => columns.reduce((s, c, k) => s + c[n]! * v[k]!, 0));
    const back = columns.map(c => c.reduce((s, w, n) => s + w * out[n]!, 0));
    size = Math.sqrt(Math.hypot(...back));
    v = back.map(w => w / size ** 2);
  }
  return size;
}

function assertNear(found: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(found - expected) <= tolerance * Math.max(1e-3, Math.abs(expected)), `${what}: ${found} and not ${expected}`);
}

describe('changes that begin or end on the way', () => {
  for (const { direction, off } of [{ direction: 'forward', off: false }, { direction: 'forward', off: true }, { direction: 'reverse', off: false }] as const) {
    it(`have gradients piece by piece: ${direction}${off ? ', a unit off' : ''}`, async () => {
      const { recorder, layer, x, run } = await made(direction, off ? [...CHANGES, OFF] : CHANGES);
      const order = Array.from({ length: STEPS }, (_, k) => (direction === 'reverse' ? STEPS - 1 - k : k));
      const loss = direction === 'reverse' ? 8 : 34, away = direction === 'reverse' ? 1 : -1;
      const { units: answer, states, input } = await recorder.ask('gradient', { run, ...AT, loss: 'sum', step: loss, distance: 24, state: 'h' });
      assert.equal(states[0]!.norms.length, 25);
      assert.equal(input.length, 25);
      for (const distance of [1, 3, 4, 5, 6, 9, 10, 14, 15, 20, 24]) {
        const columns = jacobian(layer, x, off, order, loss + away * distance, loss);
        for (const u of units) assertNear(10 ** answer.logs[distance * UNITS + u]!, Math.abs(columns[u]!.slice(0, UNITS).reduce((a, b) => a + b)), 2e-3, `dL/dh of unit ${u}, ${distance} back`);
      }
    });
  }

  it('have products of Jacobians over the border', async () => {
    for (const direction of ['forward', 'reverse'] as const) {
      const { recorder, layer, x, run } = await made(direction, CHANGES);
      const order = Array.from({ length: STEPS }, (_, k) => (direction === 'reverse' ? STEPS - 1 - k : k));
      const step = direction === 'reverse' ? 8 : 34;
      const { distances, norms } = await recorder.ask('jacobians', { run, ...AT, step, distance: 16 });
      assert.deepEqual(distances, [1, 2, 4, 8, 16]);
      for (const [k, d] of distances.entries()) assertNear(norms[k]!, largestSingular(jacobian(layer, x, false, order, step + (direction === 'reverse' ? d : -d), step)), 2e-3, `${direction}, ${d} steps`);
    }
  });

  it('are refused by products of Jacobians where a unit goes off in between, and by what runs everything again', async () => {
    const { recorder, run } = await made('forward', [OFF]);
    const { refused } = await recorder.ask('jacobians', { run, ...AT, step: 34, distance: 16 });
    assert.match(told(refused ?? ''), /switched off at step 22/);
    assert.equal((await recorder.ask('jacobians', { run, ...AT, step: 20, distance: 16 })).norms.length, 5);
    const silence = await recorder.ask('silence', { run, ...AT, units: [0] });
    assert.match(told(silence.refused ?? ''), /a change begins or ends at step 22\. Choose the whole sequence/);
    useTexts(JSON.parse(readFileSync('l10n/bundle.l10n.pt-br.json', 'utf8')) as Record<string, string>);
    try {
      assert.match(told(silence.refused ?? ''), /começa ou termina no passo 22\. Escolha a sequência inteira/);
      assert.match(told(refused ?? ''), /é desligada no passo 22/);
    } finally { useTexts({}); }
  });

  it('are gone back through with masked steps too', async () => {
    const mask = new Uint8Array(STEPS).fill(1);
    for (const t of [19, 20, 26]) mask[t] = 0;
    const { recorder, layer, x, run } = await made('forward', CHANGES, mask);
    const order = Array.from({ length: STEPS }, (_, k) => k).filter(t => mask[t] !== 0);
    const { units: answer } = await recorder.ask('gradient', { run, ...AT, loss: 'sum', step: 34, distance: 24, state: 'h' });
    for (const from of [31, 27, 22, 18, 15]) {
      const columns = jacobian(layer, x, false, order, from, 34);
      for (const u of units) assertNear(10 ** answer.logs[(34 - from) * UNITS + u]!, Math.abs(columns[u]!.slice(0, UNITS).reduce((a, b) => a + b)), 2e-3, `from step ${from}, unit ${u}`);
    }
  });

  it('are in the parts of a sum only at their own steps, and what is held is said to be', async () => {
    const { recorder, run } = await made('forward', CHANGES);
    const ask = { ...AT, unit: 0 };
    for (const step of [19, 24, 25, 33]) {
      const [now, was] = await Promise.all([recorder.ask('split', { run, ...ask, step, signal: 'i' }), recorder.ask('split', { ...ask, step, signal: 'i' })]);
      const bias = (s: typeof now): number => s.parts.reduce((a, p) => a + (p.kind === 'single' && p.role === 'bias' ? p.amount : 0), 0);
      assertNear(bias(now) - bias(was), step >= 25 ? 1.5 : 0, 1e-6, `bias of i at step ${step}`);
      assertNear(now.value, sigmoid(now.sum), 1e-6, `i at step ${step}`);
    }
    const cell = (step: number, unit = 0): ReturnType<typeof recorder.ask<'cell'>> => recorder.ask('cell', { run, ...AT, unit, step });
    assert.equal((await cell(19)).held, undefined);
    assert.equal((await cell(30)).held, undefined);
    assert.equal((await cell(20, 1)).held, undefined);
    const { f } = (await cell(22)).held!;
    assert.equal(f!.at, 0.75);
    const held = await recorder.ask('split', { run, ...ask, step: 22, signal: 'f' });
    assert.equal(held.heldAt, 0.75);
    assert.equal(held.bend, 'σ');
    assertNear(held.value, sigmoid(held.sum), 1e-6, 'f without the hold');
    assertNear(f!.free, held.value, 1e-9, 'f without the hold, in the cell');
    assert.equal((await recorder.ask('split', { run, ...ask, step: 19, signal: 'f' })).heldAt, undefined);
    const { statements } = await recorder.ask('diagram', { run, ...AT });
    assert.deepEqual(statements, (await recorder.ask('diagram', AT)).statements);
  });
});
