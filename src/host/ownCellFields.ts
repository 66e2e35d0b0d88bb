/** A cell's file as text, and what it is tied to as lines to read and edit. */
import * as vscode from 'vscode';
import { hasEnding, type Binding } from '../binding';
import { programOf } from '../core/programs';
import { l10n } from '../l10n';
import { OWN_SIZE, sizesTogether } from '../ownCell';
import type { BindingField } from '../protocol';
import type { Subject } from '../session';

/** What stands in the editor counts, saved or not; else the file. */
export async function textOf(uri: vscode.Uri): Promise<string> {
  const open = vscode.workspace.textDocuments.find(d => d.uri.toString() === uri.toString());
  return open ? open.getText() : new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}

/** Sizes, input and seed; there is no checkpoint whose weights would be an own cell's. */
export function cellFields(binding: Binding, subject: Subject | undefined): BindingField[] {
  const run = subject?.content.kind === 'run' ? subject.content : undefined;
  const layer = run?.network.levels[0]?.directions[0];
  const one = layer !== undefined && sizesTogether(programOf(layer.cell));
  const text = binding.input !== undefined && !hasEnding(binding.input, ['csv', 'tsv', 'npy', 'wav']);
  const seed = binding.seed ?? subject?.weights.invented?.seed;
  return [
    ...(one ? [] : [{ id: 'units' as const, label: l10n('Units'), value: String(layer?.units ?? binding.units ?? OWN_SIZE), why: binding.units === undefined ? '' : l10n('chosen by you') }]),
    { id: 'inputSize', label: one ? l10n('Units and input size') : l10n('Input size'), value: String(layer?.inputSize ?? binding.inputSize ?? OWN_SIZE), why: binding.inputSize !== undefined ? l10n('chosen by you') : one ? l10n('the equations add x to a state') : binding.input !== undefined ? l10n('as the input has it') : '' },
    { id: 'input', label: l10n('Input'), value: binding.input ?? run?.sequence.description ?? '', why: binding.input !== undefined || binding.generate ? l10n('chosen by you') : l10n('made up') },
    ...(text ? [{ id: 'vocabulary' as const, label: l10n('Vocabulary'), value: binding.vocabulary ?? l10n('none'), why: '' }] : []),
    { id: 'seed', label: l10n('Seed'), value: seed === undefined ? '' : String(seed), why: l10n('of what is made up') },
  ];
}
