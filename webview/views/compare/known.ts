/** What is known about the question, with sources: short, and no more than can be said. */
import { el } from '../../dom';
import { l10n } from '../../l10n';

/** Negative log-likelihood a step on test sets, as Chung et al. 2014 report it: tanh, GRU, LSTM. */
const REPORTED: readonly (readonly [set: string, tanh: string, gru: string, lstm: string])[] = [
  ['JSB Chorales', '9.10', '8.54', '8.67'], ['Nottingham', '3.13', '3.23', '3.20'], ['MuseData', '6.23', '5.99', '6.23'], ['Piano-midi', '9.03', '8.82', '9.03'],
  ['Ubisoft A', '6.44', '3.59', '2.70'], ['Ubisoft B', '7.62', '0.88', '1.26'],
];

/** The text and the table, which never change. */
export function whatIsKnown(): HTMLElement {
  const table = el('table', {},
    el('caption', {}, l10n('Negative log-likelihood a step on test sets, less is better: as reported by Chung et al. 2014')),
    el('thead', {}, el('tr', {}, ...[l10n('data'), 'tanh RNN', 'GRU', 'LSTM'].map(h => el('th', { scope: 'col' }, h)))),
    el('tbody', {}, ...REPORTED.map(([set, ...values]) => el('tr', {}, el('th', { scope: 'row' }, set), ...values.map(v => el('td', {}, v))))));
  return el('section', { class: 'cmp-known', 'aria-label': l10n('What is known') },
    el('h3', {}, l10n('What is known')),
    el('div', { class: 'cmp-text' }, el('div', {},
      el('p', {}, l10n('The LSTM came first: Hochreiter and Schmidhuber, Neural Computation 9 (1997); its forget gate is from Gers, Schmidhuber and Cummins (2000). The GRU followed: Cho et al., arXiv 1406.1078 (2014). It is the simpler unit: two gates, and no state beside h. The LSTM is not an extension of the GRU.')),
      el('p', {}, l10n('Why gates: in a plain RNN the gradient is multiplied by the recurrent matrix and the slope of tanh at every step, so that it vanishes or explodes (Hochreiter 1991; Bengio et al. 1994; Pascanu et al., arXiv 1211.5063). A gate that stays open lets a state, and its gradient, pass on unchanged.')),
      el('p', {}, l10n('Which is better depends on the task. Chung et al., arXiv 1412.3555 (2014), matched them by parameters and found both gated units ahead of tanh on speech, and little between the three on music; neither gated unit won everywhere. Jozefowicz et al. (2015) found that an LSTM gains from a forget bias of 1 to begin with.')),
      el('p', {}, l10n('The three examples that Gatescope comes with were trained alike, on one task with one seed and without tuning any of them. They show how the cells work. They prove no ranking.'))),
    el('div', { class: 'cmp-reported' }, table)));
}
