/** Questions about a whole file that every layer of it asks again. */
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
