/**
 * States carried from batch to batch with `backward()` in the loop and nothing that cuts the graph: the second backward runs into the
 * first batch's graph, which is freed (an error), or grows with every batch under retain_graph.
 */
import type { SyntaxNode } from '@lezer/common';
import { saying } from '../../core/said';
import { slice } from '../code/expression';
import type { Found } from '../framework';
import { references, sidesOf, targetItems } from '../python/flow';
import { callOf, lookup, type CallSite, type Module, type Scope } from '../code/scopes';
import { linesAfter } from './edits';
import { classAround, cuts, loopWithBackward, makerOf, within, type Maker } from './training';
import { onSelf } from './statesOnSelf';
import { quoted, type Asked, type Finding, type Rule } from './rule';

export const statesNotDetached: Rule = {
  code: 'states-not-detached', title: 'States carried across batches without detach', severity: 'warning', frameworks: ['pytorch'],
  check: asked => [...betweenCalls(asked), ...onSelf(asked)],
};

/** `out, h = model(x, h)`, reported once a class, or of the layer itself. */
function betweenCalls({ found, all, module }: Asked): readonly Finding[] {
  if (carried(module).length === 0) return [];
  const itself = carried(module).filter(c => c.made.from === found.candidate.node.from).map(c => finding(c, found, module));
  const owner = classAround(found.candidate.scope);
  if (itself.length > 0) return itself;
  // The first layer of a class speaks for it.
  if (!owner || firstIn(all).get(owner) !== found || cuts(owner.node, module)) return [];
  return carried(module).filter(({ made: { className }, scope }) => className !== undefined && lookup(className, scope).some(b => b.kind === 'class' && b.body === owner)).map(c => finding(c, found, module));
}

const firsts = new WeakMap<readonly Found[], ReadonlyMap<Scope, Found>>();

/** The first layer of each class. */
function firstIn(all: readonly Found[]): ReadonlyMap<Scope, Found> {
  const known = firsts.get(all) ?? new Map([...all].reverse().flatMap(f => { const owner = classAround(f.candidate.scope); return owner ? [[owner, f] as const] : []; }));
  firsts.set(all, known);
  return known;
}

interface Carried { readonly made: Maker; readonly scope: Scope; readonly states: readonly SyntaxNode[]; readonly statement: SyntaxNode; readonly backward: SyntaxNode }

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
  const made = call && call.callee.kind !== 'call' ? makerOf(call.callee, site.scope, module) : undefined;
  const loop = loopWithBackward(statement, module);
  if (!made || !loop || states.length === 0 || within(made, loop.loop)) return [];
  const reading = states.every(s => mentions(slice(s, module.text), site, module) && onlyHere(s, statement, loop.loop, site.scope, module));
  return reading ? [{ made, scope: site.scope, states, statement, backward: loop.backward }] : [];
}

/** The state is an argument of the call. */
function mentions(name: string, site: CallSite, module: Module): boolean {
  return references(name, site.scope, module).some(r => r.from > (site.node.firstChild?.to ?? 0) && r.to < site.node.to);
}

/** Nothing else in the loop names it: no reset, no detach, no helper. */
function onlyHere(state: SyntaxNode, statement: SyntaxNode, loop: SyntaxNode, scope: Scope, module: Module): boolean {
  return references(slice(state, module.text), scope, module).every(r => r.from < loop.from || r.to > loop.to || (r.from >= statement.from && r.to <= statement.to));
}

function finding({ states, statement, backward }: Carried, { draft }: Found, module: Module): Finding {
  const names = states.map(s => slice(s, module.text));
  const only = names.length === 1 ? names[0] : undefined;
  const line = only === undefined ? `${names.join(', ')} = ${names.map(n => `${n}.detach()`).join(', ')}`
    : draft.cell === 'lstm' ? `${only} = tuple(s.detach() for s in ${only})` : `${only} = ${only}.detach()`;
  const edits = draft.cell === null ? undefined : linesAfter(backward, [line], module);
  return {
    said: saying('`{0}` goes into the next batch with all that it was computed from: backward() then reaches into batches that are done. Detach it.', quoted(names.join(', '))),
    span: { from: statement.from, to: statement.to }, related: { span: backward, said: saying('backward() in the same loop.') },
    fixes: edits ? [{ title: saying('Detach the states after backward()'), edits }] : [],
  };
}
