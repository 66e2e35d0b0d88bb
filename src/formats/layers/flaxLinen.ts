/** Flax cells with a matrix a gate: linen's `ii/kernel`, `hn/bias` ..., and nnx's LSTMCell, which writes `if_`. */
import type { Cell } from '../../core/cells/cell';
import { cellById } from '../../core/cells/index';
import type { TensorRef } from '../format';
import { grouped, type Found, type Group } from './names';
import { joined, misfitOf, paramsOf, transposed, type Recipe } from './recipe';

const reset = cellById('mguResetAfter');

/** MGUCell(reset_gate=False). */
const mguNoReset: Cell = {
  ...reset, id: 'mguResetAfter+noReset', variant: 'one gate, which keeps: f; the candidate reads all of h',
  equations: reset.equations.replace('bn + f ⊙ (Un h + cn)', 'Un h + bn'),
};

interface Kind { readonly gates: string; readonly cell: Cell; readonly says?: string }

const unread = 'gates go through σ and the candidate through tanh, Flax\'s defaults: the file does not say';

/** In the order they are asked: an MGU's gates are among those of no other cell but its own, an LSTM's four are the LSTM's alone. */
const kinds: readonly Kind[] = [
  { gates: 'ifgo', cell: cellById('lstm'), says: unread },
  { gates: 'rzn', cell: cellById('gru'), says: unread },
  { gates: 'fn', cell: reset, says: unread },
  { gates: '', cell: cellById('rnn'), says: 'the nonlinearity is tanh and there is no residual, Flax\'s defaults: the file does not say' },
];

/** `if`, or nnx's `if_`: a word of Python; a plain cell's gate has no letter. */
const spellings = (side: 'i' | 'h', gate: string): readonly string[] => (side === 'i' && gate === 'f' ? ['if', 'if_'] : [`${side}${gate}`]);
const letters = (gates: string): readonly string[] => (gates === '' ? [''] : [...gates]);
const ends = ['', ...'ifgorzn'].flatMap(g => [...spellings('i', g), ...spellings('h', g)]).flatMap(n => [`${n}/kernel`, `${n}/bias`]);

/** Cells of this kind, by prefix. */
export const linenCells = (tensors: readonly TensorRef[]): readonly Found[] => grouped(tensors, ends).flatMap(group => {
  const recipe = recipeOf(group);
  return recipe ? [{ prefix: group.prefix, recipe }] : [];
});

function recipeOf({ parts }: Group): Recipe | undefined {
  const get = (side: 'i' | 'h', gate: string, what: string): TensorRef | undefined =>
    spellings(side, gate).map(n => parts.get(`${n}/${what}`)).find(t => t !== undefined);
  const kind = kinds.find(({ gates }) => letters(gates).every(g => get('i', g, 'kernel') && get('h', g, 'kernel')));
  if (!kind) return undefined;
  const { gates, says } = kind;
  const square = get('h', gates.slice(0, 1), 'kernel')?.shape;
  if (gates === '' && square?.[0] !== square?.[1]) return undefined; // `i` and `h` are names of many things
  const all = (side: 'i' | 'h', what: string): readonly (TensorRef | undefined)[] => letters(gates).map(g => get(side, g, what));
  const [kernels, recurrents, biases, recurrentBiases] = [all('i', 'kernel'), all('h', 'kernel'), all('i', 'bias'), all('h', 'bias')];
  const [inputSize = 0, units = 0] = kernels[0]?.shape ?? [];
  const apart = gates.includes('n') ? 'n' : '';
  const cell = kind.cell === reset && !recurrentBiases.at(-1) ? mguNoReset : kind.cell;
  const problem = misfitOf([
    ...kernels.map(t => [t, [inputSize, units]] as const), ...recurrents.map(t => [t, [units, units]] as const),
    ...[...biases, ...recurrentBiases].map(t => [t, [units]] as const),
  ]);
  return {
    tensors: [kernels, biases, recurrents, recurrentBiases].flat().filter(t => t !== undefined),
    plan: () => ({
      cell, inputSize, units, problem, assumptions: says ? [says] : [],
      params: async () => paramsOf({
        kernel: await gathered(kernels, inputSize * units, inputSize), recurrentKernel: await gathered(recurrents, units * units, units),
        bias: await gathered(biases, units), recurrentBias: await gathered(recurrentBiases, units),
      }, gates, { inputSize, units, hidden: units }, cell === mguNoReset ? '' : apart),
    }),
  };
}

/** One gate after another, zero where there is none; matrices of `inputs` rows become rows first. */
async function gathered(tensors: readonly (TensorRef | undefined)[], size: number, inputs?: number): Promise<Float32Array> {
  const read: Float32Array[] = [];
  for (const tensor of tensors) {
    const data = tensor ? await tensor.read() : new Float32Array(size);
    read.push(inputs === undefined ? data : transposed(data, inputs));
  }
  return joined(read);
}
