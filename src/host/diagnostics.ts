/** Lint in the editor: what the outline of an open document says is wrong, a moment after the last edit. */
import * as vscode from 'vscode';
import { told } from '../l10n';
import type { Level } from '../source/lint/level';
import type { Problem, Span } from '../source/outline';
import { levelOf, levelsAt } from './levels';
import { notebookOf } from './notebooks';
import { languageOf, outlineOf } from './outlines';

const severities: Readonly<Record<Exclude<Level, 'off'>, vscode.DiagnosticSeverity>> = {
  hint: vscode.DiagnosticSeverity.Hint, info: vscode.DiagnosticSeverity.Information,
  warning: vscode.DiagnosticSeverity.Warning, error: vscode.DiagnosticSeverity.Error,
};

/** Documents that show another version of a file, or none: what is wrong is said where it can be changed. */
const passive = /^(git|gitfs|gitlens.*|review|pr|output|vscode-scm|vscode-local-history|timeline|chat.*)$/;

/** Whether problems of a document are diagnostics. Code in prose is there to show something, be it a mistake. */
export const isDiagnosed = (document: vscode.TextDocument): boolean => languageOf(document) !== undefined && document.languageId !== 'markdown' && !passive.test(document.uri.scheme);

/** A document, or all cells of its notebook: what one of them binds, the others read. */
const together = (document: vscode.TextDocument): readonly vscode.TextDocument[] => notebookOf(document)?.getCells().map(c => c.document) ?? [document];

/** After the last edit, in milliseconds. */
const pause = 300;

/** The mark of our diagnostics. */
export const SOURCE = 'Gatescope';

/** The page that explains a rule; it ships with the extension. */
export const pageOf = (context: vscode.ExtensionContext, code: string): vscode.Uri => vscode.Uri.joinPath(context.extensionUri, 'docs', 'rules', `${code}.md`);

/** Keeps the diagnostics of open documents fresh. */
export function registerDiagnostics(context: vscode.ExtensionContext): vscode.Disposable {
  const shown = vscode.languages.createDiagnosticCollection('gatescope');
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();
  const refresh = (document: vscode.TextDocument): void => { shown.set(document.uri, diagnosticsOf(document, context)); };
  const soon = (document: vscode.TextDocument, ms: number): void => {
    if (!isDiagnosed(document)) return;
    const key = document.uri.toString();
    clearTimeout(waiting.get(key));
    waiting.set(key, setTimeout(() => { waiting.delete(key); if (!document.isClosed) refresh(document); }, ms));
  };
  const forget = (document: vscode.TextDocument): void => {
    const key = document.uri.toString();
    clearTimeout(waiting.get(key));
    waiting.delete(key);
    shown.delete(document.uri);
  };
  const all = (): void => { for (const document of vscode.workspace.textDocuments) soon(document, 0); };
  all();
  return vscode.Disposable.from(
    shown, new vscode.Disposable(() => { for (const timer of waiting.values()) clearTimeout(timer); }),
    vscode.workspace.onDidOpenTextDocument(document => { soon(document, 0); }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => { if (contentChanges.length > 0) for (const each of together(document)) soon(each, pause); }),
    vscode.workspace.onDidCloseTextDocument(forget),
    vscode.workspace.onDidChangeConfiguration(event => { if (event.affectsConfiguration('gatescope.lint')) all(); }),
  );
}

/** What is reported of a document, with the severities that the person chose. */
export function diagnosticsOf(document: vscode.TextDocument, context: vscode.ExtensionContext): vscode.Diagnostic[] {
  const levels = levelsAt(document);
  return levels === undefined ? [] : problemsOf(document).flatMap(problem => {
    const level = levelOf(problem, levels);
    return level === 'off' ? [] : [diagnostic(problem, severities[level], document, context)];
  });
}

/** All problems of a document's layers, each place and code once: a call that makes a problem may be read for two layers. */
export function problemsOf(document: vscode.TextDocument): readonly Problem[] {
  const found = new Map<string, Problem>();
  for (const problem of outlineOf(document).layers.flatMap(l => l.problems)) {
    const key = `${problem.code} ${problem.span.from} ${problem.span.to}`;
    if (!found.has(key)) found.set(key, problem);
  }
  return [...found.values()];
}

/** A span as a range of its document. */
export const rangeOf = (span: Span, document: vscode.TextDocument): vscode.Range => new vscode.Range(document.positionAt(span.from), document.positionAt(span.to));

/** VS Code shows diagnostics as plain text, in which backticks would stand as they are. */
const plain = (markdown: string): string => markdown.replaceAll('`', '\'');

function diagnostic(problem: Problem, severity: vscode.DiagnosticSeverity, document: vscode.TextDocument, context: vscode.ExtensionContext): vscode.Diagnostic {
  const made = new vscode.Diagnostic(rangeOf(problem.span, document), plain(problem.said ? told(problem.said) : problem.message), severity);
  made.source = SOURCE;
  made.code = { value: problem.code, target: pageOf(context, problem.code) };
  if (problem.related) {
    const { span, said } = problem.related;
    made.relatedInformation = [new vscode.DiagnosticRelatedInformation(new vscode.Location(document.uri, rangeOf(span, document)), plain(told(said)))];
  }
  return made;
}
