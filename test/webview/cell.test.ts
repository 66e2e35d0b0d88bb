import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { split } from '../../src/analysis/contributions';
import { bendsOf } from '../../src/analysis/activations';
import { cellById } from '../../src/core/cells/index';
import { parse } from '../../src/core/equations';
import type { Equation } from '../../src/core/equations/syntax';
import { openings } from '../../webview/views/cell/openings';
import { marked, rowsOf } from '../../webview/views/cell/rows';
import { firstGate, flowIn, story, why } from '../../webview/views/cell/story';
import { symbols, textOf, worked } from '../../webview/views/cell/tokens';

const lstm = parse(cellById('lstm').equations), gru = parse(cellById('gru').equations);
const signals = (p: typeof lstm) => p.signals.map(s => ({ name: s.name, label: s.label, kind: s.kind, hue: 'c' as const }));
const answer = (p: typeof lstm) => ({ statements: p.statements, activations: bendsOf(p.statements), splits: [] });
const names = (p: typeof lstm) => ({ states: new Set(p.states.map(s => s.name)), signals: new Set(p.signals.map(s => s.name)) });
const equation = (p: typeof lstm, k: number): Equation & { path: string } => ({ ...p.statements[k] as Equation, path: String(k) });

describe('equations with the numbers put in', () => {
  it('mark what was before, and write minus as minus', () => {
    assert.equal(textOf(symbols(equation(lstm, 4).right, names(lstm))), 'f ⊙ c₋₁ + i ⊙ g');
    assert.equal(textOf(symbols(equation(gru, 3).right, names(gru))), '(1 − z) ⊙ n + z ⊙ h₋₁');
    assert.equal(textOf(symbols(equation(gru, 2).right, names(gru))), 'tanh(Wn x + bn + r ⊙ (Un h₋₁ + cn))');
  });
  it('show the terms, their sum, and the result', () => {
    const f = equation(lstm, 1), parts = { 1: 0.036, '1.0': -3.29, '1.0.l': -4.78, '1.0.l.l': -3.02, '1.0.l.r': -1.76, '1.0.r': 1.49 };
    assert.deepEqual(worked(f, parts, names(lstm), '1.0').map(textOf), ['σ(−3.020 − 1.760 + 1.490)', 'σ(−3.290)', '0.036']);
    const n = equation(gru, 2), reset = { 2: 0.5, '2.0': 0.549, '2.0.l.l': 1, '2.0.l.r': -0.5, '2.0.r.l': 0.1, '2.0.r.r.l': 0.99, '2.0.r.r.r': -0.5 };
    assert.deepEqual(worked(n, reset, names(gru), '2.0').map(textOf), ['tanh(1.000 − 0.500 + 0.100 × (0.990 − 0.500))', 'tanh(0.549)', '0.500']);
  });
  it('leave out what is not known', () => {
    assert.deepEqual(worked(equation(lstm, 1), { 1: 0.5 }, names(lstm), '1.0').map(textOf), ['0.500']);
  });
});

describe('the story of a step', () => {
  const told = (f: number, i: number): string => story(flowIn(answer(lstm), signals(lstm)), signals(lstm), { parts: { '4.l.l': f, '4.r.l': i } }, 174);
  it('follows the gates', () => {
    assert.equal(told(0.04, 0.97), 'At step 174 it rewrites: the old cell state is let go and a new one let in.');
    assert.equal(told(0.95, 0.1), 'At step 174 it holds: the cell state passes, little is let in.');
    assert.equal(told(0.95, 0.5), 'At step 174 it adds: the cell state passes and the candidate is let in.');
    assert.equal(told(0.5, 0.5), 'At step 174 it blends the old cell state with the candidate.');
    assert.equal(told(NaN, 0.5), 'At step 174');
    assert.match(story(flowIn(answer(gru), signals(gru)), signals(gru), { parts: { '3.r.l': 0.9, '3.l.l': 0.1 } }, 2), /it holds: the hidden state/);
    const rnn = parse(cellById('rnn').equations);
    assert.match(story(flowIn(answer(rnn), signals(rnn)), signals(rnn), { parts: {} }, 0), /made anew/);
  });
  it('asks why', () => {
    assert.equal(why(signals(lstm)[1]!, 0.04, 9, String).join(''), 'Why is the forget gate shut at step 9?');
    assert.equal(why(signals(lstm)[2]!, -0.5, 9, String).join(''), 'Why is the candidate -0.5 at step 9?');
    assert.equal(firstGate(flowIn(answer(lstm), signals(lstm)), ['i', 'f', 'g', 'o']), 'f');
    assert.equal(firstGate(flowIn(answer(gru), signals(gru)), ['r', 'z', 'n']), 'z');
  });
});

