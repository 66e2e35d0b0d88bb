/** What the machine can do at most with 128-bit vectors in WebAssembly: two loops, encoded here, that do nothing else. */

export interface Peak {
  /** Additions and multiplications in registers, in 10^9 a second. */
  readonly gflops: number;
  /** Whether the multiplication and addition were fused (relaxed SIMD). */
  readonly fused: boolean;
  /** Loads from a block of so many bytes, over and over, in 10^9 bytes a second; measured once a size. */
  bandwidth(bytes: number): number;
}

const MEGA = 2 ** 20;
/** The block that is read ends here at most. */
const MEMORY = 64 * MEGA;

/** Measures this process on this machine, for some tens of milliseconds a figure. */
export function measuredPeak(): Peak {
  const fused = WebAssembly.validate(moduleBytes(true));
  const { madd, load, memory } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(fused))).exports as unknown as Exports;
  // Pages never written to are all the same page of zeros, which never leaves the first cache.
  new Uint8Array(memory.buffer).fill(1);
  const known = new Map<number, number>();
  const bandwidth = (asked: number): number => {
    const bytes = Math.min(MEMORY, Math.max(LOADS * 16, asked - asked % (LOADS * 16)));
    const rounds = Math.max(1, Math.round(4 * MEGA / bytes));
    if (!known.has(bytes)) known.set(bytes, rounds * bytes / fastest(() => load(bytes, rounds)));
    return known.get(bytes)!;
  };
  const rounds = 200_000;
  return { gflops: rounds * CHAINS * 4 * 2 / fastest(() => madd(rounds)), fused, bandwidth };
}

interface Exports {
  madd(rounds: number): number;
  load(bytes: number, rounds: number): number;
  readonly memory: WebAssembly.Memory;
}

/** Nanoseconds of the fastest of many calls. */
function fastest(call: () => void): number {
  const started = performance.now();
  let best = Infinity;
  while (performance.now() - started < 60) {
    const before = performance.now();
    call();
    best = Math.min(best, performance.now() - before);
  }
  return best * 1e6;
}

/** Independent sums: enough to hide the latency of an addition, few enough for sixteen registers. */
const CHAINS = 12;
/** Loads a turn of the loop. */
const LOADS = 8;

type Bytes = readonly number[];

const I32 = 0x7f, F32 = 0x7d, V128 = 0x7b;
const get = (local: number): Bytes => [0x20, local];
const set = (local: number): Bytes => [0x21, local];
const i32 = (n: number): Bytes => [0x41, ...signed(n)];
const ADD = [0x6a], SUB = [0x6b], BR_IF_AGAIN = [0x0d, 0], LOOP = [0x03, 0x40], END = [0x0b];
const simd = (op: number, ...immediates: number[]): Bytes => [0xfd, ...unsigned(op), ...immediates];
const LOAD = 0x00, CONST = 0x0c, LANE_I32 = 0x1b, LANE_F32 = 0x1f, XOR = 0x51, F32_ADD = 0xe4, F32_MUL = 0xe6, MADD = 0x105;

/** `madd(rounds) -> f32` and `load(bytes, rounds) -> i32` over a memory of their own. */
function moduleBytes(fused: boolean): Uint8Array<ArrayBuffer> {
  const types = [[0x60, 1, I32, 1, F32], [0x60, 2, I32, I32, 1, I32]];
  const exported = [[...named('madd'), 0, 0], [...named('load'), 0, 1], [...named('memory'), 2, 0]];
  return Uint8Array.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, types), ...section(3, [[0], [1]]), ...section(5, [[0, ...unsigned(MEMORY / 65536)]]), ...section(7, exported),
    ...section(10, [sized(maddBody(fused)), sized(loadBody())]),
  ]);
}

/** sum = sum * 1 + 1, so that nothing can be computed once for all. Locals: 0 rounds, 1... the sums, then the factor. */
function maddBody(fused: boolean): Bytes {
  const sums = Array.from({ length: CHAINS }, (_, k) => 1 + k);
  const factor = 1 + CHAINS;
  const step = (sum: number): Bytes => fused
    ? [...get(sum), ...get(factor), ...get(factor), ...simd(MADD), ...set(sum)]
    : [...get(sum), ...get(factor), ...simd(F32_MUL), ...get(factor), ...simd(F32_ADD), ...set(sum)];
  return [
    1, ...unsigned(CHAINS + 1), V128,
    ...simd(CONST, ...Array.from({ length: 4 }, () => [0, 0, 0x80, 0x3f]).flat()), ...set(factor),
    ...LOOP, ...sums.flatMap(step), ...get(0), ...i32(1), ...SUB, 0x22, 0, ...BR_IF_AGAIN, ...END,
    ...folded(sums, F32_ADD), ...simd(LANE_F32, 0), ...END,
  ];
}

/** Locals: 0 bytes, 1 rounds, 2 address, 3... what was read, folded by exclusive or, which costs next to nothing. */
function loadBody(): Bytes {
  const seen = Array.from({ length: LOADS }, (_, k) => 3 + k);
  const step = (local: number, k: number): Bytes => [...get(2), ...simd(LOAD, 4, ...unsigned(16 * k)), ...get(local), ...simd(XOR), ...set(local)];
  return [
    2, 1, I32, LOADS, V128,
    ...LOOP, ...i32(0), ...set(2),
    ...LOOP, ...seen.flatMap(step), ...get(2), ...i32(16 * LOADS), ...ADD, 0x22, 2, ...get(0), 0x49, ...BR_IF_AGAIN, ...END,
    ...get(1), ...i32(1), ...SUB, 0x22, 1, ...BR_IF_AGAIN, ...END,
    ...folded(seen, XOR), ...simd(LANE_I32, 0), ...END,
  ];
}

function folded(locals: readonly number[], op: number): Bytes {
  return [...get(locals[0]!), ...locals.slice(1).flatMap(k => [...get(k), ...simd(op)])];
}

const sized = (bytes: Bytes): Bytes => [...unsigned(bytes.length), ...bytes];
const named = (name: string): Bytes => sized([...new TextEncoder().encode(name)]);
const section = (id: number, items: readonly Bytes[]): Bytes => [id, ...sized([...unsigned(items.length), ...items.flat()])];

/** LEB128. */
function unsigned(n: number): Bytes {
  return n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...unsigned(n >>> 7)];
}

function signed(n: number): Bytes {
  return n >= -64 && n < 64 ? [n & 0x7f] : [(n & 0x7f) | 0x80, ...signed(n >> 7)];
}
