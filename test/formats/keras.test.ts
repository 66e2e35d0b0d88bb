import { strToU8, zipSync } from 'fflate';
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FormatError, type Checkpoint } from '../../src/formats/format';
import { memory, open } from '../../src/formats/index';
import { layersOf } from '../../src/cli/inspect';
import { majorOf } from '../../src/formats/keras/model';
import { readModel } from '../../src/formats/keras';
import { onlyFormatError, random } from './helpers';
import { truths } from './truth';

truths('keras3');
truths('keras30');
truths('keras2');
truths('keras212');

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(`test/fixtures/files/${name}`));

async function opened(name: string, data = fixture(name)): Promise<Checkpoint> {
  const found = await open(memory(name.slice(name.lastIndexOf('/') + 1), data));
  assert.ok(found.kind === 'checkpoint' && found.format === 'keras', `${name} was opened as ${found.kind} by ${found.format}`);
  return found;
}

/** A Sequential model with one layer of this config, and no weights. */
const archive = (layer: unknown, more: Record<string, Uint8Array> = {}): Uint8Array =>
  zipSync({ 'config.json': strToU8(JSON.stringify({ class_name: 'Sequential', config: { name: 'm', layers: [layer] } })), 'metadata.json': strToU8('{"keras_version": "3.1.0"}'), ...more });

describe('Keras: what the file leaves open', () => {
  it('weights alone: the gates\' activation is asked, with the version\'s default taken', async () => {
    const { stacks } = await opened('keras2/weights.h5');
    const [lower] = stacks;
    assert.deepEqual(lower!.doubts!.map(d => [d.id, d.taken]), [['recurrent-activation', 'sigmoid']]);
    assert.match(lower!.doubts![0]!.evidence, /default of Keras 2\.15\.0/);
    assert.match(lower!.levels[0]!.assumptions.join(), /the file has no config/);
  });

  it('an answer changes the cell and is kept; unknown questions and answers are ignored', async () => {
    const { stacks } = await opened('keras2/weights.h5');
    const decided = stacks[0]!.decide!({ 'recurrent-activation': 'hard_sigmoid', other: 'x' });
    assert.match(decided.levels[0]!.cell.variant, /hardSigmoid \(0\.2, 0\.5\)/);
    assert.equal(decided.doubts![0]!.taken, 'hard_sigmoid');
    assert.equal(decided.decide!({}).doubts![0]!.taken, 'hard_sigmoid');
    assert.equal(stacks[0]!.decide!({ 'recurrent-activation': 'sine' }).doubts![0]!.taken, 'sigmoid');
    assert.equal((await decided.levels[0]!.load()).directions[0]!.cell, decided.levels[0]!.cell);
  });

  it('a full model leaves nothing open', async () => {
    for (const name of ['keras3/sequential.keras', 'keras3/variants.keras', 'keras2/cudnn.h5', 'keras2/keras1.h5', 'keras2/keras22.h5']) {
      assert.deepEqual((await opened(name)).stacks.flatMap(s => s.doubts ?? []), [], name);
    }
  });

  it('a model of code alone says that its layers were told from the weights', async () => {
    assert.match((await opened('keras3/subclassed.keras')).warnings!.join(), /in its code only/);
  });

  it('states, calls and masks that other layers set are said', async () => {
    for (const name of ['keras3/wired.keras', 'keras2/wired.h5']) {
      const layers = new Map(layersOf(await opened(name)).map(l => [l.name, l.assumptions.join()]));
      assert.match(layers.get('decoder')!, /initial state is zero/, name);
      assert.match(layers.get('shared')!, /calls it 2 times/, name);
      assert.match(layers.get('each')!, /TimeDistributed/, name);
      assert.equal(layers.get('encoder'), '', name);
    }
    const [masked] = layersOf(await opened('keras3/before.keras'));
    assert.match(masked!.assumptions.join(), /"words" masks some/);
  });

  it('two readers of one layer are stacks of their own', async () => {
    const stacks = new Map((await opened('keras3/wired.keras')).stacks.map(s => [s.name, s.levels.length]));
    assert.deepEqual(['split', 'one', 'two'].map(name => stacks.get(name)), [1, 1, 1]);
  });
});

