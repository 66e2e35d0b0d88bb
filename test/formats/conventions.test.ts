/** Naming conventions by hand-made tensors: what is told from names, what stays in doubt, and what is no layer. Numbers against frameworks are in the truth files. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { Params } from '../../src/core/layer';
import { FormatError, type StackRef, type TensorRef } from '../../src/formats/format';
import { maybeLayers, stacksOf } from '../../src/formats/layers';
import { plain } from '../../src/formats/layers/names';

/** Numbers that tell where they stand: 1, 2, 3 ... through all tensors of a list. */
function tensors(shapes: Readonly<Record<string, readonly number[]>>): readonly TensorRef[] {
  let next = 1;
  return Object.entries(shapes).map(([name, shape]) => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => next++);
    return { name, dtype: 'float32', shape, read: () => Promise.resolve(data) };
  });
}

const find = (shapes: Readonly<Record<string, readonly number[]>>): readonly StackRef[] => stacksOf(tensors(shapes), 'file.npz');
const only = (shapes: Readonly<Record<string, readonly number[]>>): StackRef => {
  const stacks = find(shapes);
  assert.equal(stacks.length, 1, stacks.map(s => s.name).join());
  return stacks[0]!;
};
const params = async (stack: StackRef): Promise<Params> => (await stack.levels[0]!.load()).directions[0]!.params;
const numbers = async (stack: StackRef, name: string): Promise<number[]> => Array.from((await params(stack))[name]!.data);
const lines = (stacks: readonly StackRef[]): string[] => stacks.map(s => `${s.framework} ${s.name}: ${s.levels.map(l => `${l.cell.id} ${l.inputSize}→${l.units} ${l.directions.join('+')}`).join(', ')}`);

/** One unit, two inputs, in each convention. */
const tf = (cell: string): Record<string, readonly number[]> => ({ [`${cell}/kernel`]: [3, 4], [`${cell}/bias`]: [4] });
const keras = (cell: string, blocks: number): Record<string, readonly number[]> => ({ [`${cell}/kernel`]: [2, blocks], [`${cell}/recurrent_kernel`]: [1, blocks], [`${cell}/bias`]: [blocks] });
const linen = (cell: string): Record<string, readonly number[]> =>
  Object.fromEntries([...'ifgo'].flatMap(g => [[`${cell}.i${g}.kernel`, [2, 1]], [`${cell}.h${g}.kernel`, [1, 1]], [`${cell}.h${g}.bias`, [1]]]));
const gru = (cell: string): Record<string, readonly number[]> =>
  ({ [`${cell}/gates/kernel`]: [3, 2], [`${cell}/gates/bias`]: [2], [`${cell}/candidate/kernel`]: [3, 1], [`${cell}/candidate/bias`]: [1] });

describe('names of tensors', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['rnn/lstm_cell/kernel:0', 'rnn/lstm_cell/kernel'], ['a/kernel/.ATTRIBUTES/VARIABLE_VALUE', 'a/kernel'], ['.cell.weight_ih', 'cell.weight_ih'],
    ['[\'params\'][\'a\'][\'ii\'][\'kernel\']', 'params.a.ii.kernel'], ['.layers[0].weight_ih', 'layers.0.weight_ih'], ['["a/b"].w', 'a/b.w'], ['', ''],
  ];
  for (const [name, expected] of cases) it(name || 'empty', () => assert.equal(plain(name), expected));
});

