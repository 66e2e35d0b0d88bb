/** The files of a workspace folder as the binding sees them: by relative path, capped, ignored folders left out. */
import * as vscode from 'vscode';
import type { Bytes } from '../formats/format';
import { inputEndings, sought } from '../formats/index';
import { memory } from '../formats/memory';
import { l10n, thousands } from '../l10n';
import { fileBytes } from '../platform/node';
import type { Files } from '../binding';
import { exclusionsOf } from './exclusions';
import { relativePath, resolvePath } from './paths';

const most = 2000;
/** Endings that a checkpoint, a trace, an input or a vocabulary can have. */
export const dataEndings = [...new Set([...sought(), ...inputEndings(), 'json'])];

/** Files with these endings, of a workspace folder; what settings leave out stays out, what git ignores does not: weights mostly are. */
export async function find(folder: vscode.Uri, endings: readonly string[], token?: vscode.CancellationToken): Promise<vscode.Uri[]> {
  const { glob, isOut } = exclusionsOf(folder);
  const found = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, `**/*.{${endings.join(',')}}`), glob, most, token);
  return found.filter(uri => !isOut(relativePath(folder, uri)));
}

/** Local files are read at random; others come whole through the workspace's file system, and what takes long is said. */
export async function bytesOf(uri: vscode.Uri): Promise<Bytes> {
  if (uri.scheme === 'file') return fileBytes(uri.fsPath);
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > MOST_WHOLE) throw new Error(l10n('{0} has {1} and is not on this machine: at most {2} are fetched. Copy it to a local folder.', name, megabytes(size), megabytes(MOST_WHOLE)));
  const read = (): Thenable<Uint8Array> => vscode.workspace.fs.readFile(uri);
  const title = l10n('Fetching {0}, {1}: the file is not on this machine, so that all of it has to be read', name, megabytes(size));
  const data = size < LARGE ? await read() : await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, read);
  return { ...memory(name, data), sibling: other => siblingOf(uri, other) };
}

/** Bytes of a file elsewhere that are fetched without a word, and at most. */
const LARGE = 20e6, MOST_WHOLE = 2 ** 30;
const megabytes = (size: number): string => `${thousands(Math.round(size / 1e6))} MB`;

/** A file in the same folder or below. */
async function siblingOf(uri: vscode.Uri, other: string): Promise<Bytes> {
  if (/^[/\\]|^[a-zA-Z]:|(^|[/\\])\.\.([/\\]|$)/.test(other)) throw new Error(l10n('{0} lies outside the folder of {1}.', other, uri.path.slice(uri.path.lastIndexOf('/') + 1)));
  return bytesOf(vscode.Uri.joinPath(uri, '..', other));
}

export function filesOf(folder: vscode.Uri): Files {
  return {
    list: async () => (await find(folder, dataEndings)).map(uri => relativePath(folder, uri)),
    open: path => bytesOf(resolvePath(folder, path)),
  };
}
