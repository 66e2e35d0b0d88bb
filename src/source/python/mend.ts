/**
 * First aid for code that does not parse. An open bracket swallows what follows, and a parser's guess then reaches over many
 * statements; so brackets left open are closed at the end of their line before parsing, which confines the damage to it.
 */

/** A text with insertions, and the way back to positions in the original. */
export interface Mended {
  readonly text: string;
  original(position: number): number;
}

interface Insertion { readonly at: number; readonly text: string; readonly drop: number }

/** Closes brackets that a following statement shows to be left open, drops stray closing ones, sets missing commas. */
export function mend(text: string): Mended {
  return apply(text, findings(text));
}

/** Blanks lines that are no Python but stand in notebooks (`!pip`, `%magic`), keeping every position. */
export function blankMagics(text: string): string {
  return text.replace(/^([ \t]*)([!%?][^\n]*)/gm, (_, indent: string, rest: string) => `${indent}${`#${' '.repeat(rest.length - 1)}`}`);
}

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
/** Words that begin a statement and cannot begin a line inside brackets. */
const statement = /^(def|class|return|import|from|with|while|try|except|finally|elif|raise|assert|del|pass|global|nonlocal|break|continue|async)\b|^@|^[A-Za-z_]\w*(\.\w+)+\s*(:[^=\n]+)?=(?!=)/;

interface Open { readonly bracket: string; readonly indent: number }

function findings(text: string): Insertion[] {
  const found: Insertion[] = [];
  let open: Open[] = [];
  let indent = indentAt(text, 0);
  let lastCode = 0;
  let i = 0;
  const close = (): void => {
    if (open.length === 0) return;
    found.push({ at: lastCode, text: open.map(o => closing[o.bracket]).reverse().join(''), drop: 0 });
    open = [];
  };
  while (i < text.length) {
    const c = text.charAt(i);
    if (c === '\n') {
      i++;
      if (open.length === 0) indent = indentAt(text, i);
      else if (startsStatement(text, i, open[0]?.indent ?? 0)) { close(); indent = indentAt(text, i); }
      continue;
    }
    if (c === '#') { i = endOfLine(text, i); continue; }
    if (c === '"' || c === "'") { i = endOfString(text, i); lastCode = i; continue; }
    if (c in closing) open.push({ bracket: c, indent });
    else if (c === ')' || c === ']' || c === '}') {
      if (closing[open.at(-1)?.bracket ?? ''] === c) open.pop();
      else found.push({ at: i, text: '', drop: 1 });
    } else if (open.length > 0 && /\w/.test(c)) {
      const missing = missingComma(text, i);
      if (missing) found.push({ at: missing, text: ',', drop: 0 });
      i = endOfWord(text, i);
      lastCode = i;
      continue;
    }
    i++;
    if (c !== ' ' && c !== '\t' && c !== '\r') lastCode = i;
  }
  close();
  return found;
}

function startsStatement(text: string, lineStart: number, indent: number): boolean {
  const line = text.slice(lineStart, endOfLine(text, lineStart));
  const code = line.trimStart();
  if (statement.test(code)) return true;
  return /^[A-Za-z_]/.test(code) && line.length - code.length <= indent;
}

/** `input_size=3 hidden_size=4`: the end of the word before a `name=` that lacks its comma. */
function missingComma(text: string, at: number): number | undefined {
  const match = /^[\w.]+([ \t]+)([A-Za-z_]\w*)\s*=(?!=)/.exec(text.slice(at, at + 120));
  if (!match || /^(in|if|else|for|not|and|or|is|lambda|await|async)\b/.test(text.slice(at, at + 7)) || /^(in|if|else|for|not|and|or|is|lambda)$/.test(match[2] ?? '')) return undefined;
  return at + match[0].search(/[ \t]/);
}

function indentAt(text: string, lineStart: number): number {
  let i = lineStart;
  while (text[i] === ' ' || text[i] === '\t') i++;
  return i - lineStart;
}

function endOfWord(text: string, at: number): number {
  let i = at;
  while (i < text.length && /[\w.]/.test(text.charAt(i))) i++;
  return Math.max(i, at + 1);
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Past the closing quote; a one-line string without one ends with its line. */
function endOfString(text: string, at: number): number {
  const quote = text.charAt(at);
  const triple = quote.repeat(3);
  const long = text.startsWith(triple, at);
  let i = at + (long ? 3 : 1);
  while (i < text.length) {
    if (text[i] === '\\') { i += 2; continue; }
    if (long ? text.startsWith(triple, i) : text[i] === quote) return Math.min(text.length, i + (long ? 3 : 1));
    if (!long && text[i] === '\n') return i;
    i++;
  }
  return text.length;
}

function apply(text: string, insertions: readonly Insertion[]): Mended {
  if (insertions.length === 0) return { text, original: position => position };
  const sorted = [...insertions].sort((a, b) => a.at - b.at);
  let result = '';
  let done = 0;
  /** Starts of the pieces kept: in the new text, in the old. */
  const pieces: { at: number; was: number }[] = [{ at: 0, was: 0 }];
  for (const { at, text: added, drop } of sorted) {
    result += text.slice(done, at) + added;
    done = at + drop;
    pieces.push({ at: result.length - added.length, was: at }, { at: result.length, was: done });
  }
  result += text.slice(done);
  return { text: result, original: position => back(pieces, position, text.length) };
}

function back(pieces: readonly { at: number; was: number }[], position: number, length: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle]?.at ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  const piece = pieces[low] ?? { at: 0, was: 0 };
  const next = pieces[low + 1]?.was ?? length;
  return Math.min(piece.was + position - piece.at, next);
}
