import type { Cell } from './cell';

export const mguResetAfter: Cell = {
  id: 'mguResetAfter', name: 'MGU', family: 'other', variant: 'one gate, which keeps: f; reset after the matrix product',
  source: "Flax's MGUCell (linen), after Zhou et al., arXiv 1603.09420 (2016), whose gate works the other way round and resets before",
  equations: `
f  = σ(Wf x + Uf h + bf)                    forget gate
n  = tanh(Wn x + bn + f ⊙ (Un h + cn))      candidate
h' = (1 - f) ⊙ n + f ⊙ h                    hidden state
`.trim(),
};
