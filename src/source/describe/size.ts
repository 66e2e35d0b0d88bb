/** Sizes that may be numbers or source text, and how they read in shapes and sums. */

/** A number, or source text where the number is unknown. */
export type Size = number | string;

/** Longer source text is cut where it is shown. */
const longest = 48;

/** The longest line of code that does not wrap in the narrowest hover: 464 of its 500 pixels are the text's, and a character may take 8.5. */
export const widest = 54;

/** Source text on one line, cut to what fits, and without backticks, which mark code in our sentences. */
export function brief(text: string): string {
  const line = text.slice(0, 4 * longest).replace(/\s+/g, ' ').replaceAll('`', "'").trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

/** `2 × cfg.hidden`, or the product where both are numbers. A factor of 1 is left out. */
export function times(...factors: readonly Size[]): Size {
  if (factors.every(f => typeof f === 'number')) return factors.reduce((a, b) => a * b, 1);
  return factors.filter(f => f !== 1).map(operand).join(' × ');
}

/** Puts brackets around source text that is not one name or call. */
export function operand(size: Size): string {
  return typeof size === 'number' || /^[\w.…]+(\([^()]*\)|\[[^[\]]*\])?$/.test(size) ? String(size) : `(${size})`;
}

/** `593,920` */
export function grouped(n: number): string {
  return n.toLocaleString('en-US', { maximumFractionDigits: 6 });
}
