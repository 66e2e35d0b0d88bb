import type { Cell } from './cell';

/**
 * Others exist. The paper normalises Wx and Uh apart, each over all gates together, which this language cannot say (one vector at a
 * time); TensorFlow's LayerNormBasicLSTMCell normalises each gate as here, but carries the normalised cell state on.
 */
export const lstmLayerNorm: Cell = {
  id: 'lstmLayerNorm', name: 'LSTM', family: 'lstm', variant: 'layer-normalised: each gate on its own, and the cell state where h reads it',
  source: 'Ba, Kiros, Hinton, Layer Normalization, arXiv 1607.06450 (2016); gate by gate as in LayerNormBasicLSTMCell, '
    + 'cell state carried plain as in the paper',
  equations: `
i  = σ(ai ⊙ norm(Wi x + Ui h) + bi)     input gate
f  = σ(af ⊙ norm(Wf x + Uf h) + bf)     forget gate
g  = tanh(ag ⊙ norm(Wg x + Ug h) + bg)  candidate
o  = σ(ao ⊙ norm(Wo x + Uo h) + bo)     output gate
c' = f ⊙ c + i ⊙ g                      cell state
h' = o ⊙ tanh(ac ⊙ norm(c') + bc)       hidden state
`.trim(),
};
