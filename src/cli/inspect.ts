/** `inspect FILE`: recurrent layers in a checkpoint, by its headers. */
import type { Checkpoint, Doubt, LevelRef } from '../formats/format';
import { open, openable } from '../formats/index';
import { fileBytes } from '../platform/node';
import { options, printJson, printTable, UsageError, type Command } from './command';

export const inspectCommand: Command = {
  name: 'inspect',
  usage: 'gatescope inspect FILE [--json]',
  purpose: 'Recurrent layers in a checkpoint, or signals in a trace.',
  help: `FILE is a checkpoint or a recording (${openable()}). Only headers are read.
--json prints an array of {name, framework, cell, variant, inputSize, units, direction, layer, parameters, tensors, assumptions, doubts,
problem}, one a layer; of a recording {name, cell, direction, steps, signals}.`,
  async run(args) {
    const { values, files: [file, ...more] } = options(args, { json: { type: 'boolean' } });
    if (file === undefined || more.length > 0) throw new UsageError('inspect needs one FILE.');
    const opened = await open(await fileBytes(file));
    for (const warning of opened.warnings ?? []) process.stderr.write(`gatescope: note: ${warning}\n`);
    if (opened.kind === 'trace') {
      return printJson(opened.levels.flatMap(level => level.directions.map(d => ({
        name: level.name, cell: level.cell?.id ?? null, direction: d.direction, steps: opened.steps, signals: Object.fromEntries(d.signals.map(s => [s.name, s.units])),
      }))));
    }
    if (values.json) return printJson(layersOf(opened));
    if (opened.stacks.length === 0) { process.stdout.write(`No recurrent layer in ${file}: ${opened.tensors.length} tensors, none named as a known framework does.\n`); return; }
    printTable(['name', 'framework', 'cell', 'variant', 'input', 'units', 'direction', 'parameters'], layersOf(opened).map(l =>
      [l.name, l.framework, l.cell, l.variant, String(l.inputSize), String(l.units), l.direction, l.parameters.toLocaleString('en')]));
  },
};

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
