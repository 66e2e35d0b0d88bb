/** Questions about a whole file that every layer of it asks again. */
import type { Found } from '../framework';
import type { Module } from '../code/scopes';

/** Asks once for each file. */
export function oncePerFile<T>(ask: (module: Module) => T): (module: Module) => T {
  const answers = new WeakMap<Module, { readonly answer: T }>();
  return module => {
    const known = answers.get(module) ?? { answer: ask(module) };
    answers.set(module, known);
    return known.answer;
  };
}

/** Asks once for all layers that were found in one reading of a file. */
export function oncePerReading<T>(ask: () => T): (all: readonly Found[]) => T {
  const answers = new WeakMap<readonly Found[], { readonly answer: T }>();
  return all => {
    const known = answers.get(all) ?? { answer: ask() };
    answers.set(all, known);
    return known.answer;
  };
}

/** Items by the layer that they are of, in their order; those of none are left out. */
export function grouped<T>(items: readonly T[], layerOf: (item: T) => Found | undefined): ReadonlyMap<Found, readonly T[]> {
  const found = new Map<Found, T[]>();
  for (const item of items) {
    const layer = layerOf(item);
    const list = layer && found.get(layer);
    if (list) list.push(item);
    else if (layer) found.set(layer, [item]);
  }
  return found;
}
