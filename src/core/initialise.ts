/** Parameters that nobody trained: a framework's own default initialisation, from a seed. */
import type { Cell } from './cells/cell';
import type { Expression } from './equations/syntax';
import type { Params, Tensor } from './layer';
import { parameterShapes } from './parameters';
import type { Program } from './program';
import { programOf } from './programs';
import { random, type Random } from './random';

export type InitialisationRule = 'pytorch' | 'keras';

/**
 * Random parameters for a cell. `pytorch`: all from U(-1/√H, 1/√H), H the length of the cell state (or h).
 * `keras`: kernels Glorot uniform and recurrent kernels orthogonal, each over all blocks at once; vectors zero, but 1 for the
 * forget gate's bias. Gains of a normalisation start at 1 and its shifts at 0 by either rule. The same seed gives the same numbers; they
 * are not the framework's own stream.
 */
export function initialise(cell: Cell, inputSize: number, units: number, rule: InitialisationRule, seed: number, more: Readonly<Record<string, number>> = {}): Params {
  const shapes = parameterShapes(cell, inputSize, units, more);
  const source = random(seed);
  return rule === 'pytorch' ? pytorch(programOf(cell), shapes, more['c'] ?? units, source) : keras(programOf(cell), shapes, source);
}

type Shapes = Readonly<Record<string, readonly number[]>>;

function pytorch(program: Program, shapes: Shapes, units: number, source: Random): Params {
  const fixed = normalising(program);
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]): [string, Tensor] => {
    const value = fixed.get(name);
    return [name, value === undefined ? uniform(shape, 1 / Math.sqrt(units), source) : filled(shape, value)];
  }));
}

function keras(program: Program, shapes: Shapes, source: Random): Params {
  const kernels = matricesOn(program, node => node.op === 'input');
  const recurrent = matricesOn(program, node => node.op !== 'input');
  const [fanOut, fanIn] = [kernels.reduce((n, name) => n + shapes[name]![0]!, 0), shapes[kernels[0] ?? '']?.[1] ?? 1];
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  const orthogonal = orthogonalBlocks(recurrent, shapes, source);
  const ones = forgetBias(program);
  const fixed = normalising(program);
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]): [string, Tensor] => {
    if (kernels.includes(name)) return [name, uniform(shape, limit, source)];
    return [name, orthogonal[name] ?? filled(shape, name === ones ? 1 : fixed.get(name) ?? 0)];
  }));
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
    for (const part of partsOf(e)) visit(part);
  };
  for (const s of program.statements) if (s.kind === 'equation') visit(s.right);
  return found;
}

const isNorm = (e: Expression): boolean => e.kind === 'call' && e.name === 'norm';

function partsOf(e: Expression): readonly Expression[] {
  if (e.kind === 'infix') return [e.left, e.right];
  return 'values' in e ? e.values : 'argument' in e ? [e.argument] : [];
}

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
