/** Timeline: what did every unit do at every timestep? */
import { MAIN } from '../../../src/protocol';
import { Card } from '../../card';
import { el } from '../../dom';
import { l10n } from '../../l10n';
import { drawn } from '../../probe';
import { directionOf, inputOf, levelOf, memoryOf, rowsOf, shownStep, touches, type Changes, type State } from '../../state';
import { openNext, SequenceStrip } from '../../sequences';
import { showing } from '../../whatIf/showing';
import { fixed, figures, spoken } from '../../words';
import type { Context, Mounted, View } from '../view';
import { CurveRow } from './curve';
import { Find } from './find';
import { Foot } from './foot';
import { showKeys } from './help';
import { InputRow } from './input';
import { pressKey } from './keyboard';
import { Overlay } from './overlay';
import { Overview } from './overview';
import { followPointer, movesTip } from './pointer';
import { RangeBar } from './rangeBar';
import { SignalRow } from './row';
import { windowTable } from './table';
import { Tip } from './tip';

export const create: View['create'] = context => new Timeline(context);

interface Parts { readonly input: InputRow; readonly curves: readonly CurveRow[]; readonly overview: Overview; readonly overlay: Overlay; readonly rows: readonly SignalRow[] }

class Timeline implements Mounted {
  private readonly plots = el('div', { class: 'plots' });
  private readonly tableHost = el('div', { class: 'tableView', hidden: true });
  private readonly card: Card;
  private readonly tip: Tip;
  private readonly find: Find;
  private readonly foot: Foot;
  private readonly rangeBar: RangeBar;
  private readonly sequences: SequenceStrip;
  readonly element: HTMLElement;
  private parts: Parts | undefined;
  private shape = '';
  private last: State | undefined;
  /** The exact values to be said have not come yet. */
  private owed = false;
  private plotLeft = 0;
  private readonly measure = (): void => {
    const plot = this.parts?.input.axis.parentElement;
    if (!plot || plot.clientWidth === 0) return;
    this.parts?.overlay.forget();
    this.plotLeft = plot.getBoundingClientRect().left;
    const { store } = this.context;
    if (store.state.plotWidth === plot.clientWidth) store.set({ arrived: store.state.arrived + 1 });
    else store.set({ plotWidth: plot.clientWidth });
    store.set({ viewHeight: window.innerHeight });
  };
  private readonly watcher = new ResizeObserver(this.measure);

  constructor(private readonly context: Context) {
    const { store, data } = context;
    this.card = new Card(context);
    this.tip = new Tip(data);
    this.find = new Find(store, data);
    this.foot = new Foot(store, context.act);
    this.rangeBar = new RangeBar(store, data);
    this.sequences = new SequenceStrip(context, data);
    const main = el('div', { class: 'main' }, this.find.element, this.sequences.root, this.plots, this.tableHost, this.foot.element);
    this.element = el('div', { class: 'timeline' }, main, this.card.element, this.tip.element);
    followPointer(this.plots, store, () => this.parts?.rows ?? [], () => this.plotLeft);
    this.watcher.observe(this.plots);
    window.addEventListener('resize', this.measure);
  }

  update(state: State, changed: Changes): void {
    if (!state.scene || !directionOf(state)) return;
    if (this.build(state)) this.measure();
    if (this.last && this.parts && this.knows(state, changed, this.last)) return;
    const repaint = this.repaints(state, changed);
    this.last = state;
    if (touches(changed, 'card', 'selection', 'theme', 'scene')) this.card.draw(state);
    if (touches(changed, 'range', 'arrived', 'selection', 'surprise', 'run', 'scene')) this.card.drawRange(state);
    if (!this.parts || state.plotWidth <= 0) return;
    if (repaint) this.sequences.draw(state);
    this.plots.classList.toggle('changed', state.run !== MAIN);
    this.plots.hidden = state.table;
    this.tableHost.hidden = !state.table;
    if (state.table && (repaint || touches(changed, 'table', 'selection'))) this.tableHost.replaceChildren(windowTable(state, this.context.data));
    if (repaint && !state.table) this.paint(state, this.parts);
    if (!state.table) this.follow(state, changed, this.parts);
    if (touches(changed, 'selection', 'held') || this.owed) this.announce(state);
  }

  key(event: KeyboardEvent): boolean {
    const { store } = this.context;
    if (this.sequences.owns(event)) return true;
    return pressKey(event, store, {
      toggleRow: signal => this.toggle(signal),
      find: () => this.find.open(),
      table: () => store.set({ table: !store.state.table }),
      help: () => this.help(),
      sequence: by => openNext(this.context, by),
      copy: () => void navigator.clipboard.writeText(this.valuesText(store.state)),
    });
  }

  help(): void { showKeys(this.element); }

  dispose(): void {
    this.watcher.disconnect();
    window.removeEventListener('resize', this.measure);
    for (const row of this.parts?.rows ?? []) row.dispose();
  }

