/** Compare: what is the difference between RNN, LSTM and GRU? Or between any cells, and any two checkpoints of one layer. */
import { MAIN } from '../../../src/protocol';
import type { CompareAnswer, CompareColumn, ReachAnswer } from '../../../src/questions/compare';
import { el, setText } from '../../dom';
import { l10n, told } from '../../l10n';
import { Plot } from '../../plot/plot';
import { directionOf, ownOf, shownStep, touches, type Changes, type State } from '../../state';
import { fixed, spoken } from '../../words';
import { showKeys } from '../timeline/help';
import { pressKey } from '../timeline/keyboard';
import { neighbour } from '../timeline/layout';
import type { Context, Mounted, View } from '../view';
import { askOf, besideOf, chosen, trainingOf, VIEW } from './choices';
import { costTable, type CostFacts } from './cost';
import { Diagrams } from './diagrams';
import { whatIsKnown } from './known';
import { laneOf } from './lane';
import { coupleOf, Parting, signalOf, TOLERANCES } from './parting';
import { Picker, type Shown } from './picker';
import { reachSpec, reachTable } from './reach';
import type { HiddenRow } from './row';
import { Timelines } from './timelines';
import { Held } from './units';
import { answerWords, namesOf, reachWords } from './words';

export const create: View['create'] = context => new Compare(context);

/** What the hues stand for. */
function jobs(): HTMLElement {
  const word = (hue: string, text: string): HTMLElement => el('span', { class: `hue-${hue} cmp-job` }, text);
  return el('p', { class: 'note cmp-jobs' }, l10n('Same place and hue, same job:'), ' ', word('f', l10n('keep f, z')), word('i', l10n('write i')), word('o', l10n('read o, r')), word('g', l10n('propose g, n')), word('c', l10n('cell state c')), word('h', l10n('hidden state h')));
}

class Compare implements Mounted {
  private readonly answer = el('p', { class: 'cmp-answer' });
  private readonly problem = el('p', { class: 'cmp-problem', role: 'status' });
  private readonly picker: Picker;
  private readonly diagrams: Diagrams;
  private readonly timelines: Timelines;
  private readonly parting: Parting;
  private readonly cost = el('div', {});
  private readonly reach = new Plot();
  private readonly reachClaim = el('p', { class: 'note' });
  private readonly reachTable = el('div', { hidden: true });
  private readonly body = el('div', { class: 'cmp-body', hidden: true });
  private readonly held: Held;
  readonly element: HTMLElement;
  private found: { readonly answer: CompareAnswer; readonly names: readonly string[] } | undefined;
  private readonly watcher = new ResizeObserver(() => this.measure());

  constructor(private readonly context: Context) {
    const { store, data } = context;
    this.held = new Held(store);
    this.picker = new Picker(context);
    this.diagrams = new Diagrams(context);
    this.timelines = new Timelines(context, (row, unit) => this.held.choose(store.state, row.column, unit));
    this.parting = new Parting(context);
    const side = el('div', { class: 'cmp-side' },
      el('section', { 'aria-label': l10n('Cost and reach') }, el('h3', {}, l10n('Cost and reach')), this.cost),
      el('section', { 'aria-label': l10n('Gradients') }, el('h3', {}, l10n('How far does the gradient reach?')), this.reachClaim, this.reach.element, this.reachTable));
    this.body.append(this.diagrams.element, el('div', { class: 'cmp-lower' }, this.timelines.element, side), this.parting.element, whatIsKnown());
    this.element = el('div', { class: 'compare' }, this.answer, this.picker.element, this.problem, this.body);
    this.body.prepend(jobs());
    this.watcher.observe(this.element);
    data.wishes = state => this.timelines.wishes(state, column => this.signalsOf(state, column));
  }

