/** Cell: how did one unit get from its old state to the new one, and why was each gate open? */
import { diagram, mark, refill, type DiagramValues } from '../../diagram/index';
import type { Asked } from '../../data';
import { button, el, setAttributes, setText } from '../../dom';
import { l10n } from '../../l10n';
import { levelOf, memoryOf, ownOf, rowsOf, touches, type Changes, type State } from '../../state';
import { fixed, signed, spoken, visible } from '../../words';
import type { CellAnswer, DiagramAnswer, SplitAnswer } from '../../../src/questions/cell';
import type { SceneSignal } from '../../../src/protocol';
import { showing } from '../../whatIf/showing';
import type { Context, Mounted, View } from '../view';
import { equationBlocks } from './equations';
import { keysDialog } from '../../keys';
import { goTo, keysShown, pressKey } from './keyboard';
import { rowsOf as fallRows, type Row } from './rows';
import { firstGate, flowIn, story, why } from './story';
import { Strip } from './strip';
import { partTable, signalTable, windowTable } from './table';
import { Waterfall } from './waterfall';

export const create: View['create'] = context => new CellView(context);

const WIDEST = 800;
const WAITING_MS = 300;

class CellView implements Mounted {
  private readonly unit = el('h2', { class: 'cell-unit' });
  private readonly told = el('p', { class: 'cell-story' });
  private readonly legend = el('span', { class: 'note cell-key' });
  private readonly invented = el('p', { class: 'cell-invented', hidden: true });
  private readonly drawing = el('div', { class: 'cell-drawing' });
  private readonly scale = el('p', { class: 'note' });
  private readonly equations = el('div', { class: 'cell-equations' });
  private readonly gates = el('div', { class: 'segments cell-gates', role: 'group', 'aria-label': l10n('Gate or candidate') });
  private readonly question = el('h2', {});
  private readonly claim = el('p', { class: 'note' });
  private readonly missing = el('p', { class: 'cell-missing', hidden: true });
  private readonly fallHost = el('div', { class: 'cell-fallHost' });
  private readonly tables = el('div', { class: 'cell-tables', hidden: true });
  private readonly plots: HTMLElement;
  private readonly strip: Strip;
  private readonly waterfall: Waterfall;
  readonly element: HTMLElement;
  private shape = '';
  private figure: SVGSVGElement | undefined;
  private splits: readonly string[] = [];
  private waiting = 0;
  private said = '';
  private readonly watcher = new ResizeObserver(() => { this.shape = ''; this.update(this.context.store.state, new Set(['plotWidth'])); });

  constructor(private readonly context: Context) {
    const { data, store } = context;
    this.strip = new Strip(data, step => goTo(store, step));
    this.waterfall = new Waterfall(row => { if (row.unit !== undefined) store.select({ unit: row.unit }); });
    this.fallHost.append(this.waterfall.element);
    this.plots = el('div', { class: 'cell-plots' },
      el('section', { class: 'cell-how' }, this.drawing, el('div', { class: 'cell-numbers' }, el('h2', {}, l10n('The same step as numbers')), this.scale, this.equations)),
      el('section', { class: 'cell-why' }, el('div', { class: 'cell-whyHead' }, this.question, this.gates), this.claim, this.missing, this.fallHost));
    this.element = el('div', { class: 'cellView' }, el('div', { class: 'cell-head' }, this.unit, this.told, this.invented, this.legend), this.strip.canvas, this.plots, this.tables);
    data.wishes = state => this.strip.wishes(state);
    this.watcher.observe(this.element);
  }

