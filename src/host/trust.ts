/** What a folder must be trusted for: running a graph that a file brings. Weights and code are only ever read. */
import * as vscode from 'vscode';
import { sentence } from './plain';
import { l10n } from '../l10n';

const allowed = new Set<string>();

/** True in a trusted workspace, and where the person says so; asked once a file and window. */
export async function mayRunGraph(file: string): Promise<boolean> {
  if (vscode.workspace.isTrusted || allowed.has(file)) return true;
  const run = l10n('Run It');
  const said = await vscode.window.showWarningMessage(sentence(l10n('Run the model in {0}?', file)), {
    modal: true,
    detail: l10n('What reaches the recurrent layer is known only by running what stands before it in the model. This folder is not trusted. The model runs in a sandbox (WebAssembly) without access to files or network, but a hostile one can take much time and memory.'),
  }, run);
  if (said !== run) return false;
  allowed.add(file);
  return true;
}
