import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import * as ort from 'onnxruntime-node';
import { run } from '../../src/core/engine';
import { FormatError, type Checkpoint, type LevelRef } from '../../src/formats/format';
import { wholeOf } from '../../src/core/rows';
import { memory, open, openSequence } from '../../src/formats/index';
import { isBeside } from '../../src/formats/onnx/tensor';
import { fixture, random, uniform } from './helpers';
import { attribute, floats, longs, modelBytes, node, value, type GraphMessage, type NodeMessage, type TensorMessage } from './onnxSchema';

async function checkpoint(bytes: Uint8Array, siblings: Record<string, Uint8Array> = {}): Promise<Checkpoint> {
  const opened = await open(memory('model.onnx', bytes, siblings));
  assert.equal(opened.kind, 'checkpoint');
  return opened;
}

const largest = (a: Float32Array, b: Float32Array): number => {
  assert.equal(a.length, b.length);
  return Math.max(...a.map((v, k) => Math.abs(v - b[k]!)));
};

describe('what torch.onnx.export writes', () => {
  const exported: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['export_lstm_deep', ['lstm', 'lstm'], ['/LSTM', '/LSTM_1']],
    ['export_gru', ['gru'], ['/GRU']],
    ['export_rnn', ['rnn', 'rnn', 'rnn'], ['/RNN', '/RNN_1', '/RNN_2']],
    ['export_batch_first', ['gru', 'gru'], ['/rnn/GRU', '/rnn/GRU_1']],
    ['export_two_modules', ['lstm', 'rnnRelu'], ['/first/LSTM', '/second/RNN']],
  ];
  for (const [name, cells, names] of exported) {
    it(`${name}: one stack, and h is PyTorch's`, async function () {
      const { stacks } = await checkpoint(fixture(`${name}.onnx`));
      assert.equal(stacks.length, 1);
      assert.deepEqual(stacks[0]!.levels.map(l => l.cell.id), cells);
      stacks[0]!.levels.forEach((l, k) => assert.ok(l.name.startsWith(names[k]!), l.name));
      assert.deepEqual(stacks[0]!.levels.flatMap(l => l.assumptions), [], 'zero states are known to be zero');
      const x = await openSequence(memory('x.npy', fixture(`${name}.x.npy`)));
      const y = await openSequence(memory('y.npy', fixture(`${name}.y.npy`)));
      const levels = await Promise.all(stacks[0]!.levels.map(l => l.load()));
      const error = largest((await run({ name, levels }, wholeOf(x), x.steps)).levels.at(-1)!.output, wholeOf(y));
      this.test!.title += `: max error ${error.toExponential(1)}`;
      assert.ok(error <= 1e-6, `max error ${error}`);
    });
  }
});

