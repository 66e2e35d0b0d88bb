/** Names that surely hold what a JAX layer gave, and where they are read. Rules of PyTorch and Keras follow values further, see trace.ts. */
import type { SyntaxNode } from '@lezer/common';
import { givenAt, type What } from '../given';
import { readsOf, takenNames } from '../uses';
import type { Asked } from './rule';

export interface GivenRead { readonly node: SyntaxNode; readonly what: What; readonly scope: Asked['uses'][number]['scope'] }

/** Every place that reads them. Calls that change the order of axes are left out. */
export function givenReads({ found, uses, module }: Asked): readonly GivenRead[] {
  return uses.filter(u => u.call.args.every(a => a.splat === undefined && a.name !== 'time_major' && a.name !== 'return_carry')).flatMap(use => takenNames(use).flatMap(taken => {
    const what = givenAt(found.draft, taken.path);
    return what === undefined ? [] : readsOf(taken, use.scope, module).map(node => ({ node, what, scope: use.scope }));
  }));
}
