/** PyTorch: blocks under one another, i f g o and r z n, two biases. */
import { cellById } from '../../src/core/cells/index';
import { casesOf, type Convention, type Fixture } from './fixtures';
import { block, joined, zeros, type Join, type Named } from './packing';

const ORDERS: Readonly<Record<string, readonly string[]>> = { RNN: [''], LSTM: [...'ifgo'], GRU: [...'rzn'] };

const pytorch: Convention = {
  folder: 'parity',
  cell: ({ cell, options }) => cellById(options['nonlinearity'] === 'relu' ? 'rnnRelu' : options['proj_size'] ? 'lstmProjected' : cell.toLowerCase()),
  convert,
};

function convert(t: Named, { cell, options }: Fixture, join: Join): Named {
  const order = ORDERS[cell]!;
  const rows = order.length * Number(options['hidden_size']);
  const { weight_ih, weight_hh, bias_ih = zeros(rows), bias_hh = zeros(rows), weight_hr } = t;
  const params: Record<string, Named[string]> = {};
  order.forEach((gate, k) => {
    const part = (tensor: Named[string]): Named[string] => block(tensor, k, order.length);
    params[`W${gate}`] = part(weight_ih!);
    params[`U${gate}`] = part(weight_hh!);
    if (join === 'gradients' && !t['bias_ih']) return;
    const apart = cell === 'GRU' && gate === 'n';
    params[`b${gate}`] = apart ? part(bias_ih) : joined(part(bias_ih), part(bias_hh), join);
    if (apart) params['cn'] = part(bias_hh);
  });
  return weight_hr ? { ...params, Wr: weight_hr } : params;
}

/** Modules and hand-written loops of PyTorch, from fixtures. */
export const pytorchCases = (): ReturnType<typeof casesOf> => casesOf(pytorch);
