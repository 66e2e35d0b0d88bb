/**
 * What flows where in a cell, read from its equations: states that keep a line of their own (`c' = f ⊙ c + i ⊙ g`), boxes that bend a sum,
 * and states that are tapped from another one's new value (`h' = o ⊙ tanh(c')`). Any cell that can be written is made of these three. Pure.
 */
import { partsOf, type Placed } from '../../src/core/equations/parts';
import type { Equation, Expression, Statement } from '../../src/core/equations/syntax';
import type { ExpressionPath } from '../../src/questions/cell';

/** A factor that lets a share through. */
export interface Valve {
  readonly path: ExpressionPath;
  /** The signal that opens it; absent for numbers and parameters. */
  readonly signal?: string;
  /** It opens as the signal falls: 1 - z. */
  readonly inverted: boolean;
  /** `f`, `1 − z` */
  readonly text: string;
}

/** One of the products that a line adds up. */
export interface Term {
  readonly path: ExpressionPath;
  readonly valves: readonly Valve[];
  /** What passes the valves: the name of a box, and where its value is. */
  readonly carrier: { readonly path: ExpressionPath; readonly box: string };
  readonly minus: boolean;
}

export interface Line { readonly state: string; readonly path: ExpressionPath; readonly keep: Term; readonly adds: readonly Term[] }

/** A way from a source into a box. */
export interface Read {
  /** `x`, a state before the step, `c'` for its new value, or another signal. */
  readonly source: string;
  readonly valves: readonly Valve[];
  /** The valves stand before the matrix, as in Un (r ⊙ h). */
  readonly before: boolean;
  readonly matrix?: string;
}

export interface Box {
  /** The signal; `'4.r'`, its path, for an expression without a name. */
  readonly id: string;
  /** What is written in it: `f`, or a short expression. */
  readonly text: string;
  readonly named: boolean;
  readonly path: ExpressionPath;
  /** `σ`; `1 − i` where no function bends it. */
  readonly bend: string;
  /** A new state that has no line. */
  readonly state: boolean;
  readonly reads: readonly Read[];
}

export type Stage =
  | { readonly kind: 'pill'; readonly path: ExpressionPath; readonly text: string }
  | { readonly kind: 'valve'; readonly path: ExpressionPath; readonly valve: Valve };

/** A state made from another state's new value, from the inside out. */
export interface Tap { readonly state: string; readonly from: string; readonly path: ExpressionPath; readonly stages: readonly Stage[] }

export interface Flow {
  readonly states: readonly string[];
  readonly output: string;
  readonly lines: readonly Line[];
  readonly boxes: readonly Box[];
  readonly taps: readonly Tap[];
}

interface Factor extends Placed { readonly text?: string }

/** Reads the statements of a cell; `gates` are the signals between 0 and 1. */
export function flowOf(statements: readonly Statement[], gates: ReadonlySet<string>): Flow {
  const equations = statements.flatMap((s, k) => (s.kind === 'equation' ? [{ ...s, path: String(k) }] : []));
  return new Reading(equations, gates).flow();
}

type Found = Equation & { readonly path: ExpressionPath };

class Reading {
  private readonly states: readonly string[];
  private readonly signals: ReadonlySet<string>;
  private readonly unnamed: Placed[] = [];

  constructor(private readonly equations: readonly Found[], private readonly gates: ReadonlySet<string>) {
    this.states = equations.filter(q => q.primed).map(q => q.name);
    this.signals = new Set(equations.filter(q => !q.primed).map(q => q.name));
  }

  flow(): Flow {
    const made = this.equations.map(q => (q.primed ? { q, line: this.line(q) } : { q }));
    const lines = made.flatMap(m => m.line ?? []);
    const taps = made.flatMap(({ q, line }) => (q.primed && !line ? this.tap(q) ?? [] : []));
    const drawn = new Set([...lines, ...taps].map(d => d.path));
    const boxes = this.equations.filter(q => !drawn.has(q.path)).map(q => this.box({ path: q.path, e: q.right }, q));
    return {
      states: this.states, output: this.states.includes('h') ? 'h' : this.states.at(-1) ?? '', lines, taps,
      boxes: [...boxes, ...this.unnamed.map(p => this.box(p))],
    };
  }

  /** `s' = k ⊙ s + ...` */
  private line(q: Found): Line | undefined {
    const terms = sums({ path: q.path, e: q.right }, false);
    const own = terms.filter(t => products(t).some(f => isState(f.e, q.name)));
    const [keep] = own;
    if (!keep || own.length > 1 || terms.some(t => t !== keep && mentions(t.e, q.name, false) && !this.isShort(t))) return undefined;
    if (products(keep).some(f => !isState(f.e, q.name) && !this.valve(f))) return undefined;
    return { state: q.name, path: q.path, keep: this.term(keep, q.name), adds: terms.filter(t => t !== keep).map(t => this.term(t)) };
  }

