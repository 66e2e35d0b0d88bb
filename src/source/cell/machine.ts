/** Runs a cell's code on symbols: its constructor for the weights, `forward` for the equations. Throws Unread where that ends. */
import type { SyntaxNode } from '@lezer/common';
import { children, groups, slice, type CallExpression, type Expression } from '../code/expression';
import { fold } from '../code/fold';
import type { Span } from '../outline';
import { lookup, type Module, type Scope } from '../code/scopes';
import { target } from '../code/target';
import { sourceOf } from '../code/arguments';
import { dropouts, elementwise, same, whyNot } from './functions';
import { makeModule, normalised, product, required, argument, sequential, timesIn, type Maker } from './modules';
import { fixed, numberOf, plus, scaled, symbol, type LinearSize } from './sizes';
import type { CellTensor } from './spec';
import { constant, equalPart, infix, namedTerm, opaque, part, sizeOf, Unread, vector, type Bundle, type Given, type Term, type Value } from './values';

export type Environment = Map<string, Value>;

/** Expressions that one cell may cost, and calls inside calls. */
const MOST = 4000, DEEPEST = 12;

const torch = /^(?:\?\.)?(?:torch(?:\.\w+)*|F|nn|functional)\.(\w+)$/;

export class Machine implements Maker {
  readonly attributes = new Map<string, Value>();
  readonly tensors: CellTensor[] = [];
  readonly notes = new Set<string>();
  readonly known = new Map<string, number>();
  /** States that the code reads, by the names it gives them. */
  readonly found: { readonly name: string }[] = [];
  private budget = MOST;
  private depth = 0;
  private constructing = false;

  constructor(readonly module: Module, readonly cell: Scope) {}

  construct(): void {
    const made = this.methodOf('__init__');
    if (!made) return;
    const environment: Environment = new Map();
    for (const { name, fallback } of parametersOf(made)) environment.set(name, name === made.self ? { kind: 'self' } : this.parameter(name, fallback, made));
    this.constructing = true;
    this.block(bodyOf(made.node), environment, made);
    this.constructing = false;
  }

  /** A constructor's parameter: a name that sizes are made of, with what it is unless given. */
  private parameter(name: string, fallback: SyntaxNode | undefined, scope: Scope): Value {
    const value = fallback ? this.expression(this.module.expression(fallback), new Map(), scope) : undefined;
    if (value?.kind === 'flag') return { ...value, assumed: true };
    if (value?.kind === 'text' || value?.kind === 'none') return value;
    const number = value?.kind === 'size' ? numberOf(value.size) : undefined;
    if (number !== undefined) this.known.set(name, number);
    return { kind: 'size', size: symbol(name), ...(number === undefined ? {} : { fallback: number }) };
  }

  methodOf(name: string, of: Scope = this.cell, depth = 0): Scope | undefined {
    const own = of.names.get(name)?.at(-1);
    if (own) return own.kind === 'function' ? own.body : undefined;
    if (depth > 4) return undefined;
    return this.basesOf(of).map(b => this.methodOf(name, b, depth + 1)).find(m => m !== undefined);
  }

  private basesOf(of: Scope): Scope[] {
    return of.bases.flatMap(b => lookup(slice(b, this.module.text), of.parent ?? of).flatMap(x => (x.kind === 'class' && x.body !== of ? [x.body] : [])));
  }

  declare(name: string, shape: readonly LinearSize[]): void {
    if (!this.tensors.some(t => t.name === name)) this.tensors.push({ name, shape });
  }

  note(text: string): void { this.notes.add(text); }

  term(v: Value, at?: Span): Term {
    switch (v.kind) {
      case 'term': return v.term;
      case 'size': return constant(this.number(v, at));
      case 'opaque': throw new Unread(v.why, v.at);
      case 'bundle': return this.takeStates(v.bundle, [v.bundle.name], at ?? nowhere, true)[0]!;
      case 'weight': if (v.weight.shape[0] && numberOf(v.weight.shape[0]) === 1 && v.weight.shape[1]) return { kind: 'vector', tensor: v.weight.tensor, from: fixed(0), size: v.weight.shape[1] }; throw new Unread('a matrix stands where a vector is needed', at ?? nowhere);
      default: throw new Unread(v.kind === 'items' ? 'several values stand where one vector is needed' : 'this is no vector', at ?? nowhere);
    }
  }

  size(v: Value): LinearSize {
    if (v.kind === 'size') return v.size;
    throw v.kind === 'opaque' ? new Unread(v.why, v.at) : new Unread('a size is not a number here', nowhere);
  }