describe('the rows of the waterfall', () => {
  const units = 12, features = 7;
  const random = (count: number, seed: number) => Float32Array.from({ length: count }, (_, k) => Math.sin(seed + 3.7 * k) * 2);
  const params = Object.fromEntries(gru.parameters.map((p, k) => [p.name, p.kind === 'matrix' ? { shape: [units, p.name.startsWith('W') ? features : units], data: random(units * (p.name.startsWith('W') ? features : units), k) } : { shape: [units], data: random(units, k) }]));
  const h = random(units, 40), hot = Float32Array.from({ length: features }, (_, k) => (k === 2 ? 1 : 0));
  const of = (x: Float32Array, token?: string, feature: (k: number) => string | undefined = () => undefined) => {
    const found = split(gru.statements, 'n', 1, { x, params, before: new Map([['h', h]]), now: new Map([['r', random(units, 50).map(v => Math.abs(v) / 2)]]) });
    return { found, rows: rowsOf(found, { states: new Set(['h']), token, feature }) };
  };
  it('begin where the one above ended, and end at the sum', () => {
    const { found, rows } = of(hot, '↵');
    rows.forEach((row, k) => assert.ok(Math.abs(row.from - rows.slice(0, k).reduce((s, r) => s + r.amount, 0)) < 1e-12));
    assert.ok(Math.abs(rows.at(-1)!.from + rows.at(-1)!.amount - found.sum) < 1e-12);
  });
  it('are biases, the input, the six largest units and the rest', () => {
    const { rows } = of(hot, '↵');
    assert.deepEqual(rows.map(r => r.hue), ['bias', 'bias', 'x', ...Array<string>(6).fill('unit'), 'rest']);
    assert.match(rows[1]!.detail, /^r [+−]\d\.\d\d × cn/);
    assert.equal(rows[2]!.detail, 'Wn · ↵');
    assert.match(rows[3]!.detail, /^r \+\d\.\d\d × h₋₁ [+−]\d\.\d\d × Un [+−]\d\.\d\d$/);
    assert.equal(rows.at(-1)!.label, '6 other units');
    const sizes = rows.slice(3, 9).map(r => Math.abs(r.amount));
    assert.deepEqual(sizes, [...sizes].sort((a, b) => b - a));
  });
  it('name few features one by one, and add many up', () => {
    assert.equal(of(random(features, 9)).rows.filter(r => r.hue === 'x').map(r => r.detail).join(), 'Wn x, 7 features');
    const few = rowsOf({ parts: [{ kind: 'matrix', matrix: 'W', source: 'x', text: 'x', weights: Float64Array.of(1, 2), values: Float64Array.of(3, 4), amounts: Float64Array.of(3, 8), factors: [] }] }, { states: new Set(), token: undefined, feature: k => ['rain'][k] });
    assert.deepEqual(few.map(r => [r.label, r.amount]), [['rain', 3], ['input 1', 8]]);
  });
  it('mark old states and leave other names', () => assert.equal(marked("r ⊙ h + po ⊙ c' + bh", new Set(['h', 'c'])), 'r ⊙ h₋₁ + po ⊙ c + bh'));
});

describe('the axis of openings', () => {
  const values = Float64Array.from({ length: 481 }, (_, k) => 1 / (1 + Math.exp(12 - k * 0.05)));
  it('is where the activation says', () => {
    for (const { at, level } of openings({ to: 12, values }, true, -8, 8, 0)) assert.ok(Math.abs(at - Math.log(level / (1 - level))) < 0.01, `${level} at ${at}`);
    assert.deepEqual(openings({ to: 12, values }, true, -8, 8, 0).map(o => o.level), [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999]);
  });
  it('leaves out what would overlap or is outside, the middle last', () => {
    assert.deepEqual(openings({ to: 12, values }, true, -3, 3, 2.3).map(o => o.level), [0.5]);
    assert.deepEqual(openings({ to: 12, values: values.map(v => 1 - v) }, true, -3, 3, 0.1).map(o => o.level), [0.9, 0.5, 0.1]);
  });
});
