/** The weights of one direction, gate by gate, as a table: how each parameter's values are spread, and their moments. */
import type { FileBlock, FilePart } from '../../src/fileProtocol';
import { el } from '../dom';
import { figures, grouped } from '../words';
import { histogramOf } from './histogram';

const ROLES = { kernel: 'kernel', recurrentKernel: 'recurrent kernel', bias: 'bias', other: 'other' } as const;

interface Column { readonly title: string; readonly hint?: string; value(part: FilePart): string }

/** Adding a column is a row here. */
const COLUMNS: readonly Column[] = [
  { title: 'mean', value: ({ moments }) => figures(moments.mean, 3) },
  { title: 'std', hint: 'standard deviation', value: ({ moments }) => figures(moments.std, 3) },
  { title: 'min', value: ({ moments }) => figures(moments.min, 3) },
  { title: 'max', value: ({ moments }) => figures(moments.max, 3) },
  { title: 'zeros', hint: 'share of values that are exactly 0', value: ({ moments }) => share(moments.zeros) },
  { title: 'norm', hint: 'square root of the sum of squares', value: ({ moments }) => figures(moments.norm, 3) },
];

/** One group of rows a gate. */
export function gateTable(blocks: readonly FileBlock[], caption: string): HTMLTableElement {
  const head = el('thead', {}, el('tr', {},
    el('th', { scope: 'col', class: 'text' }, 'parameter'), el('th', { scope: 'col', class: 'text' }, 'values'),
    ...COLUMNS.map(c => el('th', { scope: 'col', title: c.hint }, c.title))));
  return el('table', { class: 'gates' }, el('caption', { class: 'hidden' }, caption), head, ...blocks.map(group));
}

function group({ signal, label, equation, hue, parts }: FileBlock): HTMLTableSectionElement {
  const title = el('tr', { class: 'gate' }, el('th', { scope: 'rowgroup', colspan: COLUMNS.length + 2 },
    el('span', { class: 'letter' }, signal), el('span', {}, label), el('code', { class: 'of' }, equation)));
  return el('tbody', { class: `hue-${hue}` }, title, ...parts.map(part => el('tr', {},
    el('th', { scope: 'row', class: 'text' }, el('code', {}, part.parameter), ` ${ROLES[part.role]} `, el('span', { class: 'shape' }, shapeText(part.shape))),
    el('td', { class: 'spread' }, histogramOf(part)),
    ...COLUMNS.map(c => el('td', { class: 'number' }, c.value(part))))));
}

/** `64 × 24` */
export const shapeText = (shape: readonly number[]): string => shape.length === 0 ? 'scalar' : shape.map(grouped).join(' × ');

/** Whole percents where that says something. */
function share(part: number): string {
  if (part === 0) return '0';
  if (Number.isNaN(part)) return 'NaN';
  return part > 0 && part < 0.001 ? '<0.1%' : `${(100 * part).toFixed(part === 1 ? 0 : 1)}%`;
}
