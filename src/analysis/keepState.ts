/** Which state a keep gate keeps. */
import type { Cell } from '../core/cells/cell';
import { programOf } from '../core/programs';
import { keepName, keepOf, type Keep } from './keep';

export interface KeptState extends Keep {
  /** `c`, or `h` of a GRU. */
  readonly state: string;
  /** `f`, `z`, `1−z` */
  readonly name: string;
}

/** The keep gate of a cell and the state that it keeps; undefined for a cell that keeps nothing by a gate of the state's own size. */
export function keptState(cell: Cell): KeptState | undefined {
  const { states, signals } = programOf(cell);
  const lines = cell.equations.split(/\r?\n/);
  for (const { name, size } of states) {
    const others = new RegExp(String.raw`^\s*(?!${name}['′’])[\p{L}\d]+['′’]\s*=`, 'u');
    const keep = keepOf(lines.filter(line => !others.test(line)).join('\n'));
    if (keep && signals.find(s => s.name === keep.signal)?.size === size) return { ...keep, state: name, name: keepName(keep) };
  }
  return undefined;
}
