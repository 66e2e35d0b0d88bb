/** Zip archives that promise more than they hold, hold more than they promise, or hold the same thing many times. */
import { constants, deflateRawSync } from 'node:zlib';
import { joined, joinedAll, utf8, type Case } from '../file';
import { inMemory } from './made';

export interface Member {
  readonly name: string;
  /** As it lies in the file. */
  readonly data: Uint8Array;
  readonly deflated?: boolean;
  /** Claimed when unpacked; the packed size where absent. */
  readonly size?: number;
  /** Another member's place in the list, whose bytes it shares. */
  readonly sharing?: number;
}

const number = (value: number, bytes: number): number[] => Array.from({ length: bytes }, (_, k) => Math.floor(value / 2 ** (8 * k)) % 256);

/** An archive by hand. `count`: entries that the end claims. */
export function zipOf(members: readonly Member[], count = members.length): Uint8Array {
  const parts: (Uint8Array | number[])[] = [];
  const places: number[] = [];
  let at = 0;
  const put = (part: Uint8Array | number[]): void => { parts.push(part); at += part.length; };
  const facts = ({ data, deflated, size }: Member): number[] => [...number(deflated ? 8 : 0, 2), 0, 0, 0, 0, ...number(0, 4), ...number(data.length, 4), ...number(size ?? data.length, 4)];
  for (const m of members) {
    places.push(m.sharing === undefined ? at : places[m.sharing]!);
    if (m.sharing !== undefined) continue;
    const name = utf8(m.name);
    put([0x50, 0x4b, 3, 4, 20, 0, 0, 0, ...facts(m), ...number(name.length, 2), 0, 0]);
    put(name);
    put(m.data);
  }
  const directory = at;
  for (const [k, m] of members.entries()) {
    const name = utf8(m.name);
    put([0x50, 0x4b, 1, 2, 20, 0, 20, 0, 0, 0, ...facts(m), ...number(name.length, 2), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...number(places[k]!, 4)]);
    put(name);
  }
  put([0x50, 0x4b, 5, 6, 0, 0, 0, 0, ...number(count, 2), ...number(count, 2), ...number(at - directory, 4), ...number(directory, 4), 0, 0]);
  return joinedAll(parts);
}

/** Deflated zeros: some bytes a megabyte, made without ever holding them unpacked. */
export function packedZeros(megabytes: number, before: Uint8Array = new Uint8Array(0)): Uint8Array {
  const flushed = { finishFlush: constants.Z_FULL_FLUSH };
  const one = deflateRawSync(new Uint8Array(1 << 20), flushed);
  return joined(deflateRawSync(before, flushed), joinedAll(Array.from({ length: megabytes }, () => one)), [3, 0]);
}

/** Names that make the readers of each kind look inside. */
const KINDS: readonly (readonly [string, readonly string[]])[] = [
  ['model.pt', ['archive/data.pkl', 'archive/version']],
  ['model.keras', ['metadata.json', 'config.json', 'model.weights.h5']],
  ['model.npz', ['h.npy', 'lstm.weight_ih_l0.npy']],
];

const npy = (shape: string): Uint8Array => {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117);
  return joined([0x93], utf8('NUMPY'), [1, 0, 118, 0], utf8(`${header}\n`));
};

export const zipCases = (): readonly Case[] => [
  ...KINDS.flatMap(([file, names]) => [
    ...[64, 500].map(size => inMemory(`zip bomb of ${size} MB`, file, () => zipOf(names.map(name => ({ name, data: packedZeros(size), deflated: true, size: size * 2 ** 20 }))))),
    inMemory('zip bomb that claims to be small', file, () => zipOf(names.map(name => ({ name, data: packedZeros(300), deflated: true, size: 1000 })))),
    inMemory('zip bomb that claims to be huge', file, () => zipOf(names.map(name => ({ name, data: packedZeros(1), deflated: true, size: 0xfffffffe })))),
    inMemory('deflated garbage', file, () => zipOf(names.map(name => ({ name, data: utf8('garbage'.repeat(99)), deflated: true, size: 5000 })))),
    inMemory('members that overlap', file, () => zipOf(names.map((name, k) => ({ name, data: utf8('{}'), ...(k > 0 ? { sharing: 0 } : {}) })))),
    inMemory('a zip in a zip in a zip', file, () => zipOf(names.map(name => ({ name, data: zipOf([{ name, data: zipOf([{ name, data: utf8('x') }]) }]) })))),
    inMemory('empty members', file, () => zipOf(names.map(name => ({ name, data: new Uint8Array(0) })))),
    inMemory('no members', file, () => zipOf([])),
    inMemory('more members claimed than there are', file, () => zipOf(names.map(name => ({ name, data: utf8('{}') })), 65534)),
    inMemory('zip64 claimed and not there', file, () => zipOf(names.map(name => ({ name, data: utf8('{}') })), 65535)),
    inMemory('names that lead out', file, () => zipOf(['../x.npy', '/etc/x.npy', 'a/../../data.pkl', '..\\config.json', 'archive/../archive/data.pkl', '__proto__', 'constructor'].map(name => ({ name, data: npy('(1,)') })))),
  ]),
  inMemory('the same 8 MB in 1000 members', 'model.npz', () => {
    const data = packedZeros(8, npy('(2097152, 1)'));
    return zipOf(Array.from({ length: 1000 }, (_, k) => ({ name: `h${k}.npy`, data, deflated: true, size: 8 * 2 ** 20 + 128, ...(k > 0 ? { sharing: 0 } : {}) })));
  }),
  inMemory('60000 members', 'model.npz', () => zipOf(Array.from({ length: 60_000 }, (_, k) => ({ name: `h${k}.npy`, data: npy('(0,)') })))),
  inMemory('arrays that claim more than they hold', 'model.npz', () => zipOf(['(1000000000000,)', '(4294967296, 4294967296)', '(-1,)', '(1e9,)', '9', '(True,)', '((3,),)'].map((shape, k) => ({ name: `a${k}.npy`, data: npy(shape) })))),
  inMemory('an honest array of 400 MB of zeros', 'model.npz', () => zipOf([{ name: 'h.npy', deflated: true, size: 400 * 2 ** 20 + 128, data: packedZeros(400, npy('(104857600, 1)')) }])),
];

