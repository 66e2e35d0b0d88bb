/** What if: gates as knobs, over the timeline and the cell. What is changed runs again while a knob is turned; all views show it, and what it came to. */
import type { Change } from '../../src/core/variations/change';
import { MAIN } from '../../src/protocol';
import { button, el, icon, setText } from '../dom';
import { l10n } from '../l10n';
import { memoryOf, rowsOf, touches, type Changes, type State, type Store } from '../state';
import { figures } from '../words';
import type { Context } from '../views/view';
import { without, withChange } from './changes';
import { Follower } from './follow';
import { begun, put, redone, settled, undone, type History } from './history';
import { keep, keptOf, type Shown } from './kept';
import { Knobs } from './knobs';
import { greatest } from './showing';
import { changeWords, labelOf, markWords } from './words';

/** The views that have the knobs; the others have the rest of the bar, once something is changed. */
const WITH_KNOBS: readonly string[] = ['timeline', 'cell'];

const SHOWN: readonly { readonly id: Shown; readonly label: string }[] = [
  { id: 'changed', label: l10n('changed') }, { id: 'baseline', label: l10n('baseline') }, { id: 'difference', label: l10n('difference') },
];

export class WhatIf {
  private readonly knobs: Knobs;
  private readonly follower: Follower;
  private history: History<readonly Change[]> = begun([]);
  private readonly undo = this.action('discard', l10n('Undo (Ctrl+Z)'), () => this.go(undone(this.history)));
  private readonly redo = this.action('redo', l10n('Redo (Ctrl+Shift+Z)'), () => this.go(redone(this.history)));
  private readonly reset = button('link', () => this.change([]), {}, l10n('Reset'));
  private readonly list = el('ul', { class: 'changes', 'aria-label': l10n('Changes') });
  private readonly shown = el('div', { class: 'segments', role: 'radiogroup', 'aria-label': l10n('Numbers shown') });
  private readonly status = el('p', { class: 'whatIfStatus' });
  readonly element: HTMLElement;
  private listed = '';
  private said = '';

  constructor(private readonly context: Context) {
    const { store, data } = context;
    this.follower = new Follower(store, data);
    this.knobs = new Knobs(store, data, {
      put: (change, turn) => this.change(withChange(this.history.present, change), turn),
      remove: change => this.change(without(this.history.present, change)),
      settle: () => { this.history = settled(this.history); },
    });
    const close = button('tool', () => toggleWhatIf(store), { 'aria-label': l10n('Close what if (w)'), title: l10n('Close what if (w)') }, icon('close'));
    this.element = el('section', { class: 'whatIf', 'aria-label': l10n('What if'), hidden: true },
      el('h2', {}, l10n('What if')), this.knobs.element,
      el('div', { class: 'knobGroup' }, this.shown, this.undo, this.redo, this.reset), this.list,
      this.status, close);
    this.shown.addEventListener('keydown', event => this.arrow(event));
  }

  update(state: State, changed: Changes): void {
    if (!state.scene) return;
    const { on, changes, shown } = keptOf(state);
    if (JSON.stringify(changes) !== JSON.stringify(this.history.present)) this.history = begun(changes); // restored, or of another scene
    if (touches(changed, 'scene', 'own', 'arrived', 'view', 'run', 'selection', 'from', 'to', 'open', 'plotWidth', 'table')) this.follower.update(state);
    const knobs = WITH_KNOBS.includes(state.view);
    this.element.hidden = !on || (!knobs && changes.length === 0);
    this.knobs.element.hidden = !knobs;
    document.body.classList.toggle('whatIfChanged', state.run !== MAIN);
    if (this.element.hidden || !touches(changed, 'scene', 'own', 'arrived', 'view', 'run', 'selection', 'from', 'to', 'range')) return;
    if (knobs) this.knobs.draw(state, changes, this.follower.answer);
    this.drawList(state, changes);
    this.drawShown(shown, changes.length > 0);
    this.drawStatus(state, changes);
  }

  /** `w` opens and closes; Ctrl+Z and Ctrl+Shift+Z (or Ctrl+Y) go back and forth. */
  key(event: KeyboardEvent): boolean {
    const { store } = this.context;
    const typing = event.target instanceof HTMLElement && event.target.closest('input:not([type=range]), textarea, dialog') !== null;
    if (typing || !store.state.scene || event.altKey) return false;
    const command = event.ctrlKey || event.metaKey;
    if (command && this.element.hidden) return false;
    const key = event.key.toLowerCase();
    if (command && (key === 'z' || key === 'y')) { this.go(key === 'y' || event.shiftKey ? redone(this.history) : undone(this.history)); return true; }
    const listed = event.target instanceof HTMLElement && event.target.closest('select') !== null;
    if (command || event.shiftKey || listed || key !== 'w') return false;
    toggleWhatIf(store);
    if (keptOf(store.state).on && WITH_KNOBS.includes(store.state.view)) requestAnimationFrame(() => this.knobs.focus());
    return true;
  }

