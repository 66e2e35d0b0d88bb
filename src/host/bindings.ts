/** Bindings saved in `.vscode/gatescope.json` of a workspace folder: `{"bindings": {"path/model.py#Class.layer": {...}}}`. */
import * as vscode from 'vscode';
import { checkBinding, type Binding } from '../binding';
import type { LayerKey } from './outlines';

const place = (folder: vscode.Uri): vscode.Uri => vscode.Uri.joinPath(folder, '.vscode', 'gatescope.json');

interface Saved { readonly bindings: Readonly<Record<string, unknown>>; readonly rest: Readonly<Record<string, unknown>> }

async function load(folder: vscode.Uri): Promise<Saved> {
  let text: string;
  try {
    text = new TextDecoder().decode(await vscode.workspace.fs.readFile(place(folder)));
  } catch {
    return { bindings: {}, rest: {} }; // not there yet
  }
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) return { bindings: {}, rest: {} };
  const { bindings, ...rest } = value as Record<string, unknown>;
  return { bindings: typeof bindings === 'object' && bindings !== null ? bindings as Record<string, unknown> : {}, rest };
}

/** @throws SyntaxError when the file is not JSON, so that nobody's edits are overwritten */
export async function savedBinding(folder: vscode.Uri, key: string): Promise<Binding | undefined> {
  const { bindings } = await load(folder);
  return Object.hasOwn(bindings, key) ? checkBinding(bindings[key]) : undefined;
}

/** All that a folder has saved, by key; none where the file cannot be read, since a list only shows them. */
export async function savedBindings(folder: vscode.Uri): Promise<ReadonlyMap<string, Binding>> {
  const { bindings } = await load(folder).catch(() => ({ bindings: {} }));
  return new Map(Object.entries(bindings).map(([key, value]) => [key, checkBinding(value)]));
}

/** Under which a layer of a file (its path from the folder) is saved. */
export const bindingKey = (path: string, { owner, name, nth }: LayerKey): string => `${path}#${owner ? `${owner}.` : ''}${name}${nth > 0 ? `~${nth}` : ''}`;

/** Writes are queued, since two panels may save at once. */
let last: Promise<void> = Promise.resolve();

export function saveBinding(folder: vscode.Uri, key: string, binding: Binding): Promise<void> {
  last = last.catch(() => undefined).then(async () => {
    const { bindings, rest } = await load(folder);
    const text = JSON.stringify({ ...rest, bindings: { ...bindings, [key]: binding } }, null, 2);
    await vscode.workspace.fs.writeFile(place(folder), new TextEncoder().encode(`${text}\n`));
  });
  return last;
}
