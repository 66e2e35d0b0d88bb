/** Writes what a webview made into a file that the person chooses. */
import * as vscode from 'vscode';
import { fromBase64 } from '../base64';
import { baseName, sentence } from './plain';
import { l10n } from '../l10n';

/** False where the person changed their mind. @throws Error where it cannot be written */
export async function saveAs(name: string, content: string, encoding: 'text' | 'base64'): Promise<boolean> {
  const plain = name.replace(/[^\p{L}\p{N}._ -]+/gu, '_').slice(0, 120);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const extension = plain.slice(plain.lastIndexOf('.') + 1);
  const uri = await vscode.window.showSaveDialog({ filters: { [extension.toUpperCase()]: [extension] }, ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, plain) } : {}) });
  if (!uri) return false;
  await vscode.workspace.fs.writeFile(uri, encoding === 'base64' ? fromBase64(content) : new TextEncoder().encode(content));
  void vscode.window.setStatusBarMessage(sentence(l10n('Saved {0}.', baseName(uri))), 4000);
  return true;
}