  update(state: State, changed: Changes): void {
    if (!state.scene || !directionOf(state)) return;
    const choice = chosen(state);
    const asked = this.context.data.ask('compare', askOf(state, choice));
    this.picker.draw(state, choice, this.shown(state), asked.answer?.cells ?? []);
    setText(this.problem, asked.error ?? '');
    if (asked.error !== undefined) { this.found = undefined; this.body.hidden = true; setText(this.answer, ''); return; }
    if (asked.answer && !asked.late) this.build(state, asked.answer);
    this.body.classList.toggle('waiting', asked.late);
    if (!this.found || asked.late) return;
    const onlyMoved = [...changed].every(key => key === 'hover' || key === 'pointed');
    this.measure();
    this.diagrams.draw(state, this.shown(state), this.held);
    if (onlyMoved) this.timelines.follow(state);
    else this.draw(state, this.found.answer.columns, this.found.names);
    if (touches(changed, 'selection', 'held')) this.announce(state);
  }

  key(event: KeyboardEvent): boolean {
    const { store } = this.context;
    if (event.key === '/' || event.key === 'Enter') return false;
    if (this.changesUnit(event)) return true;
    return pressKey(event, store, { toggleRow: () => undefined, find: () => undefined, table: () => store.set({ table: !store.state.table }), help: () => this.help(), copy: () => this.copy() });
  }

  help(): void { showKeys(this.element, ['/', 'Enter', ',', '.']); }

  dispose(): void {
    this.watcher.disconnect();
    this.reach.dispose();
    this.context.data.wishes = undefined;
  }

  /** Everything that depends on which cells there are. */
  private build(state: State, answer: CompareAnswer): void {
    if (this.found?.answer === answer) return;
    const changed = state.run !== MAIN;
    const names = namesOf(answer.columns, c => (changed && c.run === state.run ? l10n('{0}, changed', c.cell.name) : changed && c.run === MAIN ? l10n('{0}, baseline', c.cell.name) : c.run === state.run ? state.scene?.weights.description : besideOf(state.scene, c.run)?.weights.description)?.replace(/\.[a-z0-9]+$/i, ''));
    const inputs = answer.input === undefined ? '' : ` ${l10n('Their input is made up: {0}.', told(answer.input))}`;
    this.found = { answer, names };
    this.body.hidden = false;
    setText(this.answer, answerWords(answer.columns) + inputs);
    this.held.build(state, answer.columns);
    this.diagrams.build(state, answer.columns, names, answer.input !== undefined);
    this.timelines.build(answer.columns, names, state.scene?.revision ?? 0, answer.input !== undefined);
    this.measure();
    this.context.data.tiles.want(this.timelines.wishes(state, column => this.signalsOf(state, column)));
    this.context.store.set({ arrived: state.arrived + 1 });
  }

  private draw(state: State, columns: readonly CompareColumn[], names: readonly string[]): void {
    for (const row of this.timelines.rows) row.unit = this.held.unitOf(state, row.column);
    this.timelines.draw(state);
    this.timelines.show(state.table ? this.timelines.table(state) : undefined);
    const { data } = this.context;
    const reaches = columns.map(({ run, level, direction }) => data.ask('reach', { run, level, direction }, run).answer);
    const { answer: pace } = data.ask('pace', { columns: columns.map(({ run, level, direction }) => ({ run, level, direction })) });
    const trainings = columns.map(c => trainingOf(state.scene, c.run, state.run));
    this.drawCost({ names, columns, reaches, pace: pace?.microseconds.length === columns.length ? pace : undefined, trainings });
    this.drawReach(state, columns, names, reaches);
    const { tolerance, pair } = ownOf(state, VIEW);
    const couple = coupleOf(columns, names, pair);
    const rowOf = (column: CompareColumn | undefined): HiddenRow | undefined => this.timelines.rows.find(r => r.column === column);
    this.parting.draw(state, { columns, names }, couple, TOLERANCES.find(t => t === tolerance) ?? 0.01, { order: rowOf(couple?.a)?.order, units: [rowOf(couple?.a)?.unit ?? 0, rowOf(couple?.b)?.unit ?? 0] });
  }