  update(state: State, changed: Changes): void {
    if (!state.scene || this.element.clientWidth === 0) return;
    if (touches(changed, 'hover', 'pointed') && changed.size === 1) return;
    this.drawStrip(state);
    const { data } = this.context, { level, direction, unit, step } = state.selection;
    const place = { run: state.run, level, direction };
    const cellAsked = data.ask('diagram', place);
    const values = data.ask('cell', { ...place, unit, step });
    const apart = showing(state) === 'difference' ? apartOf(values, data.ask('cell', { level, direction, unit, step }, 'baseline')) : undefined;
    this.plots.hidden = state.table;
    this.tables.hidden = !state.table;
    this.heading(state, cellAsked.answer, values);
    if (cellAsked.error !== undefined || !cellAsked.answer) return this.without(cellAsked);
    this.splits = cellAsked.answer.splits;
    const gate = this.gate(state, cellAsked.answer);
    const split = this.splits.includes(gate) ? data.ask('split', { ...place, unit, step, signal: gate }) : undefined;
    if (state.table) return this.drawTables(state, cellAsked.answer, values, split, gate, apart);
    this.drawCell(state, cellAsked.answer, values, gate, apart);
    this.drawWhy(state, cellAsked.answer, split, gate);
    this.wait(values.late || (split?.late ?? false));
  }

  key(event: KeyboardEvent): boolean {
    return pressKey(event, this.context.store, { gates: this.splits, choose: signal => this.choose(signal), help: () => this.help() });
  }

  help(): void {
    keysDialog(this.element, keysShown());
  }

  dispose(): void {
    this.watcher.disconnect();
    window.clearTimeout(this.waiting);
    this.context.data.wishes = undefined;
  }

  private choose(signal: string): void {
    this.context.store.keep('cell', { gate: signal });
    this.context.store.select({ signal });
  }

  /** The selected signal where it can be split, else the last one that was looked at, else what keeps. */
  private gate(state: State, answer: DiagramAnswer): string {
    const kept = ownOf(state, 'cell')['gate'];
    return [state.selection.signal, kept].find((s): s is string => typeof s === 'string' && answer.splits.includes(s)) ?? firstGate(flowIn(answer, rowsOf(state)), answer.splits);
  }

  private drawStrip(state: State): void {
    if (this.strip.place(state, this.element.clientWidth - 2)) this.context.data.tiles.want(this.strip.wishes(state));
    else if (this.context.data.wishes) this.context.data.tiles.want(this.strip.wishes(state));
    this.strip.draw(state);
  }

  private heading(state: State, answer: DiagramAnswer | undefined, { answer: values, late }: Asked<CellAnswer>): void {
    const { unit, step } = state.selection;
    const signals = rowsOf(state), memory = memoryOf(signals);
    setText(this.unit, l10n('Unit {0}', unit));
    const [called, name] = [memory?.label ?? '', memory?.name ?? ''];
    setText(this.legend, state.scene?.input.axis === 'characters' ? l10n('characters coloured by its {0} {1}', called, name) : l10n('steps coloured by its {0} {1}', called, name));
    const invented = state.scene?.weights.invented ?? state.scene?.input.invented;
    this.invented.hidden = invented === undefined;
    setText(this.invented, invented ? l10n('Invented numbers ({0}): nothing here was learnt.', invented.words) : '');
    if (!answer || !values || late) return;
    const words = story(flowIn(answer, signals), signals, values, step);
    setText(this.told, words);
    const label = this.context.data.label(step);
    const now = `${l10n('step {0}', step)}${label === undefined ? '' : `, ${spoken(label)}`}; ${l10n('unit {0}', unit)}: ${words}`;
    if (this.said !== now && this.said !== '') this.context.say(now);
    this.said = now;
  }

  /** No equations: a trace that does not say what it is of. */
  private without({ error }: Asked<DiagramAnswer>): void {
    if (error === undefined) return;
    this.drawing.replaceChildren(el('p', { class: 'cell-missing' }, error));
    this.equations.replaceChildren();
    this.fallHost.hidden = true;
  }

