/**
 * Equation text into statements. Precedence: juxtaposition (`A B x` is A(B x)), then ⊙ and /, then + and -.
 * A label follows after two spaces, a tab or #; an open bracket or a trailing operator continues the line.
 */
import * as errors from './errors';
import { functionNamed, functions, type CellFunction } from './functions';
import { Lexer, type Token } from './lexer';
import { isMatrixName, type Expression, type Infix, type Statement } from './syntax';

const MAX_TEXT = 20_000;
const MAX_PARTS = 1_000;
const MAX_DEPTH = 100;

/** Reads the text into statements; names are not resolved yet. @throws EquationError */
export function parseStatements(text: string): readonly Statement[] {
  if (text.length > MAX_TEXT) throw errors.tooLong(MAX_TEXT)({ line: 1, column: 1 });
  return new Parser(new Lexer(text)).statements();
}

class Parser {
  private brackets = 0;
  private depth = 0;
  private parts = 0;

  constructor(private readonly lexer: Lexer) {}

  statements(): readonly Statement[] {
    const found: Statement[] = [];
    for (let t = this.lexer.peek(true); t.kind !== 'end'; t = this.lexer.peek(true)) found.push(this.statement(t));
    return found;
  }

  private statement(first: Token): Statement {
    if (first.kind !== 'name') throw errors.lineStart(first);
    const { text: name, primed, line, column } = this.lexer.take(first);
    if (functionNamed(name)) throw errors.definedFunction(name)(first);
    const sign = this.lexer.peek(false);
    if (sign.text === '∈' || sign.text === 'in') return this.scalar(sign, first);
    if (sign.text !== '=') throw errors.noEquals(name, sign);
    this.lexer.take(sign);
    this.parts = 0;
    const right = this.sum();
    return { kind: 'equation', name, primed, right, label: this.label(), line, column };
  }

  private scalar(sign: Token, { text: name, line, column }: Token): Statement {
    this.lexer.take(sign);
    const r = this.lexer.peek(false);
    if (r.text !== 'R' && r.text !== 'ℝ') throw errors.noR(r);
    this.lexer.take(r);
    this.label();
    return { kind: 'scalar', name, line, column };
  }

  private label(): string {
    if (!this.lexer.atLabel()) throw errors.leftover(this.lexer.peek(false));
    return this.lexer.restOfLine();
  }

  private sum(): Expression {
    return this.chain(['+', '-'], () => this.term());
  }

  private term(): Expression {
    return this.chain(['⊙', '/'], () => this.factor());
  }

  private chain(ops: readonly string[], part: () => Expression): Expression {
    let left = part();
    for (let t = this.following(); t && ops.includes(t.text); t = this.following()) {
      this.lexer.take(t);
      left = { kind: 'infix', op: t.text as Infix, left, right: part(), line: left.line, column: left.column };
    }
    return left;
  }

  private factor(): Expression {
    const t = this.lexer.peek(true);
    if (t.text !== '-') return this.juxtaposed(t);
    this.lexer.take(t);
    const argument = this.nested(t, () => this.factor());
    const place = { line: t.line, column: t.column };
    return argument.kind === 'number' ? { ...argument, value: -argument.value, ...place } : { kind: 'negate', argument, ...place };
  }

  private juxtaposed(t: Token): Expression {
    return this.nested(t, () => {
      if (t.kind === 'number') return this.number(t);
      if (t.kind === 'name' && isMatrixName(t.text)) return this.matrix(t);
      const value = this.value(t);
      const next = this.following();
      if (next && startsOperand(next)) throw errors.sideBySide(next);
      return value;
    });
  }

  private number(t: Token): Expression {
    const { line, column } = this.lexer.take(t);
    const value = Number(t.text);
    const next = this.following();
    if (!next || !startsOperand(next)) return { kind: 'number', value, line, column };
    if (next.kind === 'number') throw errors.twoNumbers(next);
    return { kind: 'scale', value, argument: this.juxtaposed(next), line, column };
  }

  private matrix(t: Token): Expression {
    const { text: name, line, column } = this.lexer.take(t);
    if (t.primed) throw errors.matrixPrimed(name)(t);
    const next = this.lexer.peek(this.brackets > 0);
    if (!startsOperand(next)) throw errors.matrixAlone(name)(t);
    return { kind: 'matrix', name, argument: this.juxtaposed(next), line, column };
  }

  private value(t: Token): Expression {
    if (t.text === '(') return this.bracketed(t, () => this.sum());
    if (t.kind !== 'name') throw errors.operand(t);
    this.lexer.take(t);
    const called = functionNamed(t.text);
    if (called) return this.call(called, t);
    const next = this.following();
    if (next?.text === '(' && next.from === t.to) throw errors.unknownFunction(t.text, functions.map(f => f.name))(t);
    return { kind: 'name', name: t.text, primed: t.primed, line: t.line, column: t.column };
  }

  private call(called: CellFunction, name: Token): Expression {
    const { line, column } = name;
    const open = this.lexer.peek(this.brackets > 0);
    if (open.text !== '(') throw errors.bareFunction(name.text)(name);
    const all = this.bracketed(open, () => {
      const found = [this.sum()];
      for (let t = this.lexer.peek(true); t.text === ','; t = this.lexer.peek(true)) {
        this.lexer.take(t);
        found.push(this.sum());
      }
      return found;
    });
    const expected = called.vectors + called.numbers.length, { optional } = called;
    if (all.length !== expected && !(optional && all.length === expected + 1)) throw errors.arity(called.name, usage(called), all.length)({ line, column });
    const written = all.slice(called.vectors).map((e, k) => {
      if (e.kind !== 'number') throw errors.numeric(called.name, called.numbers[k] ?? optional!.name)(e);
      return e.value;
    });
    const numbers = optional && written.at(-1) === optional.fallback ? written.slice(0, -1) : written; // what goes without saying
    return { kind: 'call', name: called.name, values: all.slice(0, called.vectors), numbers, line, column };
  }

  private bracketed<T>(open: Token, inside: () => T): T {
    this.lexer.take(open);
    this.brackets++;
    const result = inside();
    const close = this.lexer.peek(true);
    if (close.text !== ')') throw startsOperand(close) ? errors.sideBySide(close) : errors.unclosed(close);
    this.lexer.take(close);
    this.brackets--;
    return result;
  }

  /** What continues the expression after a complete operand; undefined where the line or a label ends it. */
  private following(): Token | undefined {
    if (this.brackets > 0) return this.lexer.peek(true);
    return this.lexer.atLabel() ? undefined : this.lexer.peek(false);
  }

  private nested<T>(t: Token, inside: () => T): T {
    if (++this.depth > MAX_DEPTH) throw errors.tooDeep(MAX_DEPTH)(t);
    if (++this.parts > MAX_PARTS) throw errors.tooDeep(MAX_PARTS)(t);
    const result = inside();
    this.depth--;
    return result;
  }
}

function startsOperand(t: Token): boolean {
  return t.kind === 'name' || t.kind === 'number' || t.text === '(';
}

function usage({ vectors, numbers, optional }: CellFunction): string {
  const first = vectors === 1 ? 'one value' : `${vectors} values`;
  if (optional) return `${first}, and a number (${optional.name}) where it is not ${optional.fallback}`;
  return numbers.length === 0 ? first : `${first} and ${numbers.length === 1 ? 'a number' : `${numbers.length} numbers`} (${numbers.join(', ')})`;
}
