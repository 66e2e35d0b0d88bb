/** What is measured: one cell of one size over one sequence, the same numbers for every contender. */
import { cellById } from '../../src/core/cells/index';
import { initialise } from '../../src/core/initialise';
import type { Direction, Layer, Network } from '../../src/core/layer';
import { random } from '../../src/core/random';

export type CellId = 'lstm' | 'gru' | 'rnn';

/** `backward`: dL/dh and dL/dc of every step. `backward+dW`: parameters' and the input's gradients as well. */
export type Pass = 'forward' | 'backward' | 'backward+dW';

export interface Case {
  readonly cell: CellId;
  readonly inputSize: number;
  readonly units: number;
  readonly steps: number;
  readonly batch: number;
  /** 2: bidirectional, side by side. */
  readonly directions: 1 | 2;
  readonly pass: Pass;
  /** Contenders that use more threads than this stay out. */
  readonly threads: 1 | 2;
}

/** Rows of W and U, in units. */
export const BLOCKS: Readonly<Record<CellId, number>> = { lstm: 4, gru: 3, rnn: 1 };

const CELLS: readonly CellId[] = ['lstm', 'gru', 'rnn'];
const UNITS = [32, 128, 256, 512];
const PASSES: readonly Pass[] = ['forward', 'backward', 'backward+dW'];

/** Sequences are so long; with two threads longer, since starting them is paid once. */
const STEPS = { full: 1000, quick: 250, long: 4 };

/** Every case, quick ones over shorter sequences. `inputSizes` are what a step reads: the units' own number where none is named. */
export function cases(quick: boolean, inputSizes: readonly (number | 'units')[] = ['units']): Case[] {
  const steps = quick ? STEPS.quick : STEPS.full;
  const one = (cell: CellId, units: number, more: Partial<Case> = {}): Case[] => inputSizes.map(size =>
    ({ cell, units, inputSize: size === 'units' ? units : size, steps, batch: 1, directions: 1, pass: 'forward', threads: 1, ...more }));
  const long = { steps: steps * STEPS.long, threads: 2 } as const;
  return [
    ...PASSES.flatMap(pass => CELLS.flatMap(cell => UNITS.flatMap(units => one(cell, units, { pass })))),
    ...one('lstm', 128, { batch: 16 }),
    ...[256, 512].flatMap(units => one('lstm', units, long)),
    ...[256, 512].flatMap(units => one('lstm', units, { directions: 2, threads: 2 })),
  ];
}

/** `lstm 128 forward`, with what is out of the ordinary behind: what `--only` is matched against. */
export function caseName(c: Case): string {
  return [cellName(c), c.units, c.pass, ...(c.inputSize === c.units ? [] : [`input ${c.inputSize}`]), ...(c.batch > 1 ? [`batch ${c.batch}`] : []), ...(c.threads > 1 ? [`threads ${c.threads}`] : [])].join(' ');
}

/** The cell as the table and the JSON call it. */
export function cellName(c: Case): string {
  return c.directions === 2 ? `${c.cell}-bidirectional` : c.cell;
}

/** Additions and multiplications of the matrix products in one step of the whole batch. */
export function flopsPerStep(c: Case): number {
  return 2 * (c.inputSize + c.units) * BLOCKS[c.cell] * c.units * c.batch * c.directions;
}

/** Bytes of recurrent weights that a step reads. */
export function weightBytes(c: Case): number {
  return 4 * BLOCKS[c.cell] * c.units * c.units * c.directions;
}

const SEED = { forward: 1, reverse: 2, x: 3, dh: 4 };

/** The network with its parameters from U(-1/√H, 1/√H). */
export function networkOf(c: Case): Network {
  const directions: Direction[] = c.directions === 2 ? ['forward', 'reverse'] : ['forward'];
  return { name: caseName(c), levels: [{ name: c.cell, directions: directions.map(d => layerOf(c, d)), merge: 'concat' }] };
}

function layerOf({ cell: id, inputSize, units }: Case, direction: Direction): Layer {
  const cell = cellById(id);
  return { cell, inputSize, units, direction, params: initialise(cell, inputSize, units, 'pytorch', SEED[direction]) };
}

/** The input [steps, batch, inputSize] from N(0, 1): fewer steps are the beginning of more. */
export function inputOf(c: Case): Float32Array {
  return noise(c.steps * c.batch * c.inputSize, SEED.x);
}

/** What is differentiated, as dL/dh [steps, units]: every step counts, so that gradients stay of one size along the sequence. */
export function lossGradientOf(c: Case): Float32Array {
  return noise(c.steps * c.units * c.directions, SEED.dh);
}

function noise(length: number, seed: number): Float32Array {
  const source = random(seed);
  return new Float32Array(length).map(() => source.normal());
}

/** Sequence n of an input [steps, batch, inputSize], as [steps, inputSize]. */
export function sequenceOf(c: Case, x: Float32Array, n: number): Float32Array {
  const sequence = new Float32Array(c.steps * c.inputSize);
  for (let t = 0; t < c.steps; t++) {
    const at = (t * c.batch + n) * c.inputSize;
    sequence.set(x.subarray(at, at + c.inputSize), t * c.inputSize);
  }
  return sequence;
}
