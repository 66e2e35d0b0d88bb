/** What a group names: old symbol tables, links in the header, and links in a heap. */
import { FormatError } from '../../format';
import { printable } from '../checked';
import { entries1 } from './btree1';
import { entries2 } from './btree2';
import { openHeap } from './fractalHeap';
import { text, type Cursor, type File } from './file';
import { MESSAGE, messageOf, type Message } from './header';

export type Link =
  | { readonly kind: 'hard'; readonly address: number }
  | { readonly kind: 'soft'; readonly path: string }
  | { readonly kind: 'external'; readonly target: string };

type Spend = (bytes: number) => void;

interface Named { readonly name: string; readonly order: number; readonly link: Link }

/**
 * The links of a group by name: in their order of creation where the group keeps it, otherwise by name. `spend` is the allowance
 * of all groups of the file: none is read twice. @throws FormatError
 */
export async function linksOf(file: File, messages: readonly Message[], spend: Spend): Promise<ReadonlyMap<string, Link>> {
  const table = messageOf(messages, MESSAGE.symbolTable);
  const found = table ? await oldLinks(file, table.body, spend) : await newLinks(file, messages, spend);
  const links = new Map<string, Link>();
  for (const { name, link } of found) {
    if (links.has(name)) throw new FormatError(file.format, `a group has two links named "${printable(name)}". The file may be damaged`);
    links.set(name, link);
  }
  return links;
}

/** A B-tree of nodes of entries, whose names lie in a local heap. It keeps them in the order of their names. */
async function oldLinks(file: File, table: Cursor, spend: Spend): Promise<readonly Named[]> {
  const [tree, heap] = [table.address(), table.address()];
  if (tree === undefined || heap === undefined) throw table.error('of a group names no tree or no heap. The file may be damaged');
  const names = await localHeap(file, heap);
  const found: Named[] = [];
  for (const { address } of await entries1(file, tree, { type: 0, what: 'the tree of a group', key: node => node.length() })) {
    const head = await file.cursor('a symbol table', address, 8);
    head.signature('SNOD');
    head.skip(2);
    const entries = await file.cursor('a symbol table', address + 8, head.u16() * (2 * file.widths.address + 24));
    spend(entries.raw.length);
    while (entries.left > 0) found.push(entryOf(entries, names));
  }
  return found;
}

async function localHeap(file: File, address: number): Promise<Uint8Array> {
  const head = await file.cursor('the names of a group', address, 8 + 2 * file.widths.length + file.widths.address);
  head.signature('HEAP');
  head.skip(4);
  const size = head.length();
  head.skip(file.widths.length); // free list
  const at = head.address();
  if (at === undefined) throw head.error('lie nowhere. The file may be damaged');
  return file.read('the names of a group', at, size);
}

function entryOf(entries: Cursor, names: Uint8Array): Named {
  const name = named(entries, names, entries.uint(entries.file.widths.address));
  const address = entries.address();
  const soft = entries.u32() === 2;
  entries.skip(4);
  const scratch = entries.part(16);
  if (soft) return { name, order: 0, link: { kind: 'soft', path: named(entries, names, scratch.u32()) } };
  if (address === undefined) throw entries.error(`names "${printable(name)}" without an address. The file may be damaged`);
  return { name, order: 0, link: { kind: 'hard', address } };
}

function named(entries: Cursor, names: Uint8Array, at: number): string {
  const end = names.indexOf(0, at);
  if (at >= names.length || end < 0) throw entries.error('has a name beyond the heap of names. The file may be damaged');
  return text(names.subarray(at, end));
}

async function newLinks(file: File, messages: readonly Message[], spend: Spend): Promise<readonly Named[]> {
  const found = messages.filter(m => m.type === MESSAGE.link).map(m => linkOf(m.body, spend));
  const info = messageOf(messages, MESSAGE.linkInfo)?.body;
  const ordered = info ? await denseLinks(file, info, found, spend) : false;
  return found.sort((a, b) => (ordered && a.order - b.order) || compare(a.name, b.name));
}

/** By code points, as UTF-8 bytes would be. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Adds the links that lie in a heap; says whether the order of creation is kept. */
async function denseLinks(file: File, info: Cursor, found: Named[], spend: Spend): Promise<boolean> {
  info.skip(1);
  const flags = info.u8();
  if (flags & 1) info.skip(8);
  const [heapAt, tree] = [info.address(), info.address()];
  if (heapAt === undefined || tree === undefined) return (flags & 1) !== 0;
  const heap = await openHeap(file, heapAt);
  for (const record of await entries2(file, tree, { type: 5, what: 'the tree of a group' })) {
    record.skip(4); // hash of the name
    found.push(linkOf(await heap.object(record), spend));
  }
  return (flags & 1) !== 0;
}

function linkOf(body: Cursor, spend: Spend): Named {
  spend(body.left);
  const version = body.u8();
  if (version !== 1) throw body.error(`has a link of version ${version}; 1 is read`);
  const flags = body.u8();
  const type = flags & 8 ? body.u8() : 0;
  const order = flags & 4 ? body.uint(8) : 0;
  if (flags & 16) body.skip(1); // character set: ASCII is UTF-8 too
  const name = text(body.bytes(body.uint(1 << (flags & 3))));
  return { name, order, link: target(body, type, name) };
}

function target(body: Cursor, type: number, name: string): Link {
  if (type === 1) return { kind: 'soft', path: text(body.bytes(body.u16())) };
  if (type === 0) {
    const address = body.address();
    if (address === undefined) throw body.error(`has a link "${printable(name)}" without an address. The file may be damaged`);
    return { kind: 'hard', address };
  }
  const value = body.part(body.u16());
  if (type !== 64) return { kind: 'external', target: `a link of type ${type}` };
  value.skip(1);
  return { kind: 'external', target: `"${printable(value.string())}", "${printable(value.string())}"` };
}
