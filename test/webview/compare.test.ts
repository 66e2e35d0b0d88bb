import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Scene, Tile, Training } from '../../src/protocol';
import type { CompareColumn } from '../../src/questions/compare';
import type { State } from '../../webview/state';
import { alike, askOf, chosen, choicesOf, ruleOf, withColumn } from '../../webview/views/compare/choices';
import { apart, reachOf, scalesOf } from '../../webview/views/compare/scales';
import { answerWords, namesOf, reachWords, shapeWords } from '../../webview/views/compare/words';

const training: Training = { updates: 3000, seed: 1, bitsPerCharacter: 0.7, optimiser: 'Adam', initialisation: 'uniform', batch: '32' };
const level = (cell: string) => ({ name: cell, cell, variant: '', inputSize: 24, units: 8, parameters: 1, directions: [] });

function state(cell: string, more: Partial<Scene> = {}, own: Record<string, unknown> = {}): State {
  const scene = { levels: [level(cell)], weights: { description: 'a.safetensors' }, ...more };
  return { scene, run: 'main', selection: { level: 0, direction: 0, unit: 0, step: 0, signal: '' }, own: { compare: own } } as unknown as State;
}

const beside = (cells: readonly string[], trained?: Training) => cells.map(cell => ({ run: `beside:${cell}`, name: cell, levels: [level(cell)], parameters: 1, weights: { description: `${cell}.safetensors` }, ...(trained ? { training: trained } : {}) }));

const column = (family: string, more: Partial<CompareColumn> = {}): CompareColumn => ({
  run: family, level: 0, direction: 0, cell: { id: family, name: family.toUpperCase(), family, variant: 'plain', source: '' }, inputSize: 1, units: 1, parameters: 1, multiplyAdds: 1,
  states: ['h'], carried: 1, signals: [], output: 'h', scale: 1, liveliest: 0, ...more,
});
const gates = (n: number) => Array.from({ length: n }, (_, k) => ({ name: `g${k}`, label: '', kind: 'gate', equation: '', units: 1 }));

describe('what is compared', () => {
  it('is the layer at hand and the two others, in its usual place', () => {
    assert.deepEqual(chosen(state('GRU')).columns, ['cell:rnn', 'run:main', 'cell:lstm']);
    assert.deepEqual(chosen(state('LSTM')).columns, ['cell:rnn', 'cell:gru', 'run:main']);
    assert.deepEqual(chosen(state('MGU')).columns, ['cell:rnn', 'run:main', 'cell:lstm']);
  });

  it('is first what stands beside the scene, ordered RNN, GRU, LSTM', () => {
    const scene = { training, beside: beside(['GRU', 'RNN'], training) };
    assert.deepEqual(chosen(state('LSTM', scene)).columns, ['run:beside:RNN', 'run:beside:GRU', 'run:main']);
    assert.match(choicesOf(state('LSTM', scene))[0]!.label, /trained alike/);
    assert.doesNotMatch(choicesOf(state('LSTM', { beside: beside(['GRU']) }))[0]!.label, /alike/);
  });

  it('is as it was kept, unless that no longer fits', () => {
    assert.deepEqual(chosen(state('LSTM', {}, { choice: 'own', columns: ['cell:mgu', 'run:main'] })).columns, ['cell:mgu', 'run:main']);
    for (const columns of [['run:gone'], ['cell:../x'], 'cell:mgu', [], [3], Array(9).fill('cell:rnn')]) assert.equal(chosen(state('LSTM', {}, { choice: 'own', columns })).id, 'layer', JSON.stringify(columns));
    assert.equal(chosen(state('LSTM', {}, { choice: 'chungMusic' })).inputs, 100);
  });

  it('changes one column at a time', () => {
    const now = state('LSTM');
    assert.deepEqual(withColumn(chosen(now), 1, 'cell:janet'), { choice: 'own', columns: ['cell:rnn', 'cell:janet', 'run:main'] });
  });

  it('is asked with the rule and the seed of what is invented, and the budget of Chung et al. where that is meant', () => {
    const keras = askOf(state('LSTM', { framework: 'keras', weights: { description: '', invented: { words: 'random, Keras default init', seed: 3 } } }), chosen(state('LSTM')));
    assert.deepEqual([keras.rule, keras.seed, keras.budget, keras.columns], ['keras', 3, undefined, [{ cell: 'rnn' }, { cell: 'gru' }, { run: 'main' }]]);
    const rule = (framework: string): string => ruleOf(state('LSTM', { framework }).scene);
    assert.deepEqual(['pytorch', 'equinox', 'onnx', 'keras', 'tensorflow1', 'tfjs', 'flax', 'nnx', 'haiku', 'constructor'].map(rule), ['pytorch', 'pytorch', 'pytorch', 'keras', 'keras', 'tfjs', 'flax', 'flax', 'haiku', 'pytorch']);
    assert.equal(ruleOf(state('LSTM').scene), 'pytorch');
    const music = state('LSTM', {}, { choice: 'chungMusic' });
    assert.deepEqual([askOf(music, chosen(music)).budget, askOf(music, chosen(music)).inputs], [20_100, 100]);
  });

  it('was trained alike only where all say the same of everything', () => {
    assert.equal(alike([training, { ...training, bitsPerCharacter: 0.8 }]), true);
    assert.equal(alike([training, { ...training, updates: 4000 }]), false);
    assert.equal(alike([training, undefined]), false);
    assert.equal(alike([training]), false);
  });
});

