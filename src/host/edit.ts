/** Editing a binding, a field at a time, by quick picks of what fits and a file dialog for the rest. One row a field. */
import * as vscode from 'vscode';
import { hasEnding, nearest, type Binding } from '../binding';
import { fitsIn } from '../codeCell';
import { generators } from '../core/generate';
import { candidates, choosable, inputEndings, open, openSequence, type Checkpoint, type Doubt, type StackRef } from '../formats/index';
import { l10n, term } from '../l10n';
import { MOST_OWN, OWN_SIZE } from '../ownCell';
import { biasOf } from '../propose';
import { saveBinding, savedBinding } from './bindings';
import { bytesOf, filesOf } from './folders';
import { relativePath, resolvePath } from './paths';
import { pickFit } from './codeCell';
import { stackWords } from './openFile';
import { label } from './plain';
import { contextOf, settingsOf, type Context } from './prepare';
import type { Target } from './target';
import { misfit } from '../wanted';

const LABEL_ENDINGS = ['csv', 'tsv'];

/** Makes the changed binding; undefined where the person stops. */
type Editor = (context: Context & { readonly doubts: readonly Doubt[] }, binding: Binding, value?: string) => Promise<Binding | undefined>;

const editors: Readonly<Record<string, Editor>> = {
  checkpoint: async (context, binding) => {
    const random: Item = context.kind === 'trace'
      ? { label: `$(close) ${l10n('None')}`, description: l10n('show what was recorded'), value: '' }
      : { label: `$(refresh) ${l10n('Random weights')}`, description: l10n('the framework\'s default initialisation'), value: '' };
    const path = await pickFile(context, choosable(), l10n('Whose weights?'), [random]);
    if (path === undefined) return undefined;
    if (path === '') return { ...withoutWeights(binding), checkpoint: null };
    const chosen = { ...withoutWeights(binding), checkpoint: path };
    // Where names say nothing, or nothing that fits, the person says which tensors are meant.
    const checkpoint = await checkpointOf(context, chosen);
    if (!checkpoint || (context.cell ? fitsIn(context.cell, checkpoint.tensors).length < 2 : checkpoint.stacks.some(s => misfit(s, context.wanted) === undefined))) return chosen;
    return { ...chosen, ...await pickTensors(checkpoint, context) };
  },
  prefix: async (context, binding) => {
    const checkpoint = await checkpointOf(context, binding);
    const choice = checkpoint && await pickTensors(checkpoint, context);
    if (!choice) return undefined;
    const { stack: _stack, tensors: _tensors, ...rest } = binding;
    return { ...rest, ...choice };
  },
  input: async (context, binding) => {
    const made = generators.map((g): Item => ({ label: `$(graph-line) ${term(g.label)}`, description: term(g.purpose), value: `*${g.id}` }));
    const path = await pickFile(context, inputEndings(), l10n('What goes in?'), made);
    if (path === undefined) return undefined;
    const { input: _input, generate: _generate, columns: _columns, sequence: _sequence, split: _split, batchAxis: _axis, into: _into, inputSize: _size, labels: _labels, ...rest } = binding;
    const { seed } = settingsOf(context.folder);
    return path.startsWith('*') ? { ...rest, generate: { kind: path.slice(1), steps: 200, seed } } : { ...rest, input: path };
  },
  columns: async (context, binding) => {
    if (binding.input === undefined) return undefined;
    const all = (await openSequence(await bytesOf(resolvePath(context.folder, binding.input)))).columns ?? [];
    const picked = await vscode.window.showQuickPick(all.map(name => ({ label: label(name), name })), { canPickMany: true, title: l10n('Which columns? They are read in the order of the file') });
    return picked && picked.length > 0 ? { ...binding, columns: picked.map(p => p.name) } : undefined;
  },
  sequence: async (context, binding, value) => {
    if (value === undefined || !/^(all|\d{1,6})$/.test(value)) return undefined;
    if (context.kind === 'trace') return { ...binding, assume: { ...binding.assume, sequence: value } };
    return value === 'all' ? undefined : { ...binding, sequence: Number(value) };
  },
  split: async (_, { split: _split, sequence: _sequence, ...binding }) => {
    const by = await pick([
      { label: l10n('One sequence'), description: l10n('the whole text'), value: '' },
      { label: l10n('A sequence a line'), description: '', value: 'lines' },
      { label: l10n('A sequence a paragraph'), description: l10n('between empty lines'), value: 'paragraphs' },
    ], l10n('What is a sequence?'));
    return by === undefined ? undefined : by === 'lines' || by === 'paragraphs' ? { ...binding, split: by } : binding;
  },
  batchAxis: async (_, { sequence: _sequence, ...binding }) => {
    const axis = await pick([
      { label: l10n('The first axis'), description: l10n('[sequences, steps, features]'), value: '0' },
      { label: l10n('The second axis'), description: l10n('[steps, sequences, features]'), value: '1' },
    ], l10n('Which axis counts the sequences?'));
    return axis === undefined ? undefined : { ...binding, batchAxis: axis === '1' ? 1 : 0 };
  },
  vocabulary: async (context, binding) => {
    const path = await pickFile(context, ['json'], l10n('Which vocabulary?'), []);
    return path === undefined ? undefined : { ...binding, vocabulary: path };
  },
  encoder: async (context, binding) => {
    const checkpoint = await checkpointOf(context, binding);
    const width = context.wanted.inputSize ?? stackIn(checkpoint, binding)?.levels[0]?.inputSize;
    const tables = matrices(checkpoint).filter(t => width === undefined || t.shape[1] === width);
    const chosen = await pick([{ label: 'One-hot', description: l10n('vocabulary and input size are equal'), value: 'onehot' }, ...tables.map(tensorItem)], l10n('How do characters become the input?'));
    return chosen === undefined ? undefined : { ...binding, encoder: chosen };
  },
  decoder: async (context, binding) => {
    const checkpoint = await checkpointOf(context, binding);
    const chosen = await pick([{ label: l10n('None'), description: l10n('no surprise row'), value: '' }, ...matrices(checkpoint).map(tensorItem)], l10n('What turns h into scores of the next character?'));
    if (chosen === undefined) return undefined;
    const { decoderBias: _bias, ...rest } = binding;
    const weight = checkpoint?.tensors.find(t => t.name === chosen);
    const bias = weight && checkpoint && biasOf(checkpoint, weight, weight.shape[0] ?? 0);
    return { ...rest, decoder: chosen === '' ? null : chosen, ...(bias ? { decoderBias: bias } : {}) };
  },
  labels: async (context, { labels, ...binding }) => {
    const none: Item[] = labels === undefined ? [] : [{ label: `$(close) ${l10n('None')}`, value: '' }];
    const path = await pickFile(context, LABEL_ENDINGS, l10n('Which labels? A table with a row of names and one row a step'), none);
    return path === undefined ? undefined : path === '' ? binding : { ...binding, labels: path };
  },
  seed: async (context, binding, value) => {
    const now = binding.seed ?? settingsOf(context.folder).seed;
    const text = value ?? await vscode.window.showInputBox({ title: l10n('Seed of what is made up'), value: String(now), validateInput: v => /^\d{1,9}$/.test(v) ? undefined : l10n('A whole number from 0 to 999,999,999') });
    if (text === undefined || !/^\d{1,9}$/.test(text)) return undefined;
    const seed = Number(text);
    return { ...binding, seed, ...(binding.generate ? { generate: { ...binding.generate, seed } } : {}) };
  },
  units: async (_, binding, value) => {
    const units = await pickSize(l10n('How many units?'), binding.units, value);
    return units === undefined ? undefined : { ...binding, units };
  },
  inputSize: async (_, binding, value) => {
    const inputSize = await pickSize(l10n('How many numbers a step go in?'), binding.inputSize, value);
    return inputSize === undefined ? undefined : { ...binding, inputSize };
  },
  random: async (_, binding) => ({ ...withoutWeights(binding), checkpoint: null }),
  assume: async (context, binding, id) => {
    const { doubts } = context;
    const doubt = doubts.find(d => d.id === id) ?? await pickDoubt(doubts);
    if (!doubt) return undefined;
    const items = doubt.options.map((o): Item => ({ label: label(o.label), description: o.id === doubt.taken ? l10n('now') : '', value: o.id }));
    const chosen = await pick(items, `${label(doubt.question)} (${label(doubt.evidence)})`);
    return chosen === undefined ? undefined : { ...binding, assume: { ...binding.assume, [doubt.id]: chosen } };
  },
};