describe('the ways in which ONNX stores a tensor', () => {
  const expected = async (key: string): Promise<Float32Array> => wholeOf(await openSequence(memory('a.npy', fixture(`helper.${key}.npy`))));
  for (const name of ['raw', 'float_data', 'double', 'half', 'inputs_too', 'external']) {
    it(name, async () => {
      const siblings = name === 'external' ? { 'helper_external.data': fixture('helper_external.data') } : {};
      const opened = await checkpoint(fixture(`helper_${name}.onnx`), siblings);
      assert.deepEqual(opened.tensors.map(t => t.name), ['W', 'R', 'B']);
      for (const key of ['W', 'R'] as const) {
        const error = largest(await opened.tensors.find(t => t.name === key)!.read(), await expected(key));
        assert.ok(error <= (name === 'half' ? 2.5e-4 : 0), `${key}: ${error}`);
      }
      const { params } = (await opened.stacks[0]!.levels[0]!.load()).directions[0]!;
      assert.deepEqual(params['Wi']!.data, (await opened.tensors[0]!.read()).slice(0, 12));
      assert.deepEqual(params['Wo']!.data, (await opened.tensors[0]!.read()).slice(12, 24));
    });
  }

  it('external data that is missing, short, or outside the folder is refused when it is read, not when the model is opened', async () => {
    const model = fixture('helper_external.onnx');
    const load = async (siblings: Record<string, Uint8Array>): Promise<unknown> => (await checkpoint(model, siblings)).stacks[0]!.levels[0]!.load();
    await assert.rejects(load({}), (e: unknown) => e instanceof FormatError && /cannot be opened/.test(e.message));
    await assert.rejects(load({ 'helper_external.data': new Uint8Array(100) }), (e: unknown) => e instanceof FormatError && /has only 100/.test(e.message));
    for (const location of ['/etc/passwd', '../secret.bin', 'a/../../secret.bin', '..\\secret', 'C:\\x', 'file:///x', '', '~/x']) {
      assert.equal(isBeside(location), false, location);
      const tensor = { name: 'W', dims: [1, 4, 1], data_type: 1, data_location: 1, external_data: [{ key: 'location', value: location }] };
      const opened = await checkpoint(modelBytes({ name: 'g', node: [], initializer: [tensor] }), { [location]: new Uint8Array(16) });
      await assert.rejects(opened.tensors[0]!.read(), (e: unknown) => e instanceof FormatError && /not in the model's folder/.test(e.message), location);
    }
    assert.ok(isBeside('weights/a.bin') && isBeside('a..b'));
  });
});

const [I, H, T] = [3, 4, 6];
const next = random(99);
const numbers = (...dims: number[]): Float32Array => uniform(dims.reduce((a, b) => a * b, 1), 0.5, next);

interface Part { readonly nodes: NodeMessage[]; readonly tensors: TensorMessage[] }
const wide = numbers(1, 4 * H, 2 * I);

/** W [1, 4H, I] made in different ways. */
const chains: Record<string, () => Part> = {
  Identity: () => ({ nodes: [node('Identity', ['w0'], ['W'])], tensors: [floats('w0', [1, 4 * H, I], numbers(4 * H, I))] }),
  Unsqueeze: () => ({ nodes: [node('Unsqueeze', ['w0', 'axes'], ['W'])], tensors: [floats('w0', [4 * H, I], numbers(4 * H, I)), longs('axes', [0])] }),
  'Unsqueeze, axis from the end': () => ({ nodes: [node('Unsqueeze', ['w0', 'axes'], ['W'])], tensors: [floats('w0', [4 * H, I], numbers(4 * H, I)), longs('axes', [-3])] }),
  Squeeze: () => ({ nodes: [node('Squeeze', ['w0', 'axes'], ['W'])], tensors: [floats('w0', [1, 1, 4 * H, I], numbers(4 * H, I)), longs('axes', [1])] }),
  Reshape: () => ({ nodes: [node('Reshape', ['w0', 'to'], ['W'])], tensors: [floats('w0', [1, 2 * H, 2 * I], numbers(4 * H, I)), longs('to', [0, -1, I])] }),
  Flatten: () => ({ nodes: [node('Flatten', ['w0'], ['w1'], { axis: 2 }), node('Unsqueeze', ['w1', 'axes'], ['W'])], tensors: [floats('w0', [2, 2 * H, I], numbers(4 * H, I)), longs('axes', [0])] }),
  Transpose: () => ({ nodes: [node('Transpose', ['w0'], ['W'], { perm: [2, 1, 0] })], tensors: [floats('w0', [I, 4 * H, 1], numbers(4 * H, I))] }),
  'Transpose without an order': () => ({ nodes: [node('Transpose', ['w0'], ['W'])], tensors: [floats('w0', [I, 4 * H, 1], numbers(4 * H, I))] }),
  Concat: () => ({ nodes: [node('Concat', ['w0', 'w1'], ['W'], { axis: 1 })], tensors: [floats('w0', [1, H, I], numbers(H, I)), floats('w1', [1, 3 * H, I], numbers(3 * H, I))] }),
  'Concat along the last axis': () => ({ nodes: [node('Concat', ['w0', 'w1'], ['W'], { axis: -1 })], tensors: [floats('w0', [1, 4 * H, 1], numbers(4 * H)), floats('w1', [1, 4 * H, I - 1], numbers(4 * H, I - 1))] }),
  Slice: () => ({ nodes: [node('Slice', ['w0', 's', 'e', 'a', 'p'], ['W'])], tensors: [floats('w0', [1, 4 * H, 2 * I], wide), longs('s', [1]), longs('e', [2 ** 53]), longs('a', [2]), longs('p', [2])] }),
  'Slice backwards': () => ({ nodes: [node('Slice', ['w0', 's', 'e', 'a', 'p'], ['W'])], tensors: [floats('w0', [1, 4 * H, 2 * I], wide), longs('s', [-1, -1]), longs('e', [-(2 ** 40), -(2 ** 40)]), longs('a', [2, -2]), longs('p', [-2, -1])] }),
  'Slice, two axes by default': () => ({ nodes: [node('Slice', ['w0', 's', 'e'], ['W'])], tensors: [floats('w0', [2, 5 * H, I], numbers(2, 5 * H, I)), longs('s', [1, H]), longs('e', [2, 5 * H])] }),
  Cast: () => ({ nodes: [node('Cast', ['w0'], ['W'], { to: 1 })], tensors: [{ name: 'w0', dims: [1, 4 * H, I], data_type: 11, double_data: [...numbers(4 * H, I)] }] }),
  Constant: () => ({ nodes: [node('Constant', [], ['W'], { value: floats('', [1, 4 * H, I], numbers(4 * H, I)) })], tensors: [] }),
  'Constant of floats': () => ({ nodes: [node('Constant', [], ['w0'], { value_floats: [...numbers(4 * H, I)] }), node('Reshape', ['w0', 'to'], ['W'])], tensors: [longs('to', [1, 4 * H, I])] }),
  'everything in a row': () => ({
    nodes: [
      node('Slice', ['w0', 's', 'e', 'a'], ['w1']), node('Slice', ['w0', 's2', 'e2', 'a'], ['w2']), node('Concat', ['w1', 'w2'], ['w3'], { axis: 0 }), node('Identity', ['w3'], ['w4']),
      node('Transpose', ['w4'], ['w5']), node('Transpose', ['w5'], ['w6'], { perm: [1, 0] }), node('Cast', ['w6'], ['w7'], { to: 11 }), node('Cast', ['w7'], ['w8'], { to: 1 }), node('Unsqueeze', ['w8', 'axes'], ['W']),
    ],
    tensors: [floats('w0', [4 * H, I], numbers(4 * H, I)), longs('s', [H]), longs('e', [4 * H]), longs('s2', [0]), longs('e2', [H]), longs('a', [0]), longs('axes', [0])],
  }),
};

const recurrent = (attributes = {}, name = ''): NodeMessage => node('LSTM', ['X', 'W', 'R', 'B'], ['Y'], { hidden_size: H, ...attributes }, name);
const r = floats('R', [1, 4 * H, H], numbers(4 * H, H));
const b = floats('B', [1, 8 * H], numbers(8 * H));
const graph = (nodes: NodeMessage[], initializer: TensorMessage[]): GraphMessage =>
  ({ name: 'g', node: nodes, initializer, input: [value('X', [T, 1, I])], output: [value('Y', ['a', 'b', 'c', 'd'])] });

async function againstRuntime(bytes: Uint8Array, feeds: Record<string, ort.Tensor> = {}): Promise<number> {
  const { stacks } = await checkpoint(bytes);
  const ref = stacks[0]!.levels[0] as LevelRef;
  assert.equal(ref.problem, undefined);
  const x = uniform(T * I, 1, random(5));
  const mine = (await run({ name: 'm', levels: [await ref.load()] }, x, T)).levels[0]!.output;
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 1 });
  const { Y } = await session.run({ X: new ort.Tensor('float32', x, [T, 1, I]), ...feeds });
  await session.release();
  return largest(mine, Y!.data as Float32Array);
}

