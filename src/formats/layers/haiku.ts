/** Haiku's names: `lstm/linear/w` over [x; h], `gru/w_i`, `vanilla_rnn/linear_1/w`. */
import { cellById } from '../../core/cells/index';
import type { Params } from '../../core/layer';
import type { TensorRef } from '../format';
import type { Convention } from '../layers';
import { forgetBias } from './doubts';
import { grouped, shortened, type Group } from './names';
import { misfitOf, paramsOf, splitKernel, stackFromRecipes, transposed, withForgetBias, type Recipe } from './recipe';

const ends = ['linear/w', 'linear/b', 'linear_1/w', 'linear_1/b', 'input_to_hidden/w', 'input_to_hidden/b', 'hidden_to_hidden/w', 'hidden_to_hidden/b', 'w_i', 'w_h', 'b'];

type Parts = (...names: readonly string[]) => TensorRef | undefined;

/** Linear layers are named alike in every module, so the module's own name must say what it is. */
const kinds: readonly { readonly module: RegExp; recipe(get: Parts): Recipe | undefined }[] = [
  { module: /lstm[^./]*$/i, recipe: lstm }, { module: /rnn[^./]*$/i, recipe: vanilla }, { module: /(?:)/, recipe: gru },
];

export const haiku: Convention = {
  id: 'haiku',
  find: (tensors, fallback) => grouped(tensors, ends).flatMap(group => {
    const recipe = recipeOf(group);
    const name = shortened(group.prefix, fallback);
    return recipe ? [stackFromRecipes('haiku', name, [{ name, directions: [['forward', recipe]] }])] : [];
  }),
};

function recipeOf({ prefix, parts }: Group): Recipe | undefined {
  const get: Parts = (...names) => names.map(n => parts.get(n)).find(t => t !== undefined);
  return kinds.filter(k => k.module.test(prefix)).map(k => k.recipe(get)).find(r => r !== undefined);
}

/** Blocks i, g, f, o; f is σ(v + 1). */
function lstm(get: Parts): Recipe | undefined {
  const [w, b] = [get('linear/w'), get('linear/b')];
  if (!w) return undefined;
  const [rows = 0, columns = 0] = w.shape;
  const units = columns / 4;
  const inputSize = rows - units;
  const problem = Number.isInteger(units) && inputSize > 0 ? misfitOf([[w, [rows, columns]], [b, [columns]]]) : `"${w.name}" should be [inputs + units, 4 units], but is [${w.shape.join(', ')}]`;
  const sizes = { inputSize, units, hidden: units };
  return {
    tensors: [w, b].filter(t => t !== undefined),
    doubts: [forgetBias('1', 'hk.LSTM adds 1 to the forget gate when it runs, and does not store it')],
    plan: answer => ({
      cell: cellById('lstm'), inputSize, units, problem,
      params: async () => withForgetBias(paramsOf({ ...splitKernel(await w.read(), inputSize, units), bias: await b?.read() }, 'igfo', sizes), Number(answer('forget-bias'))),
    }),
  };
}

/** Blocks z, r, a; resets before; h' = (1 - z) h + z a, so that its z is 1 - ours. */
function gru(get: Parts): Recipe | undefined {
  const [w, u, b] = [get('w_i'), get('w_h'), get('b')];
  if (!w || !u) return undefined;
  const [units = 0, columns = 0] = u.shape;
  const inputSize = w.shape[0] ?? 0;
  if (u.shape.length !== 2 || columns !== 3 * units) return undefined; // names that others use too
  return {
    tensors: [w, u, b].filter(t => t !== undefined),
    plan: () => ({
      cell: cellById('gruResetBefore'), inputSize, units, problem: misfitOf([[w, [inputSize, 3 * units]], [u, [units, 3 * units]], [b, [columns]]]),
      assumptions: ['its z lets the candidate in; shown is 1 - z, which keeps, by the sign of its weights'],
      params: async () => mirrored(paramsOf({
        kernel: transposed(await w.read(), inputSize), recurrentKernel: transposed(await u.read(), units), bias: await b?.read(),
      }, 'zrn', { inputSize, units, hidden: units })),
    }),
  };
}

/** 1 - σ(v) is σ(-v), exactly. */
function mirrored(params: Params): Params {
  const negative = Object.entries(params).map(([name, { shape, data }]) => [name, { shape, data: /^.z$/.test(name) ? data.map(v => -v) : data }] as const);
  return Object.fromEntries(negative);
}

/** ReLU, with two biases, one, or none. */
function vanilla(get: Parts): Recipe | undefined {
  const [w, b] = [get('linear/w', 'input_to_hidden/w'), get('linear/b', 'input_to_hidden/b')];
  const [u, c] = [get('linear_1/w', 'hidden_to_hidden/w'), get('linear_1/b', 'hidden_to_hidden/b')];
  if (!w || !u) return undefined;
  const [inputSize = 0, units = 0] = w.shape;
  if (u.shape[0] !== u.shape[1]) return undefined;
  return {
    tensors: [w, b, u, c].filter(t => t !== undefined),
    plan: () => ({
      cell: cellById('rnnRelu'), inputSize, units, problem: misfitOf([[w, [inputSize, units]], [u, [units, units]], [b, [units]], [c, [units]]]),
      params: async () => paramsOf({
        kernel: transposed(await w.read(), inputSize), recurrentKernel: transposed(await u.read(), units), bias: await b?.read(), recurrentBias: await c?.read(),
      }, '', { inputSize, units, hidden: units }),
    }),
  };
}
