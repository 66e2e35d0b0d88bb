/** Random cells find what the named ones do not: copies, unused states, swapped states, shared parts, scalars, reductions. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { differentiate } from '../../src/core/differentiate';
import { EquationError, parse, print } from '../../src/core/equations';
import { evaluator } from '../../src/core/evaluate';
import { step, type Values } from '../../src/core/interpret';
import type { Program } from '../../src/core/program';
import { sizesOf, type Sizes } from '../../src/core/sizes';
import { compareWithDifferences, randomPoint, unroll } from './numeric';
import { drawn, type Drawn } from './randomCells';

const SEED = Number(process.env['SEED'] ?? 4711);
const RUNS = Number(process.env['RUNS'] ?? 300);

const check = (property: (d: Drawn) => void): void => { fc.assert(fc.property(drawn, property), { seed: SEED, numRuns: RUNS }); };

/** All vectors 3 or 4 long: the texts mix x, h and c freely. */
function sized(text: string): { program: Program; sizes: Sizes } {
  const program = parse(text);
  const n = text.length % 2 === 0 ? 3 : 5;
  return { program, sizes: sizesOf(program, { x: n, h: n, c: n }) };
}

describe(`random cells (SEED=${SEED}, RUNS=${RUNS})`, () => {
  it('print and parse again to the same program', () => {
    check(({ text }) => {
      const program = parse(text);
      const again = parse(print(program));
      assert.equal(print(again), print(program));
      for (const key of ['nodes', 'classes', 'states', 'signals', 'parameters', 'output'] as const) assert.deepEqual(again[key], program[key], key);
    });
  });

  it('keep every state and signal apart, in topological order', () => {
    check(({ text }) => {
      for (const program of [parse(text), differentiate(parse(text))]) {
        const own = program.signals.map(s => s.node);
        assert.equal(new Set(own).size, own.length, 'two signals share a node');
        assert.equal(new Set(program.states.map(s => s.next)).size, program.states.length, 'two states share a node');
        for (const id of [...own, ...program.states.map(s => s.next)]) assert.ok('a' in program.nodes[id]!, 'a signal or next state is a leaf');
        program.nodes.forEach((n, id) => { if ('a' in n) assert.ok(n.a < id && (!('b' in n) || n.b < id)); });
      }
    });
  });

  it('have gradients that finite differences confirm', () => {
    let [compared, atKinks] = [0, 0];
    check(({ text, seed }) => {
      const { program, sizes } = sized(text);
      const point = randomPoint(program, sizes, 3, seed, 0.7);
      const floor = 1e-5 * Math.max(1, Math.abs(unroll(program, sizes, point).loss));
      const result = compareWithDifferences(program, sizes, point, { floor });
      compared += result.compared;
      atKinks += result.atKinks;
      assert.ok(result.worst <= 1e-6, `${result.worst} at ${result.where} in\n${text}`);
    });
    assert.ok(compared > 4 * atKinks, `${compared} compared, ${atKinks} too near a kink`);
  });

  it('are evaluated as they are interpreted, to the last bit, forward and backward', () => {
    check(({ text, seed }) => {
      const { program, sizes } = sized(text);
      const point = randomPoint(program, sizes, 3, seed);
      const { nodes } = unroll(program, sizes, point);
      sameAsInterpreted(program, sizes, point.params, point.x, point.states, []);
      sameAsInterpreted(differentiate(program), sizes, point.params, point.weights, {}, nodes);
    });
  });
});

describe(`any text (SEED=${SEED})`, () => {
  const piece = fc.constantFrom('h', "h'", 'x', 'W', 'U', 'tanh', 'σ', 'clip', '(', ')', ',', '=', ' = ', '+', '-', '*', '⊙', '/', '2', '-1', '1e9', ' ', '  ', '\n', '#', '∈', 'R', '_', 'g', '.', "'", '\t', '\r\n', '😀', '{t-1}', '\0');
  it('is a program or an EquationError with a place in the text', () => {
    let accepted = 0;
    fc.assert(fc.property(fc.oneof(fc.array(piece, { maxLength: 25 }).map(p => `h' = ${p.join('')}`), fc.array(piece, { maxLength: 12 }).map(p => p.join('')), fc.string({ unit: 'binary', maxLength: 30 })), text => {
      try {
        const program = parse(text);
        assert.equal(print(parse(print(program))), print(program));
        accepted++;
      } catch (error) {
        assert.ok(error instanceof EquationError, `${String(error)} for ${JSON.stringify(text)}`);
        const line = text.split('\n')[error.line - 1];
        assert.ok(line !== undefined && error.column >= 1 && error.column <= line.length + 1, `${error.line}:${error.column} in ${JSON.stringify(text)}`);
      }
    }), { seed: SEED, numRuns: 20 * RUNS });
    assert.ok(accepted > RUNS / 10, `${accepted} accepted`);
  });
});

function sameAsInterpreted(program: Program, sizes: Sizes, params: Values, x: readonly Float64Array[], initial: Values, saved: readonly (readonly Float64Array[])[]): void {
  const machine = evaluator(program, sizes, params);
  for (const [name, v] of Object.entries(initial)) machine.states[name]!.set(v);
  let states = initial;
  for (const [t, row] of x.entries()) {
    const expected = step(program, sizes, params, row, states, saved[t] ?? []);
    program.nodes.forEach((n, id) => { if (n.op === 'saved') machine.slots[id]!.set(saved[t]![n.node]!); });
    machine.input.set(row);
    machine.step();
    for (const [id, values] of expected.nodes.entries()) assert.deepEqual(machine.slots[id], values, `node ${id} at step ${t}`);
    for (const [name, values] of Object.entries(expected.states)) assert.deepEqual(machine.states[name], values, `state ${name}`);
    states = expected.states;
  }
}
