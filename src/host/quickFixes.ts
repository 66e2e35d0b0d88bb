/** Under the light bulb of a diagnostic: what mends it, a comment that silences it, and the page that explains it. */
import * as vscode from 'vscode';
import { l10n, told } from '../l10n';
import { silencing } from '../source/lint/ignore';
import { rules } from '../source/lint/index';
import type { Problem, Span } from '../source/outline';
import { pageOf, problemsOf, rangeOf, SOURCE } from './diagnostics';

/** What can be done about the diagnostics of ours among these. */
export function provideCodeActions(document: vscode.TextDocument, _: vscode.Range, { diagnostics, only }: vscode.CodeActionContext): vscode.CodeAction[] {
  if (only && !only.contains(vscode.CodeActionKind.QuickFix)) return [];
  return diagnostics.filter(d => d.source === SOURCE).flatMap(d => {
    const code = codeOf(d);
    const problem = problemsOf(document).find(p => p.code === code && rangeOf(p.span, document).isEqual(d.range));
    return problem ? [...fixes(problem, d, document), ...others(problem, d, document)] : [];
  });
}

function codeOf({ code }: vscode.Diagnostic): string {
  return typeof code === 'object' ? String(code.value) : String(code);
}

interface Edit { readonly span: Span; readonly text: string }

function action(title: string, edits: readonly Edit[], diagnostic: vscode.Diagnostic, document: vscode.TextDocument): vscode.CodeAction {
  const made = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  made.diagnostics = [diagnostic];
  made.edit = new vscode.WorkspaceEdit();
  for (const { span, text } of edits) made.edit.replace(document.uri, rangeOf(span, document), text);
  return made;
}

function fixes({ fixes: all = [] }: Problem, diagnostic: vscode.Diagnostic, document: vscode.TextDocument): vscode.CodeAction[] {
  return all.map(({ said, edits }, k) => {
    const made = action(told(said), edits, diagnostic, document);
    made.isPreferred = k === 0;
    return made;
  });
}

function others({ code, span }: Problem, diagnostic: vscode.Diagnostic, document: vscode.TextDocument): vscode.CodeAction[] {
  const edit = silencing(document.getText(), span, code, document.languageId === 'python' ? '#' : '//');
  const explained = new vscode.CodeAction(l10n('Explain {0}', code), vscode.CodeActionKind.QuickFix);
  explained.diagnostics = [diagnostic];
  explained.command = { title: explained.title, command: 'gatescope.explainRule', arguments: [code] };
  return [...(edit ? [action(l10n('Silence {0} on this line', code), [edit], diagnostic, document)] : []), explained];
}

/** Shows the page of a rule; only known rules have one. */
export async function explain(code: unknown, context: vscode.ExtensionContext): Promise<void> {
  if (!rules.some(r => r.code === code)) return;
  const page = pageOf(context, String(code));
  await vscode.commands.executeCommand('markdown.showPreview', page).then(undefined, () => vscode.commands.executeCommand('vscode.open', page));
}
