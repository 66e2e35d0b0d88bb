/** The controls of what if: a signal of the selected unit is held, its bias moved, the unit switched off, the input replaced. */
import type { Change } from '../../src/core/variations/change';
import { MAIN } from '../../src/protocol';
import type { WhatIfAnswer } from '../../src/questions/whatIf';
import type { Data } from '../data';
import { button, el, icon, setText } from '../dom';
import { l10n } from '../l10n';
import { selected } from '../range';
import { inputOf, rowsOf, type State, type Store } from '../state';
import { fixed, signed, visible } from '../words';
import { keyOf } from './changes';
import { Knob } from './knob';
import { changeAt, ownName, placed, rangeOf, targetOf, whenWords, whoWords, type Choice, type Target, type When, type Who } from './target';
import { labelOf } from './words';

/** What the knobs do to the list. `turn` names the turn of a knob: numbers within one are one step of undo. */
export interface KnobActions {
  put(change: Change, turn?: string): void;
  remove(change: Change): void;
  settle(): void;
}

const WHO: readonly Who[] = ['unit', 'all', 'some'];
const WHEN: readonly When[] = ['whole', 'on', 'window', 'range', 'step'];
const MOST_BIAS = 6;

export class Knobs {
  private choice: Choice = { who: 'unit', units: '', when: 'on' };
  private readonly signal = select(l10n('Signal'), () => this.store.select({ signal: this.signal.value }));
  private readonly who = select(l10n('Units'), () => this.choose({ who: this.who.value as Who }));
  private readonly units = el('input', { type: 'text', class: 'unitList', 'aria-label': l10n('Numbers of units, such as 3, 5-9'), placeholder: '3, 5-9', spellcheck: 'false' });
  private readonly when = select(l10n('Steps'), () => this.choose({ when: this.when.value as When }));
  private readonly hold = new Knob('hold', value => this.turn('clamp', value), () => this.actions.settle());
  private readonly bias = new Knob('bias', value => this.turn('bias', value), () => this.actions.settle());
  private readonly shut = button('link', () => this.set(0), {}, l10n('0 shut'));
  private readonly open = button('link', () => this.set(1), {}, l10n('1 open'));
  private readonly off = button('action', () => this.switchOff(), { 'aria-pressed': 'false' });
  private readonly entry = select(l10n('Input at the step'), () => this.replaceEntry());
  private readonly feature = select(l10n('Feature'), () => this.redraw());
  private readonly number = el('input', { type: 'number', step: 'any', class: 'featureValue', 'aria-label': l10n('Its value at the step') });
  private readonly inputName = el('span', { class: 'knobName' });
  private readonly inputs = el('div', { class: 'knobGroup input' }, this.inputName, wrapped(this.entry), wrapped(this.feature), this.number);
  readonly element = el('div', { class: 'knobs' },
    el('div', { class: 'knobGroup target' }, wrapped(this.signal), wrapped(this.who), this.units, wrapped(this.when)),
    el('div', { class: 'knobGroup hold' }, this.hold.element, this.shut, this.open),
    el('div', { class: 'knobGroup bias' }, this.bias.element),
    el('div', { class: 'knobGroup' }, this.off),
    this.inputs);
  private last: { readonly state: State; readonly changes: readonly Change[]; readonly answer: WhatIfAnswer | undefined } | undefined;

  constructor(private readonly store: Store, private readonly data: Data, private readonly actions: KnobActions) {
    this.units.addEventListener('input', () => this.choose({ units: this.units.value }));
    this.number.addEventListener('change', () => this.replaceNumber());
  }

  focus(): void { this.hold.slider.focus(); }

