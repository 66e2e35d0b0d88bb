/** Where a JAX framework's own convention differs from the equations that are shown. */
import { saying, type Said } from '../../../core/said';
import type { LayerSpec } from '../../outline';

interface Note { readonly applies: (spec: LayerSpec) => boolean; readonly text: Said }

const notes: readonly Note[] = [
  { applies: s => s.framework === 'haiku' && s.cell === 'gru', text: saying('Haiku\'s own z lets the candidate in: z here is 1 - z there, which keeps.') },
  { applies: s => s.framework === 'haiku' && s.cell === 'lstm', text: saying('Haiku adds 1 to the preactivation of f when it runs; checkpoints do not hold it.') },
  { applies: s => s.framework === 'haiku' && s.cell === 'rnn', text: saying('Haiku\'s VanillaRNN is a ReLU network.') },
  { applies: s => s.options['residual'] === true, text: saying('A residual cell: h is added to the preactivation, which the equations of an RNN do not have.') },
  { applies: s => s.options['variant'] === 'mgu' && s.options['resetGate'] === false, text: saying('Without its reset gate, the candidate reads all of h.') },
  { applies: s => s.options['sharedWeights'] === true, text: saying('Both directions are given one cell, so they share its weights.') },
];

/** Sentences for a hover, none for other frameworks. */
export function jaxNotes(spec: LayerSpec): readonly Said[] {
  return notes.filter(n => n.applies(spec)).map(n => n.text);
}
