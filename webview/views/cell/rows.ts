/** The parts of a preactivation as the rows of a waterfall: bias, input, the six largest of the units, the rest. Pure. */
import { l10n } from '../../l10n';
import { figures, signed } from '../../words';
import type { Factor, MatrixPart, SinglePart, SplitAnswer } from '../../../src/questions/cell';

export interface Row {
  readonly label: string;
  /** `h₋₁ +0.53 × Uf −0.70` */
  readonly detail: string;
  /** All figures, for reading. */
  readonly exact: string;
  readonly amount: number;
  /** What is added up above it. */
  readonly from: number;
  readonly hue: 'bias' | 'x' | 'unit' | 'rest' | 'other';
  /** The signal whose unit it is. */
  readonly source?: string;
  readonly unit?: number;
}

export interface RowNames {
  readonly states: ReadonlySet<string>;
  /** Name of an input feature; undefined where features have none. */
  readonly feature: (k: number) => string | undefined;
  /** What the input was, where it is one of many: `↵`. */
  readonly token: string | undefined;
}

const MOST = 6;
/** So many features are shown one by one. */
const FEATURES = 4;

type Loose = Omit<Row, 'from'>;

/** Rows that add up to the split's sum. */
export function rowsOf({ parts }: Pick<SplitAnswer, 'parts'>, names: RowNames): Row[] {
  const singles = parts.filter(p => p.kind === 'single'), matrices = parts.filter(p => p.kind === 'matrix');
  const of = (...roles: SinglePart['role'][]): Loose[] => singles.filter(p => roles.includes(p.role)).map(p => singleRow(p, names));
  const loose = [
    ...of('bias', 'constant'), ...matrices.filter(p => p.source === 'x').flatMap(p => inputRows(p, names)),
    ...of('own'), ...unitRows(matrices.filter(p => p.source !== 'x'), names), ...of('held', 'whole'),
  ];
  let from = 0;
  return loose.map(row => {
    const placed = { ...row, from };
    from += row.amount;
    return placed;
  });
}

/** States before the step get their ₋₁, new ones lose their prime. */
export function marked(text: string, states: ReadonlySet<string>): string {
  return text.replace(/(\p{L}[\p{L}\d]*)('?)/gu, (_, name: string, prime: string) => (prime === '' && states.has(name) ? `${name}₋₁` : name));
}

function inFront(factors: readonly Factor[], states: ReadonlySet<string>, show: (v: number) => string): string {
  return factors.map(f => (f.text === String(f.value) ? `${f.text} × ` : `${marked(f.text, states)} ${show(f.value)} × `)).join('');
}

const LABELS: Readonly<Record<SinglePart['role'], () => string>> = {
  bias: () => l10n('bias'), constant: () => l10n('constant'), own: () => l10n('own'), whole: () => l10n('other'), held: () => l10n('mean of norm'),
};

function singleRow(p: SinglePart, { states }: RowNames): Loose {
  const text = marked(p.text, states);
  const write = (show: (v: number) => string): string => inFront(p.factors, states, show) + (p.weight !== undefined && p.value !== undefined ? `${text}: ${show(p.weight)} × ${show(p.value)}` : p.factors.length > 0 && p.value !== undefined ? `${text} ${show(p.value)}` : text);
  const label = p.role === 'own' && p.weight !== undefined ? l10n('peephole') : LABELS[p.role]();
  return { label, detail: write(signed), exact: `${write(figures)} = ${figures(p.amount, 7)}`, amount: p.amount, hue: p.role === 'bias' || p.role === 'constant' ? 'bias' : 'other' };
}

function inputRows(p: MatrixPart, names: RowNames): Loose[] {
  const on = [...p.values.keys()].filter(k => p.values[k] !== 0);
  const name = (k: number): string => names.feature(k) ?? `x${k}`;
  const one = (k: number): Loose => termRow(p, k, names, names.feature(k) ?? l10n('input {0}', k), 'x');
  if (on.length === 1 && p.values[on[0]!] === 1 && p.values.length > FEATURES) {
    const what = names.token ?? name(on[0]!);
    return [{ ...one(on[0]!), label: l10n('input'), detail: `${inFront(p.factors, names.states, signed)}${p.matrix} · ${what}` }];
  }
  if (p.values.length <= FEATURES) return [...p.values.keys()].map(one);
  const amount = p.amounts.reduce((a, b) => a + b, 0);
  return [{ label: l10n('input'), detail: `${p.matrix} x, ${l10n('{0} features', p.values.length)}`, exact: `${p.matrix} x = ${figures(amount, 7)}`, amount, hue: 'x' }];
}

function unitRows(parts: readonly MatrixPart[], names: RowNames): Loose[] {
  const all = parts.flatMap(p => [...p.amounts.keys()].map(k => ({ p, k, amount: p.amounts[k]! })));
  const sorted = all.sort((a, b) => Math.abs(b.amount) - Math.abs(a.amount) || a.k - b.k);
  const rest = sorted.slice(MOST);
  const rows = sorted.slice(0, MOST).map(({ p, k }): Loose => ({ ...termRow(p, k, names, l10n('unit {0}', k), 'unit'), source: p.source.replace("'", ''), unit: k }));
  if (rest.length === 0) return rows;
  const amount = rest.reduce((sum, r) => sum + r.amount, 0);
  return [...rows, { label: rest.length === 1 ? l10n('1 other unit') : l10n('{0} other units', rest.length), detail: '', exact: figures(amount, 7), amount, hue: 'rest' }];
}

function termRow(p: MatrixPart, k: number, { states }: RowNames, label: string, hue: Row['hue']): Loose {
  const text = marked(p.text, states);
  const read = text.includes(' ') ? `(${text})` : text;
  const write = (show: (v: number) => string): string => `${inFront(p.factors, states, show)}${read} ${show(p.values[k]!)} × ${p.matrix} ${show(p.weights[k]!)}`;
  return { label, detail: write(signed), exact: `${write(v => figures(v, 6))} = ${figures(p.amounts[k]!, 7)}`, amount: p.amounts[k]!, hue };
}
