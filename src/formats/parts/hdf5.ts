/** HDF5 by random access: groups, datasets and attributes of files of every version, without the C library. Knows nothing of networks. */
import { FormatError, type Bytes, type DType } from '../format';
import { printable } from './checked';
import { attributeNames, attributeOf, type H5Value } from './hdf5/attributes';
import { bytesOf, describe, numbersOf, stringsOf } from './hdf5/dataset';
import { allowance } from './hdf5/file';
import { MESSAGE, messagesOf, type Message } from './hdf5/header';
import { linksOf, type Link } from './hdf5/links';
import { contextOf, type Context } from './hdf5/shared';
import { superblockOf } from './hdf5/superblock';

export type { H5Value } from './hdf5/attributes';
export { looksLikeHdf5 } from './hdf5/superblock';

/** What groups and datasets share. */
export interface H5Object {
  /** From the root, as it was asked for: `/layers/lstm`. */
  readonly path: string;
  /** Where its header lies: one object under two names has one address. */
  readonly address: number;
  /** Undefined where there is none of this name. @throws FormatError */
  attribute(name: string): Promise<H5Value | undefined>;
  /** @throws FormatError */
  attributeNames(): Promise<readonly string[]>;
}

export interface H5Group extends H5Object {
  readonly kind: 'group';
  /** In the order of creation where the group keeps it, otherwise by name; links of all kinds. @throws FormatError */
  names(): Promise<readonly string[]>;
  /** Names that are the objects' own, without soft and external links. @throws FormatError */
  hardNames(): Promise<readonly string[]>;
  /**
   * What is at a path relative to this group, or from the root with a leading slash; undefined where there is nothing.
   * Soft links are followed. @throws FormatError, also for external links, which are never opened
   */
  get(path: string): Promise<H5Group | H5Dataset | undefined>;
}

export interface H5Dataset extends H5Object {
  readonly kind: 'dataset';
  /** A number's type, `string`, or a name for what cannot be read. */
  readonly dtype: DType | string;
  readonly shape: readonly number[];
  /** Bytes of an element in the file. */
  readonly itemSize: number;
  /** All elements, row-major. @throws FormatError */
  read(): Promise<Float32Array>;
  /** Rows [from, to) along the first axis; only the bytes or chunks that hold them are read. @throws FormatError */
  rows(from: number, to: number): Promise<Float32Array>;
  /** Bytes of all elements, as they are stored, for types that only their writer knows. @throws FormatError */
  raw(): Promise<Uint8Array>;
  /** All elements of a dataset of strings. @throws FormatError */
  strings(): Promise<readonly string[]>;
}

interface Tree { readonly context: Context; readonly root: number; readonly links: Map<number, Promise<ReadonlyMap<string, Link>>>; spend(bytes: number): void }

/** The root group; reads the superblock and its header. `format` is named in errors. @throws FormatError */
export async function openHdf5(bytes: Bytes, format = 'hdf5'): Promise<H5Group> {
  const { file, root, extension } = await superblockOf(bytes, format);
  const tree: Tree = { context: await contextOf(file, extension), root, links: new Map(), spend: allowance(file, 'what groups name') };
  const found = await objectAt(tree, root, '/');
  if (found?.kind !== 'group') throw new FormatError(format, 'the root of the file is no group. The file may be damaged', root);
  return found;
}

const groupMessages: readonly number[] = [MESSAGE.symbolTable, MESSAGE.linkInfo, MESSAGE.link, MESSAGE.groupInfo];

/** Undefined for what is neither group nor dataset, such as a committed datatype. */
async function objectAt(tree: Tree, address: number, path: string): Promise<H5Group | H5Dataset | undefined> {
  const messages = await messagesOf(tree.context.file, address);
  if (messages.some(m => m.type === MESSAGE.layout)) return datasetAt(tree, address, path, messages);
  return messages.some(m => groupMessages.includes(m.type)) ? groupAt(tree, address, path) : undefined;
}

