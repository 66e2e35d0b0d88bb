/** Equations as pieces of text, each with the signal whose hue it has: as they are written, and with the numbers put in. Pure. */
import type { Equation, Expression } from '../../../src/core/equations/syntax';
import { partsOf } from '../../../src/core/equations/parts';
import { fixed } from '../../words';

export interface Token { readonly text: string; readonly hue?: string; readonly result?: true }
interface Placed { readonly path: string; readonly e: Expression }
type Parts = Readonly<Record<string, number>>;

/** Names of states and signals; others have no hue. */
export interface Names { readonly states: ReadonlySet<string>; readonly signals: ReadonlySet<string> }

const plain = (text: string): Token => ({ text });
const between = (parts: readonly Token[][], separator: string): Token[] => parts.flatMap((p, k) => (k === 0 ? p : [plain(separator), ...p]));
const bracketed = (tokens: readonly Token[]): Token[] => [plain('('), ...tokens, plain(')')];
const isLoose = (e: Expression): boolean => e.kind === 'infix' || e.kind === 'negate';

/** As written: states before the step marked with ₋₁, new ones bare. */
export function symbols(e: Expression, names: Names): Token[] {
  const inner = (part: Expression): Token[] => (isLoose(part) ? bracketed(symbols(part, names)) : symbols(part, names));
  switch (e.kind) {
    case 'number': return [plain(fixedNumber(e.value))];
    case 'name': return [nameToken(e, names)];
    case 'matrix': return [plain(`${e.name} `), ...inner(e.argument)];
    case 'scale': return [plain(`${fixedNumber(e.value)} `), ...inner(e.argument)];
    case 'negate': return [plain('−'), ...inner(e.argument)];
    case 'call': return [plain(`${e.name}(`), ...between([...e.values.map(v => symbols(v, names)), ...e.numbers.map(n => [plain(fixedNumber(n))])], ', '), plain(')')];
    case 'infix': {
      if (e.op === '⊙' || e.op === '/') return [...inner(e.left), plain(` ${e.op} `), ...inner(e.right)];
      return [...symbols(e.left, names), plain(e.op === '-' ? ' − ' : ' + '), ...(e.op === '-' ? inner(e.right) : symbols(e.right, names))];
    }
  }
}

function nameToken({ name, primed }: Extract<Expression, { kind: 'name' }>, { states, signals }: Names): Token {
  const before = !primed && states.has(name);
  return { text: before ? `${name}₋₁` : name, ...(states.has(name) || signals.has(name) ? { hue: name } : {}) };
}

/** With a number for every product, state and parameter; undefined where one is not known. `whole` is written as one number. */
export function numbers(p: Placed, parts: Parts, names: Names, whole = ''): Token[] | undefined {
  const { e, path } = p;
  if (path === whole || isLeaf(e)) return leaf(p, parts, names);
  const inner = partsOf(p).map(part => numbers(part, parts, names, whole));
  if (!inner.every(tokens => tokens !== undefined)) return undefined;
  if (e.kind === 'call') return [plain(`${e.name}(`), ...between([...inner, ...e.numbers.map(n => [plain(fixedNumber(n))])], ', '), plain(')')];
  if (e.kind === 'negate') return [plain('−'), ...bracketed(inner[0]!)];
  if (e.kind === 'scale') return [plain(`${fixedNumber(e.value)} × `), ...factor(e.argument, inner[0]!)];
  if (e.kind !== 'infix') return undefined;
  const [left, right] = inner as [Token[], Token[]];
  if (e.op === '⊙' || e.op === '/') return [...factor(e.left, left), plain(e.op === '/' ? ' / ' : ' × '), ...factor(e.right, right)];
  return [...left, ...signedSum(e.op, right, isLoose(e.right))];
}

/** `+ −1.76` is written `− 1.76`. */
function signedSum(op: '+' | '-', right: readonly Token[], loose: boolean): Token[] {
  const [first, ...rest] = right;
  const negative = first?.text.startsWith('−') ?? false;
  if (negative && (rest.length === 0 || !loose)) return [plain(op === '+' ? ' − ' : ' + '), { ...first!, text: first!.text.slice(1) }, ...rest];
  return [plain(op === '+' ? ' + ' : ' − '), ...(op === '-' && loose ? bracketed(right) : right)];
}

const factor = (e: Expression, tokens: readonly Token[]): Token[] => (e.kind === 'infix' && tokens.length > 1 ? bracketed(tokens) : [...tokens]);

/** Numbers, names, products with a matrix, and reductions of whole vectors are one number each. */
const isLeaf = (e: Expression): boolean => e.kind === 'number' || e.kind === 'name' || e.kind === 'matrix' || (e.kind === 'call' && ['norm', 'sum', 'mean'].includes(e.name));

function leaf({ e, path }: Placed, parts: Parts, { states, signals }: Names): Token[] | undefined {
  if (e.kind === 'number') return [plain(fixedNumber(e.value))];
  const value = Object.hasOwn(parts, path) ? parts[path] : undefined;
  if (value === undefined) return undefined;
  return [{ text: fixed(value, 3), ...(e.kind === 'name' && (states.has(e.name) || signals.has(e.name)) ? { hue: e.name } : {}) }];
}

const fixedNumber = (value: number): string => String(value).replace('-', '−');

/** The right-hand side in numbers, the sum that its activation reads, and the result: what stands behind each `=`. */
export function worked(equation: Equation & { readonly path: string }, parts: Parts, names: Names, pre: string | undefined): Token[][] {
  const whole = { path: equation.path, e: equation.right };
  const value = parts[equation.path];
  const result: Token[] = value === undefined ? [] : [{ text: fixed(value, 3), hue: equation.name, result: true }];
  const stages = [numbers(whole, parts, names), pre === undefined ? undefined : numbers(whole, parts, names, pre)];
  const texts = new Set<string>([textOf(result)]);
  return [...stages.flatMap(tokens => {
    const text = tokens && textOf(tokens);
    if (!tokens || text === undefined || texts.has(text)) return [];
    texts.add(text);
    return [tokens];
  }), ...(result.length > 0 ? [result] : [])];
}

export const textOf = (tokens: readonly Token[]): string => tokens.map(t => t.text).join('');
