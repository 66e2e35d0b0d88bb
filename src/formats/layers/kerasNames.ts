/** Keras's names outside its own files: `lstm/lstm_cell/kernel`, `recurrent_kernel`, `bias`, in .npz, .safetensors, TensorFlow checkpoints. */
import type { Cell } from '../../core/cells/cell';
import { cellById } from '../../core/cells/index';
import { gruVariant, lstmVariant } from '../../core/cells/variants';
import type { Activation } from '../../core/cells/activations';
import type { Doubt, TensorRef } from '../format';
import type { Convention } from '../layers';
import { gruForm, nonlinearity, recurrentActivation } from './doubts';
import { grouped, paired, type Group, type Split } from './names';
import { misfitOf, paramsOf, stackFromRecipes, transposed, type Plan, type Recipe } from './recipe';

const ends = ['kernel', 'recurrent_kernel', 'bias'];
const CELL = /(?:^|[./])(?:cell|[^./]*(?:lstm|gru|rnn)_cell(?:_\d+)?)$/;
const quiet = 'names and shapes do not say; sigmoid has been the default since Keras 2.3 and in TensorFlow 2';

export const kerasNames: Convention = {
  id: 'keras',
  find(tensors, fallback) {
    const found = grouped(tensors, ends).flatMap(group => {
      const recipe = recipeOf(group);
      return recipe ? [{ prefix: group.prefix, recipe }] : [];
    });
    return paired(found, directions, prefix => prefix.replace(CELL, '') || fallback).map(level => stackFromRecipes('keras', level.name, [level]));
  },
};

/** Bidirectional's two: `forward_lstm/lstm_cell`, `backward_layer/cell`. */
const directions: Split = prefix => {
  const [, base = '', way, twin = ''] = /^(?:(.*)[./])?(forward|backward)_([^./]*)$/s.exec(prefix.replace(CELL, '')) ?? [];
  return way === undefined ? undefined : { base, twin, direction: way === 'forward' ? 'forward' : 'reverse' };
};

interface Parts { readonly kernel: TensorRef; readonly recurrentKernel: TensorRef; readonly bias: TensorRef | undefined }

/** By blocks in the recurrent kernel. */
const kinds = new Map<number, { readonly order: string; doubts(parts: Parts): readonly Doubt[]; cell(parts: Parts, answer: (id: string) => string): Cell }>([
  [4, { order: 'ifgo', doubts: () => [recurrentActivation(quiet)], cell: (_, answer) => lstmOf(gateActivation(answer)) }],
  [3, { order: 'zrn', doubts: parts => [...form(parts), recurrentActivation(quiet)], cell: (parts, answer) => gruOf(gateActivation(answer), resetsAfter(parts, answer)) }],
  [1, { order: '', doubts: () => [nonlinearity('tanh', 'names and shapes do not say; tanh is Keras\'s default')], cell: (_, answer) => cellById(answer('nonlinearity') === 'relu' ? 'rnnRelu' : 'rnn') }],
]);

/** What gates go through, where it is no plain sigmoid. */
const gateActivation = (answer: (id: string) => string): Activation | undefined =>
  ({ hard_sigmoid: { name: 'hardSigmoid' }, hard_sigmoid_keras3: { name: 'hardSigmoid', alpha: 1 / 6, beta: 0.5 } } as const)[answer('recurrent-activation')];

/** Variants are worked out by their equations, which takes a while for hundreds of layers: the plain cells are at hand. */
const lstmOf = (f: Activation | undefined): Cell => (f ? lstmVariant({ activations: { f } }) : cellById('lstm'));
const gruOf = (f: Activation | undefined, resetAfter: boolean): Cell => (f ? gruVariant({ activations: { f }, resetAfter }) : cellById(resetAfter ? 'gru' : 'gruResetBefore'));

/** A bias of two rows is that of a GRU that resets after, of one that of the other; without a bias nothing tells. */
const form = ({ bias }: Parts): readonly Doubt[] => (bias ? [] : [gruForm('reset-after', 'it has no bias, whose shape would tell; reset_after is the default of TensorFlow 2 and Keras 3')]);
const resetsAfter = ({ bias }: Parts, answer: (id: string) => string): boolean => (bias ? bias.shape.length === 2 : answer('gru-form') !== 'reset-before');

function recipeOf({ parts }: Group): Recipe | undefined {
  const [kernel, recurrentKernel, bias] = ends.map(end => parts.get(end));
  if (!kernel || !recurrentKernel) return undefined;
  const own: Parts = { kernel, recurrentKernel, bias };
  const [units = 0, columns = 0] = recurrentKernel.shape;
  const kind = kinds.get(columns / units);
  return {
    tensors: [kernel, recurrentKernel, bias].filter(t => t !== undefined),
    doubts: kind?.doubts(own) ?? [],
    plan: answer => kind ? planOf(own, kind.order, kind.cell(own, answer)) : { ...planOf(own, '', cellById('rnn')), problem: `the recurrent kernel should have 4 (LSTM), 3 (GRU) or 1 (RNN) times ${units} columns, but has ${columns}` },
  };
}

function planOf({ kernel, recurrentKernel, bias }: Parts, order: string, cell: Cell): Plan {
  const inputSize = kernel.shape[0] ?? 0;
  const [units = 0, columns = 0] = recurrentKernel.shape;
  const after = order === 'zrn' && cell.id.startsWith('gru') && !cell.id.startsWith('gruResetBefore');
  const two = bias?.shape.length === 2;
  const cudnn = bias?.shape.length === 1 && columns > units && bias.shape[0] === 2 * columns;
  const problem = cudnn ? `its bias "${bias.name}" has ${2 * columns} numbers, as those of CuDNN layers, whose matrices lie otherwise. Save the layer as ${order === 'zrn' ? 'GRU' : 'LSTM'}`
    : misfitOf([[kernel, [inputSize, columns]], [recurrentKernel, [units, columns]], [bias, two && after ? [2, columns] : [columns]]]);
  return {
    cell, inputSize, units, problem,
    assumptions: order === '' ? [] : ['the candidate goes through tanh, Keras\'s default: the file does not say'],
    params: async () => {
      const biases = await bias?.read();
      return paramsOf({
        kernel: transposed(await kernel.read(), inputSize), recurrentKernel: transposed(await recurrentKernel.read(), units),
        bias: biases?.subarray(0, columns), recurrentBias: two ? biases?.subarray(columns) : undefined,
      }, order, { inputSize, units, hidden: units }, after ? 'n' : '');
    },
  };
}
