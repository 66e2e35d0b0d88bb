/** Under the rows: the order of units, and what the colours mean. */
import type { UnitOrder } from '../../../src/protocol';
import { button, el } from '../../dom';
import { rowsOf, type State, type Store } from '../../state';
import { scaleOf } from '../../theme';
import { fixed } from '../../words';
import { unpack } from '../../ramps';

const ORDERS: readonly { readonly id: UnitOrder; readonly label: string }[] = [
  { id: 'index', label: 'index' }, { id: 'coactivation', label: 'co-activation' }, { id: 'halfLife', label: 'half-life' },
];

export class Foot {
  private readonly group = el('div', { class: 'segments', role: 'radiogroup', 'aria-label': 'Order of units' });
  private readonly legend = el('div', { class: 'colours' });
  readonly element: HTMLElement;
  private drawn = '';

  constructor(private readonly store: Store) {
    this.element = el('div', { class: 'foot' },
      el('div', { class: 'order' }, el('span', { 'aria-hidden': 'true' }, 'Units by'), this.group),
      this.legend);
    this.group.addEventListener('keydown', event => this.arrow(event));
  }

  draw(state: State): void {
    const signals = rowsOf(state);
    const key = [state.order, state.theme.look, ...signals.map(s => `${s.name}${s.stats.p98}${s.stats.notFinite?.step ?? ''}`)].join();
    if (key === this.drawn) return;
    this.drawn = key;
    const offered = ORDERS.filter(o => o.id !== 'halfLife' || signals.some(s => s.hue === 'f' && s.kind === 'gate'));
    const focused = this.group.contains(document.activeElement);
    this.group.replaceChildren(...offered.map(o => {
      const on = o.id === state.order;
      return button('segment', () => this.store.set({ order: o.id }), { role: 'radio', 'aria-checked': String(on), tabindex: on ? 0 : -1 }, o.label);
    }));
    if (focused) this.group.querySelector<HTMLElement>('[aria-checked=true]')?.focus();
    this.legend.replaceChildren(...colours(state));
  }

  private arrow(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    const segments = [...this.group.querySelectorAll<HTMLElement>('[role=radio]')];
    const at = segments.findIndex(s => s.getAttribute('aria-checked') === 'true');
    segments[(at + by + segments.length) % segments.length]?.click();
    event.preventDefault();
    event.stopPropagation();
  }
}

function colours(state: State): HTMLElement[] {
  const signals = rowsOf(state);
  const gates = signals.filter(s => s.kind === 'gate');
  const values = signals.filter(s => s.kind !== 'gate');
  const bars = (of: typeof signals): HTMLElement => el('span', { class: 'bars', 'aria-hidden': 'true' }, ...of.map(s => bar(state.theme.ramp(s.hue, scaleOf(s).kind, true))));
  const found: HTMLElement[] = [];
  if (gates.length > 0) found.push(el('span', { class: 'scaleKey' }, 'closed 0 ', bars(gates), ' 1 open'));
  if (values.length > 0) found.push(el('span', { class: 'scaleKey' }, '− ', bars(values), ` + ${values.map(extent).join(', ')}`));
  if (signals.some(s => s.stats.notFinite)) found.push(el('span', { class: 'scaleKey' }, el('i', { class: 'brokenSwatch' }), ' NaN or ∞'));
  return found;
}

function extent(signal: ReturnType<typeof rowsOf>[number]): string {
  const scale = scaleOf(signal);
  return `${scale.kind === 'tanh' ? 'tanh ' : ''}${signal.name} ±${scale.kind === 'unit' || scale.max === 1 ? 1 : fixed(scale.max)}`;
}

function bar(ramp: Uint32Array): HTMLElement {
  const made = el('i');
  const stops = Array.from({ length: 17 }, (_, k) => `rgb(${unpack(ramp[k * 15.9375 | 0] ?? 0).join(' ')})`);
  made.style.backgroundImage = `linear-gradient(to right, ${stops.join(', ')})`;
  return made;
}
