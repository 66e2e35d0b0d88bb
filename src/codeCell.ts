/** A cell that code defines: its weights from a checkpoint by the names and shapes of its tensors, else made up. Knows no vscode. */
import { baseOf, nearest, hasEnding, type Binding, type Files, type Reasons } from './binding';
import type { Cell } from './core/cells/cell';
import { initialise } from './core/initialise';
import type { Params, Tensor } from './core/layer';
import { parameterCount } from './core/parameters';
import { programOf } from './core/programs';
import type { Checkpoint, TensorRef } from './formats/format';
import { cannotOpen, doesNotFit } from './errors';
import { open, sought } from './formats/index';
import { l10n, told } from './l10n';
import type { Note } from './protocol';
import type { Subject } from './session';
import { evaluated, fixed, sizeText, solve } from './source/cell/sizes';
import type { Piece, Range, ReadCell } from './source/cell/spec';
import { subjectOf, type Settings } from './subject';
import { anything } from './wanted';
import type { Weights } from './weights';

/** The equations as a cell. */
export const cellOf = ({ name, equations }: ReadCell, source: string): Cell => ({ id: `code:${name}`, name, family: 'other', variant: l10n('read from {0}', source), equations, source });

/** Where a checkpoint holds the cell: behind a prefix, under the names that one way of writing files has. */
export interface Fit { readonly prefix: string; readonly spelling: number; readonly sizes: ReadonlyMap<string, number> }

/** Prefixes under which all tensors of the cell lie with shapes that go together. */
export function fitsIn(cell: ReadCell, tensors: readonly TensorRef[]): readonly Fit[] {
  const byName = new Map(tensors.map(t => [t.name, t]));
  const spellings = cell.tensors[0]?.names ?? [];
  const seen = new Set<string>();
  return spellings.flatMap((first, spelling) => tensors.flatMap(t => {
    const prefix = t.name.endsWith(first) ? t.name.slice(0, t.name.length - first.length) : undefined;
    if (prefix === undefined || !/(^|[./])$/.test(prefix) || seen.has(t.name) || !mayBe(first, prefix, cell, tensors)) return [];
    const sizes = sizesIn(cell, names => byName.get(prefix + names[spelling]!));
    if (!sizes) return [];
    seen.add(t.name);
    return [{ prefix, spelling, sizes }];
  }));
}

/** Tensors that have only an order may be those of another layer: as many as the cell has, and not of a layer that Keras itself has. */
function mayBe(first: string, prefix: string, cell: ReadCell, tensors: readonly TensorRef[]): boolean {
  if (!/(^|\/)vars\/\d+$/.test(first)) return true;
  const folder = prefix + first.replace(/\d+$/, '');
  const own = cell.tensors.filter(t => t.names.at(-1)?.startsWith(first.replace(/\d+$/, '')) === true).length;
  return tensors.filter(t => t.name.startsWith(folder)).length === own && !/(^|\/)(lstm|gru|simple_rnn|bidirectional)(_\d+)?\/((forward|backward)_\w+\/)?cell\/$/.test(prefix);
}

function sizesIn(cell: ReadCell, tensor: (names: readonly string[]) => TensorRef | undefined): ReadonlyMap<string, number> | undefined {
  const equations = [];
  for (const { names, shape } of cell.tensors) {
    const found = tensor(names);
    if (!found || found.shape.length !== shape.length) return undefined;
    equations.push(...shape.map((size, k) => ({ size, is: found.shape[k]! })));
  }
  return solve(equations);
}

/** The parameters of the equations out of a checkpoint's tensors. @throws RangeError where a piece lies outside its tensor */
export async function paramsOf(cell: ReadCell, { prefix, spelling, sizes }: Fit, tensors: readonly TensorRef[]): Promise<Params> {
  const byName = new Map(tensors.map(t => [t.name, t]));
  const called = new Map(cell.tensors.map(t => [t.name, prefix + t.names[spelling]!]));
  const read = new Map<string, Promise<Float32Array>>();
  const made = await Promise.all(cell.parameters.map(async ({ name, pieces }): Promise<[string, Tensor]> => {
    const parts = await Promise.all(pieces.map(async piece => {
      const ref = byName.get(called.get(piece.tensor) ?? '');
      if (!ref) throw new RangeError(`There is no tensor ${prefix}${piece.tensor}.`);
      if (!read.has(ref.name)) read.set(ref.name, ref.read());
      return cut(piece, ref.shape, await read.get(ref.name)!, sizes);
    }));
    return [name, parts.reduce(added)];
  }));
  return Object.fromEntries(made);
}