  /** A term that can be drawn beside its line although it reads the old state again: its carrier gets a box. */
  private isShort(t: Placed): boolean {
    return products(t).some(f => !this.valve(f));
  }

  private term({ path, e, minus }: Placed & { readonly minus: boolean }, state?: string): Term {
    const factors = products({ path, e });
    const worth = (f: Factor): number => (state !== undefined && isState(f.e, state) ? 9 : this.weight(f));
    const best = Math.max(...factors.map(worth));
    const carrier = factors.findLast(f => worth(f) === best)!;
    const valves = factors.filter(f => f !== carrier).map(f => this.valve(f) ?? { path: f.path, inverted: false, text: printed(f.e) });
    return { path, valves, minus, carrier: { path: carrier.path, box: state ?? this.carried(carrier) } };
  }

  /** How much a factor is what is let through, not what lets through. */
  private weight(f: Factor): number {
    if (!this.valve(f)) return 4;
    return f.e.kind === 'name' && !this.gates.has(f.e.name) ? (this.signals.has(f.e.name) || this.states.includes(f.e.name) ? 3 : 1) : f.e.kind === 'number' ? 0 : 2;
  }

  /** The box that a carrier comes from; one is made where it has no name. */
  private carried(f: Placed): string {
    if (f.e.kind === 'name' && this.signals.has(f.e.name) && !f.e.primed) return f.e.name;
    if (!this.unnamed.some(p => p.path === f.path)) this.unnamed.push(f);
    return f.path;
  }

  private valve({ path, e, text }: Factor): Valve | undefined {
    if (text !== undefined) return { path, inverted: false, text };
    if (e.kind === 'number') return { path, inverted: false, text: printed(e) };
    const name = e.kind === 'name' ? e : isComplement(e) ? e.right : undefined;
    if (name?.kind !== 'name' || name.name === 'x') return undefined;
    const known = this.signals.has(name.name) && !name.primed;
    return { path, ...(known ? { signal: name.name } : {}), inverted: name !== e, text: printed(e) };
  }

  /** A single way from another state's new value to the whole, through functions, valves and matrices. */
  private tap(q: Found): Tap | undefined {
    const stages: Stage[] = [];
    const walk = (p: Placed): string | undefined => {
      const { e } = p;
      if (e.kind === 'name') return e.primed ? e.name : undefined;
      const parts = partsOf(p), inner = parts.filter(part => hasNext(part.e));
      if (inner.length !== 1) return undefined;
      const from = walk(inner[0]!);
      const others = parts.filter(part => part !== inner[0]);
      if (from === undefined || others.some(o => this.mixes(o.e))) return undefined;
      stages.push(this.stage(p, others[0]));
      return from;
    };
    const from = walk({ path: q.path, e: q.right });
    return from === undefined ? undefined : { state: q.name, from, path: q.path, stages: joinedPills(stages) };
  }

  /** Reads x, an old state or several things: more than a valve or a parameter. */
  private mixes(e: Expression): boolean {
    return e.kind === 'name' ? e.name === 'x' || this.states.includes(e.name) : e.kind !== 'number' && !isComplement(e);
  }

  private stage({ path, e }: Placed, other: Placed | undefined): Stage {
    const valve = e.kind === 'infix' && e.op === '⊙' && other ? this.valve(other) : undefined;
    if (valve?.signal !== undefined) return { kind: 'valve', path, valve };
    const text = e.kind === 'call' || e.kind === 'matrix' ? e.name : e.kind === 'scale' ? String(e.value) : e.kind === 'infix' ? `${e.op} ${other ? printed(other.e) : ''}` : '−';
    return { kind: 'pill', path, text };
  }

  private box(p: Placed, q?: Equation): Box {
    const inside = activationIn(p.e);
    return {
      id: q ? q.name : p.path, text: q ? q.name : short(p.e), named: q !== undefined, path: p.path, state: q?.primed ?? false,
      bend: inside ?? (q ? short(p.e) : ''), reads: this.reads(p),
    };
  }

