/** Python's pickles, read without running anything: plain data as it is, and names with arguments where Python would call. */
import type { Bytes } from '../format';
import { readExactly } from './checked';
import { Cursor, Short } from './pickle/cursor';
import { Machine } from './pickle/machine';
import { operations } from './pickle/opcodes';
import type { Global, Value } from './pickle/values';

export interface Pickle {
  readonly value: Value;
  /** Classes and functions that it names, whether called or not. */
  readonly globals: readonly Global[];
  /** The byte behind it, counted from the start of the file. */
  readonly end: number;
}

const STOP = 0x2e;
const FIRST_PIECE = 1 << 12;
/** Of one pickle: the weights lie outside of it, unless it is of numpy arrays. */
const MOST_PICKLE = 1 << 28;

/** The opcode of the protocol and its number: every pickle from protocol 2 on begins so. */
export const looksLikePickle = (head: Uint8Array): boolean => head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 9) <= 5 && head.length > 2;

/**
 * The pickle that begins at `offset`; `format` is named in errors. How long it is only its end tells, so it is read in pieces of
 * growing size, and started again with each. @throws FormatError
 */
export async function readPickle(bytes: Bytes, format: string, offset = 0): Promise<Pickle> {
  const most = Math.min(MOST_PICKLE, bytes.size - offset);
  for (let length = Math.min(FIRST_PIECE, most); ; length = Math.min(4 * length, most)) {
    const raw = await readExactly(bytes, format, 'a pickle', offset, length);
    const machine = new Machine(new Cursor(raw), format, offset);
    const value = run(machine);
    if (value !== undefined) return { value, globals: [...machine.globals.values()], end: offset + machine.cursor.at };
    if (length >= most) throw machine.fail(most < MOST_PICKLE ? 'ends in the middle. The file may be truncated' : `is longer than ${MOST_PICKLE} bytes`);
  }
}

/** Undefined where the bytes end before the pickle does. */
function run(machine: Machine): Value | undefined {
  try {
    for (let code = machine.cursor.u8(); code !== STOP; code = machine.cursor.u8()) {
      const operation = operations.get(code);
      if (!operation) throw machine.fail(`has an opcode ${code}, which no protocol knows`);
      operation(machine);
    }
    return machine.pop();
  } catch (error) {
    if (error instanceof Short) return undefined;
    throw error;
  }
}
