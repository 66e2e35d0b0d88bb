import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Change } from '../../src/core/variations/change';
import type { Scene, SceneSignal, Tile } from '../../src/protocol';
import type { State } from '../../webview/state';
import { keyOf, readUnits, without, withChange, writeUnits } from '../../webview/whatIf/changes';
import { differences } from '../../webview/whatIf/difference';
import { begun, put, redone, settled, undone } from '../../webview/whatIf/history';
import { keptOf } from '../../webview/whatIf/kept';
import { edgesOf } from '../../webview/whatIf/showing';
import { rangeOf, targetOf, type Choice } from '../../webview/whatIf/target';
import { changedWords, changeWords, markWords, short } from '../../webview/whatIf/words';

const stats = { mean: 0, min: -2.2, max: 1, p98: 1, saturated: 0 };
const signal = (name: string, label: string, kind: SceneSignal['kind'], units = 8): SceneSignal => ({ name, label, kind, hue: 'f', equation: '', units, stats });
const signals = [signal('x', 'input', 'input', 3), signal('f', 'forget gate', 'gate'), signal('f.pre', 'preactivation of f', 'value'), signal('c', 'cell state', 'state'), signal('h', 'hidden state', 'state', 4)];
const level = { name: 'lstm', cell: 'LSTM', variant: '', inputSize: 3, units: 8, parameters: 1, directions: [{ direction: 'forward' as const, signals }] };
const scene = { revision: 1, steps: 100, levels: [level], input: { description: '', axis: 'steps', columns: ['a', 'b', 'c'] } } as unknown as Scene;
const clamp = (value: number, more: Partial<Extract<Change, { kind: 'clamp' }>> = {}): Change => ({ kind: 'clamp', level: 0, direction: 0, signal: 'f', units: [2], value, from: 40, ...more });
const stateOf = (more: Record<string, unknown> = {}): State =>
  ({ scene, run: 'changed:1', from: 10, to: 50.5, selection: { level: 0, direction: 0, unit: 2, step: 40, signal: 'f' }, own: {}, ...more }) as unknown as State;

describe('lists of changes', () => {
  it('have one entry a knob, in the order in which knobs were first turned', () => {
    const bias: Change = { kind: 'bias', level: 0, direction: 0, signal: 'f', add: 1, from: 0 };
    const list = withChange(withChange(withChange([], clamp(0)), bias), clamp(1));
    assert.deepEqual(list, [clamp(1), bias]);
    assert.deepEqual(without(list, clamp(0.3)), [bias]);
    const keys = [clamp(1), clamp(1, { from: 41 }), clamp(1, { units: [3] }), clamp(1, { to: 60 }), bias, { kind: 'off', level: 0, direction: 0, units: [2], from: 40 }, { kind: 'input', step: 40, id: 1 }, { kind: 'input', step: 40, feature: 0, value: 1 }] as Change[];
    assert.equal(new Set(keys.map(keyOf)).size, keys.length);
  });

  it('go back turn by turn, not number by number', () => {
    let history = begun<readonly Change[]>([]);
    for (const value of [0.1, 0.2, 0.9]) history = put(history, [clamp(value)], 'f');
    history = put(settled(history), [clamp(0)], 'f');
    const once = undone(history)!;
    assert.deepEqual(once.present, [clamp(0.9)]);
    const twice = undone(once)!;
    assert.deepEqual(twice.present, []);
    assert.equal(undone(twice), undefined);
    assert.deepEqual(redone(redone(twice)!)!.present, [clamp(0)]);
    assert.equal(redone(put(once, [], undefined)), undefined, 'what was undone came back after another change');
  });

  it('read and write units as people do', () => {
    assert.deepEqual(readUnits('3, 5-7 1', 8), [1, 3, 5, 6, 7]);
    assert.deepEqual(readUnits('6-99', 8), [6, 7]);
    for (const text of ['', 'x', '9', '3-', '-1']) assert.equal(readUnits(text, 8), undefined, text);
    assert.equal(writeUnits([1, 2, 4, 5, 6, 9]), '1, 2, 4–6, 9');
    assert.deepEqual(readUnits(writeUnits([0, 2, 3, 4, 7]), 8), [0, 2, 3, 4, 7]);
  });
});

describe('what is kept of changes', () => {
  const kept = (changes: unknown): readonly Change[] => keptOf(stateOf({ own: { whatIf: { on: true, changes } } })).changes;

  it('is found again where it fits the scene', () => {
    const all: Change[] = [clamp(1), clamp(0, { from: 0, to: 100 }), { kind: 'off', level: 0, direction: 0, units: [0, 7], from: 0 }, { kind: 'input', step: 99, id: 4, label: 'q' }, { kind: 'input', step: 0, feature: 2, value: -1 }];
    assert.deepEqual(kept(all), all);
  });

  it('is left out where it does not', () => {
    const strange = [
      null, 4, 'x', {}, { kind: 'clamp' }, clamp(NaN), clamp(1, { level: 1 }), clamp(1, { direction: 1 }), clamp(1, { signal: 'x' }), clamp(1, { signal: 'q' }), clamp(1, { units: [8] }), clamp(1, { units: [] }),
      clamp(1, { signal: 'h', units: [4] }), clamp(1, { from: 100 }), clamp(1, { from: 2.5 }), clamp(1, { to: 40 }), clamp(1, { to: 101 }), { kind: 'input', step: 100, id: 0 }, { kind: 'input', step: 1, feature: 3, value: 0 }, { kind: 'off', level: 0, direction: 0, from: 0 },
    ];
    assert.deepEqual(kept(strange), []);
    assert.deepEqual(kept('no list'), []);
    assert.equal(keptOf(stateOf({ own: { whatIf: { shown: 'nonsense', on: 'yes' } } })).shown, 'changed');
    assert.equal(keptOf(stateOf({ own: { whatIf: { on: 'yes' } } })).on, false);
  });
});

