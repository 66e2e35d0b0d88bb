/** A cell that code defines: its weights from a checkpoint by the names and shapes of its tensors, else made up. Knows no vscode. */
import { nearest, hasEnding, type Binding, type Files } from './binding';
import type { Cell } from './core/cells/cell';
import { initialise } from './core/initialise';
import type { Params, Tensor } from './core/layer';
import { parameterCount } from './core/parameters';
import { programOf } from './core/programs';
import type { Checkpoint, TensorRef } from './formats/format';
import { open, sought } from './formats/index';
import { l10n } from './l10n';
import type { Note } from './protocol';
import type { Subject } from './session';
import { evaluated, fixed, solve } from './source/cell/sizes';
import type { Piece, Range, ReadCell } from './source/cell/spec';
import { subjectOf, type Settings } from './subject';
import { anything } from './wanted';
import type { Weights } from './weights';

/** The equations as a cell. */
export const cellOf = ({ name, equations }: ReadCell, source: string): Cell => ({ id: `code:${name}`, name, family: 'other', variant: l10n('read from {0}', source), equations, source });

/** Where a checkpoint holds the cell. */
export interface Fit { readonly prefix: string; readonly sizes: ReadonlyMap<string, number> }

/** Prefixes under which all tensors of the cell lie with shapes that go together. */
export function fitsIn(cell: ReadCell, tensors: readonly TensorRef[]): readonly Fit[] {
  const [first] = cell.tensors;
  if (!first) return [];
  const byName = new Map(tensors.map(t => [t.name, t]));
  return tensors.filter(t => t.name === first.name || t.name.endsWith(`.${first.name}`)).flatMap(t => {
    const prefix = t.name.slice(0, t.name.length - first.name.length);
    const sizes = sizesIn(cell, name => byName.get(prefix + name));
    return sizes ? [{ prefix, sizes }] : [];
  });
}

function sizesIn(cell: ReadCell, tensor: (name: string) => TensorRef | undefined): ReadonlyMap<string, number> | undefined {
  const equations = [];
  for (const { name, shape } of cell.tensors) {
    const found = tensor(name);
    if (!found || found.shape.length !== shape.length) return undefined;
    equations.push(...shape.map((size, k) => ({ size, is: found.shape[k]! })));
  }
  return solve(equations);
}

/** The parameters of the equations out of a checkpoint's tensors. @throws RangeError where a piece lies outside its tensor */
export async function paramsOf(cell: ReadCell, { prefix, sizes }: Fit, tensors: readonly TensorRef[]): Promise<Params> {
  const byName = new Map(tensors.map(t => [t.name, t]));
  const read = new Map<string, Promise<Float32Array>>();
  const made = await Promise.all(cell.parameters.map(async ({ name, pieces }): Promise<[string, Tensor]> => {
    const parts = await Promise.all(pieces.map(async piece => {
      const ref = byName.get(prefix + piece.tensor);
      if (!ref) throw new RangeError(`There is no tensor ${prefix}${piece.tensor}.`);
      if (!read.has(ref.name)) read.set(ref.name, ref.read());
      return cut(piece, ref.shape, await read.get(ref.name)!, sizes);
    }));
    return [name, parts.reduce(added)];
  }));
  return Object.fromEntries(made);
}

const added = (a: Tensor, b: Tensor): Tensor => ({ shape: a.shape, data: a.data.map((v, k) => v + b.data[k]!) });

function cut({ rows, columns, transposed, tensor }: Piece, shape: readonly number[], data: Float32Array, sizes: ReadonlyMap<string, number>): Tensor {
  const width = columns ? shape[1] ?? 1 : 1;
  const height = data.length / width;
  const [all, across] = transposed ? [width, height] : [height, width];
  const [r0, r1] = within(rows, all, sizes, tensor), [c0, c1] = columns ? within(columns, across, sizes, tensor) : [0, 1];
  const out = new Float32Array((r1 - r0) * (c1 - c0));
  for (let r = r0, k = 0; r < r1; r++) for (let c = c0; c < c1; c++) out[k++] = data[transposed ? c * width + r : r * width + c]!;
  return { shape: columns ? [r1 - r0, c1 - c0] : shape.length === 0 || r1 - r0 === 1 && shape.every(n => n === 1) ? [] : [r1 - r0], data: out };
}

