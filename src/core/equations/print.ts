/** Statements back into canonical text: parsing it gives the same program again. */
import type { Expression, Statement } from './syntax';

/** How tightly an expression holds together: sum < term < factor < juxtaposition < atom. */
const enum Level { sum, term, factor, juxtaposed, atom }

/** Canonical notation of an expression: `σ(Wi x + Ui h + bi)`. */
export function printExpression(e: Expression): string {
  switch (e.kind) {
    case 'number': return printNumber(e.value);
    case 'name': return e.primed ? `${e.name}'` : e.name;
    case 'matrix': return `${e.name} ${wrap(e.argument, Level.juxtaposed)}`;
    case 'scale': return `${printNumber(e.value)} ${wrap(e.argument, e.argument.kind === 'scale' ? Level.atom : Level.juxtaposed)}`;
    case 'negate': return `-${wrap(e.argument, Level.juxtaposed)}`;
    case 'call': return `${e.name}(${[...e.values.map(printExpression), ...e.numbers.map(printNumber)].join(', ')})`;
    case 'infix': return `${wrap(e.left, level(e))} ${e.op} ${wrap(e.right, level(e) + 1, true)}`;
  }
}

/** One line, label after two spaces. */
export function printStatement(s: Statement): string {
  if (s.kind === 'scalar') return `${s.name} ∈ R`;
  const equation = `${s.name}${s.primed ? "'" : ''} = ${printExpression(s.right)}`;
  if (s.label === '') return equation;
  return /^[-−+/*∘⊙.]/.test(s.label) ? `${equation}  # ${s.label}` : `${equation}  ${s.label}`;
}

function wrap(e: Expression, at: Level, onTheRight = false): string {
  const text = printExpression(e);
  const bare = level(e) >= at && !(onTheRight && text.startsWith('-')) && !(at === Level.juxtaposed && e.kind === 'number');
  return bare ? text : `(${text})`;
}

function level(e: Expression): Level {
  switch (e.kind) {
    case 'infix': return e.op === '+' || e.op === '-' ? Level.sum : Level.term;
    case 'negate': return Level.factor;
    case 'matrix': case 'scale': return Level.juxtaposed;
    case 'number': return isNegative(e.value) ? Level.factor : Level.atom;
    default: return Level.atom;
  }
}

function printNumber(value: number): string {
  return isNegative(value) ? `-${String(-value)}` : String(value);
}

function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}
