/** One ONNX LSTM (quantised or not), GRU or RNN node as a level: everything its attributes and constant inputs say, by headers alone. */
import type { Direction, Layer } from '../../core/layer';
import { FormatError, type LevelRef } from '../format';
import { unpack, type Sizes } from '../layers/blocks';
import { printable, shapeText } from '../parts/checked';
import { narrow } from '../parts/numbers';
import { batchFirst } from './chain';
import { cellsOf, familyOf, type Family } from './cells';
import type { Folder, Known, Unknown } from './fold';
import { FORMAT, type Node } from './model';
import { isQuantised, quantisedWeights, ROUNDING } from './quantised';
import type { Scope } from './scope';
import { isZero } from './zero';

/** Inputs by place, as the standard numbers them. */
const INPUTS = { kernel: 1, recurrentKernel: 2, bias: 3, lengths: 4, h: 5, c: 6, peepholes: 7 } as const;
type InputName = keyof typeof INPUTS;

/** What the node's inputs resolve to. */
type Inputs = Partial<Record<InputName, Known>>;

/** What is known of a node before its numbers are read. */
interface Facts {
  readonly name: string;
  readonly node: Node;
  readonly family: Family;
  readonly directions: readonly Direction[];
  readonly inputSize: number;
  readonly units: number;
  readonly inputs: Inputs;
  readonly assumptions: readonly string[];
}

/** The level that `node` is; one whose weights only a run would give has a `problem` and cannot be loaded. */
export async function levelOf(node: Node, name: string, scope: Scope, folder: Folder): Promise<LevelRef> {
  const family = familyOf(node);
  const quantised = isQuantised(node);
  const assumptions = quantised ? [ROUNDING] : [];
  const inputs: Inputs = {};
  const problems: string[] = [];
  for (const [key, place] of Object.entries(INPUTS) as [InputName, number][]) {
    const input = node.inputs[place];
    if (!input || (family.blocks !== 4 && place > INPUTS.h)) continue;
    const found = quantised && (key === 'kernel' || key === 'recurrentKernel') ? await quantisedWeights(node, key, scope, folder) : await folder.fold(input, scope);
    if (found.kind === 'known') inputs[key] = found;
    else if (found.kind === 'wrong') problems.push(found.why);
    else if (key === 'h' || key === 'c') assumptions.push(...await initialAssumption(key, input, found, scope, folder));
    else if (key === 'lengths') assumptions.push(`every step counts: sequence_lens is known only when the model runs (${found.why})`);
    else problems.push(`its ${words[key]} cannot be known without running the model: ${found.why}`);
  }
  const directions = directionsOf(node);
  const units = node.attributes.get('hidden_size')?.int ?? inputs.recurrentKernel?.shape[2] ?? 0;
  const facts = { name, node, family, directions, inputSize: inputs.kernel?.shape[2] ?? 0, units, inputs, assumptions };
  return refer(facts, problems[0] ?? misfit(facts));
}

const words: Record<InputName, string> = {
  kernel: 'weights W', recurrentKernel: 'weights R', bias: 'biases B', lengths: 'sequence_lens', h: 'initial_h', c: 'initial_c', peepholes: 'peepholes P',
};

function directionsOf(node: Node): readonly Direction[] {
  const direction = node.attributes.get('direction')?.text ?? 'forward';
  return direction === 'bidirectional' ? ['forward', 'reverse'] : direction === 'reverse' ? ['reverse'] : ['forward'];
}

async function initialAssumption(state: string, name: string, { why }: Unknown, scope: Scope, folder: Folder): Promise<readonly string[]> {
  return await isZero(name, scope, folder) ? [] : [`the initial ${state} is zero: the model gets it when it runs (${why})`];
}

/** What is wrong with the sizes, expected and found. */
function misfit({ node, family, directions, inputSize, units, inputs }: Facts): string | undefined {
  const d = directions.length;
  const rows = family.blocks * units;
  if (!inputs.kernel || !inputs.recurrentKernel) return `it has no ${inputs.kernel ? 'R' : 'W'}`;
  if (!Number.isInteger(units) || units < 1 || inputSize < 1) return `it has ${units} units and ${inputSize} inputs; both should be at least 1`;
  const expected: readonly (readonly [InputName, readonly number[]])[] = [
    ['kernel', [d, rows, inputSize]], ['recurrentKernel', [d, rows, units]], ['bias', [d, 2 * rows]], ['peepholes', [d, 3 * units]],
  ];
  for (const [key, shape] of expected) {
    const found = inputs[key]?.shape;
    if (found && shapeText(found) !== shapeText(shape)) return `its ${words[key]} should be of shape ${shapeText(shape)}, but ${shapeText(found)} was found`;
  }
  for (const key of ['h', 'c'] as const) {
    const found = inputs[key]?.shape;
    const [directionAxis, batchAxis] = batchFirst(node) ? [1, 0] : [0, 1];
    const fits = !found || (found.length === 3 && found[directionAxis] === d && (found[batchAxis] ?? 0) >= 1 && found[2] === units);
    if (!fits) return `its ${words[key]} should be of shape ${shapeText(batchFirst(node) ? [1, d, units] : [d, 1, units])}, but ${shapeText(found ?? [])} was found`;
  }
  return undefined;
}

