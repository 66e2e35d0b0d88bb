/** What PyTorch's layers keep of their arguments: `self.embed.embedding_dim`, `self.rnn.hidden_size`, `self.fc.out_features`. */
import type { CallExpression, Expression } from './expression';
import { importPath } from './names';
import type { Scope } from './scopes';

/** Parameters in their order; those that a call need not give with what they are then. */
type Parameters = readonly (readonly [name: string, usual?: number | boolean])[];

const sizes: Parameters = [['input_size'], ['hidden_size']];
const recurrent: Parameters = [...sizes, ['num_layers', 1], ['bias', true], ['batch_first', false], ['dropout', 0], ['bidirectional', false], ['proj_size', 0]];
const channels: Parameters = [['in_channels'], ['out_channels']];

const layers: Readonly<Record<string, Parameters>> = {
  Linear: [['in_features'], ['out_features']], Embedding: [['num_embeddings'], ['embedding_dim']], EmbeddingBag: [['num_embeddings'], ['embedding_dim']],
  LSTM: recurrent, GRU: recurrent, LSTMCell: sizes, GRUCell: sizes, RNNCell: sizes, RNN: recurrent.slice(0, 3),
  Conv1d: channels, Conv2d: channels, Conv3d: channels,
};

/** The expression that a layer made by this call has under a name; undefined where it is no such layer, or keeps none. */
export function layerMember(call: CallExpression, name: string, scope: Scope): Expression | undefined {
  const layer = /^(?:torch\.)?nn\.(?:modules\.\w+\.)?(\w+)$/.exec(importPath(call.callee, scope) ?? '')?.[1];
  const parameters = layer !== undefined && Object.hasOwn(layers, layer) ? layers[layer] : undefined;
  const position = parameters?.findIndex(([parameter]) => parameter === name) ?? -1;
  if (position < 0 || call.args.some(a => a.splat)) return undefined;
  const given = call.args.find(a => a.name === name) ?? call.args.filter(a => a.name === undefined)[position];
  const usual = parameters?.[position]?.[1];
  return given?.value ?? (usual === undefined ? undefined : { kind: 'literal', value: usual, from: call.from, to: call.from });
}