  number(v: Value, at?: Span): number {
    if (v.kind !== 'size') throw v.kind === 'opaque' ? new Unread(v.why, v.at) : new Unread('a number is needed', at ?? nowhere);
    const value = numberOf(v.size) ?? v.fallback;
    if (value === undefined) throw new Unread(`the value of ${[...v.size.terms.keys()].join(', ')} is not in the text`, at ?? nowhere);
    if (numberOf(v.size) === undefined) this.note(`${[...v.size.terms.keys()].join(', ')} = ${value}, unless the cell is made with another.`);
    return value;
  }

  flag(v: Value): boolean | undefined {
    if (v.kind === 'flag') {
      if (v.assumed) this.note('Options of the cell are as by default, unless it is made with others.');
      return v.value;
    }
    if (v.kind === 'none') return false;
    const value = v.kind === 'size' ? numberOf(v.size) : undefined;
    return value === undefined ? undefined : value !== 0;
  }

  takeStates(bundle: Bundle, names: readonly string[], at: Span, whole = false): readonly Term[] {
    if (bundle.states.length > 0 && bundle.whole !== whole) throw new Unread(`${bundle.name} is used both as one state and as several`, at);
    bundle.whole = whole;
    for (let k = bundle.states.length; k < names.length; k++) bundle.states.push({ kind: 'state', index: this.found.push({ name: names[k]! }) - 1 });
    return bundle.states;
  }

  tupleOf(v: Value, names: readonly string[], at: Span): readonly Term[] {
    if (v.kind === 'bundle') return this.takeStates(v.bundle, names, at);
    if (v.kind === 'items' && v.items.length === names.length) return v.items.map(i => this.term(i, at));
    throw v.kind === 'opaque' ? new Unread(v.why, v.at) : new Unread(`expected ${names.length} states`, at);
  }

  /** Statements in order; what is returned, if anything. */
  block(statements: readonly SyntaxNode[], environment: Environment, scope: Scope): Value | undefined {
    for (const s of statements) {
      const returned = this.statement(s, environment, scope);
      if (returned) return returned;
    }
    return undefined;
  }

  private statement(s: SyntaxNode, environment: Environment, scope: Scope): Value | undefined {
    switch (s.name) {
      case 'StatementGroup': return this.block(children(s).filter(c => c.name !== ';'), environment, scope);
      case 'ReturnStatement': {
        const parts = groups(children(s).slice(1)).flatMap(g => g.slice(0, 1)).map(n => this.evaluate(n, environment, scope));
        return parts.length === 1 && !children(s).some(c => c.name === ',') ? parts[0] : { kind: 'items', items: parts };
      }
      case 'AssignStatement': this.assign(s, environment, scope); return undefined;
      case 'UpdateStatement': this.update(s, environment, scope); return undefined;
      case 'IfStatement': return this.branch(s, environment, scope);
      case 'ExpressionStatement': this.effect(s, environment, scope); return undefined;
      case 'ForStatement': case 'WhileStatement':
        if (this.constructing) return undefined;
        throw new Unread('a loop inside the step; equations are one straight line', { from: s.from, to: s.from + 3 });
      case 'WithStatement': case 'TryStatement': case 'MatchStatement':
        if (this.constructing) return undefined;
        throw new Unread(`a ${s.name.replace('Statement', '').toLowerCase()} block is not read`, { from: s.from, to: s.from + 4 });
      default: return undefined;
    }
  }

  /** A statement whose value nobody takes: what it does to tensors would be missed. */
  private effect(s: SyntaxNode, environment: Environment, scope: Scope): void {
    const e = this.module.expression(s.firstChild ?? s);
    if (e.kind !== 'call') return;
    const name = e.callee.kind === 'attribute' ? e.callee.name : '';
    if (this.constructing) { this.register(e, name, environment, scope); return; }
    if (/[a-z]_$/.test(name) && !same.has(name)) throw new Unread(`${name} changes a tensor in place`, e);
    if (/^(check|assert|validate|_check|log|print|warn|append)/i.test(name) || e.callee.kind === 'name' && e.callee.name === 'print') return;
    throw new Unread('a call whose result is not taken may change what follows', e);
  }

  private register(e: CallExpression, name: string, environment: Environment, scope: Scope): void {
    const [key, value] = e.args;
    if ((name === 'register_parameter' || name === 'register_buffer' || name === 'add_module') && key?.value.kind === 'literal' && value) this.store(String(key.value.value), value.value, environment, scope);
    const above = name === '__init__' ? this.basesOf(this.cell)[0] : undefined;
    const made = above && this.methodOf('__init__', above);
    if (!made || made.node.from === scope.node.from || ++this.depth > DEEPEST) return;
    const given = this.given(e, environment, scope);
    this.block(bodyOf(made.node), this.bind(made, given, true), made);
    this.depth--;
  }

  private store(name: string, e: Expression, environment: Environment, scope: Scope): void {
    this.attributes.set(name, this.expression(e, environment, scope, name));
  }

