/** States of a network after a step, exact: a safetensors file of float64 tensors `LAYER/STATE` (`LAYER/STATE/reverse`). */
import type { Direction } from '../core/layer';
import { FormatError, type Bytes } from './format';
import { printable, readExactly } from './parts/checked';
import { readHeader } from './parts/safetensorsHeader';
import { encodeLayer } from './traceWriter';

const FORMAT = 'states';

export interface SavedState {
  readonly level: string;
  readonly direction: Direction;
  readonly name: string;
  readonly values: Float64Array;
}

const tensorName = ({ level, direction, name }: Omit<SavedState, 'values'>): string =>
  `${encodeLayer(level)}/${name}${direction === 'reverse' ? '/reverse' : ''}`;

/** The whole file. `step` is the step that comes next. */
export function statesFile(states: readonly SavedState[], step: number): Uint8Array {
  let offset = 0;
  const fields = states.map((state): [string, unknown] => {
    const from = offset;
    offset += state.values.byteLength;
    return [tensorName(state), { dtype: 'F64', shape: [state.values.length], data_offsets: [from, offset] }];
  });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries([['__metadata__', { gatescopeStates: '1', step: String(step) }], ...fields])));
  const header = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + header + offset).fill(0x20, 0, 8 + header);
  new DataView(file.buffer).setBigUint64(0, BigInt(header), true);
  file.set(json, 8);
  let at = 8 + header;
  for (const { values } of states) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return file;
}

/** Reads the states of the given layers. @throws FormatError naming a state that is missing or of another size */
export async function readStates(bytes: Bytes, wanted: readonly (Omit<SavedState, 'values'> & { readonly size: number })[]): Promise<{ readonly states: readonly SavedState[]; readonly step: number }> {
  const { entries, metadata } = await readHeader(bytes);
  if (metadata['gatescopeStates'] !== '1') throw new FormatError(FORMAT, `${printable(bytes.name)} holds no saved states; expected a file that --state-out wrote`);
  const states: SavedState[] = [];
  for (const { size, ...state } of wanted) {
    const entry = entries.find(e => e.name === tensorName(state));
    if (!entry) throw new FormatError(FORMAT, `${printable(bytes.name)} has no state ${tensorName(state)}; it has ${entries.map(e => printable(e.name)).join(', ')}`);
    if (entry.dtype !== 'float64' || entry.to - entry.from !== size * 8) throw new FormatError(FORMAT, `state ${tensorName(state)} should be ${size} float64 numbers, but is ${entry.dtype} [${entry.shape.join(', ')}]`, entry.from);
    const raw = await readExactly(bytes, FORMAT, tensorName(state), entry.from, entry.to - entry.from);
    states.push({ ...state, values: new Float64Array(raw.slice().buffer) });
  }
  return { states, step: Number(metadata['step'] ?? 0) };
}
