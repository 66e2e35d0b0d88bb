/** `run FILE`: runs a checkpoint's layer over an input and writes every signal as a trace. */
import { writeFile } from 'node:fs/promises';
import type { Loss, NetworkGradients } from '../core/backprop';
import { backprop } from '../core/backprop';
import { evaluatorOf, running, type EvaluatorName, type NetworkStates, type NetworkTrace } from '../core/engine';
import { generators } from '../core/generate';
import type { Layer, Network } from '../core/layer';
import { layerSizes } from '../core/parameters';
import { outputState } from '../core/program';
import { programOf } from '../core/programs';
import { atOnce } from '../core/recording/recording';
import { rowsOf, wholeOf, type Rows } from '../core/rows';
import type { TracePlan } from '../formats/index';
import { readStates, statesFile, type SavedState } from '../formats/states';
import { fileBytes } from '../platform/node';
import { count, options, UsageError, type Command } from './command';
import { inputOptions, load, othersPassed } from './runLoad';
import { parityLines } from './runModel';
import { runWindow, type Window } from './runWindow';
import { traceFile } from './traceFile';

export const runCommand: Command = {
  name: 'run',
  usage: 'gatescope run FILE [--layer NAME] (--input FILE | --generate KIND --steps N) --out TRACE.safetensors [options]',
  purpose: 'Run a checkpoint\'s layer over an input and record every gate and state.',
  help: `FILE is a checkpoint. The trace holds tensors LAYER/SIGNAL of shape [steps, units] (LAYER/SIGNAL/reverse for the reverse direction).
  --layer NAME          which one, as inspect names it; a stack's name runs all its layers
  --input FILE          .csv, .tsv, .npy, .npz, .safetensors, .jsonl, .wav, or text with --vocabulary. What fits the model's own input and not the layer's
                        goes through what stands before the layer, which is then run
  --into model|layer    where the input goes, whatever fits
  --assume ID=OPTION    another answer to what the file leaves open, as inspect lists it, such as gru-form=reset-before; again for another
  --feed NAME=VALUE     a constant that the model reads, such as sr=16000, or a list 1,2,3; again for another
  --vocabulary FILE     JSON list of characters, or map from character to index (else one beside the checkpoint that fits)
  --encoder NAME        onehot, or an embedding tensor of the checkpoint (else one that fits)
  --columns A,B         columns of a table, in this order
  --sequence N          of an input that holds several: which, from 0 (0)
  --split lines         of a text: a sequence a line, or with paragraphs what stands between empty lines
  --batch-axis 1        of an array [steps, sequences, features]; 0 where the sequences come first (0)
  --generate KIND       ${generators.map(g => g.id).join(', ')}
  --steps N             of a generated input (200); of an input file, at most so many
  --seed N              of a generated input (7)
  --signals f,c,h       only these (all)
  --preactivations      also what each activation reads, as f.pre
  --from A --to B       write only steps A up to B
  --state-in FILE       start from these states instead of the layer's own; where they are those before step A of --from A,
                        the steps before are not run
  --state-out FILE      write the states after the last step run
  --gradient            also dh and dc: gradients of the loss at every step
  --loss UNIT@STEP      loss for --gradient (sum of h at the last step)
  --evaluator NAME      fast (compiled, float32) or reference (float64); fast by default, where the machine can
  --out FILE            where to write`,
  async run(args) {
    const { values, files: [file, ...more] } = options(args, known);
    if (file === undefined || more.length > 0) throw new UsageError('run needs one FILE.');
    if (values.out === undefined) throw new UsageError('run needs --out FILE to write to.');
    const wanted = evaluatorNamed(values.evaluator);
    const run = await load(file, values);
    const { network, sequence, reached } = run;
    const rows = rowsOf(sequence);
    const window = windowOf(values, sequence.steps);
    const layers = wantedLevels(network, values.layer);
    const saved = values['state-in'] === undefined ? undefined : await statesFrom(values['state-in'], network);
    const start = saved && forwardOnly(network) && saved.step === window.from ? saved.step : 0;
    const evaluator = evaluatorOf(network, wanted);
    const choice = { evaluator, ...(saved && { initial: saved.states }), ...recordOf(values) };
    const probe = probed(network, rows, choice);
    const gradients = values.gradient ? await backprop(network, wholeOf(sequence), sequence.steps, lossOf(values.loss), { record: ['h', 'c'], parameters: false, evaluator, initial: saved?.states }) : undefined;
    const plan: TracePlan = {
      model: network.name, steps: window.to - window.from, evaluator, input: sequence.description,
      ...(sequence.labels ? { labels: sequence.labels.slice(window.from, window.to) } : {}),
      ...(sequence.curves ? { tracks: sequence.curves.map(({ name, perStep }) => ({ name, perStep })) } : {}),
      ...(sequence.rate === undefined ? {} : { rate: sequence.rate }),
      levels: layers.map(k => plannedLevel(network, k, probe, gradients)),
      metadata: { from: String(window.from), arithmetic: probe.arithmetic, ...(gradients ? { loss: values.loss ?? 'sum of h at the last step' } : {}) },
    };
    const final = await traceFile(values.out, plan, async put => {
      for (const [k, { name, perStep, data }] of (sequence.curves ?? []).entries()) await put({ level: -1, direction: k, signal: name }, 0, data.subarray(window.from * perStep, window.to * perStep));
      for (const [p, k] of layers.entries()) for (const [d, found] of (gradients?.levels[k]?.directions ?? []).entries()) for (const [signal, data] of Object.entries(found.signals)) {
        const size = found.sizes[signal]!;
        await put({ level: p, direction: d, signal }, 0, Float32Array.from(data.subarray(window.from * size, window.to * size)));
      }
      return runWindow(network, rows, window, start, choice, async ({ level, direction, signal }, from, data) => {
        const place = layers.indexOf(level);
        if (place >= 0) await put({ level: place, direction, signal }, from - window.from, data);
      });
    });
    if (values['state-out'] !== undefined) await writeFile(values['state-out'], statesFile(statesOf(network, final), window.to));
    if (start > 0) process.stderr.write(`gatescope: note: started at step ${start} from the saved states; the steps before were not run.\n`);
    if (wanted !== evaluator) process.stderr.write('gatescope: note: the reference ran, since this machine cannot run the compiled evaluator.\n');
    for (const note of run.notes) process.stderr.write(`gatescope: note: ${note}\n`);
    process.stdout.write(`${values.out}: ${plan.steps} steps of ${plan.levels.map(l => l.name).join(', ')} over ${sequence.description}\n`);
    if (!reached || saved) return;
    for (const line of parityLines(network, rows, reached, evaluator)) process.stdout.write(`${line}\n`);
    if (values.layer === undefined) for await (const line of othersPassed(file, values, run)) process.stdout.write(`${line}\n`);
  },
};