/** A binding without what belongs to its checkpoint. */
function withoutWeights({ stack: _stack, tensors: _tensors, encoder: _encoder, decoder: _decoder, decoderBias: _bias, assume: _assume, ...rest }: Binding): Binding {
  return rest;
}

async function pickDoubt(doubts: readonly Doubt[]): Promise<Doubt | undefined> {
  if (doubts.length < 2) return doubts[0];
  const items = doubts.map(doubt => ({ label: label(doubt.question), description: label(doubt.options.find(o => o.id === doubt.taken)?.label ?? doubt.taken), doubt }));
  return (await vscode.window.showQuickPick(items, { title: l10n('What is in doubt?') }))?.doubt;
}

/** What links and buttons of the panel are called, beside `edit:FIELD`. */
const aliases: Readonly<Record<string, string>> = {
  chooseWeights: 'checkpoint', chooseInput: 'input', chooseColumns: 'columns', randomWeights: 'random',
};

/** True where the binding changed and was saved. `doubts` are those that are open now. */
export async function edit(target: Target, id: string, value?: string, doubts: readonly Doubt[] = []): Promise<boolean> {
  // `edit:assume:gru-form` names what is to be edited and which of it.
  const [name = '', which] = (aliases[id] ?? id.replace(/^edit:/, '')).split(':');
  const editor = editors[name];
  if (!editor) return false;
  const context = await contextOf(target);
  const binding = { ...await savedBinding(context.folder, context.key), ...context.fixed };
  const changed = await editor({ ...context, doubts }, binding, which ?? value);
  if (!changed) return false;
  await saveBinding(context.folder, context.key, changed);
  return true;
}

