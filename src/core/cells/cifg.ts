import type { Cell } from './cell';

export const cifg: Cell = {
  id: 'cifg', name: 'LSTM', family: 'lstm', variant: 'input and forget gates coupled (CIFG)',
  source: "Greff et al., LSTM: A Search Space Odyssey, arXiv 1503.04069 (2015), without that paper's peepholes; ONNX input_forget",
  equations: `
i  = σ(Wi x + Ui h + bi)     input gate
f  = 1 - i                   forget gate
g  = tanh(Wg x + Ug h + bg)  candidate
o  = σ(Wo x + Uo h + bo)     output gate
c' = f ⊙ c + i ⊙ g           cell state
h' = o ⊙ tanh(c')            hidden state
`.trim(),
};
