/** What an editor says of a cell's text as it is typed: what is wrong, what a name is, what could be typed next. Knows no vscode. */
import { EquationError, functions, parse } from './core/equations';
import { isMatrixName, type Expression, type Place } from './core/equations/syntax';
import { functionNamed, type CellFunction } from './core/equations/functions';
import { outputState, type Parameter, type Program, type Signal } from './core/program';
import { l10n, term } from './l10n';

/** The first thing that is wrong; line and column from 1. */
export interface Fault { readonly line: number; readonly column: number; readonly message: string }

/** The program of a text, or why there is none. */
export function readCell(text: string): { readonly program: Program } | { readonly fault: Fault } {
  try {
    return { program: parse(text) };
  } catch (error) {
    if (!(error instanceof EquationError)) throw error;
    const { line, column, message } = error;
    return { fault: { line, column, message } };
  }
}

/** What a size class is called: the input's and the output's length; what is free is as long as the output. */
const sizeWord = (program: Program, size: number): string =>
  size === 0 ? '1' : size === program.input && size !== outputState(program).size ? l10n('inputs') : l10n('units');

/** `[units, inputs]` */
export function shapeWords(program: Program, p: Parameter): string {
  return `[${p.kind === 'matrix' ? `${sizeWord(program, p.rows)}, ${sizeWord(program, p.columns)}` : sizeWord(program, p.rows)}]`;
}

const countWords = (program: Program, p: Parameter): string => {
  if (p.kind === 'scalar') return '1';
  const rows = sizeWord(program, p.rows);
  if (p.kind !== 'matrix') return rows;
  const columns = sizeWord(program, p.columns);
  return rows === columns ? `${rows}²` : `${rows}·${columns}`;
};

/** All parameters as a formula: `4 units·inputs + 4 units² + 4 units`. */
export function parameterFormula(program: Program): string {
  const counts = new Map<string, number>();
  for (const p of program.parameters) counts.set(countWords(program, p), (counts.get(countWords(program, p)) ?? 0) + 1);
  return [...counts].map(([words, n]) => (words === '1' ? String(n) : n === 1 ? words : `${n} ${words}`)).join(' + ') || '0';
}

/** What a name is: one clause, the equation that makes it, and more sentences. */
export interface NameWords { readonly what: string; readonly equation?: string; readonly more: readonly string[] }

const kinds = (): Readonly<Record<Signal['kind'], string>> => ({
  gate: l10n('a gate, between 0 and 1'), candidate: l10n('a candidate'), state: l10n('a state'), value: l10n('a value'),
});

/** What a name of the text is; undefined where it is none. */
export function wordsOn(program: Program, name: string, primed: boolean): NameWords | undefined {
  if (name === 'x') return { what: l10n('the input of this step, {0}', `[${sizeWord(program, program.input)}]`), more: [] };
  const signal = program.signals.find(s => s.name === name);
  if (signal) return signalWords(program, signal, primed);
  const parameter = program.parameters.find(p => p.name === name);
  if (parameter) return parameterWords(program, parameter);
  const called = functionNamed(name);
  return called && { what: functionWords(called), more: [] };
}

function signalWords(program: Program, signal: Signal, primed: boolean): NameWords {
  const { kind, label, size } = signal;
  const what = label === '' ? l10n('{0}, {1}', kinds()[kind], `[${sizeWord(program, size)}]`) : l10n('{2}: {0}, {1}', kinds()[kind], `[${sizeWord(program, size)}]`, term(label));
  const state = kind === 'state';
  return {
    what, equation: `${signal.name}${state ? "'" : ''} = ${signal.equation}`,
    more: [
      ...(state ? [primed ? l10n('With the prime: its value after this step.') : l10n('Without a prime: its value before this step, zero at the start.')] : []),
      ...(state && program.output === signal.name ? [l10n('It is the cell\'s output.')] : []),
    ],
  };
}

function parameterWords(program: Program, p: Parameter): NameWords {
  const shape = shapeWords(program, p);
  if (p.kind === 'matrix') return { what: l10n('a learned matrix, {0} (rows, columns)', shape), more: [l10n('Parameters: {0}', countWords(program, p))] };
  if (p.kind === 'scalar') return { what: l10n('a learned number'), more: [l10n('Parameters: {0}', 1)] };
  return { what: l10n('a learned vector, {0}', shape), more: [l10n('Parameters: {0}', countWords(program, p)), l10n('No equation defines this name, which makes it learned.')] };
}

const functionWords = ({ vectors, numbers, result, makes }: CellFunction): string => {
  const what = makes === 'gate' ? l10n('a function into 0 to 1: makes a gate') : makes ? l10n('an activation function') : result === 'scalar' ? l10n('a function of a vector that gives one number') : l10n('a function');
  return numbers.length > 0 ? l10n('{0}; takes a value and {1}', what, numbers.join(', ')) : vectors === 2 ? l10n('{0}; takes two values', what) : what;
};

/** Something that can be typed. `typed` are the words it is found by, `insert` a snippet. */
export interface Offer { readonly kind: 'function' | 'signal' | 'state' | 'parameter' | 'sign'; readonly label: string; readonly insert: string; readonly typed: string; readonly detail: string }

