/** Flax nnx cells with one matrix for all gates: `dense_i/kernel`, `dense_h/kernel`. */
import { cellById } from '../../core/cells/index';
import type { TensorRef } from '../format';
import { grouped, type Found, type Group } from './names';
import { misfitOf, paramsOf, transposed, type Recipe } from './recipe';

const ends = ['dense_i/kernel', 'dense_i/bias', 'dense_h/kernel', 'dense_h/bias'];

/** By blocks in a matrix: OptimizedLSTMCell, GRUCell (resets after), SimpleCell. */
const kinds = new Map([[4, { id: 'lstm', order: 'ifgo' }], [3, { id: 'gru', order: 'rzn' }], [1, { id: 'rnn', order: '' }]]);

/** Cells of this kind, by prefix. */
export const nnxCells = (tensors: readonly TensorRef[]): readonly Found[] => grouped(tensors, ends).flatMap(group => {
  const recipe = recipeOf(group);
  return recipe ? [{ prefix: group.prefix, recipe }] : [];
});

function recipeOf({ parts }: Group): Recipe | undefined {
  const [kernel, bias, recurrentKernel, recurrentBias] = ends.map(end => parts.get(end));
  if (!kernel || !recurrentKernel) return undefined;
  const [units = 0, columns = 0] = recurrentKernel.shape;
  const inputSize = kernel.shape[0] ?? 0;
  const kind = kinds.get(columns / units);
  const { id, order } = kind ?? { id: 'rnn', order: '' };
  const problem = kind ? misfitOf([[kernel, [inputSize, columns]], [recurrentKernel, [units, columns]], [bias, [columns]], [recurrentBias, [columns]]])
    : `dense_h should have 4 (LSTM), 3 (GRU) or 1 (simple) times ${units} columns, but has ${columns}`;
  return {
    tensors: [kernel, bias, recurrentKernel, recurrentBias].filter(t => t !== undefined),
    plan: () => ({
      cell: cellById(id), inputSize, units, problem, assumptions: ['activations are σ and tanh, Flax\'s defaults: the file does not say'],
      params: async () => paramsOf({
        kernel: transposed(await kernel.read(), inputSize), recurrentKernel: transposed(await recurrentKernel.read(), units),
        bias: await bias?.read(), recurrentBias: await recurrentBias?.read(),
      }, order, { inputSize, units, hidden: units }, order === 'rzn' ? 'n' : ''),
    }),
  };
}