  private assign(s: SyntaxNode, environment: Environment, scope: Scope): void {
    const sides: SyntaxNode[][] = [[]];
    for (const c of children(s)) { if (c.name === 'AssignOp') sides.push([]); else if (c.name !== 'TypeDef') sides.at(-1)!.push(c); }
    const right = sides.at(-1) ?? [];
    if (sides.length < 2 || right.length === 0) return;
    const path = sides[0]?.length === 1 && sides[0][0]?.name === 'MemberExpression' ? slice(sides[0][0], this.module.text).replace(/^\w+\./, '') : undefined;
    const listed = groups(right);
    const several = right.some(c => c.name === ',');
    const paths = sides[0] ? groups(sides[0]).map(g => slice(g[0]!, this.module.text).replace(/^\w+\./, '')) : [];
    const value: Value = several ? { kind: 'items', items: listed.map((g, k) => this.evaluate(g[0]!, environment, scope, paths[k])) } : this.evaluate(right[0]!, environment, scope, path);
    for (const side of sides.slice(0, -1)) this.target(side, value, environment, scope);
  }

  private target(side: readonly SyntaxNode[], value: Value, environment: Environment, scope: Scope): void {
    const only = side.length === 1 ? side[0] : undefined;
    if (only && !/^(Tuple|Array|Parenthesized)Expression$/.test(only.name)) return this.name(only, value, environment, scope);
    const targets = groups(only ? children(only).slice(1, -1) : side);
    const names = targets.map(t => slice(t[0]!, this.module.text));
    const span = { from: side[0]!.from, to: side.at(-1)!.to };
    const items = value.kind === 'bundle' ? this.takeStates(value.bundle, names, span).map(vector) : value.kind === 'items' ? value.items : undefined;
    if (items && items.length !== targets.length) throw new Unread(`${items.length} values for ${targets.length} names`, span);
    targets.forEach((t, k) => { this.target(t, items?.[k] ?? (value.kind === 'opaque' ? value : opaque('what is unpacked here is not known', span)), environment, scope); });
  }

  private name(node: SyntaxNode, value: Value, environment: Environment, scope: Scope): void {
    const text = slice(node, this.module.text);
    if (node.name === 'VariableName') { environment.set(text, named(text, value)); return; }
    const property = node.getChild('PropertyName');
    const object = node.firstChild ? this.expression(this.module.expression(node.firstChild), environment, scope) : undefined;
    if (property && object?.kind === 'self') {
      if (!this.constructing) throw new Unread(`self.${slice(property, this.module.text)} keeps a value from step to step that forward does not return`, node);
      this.attributes.set(slice(property, this.module.text), value);
    } else if (!this.constructing) throw new Unread('a part of a tensor is changed in place', node);
  }

  private update(s: SyntaxNode, environment: Environment, scope: Scope): void {
    const [left, op, right] = children(s);
    if (!left || !op || !right || this.constructing) return;
    const name = slice(left, this.module.text);
    const before = environment.get(name);
    if (left.name !== 'VariableName' || !before) throw new Unread('a part of a tensor is changed in place', s);
    const e = before.kind === 'size' ? undefined : before.kind === 'term' ? before.term : undefined;
    const isFresh = e === undefined || e.kind === 'infix' || e.kind === 'call' || (e.kind === 'signal' && e.signal.term.kind !== 'matrix');
    const shared = [...environment].some(([other, v]) => other !== name && v.kind === 'term' && v.term === e);
    if (!isFresh || shared) throw new Unread(`${name} is changed in place, and another tensor may be the same`, s);
    environment.set(name, named(name, this.combine(slice(op, this.module.text).slice(0, -1), before, this.evaluate(right, environment, scope), s)));
  }

  private branch(s: SyntaxNode, environment: Environment, scope: Scope): Value | undefined {
    const all = children(s);
    for (let k = 0; k < all.length; k++) {
      const word = all[k]!.name;
      if (word !== 'if' && word !== 'elif' && word !== 'else') continue;
      const body = all[word === 'else' ? k + 1 : k + 2];
      if (!body) return undefined;
      const test = word === 'else' ? true : this.condition(this.module.expression(all[k + 1]!), environment, scope);
      if (test === undefined && onlyRaises(body)) continue;
      if (test === undefined && this.constructing) { for (const b of all.filter(c => c.name === 'Body')) this.doubtful(b, environment, scope); return undefined; }
      if (test === undefined) throw new Unread(`which way is taken depends on ${sourceOf(this.module.expression(all[k + 1]!), this.module)}`, all[k + 1]!);
      if (test) return this.block(statementsOf(body), environment, scope);
    }
    return undefined;
  }

