import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { Scene, SceneSequences, SceneSignal, ViewState } from '../../src/protocol';
import { togglePlay } from '../../webview/play';
import { selected } from '../../webview/range';
import { fit } from '../../webview/restore';
import { placesIn, stepTo } from '../../webview/sequencePlaces';
import { shownStep, Store, type State } from '../../webview/state';
import { scaleOf, type Theme } from '../../webview/theme';
import { figures, fixed, ordinal, signed, spoken, visible } from '../../webview/words';

const signal = (name: string, kind: SceneSignal['kind'], hue: SceneSignal['hue'], p98 = 1): SceneSignal =>
  ({ name, label: name, equation: '', kind, hue, units: 8, stats: { mean: 0, min: -1, max: 1, p98, saturated: 0 } });
const LSTM = [signal('x', 'input', 'x'), signal('f', 'gate', 'f'), signal('g', 'candidate', 'g'), signal('c', 'state', 'c'), signal('h', 'state', 'h')];

function scene(steps: number, signals: readonly SceneSignal[] = LSTM, axis: Scene['input']['axis'] = 'steps'): Scene {
  return {
    revision: 1, reference: 'r', model: 'm', steps, tracks: [], surprise: false, curves: [], notes: [], canReveal: false, input: { description: '', axis }, weights: { description: '' },
    levels: [0, 1].map(k => ({ name: `l${k}`, cell: 'LSTM', variant: '', inputSize: 4, units: 8, parameters: 1, directions: [{ direction: 'forward', signals }] })),
  };
}
const first: State = {
  view: 'timeline', scene: undefined, progress: undefined, problem: undefined, panelPinned: false, selection: { level: 0, direction: 0, unit: 0, step: 5, signal: 'f' },
  held: false, hover: undefined, pointed: undefined, from: 0, to: 1, range: undefined, open: [], order: 'index', units: new Int32Array(0), card: undefined, track: undefined, surprise: undefined,
  arrived: 0, theme: {} as Theme, plotWidth: 0, viewHeight: 800, table: false, playing: false, run: 'main', own: {},
};

describe('store', () => {
  it('tells of all changes of a frame once, and of nothing that stayed', () => {
    const frames: (() => void)[] = [];
    const store = new Store(first, commit => frames.push(commit));
    const heard: string[][] = [];
    store.listen((_, changed) => heard.push([...changed].sort()));
    store.set({ from: 3 });
    store.set({ to: 9, from: 4, order: 'index' });
    store.select({ unit: 0 });
    assert.equal(frames.length, 1);
    frames.pop()?.();
    assert.deepEqual(heard, [['from', 'to']]);
    store.set({ from: 4 });
    assert.equal(frames.length, 0);
  });
  it('reads the held step, else the one under the pointer', () => {
    assert.deepEqual([shownStep(first), shownStep({ ...first, hover: 9 }), shownStep({ ...first, hover: 9, held: true })], [5, 9, 5]);
  });
});

describe('what is shown first', () => {
  it('is a window that can be read, the top layer, the keep gate and the memory', () => {
    const state = fit(scene(5000, LSTM, 'characters'), undefined, 800);
    assert.deepEqual([state.from, state.to], [0, 100]);
    assert.deepEqual(state.selection, { level: 1, direction: 0, unit: 0, step: 50, signal: 'f' });
    assert.deepEqual(state.open, ['f', 'c']);
    assert.equal(fit(scene(5000), undefined, 800).to, 5000);
  });
  it('is h for a vanilla RNN', () => {
    const state = fit(scene(50, [signal('x', 'input', 'x'), signal('h', 'state', 'h')]), undefined, 800);
    assert.deepEqual([state.selection.signal, state.open], ['h', ['h']]);
  });
  it('is what was saved, made to fit', () => {
    const saved: ViewState = { selection: { level: 9, direction: 3, unit: 70, step: 900, signal: 'zz' }, from: 800, to: 950, open: ['f', 'r'], order: 'halfLife' };
    const state = fit(scene(500), saved, 800);
    assert.deepEqual(state.selection, { level: 1, direction: 0, unit: 7, step: 499, signal: 'f' });
    assert.deepEqual([state.from, state.to, state.open, state.order], [350, 500, ['f'], 'halfLife']);
    const whole = fit(scene(5000), { ...saved, selection: { level: 0, direction: 0, unit: 3, step: 812, signal: 'c' } }, 800);
    assert.deepEqual([whole.selection.unit, whole.selection.step, whole.selection.signal, whole.from, whole.to], [3, 812, 'c', 800, 950]);
  });
});

