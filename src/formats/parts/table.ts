/** Delimited text to rows, piece by piece; quotes may hold delimiters and line ends. Knows nothing of what cells mean. */

import { FormatError } from '../format';

export type Row = readonly string[];

const MOST_CELL = 1 << 20;
/** Of a row. */
const MOST_CELLS = 1 << 17;
const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;

/** Feed it text in pieces of any size; `end` gives what is left. Blank lines are left out. */
export class RowReader {
  private readonly delimiter: number;
  private cell = '';
  private row: string[] = [];
  private quoted = false;
  private closed = false;

  constructor(delimiter: string) {
    this.delimiter = delimiter.charCodeAt(0);
  }

  /** Rows that are complete so far. */
  push(piece: string): Row[] {
    const rows: Row[] = [];
    for (let at = 0; at < piece.length;) {
      const next = this.quoted ? endOf(piece, at, c => c === QUOTE) : endOf(piece, at, c => c === QUOTE || c === this.delimiter || c === LINE_FEED || c === RETURN);
      if (next > at) this.take(piece.slice(at, next));
      if (next < piece.length) this.special(piece.charCodeAt(next), rows);
      at = next + 1;
    }
    return rows;
  }

  /** The last row, where the file ends without a line end. */
  end(): Row[] {
    const rows: Row[] = [];
    this.quoted = false;
    this.endRow(rows);
    return rows;
  }

  /** Plain text; behind a closing quote only blanks may stand, and they mean nothing. */
  private take(text: string): void {
    if (this.cell.length > MOST_CELL) throw new FormatError('csv', `a cell is longer than ${MOST_CELL} characters. Is a quote left open?`);
    if (!this.closed || text.trim() !== '') this.cell += text;
  }

  private special(c: number, rows: Row[]): void {
    if (c === QUOTE) this.quote();
    else if (c === this.delimiter) this.endCell();
    else this.endRow(rows);
  }

  private quote(): void {
    if (this.quoted) {
      this.quoted = false;
      this.closed = true;
    } else if (this.closed) {
      // A doubled quote stands for one.
      this.cell += '"';
      this.quoted = true;
      this.closed = false;
    } else if (this.cell.trim() === '') {
      this.cell = '';
      this.quoted = true;
    } else this.cell += '"';
  }

  private endCell(): void {
    if (this.row.length >= MOST_CELLS) throw new FormatError('csv', `a row has more than ${MOST_CELLS} cells. Is it a table?`);
    this.row.push(this.cell.trim());
    this.cell = '';
    this.closed = false;
  }

  private endRow(rows: Row[]): void {
    const blank = this.row.length === 0 && !this.closed && this.cell.trim() === '';
    this.endCell();
    if (!blank) rows.push(this.row);
    this.row = [];
  }
}

function endOf(piece: string, from: number, stops: (c: number) => boolean): number {
  let at = from;
  while (at < piece.length && !stops(piece.charCodeAt(at))) at++;
  return at;
}

/** All rows of a text. */
export function rowsOf(text: string, delimiter: string): Row[] {
  const reader = new RowReader(delimiter);
  return [...reader.push(text), ...reader.end()];
}

const delimiters = [',', ';', '\t', '|'];

/** The delimiter that splits the sample into the most columns equally often; a comma where none does. */
export function detectDelimiter(sample: string): string {
  const scored = delimiters.map(delimiter => {
    const counts = rowsOf(sample, delimiter).slice(0, 50).map(row => row.length);
    const usual = counts[Math.floor(counts.length / 2)] ?? 1;
    const share = counts.filter(n => n === usual).length / Math.max(1, counts.length);
    return { delimiter, score: usual > 1 ? share * share * 100 + Math.min(usual, 50) / 50 + (delimiter === ',' ? 0 : 2) : 0 };
  });
  return scored.reduce((best, one) => (one.score > best.score ? one : best), { delimiter: ',', score: 0 }).delimiter;
}
