/** The cells' diagrams beside one another, in one visual language, filled with the values of a step. */
import { MAIN } from '../../../src/protocol';
import type { CompareColumn } from '../../../src/questions/compare';
import { el, setText } from '../../dom';
import { diagram, refill, NO_VALUES, type DiagramValues } from '../../diagram';
import { l10n, term, told } from '../../l10n';
import type { Context } from '../view';
import { shownStep, type State } from '../../state';
import { counted, grouped, visible } from '../../words';
import { besideOf, trainingOf } from './choices';
import type { Held } from './units';
import { shapeWords, yearOf } from './words';

type Shown = 'unit' | 'open';
const HUES: Readonly<Record<string, string>> = { x: 'x', i: 'i', f: 'f', o: 'o', g: 'g', c: 'c', h: 'h', z: 'f', r: 'o', n: 'g' };
const KINDS: Readonly<Record<string, string>> = { gate: 'i', candidate: 'g', state: 'h', value: 'x' };
type Hue = 'x' | 'i' | 'f' | 'o' | 'g' | 'c' | 'h';
type Kind = 'gate' | 'candidate' | 'state' | 'value';

/** What has the same job has the same hue, as in the other views. */
const hueOf = (name: string, kind: string): Hue => (Object.hasOwn(HUES, name) ? HUES[name] : KINDS[kind] ?? 'x') as Hue;

/** Laid out no narrower than this: the picture shrinks instead. */
const NARROWEST = 160;

interface Place { readonly column: CompareColumn; readonly name: string; readonly root: HTMLElement; readonly host: HTMLElement; readonly now: HTMLElement; drawn: { readonly key: string; readonly svg: SVGSVGElement } | undefined }

export class Diagrams {
  readonly element = el('div', { class: 'cmp-columns' });
  private places: readonly Place[] = [];
  private madeUp = false;

  constructor(private readonly context: Context) {}

  /** `madeUp`: they do not read what the scene shows. */
  build(state: State, columns: readonly CompareColumn[], names: readonly string[], madeUp: boolean): void {
    this.madeUp = madeUp;
    this.places = columns.map((column, k) => place(state, column, names[k]!, k));
    this.element.style.setProperty('--columns', String(columns.length));
    this.element.replaceChildren(...this.places.map(p => p.root), ...columns.map((column, k) => equations(column, names[k]!, k)));
  }

  /** Width of one diagram. */
  get width(): number { return this.places[0]?.host.clientWidth ?? 0; }

  draw(state: State, shown: Shown, held: Held): void {
    for (const p of this.places) this.fill(p, state, shown, held.unitOf(state, p.column));
  }

  private fill(p: Place, state: State, shown: Shown, unit: number): void {
    const { data } = this.context;
    const { run, level, direction } = p.column;
    const source = data.ask('diagram', { run, level, direction }, `compare ${p.column.run}`).answer;
    if (!source || p.host.clientWidth <= 0) return;
    const width = Math.max(NARROWEST, Math.floor(p.host.clientWidth));
    const step = shownStep(state);
    const values = shown === 'unit' ? this.ofUnit(p, unit, step) : this.ofAll(p, unit, step);
    const key = `${width} ${run}`;
    if (p.drawn?.key !== key) {
      const label = `${p.name}: ${shapeWords(p.column)}. ${p.column.signals.map(s => `${s.name} = ${s.equation}`).join('; ')}`;
      const signals = p.column.signals.map(s => ({ name: s.name, label: term(s.label), kind: s.kind as Kind, hue: hueOf(s.name, s.kind) }));
      p.drawn = { key, svg: diagram({ ...source, signals }, NO_VALUES, { width, compact: true, label }) };
      p.host.replaceChildren(p.drawn.svg);
    }
    if (values) refill(p.drawn.svg, { ...values, input: this.input(state, step) });
    setText(p.now, shown === 'unit' ? l10n('unit {0} at step {1}', unit, step) : l10n('share of open valves at step {0}', step));
  }

  /** The character that is read, as far as it is short enough for its box. */
  private input({ scene }: State, step: number): string {
    const label = this.madeUp || scene?.input.axis !== 'characters' ? undefined : this.context.data.label(step);
    return label === undefined || [...label].length > 2 ? 'x' : visible(label);
  }

  private ofUnit({ column: { run, level, direction } }: Place, unit: number, step: number): DiagramValues | undefined {
    const found = this.context.data.ask('cell', { run, level, direction, unit, step }, `compare ${run}`).answer;
    return found && { parts: found.parts, before: found.before };
  }

  private ofAll({ column: { run, level, direction, signals } }: Place, unit: number, step: number): DiagramValues | undefined {
    const found = this.context.data.ask('moment', { run, level, direction, unit, step }, `compare ${run}`).answer;
    return found && { parts: {}, before: {}, signals: Object.fromEntries(signals.flatMap(s => (s.kind === 'gate' && found.signals[s.name] ? [[s.name, found.signals[s.name]!.open]] : []))) };
  }
}

function place(state: State, column: CompareColumn, name: string, k: number): Place {
  const host = el('div', { class: 'cmp-diagram' }), now = el('span', { class: 'note cmp-now' });
  const year = yearOf(column);
  const root = el('section', { class: 'cmp-column', 'aria-label': name },
    el('div', { class: 'cmp-head' }, el('h2', {}, name), el('p', {}, `${shapeWords(column)}${year ? ` (${year})` : ''}`)),
    weightsLine(state, column), host, now);
  root.style.setProperty('--place', String(k + 1));
  return { column, name, root, host, now, drawn: undefined };
}

/** Sizes, and whether anybody trained it. */
function weightsLine(state: State, column: CompareColumn): HTMLElement {
  const { scene } = state;
  const beside = besideOf(scene, column.run);
  const training = trainingOf(scene, column.run, state.run);
  const updates = training?.updates === undefined ? '' : l10n(', trained {0}', counted(training.updates, 'update'));
  const own = column.run === state.run || column.run === MAIN ? scene?.weights.invented : beside?.weights.invented;
  const from = column.invented ? l10n('untrained: {0}, seed {1}', own?.words ?? told(column.invented.rule), own?.seed ?? column.invented.seed) : `${beside?.weights.description ?? scene?.weights.description ?? ''}${updates}`;
  const sizes = l10n('{0} → {1}, {2} parameters', column.inputSize, grouped(column.units), grouped(column.parameters));
  return el('p', { class: 'cmp-weights' }, el('span', {}, sizes), el('span', { class: column.invented ? 'cmp-untrained' : 'note', title: from }, from));
}

function equations(column: CompareColumn, name: string, k: number): HTMLElement {
  const line = (s: CompareColumn['signals'][number]): HTMLElement => {
    const state = s.kind === 'state' ? '′' : '';
    return el('div', { class: `hue-${hueOf(s.name, s.kind)}` }, el('span', { class: 'cmp-left' }, `${s.name}${state}`), ` = ${s.equation.replaceAll("'", '′')}`);
  };
  const made = el('div', { class: 'cmp-equations', role: 'group', 'aria-label': l10n('Equations of {0}', name) }, el('b', { class: 'cmp-only' }, name), ...column.signals.map(line));
  made.style.setProperty('--place', String(k + 1));
  return made;
}
