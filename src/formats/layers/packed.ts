/** PyTorch's packing: matrices of one direction, blocks under one another, as a level; shapes tell the cell. */
import { cellById } from '../../core/cells/index';
import type { Cell } from '../../core/cells/cell';
import type { Direction, Layer, Params } from '../../core/layer';
import { FormatError, type Answers, type Doubt, type LevelRef, type StackRef, type TensorRef } from '../format';
import { printable, shapeText } from '../parts/checked';
import { unpack } from './blocks';
import { isDerived } from './derived';

/** The tensors of one direction of one level. */
export interface PackedRefs {
  /** W_ih [blocks * units, inputSize] */
  readonly kernel: TensorRef;
  /** W_hh [blocks * units, units], or [.., projection] */
  readonly recurrentKernel: TensorRef;
  /** b_ih [blocks * units] */
  readonly bias?: TensorRef | undefined;
  /** b_hh [blocks * units] */
  readonly recurrentBias?: TensorRef | undefined;
  /** W_hr [projection, units] */
  readonly projection?: TensorRef | undefined;
}

export interface LevelTensors {
  readonly forward: PackedRefs;
  readonly reverse?: PackedRefs | undefined;
}

export type Nonlinearity = 'tanh' | 'relu';

export interface PackedOptions {
  /** Of a vanilla RNN, where the code or the file says; otherwise tanh is assumed, and said to be. */
  readonly nonlinearity?: Nonlinearity;
  /** Of a vanilla RNN of which nobody says it, as a person decided. */
  readonly decided?: Nonlinearity;
}

/** Families by the number of blocks in W_hh. */
export const blocksOf = { lstm: 4, gru: 3, rnn: 1 } as const;
export type Family = keyof typeof blocksOf;
const orders: Readonly<Record<Family, readonly string[]>> = { lstm: [...'ifgo'], gru: [...'rzn'], rnn: [''] };

/**
 * A stack of tensors that a person, or a naming convention, put together. Shapes that do not fit give a level with a `problem`.
 * `framework` names the packing; only PyTorch's exists so far.
 */
export function stackFromTensors(framework: string, name: string, levels: readonly LevelTensors[], options: PackedOptions = {}): StackRef {
  const refs: LevelRef[] = [];
  for (const [k, tensors] of levels.entries()) refs.push(levelOf(levels.length === 1 ? name : `${name}.l${k}`, tensors, refs.at(-1), options));
  const open = options.nonlinearity === undefined && refs.some(({ cell, problem }) => cell.family === 'rnn' && problem === undefined);
  return { name, framework, levels: refs, ...(open ? { doubts: [nonlinearityDoubt(options.decided)], decide } : {}) };

  function decide({ nonlinearity }: Answers): StackRef {
    const decided = nonlinearity === 'tanh' || nonlinearity === 'relu' ? nonlinearity : options.decided;
    return stackFromTensors(framework, name, levels, decided ? { ...options, decided } : options);
  }
}

const nonlinearityDoubt = (decided: Nonlinearity | undefined): Doubt => ({
  id: 'nonlinearity', question: 'Which function does the RNN use?', options: [{ id: 'tanh', label: 'tanh' }, { id: 'relu', label: 'ReLU' }],
  taken: decided ?? 'tanh', evidence: decided ? 'as you decided' : 'PyTorch\'s default is tanh, and tensors alone do not tell',
});

interface Shape {
  readonly family: Family;
  readonly inputSize: number;
  /** Rows of a block. */
  readonly units: number;
  /** Length of h. */
  readonly hidden: number;
}

function levelOf(name: string, { forward, reverse }: LevelTensors, below: LevelRef | undefined, options: PackedOptions): LevelRef {
  const directions: readonly (readonly [Direction, PackedRefs])[] = [['forward', forward], ...(reverse ? [['reverse', reverse] as const] : [])];
  const shape = shapeOf(forward);
  const problem = typeof shape === 'string' ? shape : directions.map(([, refs]) => uncomputed(refs) ?? misfit(refs, shape)).find(p => p !== undefined) ?? misfitBelow(shape, below);
  const known = typeof shape === 'string' ? { family: 'rnn' as const, inputSize: 0, units: 0, hidden: 0 } : shape;
  const cell = cellFor(known, forward.projection !== undefined, options);
  const used = directions.flatMap(([, refs]) => listed(refs));
  const tensors = used.flatMap(t => (isDerived(t) ? t.sources : [t]));
  return {
    name, cell, inputSize: known.inputSize, units: known.hidden, directions: directions.map(([direction]) => direction), merge: 'concat',
    parameters: tensors.reduce((sum, t) => sum + t.shape.reduce((a, b) => a * b, 1), 0),
    tensors: tensors.map(t => t.name),
    assumptions: assumptionsOf(used),
    ...(problem === undefined ? {} : { problem }),
    load: async () => {
      if (problem !== undefined) throw new FormatError('checkpoint', `${printable(name)} cannot be loaded: ${problem}`);
      const layers: Layer[] = [];
      for (const [direction, refs] of directions) layers.push({ cell, inputSize: known.inputSize, units: known.hidden, direction, params: await load(refs, known) });
      return { name, directions: layers, merge: 'concat' };
    },
  };
}

