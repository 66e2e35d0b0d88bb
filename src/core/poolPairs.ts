/** The inner loop of the pyramid: pairs of rows become one. In WebAssembly where the machine can, since the least of two numbers is a guess that a processor loses half the time. */
import { canCompile } from './compile/support';
import { WasmModule, type WasmFunction } from './compile/wasm';

type Numbers = Float32Array | Float64Array;

/** Rows of [rows, units]; the three may be the same array. */
export interface Planes<T extends Numbers = Numbers> { readonly mean: T; readonly min: T; readonly max: T }

/** Row k of `to` is the mean, least and largest of rows 2k and 2k + 1 of `from`. NaN stays NaN. The same to the last bit on every machine. */
export function poolPairs(from: Planes, to: Planes<Float32Array>, pairs: number, units: number): void {
  if (isFloat32(from) && units <= MOST_NUMBERS && canCompile()) (kernel ??= makeKernel())(from, to, pairs, units);
  else poolPlainly(from, to, pairs, units);
}

function isFloat32(planes: Planes): planes is Planes<Float32Array> {
  return planes.mean instanceof Float32Array && planes.min instanceof Float32Array && planes.max instanceof Float32Array;
}

/** In plain steps; halves are rounded before they are added, as four at a time are. */
export function poolPlainly({ mean, min, max }: Planes, to: Planes<Float32Array>, pairs: number, units: number): void {
  for (let r = 0; r < pairs; r++) {
    for (let u = 0, k = r * units, i = 2 * r * units, j = i + units; u < units; u++, k++, i++, j++) {
      to.mean[k] = Math.fround(mean[i]! * 0.5) + Math.fround(mean[j]! * 0.5);
      to.min[k] = Math.min(min[i]!, min[j]!);
      to.max[k] = Math.max(max[i]!, max[j]!);
    }
  }
}

/** The means alone, where nobody asks for extremes: the same as those of `poolPairs`. */
export function poolMeans(from: Numbers, to: Float32Array, pairs: number, units: number): void {
  for (let r = 0, k = 0; r < pairs; r++) {
    for (let i = 2 * r * units, j = i + units, end = j; i < end; i++, j++, k++) to[k] = Math.fround(from[i]! * 0.5) + Math.fround(from[j]! * 0.5);
  }
}

type Kernel = (from: Planes<Float32Array>, to: Planes<Float32Array>, pairs: number, units: number) => void;

let kernel: Kernel | undefined;

/** Numbers of one plane that are pooled at a time, to stay in the cache. */
const MOST_NUMBERS = 2 ** 15;
/** Bytes of planes in memory; a row's last vector may reach beyond it. */
const OUT = 4 * MOST_NUMBERS + 16;
const IN = 8 * MOST_NUMBERS + 16;
const HALVES = 16;
const INS = [0, 1, 2].map(k => HALVES + k * IN);
const OUTS = [0, 1, 2].map(k => HALVES + 3 * IN + k * OUT);

interface Exports { one(pairs: number, vectors: number, row: number, skip: number): void; three(pairs: number, vectors: number, row: number, skip: number): void }

function makeKernel(): Kernel {
  const module = new WasmModule();
  emit(module.function('one', PARAMS), [0, 0, 0]);
  emit(module.function('three', PARAMS), [0, 1, 2]);
  const memory = new WebAssembly.Memory({ initial: Math.ceil((OUTS[2]! + OUT) / 65536) });
  const numbers = new Float32Array(memory.buffer);
  numbers.fill(0.5, 0, 4);
  const { one, three } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { m: { memory } }).exports as unknown as Exports;
  return (from, to, pairs, units) => {
    const same = from.mean === from.min && from.mean === from.max;
    const vectors = Math.ceil(units / 4);
    const most = Math.floor(MOST_NUMBERS / units);
    for (let r = 0; r < pairs; r += most) {
      const count = Math.min(most, pairs - r);
      const rows = (all: Float32Array): Float32Array => all.subarray(2 * r * units, 2 * (r + count) * units);
      for (const [k, all] of (same ? [from.mean] : [from.mean, from.min, from.max]).entries()) numbers.set(rows(all), INS[k]! / 4);
      (same ? one : three)(count, vectors, 4 * units, 4 * units - 16 * vectors);
      for (const [k, all] of [to.mean, to.min, to.max].entries()) all.set(numbers.subarray(OUTS[k]! / 4, OUTS[k]! / 4 + count * units), r * units);
    }
  };
}

/** Pairs of rows, vectors of a row, bytes of a row, and from the end of its last vector to that of the row. */
const PARAMS = ['i32', 'i32', 'i32', 'i32'] as const;

function emit(f: WasmFunction, planes: readonly number[]): void {
  const [pairs, vectors, row, skip] = [0, 1, 2, 3];
  const [a, b, out, left, half] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32'), f.local('v128')];
  const [mean, min, max] = planes.map(k => INS[k]!) as [number, number, number];
  const forward = (local: number): unknown => f.get(local).i32(16).op('i32.add').set(local);
  f.i32(0).load().set(half);
  f.loop(() => {
    f.get(a).get(row).op('i32.add').set(b);
    f.get(vectors).set(left);
    f.loop(() => {
      f.get(out).get(a).load(mean).get(half).op('f32x4.mul').get(b).load(mean).get(half).op('f32x4.mul', 'f32x4.add').store(OUTS[0]);
      f.get(out).get(a).load(min).get(b).load(min).op('f32x4.min').store(OUTS[1]);
      f.get(out).get(a).load(max).get(b).load(max).op('f32x4.max').store(OUTS[2]);
      for (const local of [a, b, out]) forward(local);
      f.get(left).i32(1).op('i32.sub').tee(left);
    });
    f.get(b).get(skip).op('i32.add').set(a);
    f.get(out).get(skip).op('i32.add').set(out);
    f.get(pairs).i32(1).op('i32.sub').tee(pairs);
  });
}
