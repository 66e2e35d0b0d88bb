/** Runs a cell's code on symbols: its constructor for the weights, its step for the equations. Throws Unread where that ends. */
import type { SyntaxNode } from '@lezer/common';
import { english, saying, type Said } from '../../core/said';
import { slice, type Expression } from '../code/expression';
import type { Span } from '../outline';
import { sourceOf } from '../code/arguments';
import { lookup, type Module, type Scope } from '../code/scopes';
import { target } from '../code/target';
import { expression } from './expressions';
import { Common, DEEPEST, spelled } from './common';
import { fieldsOf } from './fields';
import { bodyOf, parametersOf, type Frame, type Parameter } from './frame';
import type { Dialect } from './framework';
import { row } from './parameters';
import { madeWith, type Made, type Passed } from './madeWith';
import { numberOf, sizeText, symbol, type LinearSize } from './sizes';
import type { CellTensor } from './spec';
import { bind } from './calls';
import { block } from './statements';
import { constant, nowhere, opaque, rest, sizeOf, Unread, type Bundle, type Given, type Term, type Value } from './values';

export class Machine {
  readonly attributes = new Map<string, Value>();
  private made: Made = new Map();

  /** `prefix` is what the tensors of a module inside the cell begin with. */
  constructor(readonly module: Module, readonly cell: Scope, readonly dialect: Dialect, private readonly common = new Common(), private readonly prefix = '') {}

  /** Classes of the file that it is made of. */
  get parts(): Set<Scope> { return this.common.parts; }
  get tensors(): CellTensor[] { return this.common.tensors; }
  get known(): Map<string, number> { return this.common.known; }
  /** States that the code reads, by the names it gives them. */
  get found(): { readonly name: string }[] { return this.common.found; }
  /** Layers without a name that were made so far, by their class. */
  get unnamed(): Map<string, number> { return this.common.unnamed; }
  /** Weights are being made, and no step is gone. */
  get constructing(): boolean { return this.common.constructing; }

  /** A class of the file as a part of this one, made with these arguments: it runs by its own attributes. */
  part(of: Scope, given: Given, path: string): Value {
    this.parts.add(of);
    const inner = new Machine(this.module, of, this.dialect, this.common, path);
    for (const maker of this.dialect.makers) {
      const method = inner.methodOf(maker);
      if (method) inner.inside(given.at, () => block(bodyOf(method.node), bind(method, given, true, inner), inner));
      else if (maker === '__init__') inner.makeBase(of, given);
    }
    const call = (method: Scope) => (g: Given): Value => inner.inside(g.at, () => block(bodyOf(method.node), bind(method, g, true, inner), inner) ?? { kind: 'none' });
    const step = inner.methodOf(this.dialect.step);
    const base = inner.base?.kind === 'callable' ? inner.base : undefined;
    const run = step ? call(step) : base?.run ?? ((g: Given): Value => opaque(saying('{0} has no step', of.name), g.at));
    return { kind: 'callable', run, children: name => inner.attribute(name) ?? ofMethod(inner.methodOf(name), call) };
  }

  /** The layer of the framework that a class is made of, where it is one: its weights are those of the class. */
  base: Value | undefined;

  /** What `super().__init__(...)` makes where the class above is a layer of the framework. */
  makeBase(of: Scope, given: Given): void {
    const word = this.baseWord(of), make = word === undefined ? undefined : this.dialect.bases?.get(word);
    if (make) this.base = make({ ...given, base: true }, this, this.prefix);
  }

  /** The class whose classes above `super()` means, or `super(Cell, self)`: that of the running method, unless another is named. */
  superOf(e: Expression, running: Scope): Scope | undefined {
    const own = running.parent?.kind === 'class' ? running.parent : this.cell;
    const named = e.kind === 'call' ? e.args[0]?.value : undefined;
    if (!named || named.kind === 'attribute' && named.name === '__class__') return own;
    const found = named.kind === 'name' ? lookup(named.name, running).at(-1) : undefined;
    return found?.kind === 'class' ? found.body : undefined;
  }

  /** A method of the classes above one. */
  above(name: string, own: Scope, running: Scope): Scope | undefined {
    return this.basesOf(own).map(b => this.methodOf(name, b)).find(m => m !== undefined && m !== running);
  }

