/** PyTorch's element types: what a storage class or a dtype is called, and how its numbers lie in the file. */
import { sizeOf } from '../parts/numbers';

export interface ElementType {
  /** As tensors are listed: float32, qint8, complex64. */
  readonly name: string;
  /** As the numbers are stored; what cannot be read has a size alone. */
  readonly raw: string;
  /** Bytes of one element. */
  readonly size: number;
}

const type = (name: string, raw = name, size = sizeOf(raw) ?? 1): ElementType => ({ name, raw, size });

const types: readonly ElementType[] = [
  ...['float64', 'float32', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool', 'uint64', 'uint32', 'uint16'].map(name => type(name)),
  type('qint8', 'int8'), type('quint8', 'uint8'), type('qint32', 'int32'),
  type('complex32', 'complex32', 4), type('complex64', 'complex64', 8), type('complex128', 'complex128', 16),
];
const byName = new Map(types.map(t => [t.name, t]));

const storages = new Map([
  ['Double', 'float64'], ['Float', 'float32'], ['Half', 'float16'], ['BFloat16', 'bfloat16'], ['Long', 'int64'], ['Int', 'int32'], ['Short', 'int16'],
  ['Char', 'int8'], ['Byte', 'uint8'], ['Bool', 'bool'], ['QInt8', 'qint8'], ['QUInt8', 'quint8'], ['QInt32', 'qint32'],
  ['ComplexFloat', 'complex64'], ['ComplexDouble', 'complex128'], ['Untyped', 'uint8'],
]);

const aliases = new Map([['double', 'float64'], ['float', 'float32'], ['half', 'float16'], ['long', 'int64'], ['int', 'int32'], ['short', 'int16'], ['cfloat', 'complex64'], ['cdouble', 'complex128']]);

/** Of `torch.FloatStorage`, `torch.cuda.HalfStorage`, `torch.storage.UntypedStorage`; undefined for what is no storage. */
export function storageType(name: string): ElementType | undefined {
  const stem = /^torch\.(?:cuda\.|storage\.)?_?(\w+?)Storage$/.exec(name)?.[1];
  return stem === undefined ? undefined : byName.get(storages.get(stem) ?? '') ?? type(stem, stem, 1);
}

/** Of `torch.bfloat16`; a type that is not read is listed by its name. */
export function dtypeOf(name: string): ElementType | undefined {
  const stem = /^torch\.(\w+)$/.exec(name)?.[1];
  return stem === undefined ? undefined : byName.get(aliases.get(stem) ?? stem) ?? type(stem, stem, 1);
}
