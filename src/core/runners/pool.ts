/**
 * Machines that are ready, kept by layer: weights packed, code compiled. A second run over the same layer begins at once.
 * Parameters are values: who changes a weight makes a new layer. (A sample of them is looked at, so that training in place is noticed.)
 */
import type { Layer } from '../layer';

interface Ready<M> { readonly key: string; readonly print: number; readonly made: M }

const pools = new WeakMap<Layer, Ready<unknown>[]>();

/** Machines that lie idle, per layer. */
const KEPT = 3;

/** What `make` makes, or what an earlier loan with the same key gave back. To be given back when its work is done; what is not is simply lost. */
export function borrow<M>(layer: Layer, key: string, make: () => M): { readonly made: M; giveBack(): void } {
  const pool = (pools.get(layer) ?? []) as Ready<M>[];
  pools.set(layer, pool);
  const print = fingerprint(layer);
  const found = pool.findIndex(r => r.key === key && r.print === print);
  const [ready] = found >= 0 ? pool.splice(found, 1) : [];
  const made = ready?.made ?? make();
  return {
    made,
    giveBack() {
      pool.unshift({ key, print, made });
      pool.length = Math.min(pool.length, KEPT);
    },
  };
}

/** Numbers of each tensor that are looked at. */
const SAMPLE = 512;

function fingerprint({ params }: Layer): number {
  let print = 0;
  for (const { data } of Object.values(params)) {
    const stride = Math.max(1, Math.floor(data.length / SAMPLE));
    for (let k = 0; k < data.length; k += stride) print = Math.imul(print, 31) + (data[k]! * 2 ** 24 | 0) | 0;
  }
  return print;
}
