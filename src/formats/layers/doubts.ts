/** The questions that names and shapes alone leave open, worded once. */
import type { Doubt } from '../format';

/** Whether 1 is added to the forget gate's bias at run time. */
export const forgetBias = (taken: '0' | '1', evidence: string): Doubt => ({
  id: 'forget-bias', question: 'Is 1 added to the forget gate\'s bias when the model runs?', taken, evidence,
  options: [{ id: '1', label: '1 is added when it runs' }, { id: '0', label: 'the stored bias is all' }],
});

/** Which of the two GRUs. */
export const gruForm = (taken: 'reset-after' | 'reset-before', evidence: string): Doubt => ({
  id: 'gru-form', question: 'Does the GRU reset after or before the product with the recurrent kernel?', taken, evidence,
  options: [{ id: 'reset-after', label: 'after: r ⊙ (U h + c)' }, { id: 'reset-before', label: 'before: U (r ⊙ h)' }],
});

/** What a vanilla RNN's sum goes through. */
export const nonlinearity = (taken: 'tanh' | 'relu', evidence: string): Doubt => ({
  id: 'nonlinearity', question: 'Which nonlinearity has the RNN?', taken, evidence,
  options: [{ id: 'tanh', label: 'tanh' }, { id: 'relu', label: 'relu' }],
});

/** What Keras's gates go through: its hard sigmoids differ by version. */
export const recurrentActivation = (evidence: string): Doubt => ({
  id: 'recurrent-activation', question: 'What do the gates go through?', taken: 'sigmoid', evidence,
  options: [
    { id: 'sigmoid', label: 'sigmoid' }, { id: 'hard_sigmoid', label: 'hard_sigmoid of Keras 1, 2 and TF.js: 0.2 v + 0.5' },
    { id: 'hard_sigmoid_keras3', label: 'hard_sigmoid of Keras 3: v / 6 + 0.5' },
  ],
});
