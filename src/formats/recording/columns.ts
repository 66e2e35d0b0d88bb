/** Tables whose columns are units: `h0,h1,...`, `c_0`, `f[3]`, `lstm.h.0`; rows are steps, one column may label them. */
import { FormatError, type Bytes, type SignalRef } from '../format';
import { hasDecimalComma, isMissing, numberIn } from '../parts/cells';
import { printable, readExactly } from '../parts/checked';
import { detectDelimiter, RowReader, rowsOf, type Row } from '../parts/table';
import { heldArray, type Dump, type DumpArray } from './dump';
import { namedBy } from './names';

const FORMAT = 'recording';
const SAMPLE = 1 << 18;
const PIECE = 1 << 20;
const MOST_NUMBERS = 2 ** 28;

const LABELS = ['label', 'token', 'char', 'character', 'word', 'text', 'symbol', 'step', 'time', 't', 'timestep', 'index', 'date'];
/** Columns that count rows say nothing more. */
const COUNTS = /^(step|time|t|timestep|index|)$/i;
const SEQUENCE = /^(sequence|seq|sequence_?id|seq_?id|episode)$/i;
/** A name and the number of a unit: `h0`, `c_0`, `f[3]`, `lstm.h.0`. */
const UNIT = /^(.*?[^\d\s.[\](:_-])[\s.:_-]*[[(]?(\d{1,6})[\])]?$/s;
/** As an export writes them. */
const EXPORTED = /^(.+\..+)\[(\d{1,6})\]$/s;

interface Group { readonly name: string; /** Columns in the order of units. */ readonly columns: readonly number[] }

export interface Header {
  readonly groups: readonly Group[];
  readonly label: number;
  readonly sequence: number;
  /** Other columns, which may hold one number a step. */
  readonly others: readonly { readonly name: string; readonly column: number }[];
  readonly exact: boolean;
}

/** What the names of columns say; `cut`: the last may be incomplete. */
export function headerOf(names: Row): Header {
  const exact = names[0] === 'step' && names.some(n => EXPORTED.test(n)) && names.every(n => EXPORTED.test(n) || !UNIT.test(n));
  const found = new Map<string, Map<number, number>>();
  const rest: { name: string; column: number }[] = [];
  for (const [column, name] of names.entries()) {
    const [group, unit] = unitOf(name, exact);
    if (group === undefined) { rest.push({ name, column }); continue; }
    const columns = found.get(group) ?? new Map<number, number>();
    found.set(group, columns);
    if (columns.has(unit)) throw new FormatError(FORMAT, `two columns are called "${printable(name)}"`);
    columns.set(unit, column);
  }
  const groups: Group[] = [];
  for (const [name, columns] of found) {
    const units = [...columns.keys()].sort((a, b) => a - b);
    const [first = 0] = units;
    // Gaps mean that the numbers are no units.
    if (first <= 1 && units.every((u, k) => u === first + k)) groups.push({ name, columns: units.map(u => columns.get(u)!) });
    else for (const [unit, column] of columns) rest.push({ name: `${name}${unit}`, column });
  }
  const label = LABELS.map(l => rest.find(r => r.name.toLowerCase() === l)?.column ?? -1).find(c => c >= 0) ?? -1;
  const sequence = rest.find(r => SEQUENCE.test(r.name))?.column ?? -1;
  return { groups, label, sequence, others: rest.filter(r => r.column !== label && r.column !== sequence && !COUNTS.test(r.name)), exact };
}

/** The group's name and the unit's number. */
function unitOf(name: string, exact: boolean): readonly [string, number] | readonly [undefined, undefined] {
  const own = exact ? EXPORTED.exec(name) : undefined;
  if (own) return [exportedName(own[1]!), Number(own[2])];
  const match = exact ? null : UNIT.exec(name);
  return match ? [match[1]!, Number(match[2])] : [undefined, undefined];
}

/** `lstm.f.pre.reverse` as `lstm/f.pre/reverse`. */
function exportedName(name: string): string {
  const reverse = name.endsWith('.reverse');
  const parts = (reverse ? name.slice(0, -8) : name).split('.');
  const at = parts.at(-1) === 'pre' && parts.length > 2 ? -2 : -1;
  return `${parts.slice(0, at).join('.')}/${parts.slice(at).join('.').replace(/[%/]/g, encodeURIComponent)}${reverse ? '/reverse' : ''}`;
}

/** Is this the head of a table of signals? At least two units of something that is called as signals are. */
export function looksLikeColumns(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head);
  const line = text.slice(0, text.search(/[\r\n]|$/));
  const names = rowsOf(line, detectDelimiter(text))[0] ?? [];
  // Without the last, which the head may cut.
  const { groups, exact } = headerOf([...new Set(names.slice(0, text.length > line.length ? undefined : -1))]);
  return groups.some(g => g.columns.length > 1 && (exact || namedBy(g.name).known));
}

