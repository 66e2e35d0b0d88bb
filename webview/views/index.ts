/** The views of the panel, in the order of their tabs. A view's code is fetched when it is first shown. */
import { l10n } from '../l10n';
import { memoryOf, rowsOf } from '../state';
import type { Tab } from './view';

export const VIEWS: readonly Tab[] = [
  { id: 'timeline', title: l10n('Timeline'), question: () => l10n('What did every unit do at every timestep?'), load: () => import('./timeline') },
  {
    id: 'cell', title: l10n('Cell'), load: () => import('./cell'),
    question: state => (rowsOf(state).length === 0 || rowsOf(state).some(s => s.kind === 'gate') ? l10n('How did one unit get from {0}₋₁ to {0} in this step, and why was each gate open?', memoryOf(rowsOf(state))?.name ?? 'h')
      : l10n('How did one unit get from {0}₋₁ to {0} in this step?', memoryOf(rowsOf(state))?.name ?? 'h')),
  },
  { id: 'gradient', title: l10n('Gradient and memory'), question: () => l10n('How far back can the loss teach, and how long does each unit remember?'), load: () => import('./gradient') },
  { id: 'units', title: l10n('Units'), question: () => l10n('What does this unit do, and where does the state go?'), load: () => import('./units') },
  { id: 'compare', title: l10n('Compare'), question: () => l10n('What is the difference between RNN, LSTM and GRU?'), load: () => import('./compare') },
];