describe('Keras: what cannot be run is said', () => {
  it('an archive without weights lists its layers', async () => {
    const file = await opened('x.keras', archive({ class_name: 'LSTM', config: { name: 'l', units: 7 } }));
    const [level] = file.stacks[0]!.levels;
    assert.deepEqual([level!.name, level!.units, level!.problem], ['l', 7, 'its weights are not in the file']);
    assert.match(file.warnings!.join(), /no model\.weights\.h5/);
    await assert.rejects(level!.load(), FormatError);
  });

  const lone: readonly (readonly [string, unknown, RegExp])[] = [
    ['a cell of ones own', { class_name: 'RNN', config: { name: 'l', cell: { class_name: 'mine>Odd', config: {} } } }, /"Odd" is none that is known/],
    ['a cell without a name', { class_name: 'RNN', config: { name: 'l' } }, /of no name/],
    ['no cells at all', { class_name: 'RNN', config: { name: 'l', cell: { class_name: 'StackedRNNCells', config: { cells: [] } } } }, /has 0 cells/],
  ];
  for (const [what, layer, message] of lone) {
    it(`${what} is left out, by name`, async () => {
      const file = await opened('x.keras', archive(layer));
      assert.equal(file.stacks.length, 0);
      assert.match(file.warnings!.join('\n'), message);
    });
  }

  const faulty: readonly (readonly [string, unknown, RegExp])[] = [
    ['an unknown merge mode', { class_name: 'Bidirectional', config: { name: 'l', merge_mode: 'dot', layer: { class_name: 'LSTM', config: {} } } }, /merged by "dot"/],
    ['two directions of several cells', { class_name: 'Bidirectional', config: { name: 'l', layer: { class_name: 'RNN', config: { cell: [{ class_name: 'GRUCell', config: {} }, { class_name: 'GRUCell', config: {} }] } } } }, /several cells/],
    ['a convolution', { class_name: 'ConvLSTM2D', config: { name: 'l', filters: 2 } }, /convolutions \(ConvLSTM2D\)/],
  ];
  for (const [what, layer, message] of faulty) {
    it(`${what} is a level with a problem`, async () => {
      const [stack] = (await opened('x.keras', archive(layer))).stacks;
      assert.match(stack!.levels[0]!.problem!, message);
    });
  }
});

describe('Keras: the model behind the stacks', () => {
  it('names weights as Keras does, in both layouts', async () => {
    for (const name of ['keras3/before.keras', 'keras2/sequential.h5', 'keras3/sequential.h5']) {
      const model = await readModel(memory('x', fixture(name)));
      const shown = new Map(model.layers.map(l => [l.name, l.weights.map(w => w.name.split('/').at(-1))]));
      if (name.includes('before')) {
        assert.deepEqual(shown.get('words'), ['embeddings']);
        assert.deepEqual(shown.get('layer_normalization'), ['gamma', 'beta']);
      } else assert.deepEqual([shown.get('dense'), shown.get('lower')], [['kernel', 'bias'], ['kernel', 'recurrent_kernel', 'bias']]);
      assert.equal(model.configured, true);
      assert.ok((majorOf(model) ?? 0) >= 2);
    }
  });

  it('puts the weights of a forward layer before those of a backward one', async () => {
    const { layers } = await readModel(memory('x', fixture('keras3/bidirectional.keras')));
    const inside = ['kernel', 'recurrent_kernel', 'bias'];
    const names = layers.find(l => l.name === 'concat_lstm')!.weights.map(w => w.name);
    assert.deepEqual(names, ['forward_layer', 'backward_layer'].flatMap(half => inside.map(name => `${half}/cell/${name}`)));
  });

  it('lays models in models out flat, with what each layer reads', async () => {
    for (const name of ['keras3/nested.keras', 'keras30/nested.keras', 'keras3/nested.h5']) {
      const { layers } = await readModel(memory('x', fixture(name)));
      const reads = new Map(layers.map(l => [l.name, l.inbound.map(i => i.layer).join()]));
      assert.deepEqual([...reads], [['features', ''], ['middle/inner/lstm_1', 'features'], ['middle/inner/lstm', 'middle/inner/lstm_1'], ['middle/lstm_2', 'middle/inner/lstm'], ['lstm', 'middle/lstm_2'], [layers.at(-1)!.name, 'lstm']], name);
    }
  });

  it('lists all tensors, for binding by hand', async () => {
    const { tensors } = await opened('keras3/before.keras');
    assert.ok(tensors.some(t => t.name === 'layers/embedding/vars/0' && t.shape.join() === '11,3'));
    assert.equal((await tensors[0]!.read()).length, tensors[0]!.shape.reduce((a, b) => a * b, 1));
  });
});

