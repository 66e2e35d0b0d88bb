/** What a PyTorch call gets wrong, or does unasked. Only what is certain from the code: a wrong warning costs more than a missing one. */
import type { SyntaxNode } from '@lezer/common';
import type { Problem } from './outline';
import { sourceOf } from './arguments';
import type { Expression } from './expression';
import { sure, type Candidate, type Found } from './framework';
import { sizeProblems } from './sizeProblems';
import { callOf, classOf, lookup, type Binding, type CallSite, type Module, type Scope } from './scopes';

type Rule = (found: Found, all: readonly Found[], module: Module) => readonly Problem[];

const rules: readonly Rule[] = [sizeProblems, dropoutAlone, dropoutBetween, projectionTooLarge, projectionElsewhere, lastStepOfBoth, forgetBias];

/** All problems of one PyTorch layer. */
export const pytorchProblems: Rule = (found, all, module) => rules.flatMap(rule => rule(found, all, module));

function problem(found: Found, code: string, severity: Problem['severity'], message: string): readonly Problem[] {
  const { from, to } = found.candidate.node;
  return [{ code, severity, message, span: { from, to } }];
}

function dropoutAlone(found: Found): readonly Problem[] {
  const [dropout, layers] = [sure(found.draft, 'dropout'), sure(found.draft, 'layers')];
  return !found.draft.isCell && dropout !== null && dropout > 0 && layers === 1
    ? problem(found, 'dropout-single-layer', 'warning', `\`dropout=${dropout}\` does nothing: it acts between layers, and there is only 1.`) : [];
}

function dropoutBetween(found: Found): readonly Problem[] {
  const [dropout, layers] = [sure(found.draft, 'dropout'), sure(found.draft, 'layers')];
  return dropout === 0 && layers !== null && layers > 1 && found.draft.symbols['dropout'] === undefined
    ? problem(found, 'dropout-zero', 'info', `\`dropout\` is 0, so nothing is dropped between the ${layers} layers.`) : [];
}

function projectionTooLarge(found: Found): readonly Problem[] {
  const [projection, units] = [sure(found.draft, 'projection'), sure(found.draft, 'units')];
  return projection !== null && units !== null && projection > 0 && projection >= units
    ? problem(found, 'projection-too-large', 'warning', `\`proj_size\` is ${projection}, but must be smaller than \`hidden_size\` (${units}): PyTorch refuses this call.`) : [];
}

function projectionElsewhere(found: Found): readonly Problem[] {
  const { cell } = found.draft;
  const projection = sure(found.draft, 'projection');
  return projection !== null && projection > 0 && (cell === 'gru' || cell === 'rnn')
    ? problem(found, 'projection-lstm-only', 'warning', '`proj_size` is for nn.LSTM only: PyTorch refuses this call.') : [];
}

/** PyTorch draws all biases from U(-1/sqrt(H), 1/sqrt(H)); a file that touches biases by name may change that, so it silences this. */
function forgetBias(found: Found, _: readonly Found[], module: Module): readonly Problem[] {
  const { cell, bias } = found.draft;
  if (cell !== 'lstm' || bias === null || touchesBias(module)) return [];
  return problem(found, 'forget-bias', 'info', 'The forget bias starts near 0: half of c is gone after 1 step.');
}

const touching = new WeakMap<Module, boolean>();

