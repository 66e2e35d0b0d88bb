/** ONNX Runtime, run live on models built in memory. It shows Y, Y_h and Y_c only; its error is measured with a float64 loop of our own. */
import * as ort from 'onnxruntime-node';
import { memory } from '../../src/formats/memory';
import { openOnnx } from '../../src/formats/onnx';
import type { Level } from '../../src/core/layer';
import { makeNode, nodeCases, type MadeNode, type NodeCase, type NodeSizes } from '../formats/onnxCases';
import type { Case, Run } from './case';
import { exactNode } from './onnxExact';
import type { Expected } from './row';

const SEED = 8128;
const LENGTHS = [1, 2, 100];
/** In turn: units that are no multiple of 4. */
const SIZES = [{ I: 5, H: 7 }, { I: 3, H: 10 }, { I: 1, H: 5 }, { I: 4, H: 13 }];
const LARGE = { I: 9, H: 36 };

/** Float32 that is further from float64 computes something else. */
const DOUBTFUL = 1e-5;

const large: readonly NodeCase[] = (['LSTM', 'GRU', 'RNN'] as const).map(op => ({ name: 'forward, 36 units', op }));

/** Every attribute and direction of the three operators, over 1, 2 and 100 steps. */
export function onnxRuntimeCases(): readonly Case[] {
  return [...nodeCases, ...large].map((c, k) => {
    const sizes = large.includes(c) ? LARGE : SIZES[k % SIZES.length]!;
    const runs = (): Promise<Run[]> => Promise.all(LENGTHS.map(T => runOf(c, { ...sizes, T }, SEED + k)));
    return { framework: 'ONNX Runtime', cell: c.op, variant: c.name.trim(), runs };
  });
}

async function runOf(c: NodeCase, sizes: NodeSizes, seed: number): Promise<Run> {
  const made = makeNode(c, sizes, seed);
  const { T, H } = sizes;
  const theirs = await runtime(made, sizes);
  const { op, attributes = {}, direction = 'forward' } = c;
  const exact = exactNode({ op, attributes, direction, sizes, x: made.x, length: made.length ?? T, tensors: made.tensors });
  const forward: Record<string, Expected> = { output: expected(exact.Y, theirs['Y']!, T) };
  for (let d = 0; d < made.directions; d++) {
    const part = (all: Float64Array | Float32Array): typeof all => all.subarray(d * H, (d + 1) * H);
    forward[`0.${d}.final h`] = expected(part(exact.Y_h), part(theirs['Y_h']!), 1);
    if (theirs['Y_c']) forward[`0.${d}.final c`] = expected(part(exact.Y_c), part(theirs['Y_c']), 1);
  }
  const level = await read(made, c);
  return { steps: T, at: Array.from({ length: T }, (_, t) => t), network: { name: c.name, levels: [level] }, x: made.x, forward, losses: [] };
}

function expected(exact: Float64Array | Float32Array, theirs: Float64Array | Float32Array, rows: number): Expected {
  const peer = Array.from(exact).reduce((most, v, k) => Math.max(most, Math.abs(v - theirs[k]!)), 0);
  if (!(peer <= DOUBTFUL * Math.max(1, ...exact.map(Math.abs)))) throw new Error(`ONNX Runtime is ${peer} from the loop by hand: one of them reads the standard wrongly`);
  return { values: exact, rows, truth: 'float64', peer };
}

/** Our reader's level, checked to be the cell that the case is about. */
async function read({ bytes }: MadeNode, c: NodeCase): Promise<Level> {
  const { stacks } = await openOnnx(memory('m.onnx', bytes));
  const level = await stacks[0]!.levels[0]!.load();
  const ids = level.directions.map(l => l.cell.id);
  if (c.cell && !ids.every(id => c.cell!.test(id))) throw new Error(`${c.op} ${c.name} was read as ${ids.join()}`);
  return level;
}

/** Y [T, D, 1, H] is [T, D * H], as we concatenate. */
async function runtime({ bytes, x }: MadeNode, { I, T }: NodeSizes): Promise<Record<string, Float32Array>> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 1 });
  const result = await session.run({ X: new ort.Tensor('float32', x, [T, 1, I]) });
  await session.release();
  return Object.fromEntries(Object.entries(result).map(([name, tensor]) => [name, tensor.data as Float32Array]));
}
