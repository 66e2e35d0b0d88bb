import type { Cell } from './cell';

export const lstm: Cell = {
  id: 'lstm', name: 'LSTM', family: 'lstm', variant: 'with forget gate, without peepholes',
  source: 'Hochreiter, Schmidhuber, Neural Computation 9 (1997); forget gate: Gers, Schmidhuber, Cummins, Neural Computation 12 (2000)',
  equations: `
i  = σ(Wi x + Ui h + bi)     input gate
f  = σ(Wf x + Uf h + bf)     forget gate
g  = tanh(Wg x + Ug h + bg)  candidate
o  = σ(Wo x + Uo h + bo)     output gate
c' = f ⊙ c + i ⊙ g           cell state
h' = o ⊙ tanh(c')            hidden state
`.trim(),
};
