/** Functions in which what a layer gave is read: those that call it, and all methods of a class that keeps it on its objects. */
import type { Module, Scope } from '../code/scopes';
import { slice } from '../code/expression';
import { takenNames, type Use } from '../uses';
import { oncePerFile } from './once';
import type { Asked } from './rule';
import { classAround } from './training';

/** A function, and a call of the layer: `here` where that stands in it. */
export interface InPlace { readonly scope: Scope; readonly use: Use; readonly here: boolean }

/** The functions of each class in which anything is called. */
const methods = oncePerFile(({ calls }) => {
  const found = new Map<Scope, Set<Scope>>();
  for (const { scope } of calls) {
    const owner = classAround(scope);
    if (owner) found.set(owner, (found.get(owner) ?? new Set()).add(scope));
  }
  return found;
});

/** All functions in which this layer's output or states may be read. */
export function placesOf({ uses, module }: Asked): readonly InPlace[] {
  const here = new Map(uses.map(use => [use.scope, use]));
  const places = [...here].map(([scope, use]) => ({ scope, use, here: true }));
  const keeping = uses.find(use => keeps(use, module));
  const owner = keeping && classAround(keeping.scope);
  const others = [...(owner && methods(module).get(owner)) ?? []].filter(scope => !here.has(scope));
  return keeping ? [...places, ...others.map(scope => ({ scope, use: keeping, here: false }))] : places;
}

/** `out, self.h = ...` */
const keeps = (use: Use, module: Module): boolean => takenNames(use).some(({ node }) => node.name === 'MemberExpression' && /^\w+\.\w+$/.test(slice(node, module.text)));
