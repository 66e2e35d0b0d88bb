/** Compare RNN, LSTM and GRU: three checkpoints that ship with Gatescope, or another checkpoint beside the layer that is shown. */
import * as vscode from 'vscode';
import { hasEnding, type Binding, type Files } from '../binding';
import { open } from '../formats/index';
import type { StackRef } from '../formats/format';
import { l10n } from '../l10n';
import { CELL_ENDING, cellName, matchedSubject } from '../ownCell';
import type { Subject, Session } from '../session';
import { subjectOf } from '../subject';
import { anything } from '../wanted';
import { savedBinding } from './bindings';
import { bytesOf, filesOf } from './folders';
import { folderFor, relativePath } from './paths';
import { stackWords } from './openFile';
import { ownCells } from './ownCellFiles';
import { textOf } from './ownCellFields';
import type { Panels } from './panels';
import { baseName, label, sentence } from './plain';
import { contextOf, settingsOf, type Prepared } from './prepare';
import { referenceOf, type Target } from './target';

/** Shows the three examples side by side. */
export async function showComparison(panels: Panels, { extensionUri }: vscode.ExtensionContext): Promise<void> {
  await panels.show({ kind: 'compare', uri: folderOf(extensionUri) });
}

const folderOf = (extension: vscode.Uri): vscode.Uri => vscode.Uri.joinPath(extension, 'examples', 'compare');

/** The one that is shown, and those beside it: names of file, stack and row. */
const EXAMPLES = [
  { file: 'lstm.safetensors', stack: 'lstm', name: 'LSTM' },
  { file: 'gru.safetensors', stack: 'gru', name: 'GRU' },
  { file: 'rnn.safetensors', stack: 'rnn', name: 'RNN' },
] as const;

const bindingOf = ({ file, stack }: (typeof EXAMPLES)[number]): Binding =>
  ({ checkpoint: file, stack, input: 'text.txt', vocabulary: 'vocab.json', encoder: 'embed.weight', decoder: 'head.weight', decoderBias: 'head.bias', into: 'layer' });

/** The examples, over their text, at the view Compare. They lie in the extension's folder, wherever that is now. @throws Problem, FormatError */
export async function prepareComparison(target: Target, extension: vscode.Uri): Promise<Prepared> {
  const folder = folderOf(extension);
  const made = EXAMPLES.map(example => subjectOf(
    { reference: referenceOf(target), model: example.name, wanted: anything(example.stack), cellId: null, binding: bindingOf(example) },
    filesOf(folder), settingsOf(target.uri)));
  const [shown, ...beside] = await Promise.all(made);
  return { subject: { ...shown!, model: 'examples/compare', view: 'compare' }, beside, fields: [], files: [] };
}

/** Asks for a checkpoint, unless a cell of one's own is named, and runs its layer beside the one that is shown; false where the person stops, or where it cannot be. */
export async function compareWith(target: Target, session: Session, cell?: string): Promise<boolean> {
  const shown = session.subject;
  if (shown?.content.kind !== 'run') return refused(l10n('A recording holds signals but no weights. Open its checkpoint to compare it with another one.'));
  const uri = cell ? (await cellsBeside(target)).find(own => own.toString() === cell) : await chosenOther(target); // from a webview, what is absent comes as null
  if (!uri) return false;
  try {
    if (hasEnding(uri.path, [CELL_ENDING])) { await session.beside(`beside:${uri.toString()}`, cellBeside(uri, await textOf(uri), shown)); return true; }
    const stack = await stackIn(uri, shown.content.network.levels[0]!.directions[0]!.inputSize);
    if (!stack) return false;
    const id = `beside:${uri.toString()}#${stack.name}`;
    await session.beside(id, await subjectBeside(target, uri, stack, shown));
    return true;
  } catch (error) {
    return refused(l10n('{0} cannot stand beside what is shown. {1}', baseName(uri), error instanceof Error ? error.message : String(error)));
  }
}

/** Cells of one's own, but the one that is shown. */
export async function cellsBeside(target: Target): Promise<vscode.Uri[]> {
  const folders = target.kind === 'compare' ? (vscode.workspace.workspaceFolders ?? []).map(f => f.uri) : [folderFor(target.uri)];
  return (await Promise.all(folders.map(ownCells))).flat().filter(uri => uri.toString() !== target.uri.toString());
}

