import type { Cell } from './cell';

export const lstmProjected: Cell = {
  id: 'lstmProjected', name: 'LSTM', family: 'lstm', variant: 'projected: h is smaller than c',
  source: 'Sak, Senior, Beaufays, arXiv 1402.1128 (2014)',
  equations: `
i  = σ(Wi x + Ui h + bi)     input gate
f  = σ(Wf x + Uf h + bf)     forget gate
g  = tanh(Wg x + Ug h + bg)  candidate
o  = σ(Wo x + Uo h + bo)     output gate
c' = f ⊙ c + i ⊙ g           cell state
h' = Wr (o ⊙ tanh(c'))       hidden state
`.trim(),
};