describe('weights behind operators', () => {
  for (const [name, make] of Object.entries(chains)) {
    const part = make();
    it(`${name}: the same h as ONNX Runtime`, async () => {
      assert.ok(await againstRuntime(modelBytes(graph([...part.nodes, recurrent()], [...part.tensors, r, b]), 13)) <= 1e-6);
    });
    it(`${name}, inside the branch of an If inside the body of a Loop, R and B from outside`, async () => {
      const inner: GraphMessage = { name: 'then', node: [...part.nodes, recurrent()], initializer: part.tensors, output: [value('Y', ['a', 'b', 'c', 'd'])] };
      const other: GraphMessage = { name: 'else', node: [node('Constant', [], ['Z'], { value: floats('', [T, 1, 1, H], new Float32Array(T * H)) })], output: [value('Z', ['a', 'b', 'c', 'd'])] };
      const body: GraphMessage = {
        name: 'body', input: [value('i', [], 7), value('go', [], 9), value('y_in', ['a', 'b', 'c', 'd'])], output: [value('go_out', [], 9), value('y_out', ['a', 'b', 'c', 'd'])],
        node: [node('Identity', ['go'], ['go_out']), node('If', ['go'], ['y_out'], { then_branch: inner, else_branch: other })],
      };
      const outer: GraphMessage = {
        name: 'g', input: [value('X', [T, 1, I])], output: [value('Y', ['a', 'b', 'c', 'd'])],
        initializer: [r, b, { name: 'n', dims: [], data_type: 7, int64_data: [1] }, { name: 'yes', dims: [], data_type: 9, int32_data: [1] }, floats('y0', [T, 1, 1, H], new Float32Array(T * H))],
        node: [node('Loop', ['n', 'yes', 'y0'], ['Y'], { body })],
      };
      const bytes = modelBytes(outer, 13);
      assert.ok(await againstRuntime(bytes) <= 1e-6);
      const index = part.nodes.length;
      assert.equal((await checkpoint(bytes)).stacks[0]!.levels[0]!.name, `Loop_0.body.If_1.then_branch.LSTM_${index}`);
    });
  }

  it('Squeeze and Unsqueeze with axes as attributes, Slice with starts as attributes (older operator sets)', async () => {
    const nodes = [node('Slice', ['w0'], ['w1'], { starts: [1], ends: [3], axes: [0] }), node('Slice', ['w1'], ['w2'], { starts: [0], ends: [1] }), node('Squeeze', ['w2'], ['w3'], { axes: [0] }), node('Unsqueeze', ['w3'], ['W'], { axes: [0] })];
    assert.ok(await againstRuntime(modelBytes(graph([...nodes, recurrent()], [floats('w0', [3, 4 * H, I], numbers(3, 4 * H, I)), r, b]), 8)) <= 1e-6);
  });
});

