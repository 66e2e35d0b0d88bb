/** Builds a program's nodes; equal ones become one. */
import type { BinaryOp, Node, Operation, UnaryOp } from '../program';

export class GraphBuilder {
  readonly nodes: Node[] = [];
  private readonly ids = new Map<string, number>();
  private readonly claimed = new Set<number>();

  /** The id of this node, made on first use. */
  add(operation: Operation, size: number): number {
    const node = { ...operation, size };
    const key = JSON.stringify(Object.values(node).map(v => Object.is(v, -0) ? '-0' : v));
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    this.ids.set(key, this.nodes.length);
    return this.nodes.push(node) - 1;
  }

  sizeOf(id: number): number {
    return this.nodes[id]!.size;
  }

  number(value: number): number {
    return this.add({ op: 'number', value }, 0);
  }

  /** The number as a vector as long as `v`. */
  like(v: number, value: number): number {
    return this.spread(this.number(value), v);
  }

  /** A scalar repeated to the size of node `like`; anything else stays. */
  spread(a: number, like: number): number {
    return this.spreadTo(a, this.sizeOf(like));
  }

  spreadTo(a: number, size: number): number {
    return this.sizeOf(a) === size ? a : this.add({ op: 'spread', a }, size);
  }

  unary(op: UnaryOp, a: number): number {
    return this.add({ op, a }, this.sizeOf(a));
  }

  /** Spreads the scalar where one argument is one. */
  binary(op: BinaryOp, a: number, b: number): number {
    const size = this.sizeOf(a) || this.sizeOf(b);
    return this.add({ op, a: this.spreadTo(a, size), b: this.spreadTo(b, size) }, size);
  }

  sum(a: number): number {
    return this.sizeOf(a) === 0 ? a : this.add({ op: 'sum', a }, 0);
  }

  /** How many components node `a` has, as a scalar. */
  count(a: number): number {
    return this.add({ op: 'size', of: this.sizeOf(a) }, 0);
  }

  product(matrix: string, transposed: boolean, a: number, size: number): number {
    return this.add({ op: 'product', matrix, transposed, a }, size);
  }

  /**
   * A node that belongs to `name` alone: `id`, or a copy where it is a leaf or taken. Next states are written while
   * states are read, and a gradient belongs to one signal; neither may share a node.
   */
  claim(id: number, name: string): number {
    const own = isLeaf(this.nodes[id]!) || this.claimed.has(id) ? this.add({ op: 'copy', a: id, for: name }, this.sizeOf(id)) : id;
    this.claimed.add(own);
    return own;
  }
}

function isLeaf(node: Node): boolean {
  return !('a' in node) || node.op === 'spread';
}