  private costKey = '';
  private drawCost(facts: CostFacts): void {
    const key = JSON.stringify([facts.names, facts.columns.map(c => [c.run, c.parameters]), facts.reaches.map(r => r?.lost ?? (r ? 'far' : '')), facts.pace, facts.trainings]);
    if (key === this.costKey) return;
    this.costKey = key;
    this.cost.replaceChildren(costTable(facts));
  }

  private reachKey: readonly unknown[] = [];
  private drawReach(state: State, columns: readonly CompareColumn[], names: readonly string[], reaches: readonly (ReachAnswer | undefined)[]): void {
    const key = [columns, state.theme, state.table, ...reaches];
    if (key.length === this.reachKey.length && key.every((v, k) => v === this.reachKey[k])) return;
    this.reachKey = key;
    setText(this.reachClaim, reachWords(names, reaches));
    this.reach.element.hidden = state.table;
    this.reachTable.hidden = !state.table;
    const spec = reachSpec(names, columns, reaches, state.theme);
    if (state.table) this.reachTable.replaceChildren(reachTable(names, reaches));
    else if (spec) this.reach.draw(spec, state.theme);
  }

  private shown(state: State): Shown { return ownOf(state, VIEW)['shown'] === 'open' ? 'open' : 'unit'; }

  /** Signals whose windows are drawn: what a cell gives, and what two checkpoints differ in. */
  private signalsOf(state: State, column: CompareColumn): readonly string[] {
    const paired = this.found && coupleOf(this.found.answer.columns, this.found.names, ownOf(state, VIEW)['pair']);
    const signal = paired && (column === paired.a || column === paired.b) ? signalOf(paired, state.selection.signal) : column.output;
    return signal === column.output ? [signal] : [column.output, signal];
  }

  private measure(): void {
    const { store } = this.context;
    const { width } = this.timelines;
    if (width > 0 && width !== store.state.plotWidth) store.set({ plotWidth: width });
    if (this.diagrams.width !== this.diagramWidth) { this.diagramWidth = this.diagrams.width; store.set({ arrived: store.state.arrived + 1 }); }
  }
  private diagramWidth = 0;

  /** Up and down choose the unit of the row that has the focus. */
  private changesUnit(event: KeyboardEvent): boolean {
    const by = { ArrowUp: -1, k: -1, ArrowDown: 1, j: 1 }[event.key];
    const row = this.timelines.rows.find(r => r.canvas === event.target);
    if (by === undefined || !row || this.held.follows(row.column)) return false;
    const { state } = this.context.store;
    this.held.choose(state, row.column, neighbour(row.order, this.held.unitOf(state, row.column), by));
    return true;
  }

  private announce(state: State): void {
    if (!state.held || !this.found) return;
    const step = shownStep(state), label = this.found.answer.input === undefined ? this.context.data.label(step) : undefined;
    const values = this.valuesAt(step).map(([name, unit, value]) => l10n('{0}, unit {1}: h {2}', name, unit, value));
    this.context.say(`${l10n('step {0}', step)}${label === undefined ? '' : `, ${spoken(label)}`}; ${values.join('; ')}`);
  }

  private valuesAt(step: number): (readonly [name: string, unit: number, value: string])[] {
    return this.timelines.rows.map(r => [r.name, r.unit, fixed(this.context.data.tiles.value(laneOf(r.column, r.column.output), r.unit, step)?.value ?? NaN)] as const);
  }

  private copy(): void {
    const step = shownStep(this.context.store.state);
    const lines = this.valuesAt(step).map(([name, unit, value]) => [name, unit, step, value.replace('−', '-')].join('\t'));
    void navigator.clipboard.writeText([['cell', 'unit', 'step', 'h'].join('\t'), ...lines].join('\n'));
  }
}
