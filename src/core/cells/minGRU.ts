import type { Cell } from './cell';

export const minGRU: Cell = {
  id: 'minGRU', name: 'minGRU', family: 'other', variant: 'gate and candidate read the input alone',
  source: 'Feng et al., Were RNNs All We Needed?, arXiv 2410.01201 (2024), run step by step, candidate without the activation of its log-space form',
  equations: `
z  = σ(Wz x + bz)         update gate
n  = Wn x + bn            candidate
h' = (1 - z) ⊙ h + z ⊙ n  hidden state
`.trim(),
};
