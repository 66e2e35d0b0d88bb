/** Made once, at the first need. */

/** Makes it, or answers what was made. */
export interface Later<T> {
  (): Promise<T>;
  /** What was made; undefined until then. */
  readonly made: T | undefined;
  /** Acts on it: at once where it is made, so that what is asked for in one order is done in that order. */
  use<R>(act: (value: T) => R | PromiseLike<R>): R | PromiseLike<R>;
}

/** Calls `make` when its answer is first asked for, in a turn of its own, since it mostly reads code; a failure is tried again by the next who asks. */
export function later<T>(make: () => Promise<T>): Later<T> {
  let asked: Promise<T> | undefined, made: { readonly value: T } | undefined;
  const get = (): Promise<T> => asked ??= turn().then(make).then(value => (made = { value }).value, (error: unknown) => { asked = undefined; throw error; });
  const use = <R>(act: (value: T) => R | PromiseLike<R>): R | PromiseLike<R> => made ? act(made.value) : get().then(act);
  return Object.defineProperty(Object.assign(get, { use }), 'made', { get: () => made?.value }) as Later<T>;
}

const turn = (): Promise<void> => new Promise(resolve => { setTimeout(resolve); });
