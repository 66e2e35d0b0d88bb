import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { amountOf, split, splittable, type Part } from '../../src/analysis/contributions';
import { partValues, type StepVectors } from '../../src/analysis/expressions';
import { bendsOf } from '../../src/analysis/activations';
import { cells } from '../../src/core/cells/index';
import { parse } from '../../src/core/equations';
import { step } from '../../src/core/interpret';
import type { Params } from '../../src/core/layer';
import type { Program } from '../../src/core/program';
import { shapeOf, sizesOf } from '../../src/core/sizes';
import { drawn } from '../core/randomCells';
import { normal, seeded } from './seeded';

interface Made { readonly program: Program; readonly given: StepVectors; readonly nodes: readonly Float64Array[]; readonly signals: Record<string, Float64Array> }

/** One step of a cell with random float32 weights, from random states. */
function made(text: string, seed: number, sizes: Record<string, number> = { x: 3, h: 5 }): Made {
  const program = parse(text), all = sizesOf(program, sizes), random = seeded(seed);
  const floats = (count: number): Float32Array => Float32Array.from({ length: count }, () => normal(random));
  const params: Params = Object.fromEntries(program.parameters.map(p => [p.name, { shape: shapeOf(p, all), data: floats(shapeOf(p, all).reduce((a, b) => a * b, 1)) }]));
  const x = floats(all[program.input]!), states = Object.fromEntries(program.states.map(s => [s.name, floats(all[s.size]!)]));
  const { nodes, signals } = step(program, all, Object.fromEntries(Object.entries(params).map(([n, p]) => [n, p.data])), x, states);
  // As recorded: in float32.
  const now = new Map(Object.entries(signals).map(([n, v]) => [n, Float32Array.from(v)]));
  return { program, nodes, signals, given: { x, params, before: new Map(Object.entries(states)), now } };
}

