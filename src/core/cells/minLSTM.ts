import type { Cell } from './cell';

export const minLSTM: Cell = {
  id: 'minLSTM', name: 'minLSTM', family: 'other', variant: 'gates and candidate read the input alone; gates normalised to sum to 1',
  source: 'Feng et al., Were RNNs All We Needed?, arXiv 2410.01201 (2024), its form with normalised gates (main text of version 1), run step by step, '
    + 'candidate without the activation of its log-space form',
  equations: `
f  = σ(Wf x + bf)         forget gate
i  = σ(Wi x + bi)         input gate
fn = f / (f + i)          normalised forget gate
in = i / (f + i)          normalised input gate
n  = Wn x + bn            candidate
h' = fn ⊙ h + in ⊙ n      hidden state
`.trim(),
};
