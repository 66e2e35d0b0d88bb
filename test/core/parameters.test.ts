import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { cellById, cells } from '../../src/core/cells/index';
import { gruVariant, lstmVariant, rnnVariant } from '../../src/core/cells/variants';
import { parse } from '../../src/core/equations';
import { initialise } from '../../src/core/initialise';
import { checkLayer, parameterCount, parameterShapes } from '../../src/core/parameters';
import { random } from '../../src/core/random';
import { sizesOf } from '../../src/core/sizes';

describe('parameters', () => {
  it('are counted as the literature counts them (Chung et al. 2014, single bias)', () => {
    assert.equal(parameterCount(cellById('lstmPeephole'), 100, 36), 19_836);
    assert.equal(parameterCount(cellById('gruResetBefore'), 100, 46), 20_286);
    assert.equal(parameterCount(cellById('gru'), 100, 46), 20_332);
    assert.equal(parameterCount(cellById('rnn'), 100, 100), 20_100);
    assert.equal(parameterCount(cellById('lstmPeephole'), 20, 195), 169_065);
    assert.equal(parameterCount(cellById('gruResetBefore'), 20, 227), 168_888);
    assert.equal(parameterCount(cellById('rnn'), 20, 400), 168_400);
  });

  it('have the shapes that the equations imply', () => {
    assert.deepEqual(parameterShapes(cellById('gru'), 3, 5), { Wr: [5, 3], Ur: [5, 5], br: [5], Wz: [5, 3], Uz: [5, 5], bz: [5], Wn: [5, 3], bn: [5], Un: [5, 5], cn: [5] });
    const projected = parameterShapes(cellById('lstmProjected'), 3, 2, { c: 7 });
    assert.deepEqual([projected['Wi'], projected['Ui'], projected['bi'], projected['Wr']], [[7, 3], [7, 2], [7], [2, 7]]);
  });

  it('fit their layer, whatever made them', () => {
    for (const cell of cells) for (const rule of ['pytorch', 'keras'] as const) {
      const more = cell.id === 'lstmProjected' ? { c: 6 } : {};
      checkLayer({ cell, inputSize: 3, units: 5, direction: 'forward', params: initialise(cell, 3, 5, rule, 1, more) });
    }
  });
});

describe('sizes', () => {
  it('that conflict say who must equal whom, and where that was written', () => {
    assert.throws(() => sizesOf(parse("h' = tanh(x + U h)"), { x: 3, h: 4 }), /h has size 4 and x has size 3, but they must be equal because of "h' = tanh\(x \+ U h\)" \(line 1, column 1\)/);
    assert.throws(() => sizesOf(parse("g = W x\nc' = g ⊙ c\nh' = c' + U x"), { x: 2, h: 5, g: 6 }), /g has size 6 and h has size 5, but they must be equal because of "g ⊙ c" \(line 2, column 6\) and "h' = c' \+ U x" \(line 3, column 1\)/);
    assert.throws(() => sizesOf(parse("h' = W x"), { h: 4 }), /size of x is not given/);
    assert.throws(() => sizesOf(parse("h' = W x"), { x: 4 }), /size of the output h is not given/);
    assert.throws(() => sizesOf(parse("h' = W x"), { x: 4, h: 2, q: 1 }), /no x, state or signal is called "q"; sizes can be given for x, h/);
    assert.throws(() => sizesOf(parse("h' = W x"), { x: 4, h: 2.5 }), /whole number of at least 1, found 2.5/);
    assert.throws(() => sizesOf(parse("m = mean(x)\nh' = m ⊙ W x"), { x: 4, h: 2, m: 2 }), /m is a single number/);
  });

  it('that nothing names are as large as the output', () => {
    const program = parse("h' = A B x");
    const sizes = sizesOf(program, { x: 3, h: 4 });
    assert.deepEqual(program.parameters.map(p => p.kind === 'matrix' && [p.name, sizes[p.rows], sizes[p.columns]]), [['A', 4, 4], ['B', 4, 3]]);
  });

  it('without a name are read off the parameters', () => {
    const cell = { ...cellById('rnn'), equations: "h' = A B x" };
    const tensor = (rows: number, columns: number) => ({ shape: [rows, columns], data: new Float32Array(rows * columns) });
    checkLayer({ cell, inputSize: 3, units: 4, direction: 'forward', params: { A: tensor(4, 2), B: tensor(2, 3) } });
    assert.throws(() => { checkLayer({ cell, inputSize: 3, units: 4, direction: 'forward', params: { A: tensor(4, 2), B: tensor(3, 3) } }); }, /B should have the shape \[2, 3\]/);
  });
});

