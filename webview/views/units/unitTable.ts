/** All units in a table that can be sorted; only the rows in sight exist. */
import { button, el, setAttributes, setText } from '../../dom';
import type { Data } from '../../data';
import { l10n } from '../../l10n';
import { memoryOf, rowsOf, type State, type Store } from '../../state';
import { columnsOf, sorted, type Known, type TableColumn } from './columns';
import { drawCourse, mostOf, sparkBucket, windowCourse } from './course';
import { keep, keptOf } from './kept';

const ROW = 26;
/** The head covers the first lines of what is seen. */
const HEAD = 27;
const SPARK = { width: 150, height: 20 } as const;
/** Pixels of a course that tiles are fetched for. */
export const SPARK_PIXELS = 225;
/** Rows beyond the edges, so that scrolling shows no gaps. */
const BEYOND = 4;

interface Row { readonly element: HTMLElement; readonly cells: readonly HTMLElement[]; readonly spark: HTMLCanvasElement | undefined; unit: number }

export class UnitTable {
  private readonly head = el('div', { class: 'unitsHead', role: 'row' });
  private readonly body = el('div', { class: 'unitsBody', role: 'rowgroup' });
  readonly element = el('div', { class: 'unitsGrid', role: 'grid', tabindex: 0, 'aria-label': l10n('All units') }, el('div', { role: 'rowgroup', class: 'unitsHeadGroup' }, this.head), this.body);
  private rows: Row[] = [];
  private shape = '';
  private orderFor = '';
  private order: Int32Array = new Int32Array(0);
  private last: { readonly state: State; readonly known: Known } | undefined;

