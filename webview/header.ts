/** The bars on top: what is shown (model, layer, direction, sizes), the question, where input and weights came from. */
import type { Scene } from '../src/protocol';
import { button, el, icon, setAttributes } from './dom';
import { levelOf, touches, type Changes, type State } from './state';
import { VIEWS } from './views';
import type { Context } from './views/view';
import { grouped } from './words';

export class Header {
  private readonly crumbs = el('nav', { class: 'crumbs', 'aria-label': 'Model and layer' });
  private readonly sizes = el('p', { class: 'sizes' });
  private readonly tabs = el('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Views' });
  private readonly tools = el('div', { class: 'tools' });
  private readonly question = el('h1', {});
  private readonly sources = el('div', { class: 'sources' });
  readonly element = el('header', { class: 'top' },
    el('div', { class: 'bar' }, this.crumbs, this.sizes, this.tabs, this.tools),
    el('div', { class: 'bar second' }, this.question, this.sources));

  constructor(private readonly context: Context, private readonly openBinding: () => void, private readonly showKeys: () => void) {
    this.element.hidden = true;
    this.tabs.hidden = VIEWS.length < 2;
    this.tabs.addEventListener('keydown', event => this.arrow(event));
  }

  draw(state: State, changed: Changes): void {
    const { scene } = state;
    this.element.hidden = !scene;
    if (!scene || !touches(changed, 'scene', 'selection', 'panelPinned', 'view', 'table', 'theme')) return;
    const key = [scene.revision, state.selection.level, state.selection.direction, state.panelPinned, state.view, state.table, JSON.stringify([scene.input, scene.weights, scene.parity, scene.canReveal])].join('|');
    if (key === this.drawn) return;
    this.drawn = key;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['control'] : undefined;
    this.drawCrumbs(scene, state);
    this.drawTools(scene, state);
    this.drawSources(scene);
    this.question.textContent = VIEWS.find(view => view.id === state.view)?.question ?? '';
    if (VIEWS.length > 1) this.drawTabs(state);
    if (focused) this.element.querySelector<HTMLElement>(`[data-control="${focused}"]`)?.focus();
  }
  private drawn = '';

  private drawCrumbs(scene: Scene, state: State): void {
    const { store } = this.context;
    const { selection } = state;
    const level = levelOf(state);
    if (!level) return;
    const directions = level.directions.map(d => d.direction);
    this.crumbs.replaceChildren(...between([
      el('span', { class: 'model', title: scene.model }, scene.model),
      choice('level', 'Layer', scene.levels.map(l => l.name), selection.level, at => this.changeLevel(at)),
      choice('direction', 'Direction', directions, selection.direction, at => store.select({ direction: at })),
    ]));
    this.sizes.replaceChildren(el('b', {}, level.cell), ` ${level.inputSize} → ${level.units} · ${level.parameters > 0 ? `${grouped(level.parameters)} parameters · ` : ''}${grouped(scene.steps)} steps`);
    this.sizes.title = level.variant;
  }

  /** Another layer may have fewer units, fewer directions and other signals. */
  private changeLevel(at: number): void {
    const { store } = this.context;
    const { scene, selection } = store.state;
    const level = scene?.levels[at];
    if (!level) return;
    const direction = Math.min(selection.direction, level.directions.length - 1);
    const signals = level.directions[direction]?.signals ?? [];
    const signal = signals.some(s => s.name === selection.signal) ? selection.signal : signals.at(-1)?.name ?? selection.signal;
    store.select({ level: at, direction, signal, unit: Math.min(selection.unit, level.units - 1) });
  }

  private drawTools(scene: Scene, state: State): void {
    const { act, store } = this.context;
    const tool = (name: string, label: string, press: () => void, pressed?: boolean): HTMLElement =>
      button('tool', press, { 'aria-label': label, title: label, 'data-control': name, 'aria-pressed': pressed === undefined ? undefined : String(pressed) }, icon(name));
    this.tools.replaceChildren(
      ...(scene.canReveal ? [tool('go-to-file', 'Show the code', () => act('reveal'))] : []),
      tool('table', state.table ? 'Show plots (t)' : 'Show as table (t)', () => store.set({ table: !store.state.table }), state.table),
      tool('save-as', 'Export trace …', () => act('export')),
      tool('keyboard', 'Keys (?)', this.showKeys),
      tool(state.panelPinned ? 'pinned' : 'pin', 'Keep this panel for this layer', () => act('pin', String(!store.state.panelPinned)), state.panelPinned));
  }

  private drawSources({ input, weights, parity }: Scene): void {
    const { act } = this.context;
    const badge = weights.invented
      ? button('badge invented', this.openBinding, { 'data-control': 'weights', title: 'Weights that nobody trained. Choose a checkpoint …' }, icon('warning'), el('span', {}, `weights: ${weights.invented.words}`))
      : button('badge', this.openBinding, { 'data-control': 'weights', title: 'What this layer is tied to …' }, icon('file-binary'), el('span', {}, `weights: ${weights.description}`));
    const inputButton = button(input.invented ? 'badge invented' : 'badge', () => act('chooseInput'), { 'data-control': 'input', title: 'Choose an input …' },
      ...(input.invented ? [icon('warning')] : []), el('span', {}, el('span', { class: 'kind' }, 'Input '), input.invented?.words ?? input.description), icon('chevron-down'));
    const seed = weights.invented ?? input.invented;
    const seedButton = seed && button('badge seed', () => act('seed', String(seed.seed + 1)), { 'data-control': 'seed', title: 'Draw anew with the next seed' }, el('span', {}, el('span', { class: 'kind' }, 'Seed '), String(seed.seed)), icon('refresh'));
    this.sources.replaceChildren(...[inputButton, seedButton, badge, parity && parityBadge(parity)].filter(s => s !== undefined));
  }

  private drawTabs(state: State): void {
    const { store } = this.context;
    this.tabs.replaceChildren(...VIEWS.map(view => button('tab', () => store.set({ view: view.id }), { role: 'tab', id: `tab-${view.id}`, 'aria-selected': String(view.id === state.view), 'aria-controls': 'view', tabindex: view.id === state.view ? 0 : -1 }, view.title)));
  }

  private arrow(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    const at = VIEWS.findIndex(view => view.id === this.context.store.state.view);
    const next = VIEWS[(at + by + VIEWS.length) % VIEWS.length];
    if (next) this.context.store.set({ view: next.id });
    event.preventDefault();
    event.stopPropagation();
  }
}

