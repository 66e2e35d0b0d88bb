import type { Cell } from './cell';

export const lstmPeephole: Cell = {
  id: 'lstmPeephole', name: 'LSTM', family: 'lstm', variant: 'peepholes: the gates read the cell state',
  source: 'Gers, Schmidhuber, Recurrent Nets that Time and Count, IJCNN (2000)',
  equations: `
i  = σ(Wi x + Ui h + pi ⊙ c + bi)   input gate
f  = σ(Wf x + Uf h + pf ⊙ c + bf)   forget gate
g  = tanh(Wg x + Ug h + bg)         candidate
c' = f ⊙ c + i ⊙ g                  cell state
o  = σ(Wo x + Uo h + po ⊙ c' + bo)  output gate
h' = o ⊙ tanh(c')                   hidden state
`.trim(),
};