describe('initialise', () => {
  it('is the same for the same seed, and another for another', () => {
    const make = (seed: number) => initialise(cellById('lstm'), 3, 5, 'pytorch', seed);
    assert.deepEqual(make(1), make(1));
    assert.notDeepEqual(make(1)['Wi'], make(2)['Wi']);
  });

  it('pytorch: U(-1/√H, 1/√H) for everything', () => {
    const all = Object.values(initialise(cellById('lstm'), 30, 100, 'pytorch', 1)).flatMap(t => [...t.data]);
    assert.ok(all.every(v => Math.abs(v) <= 0.1));
    const meanSquare = all.reduce((s, v) => s + v * v, 0) / all.length;
    assert.ok(Math.abs(meanSquare - 0.01 / 3) < 1e-4, String(meanSquare));
    assert.ok(Math.abs(all.reduce((s, v) => s + v, 0) / all.length) < 1e-3);
  });

  it('keras: Glorot kernel, orthogonal recurrent kernel, zero bias but 1 for forgetting', () => {
    const params = initialise(cellById('lstmPeephole'), 30, 20, 'keras', 1);
    const limit = Math.sqrt(6 / (30 + 80));
    const kernel = ['Wi', 'Wf', 'Wg', 'Wo'].flatMap(k => [...params[k]!.data]);
    assert.ok(kernel.every(v => Math.abs(v) <= limit) && kernel.some(v => Math.abs(v) > 0.98 * limit));
    const rows = ['Ui', 'Uf', 'Ug', 'Uo'].flatMap(k => [...params[k]!.data]);
    for (let a = 0; a < 20; a++) for (let b = 0; b < 20; b++) {
      let dot = 0;
      for (let r = 0; r < 80; r++) dot += rows[r * 20 + a]! * rows[r * 20 + b]!;
      assert.ok(Math.abs(dot - (a === b ? 1 : 0)) < 1e-6, `${a},${b}: ${dot}`);
    }
    assert.ok(params['bf']!.data.every(v => v === 1));
    for (const name of ['bi', 'bg', 'bo', 'pi', 'pf', 'po']) assert.ok(params[name]!.data.every(v => v === 0), name);
  });
});

describe('random numbers', () => {
  it('are fixed for ever by their seed', () => {
    const source = random(1);
    assert.deepEqual(Array.from({ length: 4 }, () => Math.round(source.uniform() * 1e6)), [563672, 585111, 895907, 946399]);
  });
  it('are normal where they should be', () => {
    const source = random(3);
    const all = Array.from({ length: 20_000 }, () => source.normal());
    const mean = all.reduce((s, v) => s + v, 0) / all.length;
    const variance = all.reduce((s, v) => s + (v - mean) ** 2, 0) / all.length;
    assert.ok(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.05, `${mean} ${variance}`);
  });
});

describe('variants', () => {
  it('that change nothing are the plain cells themselves', () => {
    assert.equal(lstmVariant({}), cellById('lstm'));
    assert.equal(lstmVariant({ peepholes: true }), cellById('lstmPeephole'));
    assert.equal(lstmVariant({ projected: true }), cellById('lstmProjected'));
    assert.equal(gruVariant({ resetAfter: true, activations: { f: { name: 'sigmoid' } } }), cellById('gru'));
    assert.equal(gruVariant({ resetAfter: false }), cellById('gruResetBefore'));
    assert.equal(rnnVariant({}), cellById('rnn'));
    assert.equal(rnnVariant({ activation: { name: 'relu' } }), cellById('rnnRelu'));
  });

  it('say what they change, in id, words and equations', () => {
    const cell = lstmVariant({ clip: 3, coupledInputForget: true, activations: { f: { name: 'hardSigmoid', alpha: 0.25 } } });
    assert.equal(cell.id, 'lstm+coupled+clip(3)+f:hardSigmoid(0.25,0.5)');
    assert.equal(cell.variant, 'input and forget gates coupled, preactivations clipped to ±3, gates: hardSigmoid (0.25, 0.5)');
    assert.equal(cell.equations, [
      'i = hardσ(clip(Wi x + Ui h + bi, -3, 3), 0.25, 0.5)  input gate',
      'f = 1 - i  forget gate',
      'g = tanh(clip(Wg x + Ug h + bg, -3, 3))  candidate',
      'o = hardσ(clip(Wo x + Uo h + bo, -3, 3), 0.25, 0.5)  output gate',
      "c' = f ⊙ c + i ⊙ g  cell state",
      "h' = o ⊙ tanh(c')  hidden state",
    ].join('\n'));
  });

  it('cells are found by id, or named', () => {
    for (const cell of cells) assert.equal(cellById(cell.id), cell);
    assert.throws(() => cellById('lsmt'), /No cell is called "lsmt"; known are rnn, rnnRelu, lstm, /);
  });
});
