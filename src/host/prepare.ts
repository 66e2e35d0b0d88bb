/** From a target to what the session opens: outline or checkpoint, saved or proposed binding, loaded subject, and the binding's lines to show. */
import * as vscode from 'vscode';
import { baseOf, type Binding, type Files, type Reasons } from '../binding';
import { layerGone, notReached } from '../errors';
import { codeCellSubject, settleCodeCell } from '../codeCell';
import type { Doubt } from '../formats/format';
import { l10n } from '../l10n';
import type { BindingField } from '../protocol';
import { cellName, cellSubject } from '../ownCell';
import { propose, type Choice, type Proposal } from '../propose';
import type { Subject } from '../session';
import type { ReadCell } from '../source/cell/spec';
import { describe } from '../source/describe/layer';
import type { LayerSpec } from '../source/outline';
import { subjectOf, type Request, type Settings } from '../subject';
import { traceSubject } from '../traceSubject';
import type { Services } from '../throughModel';
import { NotReached } from '../upstream';
import { anything, wantedOf, type Wanted } from '../wanted';
import { bindingKey, saveBinding, savedBinding } from './bindings';
import { codeCellFields, readCellOf } from './codeCell';
import { cellFields, textOf } from './ownCellFields';
import { filesOf } from './folders';
import { folderFor, relativePath, resolvePath } from './paths';
import { findLayer, layerName, outlineAt } from './outlines';
import { label } from './plain';
import { referenceOf, type Target } from './target';

export interface Prepared {
  readonly subject: Subject;
  readonly fields: readonly BindingField[];
  /** What it was read from, to be watched. */
  readonly files: readonly vscode.Uri[];
  /** To be run beside it. */
  readonly beside?: readonly Subject[];
}

/** What a target is, before any binding. */
export interface Context {
  readonly kind: Target['kind'];
  readonly folder: vscode.Uri;
  readonly path: string;
  /** Under which the binding is saved. */
  readonly key: string;
  readonly model: string;
  readonly wanted: Wanted;
  readonly spec?: LayerSpec;
  readonly cellId: string | null;
  /** A cell that the code defines. */
  readonly cell?: ReadCell;
  readonly fixed: Binding;
  /** The code's text: files that it names are likelier. */
  readonly code: string;
}

/** @throws Problem */
export async function contextOf(target: Target): Promise<Context> {
  const folder = folderFor(target.uri);
  const path = relativePath(folder, target.uri);
  const base = { kind: target.kind, folder, path, cellId: null, fixed: {}, code: '' };
  if (target.kind === 'cell') return { ...base, key: path, model: baseOf(path), wanted: anything(cellName(path)) };
  if (target.kind === 'codeCell') return { ...base, key: `${path}#${target.name}`, model: target.name, wanted: anything(target.name), cell: await readCellOf(target.uri, target.name) };
  if (target.kind !== 'code') {
    const stack = target.kind === 'checkpoint' ? target.stack : undefined;
    const fixed: Binding = target.kind === 'trace' ? {} : { checkpoint: path, ...(stack === undefined ? {} : { stack }) };
    return { ...base, key: `${path}#${stack ?? ''}`, model: baseOf(path), wanted: anything(stack ?? ''), fixed };
  }
  const { outline, text } = await outlineAt(target.uri);
  const spec = findLayer(target.key, outline.layers);
  if (!spec) throw layerGone(target.key.name || l10n('the layer on line {0}', target.key.line), baseOf(path));
  return {
    ...base, spec, code: text, cellId: describe(spec).cellId,
    key: bindingKey(path, { owner: spec.owner, name: spec.name, nth: target.key.nth, line: spec.line }),
    model: spec.owner || baseOf(path),
    wanted: { ...wantedOf(spec), name: layerName(spec) },
  };
}

export function settingsOf(uri: vscode.Uri): Settings {
  const settings = vscode.workspace.getConfiguration('gatescope', uri);
  return { maximumSteps: settings.get<number>('maximumSteps', 10000), seed: settings.get<number>('seed', 7), memory: settings.get<number>('memory', 256) };
}