/** What the making of weights took for granted, and that integers were scaled back. */
function assumptionsOf(used: readonly TensorRef[]): readonly string[] {
  const quantised = used.some(({ dtype }) => QUANTISED.test(dtype)) ? ['the weights are quantised: PyTorch rounds the inputs of each product too when it runs them, so its numbers differ a little'] : [];
  return [...used.flatMap(t => (isDerived(t) ? t.assumption ?? [] : [])), ...quantised];
}

/** Integers with a scale, which are read as the numbers that they stand for. */
const QUANTISED = /^qu?int/;

const uncomputed = (refs: PackedRefs): string | undefined => listed(refs).flatMap(t => (isDerived(t) ? t.problem ?? [] : []))[0];

function cellFor({ family }: Shape, projected: boolean, { nonlinearity, decided }: PackedOptions): Cell {
  const id = family === 'lstm' && projected ? 'lstmProjected' : family === 'rnn' && (nonlinearity ?? decided) === 'relu' ? 'rnnRelu' : family;
  return cellById(id);
}

const listed = ({ kernel, recurrentKernel, bias, recurrentBias, projection }: PackedRefs): readonly TensorRef[] =>
  [kernel, recurrentKernel, bias, recurrentBias, projection].filter(t => t !== undefined);

/** Sizes and family by shapes alone, or why not. */
function shapeOf({ kernel, recurrentKernel, projection }: PackedRefs): Shape | string {
  const [rows = 0, hidden = 0] = recurrentKernel.shape;
  if (recurrentKernel.shape.length !== 2 || kernel.shape.length !== 2) return `W_ih and W_hh should have two axes, but are ${shapeText(kernel.shape)} and ${shapeText(recurrentKernel.shape)}`;
  const units = projection ? projection.shape[1] ?? 0 : hidden;
  const family = (Object.keys(blocksOf) as Family[]).find(f => units > 0 && rows === blocksOf[f] * units);
  if (!family) return `W_hh should have 4 (LSTM), 3 (GRU) or 1 (RNN) times ${units} rows, but is ${shapeText(recurrentKernel.shape)}`;
  if (projection && family !== 'lstm') return `only an LSTM has a projection, but W_hh is ${shapeText(recurrentKernel.shape)}`;
  return { family, inputSize: kernel.shape[1] ?? 0, units, hidden };
}

function misfit(refs: PackedRefs, { family, inputSize, units, hidden }: Shape): string | undefined {
  const rows = blocksOf[family] * units;
  const expected: readonly (readonly [string, TensorRef | undefined, readonly number[]])[] = [
    ['W_ih', refs.kernel, [rows, inputSize]], ['W_hh', refs.recurrentKernel, [rows, hidden]], ['b_ih', refs.bias, [rows]],
    ['b_hh', refs.recurrentBias, [rows]], ['W_hr', refs.projection, [hidden, units]],
  ];
  for (const [what, tensor, shape] of expected) {
    if (tensor && shapeText(tensor.shape) !== shapeText(shape)) return `${what} ("${printable(tensor.name)}") should be of shape ${shapeText(shape)}, but is ${shapeText(tensor.shape)}`;
    if (tensor && !/float/.test(tensor.dtype) && !QUANTISED.test(tensor.dtype)) return `${what} ("${printable(tensor.name)}") is of type ${printable(tensor.dtype)}; only floating-point weights can be run`;
  }
  return inputSize < 1 ? 'its input is 0 wide' : undefined;
}

function misfitBelow({ inputSize }: Shape, below: LevelRef | undefined): string | undefined {
  if (!below || below.problem !== undefined) return undefined;
  const width = below.units * below.directions.length;
  return inputSize === width ? undefined : `it reads ${inputSize} numbers a step, but the level below gives ${width}`;
}

async function load(refs: PackedRefs, { family, inputSize, units, hidden }: Shape): Promise<Params> {
  const packed = {
    kernel: await refs.kernel.read(), recurrentKernel: await refs.recurrentKernel.read(),
    bias: await refs.bias?.read(), recurrentBias: await refs.recurrentBias?.read(),
  };
  const params = unpack(packed, orders[family], { inputSize, units, hidden }, family === 'gru' ? 'n' : '');
  return refs.projection ? { ...params, Wr: { shape: [hidden, units], data: await refs.projection.read() } } : params;
}
