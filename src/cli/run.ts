/** `run FILE`: runs a checkpoint's layer over an input and writes every signal as a trace. */
import { readdir } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Binding, Files } from '../binding';
import type { Loss, LayerGradients } from '../core/backprop';
import { backprop } from '../core/backprop';
import { run, type LayerTrace, type NetworkStates } from '../core/engine';
import { generators } from '../core/generate';
import type { Layer, Network } from '../core/layer';
import { layerSizes } from '../core/parameters';
import { outputState } from '../core/program';
import { programOf } from '../core/programs';
import type { Sequence } from '../core/sequence';
import { open, writeTrace, type TracePlan } from '../formats/index';
import { readStates, statesFile, type SavedState } from '../formats/states';
import { fileBytes } from '../platform/node';
import { propose } from '../propose';
import { subjectOf } from '../subject';
import { anything } from '../wanted';
import { count, options, UsageError, type Command } from './command';

export const runCommand: Command = {
  name: 'run',
  usage: 'gatescope run FILE [--layer NAME] (--input FILE | --generate KIND --steps N) --out TRACE.safetensors [options]',
  purpose: 'Run a checkpoint\'s layer over an input and record every gate and state.',
  help: `FILE is a checkpoint. The trace holds tensors LAYER/SIGNAL of shape [steps, units] (LAYER/SIGNAL/reverse for the reverse direction).
  --layer NAME          which one, as inspect names it; a stack's name runs all its layers
  --input FILE          .csv, .tsv, .npy, or text with --vocabulary
  --vocabulary FILE     JSON list of characters, or map from character to index (else one beside the checkpoint that fits)
  --encoder NAME        onehot, or an embedding tensor of the checkpoint (else one that fits)
  --columns A,B         columns of a table, in this order
  --generate KIND       ${generators.map(g => g.id).join(', ')}
  --steps N             of a generated input (200); of an input file, at most so many
  --seed N              of a generated input (7)
  --signals f,c,h       only these (all)
  --preactivations      also what each activation reads, as f.pre
  --from A --to B       write only steps A up to B
  --state-in FILE       start from these states instead of the layer's own
  --state-out FILE      write the states after the last step run
  --gradient            also dh and dc: gradients of the loss at every step
  --loss UNIT@STEP      loss for --gradient (sum of h at the last step)
  --evaluator NAME      reference (float64); fast is not built yet and runs the reference
  --out FILE            where to write`,
  async run(args) {
    const { values, files: [file, ...more] } = options(args, known);
    if (file === undefined || more.length > 0) throw new UsageError('run needs one FILE.');
    if (values.out === undefined) throw new UsageError('run needs --out FILE to write to.');
    const evaluator = evaluatorOf(values.evaluator);
    const { network, sequence } = await load(file, values);
    const window = windowOf(values, sequence.steps);
    const layers = wantedLevels(network, values.layer);
    const initial = values['state-in'] === undefined ? undefined : await statesFrom(values['state-in'], network);
    const record = values.signals?.split(',').map(s => s.trim()).filter(Boolean);
    const trace = await runWindow(network, sequence, window, { ...(initial ? { initial } : {}), ...(record ? { record } : {}), preactivations: values.preactivations === true });
    const gradients = values.gradient ? await backprop(network, sequence.data, sequence.steps, lossOf(values.loss), { record: ['h', 'c'], parameters: false, ...(initial ? { initial } : {}) }) : undefined;
    const parts = layers.map(k => ({ level: k, directions: trace.levels[k]!.directions.map((d, j) => columnsOf(d, trace.from, window, gradients?.levels[k]?.directions[j])) }));
    const plan: TracePlan = {
      model: network.name, steps: window.to - window.from, evaluator, input: sequence.description,
      ...(sequence.labels ? { labels: sequence.labels.slice(window.from, window.to) } : {}),
      levels: parts.map(({ level, directions }) => ({
        name: network.levels[level]!.name, cell: network.levels[level]!.directions[0]!.cell, inputSize: network.levels[level]!.directions[0]!.inputSize,
        directions: directions.map((columns, j) => ({ direction: network.levels[level]!.directions[j]!.direction, signals: columns.map(c => ({ name: c.name, units: c.units })) })),
      })),
      metadata: { from: String(window.from), ...(gradients ? { loss: values.loss ?? 'sum of h at the last step' } : {}) },
    };
    await stream(values.out, write => writeTrace(plan, (tensor, from, to) => {
      const column = parts[tensor.level]!.directions[tensor.direction]!.find(c => c.name === tensor.signal)!;
      return column.data.subarray(from * column.units, to * column.units);
    }, write));
    if (values['state-out'] !== undefined) await writeFile(values['state-out'], statesFile(statesOf(network, trace.levels.map(l => l.directions)), window.to));
    for (const note of sequence.notes) process.stderr.write(`gatescope: note: ${note}\n`);
    process.stdout.write(`${values.out}: ${plan.steps} steps of ${plan.levels.map(l => l.name).join(', ')} over ${sequence.description}\n`);
  },
};

