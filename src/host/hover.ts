/** Hover over a recurrent layer: sizes, shapes, parameters, equations, pitfalls, actions. No engine runs. */
import * as vscode from 'vscode';
import { l10n } from '../l10n';
import { describe } from '../source/describe';
import { markdown } from '../source/markdown';
import { keyOf, layerAt, outlineOf } from './outlines';

/** What the hover's links may run. */
const enabledCommands = ['gatescope.visualize', 'gatescope.openFile', 'gatescope.goToLine'];

const link = (command: string, ...args: readonly unknown[]): string => `command:${command}?${encodeURIComponent(JSON.stringify(args))}`;

export function registerHover(): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand('gatescope.goToLine', goToLine),
    vscode.languages.registerHoverProvider({ language: 'python' }, { provideHover }),
  );
}

function provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
  if (!vscode.workspace.getConfiguration('gatescope', document).get<boolean>('hover', true)) return undefined;
  const spec = layerAt(document, position);
  if (!spec) return undefined;
  const offset = document.offsetAt(position);
  if (offset < spec.callee.from || offset > spec.callee.to) return undefined;
  const uri = document.uri.toString();
  const target = { uri, key: keyOf(spec, outlineOf(document).layers) };
  const text = new vscode.MarkdownString(markdown(describe(spec), {
    line: n => link('gatescope.goToLine', uri, n),
    actions: [
      { label: l10n('Visualize'), icon: 'pulse', url: link('gatescope.visualize', target) },
      { label: l10n('Use a checkpoint…'), icon: 'file-binary', url: link('gatescope.visualize', { ...target, choose: 'checkpoint' }) },
    ],
  }), true);
  text.isTrusted = { enabledCommands };
  return new vscode.Hover(text, new vscode.Range(document.positionAt(spec.callee.from), document.positionAt(spec.callee.to)));
}

async function goToLine(uri: unknown, line: unknown): Promise<void> {
  if (typeof uri !== 'string' || typeof line !== 'number') return;
  const at = new vscode.Position(Math.max(0, line - 1), 0);
  await vscode.window.showTextDocument(vscode.Uri.parse(uri), { selection: new vscode.Range(at, at) });
}