function refer(facts: Facts, misfit: string | undefined): LevelRef {
  const { node, name, directions, inputSize, units, inputs, assumptions } = facts;
  const cells = cellsOf(node, directions.length, inputs.peepholes !== undefined);
  const problem = misfit ?? (typeof cells === 'string' ? cells : undefined);
  const cell = typeof cells === 'string' ? facts.family.plain : cells[0] ?? facts.family.plain;
  const parts = [inputs.kernel, inputs.recurrentKernel, inputs.bias, inputs.peepholes].filter(k => k !== undefined);
  return {
    name, cell, inputSize, units, directions, merge: 'concat',
    parameters: parts.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
    tensors: [...new Set(parts.flatMap(k => [...k.sources.keys()]))],
    assumptions: [...assumptions, ...batchAssumption(facts)],
    ...(problem === undefined ? {} : { problem }),
    load: async () => {
      if (problem !== undefined || typeof cells === 'string') throw new FormatError(FORMAT, `${printable(name)} cannot be loaded: ${problem ?? String(cells)}`);
      const numbers = await readInputs(facts);
      return { name, merge: 'concat', directions: directions.map((direction, k) => ({ ...layerOf(facts, numbers, k), direction, cell: cells[k] ?? cell })) };
    },
  };
}

function batchAssumption({ node, inputs }: Facts): readonly string[] {
  const batch = Math.max(1, ...[inputs.h, inputs.c].map(k => k?.shape[batchFirst(node) ? 0 : 1] ?? 1), inputs.lengths?.shape[0] ?? 1);
  return batch > 1 ? [`initial states and lengths are those of the first of the ${batch} sequences of the batch`] : [];
}

type Read = Partial<Record<InputName, Float32Array>>;

/** One input after another: the large ones should not all be in the making at once. */
async function readInputs({ inputs }: Facts): Promise<Read> {
  const read: Read = {};
  for (const [key, known] of Object.entries(inputs) as [InputName, Known][]) read[key] = narrow(await known.load(false));
  return read;
}

function layerOf({ node, family, directions, inputSize, units }: Facts, read: Read, direction: number): Omit<Layer, 'cell' | 'direction'> {
  const sizes: Sizes = { inputSize, units, hidden: units };
  const rows = family.blocks * units;
  const part = (data: Float32Array, width: number): Float32Array => data.slice(direction * width, (direction + 1) * width);
  const both = read.bias ? part(read.bias, 2 * rows) : new Float32Array(2 * rows);
  const packed = {
    kernel: part(read.kernel ?? new Float32Array(0), rows * inputSize),
    recurrentKernel: part(read.recurrentKernel ?? new Float32Array(0), rows * units),
    bias: both.subarray(0, rows),
    recurrentBias: both.subarray(rows),
  };
  const resetsAfter = node.op === 'GRU' && node.attributes.get('linear_before_reset')?.int === 1;
  const params = { ...unpack(packed, family.order, sizes, resetsAfter ? 'n' : '') };
  if (read.peepholes) {
    const three = part(read.peepholes, 3 * units);
    ['pi', 'po', 'pf'].forEach((name, k) => (params[name] = { shape: [units], data: three.slice(k * units, (k + 1) * units) }));
  }
  if (node.attributes.get('input_forget')?.int === 1) for (const name of ['Wf', 'Uf', 'bf', 'pf']) delete params[name];
  // The first of the batch: row `direction` of [D, B, H] (or of [B, D, H]).
  const initial = (data: Float32Array): Float32Array => {
    const batch = batchFirst(node) ? 1 : data.length / (directions.length * units);
    return data.slice(direction * batch * units, direction * batch * units + units);
  };
  const states = { ...(read.h ? { h: initial(read.h) } : {}), ...(read.c ? { c: initial(read.c) } : {}) };
  return {
    inputSize, units, params,
    ...(Object.keys(states).length > 0 ? { initial: states } : {}),
    ...(read.lengths?.[0] !== undefined ? { length: read.lengths[0] } : {}),
  };
}

