/** Signals of arrays that lie in any order: windows of steps as [steps, units]. */
import type { Direction } from '../../core/layer';
import { FormatError, type SignalRef } from '../format';
import { printable } from '../parts/checked';
import type { Box } from './dump';
import type { Role } from './roles';

/** An array, and which of its axes is what. */
export interface Laid {
  readonly role: Role;
  readonly layout: string;
  /** Of one sequence. */
  readonly steps: number;
}

const MOST_LEVELS = 1000;
/** Of one window. */
const MOST_NUMBERS = 2 ** 30;

export interface Placed { readonly level: string; readonly direction: Direction; readonly signal: SignalRef }

/** The signals of one array: one for each of its levels and directions. Steps are those of all sequences of the batch, one after the other. */
export function signalsOf(laid: Laid, all: readonly Laid[]): readonly Placed[] {
  const { role, layout } = laid;
  const size = (axis: string): number => (layout.includes(axis) ? role.array.shape[layout.indexOf(axis)] ?? 1 : 1);
  const batch = Math.max(...all.map(l => l.role.array.shape[l.layout.indexOf('b')] ?? 1));
  const placed: Placed[] = [];
  if (size('l') > MOST_LEVELS) throw new FormatError('recording', `${printable(role.array.name)} would be of ${size('l')} layers; at most ${MOST_LEVELS} are read`);
  for (let l = 0; l < size('l'); l++) for (let d = 0; d < size('d'); d++) {
    const level = !layout.includes('l') ? role.level : role.level === '' ? `layer${l}` : `${role.level}.l${l}`;
    const direction = layout.includes('d') && d === 1 ? 'reverse' : role.direction;
    placed.push({ level, direction, signal: { name: role.signal, units: size('u'), read: (from, to) => window(laid, { l, d }, batch, from, to) } });
  }
  return placed;
}

async function window({ role, layout, steps }: Laid, fixed: { readonly l: number; readonly d: number }, batch: number, from: number, to: number): Promise<Float32Array> {
  const { name, shape } = role.array;
  if (!(from >= 0 && from <= to && to <= steps * batch)) throw new FormatError('recording', `steps ${from} to ${to} of "${printable(name)}" were asked for, but it has ${steps * batch}`);
  const units = shape[layout.indexOf('u')] ?? 1;
  if ((to - from) * units > MOST_NUMBERS) throw new FormatError('recording', `steps ${from} to ${to} of "${printable(name)}" are more numbers than can be read at once`);
  const out = new Float32Array((to - from) * units);
  for (let at = from; at < to;) {
    const sequence = Math.floor(at / steps);
    const end = Math.min(to, (sequence + 1) * steps);
    // An array without a batch is the same for all sequences; one of fewer sequences than the others ends early.
    const b = Math.min(sequence, (shape[layout.indexOf('b')] ?? 1) - 1);
    const box: Box = [...layout].map(axis => {
      if (axis === 't') return [at - sequence * steps, end - at];
      if (axis === 'u') return [0, units];
      return [axis === 'b' ? b : fixed[axis as 'l' | 'd'], 1];
    });
    const data = await role.array.read(box);
    out.set(layout.indexOf('u') < layout.indexOf('t') ? turned(data, units, end - at) : data, (at - from) * units);
    at = end;
  }
  return out;
}

/** [units, steps] as [steps, units]. */
function turned(data: Float32Array, units: number, steps: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let u = 0; u < units; u++) for (let t = 0; t < steps; t++) out[t * units + u] = data[u * steps + t]!;
  return out;
}
