/** Several sequences: a strip of small multiples above the timeline, one of them shown. Only what is in sight is made, so that there may be thousands. */
import type { SceneSequences } from '../src/protocol';
import type { SequenceCourse } from '../src/questions/sequences';
import type { Data } from './data';
import { el, fitCanvas, setAttributes, setText } from './dom';
import { l10n } from './l10n';
import { MOST_MULTIPLES, placesIn, stepTo } from './sequencePlaces';
import { rowsOf, type State } from './state';
import { faded } from './theme';
import type { Context } from './views/view';
import { counted } from './words';

/** CSS pixels: an item, what is between two, and the course in it. */
const ITEM = 116, GAP = 6, COURSE = { width: 100, height: 24 } as const;

/** Shows the sequence so many further on; false where there is none. */
export function openNext(context: Context, by: number): boolean {
  const { sequences } = context.store.state.scene ?? {};
  const to = sequences && stepTo(sequences, by);
  if (to === undefined) return false;
  open(context, to);
  return true;
}

const open = (context: Context, at: number): void => context.act('sequence', at < 0 ? 'all' : String(at));

export class SequenceStrip {
  private readonly track = el('div', { class: 'sequenceTrack' });
  private readonly list = el('div', { class: 'sequenceList', role: 'listbox', tabindex: 0, 'aria-orientation': 'horizontal' }, this.track);
  private readonly place = el('span', { class: 'value' });
  private readonly what = el('p', { class: 'stats' });
  readonly root = el('div', { class: 'row sequenceRow', hidden: true },
    el('div', { class: 'head' }, el('div', { class: 'title' }, el('span', { class: 'name' }, l10n('Sequences')), this.place), this.what),
    el('div', { class: 'plot' }, this.list));
  private readonly items = new Map<number, Item>();
  private courses = new Map<number, SequenceCourse>();
  private coursesOf = '';
  private shown: SceneSequences | undefined;
  /** The item that keys are on. */
  private active = 0;
  private state: State | undefined;

  constructor(private readonly context: Context, private readonly data: Data) {
    this.list.addEventListener('scroll', () => { if (this.state) this.fill(this.state); }, { passive: true });
    this.list.addEventListener('click', event => {
      const at = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-at]')?.dataset['at'] : undefined;
      if (at !== undefined) this.choose(Number(at));
    });
  }

  /** True where the key belongs to the list: the timeline's own would move the crosshair. */
  owns(event: KeyboardEvent): boolean { return event.target === this.list && ['ArrowLeft', 'ArrowRight', 'Home', 'End', 'Enter', ' '].includes(event.key) && this.key(event.key); }

  /** Answers whether the strip came or went. */
  draw(state: State): boolean {
    this.state = state;
    const sequences = state.scene?.sequences, was = this.root.hidden !== false;
    this.root.hidden = !sequences;
    if (!sequences) return !was;
    if (sequences !== this.shown) this.renew(sequences);
    this.fill(state);
    return was;
  }

  /** Another list, or another place in it. */
  private renew(sequences: SceneSequences): void {
    const { pieces, at, all } = sequences;
    this.shown = sequences;
    for (const item of this.items.values()) item.element.remove();
    this.items.clear();
    this.track.style.width = `${this.count() * (ITEM + GAP) - GAP}px`;
    this.active = this.indexOf(at);
    this.list.setAttribute('aria-label', l10n('Sequences, {0}', pieces.length));
    setText(this.place, at < 0 ? l10n('all {0}', pieces.length) : l10n('{0} of {1}', at + 1, pieces.length));
    this.track.classList.toggle('withAll', all);
    requestAnimationFrame(() => this.reveal());
  }

  private count(): number { return (this.shown?.pieces.length ?? 0) + (this.shown?.all ? 1 : 0); }
  /** Where a sequence stands in the strip: all of them first, where that can be chosen. */
  private indexOf(at: number): number { return at + (this.shown?.all ? 1 : 0); }
  private atOf(index: number): number { return index - (this.shown?.all ? 1 : 0); }

  private reveal(): void {
    const { list } = this, left = this.active * (ITEM + GAP);
    if (left < list.scrollLeft || left + ITEM > list.scrollLeft + list.clientWidth) list.scrollLeft = Math.max(0, left - (list.clientWidth - ITEM) / 2);
    if (this.state) this.fill(this.state);
  }

  private key(key: string): boolean {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[key];
    if (key === 'Enter' || key === ' ') { this.choose(this.atOf(this.active)); return true; }
    if (by === undefined) return false;
    this.active = Math.max(0, Math.min(this.count() - 1, this.active + by));
    this.reveal();
    return true;
  }

  private choose(at: number): void {
    this.active = this.indexOf(at);
    if (at !== this.shown?.at) open(this.context, at);
    if (this.state) this.fill(this.state);
  }

  /** Makes what came into sight, and lets go of what left it. */
  private fill(state: State): void {
    const { list, shown } = this;
    if (!shown) return;
    const signal = rowsOf(state).find(s => s.name === state.selection.signal);
    const { first, end } = placesIn(list.scrollLeft, list.clientWidth, ITEM + GAP, this.count());
    for (const [index, item] of this.items) if (index < first || index >= end) { item.element.remove(); this.items.delete(index); }
    this.ask(state, this.atOf(first), this.atOf(end));
    const most = Math.max(...[...this.courses.values()].flatMap(c => [...c.min, ...c.max]).map(Math.abs).filter(Number.isFinite), 1e-6);
    const longest = shown.pieces.reduce((n, p) => Math.max(n, p.steps), 1);
    for (let index = first; index < end; index++) {
      const item = this.items.get(index) ?? this.make(index);
      const at = this.atOf(index);
      item.draw(at === shown.at, index === this.active, this.courses.get(at), state, signal?.kind === 'gate' ? [0, 1] : [-most, most], signal?.hue ?? 'h', (shown.pieces[at]?.steps ?? longest) / longest);
    }
    setAttributes(this.list, { 'aria-activedescendant': this.items.has(this.active) ? `sequence-${this.active}` : undefined });
    setText(this.what, signal ? l10n('{0} of unit {1} in each', signal.name, state.selection.unit) : '');
  }

  private ask(state: State, from: number, to: number): void {
    const { level, direction, signal, unit } = state.selection, { courses = 0 } = this.shown ?? {};
    const key = `${state.scene?.revision}/${level}/${direction}/${signal}/${unit}`;
    const first = Math.floor(Math.max(0, from) / MOST_MULTIPLES) * MOST_MULTIPLES, end = Math.min(courses, Math.ceil(to / MOST_MULTIPLES) * MOST_MULTIPLES);
    if (end <= first) return;
    const { answer } = this.data.ask('sequences', { level, direction, signal, unit, first, end });
    if (key !== this.coursesOf && answer && answer.level === level && answer.direction === direction && answer.signal === signal && answer.unit === unit) {
      this.courses = new Map();
      this.coursesOf = key;
    }
    if (key === this.coursesOf && answer?.signal === signal && answer.unit === unit) for (const course of answer.courses) this.courses.set(course.at, course);
  }

  private make(index: number): Item {
    const at = this.atOf(index), piece = this.shown?.pieces[at];
    const item = new Item(index, at, piece ? piece.name : l10n('all, one after the other'), piece?.steps ?? 0, this.count());
    item.element.style.left = `${index * (ITEM + GAP)}px`;
    this.items.set(index, item);
    this.track.append(item.element);
    return item;
  }
}

