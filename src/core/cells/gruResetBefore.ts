import type { Cell } from './cell';

export const gruResetBefore: Cell = {
  id: 'gruResetBefore', name: 'GRU', family: 'gru', variant: 'reset before the matrix product',
  source: 'Cho et al., arXiv 1406.1078 (2014), with z mirrored as frameworks have it',
  equations: `
r  = σ(Wr x + Ur h + br)          reset gate
z  = σ(Wz x + Uz h + bz)          update gate
n  = tanh(Wn x + Un (r ⊙ h) + bn)  candidate
h' = (1 - z) ⊙ n + z ⊙ h          hidden state
`.trim(),
};