describe('how far colours reach', () => {
  const invented = { rule: { text: '', values: [] }, seed: 7 };
  const trained = [column('lstm', { scale: 0.9 }), column('gru', { scale: 0.6 })], untrained = [column('rnn', { scale: 0.2, invented }), column('mgu', { scale: 0.1, invented })];

  it('is one for all, unless what is trained and what is not leave one another in the dark: then each has its own', () => {
    assert.deepEqual(scalesOf(trained, false), [0.9, 0.9]);
    assert.deepEqual(scalesOf(untrained, false), [0.2, 0.2]);
    assert.deepEqual(scalesOf([untrained[0]!, ...trained, untrained[1]!], false), [0.2, 0.9, 0.9, 0.2]);
    assert.deepEqual(apart([...trained, ...untrained]), { trained: 0.9, untrained: 0.2 });
    const close = [column('lstm', { scale: 0.9 }), column('rnn', { scale: 0.5, invented })];
    assert.deepEqual([apart(close), scalesOf(close, false)], [undefined, [0.9, 0.9]]);
    const large = [column('lstm', { scale: 0.1 }), column('relu', { scale: 5, invented })];
    assert.deepEqual(scalesOf(large, false), [0.1, 5]);
  });

  it('is one for all where a person wants it', () => {
    assert.deepEqual(scalesOf([...trained, ...untrained], true), [0.9, 0.9, 0.9, 0.9]);
    assert.deepEqual(scalesOf([column('rnn', { scale: 0 })], false), [1]);
  });
});

describe('how far colours of a difference reach', () => {
  const tile = (values: readonly number[]): Tile => ({ mean: Float32Array.from(values) }) as unknown as Tile;
  it('is as far as 98 of 100 values that differ, and no stray one further', () => {
    const values = Array.from({ length: 100 }, (_, k) => (k % 2 ? 1 : -1) * (k + 1) / 100);
    assert.ok(Math.abs(reachOf([tile([...values.slice(0, 50), 0, 0, 0]), tile([...values.slice(50), NaN, Infinity])]) - 0.98) <= 0.002);
    assert.ok(reachOf([tile([...Array<number>(99).fill(0.01), 50])]) <= 0.05);
    assert.equal(reachOf([tile([0, 0.25, 0, 0])]), 0.25);
  });

  it('is 1 where nothing differs', () => assert.deepEqual([reachOf([]), reachOf([tile([0, NaN])])], [1, 1]));
});

describe('what is said of it', () => {
  const three = [column('rnn'), column('gru', { signals: gates(2) }), column('lstm', { signals: gates(3), states: ['c', 'h'] })];

  it('begins with the answer, and spells abbreviations out', () => {
    assert.match(answerWords(three), /^All of them are recurrent neural networks \(RNNs\): each feeds its hidden state h back .*gated recurrent unit \(GRU\) adds two gates.*long short-term memory \(LSTM\) adds three gates and a second state, the cell state c\.$/);
    assert.match(answerWords([column('lstm', { states: ['c', 'h'] }), column('lstm', { states: ['c', 'h'] })]), /next step\.$/);
    assert.match(answerWords([column('rnn'), column('other', { signals: gates(1) })]), /differ in what stands on that loop: RNN, a loop, and nothing else; OTHER, one gate on that loop\.$/);
  });

  it('counts gates and states', () => {
    assert.deepEqual(three.map(shapeWords), ['a loop, and nothing else', 'two gates on that loop', 'a cell state, three gates around it']);
  });

  it('tells two of a name apart', () => {
    assert.deepEqual(namesOf(three, () => 'x'), ['RNN', 'GRU', 'LSTM']);
    assert.deepEqual(namesOf([three[2]!, { ...three[2]!, run: 'b' }], c => (c.run === 'b' ? 'later' : undefined)), ['LSTM, plain', 'later']);
  });

  it('says how far gradients reach in numbers', () => {
    const reach = (lost?: number) => ({ median: new Float64Array(161), low: new Float64Array(161), high: new Float64Array(161), windows: 1, ...(lost === undefined ? {} : { lost }) });
    assert.equal(reachWords(['RNN', 'GRU', 'LSTM'], [reach(12), reach(), undefined]), 'RNN: 99 % is lost after 12 steps; GRU: more than 1 % is left after 160 steps');
  });
});
