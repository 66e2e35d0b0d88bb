/** The columns of the table: what each says of a unit, as a number to sort by and as words. */
import type { SilenceAnswer, SilenceEffect, UnitsAnswer } from '../../../src/questions/units';
import { l10n } from '../../l10n';
import { fixed, percent, signed, trackWords } from '../../words';

/** What is known of all units. */
export interface Known {
  readonly table: UnitsAnswer;
  readonly effects: ReadonlyMap<number, SilenceEffect>;
  readonly measure: SilenceAnswer['measure'] | undefined;
  /** Before what if changed it. */
  readonly base?: UnitsAnswer | undefined;
  /** What is shown is changed minus baseline. */
  readonly apart?: boolean;
}

export interface TableColumn {
  readonly id: string;
  readonly head: string;
  /** Spoken and shown on hover. */
  readonly title: string;
  /** NaN stands last, whichever way it is sorted. */
  value(known: Known, unit: number): number;
  text(known: Known, unit: number): string;
  /** The number alone, for tables. */
  number?(known: Known, unit: number): string;
  /** Numbers are set to the right, and faint where they may be chance. */
  readonly kind: 'number' | 'words' | 'spark';
  weak?(known: Known, unit: number): boolean;
  /** A difference to the baseline in words; absent where one says nothing. */
  apart?(difference: number): string;
}

const CHANCE = 0.05;

/** Those that a run has: no half-life without a keep gate, no saturation without gates. Against the baseline, those that can be subtracted. */
export function columnsOf(known: Known): readonly TableColumn[] {
  const own = ownColumns(known);
  return known.base && known.apart ? own.filter(c => c.apart || c.id === 'unit' || c.id === 'track').map(subtracted) : own;
}

/** Changed minus baseline. */
function subtracted(column: TableColumn): TableColumn {
  const { apart, head, title } = column;
  if (!apart) return column;
  const value = (k: Known, u: number): number => difference(column, k, u);
  const text = (k: Known, u: number): string => { const d = value(k, u); return Number.isNaN(d) ? '' : apart(d); };
  return { ...column, head: `Δ ${head}`, title: l10n('{0}: changed minus baseline', title), value, text, number: text, weak: (k, u) => value(k, u) === 0 };
}

/** Of r with the very label that the unit follows now; of everything else, of the column's own number. */
function difference(column: TableColumn, known: Known, unit: number): number {
  const { base, table } = known;
  if (!base) return NaN;
  if (column.id !== 'follows') return column.value(known, unit) - column.value({ ...known, table: base }, unit);
  const track = base.follows.tracks.indexOf(table.follows.tracks[table.follows.track[unit] ?? -1] ?? '');
  return track < 0 ? NaN : (table.follows.r[unit] ?? NaN) - (base.follows.all[unit * base.follows.tracks.length + track] ?? NaN);
}

/** What a unit was and is, in words, with the difference. */
export function against(known: Known, unit: number): readonly { readonly name: string; readonly was: string; readonly is: string; readonly apart: string }[] {
  const { base } = known;
  if (!base) return [];
  return ownColumns(known).flatMap(c => {
    const say = (k: Known): string => (c.number ?? c.text)(k, unit), d = difference(c, known, unit);
    if (!c.apart || Number.isNaN(d)) return [];
    const is = say(known), name = c.id === 'activity' ? l10n('deviation of {0}', known.table.signal) : c.id === 'follows' ? l10n('r with {0}', trackWords(known.table.follows.tracks[known.table.follows.track[unit] ?? -1] ?? '')) : c.head;
    return [{ name, is, was: c.id === 'follows' ? signed((known.table.follows.r[unit] ?? NaN) - d) : say({ ...known, table: base }), apart: d === 0 ? '0' : c.apart(d) }];
  });
}