  draw(state: State, changes: readonly Change[], answer: WhatIfAnswer | undefined): void {
    this.last = { state, changes, answer };
    if (this.choice.when === 'range' && !selected(state)) this.choice = { ...this.choice, when: 'on' };
    const rows = rowsOf(state).filter(s => ownName(s.name) === s.name);
    const target = targetOf(state, this.choice);
    options(this.signal, rows.map(s => [s.name, labelOf(s.name, rows)]), target?.signal.name ?? '');
    const shown = target?.signal ?? rows[0];
    if (shown) options(this.who, WHO.map(who => [who, whoWords(state, who, shown)]), this.choice.who);
    options(this.when, WHEN.filter(when => when !== 'range' || selected(state)).map(when => [when, whenWords(state, when)]), this.choice.when);
    this.units.hidden = this.choice.who !== 'some';
    this.units.setAttribute('aria-invalid', String(this.choice.who === 'some' && !target));
    for (const control of [this.hold.slider, this.bias.slider, this.shut, this.open, this.off]) control.disabled = !target;
    if (target) this.drawTarget(state, changes, answer, target);
    this.drawInput(state, changes, answer);
  }

  private drawTarget(state: State, changes: readonly Change[], answer: WhatIfAnswer | undefined, target: Target): void {
    const { signal } = target;
    const { low, high, step } = rangeOf(signal);
    const held = changeAt(changes, 'clamp', this.same(state, target, 'clamp'));
    const value = held?.value ?? this.data.tiles.value(this.data.lane({ ...state, run: MAIN }, signal.name), target.unit, state.selection.step)?.value ?? 0;
    this.hold.draw({ label: l10n('hold {0} at', signal.name), low, high, step, value, text: fixed(value), turned: held !== undefined });
    this.shut.hidden = this.open.hidden = signal.kind !== 'gate';
    const can = answer?.knobs[state.selection.level]?.[state.selection.direction]?.some(k => k.signal === signal.name && k.bias) ?? false;
    this.bias.element.parentElement!.hidden = !can;
    const added = changeAt(changes, 'bias', this.same(state, target, 'bias'));
    this.bias.draw({ label: l10n('add to its bias'), low: -MOST_BIAS, high: MOST_BIAS, step: 0.05, value: added?.add ?? 0, text: signed(added?.add ?? 0), turned: added !== undefined });
    const off = this.offChange(state, target);
    const isOff = off !== undefined && changes.some(c => keyOf(c) === keyOf(off));
    this.off.hidden = off === undefined;
    this.off.setAttribute('aria-pressed', String(isOff));
    setText(this.off, off?.units.length === 1 ? l10n('switch unit {0} off', off.units[0]!) : l10n('switch them off'));
  }

  /** Entries of the vocabulary, or features and a number. */
  private drawInput(state: State, changes: readonly Change[], answer: WhatIfAnswer | undefined): void {
    const { step } = state.selection;
    const alphabet = answer?.alphabet ?? [];
    const input = inputOf(state);
    const byEntry = alphabet.length > 0;
    this.inputs.hidden = !answer || !input || (!byEntry && state.selection.level !== 0);
    if (this.inputs.hidden) return;
    setText(this.inputName, l10n('input at step {0}', step));
    wrapperOf(this.entry).hidden = !byEntry;
    wrapperOf(this.feature).hidden = this.number.hidden = byEntry;
    if (byEntry) {
      const now = changes.find(c => c.kind === 'input' && c.step === step && 'id' in c);
      const label = this.data.label(step);
      const id = now && 'id' in now ? now.id : alphabet.find(a => a.label === label)?.id;
      options(this.entry, alphabet.map(a => [String(a.id), visible(a.label)]), String(id ?? ''));
    } else if (input) {
      const names = state.scene?.input.columns ?? Array.from({ length: Math.min(input.units, 512) }, (_, k) => `x ${k}`);
      options(this.feature, names.map((name, k) => [String(k), name]), this.feature.value || '0');
      const feature = Number(this.feature.value);
      const now = changes.find(c => c.kind === 'input' && c.step === step && 'feature' in c && c.feature === feature);
      const value = now && 'feature' in now ? now.value : this.data.tiles.value(this.data.lane({ ...state, run: MAIN }, 'x'), feature, step)?.value;
      if (document.activeElement !== this.number) this.number.value = value === undefined ? '' : String(Number(value.toFixed(4)));
    }
  }

