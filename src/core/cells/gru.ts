import type { Cell } from './cell';

export const gru: Cell = {
  id: 'gru', name: 'GRU', family: 'gru', variant: 'reset after the matrix product',
  source: 'Cho et al., arXiv 1406.1078 (2014), in the form of cuDNN, PyTorch and Keras (reset_after)',
  equations: `
r  = σ(Wr x + Ur h + br)                    reset gate
z  = σ(Wz x + Uz h + bz)                    update gate
n  = tanh(Wn x + bn + r ⊙ (Un h + cn))      candidate
h' = (1 - z) ⊙ n + z ⊙ h                    hidden state
`.trim(),
};
