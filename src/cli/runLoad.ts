/** From the options of `run` to a network and its input: through what stands before the layer, where that is what the input is for. */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { baseOf, type Binding, type Files } from '../binding';
import { evaluatorOf } from '../core/engine';
import type { Network } from '../core/layer';
import { rowsOf } from '../core/rows';
import type { Sequence } from '../core/sequence';
import { noSuchStack } from '../errors';
import { open, type Checkpoint } from '../formats/index';
import { fileBytes, runtime } from '../platform/node';
import { propose } from '../propose';
import type { Subject } from '../session';
import { subjectOf } from '../subject';
import { NotReached, type Reached } from '../upstream';
import { anything } from '../wanted';
import { stackOf } from '../weights';
import { answersOf, checkAnswers, doubtLine } from './assume';
import { count, UsageError, wordsOf, type options } from './command';
import { feedsOf, parityLines } from './runModel';

/** What says which layer, over which input. */
export const inputOptions = {
  layer: { type: 'string' }, input: { type: 'string' }, generate: { type: 'string' }, steps: { type: 'string' }, seed: { type: 'string' },
  vocabulary: { type: 'string' }, encoder: { type: 'string' }, columns: { type: 'string' },
  sequence: { type: 'string' }, split: { type: 'string' }, 'batch-axis': { type: 'string' },
  into: { type: 'string' }, feed: { type: 'string', multiple: true }, assume: { type: 'string', multiple: true },
} as const;

type Values = ReturnType<typeof options<typeof inputOptions>>['values'];

/** `reached`: where the input went through the model. */
export interface Run { readonly network: Network; readonly sequence: Sequence; readonly reached?: Reached | undefined; /** What a person should know. */ readonly notes: readonly string[] }

/** Without a layer asked for, the one that the model's execution comes by. @throws UsageError, Problem, FormatError */
export async function load(file: string, values: Values): Promise<Run> {
  return loadStack(file, values).catch(async (error: unknown) => {
    if (!(error instanceof NotReached) || values.layer !== undefined || error.reached.length === 0) throw error;
    const stack = (await checkpointIn(file)).stacks.find(s => s.levels.some(l => error.reached.includes(l.name)));
    if (!stack) throw error;
    return loadStack(file, values, stack.name);
  });
}

/** How far the model's other recurrent layers are from its runtime, a line each: those that the same input came by. */
export async function* othersPassed(file: string, values: Values, { network, reached }: Run): AsyncGenerator<string> {
  const own = new Set(network.levels.map(l => l.name));
  const passed = reached?.passed?.filter(name => !own.has(name)) ?? [];
  if (passed.length === 0) return;
  const stacks = (await checkpointIn(file)).stacks.filter(s => s.levels.some(l => passed.includes(l.name)));
  for (const { name } of stacks) {
    try {
      const other = await loadStack(file, { ...values, into: 'model' }, name);
      if (other.reached) yield* parityLines(other.network, rowsOf(other.sequence), other.reached, evaluatorOf(other.network, 'fast'));
    } catch (error) {
      yield `parity: ${name} is not compared: ${wordsOf(error)}`;
    }
  }
}

async function checkpointIn(file: string): Promise<Checkpoint> {
  const opened = await open(await fileBytes(file));
  if (opened.kind === 'trace') throw new UsageError(`${file} is a trace; run needs a checkpoint.`);
  return opened;
}

/** Paths as given on the command line; what lies beside the checkpoint can be proposed. */
const filesNear = (file: string): Files => ({
  list: async () => (await readdir(dirname(file))).map(name => join(dirname(file), name).replaceAll('\\', '/')),
  open: path => fileBytes(path).catch((error: unknown) => { throw new Error(wordsOf(error)); }),
});