class Item {
  private readonly canvas = el('canvas', { 'aria-hidden': 'true' });
  private readonly bar = el('i', { class: 'sequenceLength', 'aria-hidden': 'true' });
  readonly element: HTMLElement;
  private drawn: readonly unknown[] = [];

  constructor(index: number, at: number, name: string, steps: number, count: number) {
    const long = steps > 0 ? counted(steps, 'step') : '';
    this.element = el('div', { class: 'sequenceItem', role: 'option', id: `sequence-${index}`, 'data-at': at, 'aria-setsize': count, 'aria-posinset': index + 1, title: `${name}${long ? `, ${long}` : ''}` },
      el('div', { class: 'sequenceName' }, el('b', {}, name), el('span', {}, steps > 0 ? String(steps) : '')), this.canvas, this.bar);
  }

  draw(current: boolean, active: boolean, course: SequenceCourse | undefined, { theme }: State, [low, high]: readonly [number, number], hue: keyof State['theme']['ink'], share: number): void {
    setAttributes(this.element, { 'aria-selected': String(current) });
    this.element.classList.toggle('active', active);
    const key = [course, theme, low, high, hue];
    if (key.every((k, n) => k === this.drawn[n]) && this.drawn.length > 0) return;
    this.drawn = key;
    this.bar.style.width = `${Math.max(2, share * 100)}%`;
    const { width, height } = COURSE, context = fitCanvas(this.canvas, width, height);
    const y = (v: number): number => 1 + (height - 2) * (1 - (Math.max(low, Math.min(high, v)) - low) / (high - low));
    context.fillStyle = faded(theme.foreground, 0.2);
    context.fillRect(0, Math.round(y(low < 0 ? 0 : 0.5)), width, 1);
    if (!course) return;
    const count = course.min.length, each = width / count;
    context.fillStyle = context.strokeStyle = theme.ink[hue];
    context.lineWidth = 1.25;
    context.beginPath();
    for (let k = 0; k < count; k++) {
      const middle = (course.min[k]! + course.max[k]!) / 2;
      if (Number.isFinite(middle)) context.lineTo((k + 0.5) * each, y(middle));
      if (course.max[k]! > course.min[k]!) context.fillRect(k * each, y(course.max[k]!), Math.max(1, each), Math.max(1, y(course.min[k]!) - y(course.max[k]!)));
    }
    context.stroke();
  }
}
