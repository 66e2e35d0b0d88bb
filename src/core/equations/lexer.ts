/** Equation text into tokens, one at a time: only the parser knows where an expression ends and a free label begins. */
import * as errors from './errors';
import type { Place } from './syntax';

export interface Token extends Place {
  readonly kind: 'name' | 'number' | 'symbol' | 'newline' | 'end';
  /** In canonical notation: `⊙` for `*`, names without their prime. */
  readonly text: string;
  readonly primed: boolean;
  /** Two spaces or a tab stand before it. */
  readonly gap: boolean;
  readonly from: number;
  readonly to: number;
}

const NAME = /\p{L}[\p{L}\p{Nd}]*/uy;
const PRIME = /['′’]/y;
const SUBSCRIPT = /_(\{[^}\n]*\}|t\s?[-−]\s?1|[\p{L}\p{N}]*)/uy;
const UNICODE_SUBSCRIPT = /^(.+?)(ₜ)$/u;
const NUMBER = /(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/y;
const TIMES = /\.\*|[*∘⊙]/y;
const INFIX = /\.\*|[-−+/*∘⊙]/y;
const SYMBOL = /[-−+/()=,∈#]/y;

export class Lexer {
  private offset = 0;
  private readonly lineStarts: readonly number[];

  constructor(private readonly text: string) {
    const starts = [0];
    for (let k = text.indexOf('\n'); k >= 0; k = text.indexOf('\n', k + 1)) starts.push(k + 1);
    this.lineStarts = starts;
  }

  /** The next token, not consumed. With `acrossLines`, line ends and comments are blank, as inside brackets and after operators. */
  peek(acrossLines: boolean): Token {
    const { from, gap } = this.skip(acrossLines);
    const token = (kind: Token['kind'], text: string, to: number, primed = false): Token =>
      ({ kind, text, primed, gap, from, to, ...this.place(from) });
    if (from >= this.text.length) return token('end', '', from);
    if (this.text[from] === '\n') return token('newline', '\n', from + 1);
    const number = this.match(NUMBER, from);
    if (number !== undefined && !this.match(TIMES, from)) return token('number', number, from + number.length);
    const name = this.match(NAME, from);
    if (name !== undefined) return this.named(name, from, token);
    const times = this.match(TIMES, from);
    if (times !== undefined) return token('symbol', '⊙', from + times.length);
    const symbol = this.match(SYMBOL, from);
    if (symbol !== undefined) return token('symbol', symbol === '−' ? '-' : symbol, from + 1);
    throw errors.strange(String.fromCodePoint(this.text.codePointAt(from)!))(this.place(from));
  }

  /** Consumes a token that `peek` gave. */
  take(token: Token): Token {
    this.offset = token.to;
    return token;
  }

  /** After a complete operand outside brackets: does the expression end here, by the line's end, a comment or a label? An operator after a gap goes on. */
  atLabel(): boolean {
    const { from, gap } = this.skip(false);
    const c = this.text[from] ?? '\n';
    return c === '\n' || c === '#' || (gap && this.match(INFIX, from) === undefined);
  }

  /** Consumes the rest of the line: a label or a comment. */
  restOfLine(): string {
    const end = this.text.indexOf('\n', this.offset);
    const rest = this.text.slice(this.offset, end < 0 ? undefined : end);
    this.offset += rest.length;
    return rest.trim().replace(/^#+\s*/, '').replace(/\s+/g, ' ');
  }

  private named(name: string, from: number, token: (kind: 'name', text: string, to: number, primed: boolean) => Token): Token {
    const unicode = UNICODE_SUBSCRIPT.exec(name);
    if (unicode) {
      const rest = this.text.slice(from + name.length).startsWith('₋₁') ? '₋₁' : '';
      throw errors.subscript(unicode[1]!, `${unicode[2]}${rest}`)(this.place(from));
    }
    const primeAt = from + name.length;
    const primed = this.match(PRIME, primeAt) !== undefined;
    const subscript = this.match(SUBSCRIPT, primeAt);
    if (subscript !== undefined) throw errors.subscript(name, subscript.slice(1))(this.place(from));
    return token('name', name, primeAt + (primed ? 1 : 0), primed);
  }

  private skip(acrossLines: boolean): { from: number; gap: boolean } {
    let k = this.offset;
    let gap = false;
    for (; k < this.text.length; k++) {
      const c = this.text[k]!;
      if (c === '\t' || (isBlank(c) && isBlank(this.text[k + 1] ?? ''))) gap = true;
      else if (c === '\n' && acrossLines) gap = false;
      else if (c === '#' && acrossLines) k = this.lineEnd(k) - 1;
      else if (!isBlank(c)) break;
    }
    return { from: k, gap };
  }

  private lineEnd(from: number): number {
    const end = this.text.indexOf('\n', from);
    return end < 0 ? this.text.length : end;
  }

  private match(pattern: RegExp, at: number): string | undefined {
    pattern.lastIndex = at;
    return pattern.exec(this.text)?.[0];
  }

  private place(offset: number): Place {
    let line = this.lineStarts.length;
    while (line > 1 && this.lineStarts[line - 1]! > offset) line--;
    return { line, column: offset - this.lineStarts[line - 1]! + 1 };
  }
}

function isBlank(c: string): boolean {
  return c === ' ' || c === '\t' || c === '\r' || c === '\u00a0';
}