const known = {
  ...inputOptions, out: { type: 'string' }, evaluator: { type: 'string' },
  signals: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' }, 'state-in': { type: 'string' }, 'state-out': { type: 'string' },
  preactivations: { type: 'boolean' }, gradient: { type: 'boolean' }, loss: { type: 'string' },
} as const;

type Values = ReturnType<typeof options<typeof known>>['values'];

function evaluatorNamed(name = 'fast'): EvaluatorName {
  if (name !== 'reference' && name !== 'fast') throw new UsageError(`--evaluator takes fast or reference, found ${name}.`);
  return name;
}

function recordOf(values: Values): { record?: readonly string[]; preactivations: boolean } {
  const record = values.signals?.split(',').map(s => s.trim()).filter(Boolean);
  return { ...(record && { record }), preactivations: values.preactivations === true };
}

/** One step: finds what is wrong before anything is written, and shows what there will be. @throws LayerError */
function probed(network: Network, rows: Rows, choice: Parameters<typeof running>[3]): NetworkTrace {
  return atOnce(running(network, rows.read(0, 1), 1, choice));
}

function forwardOnly({ levels }: Network): boolean {
  return levels.every(l => l.directions.every(d => d.direction === 'forward' && d.length === undefined));
}

function plannedLevel({ levels }: Network, k: number, probe: NetworkTrace, gradients: NetworkGradients | undefined): TracePlan['levels'][number] {
  const { cell, inputSize } = levels[k]!.directions[0]!;
  const named = (sizes: Readonly<Record<string, number>>, names: readonly string[]): { name: string; units: number }[] => names.map(name => ({ name, units: sizes[name]! }));
  return {
    name: levels[k]!.name, cell, inputSize,
    directions: probe.levels[k]!.directions.map((d, j) => {
      const back = gradients?.levels[k]?.directions[j];
      return { direction: d.direction, signals: [...named(d.sizes, Object.keys(d.signals)), ...(back ? named(back.sizes, Object.keys(back.signals)) : [])] };
    }),
  };
}

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

/** `step`: which comes next. */
async function statesFrom(file: string, network: Network): Promise<{ readonly states: NetworkStates; readonly step: number }> {
  const wanted = network.levels.flatMap(level => level.directions.flatMap(layer => stateNames(layer).map(s => ({ level: level.name, direction: layer.direction, ...s }))));
  const { states, step } = await readStates(await fileBytes(file), wanted);
  const of = (level: string, direction: string): Record<string, Float64Array> =>
    Object.fromEntries(states.filter(s => s.level === level && s.direction === direction).map(s => [s.name, s.values]));
  return { step, states: network.levels.map(level => level.directions.map(layer => of(level.name, layer.direction))) };
}

function statesOf(network: Network, final: NetworkStates): SavedState[] {
  return network.levels.flatMap((level, k) => level.directions.flatMap((layer, j) =>
    Object.entries(final[k]![j]!).map(([name, values]) => ({ level: level.name, direction: layer.direction, name, values: Float64Array.from(values) }))));
}
