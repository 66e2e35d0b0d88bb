/** From a binding to what a session opens: weights, input and read-out, loaded and checked against one another. */
import { baseOf, hasEnding, type Binding, type Files } from './binding';
import { generatorById } from './core/generate';
import { outputSize } from './core/parameters';
import { shortenedSource } from './core/rows';
import type { Sequence } from './core/sequence';
import { cannotOpen, emptyInput, encoderShape, noEncoder, noVocabulary, wrongWidth } from './errors';
import { FormatError, open, openSequence, readVocabulary, type Checkpoint, type Encoding, type Trace, type Vocabulary } from './formats/index';
import type { Note } from './protocol';
import type { Decoder, Recorded } from './recorder';
import type { Subject } from './session';
import type { LayerSpec } from './source/outline';
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
}

/** @throws Problem, FormatError */
export async function subjectOf(request: Request, files: Files, settings: Settings): Promise<Subject> {
  const { binding, wanted, spec, cellId } = request;
  const weights = await weightsOf(wanted, spec, cellId, binding, files, settings.seed);
  const whole = await sequenceOf(binding, weights, files, settings.seed);
  const sequence = shortened(whole, settings.maximumSteps);
  const decoder = await decoderOf(binding, weights);
  const seed = binding.generate?.seed ?? settings.seed;
  return {
    reference: request.reference,
    model: request.model,
    weights: { description: weights.description, ...(weights.invented ? { invented: weights.invented } : {}) },
    notes: [...weights.notes, ...sequence.notes.map((text): Note => ({ severity: /misses|missing|NaN|Only/.test(text) ? 'warning' : 'info', text })), ...decoder.notes],
    canReveal: spec !== undefined,
    content: {
      kind: 'run', network: weights.network, sequence, inputSeed: seed, parameters: weights.parameters,
      seed: binding.seed ?? settings.seed, memory: settings.memory === undefined ? undefined : settings.memory * 2 ** 20, ...(decoder.decoder ? { decoder: decoder.decoder } : {}),
    },
  };
}

async function sequenceOf(binding: Binding, weights: Weights, files: Files, seed: number): Promise<Sequence> {
  const first = weights.network.levels[0]!.directions[0]!;
  const inputSize = first.inputSize;
  if (binding.input === undefined) return generated(binding, inputSize, seed, weights.network.name);
  const name = baseOf(binding.input);
  const bytes = await files.open(binding.input).catch((error: unknown) => { throw cannotOpen(name, error instanceof Error ? error.message : String(error)); });
  if (bytes.size === 0) throw emptyInput(name);
  const isText = !hasEnding(name, ['csv', 'tsv', 'npy']);
  const text = isText ? await textOptions(binding, inputSize, weights.checkpoint, files, name) : {};
  const sequence = await openSequence(bytes, { ...text, ...(binding.columns ? { columns: binding.columns } : {}) });
  if (sequence.steps === 0) throw emptyInput(name);
  if (sequence.width !== inputSize) throw wrongWidth(name, sequence.width, weights.network.name, inputSize, sequence.columns);
  return sequence;
}

function generated(binding: Binding, width: number, seed: number, layer: string): Sequence {
  const { kind, steps, seed: own } = binding.generate ?? { kind: 'noise', steps: 200, seed };
  const sequence = generatorById(kind).make({ steps, width, seed: own });
  if (sequence.width !== width) throw wrongWidth(sequence.description, sequence.width, layer, width, undefined);
  return sequence;
}

async function textOptions(binding: Binding, inputSize: number, checkpoint: Checkpoint | undefined, files: Files, input: string): Promise<{ vocabulary: Vocabulary; encoding: Encoding }> {
  if (binding.vocabulary === undefined) throw noVocabulary(input);
  const file = baseOf(binding.vocabulary);
  const bytes = await files.open(binding.vocabulary).catch((error: unknown) => { throw cannotOpen(file, error instanceof Error ? error.message : String(error)); });
  const vocabulary = await readVocabulary(bytes);
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
    return { notes: [{ severity: 'warning', text: `${name} is not used as the decoder: expected [vocabulary, ${width}], found [${weight.shape.join(', ')}].`, actions: [{ id: 'edit:decoder', label: 'Choose a decoder…' }] }] };
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

function shortened(sequence: Sequence, most: number): Sequence {
  if (sequence.steps <= most) return sequence;
  const { labels, ids } = sequence;
  return {
    ...sequence, steps: most, data: shortenedSource(sequence.data, sequence.width, most),
    ...(labels ? { labels: labels.slice(0, most) } : {}),
    ...(ids ? { ids: ids.slice(0, most) } : {}),
    description: `${sequence.description}, the first ${most.toLocaleString('en')}`,
    notes: [...sequence.notes, `Only the first ${most} of ${sequence.steps} steps are run (setting gatescope.maximumSteps).`],
  };
}

/** Reads a trace whole, for the panel. @throws FormatError */
export async function traceSubject(path: string, reference: string, files: Files, settings: Settings): Promise<Subject> {
  const opened = await open(await files.open(path));
  if (opened.kind !== 'trace') throw new FormatError('trace', `${baseOf(path)} is a checkpoint, not a trace`);
  const recorded = await columnsOf(opened, Math.min(opened.steps, settings.maximumSteps));
  const cut = opened.steps > recorded.steps;
  return {
    reference, model: baseOf(path), canReveal: false,
    weights: { description: `recorded in ${baseOf(path)}` },
    notes: cut ? [{ severity: 'warning', text: `Only the first ${recorded.steps} of ${opened.steps} steps are shown (setting gatescope.maximumSteps).` }] : [],
    content: { kind: 'trace', recorded, description: opened.metadata['input'] ?? baseOf(path) },
  };
}

async function columnsOf(trace: Trace, steps: number): Promise<Recorded> {
  const levels = await Promise.all(trace.levels.map(async level => ({
    name: level.name, cell: level.cell, inputSize: level.inputSize ?? 0,
    directions: await Promise.all(level.directions.map(async d => ({
      direction: d.direction,
      signals: await Promise.all(d.signals.map(async s => ({ name: s.name, units: s.units, data: await s.read(0, steps) }))),
    }))),
  })));
  return { steps, levels, axis: axisOf(trace.labels), ...(trace.labels ? { labels: trace.labels.slice(0, steps) } : {}) };
}

/** A trace keeps labels and not what they are: single characters are a text. */
function axisOf(labels: readonly string[] | undefined): Sequence['axis'] {
  if (!labels) return 'steps';
  return labels.every(l => l.length <= 2 && [...l].length <= 1) ? 'characters' : 'time';
}
