/** "Always open with Gatescope": asks, then adds to `workbench.editorAssociations` of the user, keeping what is there. */
import * as vscode from 'vscode';
import { l10n } from '../../l10n';
import { FILE_EDITOR } from '../ids';

/** Endings that the editor can be chosen for, as package.json has them. */
export const fileEndings = ['safetensors', 'onnx', 'pt', 'pth', 'ckpt', 'bin', 'keras', 'h5', 'hdf5', 'npz', 'msgpack'] as const;

/** The ending of a file that the editor opens, or undefined. */
export function endingOf(uri: vscode.Uri): string | undefined {
  const name = uri.path.toLowerCase();
  return fileEndings.find(e => name.endsWith(`.${e}`));
}

const words = (endings: readonly string[]): string => endings.map(e => `.${e}`).join(', ');

/** Asks which files; `ending` is that of the file at hand. True where the settings were written. */
export async function alwaysOpen(ending: string | undefined): Promise<boolean> {
  const [one, all] = [ending === undefined ? undefined : l10n('Only .{0}', ending), l10n('All of These')];
  const chosen = await vscode.window.showInformationMessage(l10n('Always open model files with Gatescope?'), {
    modal: true,
    detail: l10n('{0} would open in Gatescope instead of any other editor. This adds to workbench.editorAssociations in your user settings; what is there stays, and "Reopen Editor With…" changes it back.', words(fileEndings)),
  }, ...(one === undefined ? [all] : [one, all]));
  if (chosen === undefined) return false;
  await associate(chosen === all ? fileEndings : [ending ?? '']);
  return true;
}

async function associate(endings: readonly string[]): Promise<void> {
  const settings = vscode.workspace.getConfiguration('workbench');
  const before = settings.inspect<Record<string, string>>('editorAssociations')?.globalValue ?? {};
  const added = Object.fromEntries(endings.map(e => [`*.${e}`, FILE_EDITOR]));
  await settings.update('editorAssociations', { ...before, ...added }, vscode.ConfigurationTarget.Global);
}