describe('what cannot be known without running a model is listed, with the reason', () => {
  const w = floats('W', [1, 4 * H, I], numbers(4 * H, I));
  const cases: readonly (readonly [string, GraphMessage, RegExp])[] = [
    ['computed by an operator', graph([node('Mul', ['w0', 'w0'], ['W']), recurrent()], [floats('w0', [1, 4 * H, I], numbers(4 * H, I)), r, b]), /weights W cannot be known without running the model: "W" is computed by Mul/],
    ['an input of the model', { ...graph([recurrent()], [r, b]), input: [value('X', [T, 1, I]), value('W', [1, 4 * H, I])] }, /"W" is an input of the model/],
    ['missing', graph([recurrent()], [r, b]), /nothing in the file is called "W"/],
    ['computed from itself', graph([node('Identity', ['W2'], ['W']), node('Identity', ['W'], ['W2']), recurrent()], [r, b]), /computed from itself/],
    ['of the wrong shape', graph([recurrent()], [floats('W', [1, 12, I], numbers(12, I)), r, b]), /weights W should be of shape \[1, 16, 3\], but \[1, 12, 3\] was found/],
    ['with biases of the wrong shape', graph([recurrent()], [w, r, floats('B', [1, 16], numbers(16))]), /biases B should be of shape \[1, 32\]/],
    ['with an unknown activation', graph([recurrent({ activations: ['Foo', 'Tanh', 'Tanh'] })], [w, r, b]), /activation "Foo" is unknown/],
    ['with too few activations', graph([recurrent({ activations: ['Tanh'] })], [w, r, b]), /1 activations; 3/],
    ['with 0 units', graph([recurrent({ hidden_size: 0 })], [floats('W', [1, 0, I], new Float32Array(0)), floats('R', [1, 0, 0], new Float32Array(0)), floats('B', [1, 0], new Float32Array(0))]), /0 units/],
    ['through a Slice that does not fit', graph([node('Slice', ['w0', 's', 's', 'a'], ['W']), recurrent()], [floats('w0', [4 * H, I], numbers(4 * H, I)), longs('s', [1]), longs('a', [5]), r, b]), /axis 5/],
    ['through a Concat that copies one tensor often', graph([node('Concat', Array.from({ length: 2000 }, () => 'w0'), ['W'], { axis: 0 }), recurrent()], [floats('w0', [1, 4 * H, I], numbers(4 * H, I)), r, b]), /larger than its parts allow/],
    ['through a chain that is too long', graph([...Array.from({ length: 3000 }, (_, k) => node('Identity', [`w${k}`], [k === 2999 ? 'W' : `w${k + 1}`])), recurrent()], [floats('w0', [1, 4 * H, I], numbers(4 * H, I)), r, b]), /more than 200 operators/],
  ];
  for (const [what, g, message] of cases) {
    it(what, async () => {
      const [level] = (await checkpoint(modelBytes(g))).stacks[0]!.levels;
      assert.match(level!.problem ?? '', message);
      await assert.rejects(level!.load(), FormatError);
    });
  }

  it('initial states from outside are taken as zero, and that is an assumption', async () => {
    const g = graph([node('LSTM', ['X', 'W', 'R', 'B', '', 'h0', 'c0'], ['Y'], { hidden_size: H })], [w, r, b]);
    const [level] = (await checkpoint(modelBytes({ ...g, input: [...g.input!, value('h0', [1, 1, H]), value('c0', [1, 1, H])] }))).stacks[0]!.levels;
    assert.equal(level!.problem, undefined);
    assert.deepEqual(level!.assumptions.map(a => a.slice(0, 25)), ['the initial h is zero: th', 'the initial c is zero: th']);
  });
});

