import type { Cell } from './cell';

export const janet: Cell = {
  id: 'janet', name: 'JANET', family: 'other', variant: 'an LSTM with the forget gate alone, β = 1',
  source: 'van der Westhuizen, Lasenby, The unreasonable effectiveness of the forget gate, arXiv 1804.04849 (2018)',
  equations: `
s  = Wf x + Uf h + bf        forget preactivation
f  = σ(s)                    forget gate
i  = 1 - σ(s - 1)            input gate
g  = tanh(Wg x + Ug h + bg)  candidate
c' = f ⊙ c + i ⊙ g           cell state
h' = c'                      hidden state
`.trim(),
};
