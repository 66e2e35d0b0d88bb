/**
 * A unit that nobody hears: the weights that read its output h are zero, in its own layer, in the level above and in the read-out. What
 * the unit keeps for itself goes on (a GRU's z ⊙ h, an LSTM's c), so this asks what the rest of the network had from it.
 */
import type { Layer, Network, Params, Tensor } from '../core/layer';
import { outputState, argumentsOf, type Program } from '../core/program';
import { programOf } from '../core/programs';
import { english, saying, type Said } from '../core/said';

/** The read-out: logits = weight h + bias. */
export interface ReadOut { readonly weight: Tensor; readonly bias?: Tensor | undefined }

/** A network and its read-out, of which one unit is not heard. */
export interface Silenced { readonly network: Network; readonly decoder?: ReadOut | undefined }

/** Why no weight reads a unit of this level alone; undefined where one may. */
export function joinedWords({ levels }: Network, level: number): Said | undefined {
  const own = levels[level];
  return own && own.directions.length > 1 && own.merge !== 'concat' && own.merge !== 'none'
    ? saying('The two directions of {0} are joined element by element, so that no weight reads this unit alone.', own.name) : undefined;
}

/** Zeroes all that reads unit `unit` of a layer. The arguments stay as they are. @throws Error with a message for people, where no weight reads the unit alone */
export function silenced(network: Network, decoder: ReadOut | undefined, level: number, direction: number, unit: number): Silenced {
  const own = network.levels[level], layer = own?.directions[direction];
  if (!own || !layer) throw new Error(`There is no direction ${direction} of level ${level}.`);
  if (!(unit >= 0 && unit < layer.units)) throw new Error(`Expected a unit from 0 to ${layer.units - 1}, found ${unit}.`);
  const refused = joinedWords(network, level);
  if (refused) throw new Error(english(refused));
  const column = own.merge === 'concat' ? unit + own.directions.slice(0, direction).reduce((n, d) => n + d.units, 0) : unit;
  const heard = own.directions.length === 1 || own.merge === 'concat' || direction === 0;
  const levels = network.levels.map((one, k) => {
    if (k === level) return { ...one, directions: one.directions.map((d, n) => n === direction ? without(d, readers(programOf(d.cell), 'state'), unit) : d) };
    return k === level + 1 && heard ? { ...one, directions: one.directions.map(d => without(d, readers(programOf(d.cell), 'input'), column)) } : one;
  });
  const top = level === network.levels.length - 1 && heard;
  return { network: { ...network, levels }, decoder: decoder && top ? { ...decoder, weight: columnOff(decoder.weight, column) } : decoder };
}

/**
 * Names of the matrices that read the output h (`state`) or x (`input`), perhaps through a gate beside each component (`U (r ⊙ h)`).
 * @throws Error where the components are mixed before a matrix reads them
 */
export function readers(program: Program, what: 'state' | 'input'): ReadonlySet<string> {
  const { name, next } = outputState(program);
  const source = (id: number): boolean => {
    const node = program.nodes[id]!;
    return what === 'input' ? node.op === 'input' : id === next || (node.op === 'state' && node.name === name);
  };
  const found = new Set<string>();
  for (const node of program.nodes) if (node.op === 'product' && reads(program, node.a, source)) found.add(node.matrix);
  return found;
}

/** Does a value depend on the source component by component? */
function reads(program: Program, id: number, source: (id: number) => boolean): boolean {
  if (source(id)) return true;
  const node = program.nodes[id]!;
  if (node.op === 'product') return false;
  const found = argumentsOf(node).some(a => reads(program, a, source));
  if (found && node.op === 'sum') throw new Error('This cell mixes its units before a matrix reads them, so that none can be switched off alone.');
  return found;
}

function without(layer: Layer, matrices: ReadonlySet<string>, column: number): Layer {
  const params: Params = Object.fromEntries(Object.entries(layer.params).map(([name, tensor]) => [name, matrices.has(name) ? columnOff(tensor, column) : tensor]));
  return { ...layer, params };
}

/** A matrix [rows, columns] with one column zero. */
function columnOff({ shape, data }: Tensor, column: number): Tensor {
  const columns = shape[1] ?? 1, copy = data.slice();
  for (let k = column; k < copy.length; k += columns) copy[k] = 0;
  return { shape, data: copy };
}
