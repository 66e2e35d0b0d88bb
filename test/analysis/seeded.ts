/** Numbers for tests: mulberry32, uniform in [0, 1). */
export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Standard normal numbers (Box & Muller). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A first-order autoregressive series: neighbours are alike, as the states of a network are. */
export function autoregressive(steps: number, keep: number, random: () => number): Float32Array {
  const values = new Float32Array(steps);
  for (let t = 0, v = normal(random) / Math.sqrt(1 - keep * keep); t < steps; t++) values[t] = v = keep * v + normal(random);
  return values;
}

/** |a − b| within absolute 1e-9 or relative 1e-9 (or `tolerance`). */
export function near(a: number, b: number, tolerance = 1e-9): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));
}

/** Milliseconds of processor time so far: what a test may bound on a machine that does other work too. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
