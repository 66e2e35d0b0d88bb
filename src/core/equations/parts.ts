/** The parts of an expression, and the way to each: see questions/cell.ts. It imports nothing, so that the panel can walk equations, too. */
import type { Expression } from './syntax';

export interface Placed { readonly path: string; readonly e: Expression }

/** The parts of an expression with their paths, from the left. */
export function partsOf({ path, e }: Placed): Placed[] {
  switch (e.kind) {
    case 'infix': return [{ path: `${path}.l`, e: e.left }, { path: `${path}.r`, e: e.right }];
    case 'matrix': case 'scale': case 'negate': return [{ path: `${path}.a`, e: e.argument }];
    case 'call': return e.values.map((v, k) => ({ path: `${path}.${k}`, e: v }));
    default: return [];
  }
}
