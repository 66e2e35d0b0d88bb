/** From names to numbers: how long every vector of a program is. */
import { outputState, type Parameter, type Program } from './program';

/** Length of the vectors of each size class; class 0 is 1. */
export type Sizes = readonly number[];

/** Sizes that the equations do not allow: who must equal whom, and where that was written. */
export class SizeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SizeError';
  }
}

/**
 * Sizes of all classes from those of x, states or signals: `{x: 3, h: 8}`. A class that no given name belongs to is as
 * large as the output. @throws SizeError
 */
export function sizesOf(program: Program, given: Readonly<Record<string, number>>): Sizes {
  const sizes: (number | undefined)[] = program.classes.map(() => undefined);
  const givenBy: string[] = [];
  sizes[0] = 1;
  for (const [name, size] of Object.entries(given)) {
    const k = classNamed(program, name);
    if (!Number.isSafeInteger(size) || size < 1) throw new SizeError(`the size of ${name} must be a whole number of at least 1, found ${size}`);
    if (sizes[k] !== undefined && sizes[k] !== size) throw new SizeError(conflict(program, name, size, givenBy[k] ?? '1', sizes[k]));
    sizes[k] = size;
    givenBy[k] ??= name;
  }
  if (sizes[program.input] === undefined) throw new SizeError('the size of x is not given');
  const free = sizes[outputState(program).size];
  if (free === undefined) throw new SizeError(`the size of the output ${program.output} is not given`);
  return sizes.map(s => s ?? free);
}

function classNamed(program: Program, name: string): number {
  const k = program.classes.findIndex(c => c.names.includes(name));
  if (k >= 0) return k;
  if (program.signals.some(s => s.name === name)) return 0;
  const known = program.classes.flatMap(c => c.names);
  throw new SizeError(`no x, state or signal is called "${name}"; sizes can be given for ${known.join(', ')}`);
}

function conflict(program: Program, a: string, sizeOfA: number, b: string, sizeOfB: number): string {
  if (b === '1') return `${a} is a single number, so its size is 1, not ${sizeOfA}`;
  const places = route(program, a, b).map(({ text, line, column }) => `"${text}" (line ${line}, column ${column})`);
  return `${a} has size ${sizeOfA} and ${b} has size ${sizeOfB}, but they must be equal because of ${[...new Set(places)].join(' and ')}`;
}

/** The shortest chain of links from one name to another: why they must be equally long. */
function route(program: Program, from: string, to: string): Program['links'] {
  const reached = new Map<string, Program['links']>([[from, []]]);
  for (const [name, path] of reached) {
    if (name === to) return path;
    for (const link of program.links) {
      const next = link.a === name ? link.b : link.b === name ? link.a : undefined;
      if (next !== undefined && !reached.has(next)) reached.set(next, [...path, link]);
    }
  }
  return [];
}

/** `[rows, columns]`, `[rows]`, or `[1]` for a learned scalar. */
export function shapeOf(parameter: Parameter, sizes: Sizes): readonly number[] {
  const rows = sizes[parameter.rows]!;
  return parameter.kind === 'matrix' ? [rows, sizes[parameter.columns]!] : [rows];
}
