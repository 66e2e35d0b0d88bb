/** Opens a checkpoint or a trace: the file given, else one chosen; several stacks in it give a quick pick. */
import * as vscode from 'vscode';
import { choosable, open } from '../formats/index';
import type { StackRef } from '../formats/format';
import { languageOfFile } from '../source/endings';
import { bytesOf } from './folders';
import { outlineAt } from './outlines';
import type { Panels } from './panels';
import { baseName, label, sentence } from './plain';
import { l10n } from '../l10n';

const readable = (): Record<string, string[]> => ({ [l10n('Checkpoints and traces')]: choosable(), [l10n('All files')]: ['*'] });

export async function openFile(panels: Panels, wish: unknown): Promise<void> {
  const uri = await fileOf(wish);
  if (!uri) return;
  const given = stackOf(wish);
  try {
    const opened = await open(await bytesOf(uri));
    if (opened.kind === 'trace') { await panels.show({ kind: 'trace', uri }); return; }
    const stack = given ?? (opened.stacks.length > 1 ? await pickStack(opened.stacks) : opened.stacks[0]?.name);
    if (stack === undefined && opened.stacks.length > 1) return;
    await panels.show(stack === undefined ? { kind: 'checkpoint', uri } : { kind: 'checkpoint', uri, stack });
  } catch (error) {
    if (await isConfiguration(uri)) { await vscode.commands.executeCommand('gatescope.visualize', { uri: uri.toString() }); return; }
    void vscode.window.showErrorMessage(sentence(l10n('{0} could not be opened. {1}', baseName(uri), error instanceof Error ? error.message : String(error))));
  }
}

/** JSON that holds layers without weights, as Keras writes it. */
async function isConfiguration(uri: vscode.Uri): Promise<boolean> {
  if (languageOfFile(uri.path) !== 'json') return false;
  return outlineAt(uri).then(({ outline }) => outline.layers.length > 0, () => false);
}

/** From the explorer (a Uri), the tree or a link (`{uri, stack}`), else from a dialog. */
async function fileOf(wish: unknown): Promise<vscode.Uri | undefined> {
  if (wish instanceof vscode.Uri) return wish;
  const uri = (wish as { uri?: unknown } | undefined)?.uri;
  if (typeof uri === 'string') return vscode.Uri.parse(uri);
  return (await vscode.window.showOpenDialog({ filters: readable(), title: l10n('Open a checkpoint or trace'), openLabel: l10n('Open') }))?.[0];
}

/** The stack of a checkpoint that has a layer of this name. */
export async function stackWith(uri: vscode.Uri, layer: string): Promise<string | undefined> {
  const opened = await open(await bytesOf(uri));
  return opened.kind === 'checkpoint' ? opened.stacks.find(s => s.levels.some(l => l.name === layer))?.name : undefined;
}

function stackOf(wish: unknown): string | undefined {
  const stack = (wish as { stack?: unknown } | undefined)?.stack;
  return typeof stack === 'string' ? stack : undefined;
}

async function pickStack(stacks: readonly StackRef[]): Promise<string | undefined> {
  const items = stacks.map(stack => ({ label: label(stack.name), description: stackWords(stack), name: stack.name }));
  return (await vscode.window.showQuickPick(items, { title: l10n('Which layer?') }))?.name;
}

/** `LSTM 24 → 64 · 2 layers · both directions` */
export function stackWords(stack: StackRef): string {
  const [first] = stack.levels;
  if (!first) return '';
  const size = `${first.cell.name} ${first.inputSize} → ${first.units}`;
  return [size, ...(stack.levels.length > 1 ? [l10n('{0} layers', stack.levels.length)] : []), ...(first.directions.length > 1 ? [l10n('both directions')] : [])].join(' · ');
}
