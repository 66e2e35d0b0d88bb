/**
 * Matrix products of float32 in panels. Every result is one lane of one accumulator, and its terms are added in the order of the
 * columns, 64 at a time from zero, then to what was there: whatever the panel's width, the number of rows at once and the unrolling,
 * all variants give the same bits. (One long sum would lose twice as much to rounding at 256 columns.)
 */
import type { WasmFunction, WasmModule } from './wasm';

export interface Kernels {
  /** init, out, arg, weights, bytes of arg: one row times one panel. */
  single(vectors: number): WasmFunction;
  /** init, its stride, out, its stride, arg, its stride, weights, bytes of arg, rows: many rows times one panel, two at once. */
  pair(vectors: number): WasmFunction;
  /**
   * out, its stride, left, bytes between steps of left, right, bytes between steps of right, steps, rows: adds the outer products of
   * columns of `left` (one number per row of out) and a panel of `right`, summed over the steps, to `out`.
   */
  outer(vectors: number): WasmFunction;
}

/** Kernels of a module, written where they are first asked for. */
export function kernels(module: WasmModule, fma: boolean): Kernels {
  const made = new Map<string, WasmFunction>();
  const once = (name: string, make: () => WasmFunction): WasmFunction => {
    const f = made.get(name) ?? make();
    made.set(name, f);
    return f;
  };
  const single = (n: number): WasmFunction => once(`single${n}`, () => singleKernel(module, n, fma));
  return {
    single,
    pair: n => once(`pair${n}`, () => pairKernel(module, n, fma, single(n))),
    outer: n => once(`outer${n}`, () => outerKernel(module, n, fma)),
  };
}

const UNROLL = 4;

/** The pointers of `rows` times `n` accumulators. */
interface Tile { readonly args: readonly number[]; readonly weights: number; readonly sums: readonly (readonly number[])[]; readonly splats: readonly number[]; readonly weight: number }

function tile(f: WasmFunction, rows: number, n: number, args: readonly number[], weights: number): Tile {
  const vectors = (count: number): number[] => Array.from({ length: count }, () => f.local('v128'));
  return { args, weights, sums: Array.from({ length: rows }, () => vectors(n)), splats: vectors(rows), weight: f.local('v128') };
}

/** One column: every row's number times the panel's vectors. With one row a weight is loaded where it is used: V8 then copies no register. */
function column(f: WasmFunction, t: Tile, fma: boolean, argOffset: number, weightOffset: number): void {
  for (const [r, arg] of t.args.entries()) f.get(arg).splat(argOffset).set(t.splats[r]!);
  for (const k of t.sums[0]!.keys()) {
    if (t.args.length > 1) f.get(t.weights).load(weightOffset + 16 * k).set(t.weight);
    for (const [r, sums] of t.sums.entries()) {
      if (t.args.length > 1) f.get(t.weight);
      else f.get(t.weights).load(weightOffset + 16 * k);
      f.get(t.splats[r]!);
      if (fma) f.get(sums[k]!).op('f32x4.madd');
      else f.op('f32x4.mul').get(sums[k]!).op('f32x4.add');
      f.set(sums[k]!);
    }
  }
}

/** Some columns, from `args[0]` for so many bytes: four at a time, then the rest. Leaves the pointers moved. */
function columns(f: WasmFunction, t: Tile, fma: boolean, bytes: number, end: number): void {
  const n = t.sums[0]!.length;
  const some = (count: number): void => {
    f.get(t.args[0]!).get(end).op('i32.lt_u').when(() => {
      f.loop(() => {
        for (let k = 0; k < count; k++) column(f, t, fma, 4 * k, 16 * n * k);
        f.get(t.weights).i32(16 * n * count).op('i32.add').set(t.weights);
        for (const arg of t.args.slice(1)) f.get(arg).i32(4 * count).op('i32.add').set(arg);
        f.get(t.args[0]!).i32(4 * count).op('i32.add').tee(t.args[0]!).get(end).op('i32.lt_u');
      });
    });
  };
  f.get(t.args[0]!).get(bytes).i32(~(4 * UNROLL - 1)).op('i32.and', 'i32.add').set(end);
  some(UNROLL);
  f.get(end).get(bytes).i32(4 * UNROLL - 1).op('i32.and', 'i32.add').set(end);
  some(1);
}

/** Columns added up before they join the rest. */
const BLOCK = 64;

