import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { backpropagating } from '../../src/core/backprop';
import { cellById, cells } from '../../src/core/cells/index';
import type { Layer, Network } from '../../src/core/layer';
import { programOf } from '../../src/core/programs';
import { atOnce, recording, type Recording } from '../../src/core/recording/recording';
import type { Sequence } from '../../src/core/sequence';
import type { Change, LayerChange } from '../../src/core/variations/change';
import { alphabetOf, changedSequence } from '../../src/core/variations/input';
import { biasOf, holdable } from '../../src/core/variations/rewrite';
import { changedLayer } from '../../src/core/variations/segments';
import { varying, type Varied } from '../../src/core/variations/vary';
import { lazyRecording } from '../../src/core/variations/held';
import { heldRecording } from '../../src/core/recording/held';
import { layer, level, network, noise, stack } from './networks';

const STEPS = 60, WIDTH = 3, UNITS = 6;
const LAYER = { level: 0, direction: 0 } as const;

interface Case { readonly base: Recording; readonly network: Network; readonly x: Float32Array }

function recorded(made: Network, steps = STEPS, x = noise(steps, made.levels[0]!.directions[0]!.inputSize), more: { mask?: Uint8Array } = {}): Case {
  const width = made.levels[0]!.directions[0]!.inputSize;
  return { base: atOnce(recording(made, { steps, width, read: (a, b) => x.subarray(a * width, b * width) }, more)), network: made, x };
}

const single = (cell: string, direction: 'forward' | 'reverse' = 'forward', more: Partial<Layer> = {}): Case => recorded(network(level(cell, [layer(cell, WIDTH, UNITS, 11, direction, more)])));
const vary = ({ base, network: made, x }: Case, changes: readonly Change[], changedX = x, mask?: Uint8Array): Varied => atOnce(varying({ network: made, recording: base }, changes, { x: changedX, mask }));
const signalOf = (varied: Varied, name: string, at = 0, direction = 0): Float32Array => varied.levels[at]!.directions[direction]!.signals.find(s => s.name === name)!.data;
const before = ({ base }: Case, signal: string, at = 0, direction = 0): Float32Array => base.thinned({ level: at, direction, signal });
const namesOf = (cell: string): string[] => programOf(cellById(cell)).signals.map(s => s.name);

function assertSame(found: Float32Array, expected: Float32Array, from: number, to: number, what: string): void {
  for (let k = from; k < to; k++) assert.ok(found[k] === expected[k], `${what}: ${found[k]} and not ${expected[k]} at number ${k}`);
}

function assertClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(found.length, expected.length, what);
  let [worst, at] = [0, 0];
  const limit = Math.max(1, ...Array.from(expected, Math.abs));
  for (let k = 0; k < expected.length; k++) if (!(Math.abs(found[k]! - expected[k]!) <= worst)) { worst = Math.abs(found[k]! - expected[k]!); at = k; }
  assert.ok(worst <= tolerance * limit, `${what}: off by ${worst} at number ${at} (${found[at]} and not ${expected[at]})`);
}

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
type Hold = (signal: string, unit: number, step: number) => number | undefined;

