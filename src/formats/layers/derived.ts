/** Weights that a file keeps in another form: direction and length apart (weight normalisation), or before weight dropout. */
import { FormatError, type TensorRef } from '../format';
import { printable, shapeText } from '../parts/checked';

/** A weight computed from tensors of the file. */
export interface DerivedRef extends TensorRef {
  readonly sources: readonly TensorRef[];
  /** What was taken for granted, if anything. */
  readonly assumption?: string;
  /** Why it cannot be computed. */
  readonly problem?: string;
}

export const isDerived = (tensor: TensorRef): tensor is DerivedRef => 'sources' in tensor;

/** `weight_hh_l0` or any other name that a convention knows. */
type Known = (name: string) => boolean;

interface Form {
  readonly pattern: RegExp;
  /** The plain name, from the parts of the pattern. */
  readonly plain: (match: RegExpExecArray) => string;
  readonly derive: (name: string, tensor: TensorRef, byName: ReadonlyMap<string, TensorRef>, match: RegExpExecArray) => DerivedRef | undefined;
}

const forms: readonly Form[] = [
  // torch.nn.utils.weight_norm
  { pattern: /^(.*)_v$/s, plain: m => m[1] ?? '', derive: (name, v, byName, m) => normalised(name, byName.get(`${m[1] ?? ''}_g`), v) },
  // torch.nn.utils.parametrizations.weight_norm
  {
    pattern: /^((?:.*\.)?)parametrizations\.([^.]+)\.original1$/s, plain: m => `${m[1] ?? ''}${m[2] ?? ''}`,
    derive: (name, v, byName, m) => normalised(name, byName.get(`${m[1] ?? ''}parametrizations.${m[2] ?? ''}.original0`), v),
  },
  // Any other parametrisation keeps one tensor, and what is made of it only code says.
  {
    pattern: /^((?:.*\.)?)parametrizations\.([^.]+)\.original$/s, plain: m => `${m[1] ?? ''}${m[2] ?? ''}`,
    derive: (name, original) => ({ ...original, name, sources: [original], problem: `"${printable(original.name)}" is parametrised in a way that the file does not say` }),
  },
  // WeightDrop of AWD-LSTM, which keeps the weight beside the module that it wraps, or in it.
  { pattern: /^((?:.*\.)?)([^.]+)_raw$/s, plain: m => `${m[1] ?? ''}${m[2] ?? ''}`, derive: (name, raw) => undropped(name, raw) },
];

/** The tensors with the plain weights in place of what they are stored as. `known` tells the names that matter. */
export function derive(tensors: readonly TensorRef[], known: Known): readonly TensorRef[] {
  const byName = new Map(tensors.map(t => [t.name, t]));
  const derived = new Map<string, DerivedRef>();
  for (const tensor of tensors) {
    for (const form of forms) {
      const match = form.pattern.exec(tensor.name);
      if (!match || !known(form.plain(match))) continue;
      const found = form.derive(besideModule(form.plain(match), byName), tensor, byName, match);
      if (found) derived.set(found.name, found);
      break;
    }
  }
  return derived.size === 0 ? tensors : [...tensors.filter(t => !derived.has(t.name)), ...derived.values()];
}

/** `rnn.weight_hh_l0` is of `rnn.module`, where its companions are there: fastai's wrapper keeps the raw weight itself. */
function besideModule(name: string, byName: ReadonlyMap<string, TensorRef>): string {
  const inner = name.replace(/([^.]+)$/, 'module.$1');
  return byName.has(inner.replace('weight_hh', 'weight_ih')) ? inner : name;
}

const undropped = (name: string, raw: TensorRef): DerivedRef =>
  ({ ...raw, name, sources: [raw], assumption: `"${printable(raw.name)}" is taken as the weight, without the weight dropout of training` });

/** g * v / ||v||, with one length a row, a column, or one for all, as the shape of g says. Source: Salimans & Kingma, arXiv 1602.07868. */
function normalised(name: string, g: TensorRef | undefined, v: TensorRef): DerivedRef | undefined {
  if (!g) return undefined;
  const [rows = 1, columns = 1] = v.shape;
  const shape = shapeText(g.shape);
  const by = shape === shapeText([rows, 1]) ? 'row' : shape === shapeText([1, columns]) ? 'column' : /^\[(1(, 1)*)?\]$/.test(shape) ? 'all' : undefined;
  const problem = v.shape.length === 2 && by ? undefined : `the lengths of "${printable(v.name)}" ${shapeText(v.shape)} should be one a row, but are ${shape}`;
  return {
    name, dtype: v.dtype, shape: v.shape, sources: [g, v], ...(problem === undefined ? {} : { problem }),
    read: async () => {
      if (problem !== undefined) throw new FormatError('checkpoint', problem);
      const [lengths, values] = [await g.read(), await v.read()];
      const slot = (k: number): number => (by === 'row' ? Math.floor(k / columns) : by === 'column' ? k % columns : 0);
      const squares = new Float64Array(lengths.length);
      values.forEach((x, k) => { squares[slot(k)] = (squares[slot(k)] ?? 0) + x * x; });
      return values.map((x, k) => (lengths[slot(k)] ?? NaN) * x / Math.sqrt(squares[slot(k)] ?? NaN));
    },
  };
}
