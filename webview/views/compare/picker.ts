/** What to compare, and what the diagrams show. */
import type { CompareAnswer } from '../../../src/questions/compare';
import { MAIN, type Scene } from '../../../src/protocol';
import { button, el, icon } from '../../dom';
import { l10n, term } from '../../l10n';
import { levelOf, type State } from '../../state';
import { keptOf } from '../../whatIf/kept';
import type { Context } from '../view';
import { BASELINE, choicesOf, VIEW, withColumn, type Choice, type ColumnWord } from './choices';

type Cells = CompareAnswer['cells'];
type OwnCells = readonly { readonly id: string; readonly name: string }[];

/** Chosen, but not there yet: the host runs it beside what is shown. */
const OWN = 'own:';

export type Shown = 'unit' | 'open';

export class Picker {
  readonly element = el('div', { class: 'cmp-picker' });
  private made = '';
  /** Cells of one's own in the workspace. */
  private own: OwnCells = [];
  private wanted: { readonly choice: Choice; readonly place: number; readonly run: string } | undefined;

  constructor(private readonly context: Context) {
    context.host.cells().then(own => { this.own = own; context.store.set({ arrived: context.store.state.arrived + 1 }); }, () => undefined); // without a list, without them
  }

  draw(state: State, choice: Choice, shown: Shown, cells: Cells): void {
    this.take(state);
    const key = JSON.stringify([choice, shown, cells.length, this.own, state.scene?.revision, state.scene?.beside?.map(b => b.run), levelOf(state)?.name, keptOf(state).on && keptOf(state).changes.length > 0]);
    if (key === this.made || !state.scene) return;
    this.made = key;
    const focused = document.activeElement?.getAttribute('data-pick');
    this.element.replaceChildren(...this.parts(state, state.scene, choice, shown, cells));
    if (focused) this.element.querySelector<HTMLElement>(`[data-pick="${focused}"]`)?.focus();
  }

  /** A column that was waited for becomes what was chosen. */
  private take({ scene }: State): void {
    const { wanted } = this;
    if (!wanted || !scene?.beside?.some(b => b.run === wanted.run)) return;
    this.wanted = undefined;
    this.context.store.keep(VIEW, withColumn(wanted.choice, wanted.place, `run:${wanted.run}`));
  }

  private choose(choice: Choice, place: number, value: string): void {
    const { store, act } = this.context;
    if (!value.startsWith(OWN)) { store.keep(VIEW, withColumn(choice, place, value as ColumnWord)); return; }
    const id = value.slice(OWN.length);
    this.wanted = { choice, place, run: `beside:${id}` };
    act('compareWith', id);
  }

  private parts(state: State, scene: Scene, choice: Choice, shown: Shown, cells: Cells): HTMLElement[] {
    const { store } = this.context;
    const all = choicesOf(state);
    const sets = all.some(c => c.id === choice.id) ? all : [...all, choice];
    return [
      select('set', l10n('Compare'), sets.map(c => [c.id, c.label]), choice.id, id => store.keep(VIEW, { choice: id })),
      ...choice.columns.map((word, k) => select(`column${k}`, l10n('Cell {0}', k + 1), options(scene, state, cells, this.own), word, value => this.choose(choice, k, value))),
      this.toggle(shown),
      button('link', () => this.context.act('compareWith'), { title: l10n('Runs its layer beside this one, on the same input') }, l10n('Another checkpoint…')),
    ];
  }

  private toggle(shown: Shown): HTMLElement {
    const segment = (id: Shown, label: string): HTMLElement =>
      button('segment', () => this.context.store.keep(VIEW, { shown: id }), { role: 'radio', 'aria-checked': String(shown === id), 'data-pick': id, tabindex: shown === id ? 0 : -1 }, label);
    const group = el('div', { class: 'segments', role: 'radiogroup', 'aria-label': l10n('Values in the diagrams') }, segment('unit', l10n('selected unit')), segment('open', l10n('share of open valves')));
    group.addEventListener('keydown', event => {
      if (!['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'].includes(event.key)) return;
      event.preventDefault();
      const other: Shown = shown === 'unit' ? 'open' : 'unit';
      group.querySelector<HTMLElement>(`[data-pick=${other}]`)?.focus();
      this.context.store.keep(VIEW, { shown: other });
    });
    return group;
  }
}

function options(scene: Scene, state: State, cells: Cells, written: OwnCells): (readonly [string, string])[] {
  const own = levelOf(state), { on, changes } = keptOf(state);
  return [
    [`run:${MAIN}`, l10n('{0}: {1}', own?.cell ?? '', scene.weights.description)],
    ...(on && changes.length > 0 ? [[BASELINE, l10n('{0}, baseline', own?.cell ?? '')] as const] : []),
    ...(scene.beside ?? []).map(b => [`run:${b.run}`, l10n('{0}: {1}', b.levels.at(-1)?.cell ?? '', b.weights.description)] as const),
    ...cells.map(({ id, name, variant }) => [`cell:${id}`, l10n('{0}, {1}: untrained', name, term(variant))] as const),
    ...written.filter(w => !scene.beside?.some(b => b.run === `beside:${w.id}`)).map(({ id, name }) => [`${OWN}${id}`, l10n('{0}, your own cell: untrained', name)] as const),
  ];
}

function select(id: string, name: string, all: readonly (readonly [string, string])[], value: string, choose: (value: string) => void): HTMLElement {
  const made = el('select', { 'aria-label': name, 'data-pick': id }, ...all.map(([v, label]) => el('option', { value: v, selected: v === value }, label)));
  made.title = made.selectedOptions[0]?.textContent ?? '';
  made.addEventListener('change', () => choose(made.value));
  return el('label', { class: 'choice' }, made, icon('chevron-down'));
}
