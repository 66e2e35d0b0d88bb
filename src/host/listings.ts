/** Which files there may be, by listings of folders: most places where an import could lie are empty, and to ask for each takes a round trip. */
import * as vscode from 'vscode';

/** Milliseconds for which a listing counts: enough for a look through a workspace, too short to miss what a person makes. */
const FRESH = 3000;
/** By the folder; undefined for what cannot be listed. */
const listings = new Map<string, Promise<ReadonlySet<string> | undefined>>();

/** False where there is no such file below the folder. The rest has to be asked for. */
export async function mayHold(folder: vscode.Uri, path: string): Promise<boolean> {
  let at = folder;
  for (const part of path.split('/')) {
    const names = await namesIn(at);
    if (!names) return true;
    if (!names.has(part)) return false;
    at = vscode.Uri.joinPath(at, part);
  }
  return true;
}

function namesIn(folder: vscode.Uri): Promise<ReadonlySet<string> | undefined> {
  const key = folder.toString();
  const known = listings.get(key);
  if (known) return known;
  if (listings.size === 0) setTimeout(() => { listings.clear(); }, FRESH);
  const names = Promise.resolve(vscode.workspace.fs.readDirectory(folder)).then(entries => new Set(entries.map(([name]) => name)), () => undefined);
  listings.set(key, names);
  return names;
}
