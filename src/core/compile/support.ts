/** What this machine's WebAssembly can do, found out once. */
import { WasmModule } from './wasm';

export interface Arithmetic {
  readonly kind: 'float32' | 'float32-fma';
  readonly fma: boolean;
  /** Widest panels, in vectors of four, that stay in registers: row by row, and two rows at once. */
  readonly widest: { readonly single: number; readonly pair: number };
}

let found: Arithmetic | 'none' | undefined;

/** Does 128-bit SIMD validate, and may code be made here at all? A page can forbid it. */
export function canCompile(): boolean {
  found ??= detect();
  return found !== 'none';
}

/** @throws Error where `canCompile` is false */
export function arithmetic(): Arithmetic {
  if (!canCompile() || found === 'none' || found === undefined) throw new Error('This machine has no WebAssembly SIMD.');
  return found;
}

function detect(): Arithmetic | 'none' {
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(probe(false))) return 'none';
  try {
    new WebAssembly.Module(probe(false));
  } catch {
    return 'none';
  }
  if (WebAssembly.validate(probe(true)) && fused()) return { kind: 'float32-fma', fma: true, widest: { single: 12, pair: 6 } };
  return { kind: 'float32', fma: false, widest: { single: 8, pair: 4 } };
}

/** `test(address)`: a b + c of three vectors in memory, to the fourth. */
function probe(madd: boolean): Uint8Array<ArrayBuffer> {
  const module = new WasmModule();
  const f = module.function('test', ['i32']);
  f.get(0).get(0).load(0).get(0).load(16);
  if (madd) f.get(0).load(32).op('f32x4.madd');
  else f.op('f32x4.mul').get(0).load(32).op('f32x4.add');
  f.store(48);
  return module.bytes();
}

/** Relaxed multiply-add may round twice: on a machine without FMA it would be emulated. (1 + e)² - 1 - 2e is e² only when rounded once. */
function fused(): boolean {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const numbers = new Float32Array(memory.buffer);
  const e = 2 ** -23;
  numbers.fill(1 + e, 0, 8).fill(-1 - 2 * e, 8, 12);
  const { test } = new WebAssembly.Instance(new WebAssembly.Module(probe(true)), { m: { memory } }).exports as unknown as { test(address: number): void };
  test(0);
  return numbers[12] === Math.fround(e * e);
}