const shared = ({ context }: Tree, address: number): Pick<H5Object, 'attribute' | 'attributeNames'> => ({
  attribute: name => attributeOf(context, address, name),
  attributeNames: () => attributeNames(context, address),
});

async function datasetAt(tree: Tree, address: number, path: string, messages: readonly Message[]): Promise<H5Dataset> {
  const { context } = tree;
  const description = await describe(context, address, messages);
  const rows = description.shape[0] ?? 1;
  return {
    kind: 'dataset', path, ...description, ...shared(tree, address),
    read: () => numbersOf(context, path, address, 0, rows),
    rows: (from, to) => numbersOf(context, path, address, from, to),
    raw: () => bytesOf(context, path, address, rows),
    strings: () => stringsOf(context, path, address, rows),
  };
}

function groupAt(tree: Tree, address: number, path: string): H5Group {
  return {
    kind: 'group', path, address, ...shared(tree, address),
    names: async () => [...(await linksAt(tree, address)).keys()],
    hardNames: async () => [...await linksAt(tree, address)].filter(([, link]) => link.kind === 'hard').map(([name]) => name),
    get: wanted => find(tree, wanted.startsWith('/') ? tree.root : address, wanted.startsWith('/') ? '/' : path, wanted),
  };
}

/** Read once a group: paths are looked up again and again. */
function linksAt(tree: Tree, address: number): Promise<ReadonlyMap<string, Link>> {
  const known = tree.links.get(address) ?? messagesOf(tree.context.file, address).then(messages => linksOf(tree.context.file, messages, bytes => tree.spend(bytes)));
  tree.links.set(address, known);
  return known;
}

/** Names and soft links along one path, all together: what is more goes in circles. */
const MOST_STEPS = 1000;

async function find(tree: Tree, start: number, base: string, path: string): Promise<H5Group | H5Dataset | undefined> {
  const format = tree.context.file.format;
  const todo = path.split('/').reverse();
  let at = start;
  let shown = base;
  for (let steps = 0; todo.length > 0; steps++) {
    if (steps > MOST_STEPS) throw new FormatError(format, `"${printable(path)}" leads through more than ${MOST_STEPS} links. They may go in circles`);
    const name = todo.pop();
    if (name === undefined || name === '' || name === '.') continue;
    const link = await linkAt(tree, at, name);
    if (!link) return undefined;
    if (link.kind === 'external') throw new FormatError(format, `"${printable(name)}" is a link into another file (${link.target}), which is not opened`);
    if (link.kind === 'soft') {
      if (link.path.startsWith('/')) at = tree.root;
      todo.push(...link.path.split('/').reverse());
      continue;
    }
    at = link.address;
    shown = joined(shown, name);
  }
  return objectAt(tree, at, shown);
}

/** Undefined also where `address` is no group. */
async function linkAt(tree: Tree, address: number, name: string): Promise<Link | undefined> {
  return (await linksAt(tree, address)).get(name);
}

const joined = (base: string, name: string): string => (base === '/' ? `/${name}` : `${base}/${name}`);

/** Every group and dataset below, each once, by its first name; parents come before their children. @throws FormatError */
export async function walk(group: H5Group, visit: (object: H5Group | H5Dataset) => void | Promise<void>): Promise<void> {
  const seen = new Set([group.address]);
  const todo: { readonly parent: H5Group; readonly name: string }[] = [];
  const push = async (parent: H5Group): Promise<void> => {
    for (const name of [...await parent.hardNames()].reverse()) todo.push({ parent, name });
  };
  await push(group);
  for (let next = todo.pop(); next; next = todo.pop()) {
    const found = await next.parent.get(next.name);
    if (!found || seen.has(found.address)) continue;
    seen.add(found.address);
    await visit(found);
    if (found.kind === 'group') await push(found);
  }
}