describe('stacks in ONNX', () => {
  const level = (k: number, input: string, output: string, width: number): { node: NodeMessage; tensors: TensorMessage[] } => ({
    node: node('LSTM', [input, `W${k}`, `R${k}`], [output], { hidden_size: H }), tensors: [floats(`W${k}`, [1, 4 * H, width], numbers(4 * H, width)), floats(`R${k}`, [1, 4 * H, H], numbers(4 * H, H))],
  });
  const [a, c] = [level(0, 'X', 'Y0', I), level(1, 'X1', 'Y', H)];
  const build = (between: NodeMessage[], more: TensorMessage[] = []): Uint8Array => modelBytes(graph([a.node, ...between, c.node], [...a.tensors, ...c.tensors, ...more]));

  it('what only moves axes joins two nodes', async () => {
    const { stacks } = await checkpoint(build([node('Squeeze', ['Y0', 'one'], ['X1'])], [longs('one', [1])]));
    assert.deepEqual(stacks.map(s => s.levels.length), [2]);
  });

  it('anything else between them parts them; so does a swap of steps and batch', async () => {
    const squeeze = node('Squeeze', ['Y0', 'one'], ['s']);
    for (const between of [node('Relu', ['s'], ['X1']), node('Transpose', ['s'], ['X1'], { perm: [1, 0, 2] })]) {
      const { stacks } = await checkpoint(build([squeeze, between], [longs('one', [1])]));
      assert.deepEqual(stacks.map(s => s.levels.length), [1, 1], between.op_type);
    }
  });

  it('batch first (layout 1) is followed too, and not joined to steps first', async () => {
    const batchFirst = (n: NodeMessage): NodeMessage => ({ ...n, attribute: [...n.attribute!, attribute('layout', 1)] });
    const first = batchFirst(a.node);
    const seconds: readonly (readonly [NodeMessage, number[]])[] = [[batchFirst(c.node), [2]], [c.node, [1, 1]]];
    for (const [second, levels] of seconds) {
      const bytes = modelBytes(graph([first, node('Squeeze', ['Y0', 'two'], ['X1']), second], [...a.tensors, ...c.tensors, longs('two', [2])]));
      assert.deepEqual((await checkpoint(bytes)).stacks.map(s => s.levels.length), levels);
    }
  });

  it('a node that feeds two others begins no stack with either', async () => {
    const d = level(2, 'X1', 'Y2', H);
    const bytes = modelBytes(graph([a.node, node('Squeeze', ['Y0', 'one'], ['X1']), c.node, d.node], [...a.tensors, ...c.tensors, ...d.tensors, longs('one', [1])]));
    assert.deepEqual((await checkpoint(bytes)).stacks.map(s => s.levels.length), [1, 1, 1]);
  });

  it('nodes without names, or with one name for two, get names of their own', async () => {
    const named = (name: string): NodeMessage => ({ ...a.node, name });
    const bytes = modelBytes(graph([named('n'), named('n'), a.node, named('LSTM_2')], a.tensors));
    const names = (await checkpoint(bytes)).stacks.map(s => s.levels[0]!.name);
    assert.equal(new Set(names).size, 4);
    assert.ok(names.includes('LSTM_2'));
  });
});