/** The table, read whole as numbers. @throws FormatError */
export async function columnsDump(bytes: Bytes): Promise<Dump> {
  const sample = new TextDecoder().decode(await readExactly(bytes, FORMAT, 'the beginning', 0, Math.min(SAMPLE, bytes.size)));
  const delimiter = detectDelimiter(sample);
  const comma = hasDecimalComma(rowsOf(sample.slice(0, 1 << 16), delimiter).slice(1, 50).flat());
  const reader = new RowReader(delimiter);
  const text = new TextDecoder();
  let table: Collector | undefined;
  const take = (rows: readonly Row[]): void => {
    for (const row of rows) if (table) table.add(row); else table = new Collector(headerOf(row.map(unguarded)), comma);
  };
  for (let at = 0; at < bytes.size; at += PIECE) take(reader.push(text.decode(await readExactly(bytes, FORMAT, 'the table', at, Math.min(PIECE, bytes.size - at)), { stream: true })));
  take(reader.push(text.decode()));
  take(reader.end());
  if (!table || table.steps === 0) throw new FormatError(FORMAT, `${printable(bytes.name)} has no rows below its header; a recording needs at least one`);
  return table.finish();
}

/** Gathers numbers by group, in arrays that double. */
class Collector {
  steps = 0;
  private readonly sheets: { readonly group: Group; data: Float32Array }[];
  private readonly labels: string[] = [];
  private readonly parts: { name: string; steps: number }[] = [];
  private missing = 0;

  constructor(private readonly header: Header, private readonly comma: boolean) {
    if (header.groups.length === 0) throw new FormatError(FORMAT, 'its columns should be named by signal and unit, such as h0, h1 or lstm.h[0]');
    const tracks = header.others.map(o => ({ name: o.name, columns: [o.column] }));
    this.sheets = [...header.groups, ...tracks].map(group => ({ group, data: new Float32Array(64 * group.columns.length) }));
  }

  add(row: Row): void {
    for (const sheet of this.sheets) {
      const { columns } = sheet.group;
      const at = this.steps * columns.length;
      if (at + columns.length > sheet.data.length) sheet.data = grown(sheet.data);
      for (const [k, column] of columns.entries()) sheet.data[at + k] = this.value(row[column] ?? '');
    }
    if (this.header.label >= 0) this.labels.push(unguarded(row[this.header.label] ?? ''));
    if (this.header.sequence >= 0) this.count(row[this.header.sequence] ?? '');
    this.steps++;
  }

  finish(): Dump {
    const { groups, exact, label } = this.header;
    const cutSheets = this.sheets.map(({ group, data }) => ({ group, data: data.subarray(0, this.steps * group.columns.length) }));
    const arrays = cutSheets.slice(0, groups.length).map(({ group, data }): DumpArray => heldArray(group.name, [this.steps, group.columns.length], data));
    const tracks = cutSheets.slice(groups.length).filter(s => s.data.some(v => !Number.isNaN(v)));
    return {
      arrays, rows: true, exact,
      texts: label >= 0 ? [{ name: 'the label column', texts: this.labels }] : [],
      ...(this.parts.length > 1 ? { parts: this.parts } : {}),
      ...(tracks.length > 0 ? { tracks: tracks.map(({ group, data }): SignalRef => ({ name: group.name, units: 1, read: async (from, to) => data.slice(from, to) })) } : {}),
      warnings: this.missing > 0 ? [`${this.missing} cells hold no number; they are shown as NaN.`] : [],
    };
  }

  private value(cell: string): number {
    const value = numberIn(cell, this.comma);
    if (value === undefined && !isMissing(cell)) this.missing++;
    return value ?? NaN;
  }

  /** Rows of one sequence stand together. */
  private count(name: string): void {
    const last = this.parts.at(-1);
    if (last?.name === name) last.steps++;
    else this.parts.push({ name, steps: 1 });
  }
}

function grown(data: Float32Array): Float32Array {
  if (data.length * 2 > MOST_NUMBERS) throw new FormatError(FORMAT, `it holds more than ${MOST_NUMBERS} numbers; save so many as .npz or .safetensors`);
  const larger = new Float32Array(data.length * 2);
  larger.set(data);
  return larger;
}

/** An apostrophe guards texts that spreadsheets would take for formulas. */
const unguarded = (text: string): string => (/^'[=+\-@\t\r]/.test(text) ? text.slice(1) : text);
