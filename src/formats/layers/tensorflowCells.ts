/** The cells of TensorFlow 1 (`rnn_cell_impl.py`) by the name of their scope: what they keep and how they pack it. */
import type { Cell } from '../../core/cells/cell';
import { cellById } from '../../core/cells/index';
import { lstmVariant } from '../../core/cells/variants';
import type { TensorRef } from '../format';
import { printable } from '../parts/checked';
import { forgetBias, nonlinearity } from './doubts';
import { joined, misfitOf, paramsOf, splitKernel, transposed, withForgetBias, type Plan, type Recipe } from './recipe';

/** A tensor of the cell by the end of its name. */
type Get = (name: string) => TensorRef | undefined;

/** The first that fits a scope's name is asked. */
const kinds: readonly { readonly scope: RegExp; recipe(get: Get, scope: string): Recipe | undefined }[] = [
  { scope: /^(cudnn_compatible_)?gru_(block_)?cell(_v2)?(_\d+)?$/, recipe: gru },
  { scope: /^(basic_|cudnn_compatible_)?lstm_(block_)?(fused_)?cell(_\d+)?$/, recipe: lstm },
  { scope: /^(basic_)?rnn_cell(_\d+)?$/, recipe: vanilla },
  { scope: /_cell(_\d+)?$/, recipe: foreign },
  { scope: /(?:)/, recipe: opaque },
];

/** The cell whose tensors stand in this scope, if it is one. */
export function tensorflowCell(scope: string, get: Get): Recipe | undefined {
  if (get('recurrent_kernel')) return undefined; // Keras's
  return kinds.find(k => k.scope.test(scope))?.recipe(get, scope);
}

const present = (tensors: readonly (TensorRef | undefined)[]): readonly TensorRef[] => tensors.filter(t => t !== undefined);

/** Blocks i, j (our g), f, o over [x; h], where h may be projected. */
function lstm(get: Get, scope: string): Recipe | undefined {
  const [kernel, bias, projection] = [get('kernel'), get('bias'), get('projection/kernel')];
  if (!kernel) return undefined;
  const peepholes = ['i', 'f', 'o'].map(gate => get(`w_${gate}_diag`));
  const peeps = peepholes.every(t => t !== undefined);
  const [rows = 0, columns = 0] = kernel.shape;
  const units = columns / 4;
  const hidden = projection?.shape[1] ?? units;
  const inputSize = rows - hidden;
  const fits = Number.isInteger(units) && inputSize > 0 && kernel.shape.length === 2;
  const problem = !fits ? `"${printable(kernel.name)}" should be of shape [inputs + ${projection ? hidden : 'units'}, 4 units], but is [${kernel.shape.join(', ')}]`
    : misfitOf([[kernel, [rows, columns]], [bias, [columns]], [projection, [units, hidden]], ...peepholes.map(t => [t, [units]] as const)]);
  const compatible = scope.startsWith('cudnn_compatible');
  return {
    tensors: present([kernel, bias, ...peepholes, projection]),
    doubts: [compatible ? forgetBias('0', 'CudnnCompatibleLSTMCell adds nothing') : forgetBias('1', 'TensorFlow 1 adds forget_bias (1.0 unless the code says otherwise) when it runs, and does not store it')],
    plan: answer => ({
      cell: lstmOf(peeps, projection !== undefined), inputSize, units: hidden, problem,
      assumptions: ['nothing is clipped (cell_clip, proj_clip): the file does not say'],
      params: async () => {
        const sizes = { inputSize, units, hidden };
        const params = paramsOf({ ...splitKernel(await kernel.read(), inputSize, hidden), bias: await bias?.read() }, 'igfo', sizes);
        const more: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
        if (peeps) for (const [k, gate] of ['i', 'f', 'o'].entries()) more[`p${gate}`] = { shape: [units], data: await (peepholes[k] as TensorRef).read() };
        if (projection) more['Wr'] = { shape: [hidden, units], data: transposed(await projection.read(), units) };
        return { ...withForgetBias(params, Number(answer('forget-bias'))), ...more };
      },
    }),
  };
}

