/** Case number k of a seed: first every file as it is, then the hostile ones, then damage without end. */
import { random } from '../formats/helpers';
import type { Entry } from './corpus';
import { below, bytesOf, pick, type Case, type Next } from './file';
import { mutations } from './mutations/index';

export interface Plan {
  readonly seed: number;
  readonly entries: readonly Entry[];
  readonly hostile: readonly Case[];
}

/** Entries by kind, so that each kind has the same chance. */
const kinds = new WeakMap<Plan, readonly (readonly Entry[])[]>();

function kindsOf(plan: Plan): readonly (readonly Entry[])[] {
  const known = kinds.get(plan) ?? grouped(plan.entries);
  kinds.set(plan, known);
  return known;
}

function grouped(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) groups.set(entry.kind, [...groups.get(entry.kind) ?? [], entry]);
  return [...groups.values()];
}

/** Cases that are not random. */
export const fixedCases = ({ entries, hostile }: Plan): number => entries.length + hostile.length;

/** The same for the same seed, number and fixtures. */
export async function caseOf(plan: Plan, k: number): Promise<Case> {
  const entry = plan.entries[k];
  if (entry) return { what: `${entry.name} as it is`, file: entry, uses: entry.uses };
  const hostile = plan.hostile[k - plan.entries.length];
  if (hostile) return hostile;
  const next = random((Math.imul(plan.seed, 0x9e3779b1) ^ Math.imul(k, 0x85ebca6b)) >>> 0);
  for (let k = 0; k < 20; k++) next();
  return damaged(pick(next, pick(next, kindsOf(plan))), plan, next);
}

/** One to three mutations of the file, or of one that it reads beside itself. */
async function damaged(entry: Entry, plan: Plan, next: Next): Promise<Case> {
  const beside = await besideUsed(entry);
  const target = beside.length > 0 && next() < 0.3 ? pick(next, beside) : undefined;
  let bytes = target === undefined ? entry.bytes : entry.beside.get(target)!;
  const done: string[] = [];
  for (let wanted = next() < 0.6 ? 1 : 1 + below(next, 3), tries = 0; wanted > 0 && tries < 40; tries++) {
    const mutation = pick(next, mutations);
    const changed = bytes.length > 0 ? mutation.apply(bytes, next, pick(next, plan.entries).bytes) : undefined;
    if (!changed) continue;
    bytes = changed;
    done.push(mutation.name);
    wanted--;
  }
  const what = `${entry.name}${target === undefined ? '' : `, in ${target}`}: ${done.join(', ')}`;
  const file = target === undefined ? { ...entry, bytes } : { ...entry, beside: new Map([...entry.beside, [target, bytes]]) };
  return { what, file, uses: entry.uses, ...(target === undefined ? {} : { changed: target }) };
}

const used = new WeakMap<Entry, Promise<readonly string[]>>();

/** The files beside it that its reader asks for; found by reading it once as it is. */
function besideUsed(entry: Entry): Promise<readonly string[]> {
  const known = used.get(entry) ?? watched(entry);
  used.set(entry, known);
  return known;
}

async function watched(entry: Entry): Promise<readonly string[]> {
  if (entry.beside.size < 2) return [];
  const { execute } = await import('./execute');
  const asked = new Set<string>();
  const file = bytesOf(entry);
  const spying = { ...file, sibling: (relative: string) => { asked.add(relative); return file.sibling!(relative); } };
  await execute(() => Promise.resolve(spying), entry.uses).catch(() => undefined); // what it throws is told where the file is tried as it is
  return [...asked].filter(name => entry.beside.has(name)).sort();
}
