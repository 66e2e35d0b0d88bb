/** Edits that fixes are made of. */
import type { SyntaxNode } from '@lezer/common';
import type { CallExpression } from '../code/expression';
import { statementOf } from '../python/flow';
import type { Span } from '../outline';
import type { Module } from '../code/scopes';
import type { Edit } from './rule';

/** Adds a keyword argument behind the others: `batch_first=True`. */
export function addArgument(call: CallExpression, text: string): readonly Edit[] {
  const last = call.args.at(-1);
  const at = last ? last.value.to : call.to - 1;
  return [{ span: { from: at, to: at }, text: last ? `, ${text}` : text }];
}

/** Takes a keyword argument out, with its comma; undefined where it is not given by keyword or a comment is in the way. */
export function dropArgument(call: CallExpression, name: string, module: Module): readonly Edit[] | undefined {
  const k = call.args.findIndex(a => a.name === name);
  const arg = call.args[k];
  if (!arg) return undefined;
  const before = call.args[k - 1];
  const next = call.args[k + 1];
  const start = module.text.lastIndexOf(name, arg.value.from - 1);
  const nextStart = next ? (next.name === undefined ? next.value.from : module.text.lastIndexOf(next.name, next.value.from - 1)) : arg.value.to;
  const span = before ? { from: before.value.to, to: arg.value.to } : { from: start, to: nextStart };
  return start < 0 || /[#\\]/.test(module.text.slice(span.from, span.to)) ? undefined : [{ span, text: '' }];
}

/** Sets a keyword argument to another value, or adds it. */
export function setArgument(call: CallExpression, name: string, value: string): readonly Edit[] {
  const arg = call.args.find(a => a.name === name);
  return arg ? replace(arg.value, value) : addArgument(call, `${name}=${value}`);
}

export const replace = (span: Span, text: string): readonly Edit[] => [{ span: { from: span.from, to: span.to }, text }];

/** New lines behind the statement of a node, at its indentation; undefined where others share its line. */
export function linesAfter(node: SyntaxNode, lines: readonly string[], module: Module): readonly Edit[] | undefined {
  const statement = statementOf(node);
  if (!statement) return undefined;
  const lineStart = module.text.lastIndexOf('\n', statement.from - 1) + 1;
  const indent = module.text.slice(lineStart, statement.from);
  const end = module.text.indexOf('\n', statement.to);
  const at = end < 0 ? module.text.length : end;
  if (!/^[ \t]*$/.test(indent) || !/^[ \t]*(#.*)?\r?$/.test(module.text.slice(statement.to, at))) return undefined;
  const back = module.text[at - 1] === '\r' ? 1 : 0;
  return [{ span: { from: at - back, to: at - back }, text: lines.map(l => `${back ? '\r' : ''}\n${indent}${l}`).join('') }];
}

/** The text after some edits: what a test, or a person, sees when they are made. */
export function applied(text: string, edits: readonly Edit[]): string {
  return [...edits].sort((a, b) => b.span.from - a.span.from).reduce((t, { span, text: put }) => t.slice(0, span.from) + put + t.slice(span.to), text);
}
