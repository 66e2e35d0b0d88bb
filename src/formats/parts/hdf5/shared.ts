/** Messages that lie elsewhere: committed datatypes, and the table of shared messages. */
import { FormatError } from '../../format';
import { openHeap } from './fractalHeap';
import { type Cursor, type File } from './file';
import { MESSAGE, messageOf, messagesOf, type Message } from './header';

/** A file and the heaps of its shared messages, by the type of message; absent in nearly all files. */
export interface Context {
  readonly file: File;
  readonly heaps: ReadonlyMap<number, number>;
}

/** The body itself: of the message, or of the one it points at. @throws FormatError */
export function resolve(context: Context, { type, shared, body }: Message): Promise<Cursor> {
  return shared ? pointed(context, body, type) : Promise.resolve(body);
}

/** The message of a type that a pointer leads to. @throws FormatError */
export async function pointed(context: Context, pointer: Cursor, type: number): Promise<Cursor> {
  const [version, where] = [pointer.u8(), pointer.u8()];
  if (version < 1 || version > 3) throw pointer.error(`points to a shared message in version ${version}; 1 to 3 are read`);
  if (version === 3 && where === 1) return inHeap(context, pointer, type);
  if (version === 1) pointer.skip(6 + context.file.widths.length);
  const address = pointer.address();
  if (address === undefined) throw pointer.error('points to no shared message. The file may be damaged');
  const found = messageOf(await messagesOf(context.file, address), type);
  if (!found || found.shared) throw new FormatError(context.file.format, 'a shared message is not where it should be. The file may be damaged', address);
  return found.body;
}

/** A shared message of a type, by its ID in the heap of its type. @throws FormatError */
export async function inHeap({ file, heaps }: Context, id: Cursor, type: number): Promise<Cursor> {
  const heap = heaps.get(type);
  if (heap === undefined) throw id.error('points to a shared message, but the file has no heap of them. The file may be damaged');
  return (await openHeap(file, heap)).object(id);
}

/** Kinds of messages in an index of shared messages, by bit. */
const MOST_INDEXES = 8;

/** @throws FormatError */
export async function contextOf(file: File, extension: number | undefined): Promise<Context> {
  const heaps = new Map<number, number>();
  const table = extension === undefined ? undefined : messageOf(await messagesOf(file, extension), MESSAGE.sharedTable)?.body;
  if (!table) return { file, heaps };
  table.skip(1);
  const [at, count] = [table.address(), table.u8()];
  if (at === undefined || count > MOST_INDEXES) throw table.error(`of shared messages has ${count} indexes. The file may be damaged`);
  const fields = await file.cursor('the table of shared messages', at, 4 + count * (14 + 2 * file.widths.address));
  fields.signature('SMTB');
  for (let k = 0; k < count; k++) {
    fields.skip(2);
    const types = fields.u16();
    fields.skip(10);
    fields.address(); // the index, which only writers need
    const heap = fields.address();
    for (let type = 0; type < 16; type++) if (heap !== undefined && types & (1 << type)) heaps.set(type, heap);
  }
  return { file, heaps };
}
