/**
 * PyTorch files of any size whose weights are holes but for a small LSTM behind them: a few kB on disk where files may have holes.
 * As a program it writes both kinds into a folder, to be measured: `node largeTorch.js FOLDER [GIGABYTES]`.
 */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { random, uniform } from './helpers';

export const LARGE = { inputSize: 3, units: 4 } as const;

export interface LargeTensor { readonly name: string; readonly shape: readonly number[]; /** Absent: a hole. */ readonly data?: Float32Array }

/** An embedding of so many bytes, then an LSTM of distinct random numbers. */
export function largeTensors(bytes: number): readonly LargeTensor[] {
  const next = random(20240604);
  const { inputSize, units } = LARGE;
  const shapes: readonly (readonly [string, readonly number[]])[] = [
    ['lstm.weight_ih_l0', [4 * units, inputSize]], ['lstm.weight_hh_l0', [4 * units, units]], ['lstm.bias_ih_l0', [4 * units]], ['lstm.bias_hh_l0', [4 * units]],
  ];
  const small = shapes.map(([name, shape]) => ({ name, shape, data: uniform(shape.reduce((a, b) => a * b, 1), 0.5, next) }));
  return [{ name: 'embedding.weight', shape: [Math.floor(bytes / 4096), 1024] }, ...small];
}

const countOf = ({ shape }: LargeTensor): number => shape.reduce((a, b) => a * b, 1);

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const integer = (n: number): string => `I${n}\n`;
const tuple = (...items: string[]): string => `(${items.join('')}t`;

/** A state_dict, in the opcodes of protocol 0 where those are easy to read. */
function pickleOf(tensors: readonly LargeTensor[], legacy: boolean): Uint8Array {
  const items = tensors.map((tensor, key) => {
    const [rows = 1, columns] = tensor.shape;
    const strides = columns === undefined ? tuple(integer(1)) : tuple(integer(columns), integer(1));
    const storage = tuple('Vstorage\n', 'ctorch\nFloatStorage\n', `V${key}\n`, 'Vcpu\n', integer(countOf(tensor)), ...(legacy ? ['N'] : []));
    const shape = columns === undefined ? tuple(integer(rows)) : tuple(integer(rows), integer(columns));
    return `V${tensor.name}\nctorch._utils\n_rebuild_tensor_v2\n${tuple(`${storage}Q`, integer(0), shape, strides, '\x89', 'ccollections\nOrderedDict\n)R')}R`;
  });
  return latin1(`\x80\x02ccollections\nOrderedDict\n)R(${items.join('')}u.`);
}

const raw = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** As `torch.save` writes it since 1.6: an archive, with zip64 records where sizes or offsets need them. */
export function writeArchive(path: string, tensors: readonly LargeTensor[]): void {
  const members = [
    { name: 'large/data.pkl', size: 0, data: pickleOf(tensors, false) },
    ...tensors.map((t, k) => ({ name: `large/data/${k}`, size: 4 * countOf(t), data: t.data && raw(t.data) })),
    { name: 'large/version', size: 0, data: latin1('3\n') },
  ];
  const file = openSync(path, 'w');
  let at = 0;
  const put = (bytes: Uint8Array): void => { writeSync(file, bytes, 0, bytes.length, at); at += bytes.length; };
  const places = members.map(({ name, size: hole, data }) => {
    const [from, size] = [at, data?.length ?? hole];
    put(record(30, [[0, 0x04034b50, 4], [4, 45, 2], [18, Math.min(size, FULL), 4], [22, Math.min(size, FULL), 4], [26, name.length, 2]]));
    put(latin1(name));
    if (data) put(data);
    else at += size;
    return { name, from, size };
  });
  const start = at;
  for (const { name, from, size } of places) {
    const extra = Buffer.alloc(28);
    extra.set([1, 0, 24, 0]);
    [size, size, from].forEach((n, k) => { extra.writeBigUInt64LE(BigInt(n), 4 + 8 * k); });
    put(record(46, [[0, 0x02014b50, 4], [4, 45, 2], [6, 45, 2], [20, FULL, 4], [24, FULL, 4], [28, name.length, 2], [30, extra.length, 2], [42, FULL, 4]]));
    put(latin1(name));
    put(extra);
  }
  const [end, length] = [at, at - start];
  put(record(56, [[0, 0x06064b50, 4], [4, 44, 8], [24, places.length, 8], [32, places.length, 8], [40, length, 8], [48, start, 8]]));
  put(record(20, [[0, 0x07064b50, 4], [8, end, 8], [16, 1, 4]]));
  put(record(22, [[0, 0x06054b50, 4], [8, 0xffff, 2], [10, 0xffff, 2], [12, FULL, 4], [16, FULL, 4]]));
  closeSync(file);
}

const FULL = 0xffffffff;

/** A record of zip: numbers at offsets, in 2, 4 or 8 bytes. */
function record(size: number, fields: readonly (readonly [offset: number, value: number, size: 2 | 4 | 8])[]): Uint8Array {
  const bytes = Buffer.alloc(size);
  for (const [offset, value, width] of fields) {
    if (width === 8) bytes.writeBigUInt64LE(BigInt(value), offset);
    else bytes.writeUIntLE(value, offset, width);
  }
  return bytes;
}

/** As `torch.save` wrote it before 1.6: pickles, then storages. */
export function writeLegacy(path: string, tensors: readonly LargeTensor[]): void {
  const magic = Uint8Array.of(0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e);
  const keys = tensors.map((_, k) => `V${k}\n`).join('');
  const head = [magic, latin1('\x80\x02I1001\n.'), latin1('\x80\x02(Vlittle_endian\n\x88d.'), pickleOf(tensors, true), latin1(`\x80\x02(${keys}l.`)];
  const file = openSync(path, 'w');
  let at = 0;
  const put = (bytes: Uint8Array): void => { writeSync(file, bytes, 0, bytes.length, at); at += bytes.length; };
  for (const piece of head) put(piece);
  for (const tensor of tensors) {
    put(record(8, [[0, countOf(tensor), 8]]));
    if (tensor.data) put(raw(tensor.data));
    else at += 4 * countOf(tensor);
  }
  ftruncateSync(file, at);
  closeSync(file);
}

const [folder, gigabytes] = process.argv.slice(2);
if (/largeTorch\.[cm]?js$/.test(process.argv[1] ?? '') && folder !== undefined) {
  const tensors = largeTensors(Number(gigabytes ?? 3) * 2 ** 30);
  writeArchive(join(folder, 'large.pt'), tensors);
  writeLegacy(join(folder, 'large-legacy.pt'), tensors);
}