/** All columns, block by block; what each row starts from is at `from`, which becomes `out` after the first block. */
function blocks(f: WasmFunction, t: Tile, fma: boolean, bytes: number, rows: readonly { readonly from: number; readonly out: number }[]): void {
  const [left, some, end] = [f.local('i32'), f.local('i32'), f.local('i32')];
  f.get(bytes).set(left);
  f.loop(() => {
    f.i32(4 * BLOCK).get(left).get(left).i32(4 * BLOCK).op('i32.gt_s', 'select').set(some);
    for (const sum of t.sums.flat()) f.zero().set(sum);
    columns(f, t, fma, some, end);
    for (const [r, { from, out }] of rows.entries()) {
      for (const [k, sum] of t.sums[r]!.entries()) f.get(out).get(from).load(16 * k).get(sum).op('f32x4.add').store(16 * k);
      f.get(out).set(from);
    }
    f.get(left).get(some).op('i32.sub').tee(left);
  });
}

function loadSums(f: WasmFunction, sums: readonly number[], from: number): void {
  for (const [k, s] of sums.entries()) f.get(from).load(16 * k).set(s);
}

function storeSums(f: WasmFunction, sums: readonly number[], to: number): void {
  for (const [k, s] of sums.entries()) f.get(to).get(s).store(16 * k);
}

function singleKernel(module: WasmModule, n: number, fma: boolean): WasmFunction {
  const f = module.function(`single${n}`, ['i32', 'i32', 'i32', 'i32', 'i32']);
  const [init, out, arg, weights, bytes] = [0, 1, 2, 3, 4];
  blocks(f, tile(f, 1, n, [arg], weights), fma, bytes, [{ from: init, out }]);
  return f;
}

function pairKernel(module: WasmModule, n: number, fma: boolean, single: WasmFunction): WasmFunction {
  const f = module.function(`pair${n}`, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [init, initStride, out, outStride, arg, argStride, weights, bytes, rows] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const [first, second, at] = [f.local('i32'), f.local('i32'), f.local('i32')];
  const ends = [{ from: f.local('i32'), out: f.local('i32') }, { from: f.local('i32'), out: f.local('i32') }] as const;
  const t = tile(f, 2, n, [first, second], at);
  f.get(rows).i32(1).op('i32.gt_s').when(() => {
    f.loop(() => {
      f.get(arg).tee(first).get(argStride).op('i32.add').set(second).get(weights).set(at);
      f.get(init).tee(ends[0].from).get(initStride).op('i32.add').set(ends[1].from);
      f.get(out).tee(ends[0].out).get(outStride).op('i32.add').set(ends[1].out);
      blocks(f, t, fma, bytes, ends);
      for (const [pointer, stride] of [[init, initStride], [out, outStride], [arg, argStride]] as const) {
        f.get(pointer).get(stride).op('i32.add').get(stride).op('i32.add').set(pointer);
      }
      f.get(rows).i32(2).op('i32.sub').tee(rows).i32(1).op('i32.gt_s');
    });
  });
  f.get(rows).when(() => { f.get(init).get(out).get(arg).get(weights).get(bytes).call(single); });
  return f;
}

function outerKernel(module: WasmModule, n: number, fma: boolean): WasmFunction {
  const f = module.function(`outer${n}`, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [out, outStride, left, leftStep, right, rightStep, steps, rows] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [first, second, at, below, count] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')];
  const sweep = (height: 1 | 2): void => {
    const t = tile(f, height, n, height === 2 ? [first, second] : [first], at);
    f.get(left).set(first);
    if (height === 2) f.get(left).i32(4).op('i32.add').set(second).get(out).get(outStride).op('i32.add').set(below);
    f.get(right).set(at).get(steps).set(count);
    loadSums(f, t.sums[0]!, out);
    if (height === 2) loadSums(f, t.sums[1]!, below);
    f.loop(() => {
      column(f, t, fma, 0, 0);
      for (const arg of t.args) f.get(arg).get(leftStep).op('i32.add').set(arg);
      f.get(at).get(rightStep).op('i32.add').set(at);
      f.get(count).i32(1).op('i32.sub').tee(count);
    });
    storeSums(f, t.sums[0]!, out);
    if (height === 2) storeSums(f, t.sums[1]!, below);
  };
  f.get(rows).i32(1).op('i32.gt_s').when(() => {
    f.loop(() => {
      sweep(2);
      f.get(left).i32(8).op('i32.add').set(left);
      f.get(out).get(outStride).op('i32.add').get(outStride).op('i32.add').set(out);
      f.get(rows).i32(2).op('i32.sub').tee(rows).i32(1).op('i32.gt_s');
    });
  });
  f.get(rows).when(() => { sweep(1); });
  return f;
}
