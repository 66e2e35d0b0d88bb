/** The same step as numbers: each equation as it is written, and with the numbers put in. Those with weights of their own can be chosen. */
import type { Equation } from '../../../src/core/equations/syntax';
import type { CellAnswer, DiagramAnswer } from '../../../src/questions/cell';
import { button, el } from '../../dom';
import type { Signals } from './story';
import { l10n } from '../../l10n';
import { fixed, signed } from '../../words';
import { symbols, worked, type Names, type Token } from './tokens';

export interface EquationsInput {
  readonly answer: DiagramAnswer;
  readonly signals: Signals;
  readonly parts: Readonly<Record<string, number>>;
  /** By signal: what holds it, and what it would be without. */
  readonly held?: CellAnswer['held'];
  /** By signal: how far it is from the baseline. */
  readonly apart?: Readonly<Record<string, number>>;
  readonly chosen: string;
  readonly choose: (signal: string) => void;
}

/** One block an equation. */
export function equationBlocks({ answer, signals, parts, held, apart, chosen, choose }: EquationsInput): HTMLElement[] {
  const equations = answer.statements.flatMap((s, k) => (s.kind === 'equation' ? [{ ...s, path: String(k) }] : []));
  const names: Names = { states: new Set(equations.filter(q => q.primed).map(q => q.name)), signals: new Set(equations.filter(q => !q.primed).map(q => q.name)) };
  const hue = (name: string): string => signals.find(s => s.name === name)?.hue ?? 'x';
  const spans = (tokens: readonly Token[]): HTMLElement[] => tokens.map(t => el('span', { class: t.hue === undefined ? undefined : `ink hue-${hue(t.hue)}${t.result ? ' cell-value' : ''}` }, t.text));
  const own = <T>(all: Readonly<Record<string, T>> | undefined, name: string): T | undefined => (all && Object.hasOwn(all, name) ? all[name] : undefined);
  const label = (name: string): string => signals.find(s => s.name === name)?.label ?? '';
  return equations.map(q => block({ ...q, label: label(q.name) }, names, { parts, held: own(held, q.name), apart: own(apart, q.name) }, answer, spans, hue(q.name), chosen === q.name, answer.splits.includes(q.name) ? choose : undefined));
}

interface Numbers { readonly parts: EquationsInput['parts']; readonly held: { readonly at: number; readonly free: number } | undefined; readonly apart: number | undefined }

function block(q: Equation & { readonly path: string; readonly label: string }, names: Names, numbers: Numbers, answer: DiagramAnswer, spans: (tokens: readonly Token[]) => HTMLElement[], hue: string, chosen: boolean, choose: ((signal: string) => void) | undefined): HTMLElement {
  const pre = Object.hasOwn(answer.activations, q.name) ? answer.activations[q.name]?.pre : undefined;
  const lines = [
    el('span', { class: 'cell-line' }, el('span', { class: 'cell-label' }, q.label), ...spans([{ text: q.name, hue: q.name }, { text: ' = ' }, ...symbols(q.right, names)])),
    ...(Object.keys(numbers.parts).length === 0 ? [] : [el('span', { class: 'cell-line cell-worked' }, ...workedSpans(q, names, numbers, pre, spans))]),
  ];
  const kind = `cell-equation hue-${hue}`;
  return choose ? button(`${kind} cell-choice`, () => choose(q.name), { 'aria-pressed': String(chosen), 'data-signal': q.name }, ...lines) : el('div', { class: kind }, ...lines);
}

/** The numbers behind each `=`; of what is held first what it is held at, then what it would be. */
function workedSpans(q: Equation & { readonly path: string }, names: Names, { parts, held, apart }: Numbers, pre: string | undefined, spans: (tokens: readonly Token[]) => HTMLElement[]): (HTMLElement | string)[] {
  const stages = worked(q, held ? { ...parts, [q.path]: held.free } : parts, names, pre).map(tokens => el('span', { class: 'cell-stage' }, '= ', ...spans(tokens)));
  const difference = apart === undefined ? [] : [' ', el('span', { class: 'cell-apart', title: l10n('difference to the baseline') }, signed(apart, 3))];
  if (!held) return [...stages, ...difference];
  const free = el('span', { class: 'cell-free' }, ` ${l10n('Without the hold it would be')} `, ...stages);
  return [el('span', { class: 'cell-stage' }, l10n('{0} is held at', q.name), ' ', ...spans([{ text: fixed(held.at, 2), hue: q.name, result: true }]), ...difference, '.'), free];
}