  /** Makes the rows anew where the layer, its signals or their statistics are others. */
  private build(state: State): boolean {
    const { scene, selection } = state;
    const shape = `${scene?.revision}/${selection.level}/${selection.direction}`;
    if (shape === this.shape || !scene) return false;
    this.shape = shape;
    for (const row of this.parts?.rows ?? []) row.dispose();
    const { data, store } = this.context;
    const signals = rowsOf(state);
    const memory = memoryOf(signals);
    if (!memory) return false;
    const rows = signals.map(signal => new SignalRow(signal, data, () => this.toggle(signal.name)));
    for (const row of rows) row.canvas.addEventListener('focus', () => store.select({ signal: row.signal.name }));
    const input = new InputRow(inputOf(state), scene.input.axis === 'characters', scene.curves.length > 0, data);
    const overview = new Overview(memory, data, store);
    const curves = scene.curves.map(curve => new CurveRow(curve, data));
    const strips = [...(input.strip ? [input.strip] : []), ...curves.map(c => c.canvas)];
    const stage = { container: this.plots, axis: input.axis, overview: overview.canvas, strips, rows };
    const overlay = new Overlay(stage, step => data.label(step));
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset : undefined;
    this.plots.replaceChildren(overview.root, input.root, this.rangeBar.root, ...curves.map(c => c.root), ...rows.map(row => row.root), overlay.canvas);
    this.parts = { input, curves, overview, overlay, rows };
    if (focused?.['signal']) rows.find(row => row.signal.name === focused['signal'])?.canvas.focus();
    this.plots.classList.toggle('invented', Boolean(scene.weights.invented ?? scene.input.invented));
    drawn.rows = () => this.parts?.rows ?? [];
    drawn.state = () => store.state;
    return true;
  }

  /** A knob's turn is drawn when its run is there, and a run that was drawn is not drawn again. */
  private knows(state: State, changed: Changes, last: State): boolean {
    return [...changed].every(key => (key === 'own' && showing(state) === showing(last)) || (key === 'run' && state.run === last.run));
  }

  /** Whether more than the crosshair has to be painted. */
  private repaints(state: State, changed: Changes): boolean {
    if (touches(changed, 'scene', 'from', 'to', 'open', 'units', 'arrived', 'theme', 'plotWidth', 'viewHeight', 'track', 'surprise', 'table', 'order', 'range') || state.run !== this.last?.run) return true;
    if (touches(changed, 'own') && (!this.last || showing(state) !== showing(this.last))) return true; // a knob's turn is drawn when its run is there
    const [now, before] = [state.selection, this.last?.selection];
    return !before || now.unit !== before.unit || now.signal !== before.signal || now.level !== before.level || now.direction !== before.direction;
  }

  private paint(state: State, { overview, overlay, input, curves, rows }: Parts): void {
    if (this.rangeBar.draw(state)) overlay.forget();
    overview.draw(state);
    input.draw(state);
    for (const curve of curves) curve.draw(state);
    for (const row of rows) row.draw(state);
    this.foot.draw(state);
  }

  /** Crosshair, values in the heads, tooltip. */
  private follow(state: State, changed: Changes, { overlay, rows, input, curves }: Parts): void {
    for (const row of rows) row.read(state);
    for (const curve of curves) curve.read(state);
    input.read(state);
    overlay.draw(state);
    if (movesTip(changed)) this.tip.draw(state, rows);
  }

  private toggle(signal: string): void {
    const { store } = this.context;
    const { open } = store.state;
    store.set({ open: open.includes(signal) ? open.filter(s => s !== signal) : [...open, signal] });
    store.select({ signal });
  }

  /** Says the values at the held step, once they are known exactly. */
  private announce(state: State): void {
    this.owed = false;
    if (!state.held) return;
    const step = shownStep(state);
    const label = this.context.data.label(step);
    const told = rowsOf(state).filter(s => s.name === state.selection.signal || s === memoryOf(rowsOf(state)));
    const found = told.map(s => this.context.data.value(state, s.name, state.selection.unit, step));
    this.owed = found.some(f => f === undefined || f.bucket > 1);
    if (this.owed) return;
    const values = told.map((s, k) => `${s.label} ${fixed(found[k]?.value ?? NaN)}`);
    this.context.say(label === undefined
      ? l10n('step {0}; unit {1}: {2}', step, state.selection.unit, values.join(', '))
      : l10n('step {0}, {3}; unit {1}: {2}', step, state.selection.unit, values.join(', '), spoken(label)));
  }

  /** Values at the crosshair, tab separated, for the clipboard. */
  private valuesText(state: State): string {
    const step = shownStep(state);
    const signals = rowsOf(state);
    const values = signals.map(s => figures(this.context.data.value(state, s.name, state.selection.unit, step)?.value ?? NaN, 9).replace('−', '-'));
    return [['layer', 'unit', 'step', ...signals.map(s => s.name)], [levelOf(state)?.name ?? '', state.selection.unit, step, ...values]].map(line => line.join('\t')).join('\n');
  }
}