describe('Keras: odd configs', () => {
  const rnn = (activation: unknown): unknown => ({ class_name: 'SimpleRNN', config: { name: 'l', activation } });
  const levels = async (layer: unknown) => (await opened('x.keras', archive(layer))).stacks[0]!.levels;

  for (const slope of [0.25, -0.5, 1e-9, -1e-9, 3e22, 1.5e300]) {
    it(`an activation with the number ${slope} is a cell, or a problem`, async () => {
      const [level] = await levels(rnn({ class_name: 'LeakyReLU', config: { negative_slope: slope } }));
      assert.equal(level!.problem, 'its weights are not in the file');
      assert.match(level!.cell.equations, /leaky/);
    });
  }

  const activations: readonly (readonly [unknown, string])[] = [
    [null, 'linear'], ['relu', 'relu'], ['hard_sigmoid', 'hardSigmoid (0.16666666666666666, 0.5)'], [{ module: 'builtins', class_name: 'function', config: 'tanh', registered_name: 'function' }, 'tanh'],
    [{ class_name: 'ReLU', config: { negative_slope: 0.1 } }, 'leakyRelu (0.1)'], [{ class_name: 'LeakyReLU', config: {} }, 'leakyRelu (0.3)'],
    [{ class_name: 'Activation', config: { activation: 'softsign' } }, 'softsign'], [{ class_name: 'ELU', config: { alpha: { type: 'ndarray', value: 0.5 } } }, 'elu (0.5)'],
  ];
  for (const [json, variant] of activations) {
    it(`the activation ${JSON.stringify(json)} is ${variant}`, async () => assert.equal((await levels(rnn(json)))[0]!.cell.variant, variant));
  }

  const bare = (kind: string, activation: unknown): unknown => ({ class_name: kind, config: { name: 'l', activation, recurrent_activation: 'sigmoid' } });
  for (const [what, activation] of [['gelu', 'gelu'], ['of ones own', 'mine>odd'], ['ReLU with a ceiling', { class_name: 'ReLU', config: { max_value: 6 } }], ['a list', []]] as const) {
    it(`an activation that cannot be written (${what}) says so once the weights are there`, async () => {
      const tensors = ['kernel', 'recurrent_kernel', 'bias'].map((name, k) => ({ name: `l/${name}`, dtype: 'float32', shape: [[1, 4], [1, 4], [4]][k]! }));
      const file = await open(memory('m.json', strToU8(JSON.stringify({ modelTopology: { class_name: 'Sequential', config: [bare('LSTM', activation)] }, weightsManifest: [{ paths: [], weights: tensors }] }))));
      assert.ok(file.kind === 'checkpoint');
      assert.match(file.stacks[0]!.levels[0]!.problem!, /^its activation .* is none of those that can be run$/);
    });
  }

  it('layers whose widths do not fit say so', async () => {
    const layers = ['a', 'b'].map(name => ({ class_name: 'SimpleRNN', config: { name, activation: 'tanh', return_sequences: true } }));
    const weights = [['a', 3, 4], ['b', 5, 2]].flatMap(([name, inputs, units]) => [{ name: `${name}/kernel`, dtype: 'float32', shape: [inputs, units] }, { name: `${name}/recurrent_kernel`, dtype: 'float32', shape: [units, units] }]);
    const file = await open(memory('m.json', strToU8(JSON.stringify({ modelTopology: { class_name: 'Sequential', config: layers }, weightsManifest: [{ paths: [], weights }] }))));
    assert.ok(file.kind === 'checkpoint');
    assert.deepEqual(file.stacks[0]!.levels.map(l => l.problem), [undefined, 'it reads 5 numbers a step, but the level below gives 4']);
  });

  it('wrappers within wrappers without end are no layer, and take no time', async () => {
    let layer: unknown = { class_name: 'LSTM', config: {} };
    for (let k = 0; k < 2000; k++) layer = { class_name: 'Bidirectional', config: { layer } };
    assert.equal((await opened('x.keras', archive(layer))).stacks.length, 0);
  });

  it('thousands of layers of one name get names of their own', async () => {
    const layers = Array.from({ length: 4_000 }, () => ({ class_name: 'LSTM', config: { name: 'l', return_sequences: true } }));
    const file = await opened('x.keras', zipSync({ 'config.json': strToU8(JSON.stringify({ class_name: 'Sequential', config: layers })), 'metadata.json': strToU8('{}') }));
    const names = file.stacks.flatMap(s => s.levels.map(l => l.name));
    assert.deepEqual([names.length, new Set(names).size, names.slice(0, 3).sort()], [4_000, 4_000, ['l', 'l#2', 'l#3']]);
  });
});