function within({ from, size }: Range, all: number, sizes: ReadonlyMap<string, number>, tensor: string): [number, number] {
  const a = evaluated(from, sizes) ?? NaN, b = a + ((size && evaluated(size, sizes)) ?? all);
  if (!(a >= 0 && b <= all && Number.isInteger(a) && Number.isInteger(b))) throw new RangeError(`${tensor} has ${all} of what the code cuts from ${a} to ${b}.`);
  return [a, b];
}

export interface CodeCellRequest { readonly reference: string; readonly path: string; readonly cell: ReadCell; readonly binding: Binding }

/** Bytes of files that are looked into, nearest first. */
const most = 40;

/** What a session opens: with the weights of the nearest checkpoint that holds the cell. @throws Problem, FormatError */
export async function codeCellSubject({ reference, path, cell, binding }: CodeCellRequest, files: Files, settings: Settings): Promise<Subject> {
  const weights = await trained(cell, path, binding, files) ?? untrained(cell, path, binding.seed ?? settings.seed, binding);
  const notes = cell.notes.map((text): Note => ({ severity: 'info', text }));
  const subject = await subjectOf({ reference, model: cell.name, wanted: anything(cell.name), cellId: null, binding, weights: { ...weights, notes: [...weights.notes, ...notes] } }, files, settings);
  return { ...subject, canReveal: true };
}

async function trained(cell: ReadCell, path: string, binding: Binding, files: Files): Promise<Weights | undefined> {
  if (binding.checkpoint === null) return undefined;
  const paths = typeof binding.checkpoint === 'string' ? [binding.checkpoint] : nearest((await files.list()).filter(p => hasEnding(p, sought())), path).slice(0, most);
  for (const at of paths) {
    const checkpoint = await files.open(at).then(open).then(o => (o.kind === 'checkpoint' ? o : undefined), () => undefined);
    const fit = checkpoint && fitsIn(cell, checkpoint.tensors)[0];
    if (checkpoint && fit) return loaded(cell, path, at, checkpoint, fit);
  }
  return undefined;
}

async function loaded(cell: ReadCell, path: string, at: string, checkpoint: Checkpoint, fit: Fit): Promise<Weights> {
  const params = await paramsOf(cell, fit, checkpoint.tensors);
  const own = cellOf(cell, path);
  const size = (s: ReadCell['units']): number => (s && evaluated(s, fit.sizes)) ?? 1;
  const { network } = networkOf(own, size(cell.inputSize), size(cell.units), params);
  return { network, parameters: [Object.values(params).reduce((n, p) => n + p.data.length, 0)], description: at, notes: [], checkpoint };
}

const networkOf = (cell: Cell, inputSize: number, units: number, params: Params): Pick<Weights, 'network'> =>
  ({ network: { name: cell.name, levels: [{ name: cell.name, merge: 'concat', directions: [{ cell, inputSize, units, direction: 'forward', params }] }] } });

/** Sizes where neither the code nor a checkpoint settles them. */
const SMALL = 16;

function untrained(cell: ReadCell, path: string, seed: number, binding: Binding): Weights {
  const own = cellOf(cell, path);
  const units = binding.units ?? evaluated(cell.units ?? fixed(NaN), cell.known) ?? SMALL;
  const { input, classes } = programOf(own);
  const together = classes[input]?.names.includes(programOf(own).output) === true;
  const known = binding.inputSize ?? evaluated(cell.inputSize ?? fixed(NaN), cell.known);
  const inputSize = together ? units : known !== undefined && Number.isInteger(known) ? known : SMALL;
  const size = Number.isInteger(units) && units > 0 ? units : SMALL;
  const params = initialise(own, together ? size : inputSize, size, 'pytorch', seed);
  const words = l10n('random, {0} default init', 'PyTorch');
  return {
    ...networkOf(own, together ? size : inputSize, size, params), parameters: [parameterCount(own, inputSize, size)],
    description: l10n('random, {0} default init, seed {1}', 'PyTorch', seed), invented: { words, seed }, notes: [],
  };
}