  private drawCell(state: State, answer: DiagramAnswer, { answer: values, late }: Asked<CellAnswer>, gate: string, apart: Apart | undefined): void {
    const signals = rowsOf(state), { scene, selection } = state;
    const width = Math.min(WIDEST, this.drawing.clientWidth);
    if (width <= 0) return;
    const shape = `${scene?.revision}/${state.run}/${selection.level}/${selection.direction}/${width}`;
    if (shape !== this.shape) {
      this.shape = shape;
      const full = fullOf(memoryOf(signals));
      setText(this.scale, l10n('Thickness in the drawing is the value on the wire, one scale throughout: a full pipe is {0} or more. Blue is below 0.', full));
      this.figure = diagram({ ...answer, signals }, { parts: {}, before: {} }, { width, full, label: '', choose: signal => { if (answer.splits.includes(signal)) this.choose(signal); } });
      this.drawing.replaceChildren(this.figure);
      this.gates.replaceChildren(...answer.splits.map(s => button('segment', () => this.choose(s), { 'data-signal': s, title: signals.find(q => q.name === s)?.label ?? s }, s)));
    }
    if (this.figure && values && !late) {
      refill(this.figure, { ...this.filled(state, answer, values), held: new Set(Object.keys(values.held ?? {})), ...(apart && { apart }) });
      setAttributes(this.figure, { 'aria-label': labelOf(state, signals, values) });
    }
    if (this.figure) mark(this.figure, gate);
    for (const b of this.gates.children) b.setAttribute('aria-pressed', String(b.textContent === gate));
    if (late && values) return;
    const focused = document.activeElement instanceof HTMLElement && this.equations.contains(document.activeElement) ? document.activeElement.dataset['signal'] : undefined;
    this.equations.replaceChildren(...equationBlocks({ answer, signals, parts: values ? this.filled(state, answer, values).parts : {}, ...(values?.held && { held: values.held }), ...(apart && { apart }), chosen: gate, choose: signal => this.choose(signal) }));
    if (focused !== undefined) this.equations.querySelector<HTMLElement>(`[data-signal="${CSS.escape(focused)}"]`)?.focus();
  }

  /** Values of the step; where nothing was computed from weights, what was recorded. */
  private filled(state: State, answer: DiagramAnswer, values: CellAnswer): DiagramValues {
    const label = this.context.data.label(state.selection.step);
    const recorded = answer.statements.flatMap((s, k) => (Object.hasOwn(values.values, s.name) ? [[String(k), values.values[s.name]!.now] as const] : []));
    const letters = state.scene?.input.axis === 'characters' && state.selection.level === 0;
    return { parts: { ...Object.fromEntries(recorded), ...values.parts }, before: values.before, ...(letters && label !== undefined ? { input: visible(label) } : {}) };
  }

  private drawWhy(state: State, answer: DiagramAnswer, split: Asked<SplitAnswer> | undefined, gate: string): void {
    const signal = rowsOf(state).find(s => s.name === gate);
    const gone = split?.error ?? (split === undefined ? l10n('No signal of this cell has weights of its own.') : undefined);
    this.missing.hidden = gone === undefined;
    setText(this.missing, gone ?? '');
    this.fallHost.hidden = this.claim.hidden = gone !== undefined;
    const [before, name, after] = why(signal ?? { name: gate, label: '', kind: 'value', hue: 'x' }, split?.answer?.heldAt ?? split?.answer?.value, state.selection.step, v => signed(v));
    if (gone !== undefined || (split?.answer && !split.late)) this.question.replaceChildren(before, el('span', { class: `ink hue-${signal?.hue ?? 'x'}` }, name), after);
    if (!split?.answer || split.late || gone !== undefined) return;
    const rows = fallRows(split.answer, this.names(state, answer));
    const claim = claimOf(rows, split.answer, gate);
    setText(this.claim, claim + (split.answer.held ? ` ${l10n('The mean and spread of the norm are taken as they were in this step; they depend on every unit’s terms.')}` : ''));
    const narrow = this.element.clientWidth < 860;
    this.waterfall.draw({ rows, answer: split.answer, signal: gate, hue: signal?.hue ?? 'x', gate: signal?.kind === 'gate', claim }, this.element.clientWidth - (narrow ? 196 : 404));
  }

  private names(state: State, answer: DiagramAnswer): Parameters<typeof fallRows>[1] {
    const label = this.context.data.label(state.selection.step), { level } = state.selection;
    const columns = level === 0 ? state.scene?.input.columns : undefined;
    const letters = level === 0 && state.scene?.input.axis === 'characters';
    return { states: statesOf(answer), feature: k => columns?.[k], token: letters && label !== undefined ? visible(label) : undefined };
  }