function ownColumns({ table, measure }: Known): readonly TableColumn[] {
  const bits = measure !== 'output';
  return [
    { id: 'unit', head: l10n('unit'), title: l10n('index of the unit'), kind: 'number', value: (_k, u) => -u, text: (_k, u) => String(u) },
    { id: 'activity', head: l10n('{0} in view', table.signal), title: l10n('course of {0}; sorted by its standard deviation over the whole sequence', table.signal), kind: 'spark', value: (k, u) => k.table.activity[u] ?? NaN, text: (k, u) => l10n('standard deviation {0}', fixed(k.table.activity[u] ?? NaN)), number: (k, u) => fixed(k.table.activity[u] ?? NaN), apart: d => moved(d) },
    ...(table.halfLife ? [{ id: 'halfLife', head: l10n('half-life'), title: l10n('steps after which half of the memory is left, by gate {0}', table.halfLife.gate), kind: 'number', value: (k: Known, u: number) => k.table.halfLife?.steps[u] ?? NaN, text: (k: Known, u: number) => life(k.table.halfLife?.steps[u] ?? NaN), apart: (d: number) => moved(d, Math.abs(d) < 100 ? 1 : 0) } as const] : []),
    ...(table.saturation.length > 0 ? [{ id: 'saturated', head: l10n('saturated'), title: l10n('share of steps in which a gate is below 0.1 or above 0.9, mean of its gates'), kind: 'number', value: saturated, text: (k: Known, u: number) => percent(saturated(k, u)), apart: (d: number) => `${moved(100 * d, 0)}%` } as const] : []),
    ...(table.follows.tracks.length > 0 ? [
      { id: 'track', head: l10n('follows'), title: l10n('the label track with the largest correlation'), kind: 'words', value: (k: Known, u: number) => { const at = k.table.follows.track[u] ?? -1; return at < 0 ? NaN : -at; }, text: (k: Known, u: number) => trackWords(k.table.follows.tracks[k.table.follows.track[u] ?? -1] ?? '–'), weak: chance } as const,
      { id: 'follows', head: 'r', title: l10n('Pearson’s correlation r with that track; sorted by its size'), kind: 'number', value: (k: Known, u: number) => Math.abs(k.table.follows.r[u] ?? NaN), text: (k: Known, u: number) => number(k.table.follows.r[u] ?? NaN, v => signed(v)), weak: chance, apart: (d: number) => moved(d) } as const,
      { id: 'p', head: 'p', title: l10n('chance of so large an r for any unit with any track'), kind: 'number', value: (k: Known, u: number) => -(k.table.follows.p[u] ?? NaN), text: (k: Known, u: number) => chanceText(k.table.follows.p[u] ?? NaN), weak: chance } as const,
    ] : []),
    { id: 'off', head: bits ? l10n('off, bits') : l10n('off'), title: bits ? l10n('change of the mean surprise of the next character when nobody hears the unit') : l10n('change of the layer’s output when nobody hears the unit, as a share of its size'), kind: 'number',
      value: (k, u) => k.effects.get(u)?.change ?? NaN, text: (k, u) => number(k.effects.get(u)?.change ?? NaN, v => (bits ? signed(v, 3) : percent(v))) },
  ];
}

/** A difference; without a sign where it is 0 as it is written. */
const moved = (value: number, decimals = 2): string => (Number(value.toFixed(decimals)) === 0 ? fixed(0, decimals) : signed(value, decimals));

/** Where r may be chance, or nothing was tested. */
export function chance({ table }: Known, unit: number): boolean {
  return !((table.follows.p[unit] ?? NaN) <= CHANCE);
}

function saturated({ table: { saturation } }: Known, unit: number): number {
  return saturation.reduce((sum, s) => sum + s.closed[unit]! + s.open[unit]!, 0) / saturation.length;
}

const number = (value: number, words: (v: number) => string): string => (Number.isNaN(value) ? '' : words(value));
/** `0.0025`, `0.04`; nothing where it was not tested. */
export const chanceText = (p: number): string => (Number.isNaN(p) ? '' : p < 0.01 ? p.toFixed(4).replace(/0$/, '') : p.toFixed(p < 0.1 ? 3 : 2));
const life = (steps: number): string => (Number.isNaN(steps) ? '' : Number.isFinite(steps) ? fixed(steps, steps < 100 ? 1 : 0) : '∞');

/** Units in the order of a column; those without a number last, equal ones by index. */
export function sorted(known: Known, column: TableColumn, down: boolean): Int32Array {
  const values = Float64Array.from({ length: known.table.units }, (_, u) => column.value(known, u));
  return Int32Array.from(values.keys()).sort((a, b) => {
    const [x, y] = [values[a]!, values[b]!];
    if (x !== x || y !== y) return Number(x !== x) - Number(y !== y) || a - b;
    return x === y ? a - b : (down ? y - x : x - y) || a - b;
  });
}