const added = (a: Tensor, b: Tensor): Tensor => ({ shape: a.shape, data: a.data.map((v, k) => v + b.data[k]!) });

function cut({ rows, columns, transposed, tensor, as }: Piece, shape: readonly number[], data: Float32Array, sizes: ReadonlyMap<string, number>): Tensor {
  const width = columns ? shape[1] ?? 1 : 1;
  const height = data.length / width;
  const [all, across] = transposed ? [width, height] : [height, width];
  const [r0, r1] = within(rows, all, sizes, tensor), [c0, c1] = columns ? within(columns, across, sizes, tensor) : [0, 1];
  const out = new Float32Array((r1 - r0) * (c1 - c0));
  for (let r = r0, k = 0; r < r1; r++) for (let c = c0; c < c1; c++) out[k++] = data[transposed ? c * width + r : r * width + c]!;
  if (as !== undefined) return { shape: [as === 'scalar' ? 1 : c1 - c0], data: out };
  return { shape: columns ? [r1 - r0, c1 - c0] : [r1 - r0], data: out };
}

function within({ from, size }: Range, all: number, sizes: ReadonlyMap<string, number>, tensor: string): [number, number] {
  const a = evaluated(from, sizes) ?? NaN, b = a + ((size && evaluated(size, sizes)) ?? all);
  if (!(a >= 0 && b <= all && Number.isInteger(a) && Number.isInteger(b))) throw new RangeError(`${tensor} has ${all} of what the code cuts from ${a} to ${b}.`);
  return [a, b];
}

/** Files that are looked into, nearest first. */
const most = 40;

/** A binding with the checkpoint that is nearest among those that hold the cell, where none was chosen; and why. @throws Problem where a chosen one cannot be opened */
export async function settleCodeCell(cell: ReadCell, path: string, files: Files, saved: Binding): Promise<{ readonly binding: Binding; readonly reasons: Reasons }> {
  if (saved.checkpoint === null || cell.tensors.length === 0) return { binding: saved, reasons: {} };
  const chosen = saved.checkpoint;
  const paths = chosen !== undefined ? [chosen] : nearest((await files.list()).filter(p => hasEnding(p, sought())), path).slice(0, most);
  for (const at of paths) {
    const checkpoint = await opened(at, files).catch((error: unknown) => { if (chosen !== undefined) throw error; return undefined; });
    const fits = checkpoint ? fitsIn(cell, checkpoint.tensors) : [];
    const fit = fitOf(fits, saved) ?? (chosen === undefined || saved.stack === undefined ? fits[0] : undefined);
    if (fit) return { binding: { ...saved, checkpoint: at, stack: nameOf(fit) }, reasons: { checkpoint: whyFit(cell, fit), stack: fits.length > 1 ? l10n('the first of {0} that fit', fits.length) : l10n('the only one that fits') } };
  }
  return { binding: saved, reasons: {} };
}

/** What a fit is called in a binding: the prefix, without the sign that ends it. */
export const nameOf = ({ prefix }: Fit): string => prefix.replace(/[./]$/, '');

const fitOf = (fits: readonly Fit[], { stack }: Binding): Fit | undefined => fits.find(f => nameOf(f) === stack);

const byOrder = (cell: ReadCell, { spelling }: Fit): boolean => /(^|\/)vars\/\d+$/.test(cell.tensors[0]?.names[spelling] ?? '');
/** What a fit rests on. */
export const whyFit = (cell: ReadCell, fit: Fit): string => (byOrder(cell, fit) ? l10n('fits by shape') : l10n('fits by shape and name'));

async function opened(at: string, files: Files): Promise<Checkpoint | undefined> {
  const bytes = await files.open(at).catch((error: unknown) => { throw cannotOpen(baseOf(at), error instanceof Error ? error.message : String(error)); });
  const found = await open(bytes);
  return found.kind === 'checkpoint' ? found : undefined;
}