describe('selected steps', () => {
  const saved: ViewState = { selection: { level: 0, direction: 0, unit: 0, step: 5, signal: 'f' }, from: 0, to: 50, open: [], order: 'index' };
  it('come back where the sequence has them, and are forgotten where not', () => {
    assert.deepEqual(fit(scene(100), { ...saved, range: { from: 20, to: 30 } }, 800).range, { from: 20, to: 30 });
    for (const range of [{ from: 90, to: 101 }, { from: 9, to: 9 }, { from: -1, to: 4 }, { from: NaN, to: 4 }, 'x', null]) assert.equal(fit(scene(100), { ...saved, range: range as never }, 800).range, undefined);
    assert.equal(selected({ ...first, scene: scene(100), range: { from: 90, to: 120 } }), undefined);
  });
});

describe('sequences in sight', () => {
  const some = (at: number, all = false): SceneSequences => ({ pieces: [{ name: 'a', steps: 3 }, { name: 'b', steps: 4 }], at, all, courses: 2 });
  it('are those under the strip, and one more on each side', () => {
    assert.deepEqual([placesIn(0, 610, 122, 5000), placesIn(1220, 600, 122, 5000), placesIn(609_390, 610, 122, 5000), placesIn(0, 610, 122, 3)], [{ first: 0, end: 6 }, { first: 9, end: 16 }, { first: 4994, end: 5000 }, { first: 0, end: 3 }]);
  });
  it('are gone through from one end to the other', () => {
    assert.deepEqual([stepTo(some(0), 1), stepTo(some(1), 1), stepTo(some(0), -1), stepTo(some(0, true), -1), stepTo(some(-1, true), 1), stepTo(some(-1, true), -1)], [1, undefined, undefined, -1, 0, undefined]);
  });
});

describe('scales', () => {
  it('are 0 to 1 for gates, tanh for c, the 98th percentile for the rest', () => {
    assert.deepEqual(scaleOf(signal('f', 'gate', 'f', 0.2)), { kind: 'unit' });
    assert.deepEqual(scaleOf(signal('c', 'state', 'c', 3)), { kind: 'tanh', max: 1 });
    assert.deepEqual(scaleOf(signal('c', 'state', 'c', 0.2)), { kind: 'tanh', max: Math.tanh(0.2) });
    assert.deepEqual(scaleOf(signal('h', 'state', 'h', 0.6)), { kind: 'signed', max: 0.6 });
    assert.deepEqual(scaleOf(signal('h', 'state', 'h', NaN)), { kind: 'signed', max: 1 });
    assert.deepEqual(scaleOf(signal('h', 'state', 'h', 0)), { kind: 'signed', max: 1 });
  });
});

describe('words', () => {
  it('write numbers', () => {
    assert.deepEqual([fixed(-0.04), fixed(-0.0001), fixed(NaN), fixed(-Infinity), fixed(2.5, 1)], ['−0.04', '0.00', 'NaN', '−∞', '2.5']);
    assert.deepEqual([signed(0.5), signed(-0.5), signed(0)], ['+0.50', '−0.50', '+0.00']);
    assert.deepEqual([figures(0.036123), figures(-12.3456), figures(123456), figures(0), figures(-4.7e-5, 2), figures(9999.6)], ['0.03612', '−12.35', '1.235e+5', '0', '−4.7e−5', '10000']);
    assert.deepEqual([1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinal), ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '102nd', '111th']);
  });
  it('show and speak characters', () => {
    assert.deepEqual([visible(' '), visible('\n'), visible('a'), visible('\u0007'), visible('two words')], ['·', '↵', 'a', '␣', 'two words']);
    assert.deepEqual([spoken(' '), spoken('\n'), spoken('Q')], ['space', 'newline', 'Q']);
  });
});

describe('play', () => {
  const playing = (patch: Partial<State>): Store => new Store({ ...first, scene: scene(8), from: 0, to: 8, held: true, ...patch }, commit => queueMicrotask(commit));
  const rest = (ms: number): Promise<void> => new Promise(resolve => { setTimeout(resolve, ms); });

  it('walks from the crosshair to the end, and stops there', async () => {
    const store = playing({});
    const seen: number[] = [];
    store.listen(state => { if (seen.at(-1) !== state.selection.step) seen.push(state.selection.step); });
    togglePlay(store, 200);
    await rest(150);
    assert.deepEqual(seen, [5, 6, 7]);
    assert.equal(store.state.playing, false);
  });

  it('begins anew at the end, and stops when it is told to, or the person moves', async () => {
    const store = playing({ selection: { ...first.selection, step: 7 } });
    togglePlay(store, 100);
    assert.equal(store.state.selection.step, 0);
    togglePlay(store, 100);
    assert.equal(store.state.playing, false);
    await rest(40);
    assert.equal(store.state.selection.step, 0);
    togglePlay(store, 100);
    store.select({ step: 4 });
    await rest(40);
    assert.deepEqual([store.state.playing, store.state.selection.step], [false, 4]);
  });
});
