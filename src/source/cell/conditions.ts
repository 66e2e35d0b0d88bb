/** Which way a condition goes, where the text settles it. */
import { saying } from '../../core/said';
import type { Expression } from '../code/expression';
import type { Frame } from './frame';
import type { Machine } from './machine';
import { holds } from './rest';
import { numberOf } from './sizes';
import type { Value } from './values';

/** undefined where the text does not settle it. */
export function condition(e: Expression, frame: Frame, machine: Machine): boolean | undefined {
  if (e.kind === 'unary' && e.op === 'not') { const v = condition(e.operand, frame, machine); return v === undefined ? undefined : !v; }
  if (e.kind === 'attribute' && e.name === 'training' || e.kind === 'name' && e.name === 'training') return trained(machine);
  if (e.kind === 'binary' && (e.op === 'and' || e.op === 'or')) {
    const [a, b] = [condition(e.left, frame, machine), condition(e.right, frame, machine)];
    const deciding = e.op === 'or';
    return a === deciding || b === deciding ? deciding : a === undefined || b === undefined ? undefined : !deciding;
  }
  if (e.kind === 'binary' && /^(is|is not|==|!=)$/.test(e.op)) {
    const [a, b] = [machine.expression(e.left, frame), machine.expression(e.right, frame)];
    if ([a, b].some(v => (v.kind === 'flag' || v.kind === 'text' || v.kind === 'none') && v.assumed)) machine.noteDefaults();
    const equal = alike(a, b) ?? (e.op === '==' || e.op === '!=' ? equalNumbers(a, b, e, machine) : undefined);
    return equal === undefined ? undefined : equal === (e.op === 'is' || e.op === '==');
  }
  if (e.kind === 'binary' && comparisons.has(e.op)) return compared(e, frame, machine);
  if (e.kind === 'binary' && (e.op === 'in' || e.op === 'not in')) { const found = contained(e, frame, machine); return found === undefined ? undefined : found === (e.op === 'in'); }
  if (isNested(e)) {
    const { kind } = machine.expression(e.args[0]!.value, frame);
    return ['items', 'bundle'].includes(kind) ? true : kind === 'term' ? false : undefined;
  }
  return machine.flag(machine.expression(e, frame));
}

const comparisons = new Map<string, (a: number, b: number) => boolean>([['<', (a, b) => a < b], ['>', (a, b) => a > b], ['<=', (a, b) => a <= b], ['>=', (a, b) => a >= b]]);
type Binary = Extract<Expression, { kind: 'binary' }>;

/** `0 < rate < 1`, where both are numbers, by what is written or by default. */
function compared(e: Binary, frame: Frame, machine: Machine): boolean | undefined {
  const chained = e.left.kind === 'binary' && comparisons.has(e.left.op) ? e.left : undefined;
  const [a, b] = [machine.expression(chained ? chained.right : e.left, frame), machine.expression(e.right, frame)];
  const own = machine.isNumber(a) && machine.isNumber(b) ? comparisons.get(e.op)!(machine.number(a, e), machine.number(b, e)) : undefined;
  if (!chained || own === false) return own;
  const before = compared(chained, frame, machine);
  return before === false ? false : own === undefined ? undefined : before;
}

/** `mode in ['affine', 'linear']` */
function contained(e: Binary, frame: Frame, machine: Machine): boolean | undefined {
  const [value, list] = [machine.expression(e.left, frame), machine.expression(e.right, frame)];
  if (list.kind === 'rest') return value.kind === 'text' ? holds(list, value.value, machine) : undefined;
  if (list.kind !== 'items') return undefined;
  const found = list.items.map(v => alike(value, v));
  if (found.some(f => f !== undefined) && (value.kind === 'flag' || value.kind === 'text' || value.kind === 'none') && value.assumed) machine.noteDefaults();
  return found.includes(true) ? true : found.includes(undefined) ? undefined : false;
}

/** What is read is the cell as it is used. */
export function trained(machine: Machine): false {
  machine.note(saying('Read as it is once trained (training is False).'));
  return false;
}

/** `tree.is_nested(states)`, `isinstance(states, (list, tuple))`: several states come as a list. */
function isNested(e: Expression): e is Extract<Expression, { kind: 'call' }> {
  if (e.kind !== 'call' || !e.args[0]) return false;
  const word = e.callee.kind === 'attribute' || e.callee.kind === 'name' ? e.callee.name : '';
  const classes = e.args[1]?.value;
  const listed = classes?.kind === 'list' ? classes.items : classes ? [classes] : [];
  return /^is_(nested|sequence)$/.test(word) || word === 'isinstance' && listed.length > 0 && listed.every(c => c.kind === 'name' && (c.name === 'list' || c.name === 'tuple')) && listed.length === 2;
}

/** By default, where that is all there is to go by. */
const equalNumbers = (a: Value, b: Value, e: Expression, machine: Machine): boolean | undefined =>
  (machine.isNumber(a) && machine.isNumber(b) ? machine.number(a, e) === machine.number(b, e) : undefined);

/** undefined where one of both is not known. */
function alike(a: Value, b: Value): boolean | undefined {
  if (a.kind === 'opaque' || b.kind === 'opaque') return undefined;
  if (a.kind === 'none' || b.kind === 'none') return a.kind === b.kind;
  if (a.kind === 'text' && b.kind === 'text') return a.value === b.value;
  if (a.kind === 'flag' && b.kind === 'flag') return a.value === b.value;
  const [n, m] = [a, b].map(v => (v.kind === 'size' ? numberOf(v.size) : undefined));
  return n === undefined || m === undefined ? undefined : n === m;
}
