/** Zip archives opened, one member changed, and packed again: damage reaches what is inside. */
import { strToU8, unzipSync, zipSync, type Zippable } from 'fflate';
import { pick, type Next } from '../file';
import { byteMutations } from './bytes';
import type { Mutation } from './index';
import { jsonMutations } from './json';
import { numberMutations } from './numbers';
import { NAMES, textMutations } from './texts';

const inner: readonly Mutation[] = [...byteMutations, ...numberMutations, ...textMutations, ...jsonMutations, ...jsonMutations, ...jsonMutations];

export const zipMutations: readonly Mutation[] = [
  { name: 'zip member changed', apply: (bytes, next, other) => repacked(bytes, next, (members, name) => ({ ...members, [name]: mutated(members[name]!, next, other) })) },
  { name: 'zip member left out', apply: (bytes, next) => repacked(bytes, next, (members, name) => Object.fromEntries(Object.entries(members).filter(([key]) => key !== name))) },
  { name: 'zip member renamed', apply: (bytes, next) => repacked(bytes, next, (members, name) => Object.fromEntries(Object.entries(members).map(([key, data]) => [key === name ? `${pick(next, NAMES).slice(0, 200)}${next() < 0.5 ? name : ''}` : key, data]))) },
  { name: 'zip member doubled', apply: (bytes, next) => repacked(bytes, next, (members, name) => ({ ...members, [name.replace(/[^/]*$/, end => `x${end}`)]: members[name]! })) },
];

/** More than any fixture has. */
const MOST = 10_000;

type Members = Record<string, Uint8Array>;

function repacked(bytes: Uint8Array, next: Next, change: (members: Members, name: string) => Members): Uint8Array | undefined {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return undefined;
  let members: Members;
  try {
    let count = 0;
    // A damaged directory can say that it has billions of entries, all in one place.
    members = unzipSync(bytes, { filter: () => { if (++count > MOST) throw new Error('too many members'); return true; } });
  } catch {
    return undefined;
  }
  const names = Object.keys(members).filter(name => !name.endsWith('/'));
  if (names.length === 0) return undefined;
  const level = next() < 0.7 ? 0 : 6;
  const packed: Zippable = {};
  for (const [name, data] of Object.entries(change(members, pick(next, names)))) packed[name === '' ? 'empty' : name] = [data, { level }];
  return zipSync(Object.keys(packed).length > 0 ? packed : { x: strToU8('x') });
}

function mutated(bytes: Uint8Array, next: Next, other: Uint8Array): Uint8Array {
  for (let k = 0; k < 10; k++) {
    const found = bytes.length > 0 ? pick(next, inner).apply(bytes, next, other) : undefined;
    if (found) return found;
  }
  return new Uint8Array(0);
}