/** How far our numbers are from the runtime's; said, not only coloured. */
function parityBadge({ runtime, max, step, bound }: NonNullable<Scene['parity']>): HTMLElement {
  const agrees = max <= bound;
  const words = `Greatest difference to ${runtime} of what the last layer gives: ${max.toExponential(1)}, at step ${step}. ${agrees ? 'Within' : 'Beyond'} ${bound.toExponential(0)}.`;
  return el('span', { class: agrees ? 'badge parity' : 'badge parity differs', title: words, 'aria-label': words, role: 'note' }, icon(agrees ? 'pass' : 'warning'), el('span', {}, `${agrees ? 'agrees with' : 'differs from'} ${runtime}: ${max.toExponential(1)}`));
}

/** One name as text; several as a list to choose from. */
function choice(name: string, label: string, options: readonly string[], selected: number, choose: (at: number) => void): HTMLElement {
  if (options.length < 2) return el('span', { class: name }, options[0] ?? '');
  const list = el('select', { 'aria-label': label, 'data-control': name }, ...options.map((option, k) => el('option', { value: k }, option)));
  list.value = String(selected);
  list.addEventListener('change', () => choose(list.selectedIndex));
  return el('span', { class: `choice ${name}` }, list, icon('chevron-down'));
}

function between(parts: readonly HTMLElement[]): HTMLElement[] {
  return parts.flatMap((part, k) => (k === 0 ? [part] : [icon('chevron-right'), part]));
}

/** Marks the page as busy for those who can't see the bar. */
export const setBusy = (element: Element, busy: boolean): void => setAttributes(element, { 'aria-busy': busy ? 'true' : undefined });