/** An LSTM or a GRU in plain float64 loops, a signal held where `hold` says. */
function naive(cell: 'lstm' | 'gru', { params }: Layer, x: Float32Array, hold: Hold, given: (u: number, k: number, name: string) => number): Record<string, number[]> {
  const product = (name: string, columns: number, row: number, v: (k: number) => number): number => Array.from({ length: columns }, (_, k) => params[name]!.data[row * columns + k]! * v(k)).reduce((a, b) => a + b, 0);
  const made: Record<string, number[]> = Object.fromEntries(namesOf(cell).map(n => [n, []]));
  let h = new Array<number>(UNITS).fill(0), c = new Array<number>(UNITS).fill(0);
  const past = (v: number[], name: string, t: number) => (k: number): number => given(t, k, name) * v[k]!;
  for (let t = 0; t < x.length / WIDTH; t++) {
    const set = (name: string, unit: number, value: number): number => { const v = hold(name, unit, t) ?? value; made[name]!.push(v); return v; };
    const hp = Array.from(h, (_, k) => past(h, 'h', t)(k)), cp = Array.from(c, (_, k) => past(c, 'c', t)(k));
    const sum = (s: string, u: number): number => product(`W${s}`, WIDTH, u, k => x[t * WIDTH + k]!) + product(`U${s}`, UNITS, u, k => hp[k]!) + params[`b${s}`]!.data[u]!;
    const gate = (s: string): number[] => Array.from({ length: UNITS }, (_, u) => set(s, u, sigmoid(sum(s, u))));
    if (cell === 'lstm') {
      const i = gate('i'), f = gate('f'), g = Array.from({ length: UNITS }, (_, u) => set('g', u, Math.tanh(sum('g', u)))), o = gate('o');
      c = cp.map((v, u) => set('c', u, f[u]! * v + i[u]! * g[u]!));
      h = c.map((v, u) => set('h', u, o[u]! * Math.tanh(v)));
    } else {
      const r = gate('r'), z = gate('z');
      const n = Array.from({ length: UNITS }, (_, u) => set('n', u, Math.tanh(product('Wn', WIDTH, u, k => x[t * WIDTH + k]!) + params['bn']!.data[u]! + r[u]! * (product('Un', UNITS, u, k => hp[k]!) + params['cn']!.data[u]!))));
      h = hp.map((v, u) => set('h', u, (1 - z[u]!) * n[u]! + z[u]! * v));
    }
  }
  return made;
}
const plainly = (): number => 1;

describe('a cell whose signals can be held', () => {
  for (const cell of cells) {
    it(`gives what ${cell.id} gives, to the last bit, as long as nothing is held`, () => {
      const own = single(cell.id);
      const signals = namesOf(cell.id);
      const layerOf = own.network.levels[0]!.directions[0]!;
      const made = holdable(cell, signals);
      assert.deepEqual([...made.handles.keys()], signals);
      const varied = vary(own, signals.map(signal => ({ kind: 'clamp' as const, ...LAYER, signal, units: [], value: 0.5, from: 0 })));
      for (const name of signals) assertSame(signalOf(varied, name), before(own, name), 0, before(own, name).length, `${cell.id} ${name}`);
      const kinds = (c: typeof cell): unknown => programOf(c).signals.filter(s => s.kind === 'gate' || s.kind === 'state').map(s => [s.name, s.kind, s.label]);
      assert.deepEqual(kinds(made.cell), kinds(cell));
      assert.equal(layerOf.cell, cell);
    });

    it(`holds each signal of ${cell.id} exactly, and no other unit in the same step`, () => {
      const own = single(cell.id);
      const at = 20, units = [1, 4];
      for (const { name, kind } of programOf(cell).signals) {
        for (const value of kind === 'gate' ? [0, 1, 0.375] : [-2, 0, 0.375]) {
          const varied = vary(own, [{ kind: 'clamp', ...LAYER, signal: name, units, value, from: at }]);
          const found = signalOf(varied, name), was = before(own, name), size = was.length / STEPS;
          for (let t = at; t < STEPS; t++) for (const u of units) assert.equal(found[t * size + u], value, `${name} of unit ${u} at step ${t}`);
          for (const other of namesOf(cell.id)) assertSame(signalOf(varied, other), before(own, other), 0, at * (before(own, other).length / STEPS), `${other} before the change of ${name}`);
          for (let u = 0; u < size; u++) if (!units.includes(u) && !cell.id.startsWith('lstmLayerNorm')) assert.equal(found[at * size + u], was[at * size + u], `${name} of unit ${u}`);
          assert.ok(found.some((v, k) => v !== was[k]), `${name} held at ${value} changed nothing`);
        }
      }
    });
  }

  it('is the same text for the same signals, whatever their values', () => {
    const cell = cellById('lstm');
    assert.equal(holdable(cell, ['o', 'f']).cell.equations, holdable(cell, ['f', 'o']).cell.equations);
    assert.match(holdable(cell, ['f']).cell.equations, /^f = hardσ\(σ\(Wf x \+ Uf h \+ bf\) ⊙ kf \+ sf, 1, 0\) {2}forget gate$/m);
    assert.equal(holdable(cell, []).cell, cell);
  });

  it('has handles of names that nothing else has', () => {
    const cell = { ...cellById('rnn'), equations: "kh = σ(W x)\nh' = tanh(W x + sh ⊙ h) ⊙ kh" };
    const { handles } = holdable(cell, ['h']);
    assert.deepEqual(handles.get('h'), { factor: 'kh2', value: 'sh2' });
  });

  it('knows the bias that is a signal\'s own', () => {
    const biases = (id: string): unknown => Object.fromEntries(namesOf(id).map(n => [n, biasOf(cellById(id), n)]));
    assert.deepEqual(biases('lstm'), { i: 'bi', f: 'bf', g: 'bg', o: 'bo', c: undefined, h: undefined });
    assert.deepEqual(biases('gru'), { r: 'br', z: 'bz', n: 'bn', h: undefined });
    assert.deepEqual(biases('rnn'), { h: 'b' });
    assert.deepEqual(biases('janet'), { s: 'bf', f: undefined, i: undefined, g: 'bg', c: undefined, h: undefined });
  });
});

