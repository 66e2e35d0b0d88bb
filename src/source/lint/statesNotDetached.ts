/**
 * States carried from batch to batch with `backward()` in the loop and nothing that cuts the graph: the second backward runs into the
 * first batch's graph, which is freed (an error), or grows with every batch under retain_graph.
 */
import type { SyntaxNode } from '@lezer/common';
import { saying } from '../../core/said';
import { slice } from '../code/expression';
import type { Found } from '../framework';
import { references, sidesOf, statementOf, targetItems } from '../python/flow';
import { callOf, lookup, type CallSite, type Module, type Scope } from '../code/scopes';
import { linesAfter } from './edits';
import { heldBy } from './held';
import { quoted, type Finding, type Rule } from './rule';

export const statesNotDetached: Rule = {
  code: 'states-not-detached', title: 'States carried across batches without detach', severity: 'warning', frameworks: ['pytorch'],
  check: ({ found, all, module }) => {
    if (carried(module).length === 0) return [];
    const owner = classAround(found.candidate.scope);
    // The first layer of a class speaks for it.
    if (!owner || all.find(f => classAround(f.candidate.scope) === owner) !== found || /\bdetach|\.data\b|no_grad/.test(slice(owner.node, module.text))) return [];
    return carried(module).filter(c => lookup(c.className, c.scope).some(b => b.kind === 'class' && b.body === owner)).map(c => finding(c, found, module));
  },
};

function classAround(scope: Scope): Scope | undefined {
  for (let s: Scope | undefined = scope; s; s = s.parent) if (s.kind === 'class') return s;
  return undefined;
}

interface Carried { readonly className: string; readonly scope: Scope; readonly states: readonly SyntaxNode[]; readonly statement: SyntaxNode; readonly backward: SyntaxNode }

const known = new WeakMap<Module, readonly Carried[]>();

/** Every `out, h = model(x, h)` in a loop with backward() in which h appears nowhere else. */
function carried(module: Module): readonly Carried[] {
  const found = known.get(module) ?? (module.text.includes('.backward(') ? module.calls.flatMap(site => atCall(site, module)) : []);
  known.set(module, found);
  return found;
}

function atCall(site: CallSite, module: Module): readonly Carried[] {
  const statement = site.node.parent;
  const sides = statement?.name === 'AssignStatement' ? sidesOf(statement) : undefined;
  const targets = sides && sides.value.from === site.node.from ? targetItems(sides.target) : undefined;
  const given = targets?.[1];
  if (!statement || !given || targets?.length !== 2) return [];
  const states = given.name === 'VariableName' ? [given] : /Tuple|Parenthes/.test(given.name) ? given.getChildren('VariableName') : [];
  const call = callOf(site, module);
  const held = call && heldBy(call.callee, site.scope, module);
  const className = held?.call.callee.kind === 'name' ? held.call.callee.name : undefined;
  const loop = loopWithBackward(statement, module);
  if (className === undefined || !loop || states.length === 0) return [];
  const reading = states.every(s => mentions(slice(s, module.text), site, module) && onlyHere(s, statement, loop.loop, site.scope, module));
  return reading ? [{ className, scope: site.scope, states, statement, backward: loop.backward }] : [];
}

/** The state is an argument of the call. */
function mentions(name: string, site: CallSite, module: Module): boolean {
  return references(name, site.scope, module).some(r => r.from > (site.node.firstChild?.to ?? 0) && r.to < site.node.to);
}

/** Nothing else in the loop names it: no reset, no detach, no helper. */
function onlyHere(state: SyntaxNode, statement: SyntaxNode, loop: SyntaxNode, scope: Scope, module: Module): boolean {
  return references(slice(state, module.text), scope, module).every(r => r.from < loop.from || r.to > loop.to || (r.from >= statement.from && r.to <= statement.to));
}

/** The innermost loop around a statement in whose body, and not in a function within, backward() is called. */
function loopWithBackward(statement: SyntaxNode, module: Module): { loop: SyntaxNode; backward: SyntaxNode } | undefined {
  for (let n: SyntaxNode | null = statement.parent; n && n.name !== 'FunctionDefinition'; n = n.parent) {
    if (n.name !== 'ForStatement' && n.name !== 'WhileStatement') continue;
    const body = module.text.slice(n.from, n.to);
    const at = /\w\.backward\(/.exec(body);
    if (!at || /no_grad|\bdetach|repackage/.test(body)) continue;
    const backward = statementOf(n.resolveInner(n.from + at.index + 2, 1));
    if (backward) return { loop: n, backward };
  }
  return undefined;
}

function finding({ states, statement, backward }: Carried, { draft }: Found, module: Module): Finding {
  const names = states.map(s => slice(s, module.text));
  const only = names.length === 1 ? names[0] : undefined;
  const line = only === undefined ? `${names.join(', ')} = ${names.map(n => `${n}.detach()`).join(', ')}`
    : draft.cell === 'lstm' ? `${only} = tuple(s.detach() for s in ${only})` : `${only} = ${only}.detach()`;
  const edits = draft.cell === null ? undefined : linesAfter(backward, [line], module);
  return {
    said: saying('`{0}` is carried into the next batch with its whole graph: backward() then reaches into batches that are done. Detach it.', quoted(names.join(', '))),
    span: { from: statement.from, to: statement.to }, related: { span: backward, said: saying('backward() in the same loop.') },
    fixes: edits ? [{ title: saying('Detach the states after backward()'), edits }] : [],
  };
}
