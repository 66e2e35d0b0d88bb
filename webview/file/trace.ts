/** A recording: how long it is, what was recorded of which layer, and the timeline. */
import type { FileTrace } from '../../src/fileProtocol';
import { button, el, icon } from '../dom';
import { counted, grouped } from '../words';
import type { FileContext } from './context';
import { drawn } from './tensorTable';

export function traceSection(context: FileContext, trace: FileTrace): HTMLElement {
  const show = button('button', () => context.act('timeline'), { 'data-key': 'timeline' }, icon('pulse'), 'Show timeline');
  const facts = [counted(trace.steps, 'step'), counted(trace.levels.length, 'recorded layer'), trace.labels ? 'with labels' : 'without labels'].join(' · ');
  return el('section', { class: 'stack', 'aria-label': 'Recording' },
    el('header', {}, el('h2', {}, 'Recording'), el('p', { class: 'sizes' }, facts), show),
    ...trace.levels.map(({ name, cell, direction, signals }) => el('table', { class: 'signalsTable' },
      el('caption', {}, `${drawn(name)}${cell ? `, ${cell}` : ''}, ${direction}`),
      el('thead', {}, el('tr', {}, el('th', { scope: 'col', class: 'text' }, 'signal'), el('th', { scope: 'col', class: 'text' }, 'what it is'), el('th', { scope: 'col' }, 'units'))),
      el('tbody', {}, ...signals.map(s => el('tr', { class: `hue-${s.hue}` },
        el('th', { scope: 'row', class: 'text' }, el('span', { class: 'letter' }, drawn(s.name))), el('td', { class: 'text' }, s.label), el('td', { class: 'number' }, grouped(s.units))))))));
}
