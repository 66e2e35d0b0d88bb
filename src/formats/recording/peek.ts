/** A first look at a dump's small arrays and first numbers: labels, tracks, and whether "states" can be h. */
import type { SignalRef } from '../format';
import { printable } from '../parts/checked';
import type { Dump, DumpArray, DumpTexts } from './dump';
import { isIds, rolesOf } from './roles';

export interface Peeked {
  /** Lists that may label steps, the best first. */
  readonly labels: readonly DumpTexts[];
  /** One number a step. */
  readonly tracks: readonly { readonly steps: number; readonly track: SignalRef }[];
  /** What "states" are, where an array is called just that. */
  readonly states?: { readonly taken: 'h' | 'c'; readonly evidence: string };
}

const MOST_LABELS = 1 << 22;
const ROWS = 64;
const NUMBERS = 1 << 16;
/** Numbers in a row of the first axis that are read for a look. */
const MOST_ROW = 1 << 20;
const MOST_PEEKED = 8;

/** Reads lists and a few rows. @throws FormatError */
export async function peek(dump: Dump): Promise<Peeked> {
  const lists = dump.arrays.filter(a => a.shape.filter(n => n !== 1).length === 1 && a.shape.length <= 2 || a.shape.length === 1);
  const tracks: { steps: number; track: SignalRef }[] = [];
  const numbers: DumpTexts[] = [];
  for (const array of lists) {
    const steps = array.shape.reduce((a, b) => a * b, 1);
    if (/(^|[._/])(lengths?|mask|targets?)$/i.test(array.name) || steps < 2) continue;
    if (isIds(array.name)) {
      if (steps <= MOST_LABELS) numbers.push({ name: array.name, texts: Array.from(await whole(array), String) });
    } else if (array.shape.length === 1) {
      tracks.push({ steps, track: { name: array.name, units: 1, read: (from, to) => array.read([[from, to - from]]) } });
    }
  }
  const states = await statesOf(dump);
  return { labels: [...dump.texts, ...numbers], tracks, ...(states ? { states } : {}) };
}

const whole = (array: DumpArray): Promise<Float32Array> => array.read(array.shape.map(n => [0, n] as const));

/** h of an LSTM or GRU stays within -1 and 1; what goes beyond is c. */
async function statesOf(dump: Dump): Promise<Peeked['states']> {
  const vague = rolesOf(dump.arrays, {}, dump.exact === true).filter(r => r.vague).slice(0, MOST_PEEKED);
  if (vague.length === 0) return undefined;
  let looked = '';
  for (const { array } of vague) {
    const row = array.shape.slice(1).reduce((a, b) => a * b, 1);
    if (row > MOST_ROW) continue;
    const rows = Math.min(ROWS, Math.max(1, Math.floor(NUMBERS / Math.max(1, row))), array.shape[0] ?? 0);
    const data = await array.read([[0, rows], ...array.shape.slice(1).map(n => [0, n] as const)]);
    const most = data.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 0);
    if (most > 1) return { taken: 'c', evidence: `${printable(array.name)} reaches ${most.toPrecision(3)} in its first rows, and h stays within -1 and 1` };
    looked = array.name;
  }
  return { taken: 'h', evidence: looked === '' ? 'the names say only that they are states' : `the first rows of ${printable(looked)} stay within -1 and 1, as h does` };
}
