/** Fenced code blocks of a Markdown text, with their place in it. */
import type { CodeLanguage } from '../outline';
import type { Piece } from '../units';

/** A block of code; its pieces are its lines without indentation, quote marks and prompts. */
export interface Block { readonly language: CodeLanguage; readonly types: boolean; readonly jsx: boolean; readonly pieces: readonly Piece[] }

type Kind = Omit<Block, 'pieces'>;
const python: Kind = { language: 'python', types: false, jsx: false };
const javascript: Kind = { language: 'javascript', types: false, jsx: true };
const kinds = new Map<string, Kind>([
  ...['python', 'py', 'python3', 'py3', 'ipython', 'ipython3', 'pycon', 'pytb', 'sage'].map(word => [word, python] as const),
  ...['javascript', 'js', 'jsx', 'mjs', 'cjs', 'node', 'javascriptreact'].map(word => [word, javascript] as const),
  ...['typescript', 'ts', 'mts', 'cts'].map(word => [word, { ...javascript, types: true, jsx: false }] as const),
  ...['tsx', 'typescriptreact'].map(word => [word, { ...javascript, types: true }] as const),
]);

interface Fence { readonly mark: string; readonly indent: number; readonly quotes: number; readonly info: string }

/** A line and the offset it starts at. */
interface Line { readonly text: string; readonly from: number }

/** Reads the blocks whose language is known, by its word or, without one, by its lines; one without an end goes to the end of the text. */
export function markdownBlocks(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let fence: Fence | undefined;
  let pieces: Piece[] = [];
  const close = (): void => {
    const kind = fence && (fence.info === '' ? (readsAsPython(pieces) ? python : undefined) : kinds.get(languageWord(fence.info)));
    if (kind) blocks.push({ ...kind, pieces: withoutPrompts(pieces) });
    fence = undefined;
    pieces = [];
  };
  for (const line of lines(text)) {
    const inner = unquoted(line, fence?.quotes ?? 8);
    if (!fence) fence = opening(inner);
    else if (isClosing(inner.text, fence)) close();
    else pieces.push(dedented(inner, fence.indent));
  }
  close();
  return blocks;
}

function* lines(text: string): Generator<Line> {
  for (let from = 0; from <= text.length;) {
    const end = text.indexOf('\n', from);
    const to = end < 0 ? text.length : end;
    yield { text: text.slice(from, to > from && text[to - 1] === '\r' ? to - 1 : to), from };
    from = to + 1;
  }
}

interface Inner extends Line { readonly quotes: number }

/** A line without the marks of quotations, of as many as its block stands in: `>>>` may be a prompt. */
function unquoted({ text, from }: Line, most: number): Inner {
  let at = 0;
  let quotes = 0;
  for (let mark = /^ {0,3}> ?/.exec(text); mark && quotes < most; mark = /^ {0,3}> ?/.exec(text.slice(at))) {
    at += mark[0].length;
    quotes++;
  }
  return { text: text.slice(at), from: from + at, quotes };
}

/** `- ` and `1. ` may stand before a fence that begins an item of a list. */
const fenceLine = /^(\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*)(`{3,}|~{3,})\s*(.*)$/;

function opening({ text, quotes }: Inner): Fence | undefined {
  const match = fenceLine.exec(text);
  const [, indent = '', mark = '', info = ''] = match ?? [];
  if (!match || (mark.startsWith('`') && info.includes('`'))) return undefined;
  return { mark, indent: indent.length, quotes, info: info.trim() };
}

/** What Python's statements look like, and hardly anything else: what a model prints of itself has none of them. */
const ofPython = /^\s*(>>> |from [\w.]+ import \S|import [\w.]+( as \w+)?\s*$|(class|def) \w+.*:\s*(#.*)?$|(self\.)?\w+ = [\w.]+\.[A-Z]\w*\()/;
/** Signs of other languages, of what a program prints and of changes to code. */
const ofOthers = /^(Traceback |\s*File "|[+-] {1,8}\S|@@ |diff )|^\s*(\$ |const |let |var |local |function\b|end\s*$|-- |\/\/|<\w)|^\s*\w+:\w+\(|;\s*$|\)\s*\{\s*$/;

function readsAsPython(pieces: readonly Piece[]): boolean {
  return pieces.some(p => ofPython.test(p.text)) && !pieces.some(p => ofOthers.test(p.text));
}

/** `python title="x"`, `{.python .numberLines}`, `{python}`, `{code-cell} ipython3`, `js{1,3}`. */
function languageWord(info: string): string {
  return (/^\{?[.\s]*(?:code-cell\}|code\s+)?\s*([\w+#-]+)/.exec(info)?.[1] ?? '').toLowerCase();
}

function isClosing(text: string, { mark }: Fence): boolean {
  const word = text.trim();
  return word.length >= mark.length && word === (mark[0] ?? '').repeat(word.length);
}

function dedented({ text, from }: Line, indent: number): Piece {
  const blank = Math.min(indent, text.length - text.trimStart().length);
  return { text: text.slice(blank), from: from + blank };
}

/** An interactive session: only what was typed counts, without `>>>` and `...`. */
function withoutPrompts(pieces: readonly Piece[]): readonly Piece[] {
  if (!pieces.some(p => p.text.startsWith('>>> '))) return pieces;
  return pieces.flatMap(({ text, from }) => {
    const typed = /^(>>>|\.\.\.)( |$)/.exec(text);
    return typed ? [{ text: text.slice(typed[0].length), from: from + typed[0].length }] : [];
  });
}
