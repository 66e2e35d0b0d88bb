/** NumPy arrays and scalars in a pickle. */
import { as, callableOf, itemsOf, type Instance, type Value } from './values';
import { bytesOf } from './text';
import { elements } from '../checked';
import { sizeOf, toFloat64 } from '../numbers';

/** An array whose numbers the pickle holds. */
export interface PickledArray {
  readonly type: { readonly name: string; readonly raw: string; readonly size: number };
  readonly shape: readonly number[];
  /** In elements. */
  readonly strides: readonly number[];
  readonly source: { readonly raw: Uint8Array; readonly little: boolean };
  readonly problem?: string;
}

const codes = new Map([
  ['f8', 'float64'], ['f4', 'float32'], ['f2', 'float16'], ['i8', 'int64'], ['i4', 'int32'], ['i2', 'int16'], ['i1', 'int8'],
  ['u8', 'uint64'], ['u4', 'uint32'], ['u2', 'uint16'], ['u1', 'uint8'], ['b1', 'bool'],
]);

/** `numpy.dtype('f4', False, True)` with the state `(3, '<', ...)`. */
function dtypeOf(value: Value | undefined): { readonly code: string; readonly little: boolean } {
  const dtype = as('instance', value);
  const code = callableOf(dtype) === 'numpy.dtype' ? dtype?.args[0] : undefined;
  return { code: typeof code === 'string' ? code : '?', little: itemsOf(dtype?.state)?.[1] !== '>' };
}

const rawOf = (value: Value | undefined): Uint8Array | undefined => (value instanceof Uint8Array ? value : typeof value === 'string' ? bytesOf(value) : undefined);

/** The array that this call would have made; undefined where it makes something else. */
export function arrayOf(instance: Instance): PickledArray | undefined {
  const name = callableOf(instance);
  if (/^numpy\.(_core|core)\.multiarray\._reconstruct$/.test(name)) {
    const [, shape, dtype, fortran, data] = itemsOf(instance.state) ?? [];
    return array(shape, dtype, fortran === true, data);
  }
  if (!/^numpy\.(_core|core)\.numeric\._frombuffer$/.test(name)) return undefined;
  const [data, dtype, shape, order] = instance.args;
  return array(shape, dtype, order === 'F', data);
}

function array(shape: Value | undefined, dtype: Value | undefined, fortran: boolean, data: Value | undefined): PickledArray {
  const { code, little } = dtypeOf(dtype);
  const name = codes.get(code);
  const sizes = itemsOf(shape)?.filter((n): n is number => typeof n === 'number') ?? [];
  const raw = rawOf(data);
  const size = sizeOf(name ?? '') ?? 1;
  const fits = name !== undefined && raw !== undefined && sizes.length <= 64 && elements(sizes) === raw.length / size;
  const problem = name === undefined ? `holds ${code}, which are no numbers that are read` : fits ? undefined : 'has not as many bytes as its shape asks for';
  return {
    type: { name: name ?? code, raw: name ?? code, size }, shape: fits ? sizes : [], strides: stridesOf(fits ? sizes : [], fortran),
    source: { raw: raw ?? new Uint8Array(0), little }, ...(problem === undefined ? {} : { problem }),
  };
}

function stridesOf(shape: readonly number[], fortran: boolean): readonly number[] {
  const strides = new Array<number>(shape.length).fill(1);
  let step = 1;
  for (const axis of fortran ? shape.keys() : [...shape.keys()].reverse()) {
    strides[axis] = step;
    step *= shape[axis] ?? 1;
  }
  return strides;
}

/** A NumPy scalar as a number; undefined for anything else. */
export function scalarOf(value: Value): number | undefined {
  const instance = as('instance', value);
  if (!instance || !/^numpy\.(_core|core)\.multiarray\.scalar$/.test(callableOf(instance))) return undefined;
  const { code, little } = dtypeOf(instance.args[0]);
  const type = codes.get(code);
  const raw = rawOf(instance.args[1]);
  return type !== undefined && raw ? toFloat64(type, raw, little)[0] : undefined;
}