  /** What a branch of the constructor makes that may not be taken. */
  private doubtful(body: SyntaxNode, environment: Environment, scope: Scope): void {
    const before = new Map(this.attributes);
    const inside = new Map(environment);
    this.block(statementsOf(body), inside, scope);
    const why = (at: Span): Value => opaque('made in one of several ways that the text does not settle', at);
    for (const [name, value] of this.attributes) if (before.get(name) !== value) this.attributes.set(name, why(body));
    for (const [name, value] of inside) if (environment.get(name) !== value) environment.set(name, why(body));
  }

  condition(e: Expression, environment: Environment, scope: Scope): boolean | undefined {
    if (e.kind === 'unary' && e.op === 'not') { const v = this.condition(e.operand, environment, scope); return v === undefined ? undefined : !v; }
    if (e.kind === 'attribute' && e.name === 'training') { this.note('Read as it is once trained (self.training is False).'); return false; }
    if (e.kind === 'binary' && (e.op === 'and' || e.op === 'or')) {
      const [a, b] = [this.condition(e.left, environment, scope), this.condition(e.right, environment, scope)];
      const deciding = e.op === 'or';
      return a === deciding || b === deciding ? deciding : a === undefined || b === undefined ? undefined : !deciding;
    }
    if (e.kind === 'binary' && /^(is|is not|==|!=)$/.test(e.op)) {
      const equal = alike(this.expression(e.left, environment, scope), this.expression(e.right, environment, scope));
      return equal === undefined ? undefined : equal === (e.op === 'is' || e.op === '==');
    }
    const v = this.expression(e, environment, scope);
    return this.flag(v);
  }

  evaluate(node: SyntaxNode, environment: Environment, scope: Scope, path?: string): Value {
    return this.expression(this.module.expression(node), environment, scope, path);
  }

  /** `path` is the attribute that the value goes to, which names its tensors. */
  expression(e: Expression, environment: Environment, scope: Scope, path = ''): Value {
    if (this.budget-- <= 0) throw new Unread('the code is too long to be read as equations', e);
    switch (e.kind) {
      case 'literal': return typeof e.value === 'number' ? { kind: 'size', size: fixed(e.value) } : typeof e.value === 'boolean' ? { kind: 'flag', value: e.value, assumed: false } : e.value === null ? { kind: 'none' } : { kind: 'text', value: e.value };
      case 'name': return environment.get(e.name) ?? this.global(e, scope);
      case 'list': return { kind: 'items', items: e.items.map(i => this.expression(i, environment, scope)) };
      case 'attribute': return this.attribute(e, environment, scope);
      case 'subscript': return this.subscript(e, environment, scope);
      case 'unary': return e.op === '-' ? this.combine('-', { kind: 'size', size: fixed(0) }, this.expression(e.operand, environment, scope), e) : e.op === '+' ? this.expression(e.operand, environment, scope) : opaque(`${e.op} is not read`, e);
      case 'binary': return this.combine(e.op, this.expression(e.left, environment, scope), this.expression(e.right, environment, scope), e);
      case 'conditional': {
        const test = this.condition(e.test, environment, scope);
        return test === undefined ? opaque(`which value is taken depends on ${sourceOf(e.test, this.module)}`, e) : this.expression(test ? e.then : e.otherwise, environment, scope, path);
      }
      case 'call': return this.call(e, environment, scope, path);
      default: return opaque(`this is not read: ${sourceOf(e, this.module).slice(0, 60)}`, e);
    }
  }

  private global(e: Extract<Expression, { kind: 'name' }>, scope: Scope): Value {
    const found = lookup(e.name, scope).at(-1);
    if (found?.kind === 'function' && found.body) return { kind: 'method', scope: found.body };
    return this.folded(e, scope) ?? opaque(`${e.name} is not known here`, e);
  }

  private folded(e: Expression, scope: Scope): Value | undefined {
    const { value } = fold(e, scope, this.module);
    return typeof value === 'number' ? { kind: 'size', size: fixed(value) } : typeof value === 'boolean' ? { kind: 'flag', value, assumed: false } : typeof value === 'string' ? { kind: 'text', value } : undefined;
  }

  private attribute(e: Extract<Expression, { kind: 'attribute' }>, environment: Environment, scope: Scope): Value {
    const object = this.expression(e.object, environment, scope);
    if (object.kind === 'self') return this.own(e, scope);
    if (object.kind === 'weight' && (e.name === 'T' || e.name === 'mT')) return { kind: 'weight', weight: { ...object.weight, transposed: !object.weight.transposed } };
    if ((object.kind === 'weight' || object.kind === 'term') && e.name === 'data') return object;
    const child = object.kind === 'callable' ? object.children?.(e.name) : undefined;
    return child ?? (object.kind === 'opaque' && e.object.kind !== 'name' ? object : opaque(`${sourceOf(e, this.module)} is not known here`, e));
  }

