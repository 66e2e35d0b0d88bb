/** What the cells of a table mean: numbers with either decimal sign, dates, missing values. */

const missing = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '-', '?', '.', '#n/a', 'nil']);

export const isMissing = (cell: string): boolean => missing.has(cell.toLowerCase());

const POINT = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const COMMA = /^[+-]?(\d{1,3}(\.\d{3})+|\d*),\d+(e[+-]?\d+)?$/i;
const INFINITE = /^([+-]?)inf(inity)?$/i;

/** The number in a cell; undefined where there is none. `comma`: the decimal sign is a comma. */
export function numberIn(cell: string, comma: boolean): number | undefined {
  if (cell === '') return undefined;
  if (POINT.test(cell) && !(comma && /^[+-]?\d{1,3}(\.\d{3})+$/.test(cell))) return Number(cell);
  if (comma && COMMA.test(cell)) return Number(cell.replaceAll('.', '').replace(',', '.'));
  if (comma && /^[+-]?\d{1,3}(\.\d{3})+$/.test(cell)) return Number(cell.replaceAll('.', ''));
  const infinite = INFINITE.exec(cell);
  return infinite ? (infinite[1] === '-' ? -Infinity : Infinity) : undefined;
}

/** True where some cells are numbers only with a decimal comma, and more than those that need a point. */
export function hasDecimalComma(cells: readonly string[]): boolean {
  const commas = cells.filter(c => COMMA.test(c)).length;
  const points = cells.filter(c => /^[+-]?\d*\.\d+(e[+-]?\d+)?$/i.test(c) && !/^[+-]?\d{1,3}\.\d{3}$/.test(c)).length;
  return commas > points;
}

const MONTH = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?';
const dates = [
  /^\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?([ T]\d{1,2}:\d{2}.*)?$/,
  /^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}([ T]\d{1,2}:\d{2}.*)?$/,
  /^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]m)?$/i,
  /^\d{4}-?(q[1-4]|w\d{1,2}|m\d{1,2})$/i,
  new RegExp(`^${MONTH}[ -]*(\\d{1,2},?[ -]+)?\\d{2,4}$`, 'i'),
  new RegExp(`^\\d{1,2}[ -]${MONTH}[ -]?\\d{2,4}$`, 'i'),
];

/** Looks like a date or a time of day. (`2000.05` is a number.) */
export const isDate = (cell: string): boolean => !POINT.test(cell) && dates.some(d => d.test(cell));
