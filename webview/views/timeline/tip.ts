/** The tooltip beside the pointer: signal, unit, step, character, value to four figures and, if so, "invented". */
import type { Data } from '../../data';
import { el } from '../../dom';
import type { State } from '../../state';
import { figures, isMark, spoken } from '../../words';
import type { SignalRow } from './row';

const AWAY = 14;

export class Tip {
  readonly element = el('div', { class: 'tip', role: 'presentation', hidden: true });

  constructor(private readonly data: Data) {}

  draw(state: State, rows: readonly SignalRow[]): void {
    const { pointed, hover } = state;
    const row = pointed && rows.find(r => r.signal.name === pointed.signal);
    this.element.hidden = !row || hover === undefined;
    if (!pointed || !row || hover === undefined) return;
    const units = Array.from(row.order(state).slice(pointed.place, pointed.place + row.lines.pool));
    const found = units.map(unit => this.data.value(state, pointed.signal, unit, hover));
    const known = found.flatMap(f => (f ? [f.value] : []));
    const value = known.length === units.length && known.length > 0 ? figures(known.reduce((a, b) => a + b, 0) / known.length) : '…';
    const bucket = found[0]?.bucket ?? 1;
    this.element.replaceChildren(
      el('b', { class: `hue-${row.signal.hue}` }, row.signal.name), ` ${value}`,
      el('span', { class: 'what' }, [this.unitWords(units), this.stepWords(hover, bucket), this.invented(state)].filter(Boolean).join(' · ')));
    this.place(pointed.x, pointed.y);
  }

  private unitWords(units: readonly number[]): string {
    return units.length === 1 ? `unit ${units[0]}` : `mean of ${units.length} units: ${units.slice(0, 4).join(', ')}${units.length > 4 ? ' …' : ''}`;
  }

  private stepWords(step: number, bucket: number): string {
    const label = this.data.label(step);
    const named = label === undefined ? '' : isMark(label) ? `, ${spoken(label)}` : `, ${label}`;
    return bucket > 1 ? `mean of ${bucket} steps at ${step}` : `step ${step}${named}`;
  }

  private invented({ scene }: State): string {
    return scene?.weights.invented ? 'invented weights' : scene?.input.invented ? 'invented input' : '';
  }

  private place(x: number, y: number): void {
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const left = x + AWAY + width > window.innerWidth ? x - AWAY - width : x + AWAY;
    const top = y + AWAY + height > window.innerHeight ? y - AWAY - height : y + AWAY;
    this.element.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, top)}px)`;
  }
}