  private own(e: Extract<Expression, { kind: 'attribute' }>, scope: Scope): Value {
    const value = this.attributes.get(e.name);
    if (value) return value;
    const method = this.methodOf(e.name);
    if (method) return /@property/.test(slice(method.node.parent ?? method.node, this.module.text).slice(0, 40)) ? this.inline(method, { at: e, positional: [], named: new Map() }) : { kind: 'method', scope: method };
    return this.folded(e, scope) ?? opaque(`self.${e.name} is not made in this class as far as the text shows`, e);
  }

  private subscript(e: Extract<Expression, { kind: 'subscript' }>, environment: Environment, scope: Scope): Value {
    const object = this.expression(e.object, environment, scope);
    const first = e.index[0], last = e.index.at(-1);
    if ((object.kind === 'items' || object.kind === 'bundle') && e.index.length === 1 && first) {
      const value = this.expression(first, environment, scope);
      const index = value.kind === 'size' ? numberOf(value.size) : undefined;
      if (index === undefined) return opaque('which value is taken is not settled in the text', e);
      if (object.kind === 'items') return object.items.at(index) ?? opaque('there is no such value', e);
      if (index < 0) return opaque('how many states there are is not settled here', e);
      const { name, states } = object.bundle;
      return vector(this.takeStates(object.bundle, Array.from({ length: Math.max(states.length, index + 1) }, (_, k) => `${name}${k}`), e)[index]!);
    }
    if (object.kind === 'opaque') return object;
    if (object.kind !== 'term' || last?.kind !== 'slice' || e.index.length > 2) return opaque('single numbers or other axes are taken from a tensor', e);
    if (last.full) return object;
    return this.sliced(object.term, e, environment, scope);
  }

  private sliced(v: Term, e: Expression & { kind: 'subscript' }, environment: Environment, scope: Scope): Value {
    const bracket = this.module.scope.node.resolveInner(e.to, -1).parent;
    const group = groups(children(bracket ?? this.module.scope.node).slice(2, -1)).at(-1) ?? [];
    const colons = group.flatMap((n, k) => (n.name === ':' ? [k] : []));
    if (colons.length !== 1) return opaque('a slice with a stride', e);
    const at = (node: SyntaxNode | undefined): LinearSize | undefined => (node ? this.size(this.evaluate(node, environment, scope)) : undefined);
    const from = at(group.slice(0, colons[0])[0]) ?? fixed(0), to = at(group[colons[0]! + 1]) ?? sizeOf(v);
    if (!to) return opaque('a vector whose length the code does not say is cut into pieces', e);
    if ((numberOf(from) ?? 0) < 0 || (numberOf(to) ?? 0) < 0) return opaque('a slice that counts from the end', e);
    return vector(part(v, from, plus(to, from, -1), e));
  }

  combine(op: string, a: Value, b: Value, at: Span): Value {
    if (a.kind === 'opaque') return a;
    if (b.kind === 'opaque') return b;
    if (a.kind === 'size' && b.kind === 'size') return this.sizes(op, a, b, at);
    if (a.kind === 'items' && b.kind === 'items' && op === '+') return { kind: 'items', items: [...a.items, ...b.items] };
    if (op === '@') return this.multiply(a, b, at);
    if (this.constructing && a.kind === 'callable') return a;
    if (a.kind === 'weight' && b.kind === 'size' && this.constructing) return a; // an initial value, scaled
    const infixes: Readonly<Record<string, '+' | '-' | '⊙' | '/'>> = { '+': '+', '-': '-', '*': '⊙', '/': '/' };
    if (op === '**' && b.kind === 'size' && numberOf(b.size) === 2) { const t = this.term(a, at); return vector(infix('⊙', t, t)); }
    const known = Object.hasOwn(infixes, op) ? infixes[op] : undefined;
    if (!known) return opaque(`${op} between tensors is not read`, at);
    if (known === '-' && a.kind === 'size' && numberOf(a.size) === 0) return vector({ kind: 'negate', of: this.term(b, at) });
    return vector(infix(known, this.term(a, at), this.term(b, at)));
  }

