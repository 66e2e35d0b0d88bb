/** Lint in the editor: what the outline of an open document says is wrong, a moment after the last edit. */
import * as vscode from 'vscode';
import { told } from '../l10n';
import type { Problem, Span } from '../source/outline';
import { notebookOf } from './notebooks';
import { languageOf, outlineOf } from './outlines';

/** How a rule is reported; `off` not at all. */
type Level = 'off' | 'hint' | 'info' | 'warning' | 'error';

const severities: Readonly<Record<Exclude<Level, 'off'>, vscode.DiagnosticSeverity>> = {
  hint: vscode.DiagnosticSeverity.Hint, info: vscode.DiagnosticSeverity.Information,
  warning: vscode.DiagnosticSeverity.Warning, error: vscode.DiagnosticSeverity.Error,
};

/** Documents that show another version of a file, or none: what is wrong is said where it can be changed. */
const passive = /^(git|gitfs|gitlens.*|review|pr|output|vscode-scm|vscode-local-history|timeline|chat.*)$/;

/** Code in prose is there to show something, be it a mistake. */
const isCode = (document: vscode.TextDocument): boolean => languageOf(document) !== undefined && document.languageId !== 'markdown' && !passive.test(document.uri.scheme);

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
    if (!isCode(document)) return;
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
  const settings = vscode.workspace.getConfiguration('gatescope.lint', document);
  if (!settings.get<boolean>('enable', true)) return [];
  const levels = settings.get<Readonly<Record<string, Level>>>('rules', {});
  return problemsOf(document).flatMap(problem => {
    const level = levelOf(problem, levels);
    return level === 'off' ? [] : [diagnostic(problem, severities[level], document, context)];
  });
}

/** How a problem is reported, as the person chose or as the rule says. */
export function levelOf({ code, severity }: Problem, levels: Readonly<Record<string, Level>>): Level {
  const chosen = Object.hasOwn(levels, code) ? levels[code] : undefined;
  return chosen !== undefined && (chosen === 'off' || Object.hasOwn(severities, chosen)) ? chosen : severity;
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

function diagnostic(problem: Problem, severity: vscode.DiagnosticSeverity, document: vscode.TextDocument, context: vscode.ExtensionContext): vscode.Diagnostic {
  const made = new vscode.Diagnostic(rangeOf(problem.span, document), problem.said ? told(problem.said) : problem.message, severity);
  made.source = SOURCE;
  made.code = { value: problem.code, target: pageOf(context, problem.code) };
  if (problem.related) {
    const { span, said } = problem.related;
    made.relatedInformation = [new vscode.DiagnosticRelatedInformation(new vscode.Location(document.uri, rangeOf(span, document)), told(said))];
  }
  return made;
}
