/** Proposes a binding: the checkpoint, input, vocabulary, encoder and decoder that fit a layer, by shape first, by name and nearness after. */
import { baseOf, distance, folderOf, hasEnding, nearest, type Binding, type Files, type Reasons } from './binding';
import type { Checkpoint, StackRef, TensorRef } from './formats/format';
import { open, probeSequence, readVocabulary, sought, type Vocabulary } from './formats/index';
import { l10n } from './l10n';
import { upstreamOf } from './upstream';
import type { Note } from './protocol';
import { foreign, misfit, type Wanted } from './wanted';

export interface Choice { readonly checkpoint: string; readonly stack: string }

export interface Proposal {
  readonly binding: Binding;
  readonly reasons: Reasons;
  /** Checkpoints that fit equally well; more than one wants the person's choice. */
  readonly choices: readonly Choice[];
  /** That the weights are no more than likely: such a binding is told, and not saved. */
  readonly guess?: Note;
}

const tableEndings = ['csv', 'tsv', 'npy'];
/** Texts that lie in every folder and are nobody's input. */
const notInput = /^(readme|license|licence|requirements|changelog|notice|copying)/i;
/** Bytes of a file that is read just to see whether it fits. */
const small = 5_000_000;
/** Files looked into for one field, nearest first. */
const most = 40;

/**
 * `at` is the path of the code or checkpoint, relative to the folder; `fixed` are fields already settled; `code` is the code's text:
 * a file that it names comes before its equals.
 */
export async function propose(wanted: Wanted, at: string, files: Files, fixed: Binding = {}, code = ''): Promise<Proposal> {
  const paths: Paths = { all: await files.list(), isNamed: path => code.includes(baseOf(path)) };
  const weights = fixed.checkpoint === undefined ? await proposeWeights(wanted, at, paths, files) : undefined;
  const binding: Binding = { ...weights?.best, ...fixed };
  const reasons: Reasons = weights?.best ? { checkpoint: weights.why, stack: weights.why } : {};
  const input = await proposeInput(wanted, binding, at, paths, files);
  const guess = weights?.best && guessed(wanted, weights.best, weights.named);
  return { binding: { ...input.binding, ...binding }, reasons: { ...input.reasons, ...reasons }, choices: weights?.choices ?? [], ...(guess ? { guess } : {}) };
}

interface Paths { readonly all: readonly string[]; isNamed(path: string): boolean }

/** Names of tables that were made ready for a network: such are likelier its input than what was measured. */
const prepared = /normali[sz]ed|standardi[sz]ed|scaled|z-?scores?|prepared|preprocessed/i;

/** Files with these endings: nearest first, among equally near ones those that the code names, then those made ready. */
function candidatesFor({ all, isNamed }: Paths, endings: readonly string[], at: string): string[] {
  const sorted = nearest(all.filter(p => hasEnding(p, endings)), at);
  return sorted.sort((a, b) => distance(a, at) - distance(b, at) || Number(isNamed(b)) - Number(isNamed(a)) || Number(prepared.test(baseOf(b))) - Number(prepared.test(baseOf(a)))).slice(0, most);
}

/** Where the code leaves sizes open, much fits: a name settles what one size leaves open, and nothing settles it where both are. */
function guessed({ inputSize, units, name }: Wanted, { checkpoint, stack }: Choice, named: boolean): Note | undefined {
  const open = Number(inputSize === null) + Number(units === null);
  if (open === 0 || name === '' || named && open === 1) return undefined;
  const words = [baseOf(checkpoint), name, stack] as const;
  const text = named
    ? l10n('Assumed that {0} holds {1}: a layer in it has this name, and the code leaves the sizes open.', ...words)
    : open === 2 ? l10n('Assumed that {0} holds {1}: {2} is such a cell, and the code leaves the sizes open.', ...words) : l10n('Assumed that {0} holds {1}: {2} fits, and the code leaves one of the sizes open.', ...words);
  return { severity: 'info', text, actions: [{ id: 'edit:checkpoint', label: l10n('Choose another checkpoint…') }] };
}

interface Fit extends Choice { readonly folder: string }

async function proposeWeights(wanted: Wanted, at: string, paths: Paths, files: Files): Promise<{ best?: Choice; why: string; named: boolean; choices: readonly Choice[] }> {
  const fits: Fit[] = [];
  for (const path of candidatesFor(paths, sought(), at)) {
    for (const stack of (await stacksIn(path, files))) {
      if ((misfit(stack, wanted) ?? foreign(stack, wanted)) === undefined) fits.push({ checkpoint: path, stack: stack.name, folder: folderOf(path) });
    }
  }
  // A name that matches in the nearest folder settles it; so does the only fit of the nearest folder.
  const near = fits.filter(f => f.folder === fits[0]?.folder);
  const named = [sameName, sameStem].map(same => near.filter(f => same(f.stack, wanted.name))).find(list => list.length > 0) ?? [];
  const best = named.length > 0 ? named : near;
  const why = named.length > 0 ? l10n('chosen by shape and name') : l10n('chosen by shape');
  const choices = best.map(({ checkpoint, stack }) => ({ checkpoint, stack }));
  return { ...(choices[0] ? { best: choices[0] } : {}), why, named: named.length > 0, choices };
}