/** Variants are worked out by their equations, which takes a while for hundreds of layers: most cells are at hand. */
const lstmOf = (peepholes: boolean, projected: boolean): Cell =>
  peepholes && projected ? lstmVariant({ peepholes, projected }) : cellById(peepholes ? 'lstmPeephole' : projected ? 'lstmProjected' : 'lstm');

/** Gates [r, u] over [x; h], then the candidate over [x; r h]; CudnnCompatibleGRUCell resets after, with matrices apart. */
function gru(get: Get): Recipe | undefined {
  const [gates, gateBias] = [get('gates/kernel'), get('gates/bias')];
  const [candidate, bias] = [get('candidate/kernel') ?? get('candidate/input_projection/kernel'), get('candidate/bias') ?? get('candidate/input_projection/bias')];
  const [apart, apartBias] = [get('candidate/hidden_projection/kernel'), get('candidate/hidden_projection/bias')];
  if (!gates || !candidate) return undefined;
  const units = candidate.shape[1] ?? 0;
  const inputSize = (gates.shape[0] ?? 0) - units;
  const problem = misfitOf([
    [gates, [inputSize + units, 2 * units]], [gateBias, [2 * units]], [candidate, [apart ? inputSize : inputSize + units, units]], [bias, [units]],
    [apart, [units, units]], [apartBias, [units]],
  ]) ?? (inputSize < 1 ? `"${printable(gates.name)}" should be of shape [inputs + units, 2 units]` : undefined);
  return {
    tensors: present([gates, gateBias, candidate, bias, apart, apartBias]),
    plan: (): Plan => ({
      cell: cellById(apart ? 'gru' : 'gruResetBefore'), inputSize, units, problem,
      params: async () => {
        const g = splitKernel(await gates.read(), inputSize, units);
        const data = await candidate.read();
        const c = apart ? { kernel: transposed(data, inputSize), recurrentKernel: transposed(await apart.read(), units) } : splitKernel(data, inputSize, units);
        const zero = (n: number): Float32Array => new Float32Array(n);
        return paramsOf({
          kernel: joined([g.kernel, c.kernel]), recurrentKernel: joined([g.recurrentKernel, c.recurrentKernel]),
          bias: joined([await gateBias?.read() ?? zero(2 * units), await bias?.read() ?? zero(units)]),
          recurrentBias: joined([zero(2 * units), await apartBias?.read() ?? zero(units)]),
        }, 'rzn', { inputSize, units, hidden: units }, apart ? 'n' : '');
      },
    }),
  };
}

function vanilla(get: Get): Recipe | undefined {
  const [kernel, bias] = [get('kernel'), get('bias')];
  if (!kernel) return undefined;
  const [rows = 0, units = 0] = kernel.shape;
  const inputSize = rows - units;
  const problem = inputSize > 0 ? misfitOf([[kernel, [rows, units]], [bias, [units]]]) : `"${printable(kernel.name)}" should be of shape [inputs + units, units], but is [${kernel.shape.join(', ')}]`;
  return {
    tensors: present([kernel, bias]),
    doubts: [nonlinearity('tanh', 'the file does not say; tanh is the default of BasicRNNCell')],
    plan: answer => ({
      cell: cellById(answer('nonlinearity') === 'relu' ? 'rnnRelu' : 'rnn'), inputSize, units, problem,
      params: async () => paramsOf({ ...splitKernel(await kernel.read(), inputSize, units), bias: await bias?.read() }, '', { inputSize, units, hidden: units }),
    }),
  };
}

/** A cell that is none of those above, such as tf.contrib's layer-normalised one: named, not guessed. */
function foreign(get: Get, scope: string): Recipe | undefined {
  const kernel = get('kernel');
  return kernel && unread(kernel, `${printable(scope)} is no cell of TensorFlow 1 that is known here`);
}

/** One buffer in CuDNN's own order, which differs from version to version. */
function opaque(get: Get): Recipe | undefined {
  const kernel = get('opaque_kernel');
  return kernel && unread(kernel, `"${printable(kernel.name)}" is CuDNN's own buffer, whose order only CuDNN knows. Save the variables through CudnnLSTM's saveable, or as a Keras layer`);
}

const unread = (tensor: TensorRef, problem: string): Recipe => ({
  tensors: [tensor],
  plan: () => ({ cell: cellById('lstm'), inputSize: 0, units: 0, problem, params: () => Promise.resolve({}) }),
});