describe('a clamped run', () => {
  for (const cell of ['lstm', 'gru'] as const) {
    it(`is what plain loops over a clamped ${cell} give`, () => {
      const own = single(cell);
      const ownLayer = own.network.levels[0]!.directions[0]!;
      const gate = cell === 'lstm' ? 'f' : 'z', candidate = cell === 'lstm' ? 'g' : 'n';
      const changes: LayerChange[] = [
        { kind: 'clamp', ...LAYER, signal: gate, value: 1, from: 0, to: 10 },
        { kind: 'clamp', ...LAYER, signal: gate, units: [0, 3], value: 0.25, from: 15, to: 40 },
        { kind: 'clamp', ...LAYER, signal: candidate, units: [2], value: -0.5, from: 30 },
        { kind: 'clamp', ...LAYER, signal: 'h', units: [5], value: 0.75, from: 50, to: 55 },
      ];
      const hold: Hold = (signal, unit, t) => changes.flatMap(c => c.kind === 'clamp' && c.signal === signal && (c.units?.includes(unit) ?? true) && t >= c.from && t < (c.to ?? STEPS) ? [c.value] : []).at(-1);
      const varied = vary(own, changes);
      const truth = naive(cell, ownLayer, own.x, hold, plainly);
      for (const name of namesOf(cell)) assertClose(signalOf(varied, name), truth[name]!, 2e-6, name);
      const free = naive(cell, ownLayer, own.x, () => undefined, plainly);
      for (const name of namesOf(cell)) assertClose(before(own, name), free[name]!, 2e-6, `${name} unchanged`);
    });

    it(`of a ${cell} with a unit off has no trace of it: as with its weights at zero`, () => {
      const own = single(cell);
      const ownLayer = own.network.levels[0]!.directions[0]!;
      const from = 25, unit = 2;
      const varied = vary(own, [{ kind: 'off', ...LAYER, units: [unit], from }]);
      // In the loops the unit's own carried values are multiplied by zero from that step on, as a zero column of every weight would.
      const truth = naive(cell, ownLayer, own.x, (signal, u, t) => u === unit && t >= from && (signal === 'h' || signal === 'c') ? 0 : undefined, (t, k) => t >= from && k === unit ? 0 : 1);
      for (const name of namesOf(cell)) assertClose(signalOf(varied, name), truth[name]!, 2e-6, name);
      const zeroed = { ...ownLayer, params: Object.fromEntries(Object.entries(ownLayer.params).map(([n, p]) => [n, n.startsWith('U') ? { ...p, data: p.data.map((v, k) => k % UNITS === unit ? 0 : v) } : p])) };
      const [whole, weights] = [vary(own, [{ kind: 'off', ...LAYER, units: [unit], from: 0 }]), recorded(network(level(cell, [zeroed])), STEPS, own.x)];
      for (let t = 0; t < STEPS; t++) for (let u = 0; u < UNITS; u++) if (u !== unit) assert.equal(signalOf(whole, 'h')[t * UNITS + u], before(weights, 'h')[t * UNITS + u], `h of unit ${u} at step ${t}`);
    });
  }

  it('with a moved bias is that of a layer with that bias', () => {
    const own = single('lstm');
    const [ownLayer] = own.network.levels[0]!.directions;
    const bf = ownLayer!.params['bf']!;
    const moved = recorded(network(level('lstm', [{ ...ownLayer!, params: { ...ownLayer!.params, bf: { ...bf, data: bf.data.map((v, k) => k === 1 ? v + 2 : v) } } }])), STEPS, own.x);
    const varied = vary(own, [{ kind: 'bias', ...LAYER, signal: 'f', units: [1], add: 2, from: 0 }]);
    for (const name of namesOf('lstm')) assertSame(signalOf(varied, name), before(moved, name), 0, STEPS * UNITS, name);
    assert.notEqual(signalOf(varied, 'f')[1], before(own, 'f')[1]);
  });

  it('goes the other way in a reverse layer: steps behind the last changed one stay', () => {
    const own = single('lstm', 'reverse');
    const varied = vary(own, [{ kind: 'clamp', ...LAYER, signal: 'f', value: 1, from: 10, to: 30 }]);
    assert.deepEqual(varied.reach, { from: 0, to: 30 });
    for (const name of namesOf('lstm')) assertSame(signalOf(varied, name), before(own, name), 30 * UNITS, STEPS * UNITS, name);
    assert.ok(signalOf(varied, 'f').subarray(10 * UNITS, 30 * UNITS).every(v => v === 1));
    assert.ok(signalOf(varied, 'c').subarray(0, 10 * UNITS).some((v, k) => v !== before(own, 'c')[k]));
    const mirrored = (x: Float32Array, width: number): Float32Array => Float32Array.from(x, (_, k) => x[(STEPS - 1 - Math.floor(k / width)) * width + k % width]!);
    const forward = recorded(network(level('lstm', [{ ...own.network.levels[0]!.directions[0]!, direction: 'forward' }])), STEPS, mirrored(own.x, WIDTH));
    const there = vary(forward, [{ kind: 'clamp', ...LAYER, signal: 'f', value: 1, from: 30, to: 50 }]);
    assertSame(signalOf(varied, 'h'), mirrored(signalOf(there, 'h'), UNITS), 0, STEPS * UNITS, 'h, mirrored');
  });

  it('reaches the levels above, and nothing below or beside it', () => {
    const made = stack();
    const own = recorded(made);
    const above = vary(own, [{ kind: 'clamp', level: 1, direction: 0, signal: 'z', value: 0, from: 20 }]);
    for (const d of [0, 1]) assert.equal(signalOf(above, 'h', 0, d), before(own, 'h', 0, d), 'the level below was run again');
    const below = vary(own, [{ kind: 'clamp', level: 0, direction: 1, signal: 'o', value: 0, from: 30, to: 31 }]);
    assert.equal(signalOf(below, 'h', 0, 0), before(own, 'h', 0, 0));
    assert.deepEqual(below.reach, { from: 0, to: STEPS });
    // The upper level by itself over the changed output of the lower one.
    const x = signalOf(below, 'x', 1);
    for (let t = 0; t < STEPS; t++) for (let u = 0; u < 5; u++) assert.equal(x[t * 10 + 5 + u], signalOf(below, 'h', 0, 1)[t * 5 + u]);
    const alone = recorded(network(made.levels[1]!), STEPS, x);
    assertSame(signalOf(below, 'h', 1), before(alone, 'h'), 0, STEPS * 6, 'h of the upper level');
  });

  it('takes a changed input from its first changed step on', () => {
    const own = single('gru');
    const x = own.x.slice();
    x[17 * WIDTH + 1] = 3;
    const varied = vary(own, [{ kind: 'input', step: 17, feature: 1, value: 3 }], x);
    const truth = recorded(own.network, STEPS, x);
    assert.deepEqual(varied.reach, { from: 17, to: STEPS });
    for (const name of ['x', ...namesOf('gru')]) assertSame(signalOf(varied, name), before(truth, name), 0, before(truth, name).length, name);
  });

  it('keeps to masks, to the length of a layer and to its initial states', () => {
    const mask = Uint8Array.from({ length: STEPS }, (_, t) => t % 7 === 3 || (t > 30 && t < 36) ? 0 : 1);
    const initial = { h: Float32Array.from({ length: UNITS }, (_, k) => Math.sin(k)), c: Float32Array.from({ length: UNITS }, (_, k) => Math.cos(k)) };
    for (const direction of ['forward', 'reverse'] as const) {
      const masked = recorded(network(level('lstm', [layer('lstm', WIDTH, UNITS, 11, direction, { initial })])), STEPS, noise(STEPS, WIDTH), { mask });
      const none = vary(masked, [0, 13, 31, 50].map(from => ({ kind: 'clamp' as const, ...LAYER, signal: 'f', units: [], value: 1, from, to: from + 4 })), masked.x, mask);
      for (const name of namesOf('lstm')) assertSame(signalOf(none, name), before(masked, name), 0, STEPS * UNITS, `${name}, masked, ${direction}`);
      const short = single('lstm', direction, { length: 40, initial });
      const same = vary(short, [0, 13, 38, 50].map(from => ({ kind: 'clamp' as const, ...LAYER, signal: 'f', units: [], value: 1, from, to: from + 4 })));
      for (const name of namesOf('lstm')) assertSame(signalOf(same, name), before(short, name), 0, STEPS * UNITS, `${name}, of length 40, ${direction}`);
      const past = vary(short, [{ kind: 'clamp', ...LAYER, signal: 'f', value: 1, from: 50 }]);
      assert.deepEqual(signalOf(past, 'f'), before(short, 'f'), 'steps that do not count changed');
    }
  });

  it('with the changes taken back is the run that it was, to the last bit', () => {
    const own = single('lstm');
    const a: LayerChange = { kind: 'clamp', ...LAYER, signal: 'f', value: 1, from: 12 };
    const b: LayerChange = { kind: 'bias', ...LAYER, signal: 'o', units: [0], add: -1.5, from: 20, to: 30 };
    const first = vary(own, [a]), second = vary(own, [a, b]), again = vary(own, [a]);
    assert.ok(signalOf(second, 'h').some((v, k) => v !== signalOf(first, 'h')[k]));
    for (const name of namesOf('lstm')) assert.deepEqual(signalOf(again, name), signalOf(first, name));
    for (const name of namesOf('lstm')) assert.equal(signalOf(vary(own, []), name), before(own, name));
  });

  it('records what the activation of a held gate reads as it would be', () => {
    const made = network(level('lstm', [layer('lstm', WIDTH, UNITS, 11)])), x = noise(STEPS, WIDTH);
    const own = { network: made, x, base: atOnce(recording(made, { steps: STEPS, width: WIDTH, read: (a, b) => x.subarray(a * WIDTH, b * WIDTH) }, { preactivations: true })) };
    const varied = vary(own, [{ kind: 'clamp', ...LAYER, signal: 'f', units: [1], value: 0, from: 20 }, { kind: 'bias', ...LAYER, signal: 'i', units: [0], add: 1, from: 20 }]);
    const [pre, f, was] = [signalOf(varied, 'f.pre'), signalOf(varied, 'f'), before(own, 'f.pre')];
    assertSame(pre, was, 0, 21 * UNITS, 'f.pre up to the first held step');
    for (let k = 0; k < pre.length; k++) if (k % UNITS !== 1 || k < 20 * UNITS) assert.ok(Math.abs(sigmoid(pre[k]!) - f[k]!) < 1e-6, `f at number ${k}`);
    assert.ok(pre.some((v, k) => k > 22 * UNITS && k % UNITS === 1 && v !== was[k] && f[k] === 0));
    assert.ok(Math.abs(signalOf(varied, 'i.pre')[20 * UNITS]! - before(own, 'i.pre')[20 * UNITS]! - 1) < 1e-6);
    assert.deepEqual(varied.levels[0]!.directions[0]!.signals.map(s => s.name), own.base.levels[0]!.directions[0]!.signals.map(s => s.name));
  });

  it('has no gradient through a held gate', () => {
    const own = single('lstm');
    const ownLayer = own.network.levels[0]!.directions[0]!;
    const loss = { kind: 'dh' as const, dh: Float64Array.from({ length: STEPS * UNITS }, (_, k) => Math.sin(k)) };
    const gradients = (made: Layer) => atOnce(backpropagating(network(level('lstm', [made])), own.x, STEPS, loss)).levels[0]!.directions[0]!.parameters;
    const held = gradients(changedLayer(ownLayer, [{ kind: 'clamp', ...LAYER, signal: 'f', units: [0, 2], value: 1, from: 0 }]));
    const free = gradients(ownLayer);
    for (const unit of [0, 1, 2, 3]) {
      const bias = held['bf']![unit]!;
      if (unit % 2 === 0) assert.equal(bias, 0, `bf of unit ${unit}`);
      else assert.ok(Math.abs(bias) > 1e-6, `bf of unit ${unit}: ${bias}`);
      assert.ok(Math.abs(free['bf']![unit]!) > 1e-6);
      if (unit % 2 === 0) for (let k = 0; k < UNITS; k++) assert.equal(held['Uf']![unit * UNITS + k], 0);
    }
  });

  it('is refused where a change does not fit, in words', () => {
    const own = single('lstm');
    const refused = (change: LayerChange, words: RegExp): void => assert.throws(() => vary(own, [change]), words);
    refused({ kind: 'clamp', ...LAYER, signal: 'z', value: 1, from: 0 }, /has no signal z to change; there are i, f, g, o, c, h/);
    refused({ kind: 'clamp', ...LAYER, signal: 'f', units: [6], value: 1, from: 0 }, /6 units here, found unit 6/);
    refused({ kind: 'clamp', ...LAYER, signal: 'f', value: NaN, from: 0 }, /finite number/);
    refused({ kind: 'clamp', ...LAYER, signal: 'f', value: 1, from: 5, to: 5 }, /from a step up to a later one/);
    refused({ kind: 'bias', ...LAYER, signal: 'c', add: 1, from: 0 }, /c of LSTM has no bias of its own/);
  });
});

