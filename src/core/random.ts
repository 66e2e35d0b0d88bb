/** Seeded random numbers, the same on every machine: sfc32 (Doty-Humphrey, PractRand), its state filled by splitmix32. */

export interface Random {
  /** In [0, 1), 32 bits. */
  uniform(): number;
  /** Mean 0, deviation 1 (Box-Muller). */
  normal(): number;
  /** A whole number in [0, below). */
  integer(below: number): number;
  /** Passes over so many uniform numbers; a normal one is made of two. */
  skip(uniforms: number): void;
  /** Where it stands: `resumed` goes on from here. */
  place(): RandomPlace;
}

/** The state of a generator. */
export type RandomPlace = readonly [a: number, b: number, c: number, counter: number];

/** A generator for a seed (its lower 32 bits count). */
export function random(seed: number): Random {
  const fill = splitmix32(seed);
  const source = resumed([fill(), fill(), fill(), 1]);
  source.skip(12);
  return source;
}

/** A generator that goes on from where another stood. */
export function resumed(place: RandomPlace): Random {
  let [a, b, c, counter] = place;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t | 0;
    return t >>> 0;
  };
  const uniform = (): number => next() / 2 ** 32;
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer: below => Math.floor(uniform() * below),
    skip: uniforms => { for (let k = 0; k < uniforms; k++) next(); },
    place: () => [a, b, c, counter],
  };
}

/** Uniform numbers between two remembered places of a tape. */
const APART = 2 ** 16;

/**
 * A seed's numbers from any place on: place k stands before the k-th uniform number. Places are remembered as they are passed, so that
 * only the first way there takes time.
 */
export function randomTape(seed: number): (place: number) => Random {
  const places: RandomPlace[] = [random(seed).place()];
  return place => {
    const nearest = Math.floor(place / APART);
    if (places.length <= nearest) {
      const ahead = resumed(places.at(-1)!);
      while (places.length <= nearest) { ahead.skip(APART); places.push(ahead.place()); }
    }
    const source = resumed(places[nearest]!);
    source.skip(place - nearest * APART);
    return source;
  };
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
