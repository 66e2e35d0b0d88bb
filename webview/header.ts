/** The bars on top: what is shown (model, layer, direction, sizes), the question, where input and weights came from. */
import type { Scene } from '../src/protocol';
import { button, el, icon, setAttributes } from './dom';
import { l10n, term } from './l10n';
import { togglePlay } from './play';
import { levelOf, touches, type Changes, type State } from './state';
import { VIEWS } from './views';
import type { Context } from './views/view';
import { toggleWhatIf } from './whatIf';
import { keep, keptOf } from './whatIf/kept';
import { changedWords } from './whatIf/words';
import { counted } from './words';

export class Header {
  private readonly crumbs = el('nav', { class: 'crumbs', 'aria-label': l10n('Model and layer') });
  private readonly sizes = el('p', { class: 'sizes' });
  private readonly tabs = el('div', { class: 'tabs', role: 'tablist', 'aria-label': l10n('Views') });
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
    if (!scene || !touches(changed, 'scene', 'selection', 'panelPinned', 'view', 'table', 'theme', 'own', 'run', 'playing')) return;
    const key = [scene.revision, state.selection.level, state.selection.direction, state.panelPinned, state.view, state.table, keptOf(state).on, changedWords(state), state.playing, JSON.stringify([scene.input, scene.weights, scene.parity, scene.canReveal])].join('|');
    if (key === this.drawn) return;
    this.drawn = key;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['control'] : undefined;
    this.drawCrumbs(scene, state);
    this.drawTools(scene, state);
    this.drawSources(scene, changedWords(state));
    this.question.textContent = VIEWS.find(view => view.id === state.view)?.question(state) ?? '';
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
      choice('level', l10n('Layer'), scene.levels.map(l => l.name), selection.level, at => this.changeLevel(at)),
      choice('direction', l10n('Direction'), directions.map(term), selection.direction, at => store.select({ direction: at })),
    ]));
    this.sizes.replaceChildren(el('b', {}, level.cell), ` ${[`${level.inputSize} → ${level.units}`, ...(level.parameters > 0 ? [counted(level.parameters, 'parameter')] : []), counted(scene.steps, 'step')].join(' · ')}`);
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
      ...(scene.canReveal ? [tool('go-to-file', l10n('Show the code'), () => act('reveal'))] : []),
      tool(state.playing ? 'debug-pause' : 'play', state.playing ? l10n('Stop (p)') : l10n('Play: walk through the steps (p)'), () => togglePlay(store), state.playing),
      tool('table', state.table ? l10n('Show plots (t)') : l10n('Show as table (t)'), () => store.set({ table: !store.state.table }), state.table),
      tool('beaker', l10n('What if: gates as knobs (w)'), () => toggleWhatIf(store), keptOf(state).on),
      tool('save-as', l10n('Export trace…'), () => act('export')),
      tool('keyboard', l10n('Keys (?)'), this.showKeys),
      tool(state.panelPinned ? 'pinned' : 'pin', l10n('Keep this panel for this layer'), () => act('pin', String(!store.state.panelPinned)), state.panelPinned));
  }

  private drawSources({ input, weights, parity }: Scene, changed: string): void {
    const { act, store } = this.context;
    const changedBadge = changed && button('badge changed', () => keep(store, { on: true }), { 'data-control': 'changed', title: changed }, icon('beaker'), el('span', {}, changed));
    const badge = weights.invented
      ? button('badge invented', this.openBinding, { 'data-control': 'weights', title: l10n('Weights that nobody trained. Choose a checkpoint…') }, icon('warning'), el('span', {}, l10n('weights: {0}', weights.invented.words)))
      : button('badge', this.openBinding, { 'data-control': 'weights', title: l10n('What this layer is tied to…') }, icon('file-binary'), el('span', {}, l10n('weights: {0}', weights.description)));
    const inputButton = button(input.invented ? 'badge invented' : 'badge', () => act('chooseInput'), { 'data-control': 'input', title: l10n('Choose an input…') },
      ...(input.invented ? [icon('warning')] : []), el('span', {}, el('span', { class: 'kind' }, `${l10n('Input')} `), input.invented?.words ?? input.description), icon('chevron-down'));
    const seed = weights.invented ?? input.invented;
    const seedButton = seed && button('badge seed', () => act('seed', String(seed.seed + 1)), { 'data-control': 'seed', title: l10n('Draw anew with the next seed') }, el('span', {}, el('span', { class: 'kind' }, `${l10n('Seed')} `), String(seed.seed)), icon('refresh'));
    this.sources.replaceChildren(...[changedBadge || undefined, inputButton, seedButton, badge, parity && parityBadge(parity)].filter(s => s !== undefined));
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
function parityBadge({ runtime, max, step, bound, rounded }: NonNullable<Scene['parity']>): HTMLElement {
  const agrees = max <= bound;
  const values = [runtime, max.toExponential(1), step, bound.toExponential(0)] as const;
  const said = agrees
    ? l10n('Greatest difference to {0} of what the last layer gives: {1}, at step {2}. Within {3}.', ...values)
    : l10n('Greatest difference to {0} of what the last layer gives: {1}, at step {2}. Beyond {3}.', ...values);
  const words = rounded ? `${said} ${l10n('It rounds to 8 bits what goes into each product; what is shown does not.')}` : said;
  const name = rounded ? l10n('{0} (8 bits)', runtime) : runtime;
  return el('span', { class: agrees ? 'badge parity' : 'badge parity differs', title: words, 'aria-label': words, role: 'note' }, icon(agrees ? 'pass' : 'warning'), el('span', {}, agrees ? l10n('agrees with {0}: {1}', name, max.toExponential(1)) : l10n('differs from {0}: {1}', name, max.toExponential(1))));
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
