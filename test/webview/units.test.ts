import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Tile } from '../../src/protocol';
import type { UnitsAnswer } from '../../src/questions/units';
import { Store, type State } from '../../webview/state';
import type { StateSpaceAnswer } from '../../src/questions/stateSpace';
import type { Theme } from '../../webview/theme';
import { apartClaim, distanceSpec, partingOf } from '../../webview/views/units/apart';
import { chanceText, columnsOf, sorted, type Known } from '../../webview/views/units/columns';
import { courseOf } from '../../webview/views/units/course';
import { grown } from '../../webview/range';
import { keptOf } from '../../webview/views/units/kept';
import { labelTracks } from '../../webview/views/units/labelsFile';
import { seekSimilar, takeSought } from '../../webview/views/units/sought';
import { extentOf, nearest, PAD, placed, xAt, yAt } from '../../webview/views/units/path';

const table: UnitsAnswer = {
  signal: 'c', units: 4, stride: 1, halfLife: { gate: 'f', steps: Float64Array.of(2, Infinity, NaN, 0.5) },
  saturation: [{ gate: 'i', closed: Float32Array.of(0.5, 0, 0, 0), open: Float32Array.of(0.25, 0, 1, 0) }], activity: Float32Array.of(1, 2, 3, 4),
  follows: { tracks: ['in quotes', 'column'], track: Int32Array.of(1, 0, -1, 0), r: Float64Array.of(0.5, -0.9, NaN, 0.2), p: Float64Array.of(0.04, 1 / 401, NaN, 0.6), all: new Float64Array(8), allP: new Float64Array(8), shifts: 400, every: 1 },
};
const known: Known = { table, measure: 'bits', effects: new Map([[3, { unit: 3, change: -0.02, places: [] }], [0, { unit: 0, change: 0.5, places: [] }]]) };
const column = (id: string) => columnsOf(known).find(c => c.id === id)!;

describe('the table of units', () => {
  it('sorts by any column either way, units without a number last', () => {
    const by = (id: string, down = true): number[] => [...sorted(known, column(id), down)];
    assert.deepEqual(by('unit'), [0, 1, 2, 3]);
    assert.deepEqual(by('halfLife'), [1, 0, 3, 2]);
    assert.deepEqual(by('halfLife', false), [3, 0, 1, 2]);
    assert.deepEqual(by('follows'), [1, 0, 3, 2]);
    assert.deepEqual(by('p'), [1, 0, 3, 2]);
    assert.deepEqual(by('track'), [1, 3, 0, 2]);
    assert.deepEqual(by('off'), [0, 3, 1, 2]);
    assert.deepEqual(by('activity'), [3, 2, 1, 0]);
  });
  it('writes what it knows, and nothing where it knows nothing', () => {
    const words = (id: string): string[] => [0, 1, 2, 3].map(u => column(id).text(known, u));
    assert.deepEqual(words('halfLife'), ['2.0', '∞', '', '0.5']);
    assert.deepEqual(words('saturated'), ['75%', '0%', '100%', '0%']);
    assert.deepEqual(words('follows'), ['+0.50', '−0.90', '', '+0.20']);
    assert.deepEqual(words('p'), ['0.040', '0.0025', '', '0.60']);
    assert.deepEqual(words('off'), ['+0.500', '', '', '−0.020']);
    assert.equal(column('off').head, 'off, bits');
    assert.deepEqual([0, 1, 2, 3].map(u => column('follows').weak!(known, u)), [false, false, true, true]);
    assert.equal(chanceText(NaN), '');
  });
  it('leaves out what a layer has not', () => {
    const { halfLife: _, ...rest } = table;
    assert.deepEqual(columnsOf({ ...known, measure: 'output', table: { ...rest, saturation: [], follows: { ...table.follows, tracks: [] } } }).map(c => c.id), ['unit', 'activity', 'off']);
  });
});

describe('labels from a file', () => {
  it('are its numbers, and a track for each of a few words', () => {
    const { tracks, problem } = labelTracks('\ufefftime,"mood, said",note\r\n0,glad,a\r\n1.5,sad,b\r\n,glad,c\r\n');
    assert.equal(problem, undefined);
    assert.deepEqual(tracks.map(t => t.name), ['time', 'mood, said glad', 'mood, said sad', 'note a', 'note b', 'note c']);
    assert.deepEqual(tracks[0]!.values, [0, 1.5, NaN]);
    assert.deepEqual(tracks[1]!.values, [1, 0, 1]);
  });
  it('may be separated by tabs; columns of many words are left out, and nothing is said in words', () => {
    const many = Array.from({ length: 20 }, (_, k) => `w${k}\t${k % 2}`).join('\n');
    assert.deepEqual(labelTracks(`word\todd\n${many}`).tracks.map(t => t.name), ['odd']);
    assert.match(labelTracks('a,b').problem!, /one row a step/);
    assert.match(labelTracks(`word\n${Array.from({ length: 20 }, (_, k) => `w${k}`).join('\n')}`).problem!, /No column/);
  });
});

