/** From a binding to what a session opens: weights, input and read-out, loaded and checked against one another. */
import { baseOf, inputOptions, type Binding, type Files } from './binding';
import { generatorById } from './core/generate';
import { outputSize } from './core/parameters';
import { shortenedSource } from './core/rows';
import type { Sequence } from './core/sequence';
import { cannotOpen, emptyInput, encoderShape, graphNotRun, noEncoder, nothingBefore, noVocabulary, wrongWidth } from './errors';
import { openSequences, readsText, readVocabulary, type Bytes, type Checkpoint, type Encoding, type Several, type Vocabulary } from './formats/index';
import { l10n, term, thousands, told } from './l10n';
import type { Note } from './protocol';
import type { Decoder, OtherSequence } from './studies/run';
import { listed, othersOf } from './sequences';
import type { Subject } from './session';
import type { LayerSpec } from './source/outline';
import { trainingOf } from './training';
import { goesThrough, readsTokens, settledByModel, throughModel, type Services, type Through } from './throughModel';
import { upstreamOf, type Upstream } from './upstream';
import type { Wanted } from './wanted';
import { tensorIn, weightsOf, type Weights } from './weights';

export interface Settings {
  readonly maximumSteps: number;
  readonly seed: number;
  /** Megabytes that timelines may take; 256 by default. */
  readonly memory?: number | undefined;
}

export interface Request {
  readonly reference: string;
  /** Breadcrumb: the file or class. */
  readonly model: string;
  readonly wanted: Wanted;
  readonly spec?: LayerSpec;
  /** The cell that the code says; null where it is chosen at run time or there is no code. */
  readonly cellId: string | null;
  readonly binding: Binding;
  /** Where they are known already, as those of a cell that a person wrote. */
  readonly weights?: Weights;
}

/** @throws Problem, FormatError */
export async function subjectOf(request: Request, files: Files, settings: Settings, services: Services = {}): Promise<Subject> {
  const { binding, wanted, spec, cellId } = request;
  const weights = request.weights ?? await weightsOf(wanted, spec, cellId, binding, files, settings.seed);
  const given = await inputOf(binding, weights, files, settings.seed, services);
  const { network, sequence: { among, ...sequence }, expected } = shortened(given, settings.maximumSteps);
  const decoder = await decoderOf(binding, weights);
  const seed = binding.generate?.seed ?? settings.seed;
  const framework = spec?.framework ?? weights.framework;
  return {
    reference: request.reference,
    model: request.model,
    weights: { description: weights.description, ...(weights.invented ? { invented: weights.invented } : {}) },
    ...(framework === undefined ? {} : { framework }),
    notes: [...(network === weights.network ? weights.notes : weights.notes.filter(n => !settledByModel(n))), ...sequence.notes.map(noteOf), ...decoder.notes],
    canReveal: spec !== undefined,
    ...(weights.checkpoint ? trainingOf(weights.checkpoint.metadata) : {}),
    ...(weights.stack?.doubts ? { doubts: weights.stack.doubts } : {}),
    ...(among ? listed(among.pieces, among.at, false, given.others?.length ?? 0) : {}),
    content: {
      kind: 'run', network, sequence, inputSeed: seed, parameters: weights.parameters,
      seed: binding.seed ?? settings.seed, memory: settings.memory === undefined ? undefined : settings.memory * 2 ** 20, ...(decoder.decoder ? { decoder: decoder.decoder } : {}),
      ...(expected ? { expected } : {}),
      ...(given.others ? { others: given.others } : {}),
    },
  };
}

/** `others`: the sequences beside it, where they are as the layer reads them. */
interface Given extends Through { readonly others?: readonly OtherSequence[] }

