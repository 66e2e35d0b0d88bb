/** Comments that silence a rule on their line: `# gatescope: ignore[forget-bias]`, or without brackets for all rules. */
import type { Span } from '../outline';
import type { Module } from '../code/scopes';
import { oncePerFile } from './once';
import type { Edit } from './rule';

const comment = /(?:#|\/\/)\s*gatescope:\s*ignore(?:\[([\w\s,-]*)\])?/;

const speaks = oncePerFile(({ text }) => text.includes('gatescope:'));

/** True where the first or the last line of a span silences a code. */
export function ignored(module: Module, span: Span, code: string): boolean {
  if (!speaks(module)) return false;
  const { text } = module;
  return [lineAt(text, span.from), lineAt(text, Math.max(span.from, span.to - 1))].some(line => {
    const found = comment.exec(line);
    return found !== null && (found[1] === undefined || found[1].split(',').some(c => c.trim() === code));
  });
}

/** The edit that silences a code where it is reported; undefined where the line cannot take a comment. */
export function silencing(text: string, span: Span, code: string, mark: '#' | '//' = '#'): Edit | undefined {
  const end = text.indexOf('\n', span.from);
  const to = end < 0 ? text.length : end - (text[end - 1] === '\r' ? 1 : 0);
  const line = text.slice(text.lastIndexOf('\n', span.from - 1) + 1, to);
  const found = comment.exec(line);
  if (found) {
    const at = to - line.length + found.index + found[0].length;
    return found[1] === undefined ? undefined : { span: { from: at - 1, to: at - 1 }, text: `${found[1].trim() === '' ? '' : ', '}${code}` };
  }
  return /\\\s*$|"""|'''/.test(line) ? undefined : { span: { from: to, to }, text: `  ${mark} gatescope: ignore[${code}]` };
}

function lineAt(text: string, at: number): string {
  const end = text.indexOf('\n', at);
  return text.slice(text.lastIndexOf('\n', at - 1) + 1, end < 0 ? text.length : end);
}