describe('what the view keeps', () => {
  const state = (own: unknown, range?: unknown): State => ({ own: { units: own }, range, scene: { steps: 100 } } as unknown as State);
  it('is checked as it is read', () => {
    assert.deepEqual(keptOf(state({ sort: 'p', down: false, threshold: 0.5, signal: 'h', pair: [2, 1], colour: 'unit' }, { from: 3, to: 9 })),
      { sort: 'p', down: false, range: { from: 3, to: 9 }, threshold: 0.5, signal: 'h', pair: [2, 1], colour: 'unit' });
    const plain = { sort: 'follows', down: true, range: undefined, threshold: undefined, signal: '', pair: [0, 1], colour: 'time' };
    assert.deepEqual(keptOf(state(undefined)), plain);
    assert.deepEqual(keptOf(state({ sort: 4, threshold: NaN, pair: [1, 1], colour: null }, { from: 90, to: 101 })), plain);
  });
  it('grows a range by a step at an end, inside the sequence', () => {
    assert.deepEqual(grown(undefined, 7, 1, 10), { from: 7, to: 8 });
    assert.deepEqual(grown({ from: 7, to: 10 }, 0, 1, 10), { from: 7, to: 10 });
    assert.deepEqual(grown({ from: 0, to: 2 }, 0, -1, 10), { from: 0, to: 2 });
    assert.deepEqual(grown({ from: 3, to: 5 }, 0, -1, 10), { from: 2, to: 5 });
  });
});

describe('a course', () => {
  const tile = (from: number, bucket: number, mean: readonly number[], more: Partial<Tile> = {}): Tile => ({ revision: 1, level: 0, direction: 0, signal: 'c', from, to: from + bucket * mean.length / 2, bucket, columns: mean.length / 2, units: 2, mean: Float32Array.from(mean), ...more });
  it('takes the finest tile at every pixel, and knows nothing where there is none', () => {
    const coarse = tile(0, 2, [9, 1, 9, 3], { min: Float32Array.of(9, 0, 9, 2), max: Float32Array.of(9, 2, 9, 4) }), fine = tile(0, 1, [9, 5, 9, 6]);
    const { low, high } = courseOf([coarse, fine], 1, { from: 0, to: 5 }, 5);
    assert.deepEqual([...low], [5, 6, 2, 2, NaN]);
    assert.deepEqual([...high], [5, 6, 4, 4, NaN]);
  });
  it('pools steps that share a pixel', () => {
    const { low, high } = courseOf([tile(0, 1, [0, 1, 0, -3, 0, 2, 0, 7])], 1, { from: 0, to: 4 }, 2);
    assert.deepEqual([[...low], [...high]], [[-3, 2], [1, 7]]);
  });
});

describe('a way through the state space', () => {
  const points = Float32Array.of(0, 0, 10, 5, 4, -5); // [3, 2]
  it('lies inside, with one scale for both axes', () => {
    const [width, height] = [600, 300], extent = extentOf(points, 2, [0, 1], width, height), frame = { width, height, extent };
    const at = placed(points, 2, [0, 1], frame);
    for (let k = 0; k < 3; k++) {
      assert.ok(at[2 * k]! >= PAD.left && at[2 * k]! <= width - PAD.right && at[2 * k + 1]! >= PAD.top && at[2 * k + 1]! <= height - PAD.bottom, `${k}`);
      assert.ok(Math.abs(at[2 * k]! - xAt(points[2 * k]!, frame)) < 1e-3 && Math.abs(at[2 * k + 1]! - yAt(points[2 * k + 1]!, frame)) < 1e-3);
    }
    assert.ok(Math.abs((xAt(1, frame) - xAt(0, frame)) - (yAt(0, frame) - yAt(1, frame))) < 1e-9);
    assert.equal(nearest(at, at[2]! + 3, at[3]! - 2), 1);
    assert.equal(nearest(at, -100, -100), -1);
  });
  it('of one point, or none, has a scale too', () => {
    const one = extentOf(Float32Array.of(2, 2), 2, [0, 1], 200, 200);
    assert.ok(one.left < 2 && one.right > 2 && one.low < 2 && one.high > 2);
    assert.deepEqual(extentOf(new Float32Array(0), 2, [0, 1], 200, 200), { left: -1, right: 1, low: -1, high: 1 });
  });
});

describe('two runs in one state space', () => {
  const apart = { points: new Float32Array(10), distance: Float32Array.of(0, 1e-9, 0.5, 2, NaN, 1), size: 4 };
  const answer: StateSpaceAnswer & { readonly apart: typeof apart } = { signal: 'c', every: 10, components: 2, points: new Float32Array(12), shares: [0.6, 0.2], loadings: [], exact: true, apart };

  it('part where they differ by more than rounding', () => {
    assert.deepEqual(partingOf(apart), { first: 2, most: 2, at: 3, last: 1 });
    assert.equal(apartClaim(answer, apart), 'c parts from the baseline at step 20. Farthest apart: 2.00 at step 30, 50% of the baseline’s usual distance from its mean (4.00); 1.00 at the last step.');
    assert.equal(apartClaim(answer, { ...apart, distance: new Float32Array(6) }), 'Both runs go the same way: nowhere does c differ.');
  });

  it('are drawn by the distance over the steps, the greatest of those that share a point', () => {
    const theme = { muted: '#888' } as Theme;
    assert.deepEqual(distanceSpec(answer, '#fff', theme).lines![0]!.points.map(p => [p.x, p.y]), [0, 1e-9, 0.5, 2, NaN, 1].map((v, k) => [10 * k, Math.fround(v)]));
    const distance = new Float32Array(1200);
    distance[701] = 3;
    const { lines, y } = distanceSpec({ ...answer, apart: { ...apart, distance } }, '#fff', theme);
    assert.deepEqual([lines![0]!.points.length, lines![0]!.points.filter(p => p.y > 0)], [600, [{ x: 7000, y: 3 }]]);
    assert.ok(y.to! > 4, 'what it is measured by is in sight');
  });
});

describe('what was sought', () => {
  it('is shown once, when it is known', () => {
    const store = new Store({ view: 'timeline', table: true, arrived: 3 } as unknown as State, () => undefined);
    assert.equal(takeSought(true), false);
    seekSimilar(store);
    assert.deepEqual([store.state.view, store.state.table], ['units', false]);
    assert.deepEqual([takeSought(false), takeSought(true), takeSought(true)], [false, true, false]);
  });
});
