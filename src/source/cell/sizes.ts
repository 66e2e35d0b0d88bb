/** Sizes as the text has them: a number and multiples of names, `4 hidden + 1`; names are the source's, settled by a checkpoint's shapes. */

export interface LinearSize {
  readonly constant: number;
  readonly terms: ReadonlyMap<string, number>;
}

const none: ReadonlyMap<string, number> = new Map();

/** A number. */
export const fixed = (constant: number): LinearSize => ({ constant, terms: none });
/** What a name stands for. */
export const symbol = (name: string): LinearSize => ({ constant: 0, terms: new Map([[name, 1]]) });

/** The number, where no name is left. */
export const numberOf = (s: LinearSize): number | undefined => (s.terms.size === 0 ? s.constant : undefined);

export function plus(a: LinearSize, b: LinearSize, factor = 1): LinearSize {
  const terms = new Map(a.terms);
  for (const [name, n] of b.terms) {
    const sum = (terms.get(name) ?? 0) + factor * n;
    if (sum === 0) terms.delete(name);
    else terms.set(name, sum);
  }
  return { constant: a.constant + factor * b.constant, terms };
}

export const scaled = (a: LinearSize, factor: number): LinearSize => plus(fixed(0), a, factor);

/** The number, where all names are known. */
export function evaluated(s: LinearSize, known: ReadonlyMap<string, number>): number | undefined {
  let sum = s.constant;
  for (const [name, factor] of s.terms) {
    const value = known.get(name);
    if (value === undefined) return undefined;
    sum += factor * value;
  }
  return sum;
}

/** `4·hidden_size + 1`, as a person would write it. */
export function sizeText(s: LinearSize): string {
  const parts = [...[...s.terms].map(([name, n]) => ({ n, text: Math.abs(n) === 1 ? name : `${Math.abs(n)}·${name}` })), ...(s.constant !== 0 || s.terms.size === 0 ? [{ n: s.constant, text: String(Math.abs(s.constant)) }] : [])];
  return parts.map(({ n, text }, k) => (k === 0 ? (n < 0 ? `−${text}` : text) : ` ${n < 0 ? '−' : '+'} ${text}`)).join('');
}

/** Names from sizes that are measured: each equation with one unknown name gives it. Undefined where two contradict one another. */
export function solve(equations: readonly { readonly size: LinearSize; readonly is: number }[], given: ReadonlyMap<string, number> = new Map()): ReadonlyMap<string, number> | undefined {
  const known = new Map(given);
  for (let before = -1; before !== known.size;) {
    before = known.size;
    for (const { size, is } of equations) {
      const open = [...size.terms].filter(([name]) => !known.has(name));
      const [only] = open;
      if (open.length !== 1 || !only) continue;
      const rest = evaluated({ constant: size.constant, terms: new Map([...size.terms].filter(([name]) => name !== only[0])) }, known) ?? 0;
      known.set(only[0], (is - rest) / only[1]);
    }
  }
  const wrong = equations.some(({ size, is }) => { const value = evaluated(size, known); return value !== undefined && value !== is; });
  return wrong || [...known.values()].some(v => !Number.isInteger(v) || v < 0) ? undefined : known;
}
