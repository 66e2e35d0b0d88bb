/** Parameters of a model as values: numbers, vectors, matrices, and rows of them. */
import { saying } from '../../core/said';
import type { Span } from '../outline';
import { fixed, numberOf, plus, scaled, type LinearSize } from './sizes';
import { opaque, Unread, vector, type Term, type Value } from './values';

/** A matrix of one row is a vector; `all` is how long the rows of the whole tensor are. @throws Unread */
export function row({ weight }: Value & { kind: 'weight' }, all: LinearSize | undefined, at: Span): Term {
  const [rows, columns] = weight.shape, above = numberOf(weight.start?.[0] ?? fixed(0));
  if (!weight.transposed && rows && numberOf(rows) === 1 && columns && above !== undefined && (above === 0 || all)) {
    const from = plus(weight.start?.[1] ?? fixed(0), above === 0 ? fixed(0) : scaled(all!, above));
    return numberOf(columns) === 1 ? { kind: 'scalar', tensor: weight.tensor, from } : { kind: 'vector', tensor: weight.tensor, from, size: columns };
  }
  throw new Unread(saying('a matrix stands where a vector is needed. Multiply it by one, as in x @ W'), at);
}

/** A parameter of the model, whole: a number, a vector or a matrix. */
export function parameterOf(tensor: string, shape: readonly LinearSize[], at: Span, transposed = false): Value {
  const [first] = shape;
  if (!first || shape.every(s => numberOf(s) === 1)) return vector({ kind: 'scalar', tensor });
  if (shape.length === 1) return vector({ kind: 'vector', tensor, from: fixed(0), size: first });
  return shape.length === 2 ? { kind: 'weight', weight: { tensor, shape, transposed } } : opaque(saying('this parameter has {0} axes; equations have matrices and vectors. Make one of two axes for each gate', shape.length), at);
}
