/** Object headers, old and new: the messages that say what an object is. */
import { FormatError } from '../../format';
import { allowance, type Cursor, type File } from './file';

/** Message types, as the specification numbers them. */
export const MESSAGE = {
  dataspace: 1, linkInfo: 2, datatype: 3, oldFill: 4, fill: 5, link: 6, external: 7, layout: 8, groupInfo: 10, filters: 11,
  attribute: 12, sharedTable: 15, continuation: 16, symbolTable: 17, attributeInfo: 21,
} as const;

export interface Message {
  readonly type: number;
  /** It only points at the message, which lies elsewhere. */
  readonly shared: boolean;
  /** Order of creation, where the header keeps it. */
  readonly order?: number | undefined;
  /** At the beginning of its body. */
  readonly body: Cursor;
}

interface Shape {
  readonly version: 1 | 2;
  /** Bytes ahead of a message's body. */
  readonly prefix: number;
  readonly ordered: boolean;
}

/** All messages of the object at `address`, those of continuation blocks too. @throws FormatError */
export async function messagesOf(file: File, address: number): Promise<readonly Message[]> {
  const messages: Message[] = [];
  const spend = allowance(file, 'an object header');
  const seen = new Set([address]);
  const { shape, first } = await begin(file, address);
  const blocks = [first];
  for (const block of blocks) {
    spend(block.raw.length);
    for (const message of split(block, shape)) {
      if (message.type !== MESSAGE.continuation) messages.push(message);
      else blocks.push(await continued(file, shape, message.body, seen));
    }
  }
  return messages;
}

async function begin(file: File, address: number): Promise<{ shape: Shape; first: Cursor }> {
  const prefix = await file.upTo('an object header', address, 40);
  if (prefix.raw[0] === 1) return beginOld(file, prefix, address);
  prefix.signature('OHDR');
  const version = prefix.u8();
  if (version !== 2) throw prefix.error(`is of version ${version}; 1 and 2 are read`);
  const flags = prefix.u8();
  if (flags & 0x20) prefix.skip(16); // times
  if (flags & 0x10) prefix.skip(4); // when attributes become dense
  const size = prefix.uint(1 << (flags & 3));
  const ordered = (flags & 4) !== 0;
  return { shape: { version: 2, prefix: ordered ? 6 : 4, ordered }, first: await file.cursor('an object header', address + prefix.at, size) };
}

async function beginOld(file: File, prefix: Cursor, address: number): Promise<{ shape: Shape; first: Cursor }> {
  prefix.skip(8); // version, count of messages, references
  const size = prefix.u32();
  return { shape: { version: 1, prefix: 8, ordered: false }, first: await file.cursor('an object header', address + 16, size) };
}

async function continued(file: File, shape: Shape, pointer: Cursor, seen: Set<number>): Promise<Cursor> {
  const at = pointer.address();
  const length = pointer.length();
  if (at === undefined || seen.has(at)) throw pointer.error('continues nowhere, or in a circle. The file may be damaged');
  seen.add(at);
  const block = await file.cursor('an object header', at, length);
  if (shape.version === 1) return block;
  block.signature('OCHK');
  return block.part(Math.max(0, block.left - 4)); // without the checksum
}

function* split(block: Cursor, { version, prefix, ordered }: Shape): Generator<Message> {
  while (block.left >= prefix) { // what is left after the last message of a new header is a gap
    const type = version === 1 ? block.u16() : block.u8();
    const size = block.u16();
    const flags = block.u8();
    if (version === 1) block.skip(3);
    const order = ordered ? block.u16() : undefined;
    yield { type, shared: (flags & 2) !== 0, order, body: block.part(size) };
  }
}

/** The first message of a type, undefined where there is none. */
export const messageOf = (messages: readonly Message[], type: number): Message | undefined => messages.find(m => m.type === type);

/** The body of a message that must be there. @throws FormatError */
export function bodyOf(file: File, messages: readonly Message[], type: number, what: string, address: number): Message {
  const found = messageOf(messages, type);
  if (!found) throw new FormatError(file.format, `an object lacks its ${what}. The file may be damaged`, address);
  return found;
}