  /** The framework's word for what a class, or one above it in the file, is made of. */
  baseWord(of: Scope, depth = 0): string | undefined {
    const own = of.bases.map(b => target(this.module.expression(b), of.parent ?? of, this.module).paths).flatMap(paths => (paths.length === 1 ? this.dialect.word(paths[0]!) ?? [] : []));
    return own[0] ?? (depth > 4 ? undefined : this.basesOf(of).map(b => this.baseWord(b, depth + 1)).find(w => w !== undefined));
  }

  /** Attributes that the step has read before it gave them a value: what is stored to them later is kept for the next step. */
  private readonly readInStep = new Set<string>();

  /** The value of an attribute: of the object, or of the layer that its class is made of. */
  attribute(name: string): Value | undefined {
    const own = this.attributes.get(name);
    if (!this.constructing && !this.storedInStep.has(name)) this.readInStep.add(name);
    return own ?? (this.base?.kind === 'callable' ? this.base.children?.(name) : undefined);
  }

  private readonly storedInStep = new Set<string>();

  /** Stores to an attribute; false where the step has read what it was before, which keeps a value from step to step. */
  store(name: string, value: Value): boolean {
    if (!this.constructing && this.readInStep.has(name)) return false;
    if (!this.constructing) this.storedInStep.add(name);
    this.attributes.set(name, value);
    return true;
  }

  /** The name of an attribute in the model. */
  named(attribute: string): string { return this.prefix && attribute ? `${this.prefix}.${attribute}` : attribute; }

  construct(): void {
    this.common.constructing = true;
    const constructor = this.methodOf('__init__');
    const names = constructor ? parametersOf(constructor).slice(1).filter(p => !p.stars).map(p => p.name) : this.dialect.hasFields ? fieldsOf(this.cell, this.module).map(f => f.name) : [];
    this.made = madeWith(this.cell, names, this.module);
    if (this.dialect.hasFields) for (const { name, fallback } of fieldsOf(this.cell, this.module)) this.attributes.set(name, this.parameter({ name, fallback }, this.cell));
    if (!constructor && this.dialect.baseSizes) this.makeBase(this.cell, { at: this.cell.node, positional: this.dialect.baseSizes.map(name => this.settled(name, undefined)), named: new Map() });
    for (const maker of this.dialect.makers) {
      const method = this.methodOf(maker);
      if (!method) continue;
      const frame: Frame = { names: new Map(), scope: method };
      parametersOf(method).forEach((p, k) => frame.names.set(p.name, k === 0 ? { kind: 'self' } : this.dialect.isShape?.(method, p.name) ? { kind: 'shape', last: symbol(`${p.name}[-1]`) } : p.stars ? rest(new Map(), [], true) : this.parameter(p, method)));
      block(bodyOf(method.node), frame, this);
    }
    this.common.constructing = false;
  }

  /** Arguments that the only call of the cell gives by name. */
  get passedNames(): readonly string[] { return [...this.made.keys()]; }
  /** Whether an argument goes into `**kwargs`, since the constructor has no parameter of its own for it. */
  isFurther(name: string): boolean {
    const constructor = this.methodOf('__init__');
    return !constructor || !parametersOf(constructor).some(p => p.name === name);
  }

  /** A constructor's parameter: a name that sizes are made of, with what it is unless given; an option, as it is given or by default. */
  private parameter({ name, fallback }: Parameter, scope: Scope): Value {
    return this.settled(name, fallback ? expression(this.module.expression(fallback), { names: new Map(), scope }, this) : undefined);
  }

  /** What an argument of the constructor is: as the only call gives it, else `value`, its default. */
  settled(name: string, value: Value | undefined): Value {
    const passed = this.made.get(name);
    const given = passed && this.passed(passed, name, value);
    if (given) return given;
    if (value?.kind === 'flag' || value?.kind === 'text') return { ...value, assumed: true };
    if (value?.kind === 'none') return { kind: 'none', assumed: true };
    if (value?.kind === 'callable') return { ...value, run: g => { this.noteDefaults(); return value.run(g); } };
    const byDefault = value?.kind === 'size' ? numberOf(value.size) : undefined;
    const number = passed ? (typeof passed.value === 'number' ? passed.value : undefined) : byDefault;
    if (number !== undefined) this.known.set(name, number);
    return { kind: 'size', size: symbol(name), ...(number === undefined ? {} : { fallback: number }) };
  }

