/** Version 2 B-trees: records of fixed size in nodes of fixed size, walked from the left. */
import { allowance, type Cursor, widthOf, type File } from './file';

export interface Tree2 {
  /** Type of its records, as the specification numbers them; -1 where any will do. */
  readonly type: number;
  readonly what: string;
  /** Whether what stands between two records is worth a look; undefined is the tree's end. Absent where all is. */
  wanted?(after: Uint8Array | undefined, before: Uint8Array | undefined): boolean;
}

interface Header {
  readonly file: File;
  readonly tree: Tree2;
  readonly type: number;
  readonly nodeSize: number;
  readonly recordSize: number;
  /** Bytes of a count of records in a node. */
  readonly countWidth: number;
  /** Bytes of a count of records below a node, by its depth. */
  readonly totalWidths: readonly number[];
}

/** All records wanted, in their order, each under a cursor. @throws FormatError */
export async function entries2(file: File, address: number, tree: Tree2): Promise<readonly Cursor[]> {
  const head = await file.cursor(tree.what, address, 16 + 2 + file.widths.address + file.widths.length);
  head.signature('BTHD');
  head.skip(1);
  const type = head.u8();
  if (tree.type >= 0 && type !== tree.type) throw head.error(`has records of type ${type} instead of ${tree.type}. The file may be damaged`);
  const [nodeSize, recordSize, depth] = [head.u32(), head.u16(), head.u16()];
  head.skip(2);
  const [root, count] = [head.address(), head.u16()];
  if (root === undefined || count === 0) return [];
  if (recordSize === 0 || nodeSize > file.size || depth > 32) throw head.error(`has ${recordSize} bytes a record, ${nodeSize} a node and depth ${depth}, which cannot be. The file may be damaged`);
  const header = { file, tree, type, nodeSize, recordSize, ...widths(file, nodeSize, recordSize, depth) };
  const found: Cursor[] = [];
  await visit(header, { address: root, count, depth }, undefined, undefined, found, allowance(file, tree.what));
  return found;
}

/** Counts of children are as wide as their possible values need: the specification derives them from the node's size. */
function widths(file: File, nodeSize: number, recordSize: number, depth: number): { countWidth: number; totalWidths: number[] } {
  const frame = 10; // signature, version, type and checksum
  let most = Math.max(1, Math.floor((nodeSize - frame) / recordSize));
  const countWidth = widthOf(most);
  const totalWidths = [0];
  let total = most;
  for (let k = 1; k <= depth; k++) {
    const pointer = file.widths.address + countWidth + (totalWidths[k - 1] ?? 0);
    most = Math.max(1, Math.floor((nodeSize - frame - pointer) / (recordSize + pointer)));
    total = Math.min(Number.MAX_SAFE_INTEGER, (most + 1) * total + most);
    totalWidths.push(widthOf(total));
  }
  return { countWidth, totalWidths };
}

interface Place { readonly address: number; readonly count: number; readonly depth: number }

async function visit(header: Header, place: Place, after: Uint8Array | undefined, before: Uint8Array | undefined, found: Cursor[], spend: (bytes: number) => void): Promise<void> {
  const { file, tree, recordSize, nodeSize } = header;
  const node = await file.upTo(tree.what, place.address, nodeSize);
  node.signature(place.depth === 0 ? 'BTLF' : 'BTIN');
  node.skip(1);
  const type = node.u8();
  if (type !== header.type) throw node.error(`has a node of type ${type} instead of ${header.type}. The file may be damaged`);
  const records = Array.from({ length: place.count }, () => node.part(recordSize));
  const children = place.depth === 0 ? [] : Array.from({ length: place.count + 1 }, () => child(header, node, place.depth - 1));
  spend(node.at);
  for (let k = 0; k <= records.length; k++) {
    const [left, right] = [records[k - 1]?.raw ?? after, records[k]?.raw ?? before];
    const next = children[k];
    if (next && (tree.wanted?.(left, right) ?? true)) await visit(header, next, left, right, found, spend);
    const record = records[k];
    if (record) found.push(record);
  }
}

function child({ countWidth, totalWidths }: Header, node: Cursor, depth: number): Place {
  const address = node.address();
  if (address === undefined) throw node.error('has a child without an address. The file may be damaged');
  const count = node.uint(countWidth);
  node.skip(totalWidths[depth] ?? 0);
  return { address, count, depth };
}
