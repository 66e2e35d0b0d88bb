/** The weights of one direction, gate by gate, as a table: how each parameter's values are spread, and their moments. */
import type { FileBlock, FilePart } from '../../src/fileProtocol';
import { el } from '../dom';
import { l10n, term } from '../l10n';
import { figures, grouped } from '../words';
import { histogramOf } from './histogram';

const ROLES = { kernel: l10n('kernel'), recurrentKernel: l10n('recurrent kernel'), bias: l10n('bias'), other: l10n('other') } as const;

interface Column { readonly title: string; readonly hint?: string; value(part: FilePart): string }

/** Adding a column is a row here. */
const COLUMNS: readonly Column[] = [
  { title: l10n('mean'), value: ({ moments }) => figures(moments.mean, 3) },
  { title: l10n('standard deviation'), value: ({ moments }) => figures(moments.std, 3) },
  { title: l10n('min'), value: ({ moments }) => figures(moments.min, 3) },
  { title: l10n('max'), value: ({ moments }) => figures(moments.max, 3) },
  { title: l10n('zeros'), hint: l10n('share of values that are exactly 0'), value: ({ moments }) => share(moments.zeros) },
  { title: l10n('norm'), hint: l10n('square root of the sum of squares'), value: ({ moments }) => figures(moments.norm, 3) },
];

/** One group of rows a gate. */
export function gateTable(blocks: readonly FileBlock[], caption: string): HTMLTableElement {
  const head = el('thead', {}, el('tr', {},
    el('th', { scope: 'col', class: 'text' }, l10n('parameter')), el('th', { scope: 'col', class: 'text' }, l10n('values')),
    ...COLUMNS.map(c => el('th', { scope: 'col', title: c.hint }, c.title))));
  return el('table', { class: 'gates' }, el('caption', { class: 'hidden' }, caption), head, ...blocks.map(group));
}

function group({ signal, label, equation, hue, parts }: FileBlock): HTMLTableSectionElement {
  const title = el('tr', { class: 'gate' }, el('th', { scope: 'rowgroup', colspan: COLUMNS.length + 2 },
    el('span', { class: 'letter' }, signal), el('span', {}, term(label)), el('code', { class: 'of' }, equation)));
  return el('tbody', { class: `hue-${hue}` }, title, ...parts.map(part => el('tr', {},
    el('th', { scope: 'row', class: 'text' }, el('code', {}, part.parameter), ` ${ROLES[part.role]} `, el('span', { class: 'shape' }, shapeText(part.shape))),
    el('td', { class: 'spread' }, histogramOf(part)),
    ...COLUMNS.map(c => el('td', { class: 'number' }, c.value(part))))));
}

/** `64 × 24` */
export const shapeText = (shape: readonly number[]): string => shape.length === 0 ? l10n('scalar') : shape.map(grouped).join(' × ');

/** Whole percents where that says something. */
function share(part: number): string {
  if (part === 0) return '0';
  if (Number.isNaN(part)) return 'NaN';
  return part > 0 && part < 0.001 ? '<0.1%' : `${(100 * part).toFixed(part === 1 ? 0 : 1)}%`;
}