async function loadStack(file: string, values: Values, named?: string): Promise<Run> {
  if ((values.input === undefined) === (values.generate === undefined)) throw new UsageError('run needs either --input FILE or --generate KIND.');
  if (values.generate !== undefined && values.into === 'model') throw new UsageError('--into model needs --input FILE: what is generated is made for the layer.');
  const seed = count(values.seed, 'seed') ?? 7;
  const steps = count(values.steps, 'steps', 1);
  const files = filesNear(file.includes('/') ? file : `./${file}`);
  const own = await bindingOf(file, values, named, steps ?? 200, seed);
  const wanted = anything(own.stack ?? '');
  const { binding } = await propose(wanted, file, files, own);
  const reached: Reached[] = [];
  const subject = await subjectOf({ reference: '', model: file, wanted, cellId: null, binding }, files, { maximumSteps: steps ?? Number.MAX_SAFE_INTEGER, seed }, { runtimes: () => runtime(), reached: r => { reached.push(r); } });
  if (subject.content.kind !== 'run') throw new UsageError(`${file} is a trace; run needs a checkpoint.`);
  checkSequence(values, subject.sequences?.pieces.length ?? 1);
  const { network, sequence } = subject.content;
  return { network, sequence, reached: reached[0], notes: notesOf(subject, binding) };
}

/** What the panel says too, with the command line's words where something can be decided otherwise. */
function notesOf({ notes, doubts = [] }: Subject, { assume = {} }: Binding): string[] {
  const plain = notes.filter(n => !n.actions?.some(a => a.id.startsWith('edit:assume:'))).map(n => n.text);
  return [...doubts.filter(d => !Object.hasOwn(assume, d.id)).map(d => doubtLine(d, 'assume')), ...plain];
}

async function bindingOf(file: string, values: Values, named: string | undefined, steps: number, seed: number): Promise<Binding> {
  const checkpoint = await checkpointIn(file);
  const stack = named ?? (values.layer === undefined ? undefined : stackNamed(checkpoint, values.layer, file));
  const assume = answersOf(values.assume ?? [], 'assume');
  const binding: Binding = {
    checkpoint: file,
    ...(stack === undefined ? {} : { stack }),
    ...(values.input === undefined ? {} : { input: values.input }),
    ...(values.generate === undefined ? {} : { generate: { kind: values.generate, steps, seed } }),
    ...(values.vocabulary === undefined ? {} : { vocabulary: values.vocabulary }),
    ...(values.encoder === undefined ? {} : { encoder: values.encoder }),
    ...(values.columns === undefined ? {} : { columns: values.columns.split(',') }),
    ...(values.sequence === undefined ? {} : { sequence: count(values.sequence, 'sequence') ?? 0 }),
    ...(values.split === undefined ? {} : { split: splitOf(values.split) }),
    ...(values['batch-axis'] === undefined ? {} : { batchAxis: count(values['batch-axis'], 'batch-axis') === 1 ? 1 : 0 }),
    ...(values.into === undefined ? {} : { into: intoOf(values.into) }),
    ...(values.feed === undefined ? {} : { feeds: feedsOf(values.feed) }),
    ...(values.assume === undefined ? {} : { assume }),
    decoder: null,
  };
  if (values.assume !== undefined) {
    const { name, doubts } = stackOf(checkpoint, anything(stack ?? ''), binding, baseOf(file));
    checkAnswers(assume, doubts ?? [], `${name} of ${baseOf(file)}`, 'assume');
  }
  return binding;
}

/** The panel shows the last one where there are fewer; a script should hear of it. */
function checkSequence({ sequence, input }: Values, count: number): void {
  if (sequence !== undefined && Number(sequence) >= count) throw new UsageError(`--sequence ${sequence}: ${input ?? 'a generated input'} has ${count === 1 ? 'one sequence' : `${count} sequences, counted from 0`}.`);
}

function splitOf(text: string): 'lines' | 'paragraphs' {
  if (text !== 'lines' && text !== 'paragraphs') throw new UsageError(`--split takes lines or paragraphs, found ${text}.`);
  return text;
}

function intoOf(text: string): 'model' | 'layer' {
  if (text !== 'model' && text !== 'layer') throw new UsageError(`--into takes model or layer, found ${text}.`);
  return text;
}

/** The stack of this name, or the one with a layer of this name. @throws Problem */
function stackNamed({ stacks }: Checkpoint, asked: string, file: string): string {
  const found = stacks.find(s => s.name === asked) ?? stacks.find(s => s.levels.some(l => l.name === asked));
  if (!found) throw noSuchStack(baseOf(file), asked, [...new Set(stacks.flatMap(s => [s.name, ...s.levels.map(l => l.name)]))]);
  return found.name;
}
