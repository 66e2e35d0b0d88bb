/** Seeded random numbers, the same on every machine: sfc32 (Doty-Humphrey, PractRand), its state filled by splitmix32. */

export interface Random {
  /** In [0, 1), 32 bits. */
  uniform(): number;
  /** Mean 0, deviation 1 (Box-Muller). */
  normal(): number;
  /** A whole number in [0, below). */
  integer(below: number): number;
}

/** A generator for a seed (its lower 32 bits count). */
export function random(seed: number): Random {
  const next = sfc32(seed);
  const uniform = (): number => next() / 2 ** 32;
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer: below => Math.floor(uniform() * below),
  };
}

function sfc32(seed: number): () => number {
  const fill = splitmix32(seed);
  let a = fill(), b = fill(), c = fill(), counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t | 0;
    return t >>> 0;
  };
  for (let k = 0; k < 12; k++) next();
  return next;
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let t = state ^ (state >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return t ^ (t >>> 15);
  };
}