interface Item extends vscode.QuickPickItem { readonly value: string }

async function pick(items: readonly Item[], title: string): Promise<string | undefined> {
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.value;
}

/** A size of a cell that a person wrote. */
async function pickSize(title: string, now = OWN_SIZE, value?: string): Promise<number | undefined> {
  const fits = (v: string): boolean => /^\d{1,4}$/.test(v) && Number(v) >= 1 && Number(v) <= MOST_OWN;
  const text = value ?? await vscode.window.showInputBox({ title, value: String(now), validateInput: v => (fits(v) ? undefined : l10n('A whole number from 1 to {0}', MOST_OWN)) });
  return text !== undefined && fits(text) ? Number(text) : undefined;
}

/** A path relative to the folder: one of the workspace's files, nearest first, or one from a dialog. */
async function pickFile(context: Context, endings: readonly string[], title: string, more: readonly Item[]): Promise<string | undefined> {
  const paths = nearest((await filesOf(context.folder).list()).filter(p => hasEnding(p, endings) && !p.endsWith('.vscode/gatescope.json')), context.path);
  const browse: Item = { label: `$(folder-opened) ${l10n('Browse…')}`, value: '\0' };
  const value = await pick([...paths.map((p): Item => ({ label: label(p), value: p })), ...more, browse], title);
  if (value !== '\0') return value;
  const uri = (await vscode.window.showOpenDialog({ title, defaultUri: context.folder, filters: { [l10n('Files')]: [...endings], [l10n('All files')]: ['*'] } }))?.[0];
  return uri && relativePath(context.folder, uri);
}

async function checkpointOf(context: Context, binding: Binding): Promise<Checkpoint | undefined> {
  if (typeof binding.checkpoint !== 'string') return undefined;
  const opened = await open(await bytesOf(resolvePath(context.folder, binding.checkpoint)));
  return opened.kind === 'checkpoint' ? opened : undefined;
}

const stackIn = (checkpoint: Checkpoint | undefined, { stack }: Binding): StackRef | undefined =>
  checkpoint?.stacks.find(s => s.name === stack) ?? (stack === undefined ? checkpoint?.stacks[0] : undefined);

const matrices = (checkpoint: Checkpoint | undefined): Checkpoint['tensors'] => checkpoint?.tensors.filter(t => t.shape.length === 2) ?? [];
const tensorItem = (t: Checkpoint['tensors'][number]): Item => ({ label: label(t.name), description: `[${t.shape.join(', ')}] ${t.dtype}`, value: t.name });

/** Stacks found by their names first, then groups of tensors that fit by shape alone. */
async function pickTensors(checkpoint: Checkpoint, { wanted, cell }: Context): Promise<Pick<Binding, 'stack'> | Pick<Binding, 'tensors'> | undefined> {
  if (cell) return pickFit(fitsIn(cell, checkpoint.tensors), cell.name);
  const named = checkpoint.stacks.map(s => ({ label: label(s.name), description: stackWords(s), choice: { stack: s.name } }));
  const byShape = candidates(checkpoint.tensors, {
    cell: wanted.family ?? undefined, inputSize: wanted.inputSize ?? undefined, units: wanted.units ?? undefined,
  }).map(({ tensors: { kernel, recurrentKernel, bias, recurrentBias }, why }) => {
    const names = [kernel, recurrentKernel, bias, recurrentBias].flatMap(t => t ? [t.name] : []);
    return { label: label(names.join(', ')), detail: label(why), choice: { tensors: names } };
  });
  return (await vscode.window.showQuickPick([...named, ...byShape], { title: l10n('Which tensors are the layer?'), matchOnDetail: true }))?.choice;
}
