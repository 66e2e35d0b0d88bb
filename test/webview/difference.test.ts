/** What every view shows of a change: the difference to the baseline, in numbers and in words. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Tile } from '../../src/protocol';
import type { CompareColumn } from '../../src/questions/compare';
import type { GradientAnswer, GradientSpreadAnswer } from '../../src/questions/gradient';
import type { MemoryAnswer } from '../../src/questions/memory';
import type { UnitsAnswer } from '../../src/questions/units';
import type { State } from '../../webview/state';
import type { Theme } from '../../webview/theme';
import { askOf, chosen, choicesOf } from '../../webview/views/compare/choices';
import { coupleOf, sharedSignals, signalOf, unitDifferences } from '../../webview/views/compare/parting';
import { distanceDifference, livesDifference, logDifference, pathDifference, ratios, retentionDifference, saturationDifference } from '../../webview/views/gradient/difference';
import { decadesOf, pixelsOf } from '../../webview/views/gradient/heat';
import { against, columnsOf, sorted, type Known } from '../../webview/views/units/columns';

const theme = { ink: Object.fromEntries('xifogch'.split('').map(h => [h, '#808080'])), foreground: '#ffffff', highContrast: false } as unknown as Theme;
const spreadOf = (median: readonly number[]) => { const m = Float64Array.from(median); return { median: m, low: m, high: m }; };
const spread = (c: readonly number[], direct: readonly number[]): GradientSpreadAnswer => ({
  windows: 8, states: [{ name: 'c', spread: spreadOf(c), fate: { kind: 'holds', ratio: 1, distance: 2 }, reach: 2 }], path: { state: 'c', keep: 'f', direct: spreadOf(direct), crossings: [] },
});

describe('gradients against the baseline', () => {
  it('are shares of what they were, and nothing where there was nothing', () => {
    assert.deepEqual([...ratios([4, 1, 0, 3], [2, 4, 1, 0])], [2, 0.25, NaN, NaN]);
    const spec = distanceDifference(spread([2, 1, 0.5], [2, 1, 0.5]), spread([2, 2, 2], [2, 2, 2]), 0, theme);
    assert.deepEqual(spec.lines![0]!.points.map(p => p.y), [1, 0.5, 0.25]);
    assert.equal(spec.claim, '2 steps back, dL/dc is 25% of what it was. Medians of 8 losses, changed divided by baseline.');
    assert.ok(spec.y.from! <= 0.25 && spec.y.to! >= 2);
    const path = pathDifference(spread([2, 1, 0.5], [2, 8, 32]), spread([2, 2, 2], [2, 2, 2]), theme)!;
    assert.equal(path.claim, '2 steps back, direct, ∏ f is 16 times what it was; 2 steps back, whole dL/dc is 25% of what it was.');
    const { path: _, ...gateless } = spread([1], [1]);
    assert.equal(pathDifference(gateless, gateless, theme), undefined);
  });

  it('of every unit are powers of ten, around the middle of a ramp of two sides', () => {
    const of = (logs: readonly number[]): GradientAnswer => ({ step: 3, states: [], units: { state: 'c', count: 2, logs: Float32Array.from(logs) }, input: new Float64Array(), features: { indices: [], values: new Float32Array() } });
    const logs = logDifference(of([1, -2, -Infinity, NaN]), of([0, -2, -Infinity, 1]));
    assert.deepEqual([...logs], [1, 0, 0, NaN]);
    assert.equal(decadesOf(Float32Array.of(0.01, -0.02), true), Math.log10(2), 'noise is drawn as if it were large');
    const ramp = Uint32Array.from({ length: 257 }, (_, k) => k);
    const pixels = pixelsOf({ logs: Float32Array.of(1, -1, 0, NaN), rows: 2, order: [0, 1], apart: true }, ramp);
    assert.deepEqual([...pixels], [128, 255, 256, 0], 'rows are units, the loss is at the right');
  });
});

describe('memory against the baseline', () => {
  const memory = (left: readonly number[], lives: readonly number[]): MemoryAnswer => ({ units: 2, step: 5, state: 'c', keep: 'f', left: Float32Array.from(left), halfLives: Float64Array.from(lives) } as unknown as MemoryAnswer);
  const [now, was] = [memory([1, 1, 0.9, 0.25], [8, 1]), memory([1, 1, 0.5, 0.5], [2, 1])];
  it('says how much more is left, of which units', () => {
    const spec = retentionDifference(now, was, 0, 0, theme);
    assert.deepEqual(spec.lines!.map(l => l.points.map(p => Number(p.y.toFixed(4)))), [[0, 0.4], [0, -0.25]]);
    assert.equal(spec.claim, 'Of unit 0, +0.40 of c is left 1 step after step 5: nowhere does it differ more; 1 step on, units with more left: 1; with less: 1.');
  });
  it('puts half-lives before against after', () => {
    const spec = livesDifference(now, was, 0, theme);
    assert.deepEqual(spec.dots![0]!.points, [{ x: 2, y: 8, id: 0 }, { x: 1, y: 1, id: 1 }]);
    assert.equal(spec.claim, 'Unit 0: 8.0 steps, before 2.0 steps. Longer now: 1, shorter: 0; a dot a unit.');
  });
  it('subtracts shares of saturated steps', () => {
    const of = (low: number, high: number) => ({ signal: 'f', signed: false, low: Float32Array.of(low, 0), high: Float32Array.of(high, 0.5) });
    const spec = saturationDifference(of(0.5, 0), of(0.25, 0.125), 'f', 'forget gate', 0, theme);
    assert.deepEqual(spec.dots![0]!.points, [{ x: 0.25, y: -0.125, id: 0 }, { x: 0, y: 0, id: 1 }]);
    assert.deepEqual([spec.x.from, spec.x.to], [-0.5, 0.5]);
    assert.match(spec.claim, /unit 0 \+25% at the low end and −1[23]% at the high end; 1 of 2 units moved/);
  });
});

describe('units against the baseline', () => {
  const table = (life: readonly number[], r: readonly number[], all: readonly number[]): UnitsAnswer => ({
    signal: 'c', units: 2, stride: 1, halfLife: { gate: 'f', steps: Float64Array.from(life) }, saturation: [{ gate: 'f', closed: Float32Array.of(life[0]! / 100, 0), open: Float32Array.of(0, 0) }], activity: Float32Array.from(life),
    follows: { tracks: ['in quotes', 'column'], track: Int32Array.of(1, 0), r: Float64Array.from(r), p: Float64Array.of(1, 1), all: Float64Array.from(all), allP: new Float64Array(4), shifts: 400, every: 1 },
  });
  const known: Known = { table: table([20, 2], [0.5, 0.25], []), base: table([10, 2], [0.9, 0.25], [0.9, 0.75, 0.25, 0]), apart: true, effects: new Map(), measure: 'bits' };
  const column = (id: string) => columnsOf(known).find(c => c.id === id)!;
  it('are differences wherever there is a number of both, and say so in the head', () => {
    assert.deepEqual(columnsOf(known).map(c => c.head), ['unit', 'Δ c in view', 'Δ half-life', 'Δ saturated', 'follows', 'Δ r']);
    assert.deepEqual([0, 1].map(u => column('halfLife').text(known, u)), ['+10.0', '0.0']);
    assert.deepEqual([0, 1].map(u => column('saturated').text(known, u)), ['+10%', '0%']);
    assert.deepEqual([0, 1].map(u => column('follows').text(known, u)), ['−0.25', '0.00'], 'r is not compared with the label that the unit follows now');
    assert.deepEqual([...sorted(known, column('halfLife'), false)], [1, 0]);
    assert.deepEqual(columnsOf({ ...known, apart: false }).map(c => c.head).slice(2, 4), ['half-life', 'saturated']);
  });
  it('stand beside what they were', () => {
    assert.deepEqual(against(known, 0).map(({ name, was, is, apart }) => [name, was, is, apart]), [
      ['deviation of c', '10.00', '20.00', '+10.00'], ['half-life', '10.0', '20.0', '+10.0'], ['saturated', '10%', '20%', '+10%'], ['r with column', '+0.75', '+0.50', '−0.25'],
    ]);
    const { base: _, ...alone } = known;
    assert.deepEqual(against(alone, 0), []);
  });
});

describe('columns against one another', () => {
  const state = (run: string, on: boolean, compare: Record<string, unknown> = {}): State => ({
    scene: { levels: [{ name: 'l', cell: 'LSTM', inputSize: 4, units: 8, directions: [{ direction: 'forward', signals: [{ name: 'f', kind: 'gate', units: 8 }] }] }], weights: { description: '' }, steps: 9 }, run,
    selection: { level: 0, direction: 0, unit: 0, step: 0, signal: '' }, own: { compare, whatIf: { on, changes: [{ kind: 'clamp', level: 0, direction: 0, signal: 'f', value: 1, from: 0 }] } },
  } as unknown as State);
  const column = (run: string, id: string, units: number, signals: readonly string[] = ['h']): CompareColumn =>
    ({ run, level: 0, direction: 0, cell: { id, name: id, family: 'rnn', variant: '', source: '' }, units, output: 'h', signals: signals.map(name => ({ name, label: '', kind: 'state', equation: '', units })) } as unknown as CompareColumn);

  it('are the changed run and its baseline, one where they are the same', () => {
    assert.ok(choicesOf(state('changed:1', true)).some(c => c.id === 'changed'));
    assert.ok(!choicesOf(state('main', false)).some(c => c.id === 'changed'), 'there is no baseline where nothing is changed');
    const kept = { choice: 'changed' };
    assert.deepEqual(askOf(state('changed:1', true, kept), chosen(state('changed:1', true, kept))).columns, [{ run: 'changed:1' }, { run: 'main' }]);
    assert.deepEqual(askOf(state('main', true, kept), chosen(state('main', true, kept))).columns, [{ run: 'main' }]);
  });

  it('can be any two: value by value where units stand for one another, else by the units that are selected', () => {
    const columns = [column('a', 'lstm', 8, ['c', 'h']), column('b', 'gru', 9), column('c', 'lstm', 8, ['c', 'h'])];
    const names = ['A', 'B', 'C'];
    assert.deepEqual(coupleOf(columns, names)?.names, ['A', 'C']);
    const chosenOnes = coupleOf(columns, names, '["a","b"]')!;
    assert.deepEqual([chosenOnes.names, chosenOnes.alike, sharedSignals(chosenOnes), signalOf(chosenOnes, 'c')], [['A', 'B'], false, ['h'], 'h']);
    assert.equal(coupleOf(columns.slice(0, 2), names), undefined, 'two cells are subtracted though nobody asked');
    assert.equal(coupleOf(columns, names, '["a","gone"]')?.names[1], 'C');
  });

  it('are subtracted where both are known', () => {
    const tile = (from: number, units: number, mean: readonly number[]): Tile => ({ revision: 1, level: 0, direction: 0, signal: 'h', from, to: from + 2, bucket: 1, columns: 2, units, mean: Float32Array.from(mean) });
    const found = unitDifferences([tile(0, 2, [1, 2, 3, 4]), tile(2, 2, [5, 6, 7, 8])], 1, [tile(0, 3, [0, 0, 0.5, 0, 0, 1.5])], 2);
    assert.deepEqual(found.map(t => [t.from, t.units, [...t.mean]]), [[0, 1, [1.5, 2.5]]]);
    assert.deepEqual(unitDifferences([tile(0, 1, [1, 2])], 3, [tile(0, 1, [1, 2])], 0), []);
  });
});