async function stacksIn(path: string, files: Files): Promise<readonly StackRef[]> {
  try {
    const opened = await open(await files.open(path));
    return opened.kind === 'checkpoint' ? opened.stacks : [];
  } catch {
    return []; // a file that cannot be read is no candidate; opening it says why
  }
}

/** The last part of a stack's name is the layer's; Haiku parts names by slashes. */
export const sameName = (stack: string, layer: string): boolean => layer !== '' && (stack === layer || stack.endsWith(`.${layer}`) || stack.endsWith(`/${layer}`));
/** The same but for a number: `layers.0` and `layers_1` are of the list `layers`. */
const sameStem = (stack: string, layer: string): boolean => sameName(stack.replace(/[._]\d+$/, ''), layer);

async function checkpointOf(binding: Binding, files: Files): Promise<Checkpoint | undefined> {
  if (typeof binding.checkpoint !== 'string') return undefined;
  const opened = await open(await files.open(binding.checkpoint)).catch(() => undefined);
  return opened?.kind === 'checkpoint' ? opened : undefined;
}

interface Part { readonly binding: Binding; readonly reasons: Reasons }

async function proposeInput(wanted: Wanted, binding: Binding, at: string, paths: Paths, files: Files): Promise<Part> {
  const checkpoint = await checkpointOf(binding, files);
  const stack = checkpoint?.stacks.find(s => s.name === binding.stack) ?? checkpoint?.stacks[0];
  const inputSize = wanted.inputSize ?? stack?.levels[0]?.inputSize ?? null;
  const units = wanted.units ?? stack?.levels.at(-1)?.units ?? null;
  if (inputSize === null) return { binding: {}, reasons: {} };
  const beside = typeof binding.checkpoint === 'string' ? binding.checkpoint : at;
  if (binding.input !== undefined && binding.vocabulary !== undefined && binding.encoder !== undefined) return decoderFor(checkpoint, undefined, outputWidth(stack, units, wanted));
  const text = await proposeText(inputSize, checkpoint, binding, beside, paths, files);
  if (text) {
    const decoder = decoderFor(checkpoint, text.size, outputWidth(stack, units, wanted));
    return { binding: { ...text.part.binding, ...decoder.binding }, reasons: { ...text.part.reasons, ...decoder.reasons } };
  }
  if (binding.input !== undefined || binding.generate !== undefined) return { binding: {}, reasons: {} };
  const table = await proposeTable(inputSize, beside, paths, files);
  return table.binding.input === undefined && checkpoint && stack ? proposeSound(binding, checkpoint, stack, paths, files) : table;
}

const outputWidth = (stack: StackRef | undefined, units: number | null, wanted: Wanted): number | null =>
  units === null ? null : units * (stack?.levels.at(-1)?.directions.length ?? (wanted.bidirectional ? 2 : 1));

/** A vocabulary whose length is the layer's width (one-hot) or that of an embedding, with the nearest text that it covers. */
async function proposeText(inputSize: number, checkpoint: Checkpoint | undefined, binding: Binding, at: string, paths: Paths, files: Files): Promise<{ part: Part; size: number } | undefined> {
  const own = new Set(checkpoint?.stacks.flatMap(s => s.levels.flatMap(l => l.tensors)) ?? []);
  const tables = (checkpoint?.tensors ?? []).filter(t => !own.has(t.name) && t.shape.length === 2 && t.shape[1] === inputSize);
  const candidates = binding.vocabulary !== undefined ? [binding.vocabulary] : candidatesFor(paths, ['json'], at);
  for (const path of candidates) {
    const vocabulary = await vocabularyIn(path, files);
    if (!vocabulary) continue;
    const table = tables.find(t => t.shape[0] === vocabulary.size);
    const encoder = binding.encoder ?? table?.name ?? (vocabulary.size === inputSize ? 'onehot' : undefined);
    if (encoder === undefined) continue;
    const input = binding.input ?? (await coveredText(vocabulary, path, paths, files));
    if (input === undefined) continue;
    const why = table ? l10n('its {0} entries fit {1}', vocabulary.size, table.name) : l10n('its entries fit the input size');
    return {
      size: vocabulary.size,
      part: { binding: { vocabulary: path, encoder, input }, reasons: { vocabulary: why, encoder: table ? l10n('chosen by shape') : l10n('one-hot: sizes are equal'), input: l10n('the nearest text in this vocabulary') } },
    };
  }
  return undefined;
}

