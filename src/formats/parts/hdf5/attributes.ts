/** Attributes: small values at an object, in its header or, where there are many or long ones, in a heap. */
import { FormatError } from '../../format';
import { printable } from '../checked';
import { toFloat64 } from '../numbers';
import { entries2 } from './btree2';
import { dataspaceOf, type Dataspace } from './dataspace';
import { datatypeOf, flattened, padded, unpadded, type Datatype } from './datatype';
import { Cursor } from './file';
import { openHeap } from './fractalHeap';
import { textsOf } from './globalHeap';
import { MESSAGE, messageOf, messagesOf } from './header';
import { compare } from './links';
import { recent } from './recent';
import { inHeap, pointed, resolve, type Context } from './shared';

/** An attribute's value: one number or text, or several in a row; booleans are 0 and 1. */
export type H5Value = number | string | readonly number[] | readonly string[];

interface Attribute { readonly name: string; readonly order: number; value(): Promise<H5Value> }

/** Names in the order of creation where the object keeps it, otherwise in their own. @throws FormatError */
export async function attributeNames(context: Context, address: number): Promise<readonly string[]> {
  const { attributes, ordered } = await known(context)(address);
  return [...attributes].sort((a, b) => (ordered && a.order - b.order) || compare(a.name, b.name)).map(a => a.name);
}

/** Undefined where there is none of this name; empty where its dataspace is null. @throws FormatError, also for types that are not read */
export async function attributeOf(context: Context, address: number, name: string): Promise<H5Value | undefined> {
  const { attributes } = await known(context)(address);
  return attributes.find(a => a.name === name)?.value();
}

interface Attributes { readonly attributes: readonly Attribute[]; readonly ordered: boolean }

/** Of the objects asked last: their attributes are asked one by one. */
const MOST_OBJECTS = 16;
const remembered = new WeakMap<Context, (address: number) => Promise<Attributes>>();

function known(context: Context): (address: number) => Promise<Attributes> {
  const found = remembered.get(context) ?? recent(MOST_OBJECTS, (address: number) => attributesOf(context, address));
  remembered.set(context, found);
  return found;
}

async function attributesOf(context: Context, address: number): Promise<Attributes> {
  const attributes: Attribute[] = [];
  const messages = await messagesOf(context.file, address);
  const info = messageOf(messages, MESSAGE.attributeInfo)?.body;
  for (const message of messages) {
    if (message.type === MESSAGE.attribute) attributes.push(named(context, await resolve(context, message), message.order ?? 0));
  }
  const ordered = info ? await dense(context, info, attributes) : false;
  return { attributes, ordered };
}

/** Adds the attributes in the heap; says whether the order of creation is kept. */
async function dense(context: Context, info: Cursor, attributes: Attribute[]): Promise<boolean> {
  info.skip(1);
  const flags = info.u8();
  if (flags & 1) info.skip(2);
  const [heapAt, tree] = [info.address(), info.address()];
  if (heapAt === undefined || tree === undefined) return (flags & 1) !== 0;
  const heap = await openHeap(context.file, heapAt);
  for (const record of await entries2(context.file, tree, { type: 8, what: 'the tree of attributes' })) {
    const id = record.part(8);
    const shared = (record.u8() & 2) !== 0;
    attributes.push(named(context, shared ? await inHeap(context, id, MESSAGE.attribute) : await heap.object(id), record.u32()));
  }
  return (flags & 1) !== 0;
}

/** The name at once, the rest when asked: a model's configuration is long. */
function named(context: Context, body: Cursor, order: number): Attribute {
  const version = body.u8();
  if (version < 1 || version > 3) throw body.error(`has an attribute of version ${version}; 1 to 3 are read`);
  const flags = body.u8();
  const [nameSize, typeSize, spaceSize] = [body.u16(), body.u16(), body.u16()];
  if (version === 3) body.skip(1); // character set: ASCII is UTF-8 too
  const size = version === 1 ? padded : (n: number): number => n;
  const field = body.part(size(nameSize));
  const name = field.string();
  const shared = version === 1 ? 0 : flags;
  const [typeAt, spaceAt] = [body.part(size(typeSize)), body.part(size(spaceSize))];
  const data = body.part(body.left);
  return {
    name, order,
    value: async () => {
      const [type, space] = [typeAt.again(), spaceAt.again()];
      const datatype = datatypeOf(shared & 1 ? await pointed(context, type, MESSAGE.datatype) : type);
      const dataspace = dataspaceOf(shared & 2 ? await pointed(context, space, MESSAGE.dataspace) : space);
      return valueOf(context, name, datatype, dataspace, data.again());
    },
  };
}

async function valueOf({ file }: Context, name: string, datatype: Datatype, { count, shape, none }: Dataspace, body: Cursor): Promise<H5Value> {
  if (none) return [];
  const { type, inner } = flattened(datatype);
  if (type.kind === 'unread' || type.kind === 'array') throw new FormatError(file.format, `attribute "${printable(name)}" is of type ${type.name}, which is not read`, body.origin);
  const data = new Cursor(file, body.what, body.origin + body.at, body.bytes(count * datatype.size));
  const values = type.kind === 'number' ? [...toFloat64(type.name, data.raw, type.little)] : await stringsIn(data, type);
  const [first] = values;
  return shape.length + inner.length === 0 && first !== undefined ? first : values;
}

/** All strings in `data`, element by element. @throws FormatError */
export async function stringsIn(data: Cursor, type: Datatype & { readonly kind: 'string' | 'text' }): Promise<readonly string[]> {
  const found: string[] = [];
  const texts = textsOf(data.file);
  while (data.left >= type.size) {
    if (type.kind === 'string') found.push(unpadded(data.bytes(type.size), type.padding));
    else found.push(await texts(data.part(type.size)));
  }
  return found;
}

