/** Under the rows: the order of units, and what the colours mean. */
import type { UnitOrder } from '../../../src/protocol';
import { button, el, filled, setAttributes } from '../../dom';
import { l10n } from '../../l10n';
import { rowsOf, type State, type Store } from '../../state';
import { scaleOf } from '../../theme';
import { fixed } from '../../words';
import { unpack } from '../../ramps';
import { showing } from '../../whatIf/showing';

const ORDERS: readonly { readonly id: UnitOrder; readonly label: string }[] = [
  { id: 'index', label: l10n('index') }, { id: 'coactivation', label: l10n('co-activation') }, { id: 'halfLife', label: l10n('half-life') },
  { id: 'saturation', label: l10n('saturation') }, { id: 'activity', label: l10n('activity') },
];

export class Foot {
  private readonly group = el('div', { class: 'segments', role: 'radiogroup', 'aria-label': l10n('Order of units') });
  private readonly before = button('segment alone', () => this.act('preactivations', String(!(this.store.state.scene?.preactivations ?? false))), { 'data-control': 'preactivations' }, l10n('preactivations'));
  private readonly legend = el('div', { class: 'colours' });
  readonly element: HTMLElement;
  private drawn = '';

  constructor(private readonly store: Store, private readonly act: (id: string, value: string) => void) {
    this.element = el('div', { class: 'foot' },
      el('div', { class: 'order' }, el('span', { 'aria-hidden': 'true' }, l10n('Units by')), this.group, this.before),
      this.legend);
    this.group.addEventListener('keydown', event => this.arrow(event));
  }

  draw(state: State): void {
    const signals = rowsOf(state);
    this.before.hidden = state.scene?.preactivations === undefined;
    setAttributes(this.before, { 'aria-pressed': String(state.scene?.preactivations ?? false), title: l10n('Rows for what each activation reads, before σ or tanh: the layer is run again') });
    const apart = showing(state) === 'difference';
    const key = [apart, state.order, state.theme.look, state.theme.colors, ...signals.map(s => `${s.name}${s.stats.p98}${s.stats.notFinite?.step ?? ''}`)].join();
    if (key === this.drawn) return;
    this.drawn = key;
    const offered = ORDERS.filter(o => o.id !== 'halfLife' || signals.some(s => s.hue === 'f' && s.kind === 'gate'));
    const focused = this.group.contains(document.activeElement);
    this.group.replaceChildren(...offered.map(o => {
      const on = o.id === state.order;
      return button('segment', () => this.store.set({ order: o.id }), { role: 'radio', 'aria-checked': String(on), tabindex: on ? 0 : -1 }, o.label);
    }));
    if (focused) this.group.querySelector<HTMLElement>('[aria-checked=true]')?.focus();
    this.legend.replaceChildren(...(apart ? differenceColours(state) : colours(state)));
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

/** Where all signals have one palette, its bar stands once. */
const once = <T>(ramps: readonly T[]): T[] => [...new Set(ramps)];

/** Changed minus baseline. */
function differenceColours(state: State): HTMLElement[] {
  const signals = rowsOf(state);
  const bars = el('span', { class: 'bars', 'aria-hidden': 'true' }, ...once(signals.map(s => state.theme.ramp(s.hue, 'signed', true))).map(bar));
  return [el('span', { class: 'scaleKey wraps' }, ...filled(l10n('lower than the baseline {0} higher, to the 98th percentile of what differs in each row'), bars))];
}

function colours(state: State): HTMLElement[] {
  const signals = rowsOf(state);
  const gates = signals.filter(s => s.kind === 'gate');
  const values = signals.filter(s => s.kind !== 'gate');
  const bars = (of: typeof signals): HTMLElement => el('span', { class: 'bars', 'aria-hidden': 'true' }, ...once(of.map(s => state.theme.ramp(s.hue, scaleOf(s).kind, true))).map(bar));
  const found: HTMLElement[] = [];
  if (gates.length > 0) found.push(el('span', { class: 'scaleKey' }, ...filled(l10n('closed 0 {0} 1 open'), bars(gates))));
  if (values.length > 0) found.push(el('span', { class: 'scaleKey' }, '− ', bars(values), ` + ${values.map(extent).join(', ')}`));
  if (signals.some(s => s.stats.notFinite)) found.push(el('span', { class: 'scaleKey' }, el('i', { class: 'brokenSwatch' }), ` ${l10n('NaN or ∞')}`));
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