/** `binding` is a settled one. */
export interface CodeCellRequest { readonly reference: string; readonly path: string; readonly cell: ReadCell; readonly binding: Binding }

/** What a session opens. @throws Problem where the checkpoint does not hold the cell, FormatError */
export async function codeCellSubject({ reference, path, cell, binding }: CodeCellRequest, files: Files, settings: Settings): Promise<Subject> {
  const weights = typeof binding.checkpoint === 'string' ? await trained(cell, path, binding.checkpoint, binding, files) : untrained(cell, path, binding.seed ?? settings.seed, binding);
  const notes = cell.notes.map((said): Note => ({ severity: 'info', text: told(said) }));
  const subject = await subjectOf({ reference, model: cell.name, wanted: anything(cell.name), cellId: null, binding, weights: { ...weights, notes: [...weights.notes, ...notes] } }, files, settings);
  return { ...subject, canReveal: true };
}

async function trained(cell: ReadCell, path: string, at: string, binding: Binding, files: Files): Promise<Weights> {
  const checkpoint = await opened(at, files);
  const fits = checkpoint ? fitsIn(cell, checkpoint.tensors) : [];
  const fit = fitOf(fits, binding) ?? (binding.stack === undefined ? fits[0] : undefined);
  if (!checkpoint || !fit) throw doesNotFit(baseOf(at), cell.name, l10n('Expected tensors under one prefix, with shapes that go together: {0}.', cell.tensors.map(t => `${t.name} [${t.shape.map(sizeText).join(', ')}]`).join(', ')));
  const params = await paramsOf(cell, fit, checkpoint.tensors);
  const own = cellOf(cell, path);
  const size = (s: ReadCell['units']): number => (s && evaluated(s, fit.sizes)) ?? 1;
  const { network } = networkOf(own, size(cell.inputSize), size(cell.units), params);
  const notes: readonly Note[] = byOrder(cell, fit) ? [{ severity: 'info', text: l10n('{0} has no names for its tensors: they are taken in their order.', baseOf(at)) }] : [];
  return { network, parameters: [countOf(cell, fit.sizes) ?? parameterCount(own, size(cell.inputSize), size(cell.units))], description: at, framework: cell.framework, notes, checkpoint };
}

/** Numbers of the cell's tensors, each counted once however often the equations use it; undefined where a size is not known. */
function countOf({ tensors }: ReadCell, sizes: ReadonlyMap<string, number>): number | undefined {
  const counts = tensors.map(t => t.shape.map(s => evaluated(s, sizes)).reduce((a, b) => (a === undefined || b === undefined ? undefined : a * b), 1));
  return counts.reduce((a, b) => (a === undefined || b === undefined ? undefined : a + b), 0);
}

/** Gains and shifts of a normalisation are 1 and 0 at first, wherever they stand in the equations. */
function started(cell: ReadCell, params: Params): Params {
  const start = new Map(cell.tensors.map(t => [t.name, t.start]));
  return Object.fromEntries(Object.entries(params).map(([name, tensor]) => {
    const starts = cell.parameters.find(p => p.name === name)?.pieces.map(p => start.get(p.tensor)) ?? [];
    const value = starts.length > 0 ? starts.reduce((a, b) => (a === undefined || b === undefined ? undefined : a + b), 0) : undefined;
    return [name, value === undefined ? tensor : { ...tensor, data: tensor.data.map(() => value) }];
  }));
}

const networkOf = (cell: Cell, inputSize: number, units: number, params: Params): Pick<Weights, 'network'> =>
  ({ network: { name: cell.name, levels: [{ name: cell.name, merge: 'concat', directions: [{ cell, inputSize, units, direction: 'forward', params }] }] } });

const frameworks: Readonly<Record<ReadCell['framework'], string>> = { pytorch: 'PyTorch', keras: 'Keras', flax: 'Flax' };

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
  const params = started(cell, initialise(own, together ? size : inputSize, size, cell.framework, seed));
  const framework = frameworks[cell.framework];
  const words = l10n('random, {0} default init', framework);
  return {
    ...networkOf(own, together ? size : inputSize, size, params), parameters: [parameterCount(own, inputSize, size)],
    description: l10n('random, {0} default init, seed {1}', framework, seed), invented: { words, seed }, framework: cell.framework, notes: [],
  };
}