/** A checkpoint from a dialog; where the workspace has cells of one's own, they are offered before. */
async function chosenOther(target: Target): Promise<vscode.Uri | undefined> {
  const own = await cellsBeside(target);
  if (own.length > 0) {
    const items = own.map(uri => ({ label: `$(symbol-operator) ${label(cellName(uri.path))}`, description: l10n('your own cell, untrained, with about as many parameters'), uri }));
    const picked = await vscode.window.showQuickPick([...items, { label: `$(folder-opened) ${l10n('A checkpoint…')}`, description: '', uri: undefined }], { title: l10n('Compare with what?') });
    if (!picked || picked.uri) return picked?.uri;
  }
  return (await vscode.window.showOpenDialog({ title: l10n('Compare with which checkpoint?'), openLabel: l10n('Compare') }))?.[0];
}

/** A cell of one's own on the very input that is shown. @throws Problem, LayerError */
function cellBeside(uri: vscode.Uri, text: string, { reference, content }: Subject): Subject {
  if (content.kind !== 'run') throw new Error(l10n('A recording holds signals but no weights. Open its checkpoint to compare it with another one.'));
  return matchedSubject(reference, uri.path, text, content.network.levels[0]!.directions[0]!, content);
}

function refused(words: string): false {
  void vscode.window.showErrorMessage(sentence(words));
  return false;
}

/** A stack that reads as many numbers a step; asked for where there are several. @throws Error where there is none */
async function stackIn(uri: vscode.Uri, inputSize: number): Promise<StackRef | undefined> {
  const opened = await open(await bytesOf(uri));
  if (opened.kind === 'trace') throw new Error(l10n('It is a recording: signals without weights.'));
  const fitting = opened.stacks.filter(s => s.levels[0]?.inputSize === inputSize);
  if (fitting.length === 0) throw new Error(opened.stacks.length === 0
    ? l10n('The shown layer reads {0} numbers a step; no recurrent layer was found in the file.', inputSize)
    : l10n('The shown layer reads {0} numbers a step; the file has {1}.', inputSize, opened.stacks.map(stackWords).join('; ')));
  if (fitting.length === 1) return fitting[0];
  const items = fitting.map(stack => ({ label: label(stack.name), description: stackWords(stack), stack }));
  return (await vscode.window.showQuickPick(items, { title: l10n('Which layer?') }))?.stack;
}

/** The other checkpoint on the same input: through its own encoder where it has one of that name and shape, else on the very rows that the shown layer reads. */
async function subjectBeside(target: Target, uri: vscode.Uri, stack: StackRef, shown: Subject): Promise<Subject> {
  const { folder, binding } = await boundOf(target);
  const files = filesOf(folder), checkpoint = relativePath(folder, uri);
  const request = (own: Binding): Promise<Subject> => subjectOf(
    { reference: shown.reference, model: baseName(uri), wanted: anything(stack.name), cellId: null, binding: { ...own, checkpoint, stack: stack.name } }, elsewhere(files, uri, checkpoint), settingsOf(target.uri));
  const { decoder: _decoder, decoderBias: _bias, tensors: _tensors, assume: _assume, ...input } = binding;
  const same = await request(input).catch(() => undefined);
  const steps = shown.content.kind === 'run' ? shown.content.sequence.steps : 0;
  if (same?.content.kind === 'run' && same.content.sequence.steps === steps) return same;
  const alone = await request({ generate: { kind: 'impulse', steps: 1, seed: 0 } });
  if (alone.content.kind !== 'run' || shown.content.kind !== 'run') return alone;
  return { ...alone, content: { ...alone.content, sequence: shown.content.sequence } };
}

/** Files that may lie in another folder system than the shown model. */
const elsewhere = (files: Files, uri: vscode.Uri, path: string): Files => ({ ...files, open: p => (p === path ? bytesOf(uri) : files.open(p)) });

async function boundOf(target: Target): Promise<{ readonly folder: vscode.Uri; readonly binding: Binding }> {
  if (target.kind === 'compare') return { folder: target.uri, binding: bindingOf(EXAMPLES[0]) };
  const context = await contextOf(target);
  return { folder: context.folder, binding: { ...await savedBinding(context.folder, context.key), ...context.fixed } };
}