  private sizes(op: string, a: Value & { kind: 'size' }, b: Value & { kind: 'size' }, at: Span): Value {
    const [n, m] = [numberOf(a.size), numberOf(b.size)];
    const [x, y] = [n ?? a.fallback, m ?? b.fallback];
    const arithmetic: Readonly<Record<string, (x: number, y: number) => number>> = { '+': (p, q) => p + q, '-': (p, q) => p - q, '*': (p, q) => p * q, '/': (p, q) => p / q, '//': (p, q) => Math.floor(p / q), '**': (p, q) => p ** q, '%': (p, q) => p % q };
    const compute = Object.hasOwn(arithmetic, op) ? arithmetic[op] : undefined;
    const fallback = compute && x !== undefined && y !== undefined ? { fallback: compute(x, y) } : {};
    if (compute && n !== undefined && m !== undefined) return { kind: 'size', size: fixed(compute(n, m)) };
    if (op === '+' || op === '-') return { kind: 'size', size: plus(a.size, b.size, op === '+' ? 1 : -1), ...fallback };
    if (op === '*' && (n !== undefined || m !== undefined)) return { kind: 'size', size: n !== undefined ? scaled(b.size, n) : scaled(a.size, m!), ...fallback };
    if (!compute) return opaque(`${op} is not read`, at);
    return { kind: 'size', size: symbol(sourceOf({ kind: 'other', ...at }, this.module)), ...fallback };
  }

  private multiply(a: Value, b: Value, at: Span): Value {
    if (b.kind === 'weight') return vector(product({ ...b.weight, transposed: !b.weight.transposed }, this.term(a, at)));
    if (a.kind === 'weight') return vector(product(a.weight, this.term(b, at)));
    return opaque('only a matrix of weights times a vector can be said', at);
  }

  private given(e: CallExpression, environment: Environment, scope: Scope, path = ''): Given {
    const positional: Value[] = [], named = new Map<string, Value>();
    for (const { name, splat, value } of e.args) {
      if (splat === '**') throw new Unread('arguments are not written out', e);
      const found = this.expression(value, environment, scope, path && name === undefined ? `${path}.${positional.length}` : path);
      if (splat === '*') {
        if (found.kind !== 'items') throw new Unread('arguments are not written out', e);
        positional.push(...found.items);
      } else if (name === undefined) positional.push(found);
      else named.set(name, found);
    }
    return { at: e, positional, named };
  }

  private call(e: CallExpression, environment: Environment, scope: Scope, path: string): Value {
    const { callee } = e;
    const name = this.torchName(callee, environment, scope);
    if (name !== undefined) return this.inTorch(name, e, environment, scope, path);
    if (callee.kind === 'name' && /^(int|float|round)$/.test(callee.name) && e.args[0]) return this.expression(e.args[0].value, environment, scope);
    if (callee.kind === 'attribute') {
      const object = this.expression(callee.object, environment, scope);
      if (object.kind === 'term' || object.kind === 'weight' || object.kind === 'bundle') return this.method(object, callee.name, e, environment, scope);
      if (object.kind === 'opaque' && !this.constructing) return object;
    }
    const called = this.expression(callee, environment, scope);
    if (called.kind === 'callable') return called.run(this.given(e, environment, scope));
    if (called.kind === 'method') return this.inline(called.scope, this.given(e, environment, scope));
    return called.kind === 'opaque' && callee.kind === 'attribute' ? called : opaque(`${sourceOf(callee, this.module)} is not known here`, e);
  }

  /** `sigmoid` of torch.sigmoid, F.sigmoid, or a name imported from there. */
  private torchName(callee: Expression, environment: Environment, scope: Scope): string | undefined {
    if (callee.kind === 'name' && environment.has(callee.name)) return undefined;
    const paths = callee.kind === 'name' || callee.kind === 'attribute' ? target(callee, scope, this.module).paths : [];
    return paths.length === 1 ? torch.exec(paths[0]!)?.[1] : undefined;
  }

  private inline(method: Scope, given: Given): Value {
    if (++this.depth > DEEPEST) throw new Unread('methods call one another too deeply', given.at);
    const isStatic = /@staticmethod/.test(slice(method.node.parent ?? method.node, this.module.text).slice(0, 60));
    const environment = this.bind(method, given, method.parent?.kind === 'class' && !isStatic);
    const returned = this.block(bodyOf(method.node), environment, method);
    this.depth--;
    return returned ?? { kind: 'none' };
  }

  private bind(method: Scope, given: Given, bound: boolean): Environment {
    const environment: Environment = new Map();
    const parameters = parametersOf(method);
    const own = bound ? parameters.slice(1) : parameters;
    if (bound && parameters[0]) environment.set(parameters[0].name, { kind: 'self' });
    own.forEach(({ name, fallback }, k) => {
      const value = argument(given, k, name) ?? (fallback ? this.expression(this.module.expression(fallback), new Map(), method) : undefined);
      environment.set(name, value ?? opaque(`the argument ${name} is not given`, given.at));
    });
    return environment;
  }

  states(v: Value, names: readonly string[]): readonly Term[] { return this.tupleOf(v, names, nowhere); }