describe('words of changes', () => {
  it('say what, of which units, and when', () => {
    const words = (c: Change, old?: string): string => changeWords(c, scene, old);
    assert.equal(words(clamp(1)), 'forget gate f of unit 2 = 1 from step 40');
    assert.equal(words(clamp(0.25, { units: [1, 2, 3], from: 0 })), 'forget gate f of units 1–3 = 0.25');
    assert.equal(words({ kind: 'clamp', level: 0, direction: 0, signal: 'f', value: 0, from: 5, to: 6 }), 'forget gate f = 0 at step 5');
    assert.equal(words({ kind: 'bias', level: 0, direction: 0, signal: 'f', add: -1.5, from: 5, to: 9 }), 'bias of forget gate f −1.50 in steps 5 to 8');
    assert.equal(words({ kind: 'off', level: 0, direction: 0, units: [3], from: 0 }), 'unit 3 off');
    assert.equal(words({ kind: 'input', step: 7, id: 1, label: ' ' }, 'e'), '‘·’ instead of ‘e’ at step 7');
    assert.equal(words({ kind: 'input', step: 7, feature: 1, value: 2 }), 'b = 2.00 at step 7');
    assert.equal(markWords([clamp(1), clamp(0, { from: 0 })], scene), 'changed: forget gate f of unit 2 = 1 from step 40, and 1 more');
    assert.equal(changeWords(clamp(1), { ...scene, levels: [level, level] }), 'lstm: forget gate f of unit 2 = 1 from step 40');
    assert.deepEqual([1, 0, 0.5, 10, 100, -0.25].map(short), ['1', '0', '0.5', '10', '100', '−0.25']);
  });

  it('mark only what is changed', () => {
    const own = { whatIf: { on: true, changes: [clamp(1, { to: 60 })] } };
    assert.equal(changedWords(stateOf({ own })), 'changed: forget gate f of unit 2 = 1 in steps 40 to 59');
    assert.equal(changedWords(stateOf({ own, run: 'main' })), '');
    assert.deepEqual(edgesOf(stateOf({ own })), [40, 60]);
    assert.deepEqual(edgesOf(stateOf({ own, run: 'main' })), []);
  });
});

describe('the target of the knobs', () => {
  const at = (choice: Partial<Choice>, more: Record<string, unknown> = {}): unknown => {
    const found = targetOf(stateOf(more), { who: 'unit', units: '', when: 'whole', ...choice });
    return found && [found.signal.name, found.units, found.from, found.to];
  };

  it('follows the selection', () => {
    assert.deepEqual(at({}), ['f', [2], 0, undefined]);
    assert.deepEqual(at({ who: 'all', when: 'on' }), ['f', undefined, 40, undefined]);
    assert.deepEqual(at({ who: 'some', units: '1-2', when: 'step' }), ['f', [1, 2], 40, 41]);
    assert.deepEqual(at({ when: 'window' }), ['f', [2], 10, 51]);
    assert.deepEqual(at({ when: 'step' }, { selection: { level: 0, direction: 0, unit: 7, step: 99, signal: 'h' } }), ['h', [3], 99, undefined]);
    assert.deepEqual(at({}, { selection: { level: 0, direction: 0, unit: 1, step: 0, signal: 'f.pre' } }), ['f', [1], 0, undefined]);
    assert.equal(at({ who: 'some', units: 'none' }), undefined);
  });

  it('turns as far as the signal goes', () => {
    assert.deepEqual(rangeOf(signals[1]!), { low: 0, high: 1, step: 0.01 });
    assert.deepEqual(rangeOf(signals[3]!), { low: -3, high: 3, step: 0.03 });
  });
});

describe('differences of tiles', () => {
  const tile = (from: number, values: readonly number[], bucket = 1): Tile => ({ revision: 1, level: 0, direction: 0, signal: 'f', from, to: from + 2, bucket, columns: 2, units: 2, mean: Float32Array.from(values), ...(bucket > 1 ? { min: new Float32Array(4), max: new Float32Array(4) } : {}) });

  it('are changed minus baseline, where both are there, and made once', () => {
    const [a, b] = [tile(0, [1, 2, 3, NaN], 2), tile(0, [0.5, 2, 4, 1], 2)];
    const [made] = differences([a, tile(4, [0, 0, 0, 0])], [b]);
    assert.deepEqual([...made!.mean], [0.5, 0, -1, NaN]);
    assert.equal(made!.min, undefined);
    assert.equal(differences([a], [b])[0], made);
    assert.deepEqual(differences([a], [tile(0, [0, 0, 0, 0], 1)]), []);
  });
});