  private choose(patch: Partial<Choice>): void {
    this.choice = { ...this.choice, ...patch };
    if (patch.who === 'some' && !this.choice.units && this.last) {
      this.units.value = String(this.last.state.selection.unit);
      this.choice = { ...this.choice, units: this.units.value };
    }
    this.redraw();
    if (patch.who === 'some') this.units.focus();
  }

  private redraw(): void {
    if (this.last) this.draw(this.last.state, this.last.changes, this.last.answer);
  }

  private turn(kind: 'clamp' | 'bias', value: number): void {
    const change = this.changeOf(kind, value);
    if (change) this.actions.put(change, keyOf(change));
  }

  private set(value: number): void {
    const change = this.changeOf('clamp', value);
    if (change) this.actions.put(change);
  }

  private changeOf(kind: 'clamp' | 'bias', value: number): Change | undefined {
    const { state } = this.store;
    const target = targetOf(state, this.choice);
    if (!target) return undefined;
    const common = { ...placed(state, target), signal: target.signal.name };
    return kind === 'clamp' ? { kind, ...common, value } : { kind, ...common, add: value };
  }

  private same(state: State, target: Target, kind: 'clamp' | 'bias'): (c: Change) => boolean {
    const common = { ...placed(state, target), signal: target.signal.name };
    const key = keyOf(kind === 'clamp' ? { kind, ...common, value: 0 } : { kind, ...common, add: 0 });
    return c => keyOf(c) === key;
  }

  private switchOff(): void {
    const { state } = this.store;
    const target = targetOf(state, this.choice);
    const change = target && this.offChange(state, target);
    if (!change) return;
    if (this.off.getAttribute('aria-pressed') === 'true') this.actions.remove(change);
    else this.actions.put(change);
  }

  /** Of named units only: without any of them nothing would be left. */
  private offChange(state: State, target: Target): (Change & { kind: 'off' }) | undefined {
    const { units, ...when } = placed(state, target);
    return units && { kind: 'off', ...when, units };
  }

  private replaceEntry(): void {
    const { state } = this.store;
    const { step } = state.selection;
    const chosen = this.last?.answer?.alphabet.find(a => String(a.id) === this.entry.value);
    if (!chosen) return;
    const change: Change = { kind: 'input', step, id: chosen.id, label: chosen.label };
    if (chosen.label === this.data.label(step)) this.actions.remove(change);
    else this.actions.put(change);
  }

  private replaceNumber(): void {
    const value = Number(this.number.value);
    if (this.number.value.trim() === '' || !Number.isFinite(value)) return;
    this.actions.put({ kind: 'input', step: this.store.state.selection.step, feature: Number(this.feature.value), value });
  }
}

function select(label: string, changed: () => void): HTMLSelectElement {
  const made = el('select', { 'aria-label': label });
  made.addEventListener('change', changed);
  return made;
}
const wrapped = (list: HTMLSelectElement): HTMLElement => el('span', { class: 'choice' }, list, icon('chevron-down'));
const wrapperOf = (list: HTMLSelectElement): HTMLElement => list.parentElement!;

/** Writes a list's options only where they differ, so that an open list stays open. */
function options(list: HTMLSelectElement, wanted: readonly (readonly [string, string])[], value: string): void {
  const old = [...list.options];
  if (old.length !== wanted.length || wanted.some(([v], k) => old[k]?.value !== v)) list.replaceChildren(...wanted.map(([v, text]) => el('option', { value: v }, text)));
  else wanted.forEach(([, text], k) => setText(old[k]!, text));
  if (list.value !== value) list.value = value;
}