  private drawTables(state: State, answer: DiagramAnswer, { answer: values }: Asked<CellAnswer>, split: Asked<SplitAnswer> | undefined, gate: string, apart: Apart | undefined): void {
    const { unit, step } = state.selection;
    const memory = memoryOf(rowsOf(state));
    this.tables.replaceChildren(
      ...(values ? [signalTable(l10n('Unit {0} at step {1}', unit, step), rowsOf(state), values, apart)] : []),
      split?.answer ? partTable(l10n('What {0} of unit {1} is made of at step {2}', gate, unit, step), split.answer, statesOf(answer)) : el('p', {}, split?.error ?? ''),
      ...(memory ? [windowTable(l10n('{0} of unit {1}, step by step', memory.label, unit), memory.name, this.strip.rows(state))] : []));
  }

  /** Says that it works on it only where that takes long. */
  private wait(late: boolean): void {
    if (!late) {
      window.clearTimeout(this.waiting);
      this.waiting = 0;
      this.element.classList.remove('waiting');
    } else if (this.waiting === 0) this.waiting = window.setTimeout(() => this.element.classList.add('waiting'), WAITING_MS);
  }
}

type Apart = Readonly<Record<string, number>>;

/** How far each signal is from what it was, of those that differ; undefined while either is not known. */
function apartOf({ answer: now, late }: Asked<CellAnswer>, was: Asked<CellAnswer>): Apart | undefined {
  const before = was.answer?.values;
  if (!now || !before || late || was.late) return undefined;
  return Object.fromEntries(Object.entries(now.values).flatMap(([name, v]) => (Object.hasOwn(before, name) && v.now !== before[name]!.now ? [[name, v.now - before[name]!.now] as const] : [])));
}

const statesOf = ({ statements }: DiagramAnswer): ReadonlySet<string> => new Set(statements.flatMap(s => (s.kind === 'equation' && s.primed ? [s.name] : [])));

/** The |value| that fills a pipe: what the memory seldom exceeds; not so much that gates' products could not be seen. */
function fullOf(memory: SceneSignal | undefined): number {
  const most = memory?.stats.p98 ?? 1;
  return Number.isFinite(most) ? Math.round(Math.min(4, Math.max(1, most)) * 10) / 10 : 1;
}

function labelOf(state: State, signals: readonly SceneSignal[], { values }: CellAnswer): string {
  const told = signals.flatMap(s => (Object.hasOwn(values, s.name) ? [`${s.label || s.name} ${fixed(values[s.name]!.now)}`] : []));
  return l10n('{0} cell, unit {1} at step {2}: {3}', levelOf(state)?.cell ?? '', state.selection.unit, state.selection.step, told.join(', '));
}

/** `bias +1.49, input −3.02, units of h −1.76; the sum is −3.29; σ makes f = 0.036 of it.` */
function claimOf(rows: readonly Row[], { sum, value, bend, heldAt }: SplitAnswer, signal: string): string {
  if (heldAt !== undefined) return l10n('{0} is held at {1}: its preactivation, {2}, does not matter; without the hold {0} would be {3}.', signal, fixed(heldAt), signed(sum), fixed(value, 3));
  const total = (...hues: Row['hue'][]): string | undefined => {
    const own = rows.filter(r => hues.includes(r.hue));
    return own.length === 0 ? undefined : signed(own.reduce((s, r) => s + r.amount, 0));
  };
  const from = [...new Set(rows.flatMap(r => r.source ?? []))];
  const parts = [[l10n('bias'), total('bias')], [l10n('input'), total('x')], [l10n('units of {0}', from.join(', ')), total('unit', 'rest')], [l10n('the rest'), total('other')]];
  const words = parts.flatMap(([name, v]) => (v === undefined ? [] : [`${name} ${v}`])).join(', ');
  const broken = rows.find(r => !Number.isFinite(r.amount));
  if (broken) return l10n('The sum is {0}, because of {1} ({2}).', fixed(sum), broken.label, broken.exact);
  const start = l10n('Every term of its preactivation, added up: {0}; the sum is {1}', words, signed(sum));
  return start + (bend === '' ? '.' : `; ${l10n('{0} makes {1} = {2} of it.', bend, signal, fixed(value, 3))}`);
}

