/** Harm on purpose, in the place of readers: so that a test can see the fuzzer find it. */
import type { Bytes } from '../../src/formats/format';

/** By number of the case: a wrong error, a slow reader (PLANTED_TIME is far less), much memory. */
const HARM: readonly (() => void)[] = [
  () => { throw new TypeError('planted'); },
  () => { const start = process.cpuUsage().user; while (process.cpuUsage().user - start < 800_000) Math.sqrt(start); },
  () => { new Float64Array(2 ** 26).fill(1); },
];

/** Milliseconds that planted harm may take. */
export const PLANTED_TIME = 200;

/** Stands for `execute`. */
export const planted = (k: number) => async (file: () => Promise<Bytes>): Promise<readonly string[]> => {
  await file();
  HARM[k]?.();
  return [];
};
