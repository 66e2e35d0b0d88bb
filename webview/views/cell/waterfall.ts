/** Why is this gate open? The parts of its preactivation from top to bottom, each beginning where the one above ended. */
import { button, el, setAttributes, setText } from '../../dom';
import { svg } from '../../file/svg';
import { l10n } from '../../l10n';
import { fixed, signed } from '../../words';
import { ticks } from '../timeline/layout';
import { openings } from './openings';
import type { Row } from './rows';
import type { SplitAnswer } from '../../../src/questions/cell';

const ROW = 20, TOP = 24, FOOT = 58;

export interface Fall {
  readonly rows: readonly Row[];
  readonly answer: SplitAnswer;
  readonly signal: string;
  readonly hue: string;
  readonly gate: boolean;
  readonly claim: string;
}

export class Waterfall {
  private readonly list = el('div', { class: 'cell-terms', role: 'list' });
  private readonly picture = svg('svg', { class: 'cell-fall', role: 'img' });
  private readonly tip = el('div', { class: 'tip', hidden: true });
  readonly element = el('div', { class: 'cell-waterfall' }, this.list, this.picture, this.tip);
  private readonly bars: SVGRectElement[] = [];
  private rows: readonly Row[] = [];

  constructor(private readonly choose: (row: Row) => void) {
    this.element.addEventListener('pointermove', event => this.point(event));
    this.element.addEventListener('pointerleave', () => { this.tip.hidden = true; });
  }

  draw(fall: Fall, width: number): void {
    const { rows, answer, hue } = fall;
    this.rows = rows;
    this.tip.hidden = true;
    this.element.className = `cell-waterfall hue-${hue}${answer.heldAt === undefined ? '' : ' cell-heldFall'}`;
    this.list.replaceChildren(...rows.map((row, k) => this.term(row, k)), el('div', { class: 'cell-term total', role: 'listitem' }, el('span', {}, l10n('sum')), el('span', {}), el('b', {}, signed(answer.sum))));
    this.paint(fall, Math.max(160, width));
  }

  private term(row: Row, k: number): HTMLElement {
    const { source, unit } = row;
    const label = unit === undefined || source === undefined ? el('span', { class: 'cell-name', title: row.label }, row.label)
      : button('cell-name link', () => this.choose(row), { title: l10n('select unit {0}', unit) }, row.label);
    return el('div', { class: `cell-term kind-${row.hue}`, role: 'listitem', 'data-row': k }, label, el('span', { class: 'cell-detail' }, row.detail), el('span', { class: 'cell-amount' }, signed(row.amount)));
  }

  private paint({ rows, answer, signal, gate, claim }: Fall, width: number): void {
    const ends = rows.flatMap(r => [r.from, r.from + r.amount]).concat(0, answer.sum).filter(Number.isFinite);
    const [least, most] = [Math.min(...ends), Math.max(...ends)];
    const room = Math.max(0.3, (most - least) * 0.06);
    const [low, high] = [Math.min(least - room, -0.5), Math.max(most + room, 0.5)];
    const [left, right] = [6, width - 48];
    // What is no number has no place: it is drawn at 0, and said in words.
    const x = (v: number): number => !Number.isFinite(v) ? x(0) : Math.round((left + ((right - left) * (v - low)) / (high - low)) * 10) / 10;
    const bottom = TOP + rows.length * ROW, axis = bottom + 32;
    setAttributes(this.picture, { width, height: bottom + FOOT, viewBox: `0 0 ${width} ${bottom + FOOT}`, 'aria-label': claim });
    this.fit(rows.length);
    rows.forEach((row, k) => {
      const bar = this.bars[k]!;
      const [a, b] = [x(row.from), x(row.from + row.amount)];
      setAttributes(bar, { y: TOP + k * ROW + 4, height: ROW - 8, class: `cell-bar kind-${row.hue} ${row.amount < 0 ? 'negative' : ''} ${Number.isFinite(row.from + row.amount) ? '' : 'broken'}`, 'data-row': k });
      bar.style.x = `${Math.min(a, b)}px`;
      bar.style.width = `${Math.max(1, Math.abs(b - a))}px`;
    });
    const marks = ticks({ from: low, to: high }, right - left, 56, 0.01).filter(v => v >= low && v <= high);
    const digits = marks.some(v => !Number.isInteger(v)) ? 1 : 0;
    const links = rows.slice(0, -1).map((row, k) => svg('path', { class: 'cell-link', d: `M${x(row.from + row.amount)} ${TOP + k * ROW + 4}V${TOP + (k + 2) * ROW - 4}` }));
    const open = answer.bend === '' ? [] : openings(answer.curve, gate, low, high, ((high - low) * 44) / (right - left));
    const end = x(answer.sum), atRight = end > right - 170;
    this.picture.replaceChildren(
      ...marks.flatMap(v => [svg('path', { class: Math.abs(v) < 1e-9 ? 'cell-zero' : 'cell-grid', d: `M${x(v)} ${TOP - 6}V${bottom + 4}` }), text(x(v), TOP - 11, fixed(v, digits), 'middle')]),
      text(right + 10, TOP - 11, l10n('sum'), 'start'), ...links, ...this.bars,
      svg('path', { class: 'cell-end', d: `M${end} ${bottom - 4}V${axis}` }),
      text(end + (atRight ? -8 : 8), bottom + 18, resultOf(answer, signal), atRight ? 'end' : 'start', 'cell-result'),
      svg('path', { class: 'cell-axis', d: `M${left} ${axis}H${right}` }),
      ...open.flatMap(o => [svg('path', { class: 'cell-axis', d: `M${x(o.at)} ${axis}v4` }), text(x(o.at), axis + 16, String(o.level).replace('-', '−').replace('0.', '.'), 'middle')]),
      ...(open.length === 0 ? [] : gate ? [text(right + 10, axis + 4, l10n('open →'), 'start', 'cell-side')] : [text(right + 10, axis + 4, signal, 'start', 'cell-side')]),
    );
  }

  /** Bars are kept, so that they move when a step changes. */
  private fit(count: number): void {
    while (this.bars.length < count) this.bars.push(svg('rect', {}));
    this.bars.length = count;
  }

  private point(event: PointerEvent): void {
    const at = event.target instanceof Element ? event.target.closest('[data-row]')?.getAttribute('data-row') : undefined;
    const row = at === null || at === undefined ? undefined : this.rows[Number(at)];
    this.tip.hidden = row === undefined;
    if (!row) return;
    this.tip.replaceChildren(el('b', {}, row.label), el('span', {}, ` ${row.exact}`));
    const left = Math.max(4, Math.min(event.clientX + 12, window.innerWidth - this.tip.offsetWidth - 8));
    this.tip.style.transform = `translate(${left}px, ${Math.max(4, event.clientY - this.tip.offsetHeight - 10)}px)`;
  }
}

function text(x: number, y: number, words: string, anchor: string, kind = 'cell-tick'): SVGTextElement {
  const made = svg('text', { class: kind, x, y, 'text-anchor': anchor });
  setText(made, words);
  return made;
}

/** What comes of the sum; of a held signal, that nothing does. */
function resultOf({ bend, sum, value, heldAt }: SplitAnswer, signal: string): string {
  if (heldAt !== undefined) return l10n('held at {0}, not {1}', fixed(heldAt, 2), fixed(value, 3));
  return bend === '' ? `${signal} = ${fixed(sum, 3)}` : `${bend}(${fixed(sum)}) = ${fixed(value, 3)}`;
}