describe('odd numbers in attributes', () => {
  const w = floats('W', [1, 4 * H, I], numbers(4 * H, I));
  const with_ = (attributes: Parameters<typeof recurrent>[0]): Uint8Array => modelBytes(graph([recurrent(attributes)], [w, r, b]));
  for (const clip of [1e-7, 1e30, 3.4e38]) {
    it(`clip ${clip} is in the equations`, async () => {
      const [level] = (await checkpoint(with_({ clip }))).stacks[0]!.levels;
      assert.match(level!.cell.equations, /clip/);
      await run({ name: 'm', levels: [await level!.load()] }, new Float32Array(T * I), T);
    });
  }
  for (const clip of [Infinity, NaN, -1, 0]) {
    it(`clip ${clip} is none`, async () => assert.equal((await checkpoint(with_({ clip }))).stacks[0]!.levels[0]!.cell.id, 'lstm'));
  }
  for (const alpha of [-0.5, 1e-9, 1e25]) {
    it(`alpha ${alpha}`, async () => {
      const [level] = (await checkpoint(with_({ activations: ['HardSigmoid', 'Tanh', 'Tanh'], activation_alpha: [alpha], activation_beta: [-alpha] }))).stacks[0]!.levels;
      assert.equal(level!.problem, undefined);
      await run({ name: 'm', levels: [await level!.load()] }, new Float32Array(T * I), T);
    });
  }
  it('alpha NaN is a problem', async () => assert.match((await checkpoint(with_({ activations: ['Elu', 'Tanh', 'Tanh'], activation_alpha: [NaN] }))).stacks[0]!.levels[0]!.problem ?? '', /no finite number/));
});

describe('graphs made to take forever', () => {
  it('initial states that branch at every step', async () => {
    const w = floats('W', [1, 4 * H, I], numbers(4 * H, I));
    const nodes = [node('ConstantOfShape', ['shape'], ['z0']), node('ConstantOfShape', ['shape'], ['y0'])];
    for (let k = 0; k < 60; k++) nodes.push(node('Concat', [`z${k}`, `y${k}`], [`z${k + 1}`], { axis: 0 }), node('Concat', [`y${k}`, `z${k}`], [`y${k + 1}`], { axis: 0 }));
    nodes.push(node('LSTM', ['X', 'W', 'R', 'B', '', 'z60', 'y60'], ['Y'], { hidden_size: H }));
    const start = performance.now();
    const { stacks } = await checkpoint(modelBytes({ ...graph(nodes, [w, r, b]), input: [value('X', [T, 1, I]), value('shape', [3], 7)] }));
    assert.equal(stacks[0]!.levels[0]!.problem, undefined);
    assert.ok(performance.now() - start < 2000);
  });

  it('weights that branch at every step are refused by their size', async () => {
    const nodes = Array.from({ length: 60 }, (_, k) => node('Concat', [`w${k}`, `w${k}`], [k === 59 ? 'W' : `w${k + 1}`], { axis: 0 }));
    const { stacks } = await checkpoint(modelBytes(graph([...nodes, recurrent()], [floats('w0', [1, 4 * H, I], numbers(4 * H, I)), r, b])));
    assert.match(stacks[0]!.levels[0]!.problem ?? '', /larger than its parts allow/);
  });

  it('graphs nested hundreds deep', async () => {
    // A model (7) of graphs, each with a node (1) with an attribute (5) that is a graph (6).
    const wrap = (field: number, bytes: number[]): number[] => [(field << 3) | 2, ...length(bytes.length), ...bytes];
    const length = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...length(n >> 7)]);
    let graph: number[] = [];
    for (let k = 0; k < 400; k++) graph = wrap(1, wrap(5, wrap(6, graph)));
    await assert.rejects(checkpoint(Uint8Array.from([0x08, 8, ...wrap(7, graph)])), (e: unknown) => e instanceof FormatError && /nested more than/.test(e.message));
  });
});
