/** Version 1 B-trees, as old groups and old chunk indexes use them: walked from the left, branches that cannot matter left out. */
import { allowance, type Cursor, type File } from './file';

export interface Tree1<Key> {
  /** 0 of groups, 1 of chunks. */
  readonly type: number;
  readonly what: string;
  /** Takes a key's bytes. */
  key(node: Cursor): Key;
  /** A child between two keys is worth a look; absent where all are. */
  wanted?(from: Key, to: Key): boolean;
}

/** What hangs on the leaves of the tree at `root`: keys and addresses, from the left. @throws FormatError */
export async function entries1<Key>(file: File, root: number, tree: Tree1<Key>): Promise<readonly { key: Key; address: number }[]> {
  const found: { key: Key; address: number }[] = [];
  const spend = allowance(file, tree.what);
  async function visit(address: number, level?: number): Promise<void> {
    const node = await nodeOf(file, address, tree);
    spend(node.cursor.raw.length);
    // A level less with each step down is what ends the walk.
    if (level !== undefined && node.level !== level) throw node.cursor.error(`has a node of level ${node.level} under one of level ${level + 1}. The file may be damaged`);
    for (const child of childrenOf(node, tree)) {
      if (node.level === 0) found.push(child);
      else await visit(child.address, node.level - 1);
    }
  }
  await visit(root);
  return found;
}

interface Node { readonly level: number; readonly count: number; readonly cursor: Cursor }

async function nodeOf<Key>(file: File, address: number, tree: Tree1<Key>): Promise<Node> {
  const head = await file.cursor(tree.what, address, 8 + 2 * file.widths.address);
  head.signature('TREE');
  const type = head.u8();
  if (type !== tree.type) throw head.error(`has a node of type ${type} instead of ${tree.type}. The file may be damaged`);
  const [level, count] = [head.u8(), head.u16()];
  const begin = address + head.raw.length;
  // The size of a key is known by taking one.
  const probe = await file.upTo(tree.what, begin, 512);
  if (count > 0) tree.key(probe);
  return { level, count, cursor: await file.cursor(tree.what, begin, count * (probe.at + file.widths.address) + probe.at) };
}

function childrenOf<Key>({ count, cursor }: Node, tree: Tree1<Key>): readonly { key: Key; address: number }[] {
  const found: { key: Key; address: number }[] = [];
  if (count === 0) return found;
  let key = tree.key(cursor);
  for (let k = 0; k < count; k++) {
    const address = cursor.address();
    if (address === undefined) throw cursor.error('has a child without an address. The file may be damaged');
    const next = tree.key(cursor);
    if (!tree.wanted || tree.wanted(key, next)) found.push({ key, address });
    key = next;
  }
  return found;
}
