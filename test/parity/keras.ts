/** Keras 3: matrices [in, blocks * units], i f c o and z r h; a GRU that resets after has two rows of biases. */
import type { Cell } from '../../src/core/cells/cell';
import { gruVariant, lstmVariant, rnnVariant } from '../../src/core/cells/variants';
import type { Activation } from '../../src/core/cells/activations';
import type { Merge } from '../../src/core/layer';
import { casesOf, type Convention, type Fixture } from './fixtures';
import { block, joined, row, transposed, type Join, type Named } from './packing';

const ORDERS: Readonly<Record<string, readonly string[]>> = { LSTM: [...'ifgo'], GRU: [...'zrn'], SimpleRNN: [''] };

const keras: Convention = {
  folder: 'keras',
  cell: cellOf,
  convert: convertKeras,
  direction: (f, d) => d === 1 || f.options['go_backwards'] === true ? 'reverse' : 'forward',
  merge: f => (f.options['merge_mode'] ?? 'concat') as Merge,
};

/** Keras 3's hard sigmoid is relu6(x + 3) / 6. */
const HARD_SIGMOID: Activation = { name: 'hardSigmoid', alpha: 1 / 6, beta: 0.5 };

function cellOf({ cell, options }: Fixture): Cell {
  const activations = options['recurrent_activation'] === 'hard_sigmoid' ? { f: HARD_SIGMOID } : {};
  if (cell === 'LSTM') return lstmVariant({ activations });
  if (cell === 'GRU') return gruVariant({ activations, resetAfter: options['reset_after'] === true });
  return rnnVariant({ activation: { name: options['activation'] === 'relu' ? 'relu' : 'tanh' } });
}

/** One direction's kernel, recurrent_kernel and bias; TensorFlow.js has the same packing. */
export function convertKeras({ kernel, recurrent_kernel, bias }: Named, { cell, options }: Pick<Fixture, 'cell' | 'options'>, join: Join): Named {
  const order = ORDERS[cell]!;
  const after = cell === 'GRU' && options['reset_after'] === true;
  const params: Record<string, Named[string]> = {};
  order.forEach((gate, k) => {
    const part = (tensor: Named[string]): Named[string] => block(tensor, k, order.length);
    params[`W${gate}`] = part(transposed(kernel!));
    params[`U${gate}`] = part(transposed(recurrent_kernel!));
    const [input, recurrent] = after ? [part(row(bias!, 0)), part(row(bias!, 1))] : [part(bias!)];
    params[`b${gate}`] = recurrent && gate !== 'n' ? joined(input, recurrent, join) : input;
    if (recurrent && gate === 'n') params['cn'] = recurrent;
  });
  return params;
}

/** Layers of Keras 3, from fixtures. */
export const kerasCases = (): ReturnType<typeof casesOf> => casesOf(keras);