/** The layer's input: a file that fits it, one that goes through the model first, or one made up. */
async function inputOf(binding: Binding, weights: Weights, files: Files, seed: number, services: Services): Promise<Given> {
  const { network, checkpoint, stack, bytes } = weights;
  const { inputSize } = network.levels[0]!.directions[0]!;
  const direct = async (): Promise<Given> => ({ network, ...await sequenceOf(binding, weights, files, seed) });
  if (binding.input === undefined || binding.into === 'layer') return direct();
  const upstream = checkpoint && stack && bytes && !binding.tensors ? await upstreamOf(bytes, checkpoint, stack, services.runtimes ?? noRuntime) : undefined;
  if (!upstream && binding.into === 'model') throw nothingBefore(network.name, weights.description);
  if (!upstream || !bytes) return direct();
  const given = await modelInput(binding, upstream, files);
  if (!goesThrough(binding, given, inputSize)) return direct();
  if (upstream.runsGraph && services.mayRun && !await services.mayRun(bytes.name)) throw graphNotRun(bytes.name);
  return throughModel(upstream, given, binding, network, bytes.name, services);
}

/** What readers say of an input; a sequence that was cut is said so by us. */
const noteOf = (text: string): Note => ({ severity: /misses|missing|NaN|Only|gatescope\.maximumSteps/.test(text) ? 'warning' : 'info', text });

const noRuntime = (): Promise<never> => Promise.reject(new Error(l10n('Graphs cannot be run here.')));

/** The input as the model takes it: a text as indices, without an encoder. */
async function modelInput(binding: Binding, upstream: Upstream, files: Files): Promise<Sequence> {
  const bytes = await inputBytes(binding.input!, files);
  const vocabulary = readsTokens(upstream) && binding.vocabulary !== undefined && await readsText(bytes) ? await vocabularyAt(binding.vocabulary, files) : undefined;
  const several = await openSequences(bytes, { ...(vocabulary ? { vocabulary, encoding: { kind: 'onehot', size: vocabulary.size } } : {}), ...inputOptions(binding) });
  return several.read(placeIn(several, binding));
}

/** Another input may have fewer sequences than the one that was chosen from. */
const placeIn = ({ pieces }: Several, { sequence = 0 }: Binding): number => Math.min(sequence, pieces.length - 1);

/** @throws Problem where it cannot be read, or is empty */
async function inputBytes(path: string, files: Files): Promise<Bytes> {
  const bytes = await opened(path, files);
  if (bytes.size === 0) throw emptyInput(baseOf(path));
  return bytes;
}

const opened = (path: string, files: Files): Promise<Bytes> =>
  files.open(path).catch((error: unknown) => { throw cannotOpen(baseOf(path), error instanceof Error ? error.message : String(error)); });

const vocabularyAt = async (path: string, files: Files): Promise<Vocabulary> => readVocabulary(await opened(path, files));

async function sequenceOf(binding: Binding, weights: Weights, files: Files, seed: number): Promise<Pick<Given, 'sequence' | 'others'>> {
  const first = weights.network.levels[0]!.directions[0]!;
  const inputSize = first.inputSize;
  if (binding.input === undefined) return { sequence: generated(binding, inputSize, seed, weights.network.name) };
  const name = baseOf(binding.input);
  const bytes = await inputBytes(binding.input, files);
  const text = await readsText(bytes) ? await textOptions(binding, inputSize, weights.checkpoint, files, name) : {};
  const several = await openSequences(bytes, { ...text, ...inputOptions(binding) });
  const sequence = await several.read(placeIn(several, binding));
  if (sequence.steps === 0) throw emptyInput(name);
  if (sequence.width !== inputSize) throw wrongWidth(name, sequence.width, weights.network.name, inputSize, sequence.columns);
  return { sequence: inWords(sequence), ...(sequence.among ? { others: await othersOf(several) } : {}) };
}

/** Described in the person's language. */
const inWords = ({ said, ...sequence }: Sequence): Sequence => (said ? { ...sequence, description: told(said) } : sequence);

function generated(binding: Binding, width: number, seed: number, layer: string): Sequence {
  const { kind, steps, seed: own } = binding.generate ?? { kind: 'noise', steps: 200, seed };
  const { label, make } = generatorById(kind);
  const sequence = make({ steps, width, seed: own });
  if (sequence.width !== width) throw wrongWidth(sequence.description, sequence.width, layer, width, undefined);
  const invented = l10n('{0}, seed {1}', term(label).toLowerCase(), own);
  return { ...sequence, invented, description: steps === 1 ? l10n('{0}, 1 step', invented) : l10n('{0}, {1} steps', invented, steps) };
}

