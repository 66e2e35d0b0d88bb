/** Where files lie in workspace folders. */
import * as vscode from 'vscode';

/** The path of a file from its folder; as it is where it lies elsewhere. */
export function relativePath(folder: vscode.Uri, file: vscode.Uri): string {
  const base = folder.path.endsWith('/') ? folder.path : `${folder.path}/`;
  return file.path.startsWith(base) ? file.path.slice(base.length) : file.path;
}

/** The file that a path from a folder names. */
export const resolvePath = (folder: vscode.Uri, path: string): vscode.Uri =>
  path.startsWith('/') ? folder.with({ path }) : vscode.Uri.joinPath(folder, path);

/** The workspace folder of a file, else the folder it lies in. */
export function folderFor(uri: vscode.Uri): vscode.Uri {
  return vscode.workspace.getWorkspaceFolder(uri)?.uri ?? vscode.Uri.joinPath(uri, '..');
}
