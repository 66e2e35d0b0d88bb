/** Charts of the view Gradient and memory, from answers as the worker gives them. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { GradientSpreadAnswer } from '../../src/questions/gradient';
import type { MemoryAnswer } from '../../src/questions/memory';
import { cleared } from '../../webview/plot/plot';
import type { State } from '../../webview/state';
import type { Theme } from '../../webview/theme';
import { curve, distanceAxis, distanceSpec, fateWords, jacobianSpec, logRange, lossWords, pathSpec } from '../../webview/views/gradient/distance';
import { decadesOf, entryOf, pixelsOf, topOf } from '../../webview/views/gradient/heat';
import { halfLifeSpec, retentionSpec, saturationSpec } from '../../webview/views/gradient/memory';
import { settingsOf } from '../../webview/views/gradient/settings';
import { scientific, share, stepsFigure } from '../../webview/views/gradient/wording';

const hues = Object.fromEntries(['x', 'i', 'f', 'o', 'g', 'c', 'h', 'negative'].map(h => [h, '#808080']));
const theme = { ink: hues, foreground: '#ffffff', highContrast: false } as unknown as Theme;

const falling = (by: number, n = 41): Float64Array => Float64Array.from({ length: n }, (_, d) => 2 * by ** d);
const spreadOf = (median: Float64Array) => ({ median, low: median.map(v => v / 2), high: median.map(v => v * 2) });
const answer = (): GradientSpreadAnswer => ({
  windows: 32,
  states: [{ name: 'c', spread: spreadOf(falling(0.8)), fate: { kind: 'vanishes', ratio: 0.8 ** 40, distance: 40 }, reach: 20 }, { name: 'h', spread: spreadOf(falling(0.9)), fate: { kind: 'holds', ratio: 0.9 ** 40, distance: 40 }, reach: 40 }],
  path: { state: 'c', keep: 'f', direct: spreadOf(falling(0.9)), crossings: [{ distance: 1, direct: true }] },
});

describe('numbers of gradients in words', () => {
  it('are shares, powers and times', () => {
    assert.deepEqual([0.4, 0.034, 3.1e-4, 1e-6, 0, 52, 1, 9.6e-7, 2e30].map(share), ['40%', '3.4%', '3·10⁻⁴', '10⁻⁶', '0', '52 times', '100%', '10⁻⁶', '2·10³⁰ times']);
    assert.deepEqual([1, 5, 10, 0.1, -3e-7].map(scientific), ['1', '5', '10¹', '10⁻¹', '−3·10⁻⁷']);
    assert.deepEqual([Infinity, NaN, 0.5, 12.34].map(stepsFigure), ['no end', 'unknown', '0.50 steps', '12.3 steps']);
  });

  it('name vanishing and exploding with the size and the distance', () => {
    assert.equal(fateWords('c', { kind: 'vanishes', ratio: 9e-7, distance: 84 }), 'dL/dc vanishes: less than 10⁻⁶ of its size 84 steps back.');
    assert.equal(fateWords('h', { kind: 'explodes', ratio: 1234, distance: 60 }), 'dL/dh explodes: 1234 times its size 60 steps back.');
    assert.equal(fateWords('h', { kind: 'holds', ratio: 0.4, distance: 128 }), 'dL/dh holds: 40% of its size 128 steps back.');
    assert.match(fateWords('h', { kind: 'broken', ratio: NaN, distance: 3 }), /not a number 3 steps back/);
  });
});

describe('gradient charts', () => {
  it('draw the medians with their middle half, and the one at the crosshair', () => {
    const { lines, y, x, claim, marks } = distanceSpec(answer(), { step: 90, states: [{ name: 'c', norms: falling(0.7, 10) }], units: { state: 'c', count: 1, logs: new Float32Array() }, input: new Float64Array(), features: { indices: [], values: new Float32Array() } }, 40, theme);
    assert.deepEqual(lines!.map(l => l.name), ['dL/dc of the loss at step 90', 'dL/dc, median', 'dL/dh, median']);
    assert.deepEqual(lines![1]!.points.map(p => p.y), [...falling(0.8)]);
    assert.deepEqual(lines![1]!.band!.high.map(p => p.y), [...falling(0.8).map(v => 2 * v)]);
    assert.deepEqual([x.from, x.to, y.from, y.to, marks![0]!.x], [0, 40, 1e-4, 10, 40]);
    assert.match(claim, /^dL\/dc vanishes: 10⁻⁴ of its size 40 steps back\. dL\/dh holds: 1\.5% of its size 40 steps back\. Median of 32 losses/);
  });

  it('name a loss over selected steps, and begin where the first of them is', () => {
    assert.equal(lossWords('range', 3, 7, undefined, { from: 20, to: 40 }), 'the sum of the hidden state h over steps 20 to 39');
    assert.equal(lossWords('range', 3, 7, undefined, { from: 20, to: 21 }), 'the sum of the hidden state h at step 20');
    assert.equal(lossWords('unit', 3, 7, undefined, { from: 20, to: 40 }), 'the hidden state h of unit 3 at step 7');
    const one = { step: 90, within: 4, states: [{ name: 'c', norms: falling(0.7, 10) }], units: { state: 'c', count: 1, logs: new Float32Array() }, input: new Float64Array(), features: { indices: [], values: new Float32Array() } };
    const { lines, claim, x } = distanceSpec({ ...answer(), within: 4 }, one, 0, theme);
    assert.deepEqual(lines![0]!.points.map(p => p.y), [...falling(0.7, 10)].slice(3));
    assert.match(`${claim} | ${x.label}`, /each summed over 4 steps; .* dotted, that over the selected steps\. \| steps before the first selected one$/);
  });

  it('cut an axis ten decades under what was there at first, and show all that grows', () => {
    const { from, to, ticks } = logRange([[1, 1e-30]], 1);
    assert.deepEqual([from, to, ticks[0]], [1e-10, 1, 1]);
    assert.deepEqual([logRange([[1, 1e30]], 1).from, logRange([[1, 1e30]], 1).to], [1, 1e30]);
    assert.ok(logRange([[1, 1e30]], 1).ticks.length <= 8);
    assert.deepEqual(logRange([[0, NaN]]), logRange([]));
    assert.deepEqual(distanceAxis(128, '').ticks, [0, 20, 40, 60, 80, 100, 120]);
    assert.ok(Number.isNaN(curve([0])[0]!.y));
  });

  it('say how much the direct path carries, without an order that is assumed', () => {
    const more = pathSpec(answer(), theme)!;
    assert.match(more.claim, /^40 steps back, the path through f alone carries 111 times the whole gradient: gates and h work against it\. They cross at 1 step\./);
    assert.deepEqual(more.lines![1]!.band!.high.map(p => p.y), [...falling(0.9)]);
    const { path, ...rest } = answer();
    const less = pathSpec({ ...rest, path: { ...path!, direct: spreadOf(falling(0.7)), crossings: [] } }, theme)!;
    assert.match(less.claim, /^40 steps back, the path through f alone carries 5·10⁻³ of the whole gradient of c; the rest came through gates and h\./);
    assert.equal(pathSpec(rest, theme), undefined);
  });

  it('put the bound of a vanilla RNN beside what was measured', () => {
    const spec = jacobianSpec({ distances: [1, 2, 4], norms: [0.9, 0.7, 0.3], states: ['h'], estimated: false }, undefined, { matrix: 'U', sigma: 1.5, radius: 1.1, estimated: false }, 9, theme)!;
    assert.deepEqual(spec.lines!.map(l => l.points.map(p => p.y)), [[0.9, 0.7, 0.3], [1.5, 2.25, 5.0625]]);
    assert.match(spec.claim, /at most 30% gets 4 steps back.*singular value 1\.50.*is 506%; it can only be larger\. Spectral radius 1\.10/);
    assert.equal(jacobianSpec({ distances: [], norms: [], states: ['h'], estimated: false }, undefined, undefined, 0, theme), undefined);
  });

  it('colour gradients by decades, the loss at the right', () => {
    const logs = Float32Array.of(0, -4, -8, -Infinity, NaN, -20); // 3 distances of 2 units
    assert.equal(topOf(logs), 0);
    assert.deepEqual([0, -4, -8, -Infinity, NaN, 3].map(v => entryOf(v, 0, 8)), [255, 128, 0, 0, 256, 255]);
    assert.deepEqual([decadesOf(logs), decadesOf(Float32Array.of(0, -0.5)), decadesOf(new Float32Array()), decadesOf(Float32Array.of(1, -3.2))], [8, 2, 2, 5]);
    const ramp = Uint32Array.from({ length: 257 }, (_, k) => k);
    assert.deepEqual([...pixelsOf({ logs, rows: 2, order: [1, 0] }, ramp)], [0, 0, 128, 256, 0, 255]);
  });
});

describe('labels at the ends of lines', () => {
  it('stand apart, and above what is below the chart', () => {
    assert.deepEqual(cleared([10, 12, 60], 13, 100), [10, 23, 60]);
    assert.deepEqual(cleared([80, 95, 96], 13, 100), [74, 87, 100], 'the last would lie on the axis');
    assert.deepEqual(cleared([], 13, 100), []);
  });
});

describe('memory charts', () => {
  const memory = (): MemoryAnswer => ({
    step: 7, keep: 'f', state: 'c', units: 2, left: Float32Array.of(1, 1, 0.9, 0.4, 0.81, 0.16), halfLives: Float64Array.of(6.6, 0.76), timeConstants: Float64Array.of(10, 1.7),
    runs: { count: 1, median: 2, longest: 2 }, events: [], looked: { from: 0, to: 10 }, reach: { units: Float64Array.of(43, 5), longest: 43, median: 24, most: 256, windows: 32 },
  });

  it('draw what is left of every unit, the chosen one on top', () => {
    const { lines, claim, x } = retentionSpec(memory(), 1, false, 0, theme);
    assert.deepEqual(lines!.map(l => [l.name, l.points.map(p => [p.x, Math.round(100 * p.y)])]), [['unit 1', [[0, 100], [1, 40], [2, 16]]], ['unit 0', [[0, 100], [1, 90], [2, 81]]]]);
    assert.equal(claim, 'Unit 1 keeps less than half of c after 1 step; 1 of 2 units keep half that long. ∏ f from step 7 on.');
    const log = retentionSpec(memory(), 0, true, 0, theme);
    assert.deepEqual([x.kind, log.x.kind, log.lines![0]!.points[0]!.x], ['linear', 'log', 1]);
    assert.match(log.claim, /^Unit 0 keeps 81% of c over 2 steps/);
  });

  it('stack half-lives that are alike, at their place on a log axis', () => {
    const { dots } = halfLifeSpec({ ...memory(), halfLives: Float64Array.of(4, 4.01, 64, Infinity, 0.001, NaN) }, 2, theme);
    const at = (id: number): { x: number; y: number } => dots![0]!.points.find(p => p.id === id)!;
    assert.ok(Math.abs(Math.log2(at(0).x / 4)) < 0.2 && at(0).x === at(1).x && at(1).y === 2 && at(2).y === 1 && Math.abs(Math.log2(at(2).x / 64)) < 0.2);
    assert.ok(Math.abs(Math.log2(at(3).x / 4096)) < 0.21 && at(4).x < 0.12 && at(5).x === at(4).x, 'no end and too short stand at the ends');
    assert.equal(dots![0]!.chosen, 2);
  });

  it('plot shut against open, a dot a unit', () => {
    const { dots, claim } = saturationSpec({ signal: 'f', signed: false, low: Float32Array.of(0.5, 0), high: Float32Array.of(0.25, 0.3) }, 'f', 'forget gate', 0, theme);
    assert.deepEqual(dots![0]!.points.map(p => ({ ...p, y: Math.round(100 * p.y) })), [{ x: 0.5, y: 25, id: 0 }, { x: 0, y: 30, id: 1 }]);
    assert.equal(claim, 'forget gate (f): unit 0 is closed in 50% and open in 25% of the steps; 1 of 2 units are saturated more than half of the time.');
  });

  it('keep choices that make sense, and drop others', () => {
    const of = (own: unknown): ReturnType<typeof settingsOf> => settingsOf({ own: { gradient: own } } as unknown as State);
    assert.deepEqual(of({ loss: 'unit', distance: 64, state: 'h', logTime: true, lag: 40 }), { loss: 'unit', distance: 64, state: 'h', logTime: true, lag: 40 });
    assert.deepEqual(of({ loss: 'all', distance: 3, state: 5, logTime: 'yes', lag: 1.5 }), { loss: 'sum', distance: 128, state: '', logTime: false, lag: 0 });
    assert.deepEqual([of(null).lag, of({ lag: -4 }).lag, of({ lag: 1e9 }).lag], [0, 0, 1024]);
    const selecting = (range: unknown): string => settingsOf({ own: { gradient: { loss: 'range' } }, range, scene: { steps: 50 } } as unknown as State).loss;
    assert.deepEqual([selecting({ from: 10, to: 20 }), selecting(undefined), selecting({ from: 10, to: 90 })], ['range', 'sum', 'sum'], 'a loss over selected steps takes some');
  });
});
