/**
 * A cell whose signals can be held, written as equations like any other: `f = hardσ(σ(…) ⊙ kf + sf, 1, 0)` with a vector kf of ones and
 * zeros and a vector sf of values. So every evaluator, gradient and analysis works on it, and the same signals always give the same text,
 * whose machine is compiled once; only the two vectors change while a person turns a knob. Where k is 1 and s is 0 a value stays as it is,
 * to the last bit.
 */
import type { Cell } from '../cells/cell';
import { functionNamed } from '../equations/functions';
import { printStatement } from '../equations/print';
import type { Equation, Expression, Statement } from '../equations/syntax';
import type { Program } from '../program';
import { programOf } from '../programs';

/** Names of the two vectors of a signal that can be held. */
export interface Handle { readonly factor: string; readonly value: string }

/** `free`: signals of their own for what the held ones would be, where those were asked for: f's preactivation is that of `free.get('f')`. */
export interface Holdable { readonly cell: Cell; readonly handles: ReadonlyMap<string, Handle>; readonly free: ReadonlyMap<string, string> }

const PLACE = { line: 1, column: 1 } as const;

/** The cell with handles at these signals; the cell itself where there are none. With `apart` what activations give is a signal apart from what is held. */
export function holdable(cell: Cell, signals: readonly string[], apart = false): Holdable {
  const program = programOf(cell);
  const touched = program.signals.map(s => s.name).filter(name => signals.includes(name));
  if (touched.length === 0) return { cell, handles: new Map(), free: new Map() };
  const taken = namesOf(program);
  const handles = new Map(touched.map(name => [name, { factor: fresh(`k${name}`, taken), value: fresh(`s${name}`, taken) }]));
  const free = new Map(program.signals.filter(s => apart && s.pre !== undefined && handles.has(s.name)).map(s => [s.name, fresh(`u${s.name}`, taken)]));
  const statements = program.statements.flatMap((s): Statement[] => {
    const handle = s.kind === 'equation' ? handles.get(s.name) : undefined;
    if (s.kind !== 'equation' || !handle) return [s];
    const own = free.get(s.name);
    if (own === undefined) return [{ ...s, right: held(s, s.right, handle, program) }];
    return [{ ...s, name: own, primed: false, label: '' }, { ...s, right: held(s, vector(own), handle, program) }];
  });
  return { cell: { ...cell, id: `${cell.id}+held(${touched.join(',')})`, equations: statements.map(printStatement).join('\n') }, handles, free };
}

/** `(right) ⊙ k + s`; a gate stays one by being held within 0..1, where it is anyway. */
function held({ name }: Equation, right: Expression, { factor, value }: Handle, program: Program): Expression {
  const mixed = infix('+', infix('⊙', right, vector(factor)), vector(value));
  const gate = program.signals.find(s => s.name === name)!.kind === 'gate';
  return gate ? { kind: 'call', name: 'hardσ', values: [mixed], numbers: [1, 0], ...PLACE } : mixed;
}

const infix = (op: '+' | '⊙', left: Expression, right: Expression): Expression => ({ kind: 'infix', op, left, right, ...PLACE });
const vector = (name: string): Expression => ({ kind: 'name', name, primed: false, ...PLACE });

function namesOf({ statements, parameters }: Program): Set<string> {
  return new Set(['x', ...statements.map(s => s.name), ...parameters.map(p => p.name)]);
}

/** A name that nothing else has. */
function fresh(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let k = 2; taken.has(name) || functionNamed(name); k++) name = `${wanted}${k}`;
  taken.add(name);
  return name;
}

/** The vector that is simply added to what a signal's activation reads (or to the signal): `bf` of f; undefined where there is none. */
export function biasOf(cell: Cell, signal: string): string | undefined {
  const program = programOf(cell);
  const equation = program.statements.find((s): s is Equation => s.kind === 'equation' && s.name === signal);
  const right = equation?.right;
  if (!right) return undefined;
  const sum = right.kind === 'call' && functionNamed(right.name)?.makes ? right.values[0]! : right;
  const vectors = new Set(program.parameters.filter(p => p.kind === 'vector').map(p => p.name));
  const own = terms(sum).flatMap(t => t.kind === 'name' && vectors.has(t.name) ? [t.name] : []);
  return own.find(name => !readElsewhere(program, name, equation));
}

/** What a sum adds up, with a plus. */
function terms(e: Expression): readonly Expression[] {
  return e.kind === 'infix' && e.op === '+' ? [...terms(e.left), ...terms(e.right)] : [e];
}

/** Is the name read by another equation too? Then it is not this signal's alone. */
function readElsewhere(program: Program, name: string, but: Equation): boolean {
  return program.statements.some(s => s !== but && s.kind === 'equation' && reads(s.right, name));
}

function reads(e: Expression, name: string): boolean {
  switch (e.kind) {
    case 'number': return false;
    case 'name': return e.name === name;
    case 'matrix': case 'scale': case 'negate': return reads(e.argument, name);
    case 'infix': return reads(e.left, name) || reads(e.right, name);
    case 'call': return e.values.some(v => reads(v, name));
  }
}