  constructor(private readonly store: Store, private readonly data: Data) {
    this.element.addEventListener('scroll', () => this.paint());
    this.element.addEventListener('click', event => {
      const row = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-unit]') : null;
      if (row) store.select({ unit: Number(row.dataset['unit']) });
    });
  }

  /** Units as they are shown, from the top. */
  get shown(): Int32Array { return this.order; }

  draw(state: State, known: Known): void {
    const columns = columnsOf(known), { sort, down } = keptOf(state);
    const column = columns.find(c => c.id === sort) ?? columns[0]!;
    this.build(columns, column, down);
    const orderFor = [state.run, state.scene?.revision, state.selection.level, state.selection.direction, known.table.follows.tracks.length, column.id, down, column.id === 'off' ? known.effects.size : 0, known.apart === true].join('/');
    if (orderFor !== this.orderFor) {
      this.orderFor = orderFor;
      this.order = sorted(known, column, down);
    }
    setAttributes(this.element, { 'aria-rowcount': known.table.units + 1 });
    this.body.style.height = `${known.table.units * ROW}px`;
    this.last = { state, known };
    this.paint();
  }

  /** Moves the selection by rows, and what is seen with it. */
  step(by: number, unit: number): number {
    const place = Math.max(0, Math.min(this.order.length - 1, this.order.indexOf(unit) + by));
    return this.order[place] ?? unit;
  }

  reveal(unit: number): void {
    const place = this.order.indexOf(unit), top = place * ROW, { scrollTop, clientHeight } = this.element;
    if (place < 0 || clientHeight === 0) return;
    const room = clientHeight - HEAD;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + ROW > scrollTop + room) this.element.scrollTop = top + ROW - room;
  }

  private build(columns: readonly TableColumn[], by: TableColumn, down: boolean): void {
    const shape = `${columns.map(c => c.id + c.head).join()}/${by.id}/${down}`;
    if (shape === this.shape) return;
    this.shape = shape;
    const focused = document.activeElement instanceof HTMLElement && this.head.contains(document.activeElement) ? document.activeElement.dataset['column'] : undefined;
    const heads = columns.map(c => {
      const mine = c === by;
      const press = button('unitsSort', () => keep(this.store, { sort: c.id, down: mine ? !down : true }), { title: c.title, 'data-column': c.id, tabindex: 0 }, c.head, mine ? el('span', { 'aria-hidden': 'true' }, down ? ' ↓' : ' ↑') : undefined);
      return el('div', { role: 'columnheader', class: `unitsCell ${c.kind} ${c.id}`, 'aria-sort': mine ? (down ? 'descending' : 'ascending') : undefined }, press);
    });
    this.head.replaceChildren(...heads);
    if (focused) this.head.querySelector<HTMLElement>(`[data-column="${focused}"]`)?.focus();
    this.element.style.setProperty('--units-columns', columns.map(c => widthOf(c, c === by)).join(' '));
    this.element.style.setProperty('--units-narrow', columns.filter(c => c.kind !== 'spark').map(c => (c.kind === 'words' ? 'minmax(56px, 1fr)' : widthOf(c, c === by))).join(' '));
    this.body.replaceChildren();
    this.rows = [];
  }

  private paint(): void {
    const { last } = this;
    if (!last) return;
    const { state, known } = last, columns = columnsOf(known);
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / ROW) - BEYOND), count = Math.min(this.order.length - first, Math.ceil((clientHeight || 420) / ROW) + 2 * BEYOND);
    while (this.rows.length < count) this.rows.push(this.makeRow(columns));
    this.rows.forEach((row, k) => {
      const unit = k < count ? this.order[first + k] : undefined;
      row.element.hidden = unit === undefined;
      if (unit !== undefined) this.fill(row, columns, known, state, unit, first + k);
    });
    setAttributes(this.element, { 'aria-activedescendant': this.rows.some(r => !r.element.hidden && r.unit === state.selection.unit) ? `unit-row-${state.selection.unit}` : undefined });
  }

  private makeRow(columns: readonly TableColumn[]): Row {
    const spark = columns.some(c => c.kind === 'spark') ? el('canvas', { 'aria-hidden': 'true' }) : undefined;
    const cells = columns.map(c => el('div', { role: 'gridcell', class: `unitsCell ${c.kind} ${c.id}` }, c.kind === 'spark' ? spark : undefined));
    const element = el('div', { class: 'unitsRow', role: 'row' }, ...cells);
    this.body.append(element);
    return { element, cells, spark, unit: -1 };
  }

  private fill(row: Row, columns: readonly TableColumn[], known: Known, state: State, unit: number, place: number): void {
    row.unit = unit;
    row.element.style.transform = `translateY(${place * ROW}px)`;
    setAttributes(row.element, { 'data-unit': unit, id: `unit-row-${unit}`, 'aria-rowindex': place + 2, 'aria-selected': unit === state.selection.unit ? 'true' : 'false' });
    columns.forEach((c, k) => {
      const cell = row.cells[k]!;
      const text = c.text(known, unit);
      if (c.kind === 'spark') setAttributes(cell, { 'aria-label': text });
      else setText(cell, text);
      if (c.kind === 'words') setAttributes(cell, { title: text });
      cell.classList.toggle('weak', c.weak?.(known, unit) ?? false);
    });
    const memory = memoryOf(rowsOf(state));
    if (!row.spark || !memory) return;
    const width = Math.min(SPARK.width, (row.cells[columns.findIndex(c => c.kind === 'spark')]?.clientWidth || SPARK.width) - 12);
    if (width < 20) return;
    const course = windowCourse(this.data, state, memory.name, unit, Math.round(width * 1.5), sparkBucket(state, SPARK_PIXELS));
    drawCourse(row.spark, width, SPARK.height, course, mostOf(course), state.theme.ink[memory.hue], state.theme);
  }
}

const WIDTHS: Readonly<Record<string, number>> = { unit: 52, halfLife: 58, saturated: 62, follows: 48, p: 50, off: 60 };
/** Of a letter of a head, and of the arrow that says how it is sorted. */
const [LETTER, ARROW] = [6.6, 14];

/** Numbers are as wide as they need, or as their head does in the language that is spoken; courses and words share the rest. */
function widthOf({ id, head }: TableColumn, sorts: boolean): string {
  if (id === 'activity') return 'minmax(72px, 168px)';
  return id === 'track' ? 'minmax(96px, 1fr)' : `${Math.max(WIDTHS[id] ?? 60, Math.ceil(LETTER * head.length + (sorts ? ARROW : 4)))}px`;
}
