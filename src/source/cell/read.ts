/** Cells that Python code defines: classes whose step takes x and a state and gives the next state, read as equations. */
import type { SyntaxNode } from '@lezer/common';
import { EquationError, parse, print } from '../../core/equations';
import { saying, type Said } from '../../core/said';
import { children, slice } from '../code/expression';
import type { Module, Scope } from '../code/scopes';
import type { Span } from '../outline';
import { byName, dialectsOf, inputLike, stateLike } from './classes';
import { bodyOf, parametersOf, type Frame, type Parameter } from './frame';
import type { Dialect } from './framework';
import { Machine } from './machine';
import type { CodeCell, ReadCell, UnreadCell } from './spec';
import { nextStates, stateNames } from './states';
import { block } from './statements';
import { checkDecorators } from './decorators';
import { checkSizes } from './fits';
import { opaque, rest, Unread, vector, type Bundle, type Value } from './values';
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
  const given = parametersOf(step).slice(1).filter(p => !p.stars), x = inputOf(given, dialect);
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
  return { equations: print(program), ...written, tensors: machine.spelled(), known: machine.known, notes: machine.notes };
}

/** The parameter that is the input of a step. */
const inputOf = <P extends { readonly name: string }>(given: readonly P[], { carryFirst }: Dialect): P | undefined => given.find(p => inputLike.test(p.name)) ?? given[carryFirst ? 1 : 0];

/** Names that a step returns: `return y, z` of a step that takes y and z gives them back as they are next. */
function returnedNames(step: Scope, module: Module): ReadonlySet<string> {
  const names = new Set<string>(), last = bodyOf(step.node).at(-1);
  const visit = (node: SyntaxNode): void => {
    if (node.name === 'VariableName') names.add(slice(node, module.text));
    else if (/^(Tuple|Array|Parenthesized)Expression$/.test(node.name)) children(node).forEach(visit);
  };
  if (last?.name === 'ReturnStatement') children(last).slice(1).forEach(visit);
  return names;
}

/** Whether the other of two arguments is the state although its name does not say so: two equals, x and y, meet in a gate, too. */
const isStep = (cell: string, input: string, name: string): boolean => /(cell|rnn|lstm|gru|step)$/i.test(cell) || inputLike.test(input) && name !== 'y';

/** What a step's parameters stand for when it begins. */
function start(machine: Machine, step: Scope, bundles: Bundle[]): Frame {
  const [self, ...all] = parametersOf(step), given = all.filter(p => !p.stars);
  const x = inputOf(given, machine.dialect);
  const frame: Frame = { names: new Map(), scope: step };
  const handedBack = byName.test(machine.cell.name) ? returnedNames(step, machine.module) : new Set<string>();
  const isState = (p: Parameter): boolean => p.name !== 'training' && (stateLike.test(p.name) || !p.fallback && given.length === 2 && isStep(machine.cell.name, x?.name ?? '', p.name));
  const isReturned = (p: Parameter): boolean => handedBack.has(p.name) && (!p.fallback || slice(p.fallback, machine.module.text) === 'None');
  const state = (p: Parameter, why?: Said): Value => { const bundle: Bundle = { name: p.name, states: [], whole: false, ...(why ? { why } : {}) }; bundles.push(bundle); return { kind: 'bundle', bundle }; };
  if (self) frame.names.set(self.name, { kind: 'self' });
  for (const p of all) frame.names.set(p.name, valueOf(p));
  return frame;

  function valueOf(p: Parameter): Value {
    const why = saying('what {0} is in a step is not known: it is no input and no state by its name. Leave it out, or hand it to the constructor', p.name);
    if (p === x) return vector({ kind: 'input' });
    if (p.stars) return rest(new Map(), []);
    if (isState(p)) return state(p);
    if (isReturned(p)) return state(p, why);
    return p.fallback ? machine.evaluate(p.fallback, { names: new Map(), scope: step }) : opaque(why, step.node.getChild('ParamList') ?? step.node);
  }
}