/** @throws Problem, FormatError */
export async function prepare(target: Target, services: Services = {}): Promise<Prepared> {
  const reference = referenceOf(target);
  const context = await contextOf(target);
  const files = filesOf(context.folder);
  if (target.kind === 'cell') {
    const binding = await savedBinding(context.folder, context.key) ?? {};
    const subject = await cellSubject({ reference, path: context.path, text: await textOf(target.uri), binding }, files, settingsOf(target.uri));
    return { subject, fields: [...cellFields(binding, subject), labelsField(binding)], files: boundFiles(context.folder, binding) };
  }
  if (target.kind === 'codeCell') {
    const saved = await savedBinding(context.folder, context.key) ?? {};
    const cell = context.cell!;
    const { binding, reasons } = await settleCodeCell(cell, context.path, files, saved);
    const subject = await codeCellSubject({ reference, path: context.path, cell, binding }, files, settingsOf(target.uri));
    if (JSON.stringify(binding) !== JSON.stringify(saved)) await saveBinding(context.folder, context.key, binding).catch(() => undefined); // a folder that cannot be written keeps nothing
    return { subject, fields: [...codeCellFields(binding, saved, reasons, subject), labelsField(binding)], files: [target.uri, ...boundFiles(context.folder, binding)] };
  }
  if (target.kind === 'trace') {
    const binding = await savedBinding(context.folder, context.key) ?? {};
    const subject = await traceSubject(context.path, reference, files, settingsOf(target.uri), binding);
    return { subject, fields: traceFields(binding, subject.doubts), files: [target.uri, ...boundFiles(context.folder, binding)] };
  }
  const saved = await savedBinding(context.folder, context.key) ?? {};
  const { binding, reasons, guess } = await settle(context, files, saved);
  const request: Request = { reference, model: context.model, wanted: context.wanted, ...(context.spec ? { spec: context.spec } : {}), cellId: context.cellId, binding };
  const subject = await subjectOf(request, files, settingsOf(target.uri), services).catch((error: unknown) => {
    throw error instanceof NotReached ? notReached(binding.stack ?? context.wanted.name, error.reached) : error;
  });
  if (!guess && JSON.stringify(binding) !== JSON.stringify(saved)) await saveBinding(context.folder, context.key, binding).catch(() => undefined); // a folder that cannot be written keeps nothing
  return {
    subject: guess ? { ...subject, notes: [...subject.notes, guess] } : subject,
    fields: fieldsOf(binding, saved, reasons, subject),
    files: boundFiles(context.folder, binding),
  };
}

const boundFiles = (folder: vscode.Uri, { checkpoint, input, vocabulary, labels }: Binding): vscode.Uri[] =>
  [checkpoint, input, vocabulary, labels].flatMap(p => typeof p === 'string' ? [resolvePath(folder, p)] : []);

async function settle(context: Context, files: Files, saved: Binding): Promise<Pick<Proposal, 'binding' | 'reasons' | 'guess'>> {
  const fixed = { ...saved, ...context.fixed };
  const proposal = await propose(context.wanted, context.path, files, fixed, context.code);
  if (proposal.choices.length < 2) return proposal;
  const chosen = await pickChoice(proposal.choices, context.wanted.name);
  if (!chosen) return proposal;
  const again = await propose(context.wanted, context.path, files, { ...fixed, ...chosen }, context.code);
  return { binding: again.binding, reasons: { ...again.reasons, checkpoint: l10n('chosen by you'), stack: l10n('chosen by you') } };
}

async function pickChoice(choices: readonly Choice[], layer: string): Promise<Choice | undefined> {
  const items = choices.map(choice => ({ label: label(choice.checkpoint), description: label(choice.stack), choice }));
  return (await vscode.window.showQuickPick(items, { title: l10n('Several checkpoints fit {0}', label(layer)), placeHolder: l10n('Whose weights?') }))?.choice;
}

/** What is saved, for when it cannot be shown: it must still be possible to change it. */
export async function savedFields(target: Target): Promise<BindingField[]> {
  const context = await contextOf(target);
  const saved = { ...await savedBinding(context.folder, context.key), ...context.fixed };
  if (target.kind === 'trace') return traceFields(saved, []);
  if (target.kind === 'cell') return [...cellFields(saved, undefined), labelsField(saved)];
  if (target.kind === 'codeCell') return [...codeCellFields(saved, saved, {}, undefined), labelsField(saved)];
  return fieldsOf(saved, saved, {}, undefined);
}

/** What units are compared with, beside what the input says of itself. */
export const labelsField = ({ labels }: Binding): BindingField => ({ id: 'labels', label: l10n('Labels'), value: labels ?? l10n('none'), why: labels === undefined ? l10n('a table, one row a step') : l10n('chosen by you') });

