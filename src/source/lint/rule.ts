/** What a lint rule is. A rule is one file and one word in index.ts. */
import { english, type Said } from '../../core/said';
import type { Found } from '../framework';
import type { Fix, Problem, Span } from '../outline';
import type { Module } from '../code/scopes';
import type { Use } from '../uses';
import type { Tracing } from './trace';

/** What a rule is asked about: one layer, with the calls that surely are calls of it. */
export interface Asked {
  readonly found: Found;
  readonly all: readonly Found[];
  readonly module: Module;
  readonly uses: readonly Use[];
  /** A fresh allowance for tracing values. */
  readonly t: () => Tracing;
}

/** An edit in the parsed text; an insertion has an empty span. */
export interface Edit { readonly span: Span; readonly text: string }

/** Something that is wrong. Spans count in the parsed text; lint/index.ts leads them back. */
export interface Finding {
  readonly said: Said;
  readonly span: Span;
  readonly related?: { readonly span: Span; readonly said: Said };
  readonly fixes?: readonly { readonly title: Said; readonly edits: readonly Edit[] }[];
  /** Where it differs from the rule's own. */
  readonly severity?: Problem['severity'];
}

export interface Rule {
  /** Stable, lower case with hyphens: the name in settings, comments and docs/rules. */
  readonly code: string;
  /** What it is about, in a few words, as the manifest says it too. */
  readonly title: string;
  readonly severity: Problem['severity'];
  readonly frameworks: readonly Found['draft']['framework'][];
  check(asked: Asked): readonly Finding[];
}

/** A finding as the outline carries it. Fixes are left out where the parsed text was mended before them. */
export function problemOf(rule: Rule, { said, span, related, fixes = [], severity }: Finding, module: Module): Problem {
  const kept = fixes.filter(f => f.edits.every(e => module.original(e.span.from) === e.span.from && module.original(e.span.to) === e.span.to));
  const original = (s: Span): Span => ({ from: module.original(s.from), to: module.original(s.to) });
  return {
    code: rule.code, severity: severity ?? rule.severity, message: english(said), said, span,
    ...(related ? { related: { span: original(related.span), message: english(related.said), said: related.said } } : {}),
    ...(kept.length > 0 ? { fixes: kept.map((f): Fix => ({ title: english(f.title), said: f.title, edits: f.edits })) } : {}),
  };
}

/** Source text for a sentence: one line, no backticks, not long. */
export function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ').replaceAll('`', "'");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
