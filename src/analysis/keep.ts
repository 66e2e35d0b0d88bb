/** Which gate decides how much of the old state stays, read from the equations themselves. */

/** The keep factor is the signal, or one minus it. */
export interface Keep {
  readonly signal: string;
  /** True where 1 − signal keeps (the paper's GRU). */
  readonly invert: boolean;
}

const NAME = String.raw`\p{L}[\p{L}\d]*`;
const UPDATE = new RegExp(String.raw`^\s*(${NAME})'\s*=(.*)$`, 'u');
const SIGNAL = new RegExp(String.raw`^\s*(${NAME})\s*=`, 'u');
const ONE_MINUS = new RegExp(String.raw`\(\s*1\s*-\s*(${NAME})\s*\)`, 'gu');

/**
 * The keep gate of a cell by its equations: the g in `s' = g ⊙ s + ...` or `s' = (1 - g) ⊙ s + ...`, for the first state written so
 * (`f` for an LSTM; `z` for PyTorch's GRU, 1 − z for the paper's). Undefined for a cell whose states keep nothing by a gate, as a vanilla RNN.
 */
export function keepOf(equations: string): Keep | undefined {
  const lines = equations.replace(/\.\*|[∘⊙*]/g, '⊙').replace(/[−–]/g, '-').replace(/[′’]/g, "'").split(/\r?\n/);
  const signals = new Set(lines.flatMap(line => SIGNAL.exec(line)?.[1] ?? []));
  for (const line of lines) {
    const [, state, right] = UPDATE.exec(line) ?? [];
    const keep = state !== undefined && right !== undefined ? keepIn(state, right) : undefined;
    if (keep && signals.has(keep.signal)) return keep;
  }
  return undefined;
}

/** The factor beside the old `state` in its update, in either order, outside all brackets but (1 - g). */
function keepIn(state: string, right: string): Keep | undefined {
  const flat = withoutBrackets(right.replace(ONE_MINUS, '¬$1'));
  const gate = String.raw`(¬?${NAME})`, old = String.raw`(?<![\p{L}\d¬])${state}(?![\p{L}\d'])`;
  const found = new RegExp(`${gate}\\s*⊙\\s*${old}`, 'u').exec(flat) ?? new RegExp(`${old}\\s*⊙\\s*${gate}(?!')`, 'u').exec(flat);
  const name = found?.[1];
  return name === undefined ? undefined : { signal: name.replace('¬', ''), invert: name.startsWith('¬') };
}

/** Innermost brackets become #, until none is left. */
function withoutBrackets(text: string): string {
  const fewer = text.replace(/\([^()]*\)/g, '#');
  return fewer === text ? text : withoutBrackets(fewer);
}

/** `f`, `z` or `1−z`: how a keep factor is written. */
export function keepName({ signal, invert }: Keep): string {
  return invert ? `1−${signal}` : signal;
}