/** What fits on a line (from 1): functions, x, signals above, states (their old value, and the new one where it is made above), and learned names in use; `typed` stands there because it is being typed. */
export function offersOn(text: string, line: number, typed = ''): Offer[] {
  const defined = definitions(text);
  const above = defined.filter(d => d.line < line);
  const states = [...new Set(defined.filter(d => d.primed).map(d => d.name))];
  const words = wordsIn(text);
  const others = words.filter((_, k) => k !== words.indexOf(typed));
  const learned = [...new Set(others)].filter(n => n !== 'x' && n !== 'R' && n !== 'in' && !functionNamed(n) && !defined.some(d => d.name === n));
  return [
    { kind: 'signal', label: 'x', insert: 'x', typed: 'x input', detail: l10n('the input of this step') },
    ...above.filter(d => !d.primed).map((d): Offer => ({ kind: 'signal', label: d.name, insert: d.name, typed: d.name, detail: l10n('made on line {0}', d.line) })),
    ...states.map((name): Offer => ({ kind: 'state', label: name, insert: name, typed: name, detail: l10n('the state before this step') })),
    ...above.filter(d => d.primed).map((d): Offer => ({ kind: 'state', label: `${d.name}'`, insert: `${d.name}'`, typed: `${d.name}'`, detail: l10n('the state after this step, made on line {0}', d.line) })),
    ...learned.map((name): Offer => ({ kind: 'parameter', label: name, insert: name, typed: name, detail: isMatrixName(name) ? l10n('a learned matrix') : l10n('a learned vector') })),
    ...functions.map((f): Offer => ({ kind: 'function', label: f.name, insert: snippet(f), typed: [f.name, ...f.aliases].join(' '), detail: functionWords(f) })),
    { kind: 'sign', label: '⊙', insert: '⊙ ', typed: '* times ⊙', detail: l10n('product of two vectors, number by number; * means the same') },
    { kind: 'sign', label: '∈ R', insert: '∈ R', typed: 'in R ∈', detail: l10n('declares a learned number: a ∈ R') },
  ];
}

/** `hardσ(${1:v}, ${2:a}, ${3:b})` */
function snippet({ name, vectors, numbers }: CellFunction): string {
  const places = [...(vectors === 2 ? ['v', 'w'] : ['v']), ...numbers];
  return `${name}(${places.map((p, k) => (places.length === 1 ? '$1' : `\${${k + 1}:${p}}`)).join(', ')})`;
}

/** What lines begin with `name =`; also in a text that cannot be read as a whole. */
function definitions(text: string): { readonly name: string; readonly primed: boolean; readonly line: number }[] {
  return text.split('\n').flatMap((line, k) => {
    const found = /^\s*(\p{L}[\p{L}\p{Nd}]*)(['′’]?)\s*=/u.exec(line);
    return found ? [{ name: found[1]!, primed: found[2] !== '', line: k + 1 }] : [];
  });
}

/** Names in expressions, labels and comments left out. */
const wordsIn = (text: string): string[] =>
  text.split('\n').flatMap(line => [...(/=(.*)/u.exec(line.replace(/#.*/u, ''))?.[1] ?? '').trim().split(/\s{2,}(?![-−+/*∘⊙])/u)[0]!.matchAll(/\p{L}[\p{L}\p{Nd}]*/gu)].map(m => m[0]));

export type NameKind = 'signal' | 'state' | 'input' | 'parameter';

/** A name in the text and what it stands for; line and column from 1. */
export interface NamePlace { readonly line: number; readonly column: number; readonly length: number; readonly kind: NameKind }

/** All names of a program's text in the order of the text, for colours. */
export function namesIn(program: Program): NamePlace[] {
  const signals = new Map(program.signals.map(s => [s.name, s.kind === 'state' ? 'state' : 'signal'] as const));
  const place = (name: string, primed: boolean, { line, column }: Place): NamePlace =>
    ({ line, column, length: name.length + (primed ? 1 : 0), kind: name === 'x' ? 'input' : signals.get(name) ?? 'parameter' });
  const inside = (e: Expression): NamePlace[] => {
    switch (e.kind) {
      case 'name': return [place(e.name, e.primed, e)];
      case 'matrix': return [place(e.name, false, e), ...inside(e.argument)];
      case 'infix': return [...inside(e.left), ...inside(e.right)];
      case 'call': return e.values.flatMap(inside);
      case 'number': return [];
      default: return inside(e.argument);
    }
  };
  const all = program.statements.flatMap(s => (s.kind === 'scalar' ? [place(s.name, false, s)] : [place(s.name, s.primed, s), ...inside(s.right)]));
  return all.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** The text that a new cell begins with: the LSTM, under a few words on how to write. */
export function newCellText(name: string, equations: string): string {
  const words = [
    l10n('{0}: a recurrent cell, as equations. The panel follows as you type.', name),
    l10n('x is the input. A prime marks the next value of a state: h\' is made from h.'),
    l10n('Capitals are learned matrices, other free names learned vectors.'),
    l10n('Type sigma for σ and * for ⊙. A label follows two spaces or #.'),
  ];
  return `${words.map(w => `# ${w}`).join('\n')}\n\n${equations}\n`;
}

/** What is wrong with a name for a new cell; undefined where it can be a file's. */
export function nameFault(name: string, taken: readonly string[]): string | undefined {
  if (!/^\p{L}[\p{L}\p{Nd} _-]{0,59}$/u.test(name.trim())) return l10n('A name of letters, digits, spaces, - or _, at most 60, that starts with a letter');
  if (/^(con|prn|aux|nul|com\d|lpt\d)$/i.test(name.trim())) return l10n('Windows keeps this name for itself; choose another');
  return taken.some(t => t.toLowerCase() === name.trim().toLowerCase()) ? l10n('There is a cell of this name already') : undefined;
}
