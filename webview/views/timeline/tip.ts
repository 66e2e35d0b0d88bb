/** The tooltip beside the pointer: signal, unit, step, character, value to four figures and, if so, "invented". */
import { MAIN } from '../../../src/protocol';
import type { Data } from '../../data';
import { el } from '../../dom';
import { l10n } from '../../l10n';
import type { State } from '../../state';
import { showing, shownLine, shownValue } from '../../whatIf/showing';
import { figures, isMark, signed, spoken } from '../../words';
import type { SignalRow } from './row';

const AWAY = 14;

/** Which group a place of the order is in. */
function groupWords(groups: ReturnType<SignalRow['groups']>, place: number): string {
  const together = groups.filter(g => !Number.isNaN(g.r)), own = groups.find(g => place >= g.start && place < g.start + g.size);
  if (!own || groups.length < 2) return '';
  if (Number.isNaN(own.r)) return l10n('in no group');
  return l10n('group {0} of {1}: {2} units that move together, mean r {3}', together.indexOf(own) + 1, together.length, own.size, signed(own.r));
}

export class Tip {
  readonly element = el('div', { class: 'tip', role: 'presentation', hidden: true });

  constructor(private readonly data: Data) {}

  draw(state: State, rows: readonly SignalRow[]): void {
    const { pointed, hover } = state;
    const row = pointed && rows.find(r => r.signal.name === pointed.signal);
    this.element.hidden = !row || hover === undefined;
    if (!pointed || !row || hover === undefined) return;
    const units = Array.from(row.order(state).slice(pointed.place, pointed.place + row.lines.pool));
    const found = units.map(unit => shownValue(this.data, state, pointed.signal, unit, hover));
    const known = found.flatMap(f => (f ? [f.value] : []));
    const line = known.length === units.length ? undefined : shownLine(this.data, state, row.signal, pointed.place / row.lines.pool, hover);
    const value = line ? figures(line.value) : known.length === units.length && known.length > 0 ? figures(known.reduce((a, b) => a + b, 0) / known.length) : '…';
    const bucket = line?.bucket ?? found[0]?.bucket ?? 1;
    this.element.replaceChildren(
      el('b', { class: `hue-${row.signal.hue}` }, row.signal.name), ` ${value}`,
      el('span', { class: 'what' }, [this.unitWords(units), groupWords(row.groups(state), pointed.place), this.stepWords(hover, bucket), this.changed(state, found.map(f => f?.was)), this.invented(state)].filter(Boolean).join(' · ')));
    this.place(pointed.x, pointed.y);
  }

  private unitWords(units: readonly number[]): string {
    return units.length === 1 ? l10n('unit {0}', units[0]!) : l10n('mean of {0} units: {1}', units.length, `${units.slice(0, 4).join(', ')}${units.length > 4 ? ' …' : ''}`);
  }

  private stepWords(step: number, bucket: number): string {
    const label = this.data.label(step);
    if (bucket > 1) return l10n('mean of {0} steps at {1}', bucket, step);
    return label === undefined ? l10n('step {0}', step) : l10n('step {0}, {1}', step, isMark(label) ? spoken(label) : label);
  }

  /** What the value was before the change. */
  private changed(state: State, was: readonly (number | undefined)[]): string {
    if (state.run === MAIN) return '';
    const mean = was.reduce<number>((sum, v) => sum + (v ?? NaN), 0) / was.length;
    if (showing(state) === 'difference') return Number.isNaN(mean) ? l10n('changed minus baseline') : l10n('changed minus baseline, was {0}', figures(mean));
    return Number.isNaN(mean) ? l10n('changed') : l10n('changed, was {0}', figures(mean));
  }

  private invented({ scene }: State): string {
    return scene?.weights.invented ? l10n('invented weights') : scene?.input.invented ? l10n('invented input') : '';
  }

  private place(x: number, y: number): void {
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const left = x + AWAY + width > window.innerWidth ? x - AWAY - width : x + AWAY;
    const top = y + AWAY + height > window.innerHeight ? y - AWAY - height : y + AWAY;
    this.element.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, top)}px)`;
  }
}