  /** Every leaf that is x, a state or a signal, with the valves on its way out; one entry for each source and its valves. */
  private reads(p: Placed): Read[] {
    const found = new Map<string, Read>();
    const add = (read: Read): void => {
      const key = `${read.source} ${read.valves.map(v => v.path).join()}`;
      if (!found.has(key)) found.set(key, read);
    };
    const walk = (q: Placed, valves: readonly Valve[], matrix: string | undefined, before: boolean): void => {
      const { e } = q;
      if (e.kind === 'name') {
        const source = e.primed ? `${e.name}'` : e.name;
        if (e.name === 'x' || this.states.includes(e.name) || this.signals.has(e.name)) add({ source, valves, before, ...(matrix === undefined ? {} : { matrix }) });
        return;
      }
      if (e.kind === 'infix' && e.op === '⊙') {
        const parts = partsOf(q);
        const gate = parts.find(part => this.valve(part)?.signal !== undefined && this.gates.has(this.valve(part)!.signal!));
        const rest = parts.find(part => part !== gate)!;
        if (gate) return walk(rest, [...valves, this.valve(gate)!], matrix, before || matrix !== undefined);
      }
      for (const part of partsOf(q)) walk(part, valves, e.kind === 'matrix' ? matrix ?? e.name : matrix, before);
    };
    walk(p, [], undefined, false);
    return [...found.values()];
  }
}

/** The products that are added up, with their signs. */
function sums({ path, e }: Placed, minus: boolean): (Placed & { readonly minus: boolean })[] {
  if (e.kind === 'infix' && (e.op === '+' || e.op === '-')) {
    const [left, right] = partsOf({ path, e });
    return [...sums(left!, minus), ...sums(right!, e.op === '-' ? !minus : minus)];
  }
  return e.kind === 'negate' ? sums(partsOf({ path, e })[0]!, !minus) : [{ path, e, minus }];
}

/** The factors of a product; the number before a vector is one. */
function products(p: Placed): Factor[] {
  const { e } = p;
  if (e.kind === 'infix' && e.op === '⊙') return partsOf(p).flatMap(products);
  if (e.kind === 'scale') return [{ path: `${p.path}.n`, e: { kind: 'number', value: e.value, line: e.line, column: e.column } }, ...partsOf(p).flatMap(products)];
  return [p];
}

/** Pills that follow one another become one. */
function joinedPills(stages: readonly Stage[]): Stage[] {
  return stages.reduce<Stage[]>((made, stage) => {
    const last = made.at(-1);
    if (stage.kind !== 'pill' || last?.kind !== 'pill' || /^\p{L}/u.test(stage.text)) return [...made, stage];
    return [...made.slice(0, -1), { kind: 'pill', path: stage.path, text: `${last.text} ${stage.text}` }];
  }, []);
}

const isState = (e: Expression, name: string): boolean => e.kind === 'name' && !e.primed && e.name === name;
const isComplement = (e: Expression): e is Extract<Expression, { kind: 'infix' }> & { readonly right: { readonly kind: 'name' } } =>
  e.kind === 'infix' && e.op === '-' && e.left.kind === 'number' && e.left.value === 1 && e.right.kind === 'name';

function mentions(e: Expression, name: string, primed: boolean): boolean {
  return e.kind === 'name' ? e.name === name && e.primed === primed : partsOf({ path: '', e }).some(p => mentions(p.e, name, primed));
}

function hasNext(e: Expression): boolean {
  return e.kind === 'name' ? e.primed : partsOf({ path: '', e }).some(p => hasNext(p.e));
}

/** The name of the outermost activation: `σ`, `1 − σ`; undefined where sums are not bent. */
function activationIn(e: Expression): string | undefined {
  if (e.kind === 'call') return e.name;
  const inner = e.kind === 'infix' && e.op === '-' && e.left.kind === 'number' ? activationIn(e.right) : undefined;
  return inner === undefined ? undefined : `${printed((e as { left: Expression }).left)} − ${inner}`;
}

/** As people read it: old states with a small −1, new ones bare. */
export function printed(e: Expression): string {
  switch (e.kind) {
    case 'number': return String(e.value).replace('-', '−');
    case 'name': return e.name;
    case 'matrix': return `${e.name} ${wrapped(e.argument)}`;
    case 'scale': return `${e.value} ${wrapped(e.argument)}`;
    case 'negate': return `−${wrapped(e.argument)}`;
    case 'call': return `${e.name}(${[...e.values.map(printed), ...e.numbers.map(String)].join(', ')})`;
    case 'infix': {
      const tight = e.op === '⊙' || e.op === '/';
      const op = e.op === '-' ? '−' : e.op;
      return tight ? `${wrapped(e.left)} ${op} ${wrapped(e.right)}` : `${printed(e.left)} ${op} ${e.op === '-' ? wrapped(e.right) : printed(e.right)}`;
    }
  }
}

const wrapped = (e: Expression): string => (e.kind === 'infix' || e.kind === 'negate' ? `(${printed(e)})` : printed(e));

function short(e: Expression): string {
  const text = printed(e);
  return text.length > 14 ? `${text.slice(0, 13)}…` : text;
}
