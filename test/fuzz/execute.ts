/** Everything that a panel might ask of a file, within bounds. Only FormatError may come out, and what comes out must be whole. */
import { layersOf } from '../../src/cli/inspect';
import { checkNetwork } from '../../src/core/parameters';
import type { Bytes, Checkpoint, LevelRef, StackRef, TensorRef, Trace } from '../../src/formats/format';
import { candidates, FormatError, open, openSequence, probeSequence, readVocabulary } from '../../src/formats/index';
import { readStates } from '../../src/formats/states';
import type { Use } from './file';

/** What is wrong with what a reader gave: shapes and numbers that do not agree, or a message that is not fit to be shown. */
export class Inconsistent extends Error {
  override readonly name = 'Inconsistent';
}

const MOST_STACKS = 12;
const MOST_LEVELS = 6;
const MOST_TENSORS = 12;
const MOST_NUMBERS = 1 << 20;
const MOST_SIGNALS = 12;
const MOST_MESSAGE = 4000;

/** Messages of all refusals; empty where everything could be read. @throws anything that no reader should throw */
export async function execute(file: () => Promise<Bytes>, uses: readonly Use[]): Promise<readonly string[]> {
  const refusals: string[] = [];
  /** One refusal must not hide what the other parts would do. */
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      checkMessage(error.message);
      refusals.push(error.message);
      return undefined;
    }
  };
  for (const use of uses) await USES[use](await file(), attempt);
  return refusals;
}

type Attempt = <T>(work: () => Promise<T>) => Promise<T | undefined>;

const USES: Readonly<Record<Use, (file: Bytes, attempt: Attempt) => Promise<void>>> = {
  model: async (file, attempt) => {
    const opened = await attempt(() => open(file));
    if (opened?.kind === 'checkpoint') await readCheckpoint(opened, attempt);
    else if (opened) await readTrace(opened, attempt);
  },
  sequence: async (file, attempt) => {
    await attempt(() => probeSequence(file));
    const sequence = await attempt(() => openSequence(file));
    if (!sequence) return;
    if (!(sequence.steps >= 1) || !(sequence.width >= 0)) throw new Inconsistent(`a sequence of ${sequence.steps} steps of ${sequence.width}`);
    if (sequence.data instanceof Float32Array && sequence.data.length !== sequence.steps * sequence.width) throw new Inconsistent(`a sequence of ${sequence.data.length} numbers in ${sequence.steps} steps of ${sequence.width}`);
    for (const note of sequence.notes) checkMessage(note);
  },
  vocabulary: async (file, attempt) => void await attempt(() => readVocabulary(file)),
  states: async (file, attempt) => void await attempt(() => readStates(file, [{ level: 'l', direction: 'forward', name: 'h', size: 2 }])),
};

async function readCheckpoint(checkpoint: Checkpoint, attempt: Attempt): Promise<void> {
  JSON.stringify(layersOf(checkpoint));
  for (const text of checkpoint.warnings ?? []) checkMessage(text);
  candidates(checkpoint.tensors);
  for (const stack of checkpoint.stacks.slice(0, MOST_STACKS)) await readStack(stack, attempt);
  const { tensors } = checkpoint;
  const some = tensors.length <= MOST_TENSORS ? tensors : [...tensors.slice(0, MOST_TENSORS / 2), ...tensors.slice(-MOST_TENSORS / 2)];
  for (const tensor of some) await attempt(() => readTensor(tensor));
}

/** As taken, and under every other answer to its doubts. */
async function readStack(stack: StackRef, attempt: Attempt): Promise<void> {
  await loadLevels(stack, attempt);
  for (const { id, question, evidence, options } of stack.doubts ?? []) {
    checkMessage(question);
    checkMessage(evidence);
    for (const option of options.slice(0, 4)) await attempt(async () => { if (stack.decide) await loadLevels(stack.decide({ [id]: option.id }), attempt); });
  }
}

async function loadLevels({ name, levels: refs }: StackRef, attempt: Attempt): Promise<void> {
  const levels = [];
  for (const ref of refs.slice(0, MOST_LEVELS)) {
    if (ref.problem !== undefined) checkMessage(ref.problem);
    else if (ref.parameters <= MOST_NUMBERS) levels.push(await attempt(() => loadLevel(ref)));
  }
  const whole = levels.filter(level => level !== undefined);
  // What loads without a problem must be fit to run.
  if (whole.length === refs.length && whole.length > 0) checkNetwork({ name, levels: whole });
}

async function loadLevel(ref: LevelRef): ReturnType<LevelRef['load']> {
  const level = await ref.load();
  if (level.directions.length !== ref.directions.length) throw new Inconsistent(`${ref.directions.length} directions became ${level.directions.length}`);
  for (const { params } of level.directions) {
    for (const [key, { shape, data }] of Object.entries(params)) if (data.length !== product(shape)) throw new Inconsistent(`${key} of shape [${shape.join()}] holds ${data.length} numbers`);
  }
  return level;
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

async function readTensor(tensor: TensorRef): Promise<void> {
  if (!tensor.shape.every(n => Number.isSafeInteger(n) && n >= 0)) throw new Inconsistent(`a tensor has the shape [${tensor.shape.join()}]`);
  if (product(tensor.shape) > MOST_NUMBERS) return;
  const data = await tensor.read();
  if (!(data instanceof Float32Array)) throw new Inconsistent('a tensor is no Float32Array');
  if (data.length !== product(tensor.shape)) throw new Inconsistent(`a tensor of shape [${tensor.shape.join()}] holds ${data.length} numbers`);
}

async function readTrace(trace: Trace, attempt: Attempt): Promise<void> {
  if (!Number.isSafeInteger(trace.steps) || trace.steps < 0) throw new Inconsistent(`a trace of ${trace.steps} steps`);
  if (trace.labels && trace.labels.length !== trace.steps) throw new Inconsistent(`${trace.labels.length} labels for ${trace.steps} steps`);
  const signals = trace.levels.flatMap(l => l.directions.flatMap(d => d.signals));
  for (const signal of signals.slice(0, MOST_SIGNALS)) {
    if (signal.units > MOST_NUMBERS) continue;
    for (const [from, to] of [[0, Math.min(trace.steps, 8)], [Math.max(0, trace.steps - 3), trace.steps]] as const) {
      await attempt(async () => {
        const data = await signal.read(from, to);
        if (data.length !== (to - from) * signal.units) throw new Inconsistent(`${data.length} numbers for ${to - from} steps of ${signal.units} units`);
      });
    }
  }
}

/** A message is one line, of a bearable length, without characters that would steer a terminal or turn the line around. */
function checkMessage(message: string): void {
  if (message.length > MOST_MESSAGE) throw new Inconsistent(`a message of ${message.length} characters: ${message.slice(0, 80)}`);
  if (/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/.test(message)) throw new Inconsistent(`a message with control characters: ${JSON.stringify(message.slice(0, 200))}`);
}
