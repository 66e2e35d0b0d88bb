/** Cells that Python code defines: classes whose step takes x and a state and gives the next state, read as equations. */
import { EquationError, parse, print } from '../../core/equations';
import { saying, type Said } from '../../core/said';
import type { Module, Scope } from '../code/scopes';
import type { Span } from '../outline';
import { byName, dialectsOf, inputLike, stateLike } from './classes';
import { bodyOf, parametersOf, type Frame } from './frame';
import type { Dialect } from './framework';
import { Machine } from './machine';
import type { CodeCell, ReadCell, UnreadCell } from './spec';
import { nextStates, stateNames } from './states';
import { block } from './statements';
import { checkDecorators } from './decorators';
import { checkSizes } from './fits';
import { opaque, Unread, vector, type Bundle } from './values';
import { notePrecision } from './precision';
import { unmixed } from './unmixed';
import { write } from './write';

type Place = (span: Span) => { readonly span: Span; readonly line: number };

/** Cells of a file. A class that is no cell by its name is left out where it cannot be read: it may be anything. */
export function readCells(module: Module, place: Place): CodeCell[] {
  const parts = new Set<Scope>();
  const found = module.classes.flatMap(scope => {
    const cells = dialectsOf(scope, module).flatMap(dialect => readClass(scope, module, dialect, place, parts) ?? []);
    return cells.slice(0, 1).map(cell => ({ scope, cell }));
  });
  return found.filter(f => !parts.has(f.scope) || byName.test(f.scope.name)).map(f => f.cell);
}

function readClass(scope: Scope, module: Module, dialect: Dialect, place: Place, parts: Set<Scope>): CodeCell | undefined {
  const machine = new Machine(module, scope, dialect);
  const step = machine.methodOf(dialect.step);
  if (!step || isStub(step)) return undefined;
  const given = parametersOf(step).slice(1), x = inputOf(given, dialect);
  if (given.length < 2 || !(byName.test(scope.name) || given.some(p => p !== x && stateLike.test(p.name)))) return undefined;
  const header = scope.node.getChild('VariableName') ?? scope.node;
  const here = { name: scope.name, ...place(header), body: place({ from: scope.node.from, to: scope.node.to }).span };
  try {
    const reading = read(machine, step);
    for (const part of machine.parts) parts.add(part);
    return { ...here, framework: dialect.id, ...reading };
  } catch (error) {
    return unread(error, here, header, place);
  }
}

/** A step that is only declared: `...`, `pass`, `raise NotImplementedError`, after words on what it would do. */
const isStub = (step: Scope): boolean => bodyOf(step.node).every(s => /^(Raise|Pass)Statement$/.test(s.name) || s.name === 'ExpressionStatement' && /^(Ellipsis|String|ContinuedString)$/.test(s.firstChild?.name ?? ''));

function unread(error: unknown, here: Pick<UnreadCell, 'name' | 'span' | 'body' | 'line'>, header: Span, place: Place): UnreadCell | undefined {
  if (!/cell$/i.test(here.name)) return undefined;
  const at = error instanceof Unread && error.at.from >= 0 ? error.at : header;
  const { span, line } = place({ from: at.from, to: at.to });
  return { ...here, why: whyOf(error), whyLine: line, whySpan: span };
}

function whyOf(error: unknown): Said {
  if (error instanceof Unread) return error.why;
  if (error instanceof EquationError) return saying('the equations would not hold together: {0}', error.message);
  return saying('this code is not understood');
}

type Reading = Omit<ReadCell, 'name' | 'framework' | 'span' | 'body' | 'line'>;

function read(machine: Machine, step: Scope): Reading {
  machine.construct();
  const bundles: Bundle[] = [];
  const name = step.node.getChild('VariableName') ?? step.node;
  checkDecorators(step, machine.module);
  const returned = block(bodyOf(step.node), start(machine, step, bundles), machine);
  if (!returned) throw new Unread(saying('{0} returns nothing. Return the next state', step.name), name);
  const { nexts: mixed, output } = nextStates(returned, bundles, machine, step);
  const nexts = unmixed(mixed, name);
  const { equations, ...written } = write(nexts, stateNames(machine.found.map(s => s.name), output));
  checkSizes(nexts, name);
  const program = parse(equations);
  if (!program.nodes.some(n => n.op === 'state')) throw new Unread(saying('no next state depends on the state before, so this is no cell'), name);
  notePrecision(machine);
  return { equations: print(program), ...written, tensors: machine.tensors, known: machine.known, notes: machine.notes };
}

/** The parameter that is the input of a step. */
const inputOf = <P extends { readonly name: string }>(given: readonly P[], { carryFirst }: Dialect): P | undefined => given.find(p => inputLike.test(p.name)) ?? given[carryFirst ? 1 : 0];

/** What a step's parameters stand for when it begins. */
function start(machine: Machine, step: Scope, bundles: Bundle[]): Frame {
  const [self, ...given] = parametersOf(step);
  const x = inputOf(given, machine.dialect);
  const frame: Frame = { names: new Map(), scope: step };
  if (self) frame.names.set(self.name, { kind: 'self' });
  for (const p of given) {
    if (p === x) frame.names.set(p.name, vector({ kind: 'input' }));
    else if (p.name !== 'training' && (stateLike.test(p.name) || !p.fallback && given.length === 2)) { const bundle: Bundle = { name: p.name, states: [], whole: false }; bundles.push(bundle); frame.names.set(p.name, { kind: 'bundle', bundle }); }
    else if (p.fallback) frame.names.set(p.name, machine.evaluate(p.fallback, { names: new Map(), scope: step }));
    else frame.names.set(p.name, opaque(saying('what {0} is in a step is not known: it is no input and no state by its name. Leave it out, or hand it to the constructor', p.name), step.node.getChild('ParamList') ?? step.node));
  }
  return frame;
}
