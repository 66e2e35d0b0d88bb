/** Python's arithmetic on the values that sizes are made of. */

export type Value = number | string | boolean | null | readonly Value[];

/** Python's truth of a value. */
export function truth(value: Value): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** The same value, written alike: 1 and True differ. */
export function same(a: Value, b: Value): boolean {
  return Array.isArray(a) && Array.isArray(b) ? a.length === b.length && a.every((x, i) => same(x as Value, b[i] as Value)) : a === b;
}

type Binary = (a: number, b: number) => number | boolean;

const numeric: Readonly<Record<string, Binary>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '//': (a, b) => Math.floor(a / b),
  '%': (a, b) => a - b * Math.floor(a / b),
  '**': (a, b) => a ** b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
  '<<': (a, b) => a * 2 ** b,
  '>>': (a, b) => Math.floor(a / 2 ** b),
};

function asNumber(v: Value | undefined): number | undefined {
  return typeof v === 'boolean' ? Number(v) : typeof v === 'number' ? v : undefined;
}

/** Python's `==`, by which 1 is True. */
function equal(a: Value, b: Value): boolean {
  const [x, y] = [asNumber(a), asNumber(b)];
  return x !== undefined && y !== undefined ? x === y : same(a, b);
}

function finite(v: number | boolean | undefined): Value | undefined {
  return typeof v === 'number' && !Number.isFinite(v) ? undefined : v;
}

function binary(op: string, a: Value | undefined, b: Value | undefined): Value | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (op === 'is' || op === 'is not') return same(a, b) === (op === 'is');
  if (op === '==' || op === '!=') return equal(a, b) === (op === '==');
  if ((op === 'in' || op === 'not in') && typeof a === 'string' && typeof b === 'string') return b.includes(a) === (op === 'in');
  if (op === 'in' || op === 'not in') return Array.isArray(b) ? b.some(x => equal(a, x as Value)) === (op === 'in') : undefined;
  if (Array.isArray(a)) return onList(op, a, b);
  if (op === '+' && typeof a === 'string' && typeof b === 'string') return a + b;
  const [x, y] = [asNumber(a), asNumber(b)];
  return x === undefined || y === undefined ? undefined : finite(numeric[op]?.(x, y));
}

/** `[64] * 3` and `[1] + [2]`. */
function onList(op: string, a: readonly Value[], b: Value): Value | undefined {
  if (op === '+' && Array.isArray(b)) return [...a, ...b as Value[]];
  return op === '*' && typeof b === 'number' && b >= 0 && a.length * b <= longestList ? Array.from({ length: b }, () => a).flat() : undefined;
}

const longestList = 1000;

function unary(op: string, a: Value | undefined): Value | undefined {
  if (a === undefined) return undefined;
  if (op === 'not') return !truth(a);
  const x = asNumber(a);
  return x === undefined ? undefined : op === '-' ? -x : op === '+' ? x : undefined;
}

/** Operators by their text; undefined where they do not apply. */
export const arithmetic = { binary, unary };

function numbers(values: readonly Value[]): number[] | undefined {
  const list = values.length === 1 && Array.isArray(values[0]) ? values[0] as readonly Value[] : values;
  const found = list.map(asNumber);
  return found.every(n => n !== undefined) && found.length > 0 ? found : undefined;
}

function of(make: (...n: number[]) => number): (values: Value[]) => Value | undefined {
  return values => {
    const n = numbers(values);
    return n ? finite(make(...n)) : undefined;
  };
}

function numeral(text: string): number | undefined {
  return /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text) ? Number(text) : undefined;
}

function whole(v: Value | undefined): number | undefined {
  const n = typeof v === 'string' ? (/^\s*[-+]?\d+\s*$/.test(v) ? Number(v) : undefined) : asNumber(v);
  return n === undefined ? undefined : Math.trunc(n);
}

/** Python rounds a half to the even neighbour. */
function half(n: number): number {
  return Math.abs(n % 1) === 0.5 ? 2 * Math.round(n / 2) : Math.round(n);
}

/** Functions of Python that sizes are computed with. */
export const builtins: Readonly<Record<string, (values: Value[]) => Value | undefined>> = {
  int: ([v, base]) => base === undefined ? whole(v) : undefined,
  float: ([v]) => typeof v === 'string' ? numeral(v) : asNumber(v),
  round: ([v, digits]) => typeof v === 'number' && digits === undefined ? half(v) : undefined,
  str: ([v]) => typeof v === 'string' ? v : typeof v === 'number' && Number.isInteger(v) ? String(v) : undefined,
  abs: of(Math.abs),
  max: of(Math.max),
  min: of(Math.min),
  sum: of((...n) => n.reduce((a, b) => a + b, 0)),
  bool: ([v]) => v === undefined ? undefined : truth(v),
  ord: ([v]) => typeof v === 'string' && [...v].length === 1 ? v.codePointAt(0) : undefined,
  len: ([v]) => typeof v === 'string' || Array.isArray(v) ? v.length : undefined,
};
