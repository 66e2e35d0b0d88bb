/** A recording: how long it is, what was recorded of which layer, and the timeline. */
import type { FileTrace } from '../../src/fileProtocol';
import { button, el, icon } from '../dom';
import { l10n, term } from '../l10n';
import { counted, grouped } from '../words';
import type { FileContext } from './context';
import { drawn } from './tensorTable';

export function traceSection(context: FileContext, trace: FileTrace): HTMLElement {
  const show = button('button', () => context.act('timeline'), { 'data-key': 'timeline' }, icon('pulse'), l10n('Show timeline'));
  const facts = [counted(trace.steps, 'step'), counted(trace.levels.length, 'recorded layer'), trace.labels ? l10n('with labels') : l10n('without labels')].join(' · ');
  return el('section', { class: 'stack', 'aria-label': l10n('Recording') },
    el('header', {}, el('h2', {}, l10n('Recording')), el('p', { class: 'sizes' }, facts), show),
    ...trace.levels.map(({ name, cell, direction, signals }) => el('table', { class: 'signalsTable' },
      el('caption', {}, `${drawn(name)}${cell ? `, ${cell}` : ''}, ${term(direction)}`),
      el('thead', {}, el('tr', {}, el('th', { scope: 'col', class: 'text' }, l10n('signal')), el('th', { scope: 'col', class: 'text' }, l10n('what it is')), el('th', { scope: 'col' }, l10n('units')))),
      el('tbody', {}, ...signals.map(s => el('tr', { class: `hue-${s.hue}` },
        el('th', { scope: 'row', class: 'text' }, el('span', { class: 'letter' }, drawn(s.name))), el('td', { class: 'text' }, term(s.label)), el('td', { class: 'number' }, grouped(s.units))))))));
}