describe('naming conventions', () => {
  const found: readonly (readonly [string, Readonly<Record<string, readonly number[]>>, readonly string[]])[] = [
    ['TF1: one cell', tf('rnn/basic_lstm_cell'), ['tensorflow1 rnn: lstm 2→1 forward']],
    ['TF1: without scopes', { ...tf('lstm_cell') }, ['tensorflow1 file: lstm 2→1 forward']],
    ['TF1: names of before 1.2', { 'rnn/basic_lstm_cell/weights': [3, 4], 'rnn/basic_lstm_cell/biases': [4] }, ['tensorflow1 rnn: lstm 2→1 forward']],
    ['TF1: cells in one scope', { ...tf('rnn/lstm_cell'), ...tf('rnn/lstm_cell_1') }, ['tensorflow1 rnn: lstm 2→1 forward', 'tensorflow1 rnn/lstm_cell_1: lstm 2→1 forward']],
    ['TF1: stacked', { ...gru('d/rnn/multi_rnn_cell/cell_1/gru_cell'), ...gru('d/rnn/multi_rnn_cell/cell_0/gru_cell') }, ['tensorflow1 d/rnn: gruResetBefore 2→1 forward, gruResetBefore 2→1 forward']],
    ['TF1: bidirectional', { ...tf('bidirectional_rnn/bw/lstm_cell'), ...tf('bidirectional_rnn/fw/lstm_cell') }, ['tensorflow1 bidirectional_rnn: lstm 2→1 forward+reverse']],
    ['TF1: stacked bidirectional', Object.assign({}, ...[0, 1].flatMap(k => ['fw', 'bw'].map(w => tf(`stack_bidirectional_rnn/cell_${k}/bidirectional_rnn/${w}/lstm_cell`)))) as Record<string, readonly number[]>,
      ['tensorflow1 stack_bidirectional_rnn: lstm 2→1 forward+reverse, lstm 2→1 forward+reverse']],
    ['TF1: one direction alone', tf('bidirectional_rnn/bw/lstm_cell'), ['tensorflow1 bidirectional_rnn: lstm 2→1 reverse']],
    ['TF1: slots are no layers', { ...tf('rnn/lstm_cell'), 'rnn/lstm_cell/kernel/Adam': [3, 4], 'rnn/lstm_cell/kernel/Adam_1': [3, 4], 'rnn/lstm_cell/bias/ExponentialMovingAverage': [4] }, ['tensorflow1 rnn: lstm 2→1 forward']],
    ['TF1: a dense layer is none', { 'dense/kernel': [3, 4], 'dense/bias': [4] }, []],
    ['Keras', keras('lstm/lstm_cell', 4), ['keras lstm: lstm 2→1 forward']],
    ['Keras: a layer\'s own variables', keras('gru_2', 3), ['keras gru_2: gruResetBefore 2→1 forward']],
    ['Keras: bidirectional', { ...keras('b/forward_lstm_1/lstm_cell', 4), ...keras('b/backward_lstm_1/lstm_cell', 4) }, ['keras b: lstm 2→1 forward+reverse']],
    ['Keras: two bidirectionals in one scope', { ...keras('forward_a/cell', 4), ...keras('backward_b/cell', 4), ...keras('backward_a/cell', 4), ...keras('forward_b/cell', 4) },
      ['keras forward_a/cell: lstm 2→1 forward+reverse', 'keras backward_b/cell: lstm 2→1 forward+reverse']],
    ['Flax', linen('params.encoder.cell'), ['flax encoder: lstm 2→1 forward']],
    ['Flax: params in params', linen('params.params.ScanLSTMCell_0'), ['flax ScanLSTMCell_0: lstm 2→1 forward']],
    ['Flax: a backward_rnn alone', linen('x.backward_rnn.cell'), ['flax x: lstm 2→1 reverse']],
    ['Flax: an optimizer\'s copies are no layers', { ...linen('opt_state.0.mu.a'), ...linen('params.a') }, ['flax a: lstm 2→1 forward']],
    ['Flax: a layer of i and h that is none', { 'a.i.kernel': [3, 4], 'a.h.kernel': [2, 4] }, []],
    ['Haiku', { 'a/~/lstm/linear/w': [3, 4], 'a/~/lstm/linear/b': [4] }, ['haiku a/~/lstm: lstm 2→1 forward']],
    ['Haiku: a perceptron is no LSTM', { 'mlp/linear/w': [3, 4], 'mlp/linear/b': [4], 'mlp/linear_1/w': [4, 4] }, []],
    ['Haiku: other things called w_i and w_h', { 'x/w_i': [3, 4], 'x/w_h': [3, 5] }, []],
    ['Equinox', { 'c.weight_ih': [4, 2], 'c.weight_hh': [4, 1], 'c.bias': [4] }, ['equinox c: lstm 2→1 forward']],
    ['Equinox\'s names with PyTorch\'s biases are PyTorch\'s', { 'c.weight_ih': [4, 2], 'c.weight_hh': [4, 1], 'c.bias': [4], 'c.bias_ih': [4], 'c.bias_hh': [4] }, ['pytorch c: lstm 2→1 forward']],
    ['none', { 'a.weight': [3, 3], 'kernel': [3, 4], '': [1], 'cell': [1] }, []],
  ];
  for (const [what, shapes, expected] of found) {
    it(what, () => {
      assert.deepEqual(lines(find(shapes)), expected);
      assert.ok(expected.length === 0 || maybeLayers(Object.keys(shapes)), 'a file of such names would not be looked into');
    });
  }

  const odd: readonly (readonly [string, Readonly<Record<string, readonly number[]>>, RegExp])[] = [
    ['a kernel that is no [x; h]', { 'rnn/lstm_cell/kernel': [1, 8], 'rnn/lstm_cell/bias': [8] }, /should be of shape \[inputs \+ units, 4 units\], but is \[1, 8\]/],
    ['a bias of another length', { 'rnn/lstm_cell/kernel': [3, 4], 'rnn/lstm_cell/bias': [5] }, /"rnn\/lstm_cell\/bias" should be of shape \[4\], but is \[5\]/],
    ['CuDNN\'s buffer', { 'cudnn_lstm/opaque_kernel': [100] }, /"cudnn_lstm\/opaque_kernel" is CuDNN's own buffer/],
    ['a cell of contrib', { 'rnn/layer_norm_basic_lstm_cell/kernel': [3, 4] }, /layer_norm_basic_lstm_cell is no cell of TensorFlow 1 that is known here/],
    ['a CuDNN layer of Keras', { ...keras('cu_dnnlstm', 4), 'cu_dnnlstm/bias': [8] }, /has 8 numbers, as those of CuDNN layers.*Save the layer as LSTM/],
    ['blocks that are no cell\'s', keras('strange', 2), /should have 4 \(LSTM\), 3 \(GRU\) or 1 \(RNN\) times 1 columns, but has 2/],
    ['a gate of another width', { ...linen('a'), 'a.hf.kernel': [1, 2] }, /"a\.hf\.kernel" should be of shape \[1, 1\], but is \[1, 2\]/],
    ['a scan over layers', Object.fromEntries(Object.entries(linen('a')).map(([name, shape]) => [name, [3, ...shape]])), /should be of shape \[3, 2\], but is \[3, 2, 1\]/],
    ['directions that differ', { ...keras('b/forward_l/cell', 4), ...keras('b/backward_l/cell', 3) }, /its directions differ: LSTM 2 → 1 .* and GRU 2 → 1/],
    ['levels that do not meet', { ...tf('rnn/multi_rnn_cell/cell_0/lstm_cell'), 'rnn/multi_rnn_cell/cell_1/lstm_cell/kernel': [12, 8], 'rnn/multi_rnn_cell/cell_1/lstm_cell/bias': [8] }, /reads 10 numbers a step, but the level below gives 1/],
    ['sizes of zero', { 'rnn/gru_cell/gates/kernel': [0, 0], 'rnn/gru_cell/candidate/kernel': [0, 0] }, /size|shape/],
  ];
  for (const [what, shapes, problem] of odd) {
    it(`${what}: a layer with a problem that names it`, async () => {
      const stack = only(shapes);
      const level = stack.levels.find(l => l.problem !== undefined);
      assert.match(level?.problem ?? 'no problem', problem);
      await assert.rejects(level!.load(), FormatError);
    });
  }

  it('integer weights are a problem, not numbers', () => {
    const [stack] = stacksOf(tensors(tf('rnn/lstm_cell')).map(t => ({ ...t, dtype: 'int8' })), 'file');
    assert.match(stack!.levels[0]!.problem!, /is of type int8; only floating-point weights can be run/);
  });
});

describe('how conventions pack', () => {
  it('TF1: i, j, f, o over [x; h], and 1 on the forget gate unless a person knows better', async () => {
    const stack = only(tf('rnn/basic_lstm_cell')); // kernel 1-12, bias 13-16
    assert.deepEqual(await Promise.all(['Wi', 'Wg', 'Wf', 'Wo', 'Ui', 'Uf', 'bi', 'bf'].map(n => numbers(stack, n))), [[1, 5], [2, 6], [3, 7], [4, 8], [9], [11], [13], [16]]);
    assert.deepEqual([stack.doubts!.map(d => [d.id, d.taken]), stack.doubts![0]!.evidence], [[['forget-bias', '1']], 'TensorFlow 1 adds forget_bias (1.0 unless the code says otherwise) when it runs, and does not store it']);
    const decided = stack.decide!({ 'forget-bias': '0' });
    assert.deepEqual([await numbers(decided, 'bf'), decided.doubts![0]!.taken], [[15], '0']);
    assert.deepEqual(await numbers(decided.decide!({ 'other': 'x' }), 'bf'), [15]);
    assert.deepEqual(await numbers(decided.decide!({ 'forget-bias': '1' }), 'bf'), [16]);
    for (const strange of [{ 'forget-bias': '7' }, { constructor: 'x' }, {}]) assert.deepEqual(await numbers(stack.decide!(strange as Record<string, string>), 'bf'), [16]);
  });

  it('TF1: the cells that CudnnLSTM saves add nothing, and their GRU resets after', async () => {
    assert.equal(only(tf('cudnn_lstm/rnn/multi_rnn_cell/cell_0/cudnn_compatible_lstm_cell')).doubts![0]!.taken, '0');
    const scope = 'cudnn_gru/rnn/multi_rnn_cell/cell_0/cudnn_compatible_gru_cell';
    const stack = only({ [`${scope}/gates/kernel`]: [3, 2], [`${scope}/gates/bias`]: [2], [`${scope}/candidate/input_projection/kernel`]: [2, 1], [`${scope}/candidate/input_projection/bias`]: [1],
      [`${scope}/candidate/hidden_projection/kernel`]: [1, 1], [`${scope}/candidate/hidden_projection/bias`]: [1] });
    assert.deepEqual([stack.name, stack.levels[0]!.cell.id], ['cudnn_gru/rnn', 'gru']);
    assert.deepEqual(await Promise.all(['Wr', 'Wz', 'Ur', 'Uz', 'br', 'Wn', 'bn', 'Un', 'cn'].map(n => numbers(stack, n))), [[1, 3], [2, 4], [5], [6], [7], [9, 10], [11], [12], [13]]);
  });

  it('Haiku: 1 on the forget gate; a GRU\'s z is turned round, its weights\' signs with it', async () => {
    const lstm = only({ 'lstm/linear/w': [3, 4], 'lstm/linear/b': [4] });
    assert.deepEqual(await Promise.all(['Wi', 'Wg', 'Wf', 'Wo', 'bf'].map(n => numbers(lstm, n))), [[1, 5], [2, 6], [3, 7], [4, 8], [16]]);
    const gru_ = only({ 'gru/w_i': [2, 3], 'gru/w_h': [1, 3], 'gru/b': [3] });
    assert.deepEqual(await Promise.all(['Wz', 'Wr', 'Wn', 'Uz', 'bz', 'bn'].map(n => numbers(gru_, n))), [[-1, -4], [2, 5], [3, 6], [-7], [-10], [12]]);
    assert.match(gru_.levels[0]!.assumptions.join(), /shown is 1 - z/);
  });

  it('Keras: the bias\'s shape tells the GRU\'s form; without a bias it is in doubt', async () => {
    const after = only({ ...keras('g', 3), 'g/bias': [2, 3] });
    assert.deepEqual([after.levels[0]!.cell.id, after.doubts!.map(d => d.id)], ['gru', ['recurrent-activation']]);
    assert.deepEqual(await Promise.all(['Wz', 'Wr', 'Wn', 'bz', 'bn', 'cn'].map(n => numbers(after, n))), [[1, 4], [2, 5], [3, 6], [10 + 13], [12], [15]]);
    const { 'g/bias': _, ...bare } = keras('g', 3);
    const open = only(bare);
    assert.deepEqual([open.levels[0]!.cell.id, open.doubts!.map(d => [d.id, d.taken])], ['gru', [['gru-form', 'reset-after'], ['recurrent-activation', 'sigmoid']]]);
    assert.match(open.doubts![0]!.evidence, /no bias/);
    const both = open.decide!({ 'gru-form': 'reset-before' }).decide!({ 'recurrent-activation': 'hard_sigmoid' });
    assert.match(both.levels[0]!.cell.equations, /hardσ\(Wr x \+ Ur h \+ br, 0\.2, 0\.5\)[^]*Un \(r ⊙ h\)/);
    assert.deepEqual(Object.keys(await params(both)).sort(), ['Un', 'Ur', 'Uz', 'Wn', 'Wr', 'Wz', 'bn', 'br', 'bz']);
  });

  it('twenty thousand tensors that are no layer take no time', () => {
    const many = Array.from({ length: 20_000 }, (_, k) => ({ name: `model.layers.${k}.mlp.up.weight`, dtype: 'float32', shape: [8, 8], read: () => Promise.resolve(new Float32Array(64)) }));
    const start = performance.now();
    assert.deepEqual(stacksOf(many, 'file'), []);
    assert.ok(performance.now() - start < 2000, `${performance.now() - start} ms`);
  });
});
