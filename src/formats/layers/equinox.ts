/** Equinox's names: those of PyTorch's cells, but for `bias` and a GRU's `bias_n`. */
import { cellById } from '../../core/cells/index';
import type { TensorRef } from '../format';
import type { Convention } from '../layers';
import { grouped, type Group } from './names';
import { joined, misfitOf, paramsOf, stackFromRecipes, type Recipe } from './recipe';

const ends = ['weight_ih', 'weight_hh', 'bias', 'bias_n', 'bias_ih', 'bias_hh'];

/** By rows of weight_hh over its columns. */
const kinds = new Map([[4, { id: 'lstm', order: 'ifgo' }], [3, { id: 'gru', order: 'rzn' }]]);

export const equinox: Convention = {
  id: 'equinox',
  find(tensors, fallback) {
    const groups = grouped(tensors, ends).filter(({ parts }) => parts.has('weight_ih') && parts.has('weight_hh'));
    // Without biases the two look, and are, the same: PyTorch's row takes such files.
    if (!groups.some(isOurs) || groups.some(({ parts }) => parts.has('bias_ih'))) return [];
    return groups.flatMap(({ prefix, parts }) => {
      const recipe = recipeOf(parts);
      const name = prefix || fallback;
      return recipe ? [stackFromRecipes('equinox', name, [{ name, directions: [['forward', recipe]] }])] : [];
    });
  },
};

const isOurs = ({ parts }: Group): boolean => parts.get('bias')?.shape[0] === parts.get('weight_hh')?.shape[0] || parts.has('bias_n');

function recipeOf(parts: ReadonlyMap<string, TensorRef>): Recipe | undefined {
  const [kernel, recurrentKernel, bias, biasN] = ends.map(end => parts.get(end));
  if (!kernel || !recurrentKernel) return undefined;
  const [rows = 0, units = 0] = recurrentKernel.shape;
  const inputSize = kernel.shape[1] ?? 0;
  const kind = kinds.get(rows / units);
  const { id, order } = kind ?? { id: 'lstm', order: 'ifgo' };
  const problem = kind ? misfitOf([[kernel, [rows, inputSize]], [recurrentKernel, [rows, units]], [bias, [rows]], [biasN, [units]]])
    : `weight_hh should have 4 (LSTM) or 3 (GRU) times ${units} rows, but has ${rows}`;
  return {
    tensors: [kernel, recurrentKernel, bias, biasN].filter(t => t !== undefined),
    plan: () => ({
      cell: cellById(id), inputSize, units, problem,
      params: async () => paramsOf({
        kernel: await kernel.read(), recurrentKernel: await recurrentKernel.read(), bias: await bias?.read(),
        recurrentBias: biasN ? joined([new Float32Array(2 * units), await biasN.read()]) : undefined,
      }, order, { inputSize, units, hidden: units }, order === 'rzn' ? 'n' : ''),
    }),
  };
}
