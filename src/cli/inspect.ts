/** `inspect FILE`: recurrent layers in a checkpoint, by its headers. */
import type { Checkpoint, Doubt, LevelRef, Trace } from '../formats/format';
import { open, openable } from '../formats/index';
import { fileBytes } from '../platform/node';
import { doubtLine } from './assume';
import { options, printJson, printTable, UsageError, type Command } from './command';

export const inspectCommand: Command = {
  name: 'inspect',
  usage: 'gatescope inspect FILE [--json]',
  purpose: 'Recurrent layers in a checkpoint, or signals in a trace.',
  help: `FILE is a checkpoint or a recording (${openable()}). Only headers are read.
Below the table stands what keeps a layer from being loaded, and what the file leaves open: run --assume decides that otherwise (of a
recording, export --choose).
--json prints an array of {name, framework, cell, variant, inputSize, units, direction, layer, parameters, tensors, assumptions, doubts,
problem}, one a layer; of a recording {name, cell, direction, steps, signals}.`,
  async run(args) {
    const { values, files: [file, ...more] } = options(args, { json: { type: 'boolean' } });
    if (file === undefined || more.length > 0) throw new UsageError('inspect needs one FILE.');
    const opened = await open(await fileBytes(file));
    for (const warning of opened.warnings ?? []) process.stderr.write(`gatescope: note: ${warning}\n`);
    if (values.json) return printJson(opened.kind === 'trace' ? recordedOf(opened) : layersOf(opened));
    if (opened.kind === 'trace') printTrace(opened);
    else printLayers(opened, file);
  },
};

function printLayers(checkpoint: Checkpoint, file: string): void {
  if (checkpoint.stacks.length === 0) { process.stdout.write(`No recurrent layer in ${file}: ${nothingFound(checkpoint)}.\n`); return; }
  const layers = layersOf(checkpoint);
  printTable(['name', 'framework', 'cell', 'variant', 'input', 'units', 'direction', 'parameters'], layers.map(l =>
    [l.name, l.framework, l.cell, l.variant, String(l.inputSize), String(l.units), l.direction, l.parameters.toLocaleString('en')]));
  printLines(layers.flatMap(l => (l.problem === null ? [] : [`${l.name} cannot be loaded: ${l.problem}`])));
  printLines(doubtLines(checkpoint));
}

const MOST_NAMED = 4;

/** What several stacks leave open alike is said once. */
function doubtLines({ stacks }: Checkpoint): string[] {
  const open = new Map<string, string[]>();
  for (const { name, doubts = [] } of stacks) for (const doubt of doubts) {
    const line = doubtLine(doubt, 'assume');
    open.set(line, [...open.get(line) ?? [], name]);
  }
  return [...open].map(([line, names]) => `${names.slice(0, MOST_NAMED).join(', ')}${names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : ''}: ${line}`);
}

const nothingFound = ({ tensors: { length } }: Checkpoint): string =>
  length === 0 ? 'it holds no tensors' : `${length} ${length === 1 ? 'tensor, not' : 'tensors, none'} named as a known framework does`;

function printTrace(trace: Trace): void {
  printTable(['name', 'cell', 'direction', 'steps', 'signals'], recordedOf(trace).map(({ name, cell, direction, steps, signals }) =>
    [name, cell ?? '?', direction, steps.toLocaleString('en'), Object.entries(signals).map(([signal, units]) => `${signal}[${units}]`).join(' ')]));
  printLines((trace.doubts ?? []).map(d => doubtLine(d, 'choose')));
}

/** With a line between them and what stands above. */
function printLines(lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`\n${lines.join('\n')}\n`);
}

interface InspectedSignals {
  readonly name: string;
  readonly cell: string | null;
  readonly direction: 'forward' | 'reverse';
  readonly steps: number;
  /** Units by signal. */
  readonly signals: Readonly<Record<string, number>>;
}

const recordedOf = ({ levels, steps }: Trace): InspectedSignals[] => levels.flatMap(level => level.directions.map(d => ({
  name: level.name, cell: level.cell?.id ?? null, direction: d.direction, steps, signals: Object.fromEntries(d.signals.map(s => [s.name, s.units])),
})));

interface InspectedLayer {
  readonly name: string;
  /** Whose naming and packing its tensors follow. */
  readonly framework: string;
  readonly cell: string;
  readonly variant: string;
  readonly inputSize: number;
  readonly units: number;
  readonly direction: 'forward' | 'reverse' | 'bidirectional';
  readonly layer: number;
  readonly parameters: number;
  readonly tensors: readonly string[];
  readonly assumptions: readonly string[];
  /** What the file leaves open: what was taken, what else it could be, and why. */
  readonly doubts: readonly Doubt[];
  readonly problem: string | null;
}

export function layersOf(checkpoint: Checkpoint): InspectedLayer[] {
  return checkpoint.stacks.flatMap(stack => stack.levels.map((level, layer) => ({
    name: level.name, framework: stack.framework, cell: level.cell.family, variant: level.cell.variant, inputSize: level.inputSize, units: level.units,
    direction: directionOf(level), layer, parameters: level.parameters, tensors: level.tensors, assumptions: level.assumptions, doubts: stack.doubts ?? [], problem: level.problem ?? null,
  })));
}

const directionOf = (level: LevelRef): InspectedLayer['direction'] =>
  level.directions.length > 1 ? 'bidirectional' : level.directions[0] ?? 'forward';