  /** What the only call passes for an option; undefined for sizes, which stay names. */
  private passed({ value, assumed, source, scope }: Passed, name: string, fallback: Value | undefined): Value | undefined {
    if (typeof value === 'boolean') return { kind: 'flag', value, assumed };
    if (typeof value === 'string') return { kind: 'text', value, assumed };
    if (value === null) return { kind: 'none', assumed };
    if (value !== undefined || !fallback || fallback.kind === 'size') return undefined;
    if (fallback.kind === 'flag') return { ...fallback, assumed: true };
    const found = expression(source, { names: new Map(), scope }, this);
    return found.kind === 'callable' ? found : opaque(saying('{0} is passed as {1}, which is not settled in the text. Write it out', name, sourceOf(source, this.module)), nowhere);
  }

  methodOf(name: string, of: Scope = this.cell, depth = 0): Scope | undefined {
    const own = of.names.get(name)?.at(-1);
    if (own) return own.kind === 'function' ? own.body : undefined;
    if (depth > 4) return undefined;
    return this.basesOf(of).map(b => this.methodOf(name, b, depth + 1)).find(m => m !== undefined);
  }

  basesOf(of: Scope): Scope[] {
    return of.bases.flatMap(b => lookup(slice(b, this.module.text), of.parent ?? of).flatMap(x => (x.kind === 'class' && x.body !== of ? [x.body] : [])));
  }

  /** A tensor of the model; `given` is the name that the code itself gives it, `start` what all its numbers are at first. */
  declare(name: string, shape: readonly LinearSize[], given?: string, start?: number, untrained = false): void {
    if (this.tensors.some(t => t.name === name)) return;
    this.common.declared.push({ name, given, untrained });
    this.tensors.push({ name, shape, names: [], ...(start === undefined ? {} : { start }) });
  }

  /** The tensors with the names that files have for them. */
  spelled(): readonly CellTensor[] { return spelled(this.common, this.dialect); }

  /** What is made in a step; undefined where it has weights. */
  withoutWeights<T>(make: () => T): T | undefined {
    const before = this.tensors.length;
    this.common.constructing = true;
    try {
      const made = make();
      return this.tensors.length === before ? made : undefined;
    } finally {
      this.common.constructing = false;
      this.tensors.length = before;
      this.common.declared.length = before;
    }
  }

  note(said: Said): void { this.common.said.set(english(said), said); }
  get notes(): readonly Said[] { return [...this.common.said.values()]; }

  /** One more expression. @throws Unread after too many */
  spend(at: Span): void {
    if (this.common.budget-- <= 0) throw new Unread(saying('the code is too long to be read as equations. Leave one step in the cell, and move the rest out'), at);
  }

  /** Why a part of a weight cannot be used; undefined where it is no copy of it. */
  copied(at: Span): Value | undefined {
    return this.constructing && this.dialect.partsAreCopies?.(this.module) ? opaque(saying('a part of a weight is taken while the cell is built: it stays as it was when weights are loaded. Take it in the step'), at) : undefined;
  }

  /** Runs what stands inside a call. @throws Unread where calls go too deep */
  inside<T>(at: Span, run: () => T): T {
    if (++this.common.depth > DEEPEST) throw new Unread(saying('methods call one another too deeply. Write the step in one method'), at);
    try {
      return run();
    } finally {
      this.common.depth--;
    }
  }

  term(v: Value, at: Span = nowhere): Term {
    switch (v.kind) {
      case 'term': return v.term;
      case 'size': return constant(this.number(v, at));
      case 'opaque': throw new Unread(v.why, v.at);
      case 'bundle': return this.takeStates(v.bundle, [v.bundle.name], at, true)[0]!;
      case 'weight': return row(v, this.tensors.find(t => t.name === v.weight.tensor)?.shape[1], at);
      default: throw new Unread(v.kind === 'items' ? saying('several values stand where one vector is needed. Take one of them, such as state[0]') : saying('a vector is needed here, and this is none'), at);
    }
  }

  size(v: Value, at: Span = nowhere): LinearSize {
    if (v.kind === 'size') return v.size;
    throw v.kind === 'opaque' ? new Unread(v.why, v.at) : new Unread(saying('a size is needed here. Write a number, or a parameter of the constructor'), at);
  }

  /** Whether a size is a number, by what is written or by default. */
  isNumber(v: Value): boolean { return v.kind === 'size' && (numberOf(v.size) ?? v.fallback) !== undefined; }

