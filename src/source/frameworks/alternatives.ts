/** Several drafts of which one is in force: branches of a condition, a class that someone picks. */
import { sourceOf } from '../code/arguments';
import type { Expression } from '../code/expression';
import type { Draft } from '../framework';
import type { Module } from '../code/scopes';

const compared = ['cell', 'inputSize', 'units', 'layers', 'bidirectional', 'batchFirst', 'dropout', 'bias', 'projection'] as const;

/** One draft of alternatives; what they do not share is null, with the source text that decides the cell and the values that the rest may have. */
export function agreed(drafts: readonly Draft[], e: Expression, module: Module): Draft | undefined {
  const first = drafts[0];
  if (!first || drafts.length === 1) return first;
  const open = compared.filter(field => drafts.some(d => d[field] !== first[field] || (d[field] === null && d.symbols[field] !== first.symbols[field])));
  const options = Object.fromEntries(Object.entries(first.options).filter(([k, v]) => drafts.every(d => d.options[k] === v)));
  const differing = Object.keys(first.options).filter(k => options[k] === undefined && drafts.every(d => d.options[k] !== undefined));
  const values = [
    ...open.map(field => [field, field === 'cell' ? sourceOf(e, module) : either(drafts.map(d => d[field] ?? d.symbols[field]))]),
    ...differing.map(k => [k, either(drafts.map(d => d.options[k]))]),
  ] as const;
  return {
    ...first, ...Object.fromEntries(open.map(field => [field, null])), options, symbols: { ...first.symbols, ...Object.fromEntries(values) },
    assumed: [...new Set(drafts.flatMap(d => d.assumed))].filter(field => !open.some(o => o === field)), consumed: [...new Set(drafts.flatMap(d => d.consumed))],
  };
}

/** `5, 6`: values of which one holds. */
export function either(values: readonly (string | number | boolean | null | undefined)[]): string {
  return [...new Set(values.map(v => String(v ?? '?')))].join(', ');
}