const known = {
  layer: { type: 'string' }, input: { type: 'string' }, generate: { type: 'string' }, steps: { type: 'string' }, seed: { type: 'string' },
  vocabulary: { type: 'string' }, encoder: { type: 'string' }, columns: { type: 'string' }, out: { type: 'string' }, evaluator: { type: 'string' },
  signals: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' }, 'state-in': { type: 'string' }, 'state-out': { type: 'string' },
  preactivations: { type: 'boolean' }, gradient: { type: 'boolean' }, loss: { type: 'string' },
} as const;

type Values = ReturnType<typeof options<typeof known>>['values'];

function evaluatorOf(name = 'reference'): string {
  if (name !== 'reference' && name !== 'fast') throw new UsageError(`--evaluator takes reference or fast, found ${name}.`);
  if (name === 'fast') process.stderr.write('gatescope: note: the fast evaluator is not built yet; the reference runs instead.\n');
  return 'reference';
}

/** Paths as given on the command line; what lies beside the checkpoint can be proposed. */
const filesNear = (file: string): Files => ({
  list: async () => (await readdir(dirname(file))).map(name => join(dirname(file), name).replaceAll('\\', '/')),
  open: path => fileBytes(path),
});

async function load(file: string, values: Values): Promise<{ network: Network; sequence: Sequence }> {
  if ((values.input === undefined) === (values.generate === undefined)) throw new UsageError('run needs either --input FILE or --generate KIND.');
  const seed = count(values.seed, 'seed') ?? 7;
  const steps = count(values.steps, 'steps', 1);
  const stack = values.layer?.replace(/\.l\d+$/, '');
  const files = filesNear(file.includes('/') ? file : `./${file}`);
  const own: Binding = {
    checkpoint: file,
    ...(stack === undefined ? {} : { stack: await stackNamed(file, values.layer!, stack) }),
    ...(values.input === undefined ? {} : { input: values.input }),
    ...(values.generate === undefined ? {} : { generate: { kind: values.generate, steps: steps ?? 200, seed } }),
    ...(values.vocabulary === undefined ? {} : { vocabulary: values.vocabulary }),
    ...(values.encoder === undefined ? {} : { encoder: values.encoder }),
    ...(values.columns === undefined ? {} : { columns: values.columns.split(',') }),
    decoder: null,
  };
  const { binding } = await propose(anything(own.stack ?? ''), file, files, own);
  const subject = await subjectOf({ reference: '', model: file, wanted: anything(own.stack ?? ''), cellId: null, binding }, files, { maximumSteps: steps ?? Number.MAX_SAFE_INTEGER, seed });
  if (subject.content.kind !== 'run') throw new UsageError(`${file} is a trace; run needs a checkpoint.`);
  return subject.content;
}

/** `lstm.l1` names a layer of the stack `lstm`, unless a stack is called just so. */
async function stackNamed(file: string, asked: string, without: string): Promise<string> {
  const opened = await open(await fileBytes(file));
  if (opened.kind === 'trace') throw new UsageError(`${file} is a trace; run needs a checkpoint.`);
  return opened.stacks.some(s => s.name === asked) ? asked : without;
}

interface Window { readonly from: number; readonly to: number }

function windowOf(values: Values, steps: number): Window {
  const from = count(values.from, 'from') ?? 0;
  const to = count(values.to, 'to', 1) ?? steps;
  if (from >= to || to > steps) throw new UsageError(`--from and --to must lie within the input's ${steps} steps and from be less than to, found ${from} to ${to}.`);
  return { from, to };
}

