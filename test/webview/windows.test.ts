import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { SceneSignal } from '../../src/protocol';
import type { State } from '../../webview/state';
import { coarsest, TILE_COLUMNS, type TileKey } from '../../webview/tiles';
import { besideKeys, coarseKeys, exactKeys, heatLane, lineLane, turningKeys, wholeKeys, windowKeys } from '../../webview/windows';

const signal = (name: string, units: number, kind: SceneSignal['kind'], hue: SceneSignal['hue']): SceneSignal =>
  ({ name, label: name, equation: '', kind, hue, units, stats: { mean: 0, min: -1, max: 1, p98: 1, saturated: 0 } });

/** A layer of so many units, its h projected to fewer. */
function stateOf(units: number, more: Partial<State> = {}): State {
  const signals = [signal('x', 32, 'input', 'x'), signal('f', units, 'gate', 'f'), signal('c', units, 'state', 'c'), signal('h', Math.ceil(units / 2), 'state', 'h')];
  return {
    scene: { steps: 100_000, input: { axis: 'steps' }, levels: [{ units, directions: [{ direction: 'forward', signals }] }] },
    run: 'main', selection: { level: 0, direction: 0, unit: 3, step: 500, signal: 'f' }, from: 0, to: 100_000, open: [], units: Int32Array.from({ length: units }, (_, k) => k),
    plotWidth: 1100, viewHeight: 900, ...more,
  } as unknown as State;
}
const zoom = { bucket: 128, order: 'coactivation' } as const;
/** Numbers that come for the keys. */
const numbers = (keys: readonly TileKey[], units: number): number => keys.reduce((sum, { part, extremes, signal: s }) => {
  const each = part === undefined ? (s === 'x' ? 32 : units) : part === 'bands' ? 5 : 'first' in part ? part.end - part.first : Math.ceil(units / part.pool);
  return sum + TILE_COLUMNS * each * (extremes && part !== 'bands' ? 3 : 1);
}, 0);

describe('windows that are asked for', () => {
  it('hold no more than a screen shows, however many units there are', () => {
    for (const units of [1024, 4096]) {
      const state = stateOf(units, { open: ['f', 'c'] });
      const all = [...wholeKeys(state, zoom), ...coarseKeys(state, zoom), ...windowKeys(state, zoom), ...besideKeys(state, zoom)];
      assert.ok(4 * numbers(all, units) < 2.5e6, `${4 * numbers(all, units)} bytes for ${units} units`);
    }
  });

  it('are of all units where each has a line, and no extremes are asked for but those of an open row', () => {
    const state = stateOf(48), keys = windowKeys(state, { ...zoom, bucket: 1 }, { from: 0, to: 200 });
    assert.deepEqual(keys.map(k => [k.signal, k.part, k.extremes]), [['f', undefined, undefined], ['c', undefined, undefined], ['h', undefined, undefined], ['x', undefined, undefined]]);
    const open = windowKeys({ ...state, open: ['c'] }, zoom, { from: 0, to: 200 });
    assert.deepEqual(open.filter(k => k.extremes).map(k => [k.signal, k.part]), [['c', { first: 3, end: 4 }]]);
    assert.deepEqual(open.filter(k => k.part === 'bands').map(k => k.signal), ['c']);
    assert.equal(lineLane(state, signal('c', 48, 'state', 'c'), 1).part, undefined, 'step by step the line is read from what is painted');
  });

  it('are shades while a knob is turned, but for lines and single values', () => {
    const state = stateOf(48, { open: ['c'], run: 'changed:1' }), keys = turningKeys(state, { ...zoom, bucket: 1 }, 500).filter(k => k.index === 0);
    assert.deepEqual(keys.filter(k => k.rough).map(k => k.signal), ['f', 'c', 'h']);
    assert.deepEqual(keys.filter(k => !k.rough).map(k => [k.signal, k.part]), [['x', undefined], ['c', { first: 3, end: 4 }], ['c', 'bands'], ['f', { first: 3, end: 4 }], ['h', { first: 3, end: 4 }]]);
    assert.deepEqual(lineLane(state, signal('c', 48, 'state', 'c'), 1).part, { first: 3, end: 4 }, 'a line is read from shades');
    const pooled = turningKeys(stateOf(1024, { run: 'changed:1' }), zoom, 70_000);
    assert.deepEqual(pooled.filter(k => k.bucket === 1).map(k => [k.signal, k.index, k.extremes]), ['f', 'c', 'h'].map(s => [s, Math.floor(70_000 / TILE_COLUMNS), undefined]));
  });

  it('begin with the selected row, and go from left to right in all rows', () => {
    const keys = windowKeys(stateOf(1024, { selection: { level: 0, direction: 0, unit: 3, step: 0, signal: 'c' } }), zoom).filter(k => typeof k.part === 'object' && 'pool' in k.part);
    assert.deepEqual(keys.slice(0, 4).map(k => [k.signal, k.index]), [['c', 0], ['f', 0], ['h', 0], ['c', 1]]);
  });

  it('have units in the order that is shown, those of another number in that of their index', () => {
    const state = stateOf(1024, { viewHeight: 500 });
    assert.deepEqual(heatLane(state, signal('c', 1024, 'state', 'c'), 'halfLife').part, { order: 'halfLife', pool: 16 });
    assert.deepEqual(heatLane(state, signal('h', 512, 'state', 'h'), 'halfLife').part, { order: 'index', pool: 8 });
  });

  it('bring single units exactly, and all of a row only under the pointer', () => {
    const state = stateOf(1024, { pointed: { signal: 'f', place: 0, x: 0, y: 0 } });
    const keys = exactKeys(state, 70_000);
    assert.ok(keys.every(k => k.bucket === 1 && k.index === Math.floor(70_000 / TILE_COLUMNS)));
    assert.deepEqual(keys.filter(k => !k.part).map(k => k.signal), ['x', 'f']);
    assert.deepEqual(keys.filter(k => k.part).map(k => k.signal), ['f', 'c', 'h']);
    assert.deepEqual(exactKeys({ ...state, selection: { ...state.selection, unit: 800 } }, 0).filter(k => k.part).map(k => k.signal), ['f', 'c'], 'a projected state has no such unit');
  });

  it('cover the whole sequence with two tiles a row', () => {
    const keys = coarseKeys(stateOf(1024), zoom);
    assert.ok(keys.every(k => k.bucket === coarsest(100_000)));
    assert.equal(Math.max(...keys.map(k => k.index)), 1);
  });
});