async function vocabularyIn(path: string, files: Files): Promise<Vocabulary | undefined> {
  try {
    const bytes = await files.open(path);
    return bytes.size > small ? undefined : await readVocabulary(bytes);
  } catch {
    return undefined; // not a vocabulary
  }
}

/** The nearest text of whose beginning the vocabulary knows nine characters in ten. */
async function coveredText(vocabulary: Vocabulary, at: string, paths: Paths, files: Files): Promise<string | undefined> {
  const texts = candidatesFor(paths, ['txt'], at).filter(p => !notInput.test(baseOf(p)));
  for (const path of texts) {
    const bytes = await files.open(path).catch(() => undefined);
    if (!bytes || bytes.size === 0) continue;
    const head = [...new TextDecoder().decode(await bytes.read(0, 4096))];
    const known = head.filter(c => vocabulary.index.has(c)).length;
    if (known >= 0.9 * head.length) return path;
  }
  return undefined;
}

/** The nearest table that is as wide as the layer. */
async function proposeTable(inputSize: number, at: string, paths: Paths, files: Files): Promise<Part> {
  for (const path of candidatesFor(paths, tableEndings, at)) {
    const width = await widthOf(path, files);
    if (width === inputSize) return { binding: { input: path }, reasons: { input: asWide(width, paths.isNamed(path)) } };
  }
  return { binding: {}, reasons: {} };
}

function asWide(width: number, named: boolean): string {
  if (named) return width === 1 ? l10n('1 column, as wide as the layer, and named in the code') : l10n('{0} columns, as wide as the layer, and named in the code', width);
  return width === 1 ? l10n('1 column, as wide as the layer') : l10n('{0} columns, as wide as the layer', width);
}

/** The nearest recording, where what the model itself takes looks like sound: [samples] or [batch, samples]. */
async function proposeSound(binding: Binding, checkpoint: Checkpoint, stack: StackRef, paths: Paths, files: Files): Promise<Part> {
  const none: Part = { binding: {}, reasons: {} };
  const at = binding.checkpoint!;
  const [path] = candidatesFor(paths, ['wav'], at);
  if (path === undefined) return none;
  try {
    const upstream = await upstreamOf(await files.open(at), checkpoint, stack, () => Promise.reject(new Error('Nothing is run to see what fits.')));
    const sound = upstream?.inputs.some(i => i.role === 'sequence' && /float/.test(i.dtype) && i.shape.length <= 2);
    return sound ? { binding: { input: path }, reasons: { input: l10n('the nearest recording; it goes through the model first') } } : none;
  } catch {
    return none; // opening it says why
  }
}

/** Columns of a table; undefined where it is too large to be tried unasked, or cannot be read. */
async function widthOf(path: string, files: Files): Promise<number | undefined> {
  try {
    const bytes = await files.open(path);
    return bytes.size > small ? undefined : await probeSequence(bytes);
  } catch {
    return undefined;
  }
}

/** A tensor [vocabulary, width of the output] outside the recurrent layers, with its bias beside it. */
function decoderFor(checkpoint: Checkpoint | undefined, vocabulary: number | undefined, width: number | null): Part {
  if (!checkpoint || vocabulary === undefined || width === null) return { binding: {}, reasons: {} };
  const own = new Set(checkpoint.stacks.flatMap(s => s.levels.flatMap(l => l.tensors)));
  const fits = (t: TensorRef): boolean => !own.has(t.name) && t.shape.length === 2 && t.shape[0] === vocabulary && t.shape[1] === width;
  // An embedding as wide as h fits too: a tensor with a bias of its own is the likelier read-out.
  const found = checkpoint.tensors.filter(fits).map(t => ({ t, bias: biasOf(checkpoint, t, vocabulary) })).sort((a, b) => Number(b.bias !== undefined) - Number(a.bias !== undefined))[0];
  if (!found) return { binding: {}, reasons: {} };
  return {
    binding: { decoder: found.t.name, ...(found.bias ? { decoderBias: found.bias } : {}) },
    reasons: { decoder: l10n('chosen by shape'), ...(found.bias ? { decoderBias: l10n('beside the decoder') } : {}) },
  };
}

/** The vector as long as the vocabulary that stands under the same prefix, else the only one of that length. */
export function biasOf(checkpoint: Checkpoint, weight: TensorRef, length: number): string | undefined {
  const prefix = weight.name.slice(0, weight.name.lastIndexOf('.') + 1);
  const vectors = checkpoint.tensors.filter(t => t.shape.length === 1 && t.shape[0] === length);
  return (vectors.find(t => prefix !== '' && t.name.startsWith(prefix)) ?? (vectors.length === 1 ? vectors[0] : undefined))?.name;
}