function wantedLevels({ levels, name }: Network, layer: string | undefined): number[] {
  const one = levels.findIndex(l => l.name === layer);
  if (one >= 0) return [one];
  if (layer !== undefined && layer !== name) throw new UsageError(`${name} has no layer ${layer}; it has ${levels.map(l => l.name).join(', ')}.`);
  return levels.map((_, k) => k);
}

interface WindowTrace { readonly from: number; readonly levels: readonly { readonly directions: readonly LayerTrace[] }[] }

/** Forward layers run up to the window recording nothing, then over it; a reverse direction needs the whole sequence. */
async function runWindow(network: Network, sequence: Sequence, { from, to }: Window, options: { initial?: NetworkStates; record?: readonly string[]; preactivations: boolean }): Promise<WindowTrace> {
  const rows = (a: number, b: number): Float32Array => sequence.data.subarray(a * sequence.width, b * sequence.width);
  if (from === 0 || network.levels.some(l => l.directions.some(d => d.direction === 'reverse' || d.length !== undefined))) {
    const whole = network.levels.some(l => l.directions.some(d => d.direction === 'reverse')) ? sequence.steps : to;
    return { from: 0, levels: (await run(network, rows(0, whole), whole, options)).levels };
  }
  const before = await run(network, rows(0, from), from, { ...options, record: [], preactivations: false });
  const initial = before.levels.map(l => l.directions.map(d => d.final));
  return { from, levels: (await run(network, rows(from, to), to - from, { ...options, initial })).levels };
}

interface OutColumn { readonly name: string; readonly units: number; readonly data: Float32Array }

/** Signals of the window; `start` is the step of the trace's first row. Gradients cover the whole sequence. */
function columnsOf(trace: LayerTrace, start: number, { from, to }: Window, gradients: LayerGradients | undefined): OutColumn[] {
  const forward = Object.entries(trace.signals).map(([name, data]) => {
    const units = trace.sizes[name]!;
    return { name, units, data: data.subarray((from - start) * units, (to - start) * units) };
  });
  const backward = Object.entries(gradients?.signals ?? {}).map(([name, data]) => {
    const units = gradients!.sizes[name]!;
    return { name, units, data: Float32Array.from(data.subarray(from * units, to * units)) };
  });
  return [...forward, ...backward];
}

function lossOf(text: string | undefined): Loss {
  if (text === undefined) return { kind: 'sum' };
  const match = /^(\d+)@(\d+)$/.exec(text);
  if (!match) throw new UsageError(`--loss takes UNIT@STEP, such as 3@99, found ${text}.`);
  return { kind: 'unit', unit: Number(match[1]), step: Number(match[2]) };
}

function stateNames(layer: Layer): { name: string; size: number }[] {
  const program = programOf(layer.cell);
  const sizes = layerSizes(layer);
  return program.states.map(s => ({ name: s.name, size: sizes[s.size] ?? outputState(program).size }));
}

async function statesFrom(file: string, network: Network): Promise<NetworkStates> {
  const wanted = network.levels.flatMap(level => level.directions.flatMap(layer => stateNames(layer).map(s => ({ level: level.name, direction: layer.direction, ...s }))));
  const { states } = await readStates(await fileBytes(file), wanted);
  const of = (level: string, direction: string): Record<string, Float64Array> =>
    Object.fromEntries(states.filter(s => s.level === level && s.direction === direction).map(s => [s.name, s.values]));
  return network.levels.map(level => level.directions.map(layer => of(level.name, layer.direction)));
}

function statesOf(network: Network, traces: readonly (readonly LayerTrace[])[]): SavedState[] {
  return network.levels.flatMap((level, k) => level.directions.flatMap((layer, j) =>
    Object.entries(traces[k]![j]!.final).map(([name, values]) => ({ level: level.name, direction: layer.direction, name, values }))));
}

/** Writes to a file in order, waiting while it is behind. */
async function stream(path: string, produce: (write: (chunk: Uint8Array) => Promise<void>) => Promise<void>): Promise<void> {
  const file = createWriteStream(path);
  const done = new Promise<void>((resolve, reject) => { file.on('finish', resolve).on('error', reject); });
  const failed = done.catch(() => undefined);
  await produce(chunk => new Promise((resolve, reject) => { file.write(chunk, error => { if (error) reject(error); else resolve(); }); }));
  file.end();
  await done;
  await failed;
}
