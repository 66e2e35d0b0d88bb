/** Python's arithmetic on the values that sizes are made of. */

export type Value = number | string | boolean | null | readonly Value[];

/** Python's truth of a value. */
export function truth(value: Value): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** Python's `==`, but 1 and True differ: they read differently. */
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

function finite(v: number | boolean | undefined): Value | undefined {
  return typeof v === 'number' && !Number.isFinite(v) ? undefined : v;
}

function binary(op: string, a: Value | undefined, b: Value | undefined): Value | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (op === '==' || op === 'is') return same(a, b);
  if (op === '!=' || op === 'is not') return !same(a, b);
  if (op === 'in' || op === 'not in') return Array.isArray(b) ? b.some(x => same(a, x as Value)) === (op === 'in') : undefined;
  if (op === '+' && typeof a === 'string' && typeof b === 'string') return a + b;
  const [x, y] = [asNumber(a), asNumber(b)];
  return x === undefined || y === undefined ? undefined : finite(numeric[op]?.(x, y));
}

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

/** Functions of Python that sizes are computed with. */
export const builtins: Readonly<Record<string, (values: Value[]) => Value | undefined>> = {
  int: of(Math.trunc),
  float: of(n => n),
  abs: of(Math.abs),
  max: of(Math.max),
  min: of(Math.min),
  sum: of((...n) => n.reduce((a, b) => a + b, 0)),
  bool: ([v]) => v === undefined ? undefined : truth(v),
  len: ([v]) => typeof v === 'string' || Array.isArray(v) ? v.length : undefined,
};