/** A recording has what it has; what was guessed of it can be changed, and its gates worked out. */
const traceFields = (binding: Binding, doubts: readonly Doubt[] = []): BindingField[] => [
  ...doubts.map(d => doubtField(d, binding)),
  { id: 'checkpoint', label: l10n('Checkpoint'), value: binding.checkpoint ?? l10n('none'), why: binding.checkpoint ? l10n('chosen by you: gates are worked out from it') : l10n('to work out gates that are not recorded') },
  ...(binding.checkpoint ? [{ id: 'input' as const, label: l10n('Input'), value: binding.input ?? l10n('as recorded'), why: binding.input ? l10n('chosen by you') : '' }] : []),
  labelsField(binding),
];

const doubtField = ({ id, question, options, taken, evidence }: Doubt, { assume }: Binding): BindingField =>
  ({ id: `assume:${id}`, label: question, value: options.find(o => o.id === taken)?.label ?? taken, why: assume?.[id] === undefined ? evidence : l10n('chosen by you') });

/** How the input falls into sequences: of a text in short pieces, or an array with three axes. */
function sequenceFields({ split, batchAxis = 0, input }: Binding, subject: Subject | undefined): BindingField[] {
  const content = subject?.content.kind === 'run' ? subject.content : undefined, sequences = subject?.sequences;
  if (input === undefined || !content) return [];
  const count = sequences ? l10n('{0} sequences', sequences.pieces.length) : l10n('one sequence');
  const labels = content.sequence.axis === 'characters' ? content.sequence.labels : undefined;
  const inPieces = split !== undefined || (labels !== undefined && labels.filter(l => l === '\n').length * MOST_LINE >= labels.length);
  if (inPieces) return [{ id: 'split', label: l10n('Sequences'), value: split === 'lines' ? l10n('{0}, a line each', count) : split === 'paragraphs' ? l10n('{0}, a paragraph each', count) : count, why: split ? l10n('chosen by you') : l10n('the whole text') }];
  if (sequences && /\.(npy|npz|safetensors)$/i.test(input)) return [{ id: 'batchAxis', label: l10n('Sequences'), value: count, why: batchAxis === 0 ? l10n('along the first axis') : l10n('along the second axis') }];
  return [];
}

/** Longer lines on average are no short pieces. */
const MOST_LINE = 400;

/** The binding as lines to read and edit. */
function fieldsOf(binding: Binding, saved: Binding, reasons: Reasons, subject: Subject | undefined): BindingField[] {
  const why = (field: keyof Binding): string => field in saved ? l10n('saved') : reasons[field] ?? '';
  const run = subject?.content.kind === 'run' ? subject.content : undefined;
  const random = subject?.weights.description ?? l10n('random');
  const seed = subject?.weights.invented?.seed ?? run?.inputSeed ?? binding.seed;
  const prefix = binding.tensors ? binding.tensors.join(', ') : binding.stack;
  return [
    { id: 'checkpoint', label: l10n('Checkpoint'), value: binding.checkpoint ?? random, why: binding.checkpoint ? why('checkpoint') : binding.checkpoint === null ? l10n('chosen by you') : l10n('no checkpoint fits') },
    ...(binding.checkpoint ? [{ id: 'prefix' as const, label: l10n('Tensors'), value: prefix ?? '', why: why(binding.tensors ? 'tensors' : 'stack') }] : []),
    ...(subject?.doubts ?? []).map(d => doubtField(d, binding)),
    { id: 'input', label: l10n('Input'), value: binding.input ?? run?.sequence.description ?? '', why: binding.input !== undefined ? why('input') : binding.generate ? l10n('chosen by you') : l10n('made up: nothing fits') },
    ...sequenceFields(binding, subject),
    { id: 'vocabulary', label: l10n('Vocabulary'), value: binding.vocabulary ?? l10n('none'), why: why('vocabulary') },
    { id: 'encoder', label: l10n('Encoder'), value: binding.encoder ?? l10n('none'), why: why('encoder') },
    { id: 'decoder', label: l10n('Decoder'), value: binding.decoder ?? l10n('none'), why: why('decoder') },
    labelsField(binding),
    { id: 'seed', label: l10n('Seed'), value: seed === undefined ? '' : String(seed), why: l10n('of what is made up') },
  ];
}