describe('Keras: damaged files', () => {
  const configs: readonly (readonly [string, string, RegExp])[] = [
    ['is no JSON', '{"class_name": ', /config\.json is not JSON/],
    ['nests models in models without end', nest(40), /more than 16 deep/],
  ];
  for (const [what, config, message] of configs) {
    it(`a config that ${what} is refused`, () =>
      assert.rejects(opened('x.keras', zipSync({ 'config.json': strToU8(config), 'metadata.json': strToU8('{}') })), (e: unknown) => e instanceof FormatError && message.test(e.message)));
  }

  it('a config that nests lists without end, or has numbers of Python, is read', async () => {
    for (const config of [`{"class_name":"Sequential","config":{"layers":[{"class_name":"LSTM","inbound_nodes":${'['.repeat(5000)}${']'.repeat(5000)}}]}}`,
      '{"class_name":"Sequential","config":{"layers":[{"class_name":"LSTM","config":{"name":"NaN, \\"Infinity\\"","x":-Infinity,"y":[NaN]}}]}}']) {
      const file = await opened('x.keras', zipSync({ 'config.json': strToU8(config), 'metadata.json': strToU8('{}') }));
      assert.equal(file.stacks.length, 1);
      if (config.includes('NaN')) assert.equal(file.stacks[0]!.name, 'NaN, "Infinity"');
    }
  });

  it('a layer that waits for itself is read', async () => {
    const around = (name: string, from: string): unknown => ({ class_name: 'Dropout', name, config: {}, inbound_nodes: [[[from, 0, 0, {}]]] });
    const config = { class_name: 'Functional', config: { layers: [around('a', 'b'), around('b', 'a'), { class_name: 'LSTM', name: '__proto__', config: {}, inbound_nodes: [[['a', 0, 0, {}]]] }] } };
    const file = await opened('x.keras', zipSync({ 'config.json': strToU8(JSON.stringify(config)), 'metadata.json': strToU8('{}') }));
    assert.deepEqual(file.stacks.map(s => s.name), ['__proto__']);
  });

  it('of bytes changed or lost only a FormatError comes', async function () {
    this.timeout(60_000);
    const next = random(7);
    const outcomes = { read: 0, refused: 0 };
    for (const name of ['keras3/cells.keras', 'keras2/functional.h5', 'keras2/cudnn.h5', 'keras2/weights.h5', 'keras3/subclassed.weights.h5']) {
      const whole = fixture(name);
      for (let k = 0; k < 40; k++) {
        const data = whole.slice(0, k % 4 === 0 ? Math.floor(next() * whole.length) : whole.length);
        for (let flips = 0; flips < 8 && data.length > 0; flips++) data[Math.floor(next() * data.length)] = Math.floor(next() * 256);
        outcomes[await onlyFormatError(`${name}, change ${k} of seed 7`, () => through(memory('x.h5', data)))]++;
      }
    }
    this.test!.title += ` (${outcomes.read} read, ${outcomes.refused} refused)`;
    assert.ok(outcomes.read > 5 && outcomes.refused > 5, JSON.stringify(outcomes));
  });
});

/** Opens a file and loads every level that says it can be. */
async function through(bytes: Parameters<typeof open>[0]): Promise<void> {
  const file = await open(bytes);
  if (file.kind === 'checkpoint') for (const level of file.stacks.flatMap(s => s.levels)) if (level.problem === undefined) await level.load();
}

function nest(depth: number): string {
  return `${'{"class_name":"Sequential","config":{"layers":['.repeat(depth)}{"class_name":"LSTM","config":{}}${']}}'.repeat(depth)}`;
}
