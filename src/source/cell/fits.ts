/** Whether sizes go together: what surely does not is no cell, or was understood wrongly. */
import { saying } from '../../core/said';
import type { Span } from '../outline';
import { numberOf, plus, sizeText, type LinearSize } from './sizes';
import { isScalar, partsOf, sizeOf, Unread, type Term } from './values';

/** All names are whole numbers from 1 on: 3 H and H differ, H and I may not. */
export function surelyDiffer(a: LinearSize, b: LinearSize): boolean {
  const { constant, terms } = plus(a, b, -1);
  const all = [constant, ...terms.values()];
  return all.some(n => n !== 0) && (all.every(n => n >= 0) || all.every(n => n <= 0));
}

/** @throws Unread where two sizes that have to be one surely differ */
export function checkSizes(nexts: readonly Term[], at: Span): void {
  const states = nexts.map(n => sizeOf(n));
  const of = (leaf: Term): LinearSize | undefined => (leaf.kind === 'state' ? states[leaf.index] : undefined);
  const same = (a: LinearSize | undefined, b: LinearSize | undefined): void => {
    if (a && b && numberOf(a) !== 1 && numberOf(b) !== 1 && surelyDiffer(a, b)) throw new Unread(saying('a vector of {0} numbers meets one of {1}', sizeText(a), sizeText(b)), at);
  };
  const seen = new Set<Term>();
  const visit = (t: Term): void => {
    if (seen.has(t)) return;
    seen.add(t);
    if (t.kind === 'infix') same(sized(t.left, of), sized(t.right, of));
    if (t.kind === 'matrix' && t.parts.length === 1) same(t.weight.shape[t.weight.transposed ? 0 : 1], sized(t.parts[0]!, of));
    for (const p of partsOf(t)) visit(p);
  };
  for (const n of nexts) visit(n);
}

const sized = (t: Term, of: (leaf: Term) => LinearSize | undefined): LinearSize | undefined => (isScalar(t) ? undefined : sizeOf(t, of));