  private change(changes: readonly Change[], turn?: string): void {
    this.history = put(this.history, changes, turn);
    keep(this.context.store, { on: true, changes });
    this.follower.update(this.context.store.state); // asked before the knob itself is drawn: the way there is long
  }

  private go(history: History<readonly Change[]> | undefined): void {
    if (!history) return;
    this.history = settled(history);
    keep(this.context.store, { changes: history.present });
    this.context.say(history.present.length === 0 ? l10n('no changes') : markWords(history.present, this.context.store.state.scene!));
  }

  private drawList(state: State, changes: readonly Change[]): void {
    const { scene } = state;
    const old = (c: Change): string | undefined => (c.kind === 'input' ? this.context.data.label(c.step) : undefined);
    const texts = changes.map(c => changeWords(c, scene!, old(c)));
    const key = JSON.stringify([texts, this.history.past.length > 0, this.history.future.length > 0]);
    if (key === this.listed) return;
    this.listed = key;
    this.undo.disabled = this.history.past.length === 0;
    this.redo.disabled = this.history.future.length === 0;
    this.reset.hidden = changes.length === 0;
    this.list.replaceChildren(...changes.map((c, k) => el('li', {}, el('span', {}, texts[k]),
      button('remove', () => this.change(without(this.history.present, c)), { 'aria-label': l10n('Take back: {0}', texts[k]!), title: l10n('Take back') }, icon('close')))));
  }

  private drawShown(shown: Shown, any: boolean): void {
    this.shown.hidden = !any;
    if (this.shown.dataset['shown'] === shown) return;
    this.shown.dataset['shown'] = shown;
    const focused = this.shown.contains(document.activeElement);
    this.shown.replaceChildren(...SHOWN.map(({ id, label }) => button('segment', () => keep(this.context.store, { shown: id }), { role: 'radio', 'aria-checked': String(id === shown), tabindex: id === shown ? 0 : -1 }, label)));
    if (focused) this.shown.querySelector<HTMLElement>('[aria-checked=true]')?.focus();
  }

  /** What it came to, in numbers. */
  private drawStatus(state: State, changes: readonly Change[]): void {
    const { follower } = this;
    this.status.classList.toggle('failed', follower.error !== undefined);
    const key = JSON.stringify([follower.error, follower.slow, changes.length, follower.answer?.reach, state.selection.level, state.selection.direction, state.run, memoryAndOutput(state).map(s => greatest(this.context.data, state, s))]);
    if (key === this.said) return;
    this.said = key;
    if (follower.error !== undefined) { setText(this.status, follower.error); return; }
    if (follower.slow) { setText(this.status, l10n('Running it again …')); return; }
    if (changes.length === 0) { setText(this.status, l10n('Hold a gate, switch a unit off, move a bias or replace the input: the run is done again as you drag.')); return; }
    this.status.replaceChildren(...this.departure(state));
  }

  private departure(state: State): (Node | string)[] {
    const { reach } = this.follower.answer ?? {};
    const rows = rowsOf(state);
    if (!reach) return [l10n('Nothing is reached by it.')];
    const found = memoryAndOutput(state).flatMap(name => { const d = greatest(this.context.data, state, name); return d ? [{ name, ...d }] : []; });
    const where = l10n('Run again: steps {0} to {1}.', reach.from, reach.to - 1);
    if (found.length === 0) return [where];
    if (found.every(d => d.max === 0)) return [where, ' ', l10n('Nothing differs in this layer.')];
    return [where, ...found.flatMap(({ name, max, step, unit }) => [' ', l10n('Greatest difference of {0}: {1} in', labelOf(name, rows), figures(max, 3)), ' ', this.goTo(unit, step), '.'])];
  }

  private goTo(unit: number, step: number): HTMLElement {
    return button('link inline', () => { this.context.store.set({ held: true }); this.context.store.select({ unit, step }); }, {}, l10n('unit {0}, step {1}', unit, step));
  }

  private arrow(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    const radios = [...this.shown.querySelectorAll<HTMLElement>('[role=radio]')];
    const at = radios.findIndex(r => r.getAttribute('aria-checked') === 'true');
    radios[(at + by + radios.length) % radios.length]?.click();
    event.preventDefault();
    event.stopPropagation();
  }

  private action(name: string, label: string, press: () => void): HTMLButtonElement {
    return button('tool', press, { 'aria-label': label, title: label }, icon(name));
  }
}

/** Opens or closes the mode. Closed, the views show the baseline again, and the changes wait. Where there is nothing to see yet, it goes to the knobs. */
export function toggleWhatIf(store: Store): void {
  const { on, changes } = keptOf(store.state);
  const seen = changes.length > 0 || WITH_KNOBS.includes(store.state.view);
  if (!seen) store.set({ view: WITH_KNOBS[0]! });
  keep(store, { on: !seen || !on });
}

/** Names of what remembers and what is given on. */
function memoryAndOutput(state: State): string[] {
  const rows = rowsOf(state);
  return [...new Set([memoryOf(rows)?.name, rows.at(-1)?.name].filter(n => n !== undefined))];
}
