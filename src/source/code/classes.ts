/** What classes bind: attributes, inherited ones, fields of records, Lightning's hyperparameters. */
import type { Argument, CallExpression, Expression } from './expression';
import { deepest, foreignBindings, importPath, nameBindings } from './names';
import { callOf, classOf, moduleOf, type Binding, type Module, type Scope } from './scopes';

/** What a class or its bases bind a name to; with `marked`, what a subclass or whoever makes the object may change is a parameter. */
export function classMembers(body: Scope, name: string, module: Module, marked: boolean): readonly Binding[] {
  const found = inherited(body, name, module, 0).map(b => handedUp(b, body, module));
  if (!marked) return found;
  const open = takesAnything(body, module) || module.classes.some(c => c !== body && (c.names.has(name) || c.attributes.has(name)) && descends(c, body, module, 0));
  return found.map(b => b.kind === 'value' && (open || isDataField(b, module)) ? { ...b, kind: 'parameter', fallback: b.node } : b);
}

/**
 * `self.hidden = hidden` in the constructor of a base: what this class gives `super().__init__` for it. Unknown where something else is
 * made of what is given, or where that cannot be read.
 */
function handedUp(b: Binding, body: Scope, module: Module): Binding {
  if (b.kind !== 'value' || b.scope.name !== '__init__' || b.scope.parent === body) return b;
  const init = body.names.get('__init__')?.at(-1);
  const home = moduleOf(body, module);
  const call = init?.kind === 'function' && init.body ? superCall(init.body, home) : undefined;
  if (!call || init?.kind !== 'function' || !init.body) return b;
  const order = [...b.scope.names.keys()].slice(1);
  const text = moduleOf(b.scope, module).text.slice(b.node.from, b.node.to);
  const used = (text.match(/[A-Za-z_]\w*/g) ?? []).filter(w => order.includes(w) && b.scope.names.get(w)?.some(p => p.kind === 'parameter'));
  const given = call.args.filter(a => !handsOn(a, init.body));
  const plain = given.filter(a => a.name === undefined);
  const passed = (parameter: string): Expression | undefined => given.find(a => a.name === parameter)?.value ?? plain[order.indexOf(parameter)]?.value;
  const isOpen = given.some(a => a.splat);
  if (used.length === 0 || (!isOpen && used.every(w => passed(w) === undefined))) return b;
  const value = isOpen || used.length !== 1 || used[0] !== text ? undefined : passed(text);
  return value ? { kind: 'given', value, assumed: false, at: b.at, scope: init.body } : { kind: 'opaque', at: b.at, scope: b.scope };
}

/** `**kwargs` of a function that itself is called with them: nothing that its own text passes. */
function handsOn({ splat, value }: Argument, body: Scope | undefined): boolean {
  const bindings = splat && value.kind === 'name' ? body?.names.get(value.name) ?? [] : [];
  return bindings.length === 1 && bindings[0]?.kind === 'opaque';
}

/** `super().__init__(...)` or `super(Net, self).__init__(...)` in a constructor. */
function superCall(init: Scope, module: Module): CallExpression | undefined {
  const site = module.calls.find(c => c.scope === init && c.node.firstChild !== null && /^super\b[^\n]*\.__init__$/.test(module.text.slice(c.node.firstChild.from, c.node.firstChild.to)));
  return site ? callOf(site, module) : undefined;
}

/** `self.__dict__.update(kwargs)`: every attribute may come from outside. */
function takesAnything(body: Scope, module: Module): boolean {
  return /__dict__\.update\(|setattr\(self/.test(moduleOf(body, module).text.slice(body.node.from, body.node.to));
}

function isDataField(b: Binding, module: Module): boolean {
  return b.kind === 'value' && b.scope.kind === 'class' && isRecord(b.scope, module) && b.node.parent?.getChild('TypeDef') !== null;
}

/** A class whose annotated names are arguments of its constructor: dataclass, attrs, pydantic, NamedTuple. */
function isRecord(body: Scope, module: Module): boolean {
  const text = moduleOf(body, module).text;
  const above = body.node.parent?.name === 'DecoratedStatement' ? text.slice(body.node.parent.from, body.node.from) : '';
  return /@[\w.]*(dataclass|attrs?|define|frozen|\bs)\b/.test(above) || body.bases.some(b => /(NamedTuple|BaseModel|BaseSettings)$/.test(text.slice(b.from, b.to)));
}

/** What a class binds a name to, else the nearest of its bases that does. */
export function inherited(body: Scope, name: string, module: Module, depth: number): readonly Binding[] {
  const found = [...body.attributes.get(name) ?? [], ...body.names.get(name) ?? []];
  if (found.length > 0 || depth > deepest) return found;
  for (const base of bases(body, module)) {
    const above = inherited(base, name, module, depth + 1);
    if (above.length > 0) return above;
  }
  return [];
}

function bases(body: Scope, module: Module): Scope[] {
  const home = moduleOf(body, module);
  return body.bases.flatMap(node => {
    const base = home.expression(node);
    const from = body.parent ?? body;
    const path = base.kind === 'attribute' ? importPath(base, from) : undefined;
    const bindings = base.kind === 'name' ? nameBindings(base.name, from, home) : path === undefined ? [] : foreignBindings(home.foreign?.(path), 0);
    const binding = bindings.at(-1);
    return binding?.kind === 'class' ? [binding.body] : [];
  });
}

function descends(body: Scope, from: Scope, module: Module, depth: number): boolean {
  return depth < deepest && bases(body, module).some(b => b === from || descends(b, from, module, depth + 1));
}

/** Lightning's `self.hparams.hidden`: the parameter of `__init__` that `save_hyperparameters()` keeps. */
export function hyperparameter(object: Expression, name: string, scope: Scope, module: Module): readonly Binding[] {
  const owner = object.kind === 'attribute' && object.object.kind === 'name' ? classOf(object.object.name, scope) : undefined;
  if (!owner || !/\.save_hyperparameters\(\s*\)/.test(module.text.slice(owner.node.from, owner.node.to))) return [];
  const init = owner.names.get('__init__')?.at(-1);
  return init?.kind === 'function' ? init.body?.names.get(name)?.filter(b => b.kind === 'parameter') ?? [] : [];
}

/** `Config(hidden=3).hidden` of a dataclass: the argument, else the default. Other classes may do anything with their arguments. */
export function recordMember(call: CallExpression, body: Scope, name: string, scope: Scope, module: Module): readonly Binding[] {
  if (!isRecord(body, module) || call.args.some(a => a.splat) || body.names.has('__init__') || body.names.has('__post_init__')) return [];
  const order = recordFields(body, module);
  const plain = call.args.filter(a => a.name === undefined);
  const given = call.args.find(a => a.name === name) ?? (bases(body, module).length === 0 ? plain[order.indexOf(name)] : undefined);
  if (given) return [{ kind: 'given', value: given.value, assumed: false, at: call.from, scope }];
  return plain.length > 0 && bases(body, module).length > 0 ? [] : inherited(body, name, module, 0);
}

function recordFields(body: Scope, module: Module): readonly string[] {
  const text = moduleOf(body, module).text;
  const statements = body.node.getChild('Body')?.getChildren('AssignStatement') ?? [];
  return statements.filter(s => s.getChild('TypeDef')).map(s => s.firstChild ? text.slice(s.firstChild.from, s.firstChild.to) : '');
}