  /** A call of something in torch. */
  private inTorch(name: string, e: CallExpression, environment: Environment, scope: Scope, path: string): Value {
    if (name === 'Parameter') return this.weights(e, environment, scope, path);
    if (name === 'Sequential') return sequential(this.given(e, environment, scope, path).positional, e);
    if (name === 'script' || name === 'compile') return e.args[0] ? this.expression(e.args[0].value, environment, scope, path) : opaque(whyNot(name), e);
    const given = this.given(e, environment, scope);
    if (/^[A-Z]/.test(name)) return makeModule(name, given, this, path);
    return this.compute(name, given);
  }

  private method(object: Value, name: string, e: CallExpression, environment: Environment, scope: Scope): Value {
    const given = this.given(e, environment, scope);
    if (same.has(name)) return object;
    if (object.kind === 'weight' && (name === 't' || name === 'transpose')) return { kind: 'weight', weight: { ...object.weight, transposed: !object.weight.transposed } };
    if (/[a-z]_$/.test(name)) throw new Unread(`${name} changes a tensor in place`, e);
    if (name === 'size' || name === 'dim') return opaque('how many examples or axes there are is not said in equations', e);
    return this.compute(name, { at: e, positional: [object, ...given.positional], named: given.named });
  }

  /** A function of tensors by its name in torch. */
  private compute(name: string, given: Given): Value {
    const { at } = given;
    const bad = [...given.positional, ...given.named.values()].find(v => v.kind === 'opaque');
    if (name === 'zeros_like') return vector(constant(0));
    if (name === 'ones_like') return vector(constant(1));
    if (dropouts.has(name)) { this.note('Dropout is left out, as it is once a model is trained.'); return required(given, 0, 'input'); }
    const known = elementwise.get(name);
    if (bad?.kind === 'opaque' && (known || /^(linear|mm|matmul|cat|chunk|split|addmm)$/.test(name))) return bad;
    if (known) {
      const vectors = Array.from({ length: known.vectors }, (_, k) => this.term(required(given, k, ['input', 'other', 'weight'][k]!), at));
      const numbers = (known.numbers ?? []).map(([n, fallback], k) => {
        const value = argument(given, known.vectors + k, n);
        if (!value && fallback === undefined) throw new Unread(`${name} without ${n} is not read`, at);
        return value ? this.number(value, at) : fallback!;
      });
      if (given.named.has('alpha') && name !== 'elu') return opaque(`${name} with alpha is not read`, at);
      return vector(known.make(vectors, numbers));
    }
    const special = this.special(name, given);
    return special ?? opaque(whyNot(name), at);
  }

  private special(name: string, given: Given): Value | undefined {
    const { at } = given;
    const along = (index: number): void => {
      const dim = argument(given, index, 'dim') ?? given.named.get('axis');
      if (dim && ![0, 1, -1].includes(this.number(dim, at))) throw new Unread('another axis than that of the units', at);
    };
    switch (name) {
      case 'linear': {
        const weight = required(given, 1, 'weight'), bias = argument(given, 2, 'bias');
        if (weight.kind !== 'weight') return opaque('the weight of this product is not a parameter of the class', at);
        const y = product(weight.weight, this.term(required(given, 0, 'input'), at));
        return vector(bias && bias.kind !== 'none' ? infix('+', y, this.term(bias, at)) : y);
      }
      case 'mm': case 'matmul': case 'mv': return this.multiply(required(given, 0, 'input'), required(given, 1, 'mat2'), at);
      case 'addmm': {
        const y = this.multiply(required(given, 1, 'mat1'), required(given, 2, 'mat2'), at);
        return y.kind === 'term' ? vector(infix('+', y.term, this.term(required(given, 0, 'input'), at))) : y;
      }
      case 'cat': case 'concat': case 'concatenate': case 'hstack': {
        if (name !== 'hstack') along(1);
        const list = required(given, 0, 'tensors');
        if (list.kind !== 'items') return opaque('what is put side by side is not written out', at);
        return vector({ kind: 'beside', parts: list.items.flatMap(i => { const t = this.term(i, at); return t.kind === 'beside' ? t.parts : [t]; }) });
      }
      case 'chunk': case 'tensor_split': {
        along(2);
        const count = this.number(required(given, 1, 'chunks'), at);
        const t = this.term(required(given, 0, 'input'), at);
        return { kind: 'items', items: Array.from({ length: Math.min(64, count) }, (_, k) => vector(equalPart(t, k, count, at))) };
      }
      case 'split': case 'split_with_sizes': { along(2); return this.split(this.term(required(given, 0, 'tensor'), at), required(given, 1, 'split_size_or_sections'), at); }
      case 'layer_norm': {
        const [gain, shift, eps] = [argument(given, 2, 'weight'), argument(given, 3, 'bias'), argument(given, 4, 'eps')];
        if (eps && this.number(eps, at) !== 1e-5) return opaque('a layer norm with another eps than 1e-5', at);
        const term = (v: Value | undefined): Term | undefined => (v && v.kind !== 'none' ? this.term(v, at) : undefined);
        return vector(normalised(this.term(required(given, 0, 'input'), at), term(gain), term(shift)));
      }
      default: return undefined;
    }
  }

