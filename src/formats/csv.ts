/** Tables (.csv, .tsv) as an input sequence: rows are steps, numeric columns are features, a column of dates labels the axis. */
import { english, saying } from '../core/said';
import type { Sequence } from '../core/sequence';
import { FormatError, type Bytes } from './format';
import { hasDecimalComma, isDate, isMissing, numberIn } from './parts/cells';
import { printable, readExactly } from './parts/checked';
import { detectDelimiter, RowReader, rowsOf, type Row } from './parts/table';
import type { SequenceOptions, SequenceReader } from './sequence';

const FORMAT = 'csv';
const PIECE = 1 << 20;
const SAMPLE = 1 << 16;
const MOST_COLUMNS = 65536;

export const csv: SequenceReader = {
  id: FORMAT,
  extensions: ['csv', 'tsv'],
  match: (_, bytes) => /\.(csv|tsv|tab)$/i.test(bytes.name),
  width: async (bytes, options) => choose(await detect(bytes), options.columns).length,
  open,
};

/** What the first rows tell. */
interface Dialect {
  readonly delimiter: string;
  readonly comma: boolean;
  readonly header: boolean;
  readonly names: readonly string[];
  /** One a column, by its first rows. A clock counts years or seconds: a label unless it is asked for. */
  readonly kinds: readonly ('number' | 'date' | 'clock' | 'text' | 'rowNumber')[];
}

async function open(bytes: Bytes, options: SequenceOptions): Promise<Sequence> {
  const dialect = await detect(bytes);
  const chosen = choose(dialect, options.columns);
  const dates = labelColumn(dialect, chosen);
  const table = new Collector(chosen, dates, dialect, bytes.size);
  await eachRow(bytes, dialect, row => table.add(row));
  const { steps, data, labels, notes } = table.finish();
  if (steps === 0) throw new FormatError(FORMAT, `${printable(bytes.name)} has no rows below its header; an input needs at least one`);
  const columns = chosen.map(k => dialect.names[k] ?? String(k)), names = columns.slice(0, 4).join(', ');
  const said = columns.length > 4 ? saying('{0}, {1} rows of {2} and {3} more', bytes.name, steps, names, columns.length - 4) : saying('{0}, {1} rows of {2}', bytes.name, steps, names);
  return {
    steps, width: chosen.length, data, columns, axis: dates >= 0 ? 'time' : 'steps',
    ...(dates >= 0 ? { labels } : {}),
    description: english(said), said,
    notes: [...leftOut(dialect, chosen, dates, options.columns !== undefined), ...notes],
  };
}

/** The first column of dates, else of a clock; -1 where there is none. */
function labelColumn({ kinds }: Dialect, chosen: readonly number[]): number {
  const first = (wanted: string): number => kinds.findIndex((kind, k) => kind === wanted && !chosen.includes(k));
  return first('date') >= 0 ? first('date') : first('clock');
}

async function detect(bytes: Bytes): Promise<Dialect> {
  const raw = await readExactly(bytes, FORMAT, 'the beginning', 0, Math.min(SAMPLE, bytes.size));
  const whole = decoder().decode(raw, { stream: true });
  // Without the last line, which the sample may cut.
  const sample = raw.length < bytes.size ? whole.slice(0, Math.max(whole.lastIndexOf('\n'), 0) || whole.length) : whole;
  const delimiter = detectDelimiter(sample);
  const rows = rowsOf(sample, delimiter).filter(isData).slice(0, 200);
  const first = rows[0];
  if (!first) throw new FormatError(FORMAT, `${printable(bytes.name)} has no rows; an input needs at least one`);
  const comma = hasDecimalComma(rows.flat());
  const header = hasHeader(rows, comma);
  const width = header ? first.length : rows.map(row => row.length).sort((a, b) => a - b)[Math.floor(rows.length / 2)] ?? 0;
  if (width > MOST_COLUMNS) throw new FormatError(FORMAT, `${printable(bytes.name)} has ${width} columns; at most ${MOST_COLUMNS} can be read. Is it a table?`);
  const body = header ? rows.slice(1) : rows;
  const names = Array.from({ length: width }, (_, k) => (header && first[k] ? first[k] : String(k)));
  const unnamed = (k: number): boolean => header && !first[k];
  return { delimiter, comma, header, names, kinds: names.map((_, k) => kindOf(body.map(row => row[k] ?? ''), comma, unnamed(k), names[k] ?? '')) };
}

/** Comment lines are no data. */
const isData = (row: Row): boolean => !(row[0] ?? '').startsWith('#');

/** The first row names columns where it holds text above numbers or dates, or only text. */
function hasHeader(rows: readonly Row[], comma: boolean): boolean {
  const [first = [], ...rest] = rows;
  const isValue = (cell: string): boolean => isMissing(cell) || isDate(cell) || numberIn(cell, comma) !== undefined;
  const above = first.some((cell, k) => !isValue(cell) && rest.slice(0, 20).some(row => !isMissing(row[k] ?? '') && isValue(row[k] ?? '')));
  return above || first.every(cell => !isValue(cell));
}

const CLOCK = /^(year|date|time|datetime|timestamp|unix ?time)$/i;

