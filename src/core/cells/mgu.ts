import type { Cell } from './cell';

export const mgu: Cell = {
  id: 'mgu', name: 'MGU', family: 'other', variant: 'one gate, which lets the candidate in: 1 - f keeps',
  source: 'Zhou, Wu, Zhang, Zhou, Minimal Gated Unit for Recurrent Neural Networks, arXiv 1603.09420 (2016)',
  equations: `
f  = σ(Wf x + Uf h + bf)           forget gate
n  = tanh(Wn x + Un (f ⊙ h) + bn)  candidate
h' = (1 - f) ⊙ h + f ⊙ n           hidden state
`.trim(),
};