  private split(t: Term, by: Value, at: Span): Value {
    if (by.kind === 'items') {
      let from = fixed(0);
      return { kind: 'items', items: by.items.map(i => { const size = this.size(i), piece = part(t, from, size, at); from = plus(from, size); return vector(piece); }) };
    }
    const size = this.size(by), all = sizeOf(t);
    const count = all && timesIn(size, all);
    if (count === undefined || count > 64) return opaque('into how many pieces this is cut is not settled in the text', at);
    return { kind: 'items', items: Array.from({ length: count }, (_, k) => vector(part(t, scaled(size, k), size, at))) };
  }

  /** nn.Parameter(torch.randn(4 * H, I) * 0.1): its shape is what counts. */
  private weights(e: CallExpression, environment: Environment, scope: Scope, path: string): Value {
    const shape = e.args[0] && this.shape(e.args[0].value, environment, scope);
    if (!shape) return opaque('the shape of this parameter is not written here', e);
    this.declare(path, shape);
    const [first] = shape;
    if (!first || (shape.length === 1 && numberOf(first) === 1)) return vector({ kind: 'scalar', tensor: path });
    if (shape.length === 1) return vector({ kind: 'vector', tensor: path, from: fixed(0), size: first });
    return shape.length === 2 ? { kind: 'weight', weight: { tensor: path, shape, transposed: false } } : opaque('a parameter of three axes or more', e);
  }

  private shape(e: Expression, environment: Environment, scope: Scope): readonly LinearSize[] | undefined {
    if (e.kind === 'binary') return this.shape(e.left, environment, scope) ?? this.shape(e.right, environment, scope);
    if (e.kind === 'unary') return this.shape(e.operand, environment, scope);
    if (e.kind !== 'call') return undefined;
    const name = this.torchName(e.callee, environment, scope);
    if (name !== undefined && /^(zeros|ones|rand|randn|empty|Tensor|FloatTensor|full)$/.test(name)) {
      const { positional, named } = this.given(e, environment, scope);
      const first = positional[0] ?? named.get('size');
      const sizes = first?.kind === 'items' ? first.items : name === 'full' ? [] : positional;
      return sizes.map(s => this.size(s));
    }
    if (name === 'tensor') return e.args[0]?.value.kind === 'literal' || e.args[0]?.value.kind === 'name' ? [] : undefined;
    if (name === 'eye' && e.args[0]) { const n = this.size(this.expression(e.args[0].value, environment, scope)); return [n, n]; }
    if (name !== undefined && e.args[0]) return this.shape(e.args[0].value, environment, scope);
    return e.callee.kind === 'attribute' ? this.shape(e.callee.object, environment, scope) : undefined;
  }
}

const nowhere: Span = { from: -1, to: -1 };

/** A vector that is more than a name for another keeps the name that the code gives it. */
function named(name: string, value: Value): Value {
  if (value.kind !== 'term') return value;
  const { term } = value;
  return term.kind === 'infix' || term.kind === 'call' || term.kind === 'negate' ? vector(namedTerm(name, term)) : value;
}

function alike(a: Value, b: Value): boolean | undefined {
  if (a.kind === 'opaque' || b.kind === 'opaque') return undefined;
  if (a.kind === 'none' || b.kind === 'none') return a.kind === b.kind;
  if (a.kind === 'text' && b.kind === 'text') return a.value === b.value;
  if (a.kind === 'flag' && b.kind === 'flag') return a.value === b.value;
  const [n, m] = [a, b].map(v => (v.kind === 'size' ? numberOf(v.size) : undefined));
  return n === undefined || m === undefined ? undefined : n === m;
}

/** Statements of a body. */
const statementsOf = (body: SyntaxNode): SyntaxNode[] => children(body).filter(c => c.name !== ':');
/** The body of a function. */
export const bodyOf = (node: SyntaxNode): SyntaxNode[] => { const body = node.getChild('Body'); return body ? statementsOf(body) : []; };
const onlyRaises = (body: SyntaxNode): boolean => statementsOf(body).every(s => s.name === 'RaiseStatement' || s.name === 'PassStatement');

/** A function's parameters in order. */
export function parametersOf(method: Scope): readonly { readonly name: string; readonly fallback: SyntaxNode | undefined }[] {
  const list = method.node.getChild('ParamList');
  return [...method.names].flatMap(([name, [binding]]) => binding?.kind === 'parameter' && list && binding.at >= list.from && binding.at < list.to ? [{ name, fallback: binding.fallback }] : []);
}