function touchesBias(module: Module): boolean {
  const known = touching.get(module) ?? /\bbias_|forget_bias|['"][\w.]{0,80}bias\w*['"]|\.bias\b/.test(module.text);
  touching.set(module, known);
  return known;
}

/**
 * `out, _ = self.rnn(x)` and then `out[:, -1]`: where the layer runs both ways, the reverse half of the last step has read one step.
 * Reported where the layer is the only one of its name in the class and no other value of `out` can reach the use.
 */
function lastStepOfBoth(found: Found, all: readonly Found[], module: Module): readonly Problem[] {
  const { draft, candidate } = found;
  const owner = enclosingClass(candidate.scope);
  if (sure(draft, 'bidirectional') !== true || sure(draft, 'batchFirst') === null || !candidate.holder || !owner) return [];
  if ((owner.attributes.get(candidate.holder) ?? []).length !== 1) return [];
  if (all.some(o => o !== found && o.candidate.holder === candidate.holder && enclosingClass(o.candidate.scope) === owner)) return [];
  return uses(candidate, owner, module).flatMap(use => {
    if (!lastStep(use.index, draft.batchFirst === true)) return [];
    const source = sourceOf(use.expression, module).replaceAll('`', "'");
    const message = `\`${source}\` reads the last step, where the reverse half has seen one step only. Use \`torch.cat((h[-2], h[-1]), 1)\`.`;
    return [{ code: 'last-step-bidirectional', severity: 'warning' as const, message, span: { from: use.expression.from, to: use.expression.to } }];
  });
}

function enclosingClass(scope: Scope): Scope | undefined {
  for (let s: Scope | undefined = scope; s; s = s.parent) if (s.kind === 'class') return s;
  return undefined;
}

interface Use { readonly expression: Expression; readonly index: readonly Expression[] }

/** Subscripts of this layer's output sequence in its class. */
function uses(candidate: Candidate, owner: Scope, module: Module): Use[] {
  return (callsByName(module).get(candidate.holder) ?? []).flatMap(site => {
    const call = callOf(site, module);
    if (call?.callee.kind !== 'attribute' || call.callee.object.kind !== 'name' || classOf(call.callee.object.name, site.scope) !== owner) return [];
    return [...direct(site.node, module), ...byName(site.node, site.scope, module)];
  });
}

const calls = new WeakMap<Module, Map<string, CallSite[]>>();

/** Calls of `self.NAME(...)` by name. */
function callsByName(module: Module): Map<string, CallSite[]> {
  const known = calls.get(module) ?? new Map<string, CallSite[]>();
  if (calls.has(module)) return known;
  calls.set(module, known);
  for (const site of module.calls) {
    const callee = site.node.firstChild;
    const name = callee?.name === 'MemberExpression' ? /^\w+\.(\w+)$/.exec(module.text.slice(callee.from, callee.to))?.[1] : undefined;
    if (name !== undefined) {
      const list = known.get(name);
      if (list) list.push(site);
      else known.set(name, [site]);
    }
  }
  return known;
}

/** `self.rnn(x)[0][:, -1]` */
function direct(call: SyntaxNode, module: Module): Use[] {
  const first = subscriptAround(call, module);
  const outer = first && isZero(first.index) && call.parent ? subscriptAround(call.parent, module) : undefined;
  return outer ? [outer] : [];
}

function subscriptAround(node: SyntaxNode, module: Module): Use | undefined {
  const parent = node.parent;
  const e = parent?.name === 'MemberExpression' && parent.from === node.from ? module.expression(parent) : undefined;
  return e?.kind === 'subscript' ? { expression: e, index: e.index } : undefined;
}

function isZero(index: readonly Expression[]): boolean {
  return index.length === 1 && index[0]?.kind === 'literal' && index[0].value === 0;
}

/** `out, _ = self.rnn(x)` ... `out[:, -1]` further down the same block, with no other binding of `out` between. */
function byName(call: SyntaxNode, scope: Scope, module: Module): Use[] {
  const statement = call.parent?.name === 'AssignStatement' ? call.parent : undefined;
  const target = statement?.firstChild?.name === 'TupleExpression' ? statement.firstChild.getChild('VariableName') : statement?.firstChild;
  if (!statement?.parent || target?.name !== 'VariableName' || !isPair(statement)) return [];
  const name = module.text.slice(target.from, target.to);
  const bindings = lookup(name, scope);
  const next = Math.min(...bindings.map(b => b.at).filter(at => at > statement.to), Infinity);
  const block = statement.parent;
  return subscripts(name, block, statement.to, module).filter(use => use.expression.from < endOfBinding(bindings, next, module));
}

function isPair(statement: SyntaxNode): boolean {
  const first = statement.firstChild;
  const second = first?.name === 'TupleExpression' ? first.getChildren(',').length === 1 : first?.nextSibling?.name === ',';
  return second;
}

/** A statement that rebinds the name still reads the old value on its right. */
function endOfBinding(bindings: readonly Binding[], at: number, module: Module): number {
  const binding = bindings.find(b => b.at === at);
  if (!binding) return module.text.length;
  return binding.kind === 'value' ? binding.node.to : at;
}

function subscripts(name: string, block: SyntaxNode, from: number, module: Module): Use[] {
  const found: Use[] = [];
  block.cursor().iterate(ref => {
    if (ref.to < from) return false;
    if (opaque.has(ref.name)) return false;
    if (ref.name !== 'MemberExpression' || ref.from < from) return true;
    const e = module.expression(ref.node);
    if (e.kind === 'subscript' && e.object.kind === 'name' && e.object.name === name) found.push({ expression: e, index: e.index });
    return true;
  });
  return found;
}

/** Scopes that may run at another time, or bind the name anew. */
const opaque = new Set(['FunctionDefinition', 'LambdaExpression', 'ClassDefinition', 'ArrayComprehensionExpression', 'ComprehensionExpression']);

function lastStep(index: readonly Expression[], batchFirst: boolean): boolean {
  const time = batchFirst ? 1 : 0;
  const full = (e: Expression | undefined): boolean => e?.kind === 'slice' && e.full;
  const minusOne = (e: Expression | undefined): boolean => e?.kind === 'unary' && e.op === '-' && e.operand.kind === 'literal' && e.operand.value === 1;
  return index.every((e, i) => i === time ? minusOne(e) : full(e)) && index.length > time;
}