  number(v: Value, at: Span = nowhere): number {
    if (v.kind !== 'size') throw v.kind === 'opaque' ? new Unread(v.why, v.at) : new Unread(saying('a number is needed here. Write it out'), at);
    const value = numberOf(v.size) ?? v.fallback;
    const names = sizeText(v.size);
    if (value === undefined) throw new Unread(saying('the number {0} is not in the text. Write it out, or give the parameter a default', names), at);
    if (numberOf(v.size) === undefined) this.note(saying('{0} = {1}, unless the cell is made with another.', names, value));
    return value;
  }

  /** undefined where the text does not settle it. */
  flag(v: Value): boolean | undefined {
    if (v.kind === 'flag' || v.kind === 'none') {
      if (v.assumed) this.noteDefaults();
      return v.kind === 'flag' && v.value;
    }
    const value = v.kind === 'size' ? numberOf(v.size) : undefined;
    return value === undefined ? undefined : value !== 0;
  }

  /** A word; '' for None. @throws Unread where it is not in the text */
  word(v: Value, at: Span): string {
    if (v.kind !== 'text' && v.kind !== 'none') throw v.kind === 'opaque' ? new Unread(v.why, v.at) : new Unread(saying('which function is meant is not settled in the text. Write its name'), at);
    if (v.assumed) this.noteDefaults();
    return v.kind === 'text' ? v.value : '';
  }

  noteDefaults(): void { this.note(saying('Options of the cell are as by default, unless it is made with others.')); }

  /** How long a vector is: the sizes of its axes, of which only the last is known. */
  shape(v: Value, at: Span): Value {
    if (v.kind === 'shape') return v;
    if (v.kind === 'opaque') return v;
    if (v.kind === 'weight') return { kind: 'items', items: (v.weight.transposed ? [...v.weight.shape].reverse() : v.weight.shape).map(size => ({ kind: 'size', size })) };
    const t = this.term(v, at), bare = t.kind === 'signal' ? t.signal.term : t;
    const own = sizeOf(t);
    return { kind: 'shape', last: own ?? (bare.kind === 'input' ? symbol('x.shape[-1]') : bare.kind === 'state' ? symbol(`${this.found[bare.index]?.name ?? 'h'}.shape[-1]`) : undefined) };
  }

  takeStates(bundle: Bundle, names: readonly string[], at: Span, whole = false): readonly Term[] {
    if (bundle.states.length > 0 && bundle.whole !== whole) throw new Unread(saying('{0} is used both as one state and as several. Unpack it first, such as h, c = {0}', bundle.name), at);
    bundle.whole = whole;
    for (let k = bundle.states.length; k < names.length; k++) bundle.states.push({ kind: 'state', index: this.found.push({ name: names[k]! }) - 1 });
    return bundle.states;
  }

  /** States that turned out to be several: `c, n = inner` of `h, inner = state`. The whole is a state no longer. */
  splitState(whole: Term & { kind: 'state' }, names: readonly string[]): readonly Term[] {
    const known = this.common.split.get(whole);
    if (known) return known;
    this.common.wholes.set(whole, this.found[whole.index]!.name);
    this.found[whole.index] = { name: names[0]! };
    const parts = names.map((name, k): Term => ({ kind: 'state', index: k === 0 ? whole.index : this.found.push({ name }) - 1 }));
    this.common.split.set(whole, parts);
    return parts;
  }
  get split(): ReadonlyMap<Term, readonly Term[]> { return this.common.split; }
  /** What the code called states that are several. */
  wholeName(of: Term): string { return this.common.wholes.get(of) ?? 'state'; }

  /** The states of a tuple, or of what the step was given. */
  states(v: Value, names: readonly string[], at: Span): readonly Term[] {
    if (v.kind === 'bundle') return this.takeStates(v.bundle, names, at);
    if (v.kind === 'items' && v.items.length === names.length) return v.items.map(i => this.term(i, at));
    if (v.kind === 'term' && v.term.kind === 'state' && names.length > 1) return this.splitState(v.term, names);
    throw v.kind === 'opaque' ? new Unread(v.why, v.at) : new Unread(saying('{0} states are needed here. Pass them as a tuple', names.length), at);
  }

  evaluate(node: SyntaxNode, frame: Frame, path?: string): Value { return this.expression(this.module.expression(node), frame, path); }

  /** `path` is the attribute that the value goes to, which names its tensors. */
  expression(e: Expression, frame: Frame, path = ''): Value { return expression(e, frame, this, path); }
}

const ofMethod = (method: Scope | undefined, call: (method: Scope) => (g: Given) => Value): Value | undefined => method && { kind: 'callable', run: call(method) };
