/** nn.Sequential hands on what a module returns, and a recurrent layer returns a pair: the next module is given a tuple. */
import { saying } from '../../core/said';
import { callOf } from '../code/scopes';
import { target } from '../code/target';
import { torchName } from './held';
import type { Rule } from './rule';

/** Modules that take one tensor and nothing else. */
const plain = new Set(['Linear', 'Dropout', 'ReLU', 'Tanh', 'Sigmoid', 'Softmax', 'LogSoftmax', 'LayerNorm', 'BatchNorm1d', 'GELU', 'LeakyReLU', 'ELU', 'Flatten', 'Conv1d', 'LSTM', 'GRU', 'RNN']);

export const rnnInSequential: Rule = {
  code: 'rnn-in-sequential', title: 'A recurrent layer in nn.Sequential', severity: 'warning', frameworks: ['pytorch'],
  check: ({ found: { draft, candidate }, module }) => {
    const list = candidate.node.parent;
    const call = list?.name === 'ArgList' && list.parent?.name === 'CallExpression' && !draft.isCell ? callOf({ node: list.parent, scope: candidate.scope }, module) : undefined;
    if (!call || torchName(target(call.callee, candidate.scope, module).paths) !== 'Sequential') return [];
    const at = call.args.findIndex(a => a.value.from === candidate.node.from);
    const next = call.args[at + 1]?.value;
    const name = next?.kind === 'call' ? torchName(target(next.callee, candidate.scope, module).paths) : '';
    return plain.has(name) && next ? [{
      said: saying('`nn.{0}` is given the pair (output, states) that this layer returns, not a tensor: the call fails.', name), span: candidate.node,
      related: { span: next, said: saying('The next module.') },
    }] : [];
  },
};