describe('what is held of a changed run', () => {
  it('answers tiles, windows and statistics as any held recording does', () => {
    const own = single('lstm');
    const { levels } = vary(own, [{ kind: 'clamp', ...LAYER, signal: 'f', value: 1, from: 30 }]);
    const [lazy, held] = [lazyRecording(levels, own.base), atOnce(heldRecording(levels, STEPS))];
    for (const signal of ['x', ...namesOf('lstm')]) {
      const place = { ...LAYER, signal };
      for (const [from, to, columns] of [[0, STEPS, STEPS], [3, 17, 14], [0, STEPS, 7], [5, 60, 2]] as const) {
        assert.deepEqual(atOnce(lazy.tiling(place, from, to, columns)), atOnce(held.tiling(place, from, to, columns)), `${signal} ${from} to ${to} in ${columns}`);
      }
      assert.deepEqual(atOnce(lazy.reading(place, 4, 9)), atOnce(held.reading(place, 4, 9)));
    }
    const statsOf = (made: typeof held): unknown => made.levels[0]!.directions[0]!.signals.map(({ name, units, stats }) => ({ name, units, stats }));
    assert.deepEqual(statsOf(lazy), statsOf(held));
  });
});

describe('a changed input', () => {
  const text: Sequence = { steps: 5, width: 3, data: { kind: 'lookup', ids: Int32Array.of(0, 2, 1, 1, 0) }, ids: Int32Array.of(0, 2, 1, 1, 0), labels: ['a', 'c', 'b', 'b', 'a'], axis: 'characters', description: '', notes: [] };

  it('has another entry of the vocabulary, looked up or copied', () => {
    assert.deepEqual(alphabetOf(text), [{ id: 0, label: 'a' }, { id: 1, label: 'b' }, { id: 2, label: 'c' }]);
    const changed = changedSequence(text, [{ kind: 'input', step: 3, id: 2 }]);
    assert.deepEqual([changed.labels![3], changed.ids![3]], ['c', 2]);
    assert.deepEqual((changed.data as { ids: Int32Array }).ids, Int32Array.of(0, 2, 1, 2, 0));
    const rows = Float32Array.of(1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0);
    assert.deepEqual(changedSequence({ ...text, data: rows }, [{ kind: 'input', step: 3, id: 2 }]).data, Float32Array.of(1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0));
    assert.deepEqual(text.ids, Int32Array.of(0, 2, 1, 1, 0));
    assert.equal(changedSequence(text, []), text);
  });

  it('is refused where there is no such step, entry or feature', () => {
    assert.throws(() => changedSequence(text, [{ kind: 'input', step: 5, id: 2 }]), /steps 0 to 4, found 5/);
    assert.throws(() => changedSequence(text, [{ kind: 'input', step: 1, feature: 3, value: 1 }]), /features 0 to 2, found 3/);
    const { ids: _, ...numbers } = text;
    assert.throws(() => changedSequence(numbers, [{ kind: 'input', step: 1, id: 1 }]), /no vocabulary/);
  });
});