function kindOf(cells: readonly string[], comma: boolean, unnamed: boolean, name: string): Dialect['kinds'][number] {
  const present = cells.filter(c => !isMissing(c));
  const numbers = present.filter(c => numberIn(c, comma) !== undefined).length;
  // A nameless 0, 1, 2 ... is the index that pandas writes.
  if (unnamed && present.length > 1 && present.every((c, k) => Number(c) === k)) return 'rowNumber';
  if (present.length === 0) return 'text';
  const values = present.map(c => numberIn(c, comma) ?? NaN);
  if (CLOCK.test(name) && values.length > 1 && values.every((v, k) => k === 0 || v > (values[k - 1] ?? NaN))) return 'clock';
  if (numbers * 2 > present.length) return 'number';
  return present.filter(isDate).length * 2 > present.length ? 'date' : 'text';
}

/** Column numbers, in the order asked for. */
function choose({ names, kinds }: Dialect, columns: SequenceOptions['columns']): readonly number[] {
  const list = (): string => names.map((name, k) => `${printable(name)}${kinds[k] === 'number' ? '' : ' (no numbers)'}`).slice(0, 30).join(', ');
  if (!columns || columns.length === 0) {
    const numeric = kinds.flatMap((kind, k) => (kind === 'number' ? [k] : []));
    if (numeric.length === 0) throw new FormatError(FORMAT, `no column holds numbers. Columns: ${list()}`);
    return numeric;
  }
  return columns.map(column => {
    const k = names.indexOf(String(column)) >= 0 ? names.indexOf(String(column)) : Number(column);
    if (names[k] === undefined) throw new FormatError(FORMAT, `there is no column ${printable(String(column))}. Columns: ${list()}`);
    if (kinds[k] === 'text' || kinds[k] === 'date') throw new FormatError(FORMAT, `column ${printable(names[k])} holds no numbers. Columns: ${list()}`);
    return k;
  });
}

function leftOut({ names, kinds }: Dialect, chosen: readonly number[], dates: number, byChoice: boolean): readonly string[] {
  const left = names.flatMap((name, k) => (chosen.includes(k) || k === dates || (byChoice && (kinds[k] === 'number' || kinds[k] === 'clock')) ? [] : [kinds[k] === 'rowNumber' ? 'row numbers' : printable(name)]));
  return left.length > 0 ? [`Columns left out, which hold no measured numbers: ${left.slice(0, 10).join(', ')}${left.length > 10 ? ` and ${left.length - 10} more` : ''}.`] : [];
}

async function eachRow(bytes: Bytes, { delimiter, header }: Dialect, visit: (row: Row) => void): Promise<void> {
  const reader = new RowReader(delimiter);
  const text = decoder();
  let skip = header ? 1 : 0;
  const take = (rows: readonly Row[]): void => {
    for (const row of rows) if (isData(row) && skip-- <= 0) visit(row);
  };
  for (let at = 0; at < bytes.size; at += PIECE) {
    take(reader.push(text.decode(await readExactly(bytes, FORMAT, 'the table', at, Math.min(PIECE, bytes.size - at)), { stream: true })));
  }
  take(reader.push(text.decode()));
  take(reader.end());
}

/** UTF-8 without its mark; bytes that are none show as such instead of stopping: only labels can hold them. */
const decoder = (): TextDecoder => new TextDecoder('utf-8');

/** Gathers the chosen cells as numbers, in an array that doubles. */
class Collector {
  private data = new Float32Array(1024);
  private filled = 0;
  private readonly labels: string[] = [];
  private readonly missing = new Map<number, { count: number; first: number; example: string }>();
  private longer = 0;

  constructor(private readonly chosen: readonly number[], private readonly dates: number, private readonly dialect: Dialect, private readonly fileSize: number) {}

  add(row: Row): void {
    if (this.filled + this.chosen.length > this.data.length) this.grow();
    for (const k of this.chosen) {
      const value = this.value(row[k] ?? '', k);
      this.data[this.filled++] = value;
    }
    if (row.length > this.dialect.names.length) this.longer++;
    if (this.dates >= 0) this.labels.push(row[this.dates] ?? '');
  }

  finish(): { readonly steps: number; readonly data: Float32Array; readonly labels: readonly string[]; readonly notes: readonly string[] } {
    const notes = [...this.missing].map(([k, { count, first, example }]) => {
      const what = example === '' ? 'missing' : `${count === 1 ? 'no number' : 'no numbers'} (such as ${printable(JSON.stringify(example))})`;
      return `Column ${printable(this.dialect.names[k] ?? String(k))}: ${count} ${count === 1 ? 'value is' : 'values are'} ${what}, the first at step ${first}; shown as NaN.`;
    });
    if (this.longer > 0) notes.push(`${this.longer} ${this.longer === 1 ? 'row has' : 'rows have'} more cells than columns; what is beyond is left out.`);
    return { steps: this.filled / this.chosen.length, data: this.data.slice(0, this.filled), labels: this.labels, notes };
  }

  private value(cell: string, column: number): number {
    const value = numberIn(cell, this.dialect.comma);
    if (value !== undefined) return value;
    const before = this.missing.get(column) ?? { count: 0, first: Math.floor(this.filled / this.chosen.length), example: '' };
    if (before.count++ === 0) this.missing.set(column, before);
    if (before.example === '' && !isMissing(cell)) before.example = cell;
    return NaN;
  }

  /** Short rows under a wide header would make much of little: bounded by the file. */
  private grow(): void {
    const next = Math.max(2 * this.data.length, this.filled + this.chosen.length);
    if (next > 8 * this.fileSize + (1 << 20)) throw new FormatError(FORMAT, 'most rows are shorter than the header. Is it a table?');
    const larger = new Float32Array(next);
    larger.set(this.data);
    this.data = larger;
  }
}