async function textOptions(binding: Binding, inputSize: number, checkpoint: Checkpoint | undefined, files: Files, input: string): Promise<{ vocabulary: Vocabulary; encoding: Encoding }> {
  if (binding.vocabulary === undefined) throw noVocabulary(input);
  const vocabulary = await vocabularyAt(binding.vocabulary, files);
  return { vocabulary, encoding: await encodingOf(binding, vocabulary, inputSize, checkpoint, input) };
}

async function encodingOf(binding: Binding, vocabulary: Vocabulary, inputSize: number, checkpoint: Checkpoint | undefined, input: string): Promise<Encoding> {
  const { encoder = vocabulary.size === inputSize ? 'onehot' : undefined } = binding;
  if (encoder === undefined || encoder === 'onehot' && vocabulary.size !== inputSize) throw noEncoder(input, vocabulary.size, inputSize);
  if (encoder === 'onehot') return { kind: 'onehot', size: vocabulary.size };
  if (!checkpoint) throw noEncoder(input, vocabulary.size, inputSize);
  const tensor = tensorIn(checkpoint, encoder, checkpoint.format);
  const [size = 0, width = 0] = tensor.shape;
  if (tensor.shape.length !== 2 || width !== inputSize) throw encoderShape(encoder, tensor.shape, inputSize);
  return { kind: 'embedding', size, width, table: await tensor.read() };
}

/** A decoder that does not fit is left out, and said to be: the gates do not depend on it. */
async function decoderOf(binding: Binding, { checkpoint, network }: Weights): Promise<{ decoder?: Decoder; notes: readonly Note[] }> {
  const name = binding.decoder;
  if (!checkpoint || typeof name !== 'string') return { notes: [] };
  const weight = tensorIn(checkpoint, name, checkpoint.format);
  const width = outputSize(network.levels.at(-1)!);
  if (weight.shape.length !== 2 || weight.shape[1] !== width) {
    return { notes: [{ severity: 'warning', text: l10n('{0} is not used as the decoder: expected [vocabulary, {1}], found [{2}].', name, width, weight.shape.join(', ')), actions: [{ id: 'edit:decoder', label: l10n('Choose a decoder…') }] }] };
  }
  const bias = binding.decoderBias === undefined ? undefined : tensorIn(checkpoint, binding.decoderBias, checkpoint.format);
  const fits = bias?.shape.length === 1 && bias.shape[0] === weight.shape[0];
  return {
    notes: [],
    decoder: {
      weight: { shape: weight.shape, data: await weight.read() },
      ...(bias && fits ? { bias: { shape: bias.shape, data: await bias.read() } } : {}),
    },
  };
}

function shortened(through: Through, most: number): Through {
  const { sequence, network, expected } = through;
  if (sequence.steps <= most) return through;
  const width = expected ? expected.output.length / sequence.steps : 0;
  return { network, sequence: firstSteps(sequence, most), ...(expected ? { expected: { ...expected, output: expected.output.slice(0, most * width) } } : {}) };
}

function firstSteps(sequence: Sequence, most: number): Sequence {
  const { labels, ids, curves, mask } = sequence;
  return {
    ...sequence, steps: most, data: shortenedSource(sequence.data, sequence.width, most),
    ...(labels ? { labels: labels.slice(0, most) } : {}),
    ...(ids ? { ids: ids.slice(0, most) } : {}),
    ...(mask ? { mask: mask.slice(0, most) } : {}),
    ...(curves ? { curves: curves.map(c => ({ ...c, data: c.data.slice(0, most * c.perStep) })) } : {}),
    description: l10n('{0}, the first {1}', sequence.description, thousands(most)),
    notes: [...sequence.notes, l10n('Only the first {0} of {1} steps are run (setting gatescope.maximumSteps).', most, sequence.steps)],
  };
}
