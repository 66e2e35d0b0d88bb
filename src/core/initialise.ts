/** Parameters that nobody trained: a framework's own default initialisation, from a seed. */
import type { Cell } from './cells/cell';
import { partsOf } from './equations/parts';
import type { Expression } from './equations/syntax';
import type { Params, Tensor } from './layer';
import { parameterShapes } from './parameters';
import type { Program } from './program';
import { programOf } from './programs';
import { random, type Random } from './random';

export type InitialisationRule = 'pytorch' | 'keras' | 'tfjs' | 'flax' | 'haiku';

/**
 * Random parameters for a cell, as a framework begins. H is the length of the cell state (or h).
 * - `pytorch` (Equinox, too): all from U(-1/√H, 1/√H).
 * - `keras`: kernels Glorot uniform and recurrent kernels orthogonal, each over all blocks at once; vectors zero, but 1 for the forget gate's bias.
 * - `tfjs`: kernels Glorot normal, cut off at two deviations, and all vectors zero: its `unitForgetBias` is not set unless asked for.
 * - `flax`: each kernel LeCun normal, each recurrent kernel orthogonal, vectors zero.
 * - `haiku`: matrices normal, cut off at two deviations, by how many numbers they read; vectors zero, but 1 for the forget gate, as if added.
 *
 * Gains of a normalisation start at 1 and its shifts at 0 by every rule. The same seed gives the same numbers; they are not the
 * framework's own stream. Sources: the initialisers of PyTorch 2, Keras 3, TF.js 4.22, Flax 0.12, Haiku 0.0.17.
 */
export function initialise(cell: Cell, inputSize: number, units: number, rule: InitialisationRule, seed: number, more: Readonly<Record<string, number>> = {}): Params {
  const shapes = parameterShapes(cell, inputSize, units, more);
  const program = programOf(cell);
  const given = { program, shapes, units: more['c'] ?? units, source: random(seed), ones: forgetBias(program), fixed: normalising(program) };
  const draw = rules[rule](given);
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]): [string, Tensor] => [name, draw(name, shape)]));
}

type Shapes = Readonly<Record<string, readonly number[]>>;
interface Given { readonly program: Program; readonly shapes: Shapes; readonly units: number; readonly source: Random; readonly ones: string | undefined; readonly fixed: ReadonlyMap<string, number> }
/** What makes one parameter after another. */
type Draw = (name: string, shape: readonly number[]) => Tensor;

const rules: Readonly<Record<InitialisationRule, (given: Given) => Draw>> = {
  pytorch: ({ units, source, fixed }) => (name, shape) => {
    const value = fixed.get(name);
    return value === undefined ? uniform(shape, 1 / Math.sqrt(units), source) : filled(shape, value);
  },
  keras: given => glorot(given, (shape, fans) => uniform(shape, Math.sqrt(6 / fans), given.source)),
  tfjs: given => glorot({ ...given, ones: undefined }, (shape, fans) => truncated(shape, Math.sqrt(2 / fans), given.source)),
  flax: ({ program, shapes, source, fixed }) => {
    const recurrent = matricesOn(program, node => node.op !== 'input');
    const orthogonal = Object.assign({}, ...recurrent.map(name => orthogonalBlocks([name], shapes, source))) as Readonly<Record<string, Tensor>>;
    return (name, shape) => orthogonal[name] ?? (shape.length === 2 ? truncated(shape, 1 / Math.sqrt(shape[1]!) / OF_TRUNCATED, source) : filled(shape, fixed.get(name) ?? 0));
  },
  haiku: ({ program, shapes, source, fixed, ones }) => {
    const reads = readsOf(program, shapes);
    const corrected = program.states.some(s => s.name === 'c') || !program.signals.some(s => s.kind === 'gate') ? 1 : OF_TRUNCATED;
    return (name, shape) => shape.length === 2 ? truncated(shape, 1 / Math.sqrt(reads(shape[1]!)) / corrected, source) : filled(shape, name === ones ? 1 : fixed.get(name) ?? 0);
  },
};

/** The deviation of a normal number that is cut off at two deviations. */
const OF_TRUNCATED = 0.87962566103423978;

/** hk.LSTM reads x and h through one matrix; the others have one each. */
function readsOf(program: Program, shapes: Shapes): (columns: number) => number {
  if (!program.states.some(s => s.name === 'c')) return columns => columns;
  const widths = [matricesOn(program, n => n.op === 'input'), matricesOn(program, n => n.op !== 'input')].map(names => shapes[names[0] ?? '']?.[1] ?? 0);
  return () => widths.reduce((a, b) => a + b, 0);
}

