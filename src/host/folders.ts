/** The files of a workspace folder as the binding sees them: by relative path, capped, ignored folders left out. */
import * as vscode from 'vscode';
import type { Bytes } from '../formats/format';
import { memory } from '../formats/memory';
import { fileBytes } from '../platform/node';
import type { Files } from '../binding';

const most = 2000;
/** Endings that a checkpoint, a trace, an input or a vocabulary can have. */
export const dataEndings = ['safetensors', 'onnx', 'txt', 'csv', 'tsv', 'npy', 'json'] as const;
export const codeEndings = ['py'] as const;
const ignored = '**/{node_modules,.git,.venv,venv,__pycache__,dist,build,site-packages}/**';

export async function find(folder: vscode.Uri, endings: readonly string[], token?: vscode.CancellationToken): Promise<vscode.Uri[]> {
  return vscode.workspace.findFiles(new vscode.RelativePattern(folder, `**/*.{${endings.join(',')}}`), ignored, most, token);
}

export function relativePath(folder: vscode.Uri, file: vscode.Uri): string {
  const base = folder.path.endsWith('/') ? folder.path : `${folder.path}/`;
  return file.path.startsWith(base) ? file.path.slice(base.length) : file.path;
}

export const resolvePath = (folder: vscode.Uri, path: string): vscode.Uri =>
  path.startsWith('/') ? folder.with({ path }) : vscode.Uri.joinPath(folder, path);

/** Local files are read at random; others come whole through the workspace's file system. */
export async function bytesOf(uri: vscode.Uri): Promise<Bytes> {
  if (uri.scheme === 'file') return fileBytes(uri.fsPath);
  const data = await vscode.workspace.fs.readFile(uri);
  return memory(uri.path.slice(uri.path.lastIndexOf('/') + 1), data);
}

export function filesOf(folder: vscode.Uri): Files {
  return {
    list: async () => (await find(folder, dataEndings)).map(uri => relativePath(folder, uri)),
    open: path => bytesOf(resolvePath(folder, path)),
  };
}

/** The workspace folder of a file, else the folder it lies in. */
export function folderFor(uri: vscode.Uri): vscode.Uri {
  return vscode.workspace.getWorkspaceFolder(uri)?.uri ?? vscode.Uri.joinPath(uri, '..');
}