const near = (a: number, b: number, tolerance: number, what: string): void => assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${what}: ${a} is not ${b}`);

/** Where the curve of a signal is at its sum. */
function through({ curve }: ReturnType<typeof split>, sum: number): number {
  const at = ((sum + curve.to) / (2 * curve.to)) * (curve.values.length - 1), k = Math.floor(at);
  return curve.values[k]! + (curve.values[k + 1]! - curve.values[k]!) * (at - k);
}

describe('the parts of a preactivation', () => {
  for (const cell of cells) {
    it(`add up to it: ${cell.id} (${cell.variant})`, () => {
      for (const seed of [1, 2, 3]) {
        const { program, given, nodes, signals } = made(cell.equations, seed);
        const names = splittable(program.statements);
        assert.ok(names.length > 0);
        for (const name of names) {
          const signal = program.signals.find(s => s.name === name)!;
          const units = signals[name]!.length;
          for (let unit = 0; unit < units; unit++) {
            const found = split(program.statements, name, unit, given);
            near(found.parts.reduce((s, p) => s + amountOf(p), 0), found.sum, 1e-15, `${name} ${unit}, sum`);
            if (signal.pre !== undefined) near(found.sum, nodes[signal.pre]![unit]!, 1e-5, `${name} ${unit} with seed ${seed}`);
            else if (found.bend === '') near(found.sum, signals[name]![unit]!, 1e-5, `${name} ${unit} with seed ${seed}`);
            if (found.curve.values.length > 0 && found.bend !== '' && Math.abs(found.sum) < found.curve.to) near(through(found, found.sum), signals[name]![unit]!, 2e-3, `${name} ${unit}, through ${found.bend}`);
          }
        }
      }
    });
  }

  it('of random cells add up, whatever the equations', () => {
    let compared = 0;
    fc.assert(fc.property(drawn, ({ text, seed }) => {
      const { program, given, nodes, signals } = made(text, seed, { x: 4, h: 4 });
      for (const name of splittable(program.statements)) {
        const signal = program.signals.find(s => s.name === name)!;
        const found = split(program.statements, name, 1, { ...given, now: new Map(Object.entries(signals)) });
        const whole = signal.pre !== undefined && found.bend !== '' ? nodes[signal.pre]!.at(1) ?? nodes[signal.pre]![0] : found.bend === '' ? signals[name]!.at(1) ?? signals[name]![0] : undefined;
        if (whole === undefined || !Number.isFinite(whole) || !Number.isFinite(found.sum)) continue;
        compared++;
        near(found.sum, whole, 1e-9, `${name} of\n${text}`);
      }
    }), { seed: 11, numRuns: 300 });
    assert.ok(compared > 200, `only ${compared} compared`);
  });

  it('are the naive products for an LSTM', () => {
    const { program, given } = made(cells.find(c => c.id === 'lstm')!.equations, 4);
    const { parts } = split(program.statements, 'f', 2, given);
    const row = (name: string): Extract<Part, { kind: 'matrix' }> => parts.find((p): p is Extract<Part, { kind: 'matrix' }> => p.kind === 'matrix' && p.matrix === name)!;
    assert.deepEqual([...row('Uf').amounts], Array.from({ length: 5 }, (_, j) => given.params!['Uf']!.data[2 * 5 + j]! * given.before.get('h')![j]!));
    assert.deepEqual([...row('Wf').amounts], Array.from({ length: 3 }, (_, j) => given.params!['Wf']!.data[2 * 3 + j]! * given.x![j]!));
    assert.deepEqual(parts.filter(p => p.kind === 'single').map(p => [p.role, p.text, p.amount]), [['bias', 'bf', given.params!['bf']!.data[2]!]]);
  });

  it('of a GRU that resets after: r in front of every unit and of its second bias', () => {
    const { program, given } = made(cells.find(c => c.id === 'gru')!.equations, 5);
    const { parts } = split(program.statements, 'n', 3, given);
    const r = given.now.get('r')![3]!;
    assert.deepEqual(parts.map(p => [p.kind === 'matrix' ? p.matrix : p.text, p.factors.map(f => [f.text, f.value])]), [['Wn', []], ['bn', []], ['Un', [['r', r]]], ['cn', [['r', r]]]]);
    const un = parts[2] as Extract<Part, { kind: 'matrix' }>;
    near(un.amounts[1]!, r * given.params!['Un']!.data[3 * 5 + 1]! * given.before.get('h')![1]!, 1e-15, 'r ⊙ Un h');
  });

  it('of a GRU that resets before: every unit behind its own r', () => {
    const { program, given } = made(cells.find(c => c.id === 'gruResetBefore')!.equations, 6);
    const un = split(program.statements, 'n', 0, given).parts.find((p): p is Extract<Part, { kind: 'matrix' }> => p.kind === 'matrix' && p.matrix === 'Un')!;
    assert.deepEqual([un.text, un.source, un.factors], ['r ⊙ h', 'h', []]);
    near(un.values[4]!, given.now.get('r')![4]! * given.before.get('h')![4]!, 1e-15, 'r ⊙ h');
  });

  it('name peepholes, and look through a sum that has a name of its own', () => {
    const peephole = made(cells.find(c => c.id === 'lstmPeephole')!.equations, 7);
    const own = split(peephole.program.statements, 'o', 1, peephole.given).parts.find(p => p.kind === 'single' && p.role === 'own');
    assert.deepEqual(own, { kind: 'single', role: 'own', text: "po ⊙ c'", amount: peephole.given.params!['po']!.data[1]! * peephole.given.now.get('c')![1]!, factors: [], weight: peephole.given.params!['po']!.data[1]!, value: peephole.given.now.get('c')![1]! });
    const janet = made(cells.find(c => c.id === 'janet')!.equations, 8);
    const i = split(janet.program.statements, 'i', 1, janet.given);
    assert.deepEqual(i.parts.map(p => (p.kind === 'matrix' ? p.matrix : `${p.role} ${p.text}`)), ['Wf', 'Uf', 'bias bf', 'constant 1']);
    assert.equal(i.bend, '1 − σ');
    near(1 - 1 / (1 + Math.exp(-i.sum)), janet.signals['i']![1]!, 1e-9, '1 - σ(sum)');
  });

  it('of a norm hold its mean and spread, and say so', () => {
    const { program, given } = made(cells.find(c => c.id === 'lstmLayerNorm')!.equations, 9);
    const found = split(program.statements, 'g', 2, given);
    assert.equal(found.held, true);
    const v = [0, 1, 2, 3, 4].map(k => [['Wg', given.x!] as const, ['Ug', given.before.get('h')!] as const].reduce((s, [m, a]) => s + [...a].reduce((t: number, b: number, j: number) => t + given.params![m]!.data[k * a.length + j]! * b, 0), 0));
    const mean = v.reduce((a, b) => a + b) / 5, spread = Math.sqrt(v.reduce((s, a) => s + (a - mean) ** 2, 0) / 5 + 1e-5);
    const held = found.parts.find(p => p.kind === 'single' && p.role === 'held')!;
    near(amountOf(held), (-mean / spread) * given.params!['ag']!.data[2]!, 1e-9, 'mean');
    assert.equal(split(made(cells.find(c => c.id === 'lstm')!.equations, 9).program.statements, 'g', 2, made(cells.find(c => c.id === 'lstm')!.equations, 9).given).held, false);
  });

  it('of a clipped sum say what clipping took', () => {
    const { program, given, nodes } = made("h' = tanh(clip(4 x + U h + b, -1, 1) + a)", 3, { x: 3, h: 3 });
    for (let unit = 0; unit < 3; unit++) near(split(program.statements, 'h', unit, given).sum, nodes[program.signals[0]!.pre!]![unit]!, 1e-12, `unit ${unit}`);
  });

  it('need weights, and a signal that has some', () => {
    const { program, given } = made(cells.find(c => c.id === 'lstm')!.equations, 4);
    assert.throws(() => split(program.statements, 'f', 0, { ...given, params: undefined }), /A trace holds signals but no weights; open its checkpoint/);
    assert.throws(() => split(program.statements, 'c', 0, given), /c has no weights of its own/);
    assert.throws(() => split(program.statements, 'f', 99, given), /Unit 99 is not one of/);
    assert.deepEqual(splittable(program.statements), ['i', 'f', 'g', 'o']);
  });

  it('carry what is not a number, and a single unit', () => {
    const { program, given } = made(cells.find(c => c.id === 'rnn')!.equations, 4, { x: 1, h: 1 });
    near(split(program.statements, 'h', 0, given).sum, Math.atanh(given.now.get('h')![0]!), 1e-4, 'one unit');
    given.params!['b']!.data[0] = NaN;
    assert.ok(Number.isNaN(split(program.statements, 'h', 0, given).sum));
  });
});

describe('values of expressions', () => {
  for (const cell of cells) {
    it(`are those of the program: ${cell.id}`, () => {
      const { program, given, nodes, signals } = made(cell.equations, 2);
      const parts = partValues(program.statements, given, 3), bends = bendsOf(program.statements);
      program.statements.forEach((s, k) => {
        if (s.kind !== 'equation') return;
        near(parts[String(k)]!, signals[s.name]![3]!, 1e-6, s.name);
        const pre = program.signals.find(q => q.name === s.name)!.pre;
        if (bends[s.name] && pre !== undefined) near(parts[bends[s.name]!.pre]!, nodes[pre]![3]!, 1e-5, `what ${s.name} reads`);
      });
    });
  }

  it('without weights are those of signals alone', () => {
    const { program, given } = made(cells.find(c => c.id === 'lstm')!.equations, 4);
    const parts = partValues(program.statements, { ...given, params: undefined }, 1);
    near(parts['4.l']!, given.now.get('f')![1]! * given.before.get('c')![1]!, 1e-12, 'f ⊙ c');
    near(parts['5.r']!, Math.tanh(given.now.get('c')![1]!), 1e-12, "tanh(c')");
    assert.equal(parts['0.0'], undefined);
  });
});