/** Glorot's: `kernel` draws a matrix on x by its fans, what goes in and what comes out, over all blocks at once. */
function glorot({ program, shapes, source, ones, fixed }: Given, kernel: (shape: readonly number[], fans: number) => Tensor): Draw {
  const kernels = matricesOn(program, node => node.op === 'input');
  const recurrent = matricesOn(program, node => node.op !== 'input');
  const [fanOut, fanIn] = [kernels.reduce((n, name) => n + shapes[name]![0]!, 0), shapes[kernels[0] ?? '']?.[1] ?? 1];
  const orthogonal = orthogonalBlocks(recurrent, shapes, source);
  return (name, shape) => kernels.includes(name) ? kernel(shape, fanIn + fanOut) : orthogonal[name] ?? filled(shape, name === ones ? 1 : fixed.get(name) ?? 0);
}

/** Normal numbers of a deviation, drawn again where they are more than two away. */
function truncated(shape: readonly number[], deviation: number, source: Random): Tensor {
  const draw = (): number => {
    for (;;) { const v = source.normal(); if (Math.abs(v) <= 2) return v; }
  };
  return { shape, data: new Float32Array(shape.reduce((n, k) => n * k, 1)).map(() => draw() * deviation) };
}

function uniform(shape: readonly number[], limit: number, source: Random): Tensor {
  const data = new Float32Array(shape.reduce((n, k) => n * k, 1));
  return { shape, data: data.map(() => (2 * source.uniform() - 1) * limit) };
}

function filled(shape: readonly number[], value: number): Tensor {
  return { shape, data: new Float32Array(shape.reduce((n, k) => n * k, 1)).fill(value) };
}

function matricesOn(program: Program, is: (argument: Program['nodes'][number]) => boolean): string[] {
  const names = program.nodes.flatMap(n => n.op === 'product' && is(program.nodes[n.a]!) ? [n.matrix] : []);
  return [...new Set(names)];
}

/** The vector that the forget gate adds to its preactivation. */
function forgetBias(program: Program): string | undefined {
  const forget = program.signals.find(s => s.label === 'forget gate');
  return forget?.pre === undefined ? undefined : added(program, forget.pre);
}

function added(program: Program, id: number): string | undefined {
  const node = program.nodes[id]!;
  if (node.op === 'parameter') return node.name;
  return node.op === 'add' ? added(program, node.a) ?? added(program, node.b) : undefined;
}

/** Where gains and shifts start, by name: a is 1 and b is 0 in `a ⊙ norm(v) + b`, in whatever order that is written. */
function normalising(program: Program): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const visit = (e: Expression): void => {
    if (e.kind === 'infix') for (const [side, other] of [[e.left, e.right], [e.right, e.left]] as const) {
      if (side.kind !== 'name') continue;
      if (e.op === '⊙' && isNorm(other)) found.set(side.name, 1);
      if (e.op === '+' && other.kind === 'infix' && other.op === '⊙' && (isNorm(other.left) || isNorm(other.right))) found.set(side.name, 0);
    }
    for (const part of partsOf({ path: '', e })) visit(part.e);
  };
  for (const s of program.statements) if (s.kind === 'equation') visit(s.right);
  return found;
}

const isNorm = (e: Expression): boolean => e.kind === 'call' && e.name === 'norm';

/** Blocks of equally many columns are stacked, made orthonormal (columns, or rows where they are fewer), and cut apart again. */
function orthogonalBlocks(names: readonly string[], shapes: Shapes, source: Random): Readonly<Record<string, Tensor>> {
  const made: Record<string, Tensor> = {};
  for (const columns of new Set(names.map(n => shapes[n]![1]!))) {
    const group = names.filter(n => shapes[n]![1] === columns);
    const rows = group.reduce((n, name) => n + shapes[name]![0]!, 0);
    const stack = orthonormal(rows, columns, source);
    let at = 0;
    for (const name of group) {
      const shape = shapes[name]!;
      made[name] = { shape, data: Float32Array.from(stack.subarray(at, at += shape[0]! * columns)) };
    }
  }
  return made;
}

/** A random [rows, columns] matrix whose shorter side is orthonormal: Gram-Schmidt on normal numbers. */
function orthonormal(rows: number, columns: number, source: Random): Float64Array {
  const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
  const vectors: Float64Array[] = [];
  for (let k = 0; k < count; k++) {
    const v = new Float64Array(length).map(() => source.normal());
    for (const u of vectors) subtract(v, u, dot(u, v));
    const norm = Math.sqrt(dot(v, v));
    vectors.push(v.map(n => n / norm));
  }
  const at = (r: number, c: number): number => rows < columns ? vectors[r]![c]! : vectors[c]![r]!;
  return new Float64Array(rows * columns).map((_, k) => at(Math.floor(k / columns), k % columns));
}

function dot(u: Float64Array, v: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < u.length; k++) sum += u[k]! * v[k]!;
  return sum;
}

function subtract(v: Float64Array, u: Float64Array, factor: number): void {
  for (let k = 0; k < v.length; k++) v[k] = v[k]! - factor * u[k]!;
}
