/** Why a function or layer that is known cannot be said in equations, and what could be. */
import { saying, type Said } from '../../core/said';

const beyond: readonly (readonly [RegExp, (name: string) => Said])[] = [
  [/^conv|^Conv/, n => saying('{0} is a convolution; equations multiply one vector a step by a matrix. Use a linear layer', n)],
  [/attention|Attention|^softmax$|^Softmax$|^log_softmax$|^LogSoftmax$/, n => saying('{0} weighs by a softmax, which equations do not have. A gate by sigmoid could be read', n)],
  [/einsum|^tensordot$|^bmm$|^baddbmm$|^outer$|^ger$|^bilinear$|^Bilinear$|^DenseGeneral$|^Einsum$|^EinsumDense$/, n => saying('{0} multiplies tensors in general; equations multiply a matrix by a vector. Write a linear layer, or x @ W', n)],
  [/^BatchNorm|^GroupNorm|^InstanceNorm|^batch_norm|^group_norm|^RMSNorm$/, n => saying('{0} normalises over other examples or groups, or in another way; equations can normalise one whole vector. Use a layer norm', n)],
  [/^LayerNorm/, n => saying('{0} is not read in this form. Give it the length of one vector', n)],
  [/^Embed/, n => saying('{0} looks rows up by number; a cell reads vectors. Look them up before the cell', n)],
  [/^where$|^masked_fill$|^masked_select$|^gather$|^index_select$|^take$|^topk$|^sort$|^argmax$|^select$|^cond$|^switch$/, n => saying('{0} takes numbers by what other numbers are, which equations cannot say. A gate by sigmoid could be read', n)],
  [/^view$|^reshape$|^unsqueeze$|^squeeze$|^expand_dims$|^permute$|^transpose$|^flatten$|^repeat$|^tile$|^expand$|^broadcast_to$|^stack$|^roll$/, n => saying('{0} gives a tensor that is no longer one vector a step. Cut vectors by chunk or split, and put them together by cat', n)],
  [/^(sum|mean|max|min|norm|prod|var|std|cumsum|argmin|reduce_\w+)$/, n => saying('{0} makes one number of many. Only a layer norm is read of such functions, and mean and sum over the units with keepdim=True', n)],
  [/^(rand|randn|normal|uniform|bernoulli|rand_like|randn_like|empty|empty_like)$/, n => saying('{0} draws random numbers, which make no equation. Draw them outside the cell', n)],
  [/^(LSTM|GRU|RNN|SimpleRNN|Bidirectional)$/, n => saying('{0} is a whole recurrent layer; equations say one step. Use its cell, such as nn.LSTMCell', n)],
  [/^(scan|fori_loop|while_loop|vmap)$/, n => saying('{0} runs a function many times; equations are one straight line. Write one step', n)],
];

/** Why this word of a framework cannot be said. */
export function whyNot(name: string): Said {
  return beyond.find(([pattern]) => pattern.test(name))?.[1](name) ?? saying('{0} is not among the functions that are read. Write it by sigmoid, tanh, relu, exp, products and sums', name);
}
