/** States that a model keeps on itself, `out, self.h = self.rnn(x, self.h)`, trained in a loop of the same file in which nothing resets or cuts them. */
import type { SyntaxNode } from '@lezer/common';
import { saying } from '../../core/said';
import { slice } from '../code/expression';
import { callOf, type Module, type Scope } from '../code/scopes';
import { sidesOf, statementOf, targetItems } from '../python/flow';
import { statesTo, type Use } from '../uses';
import { linesAfter } from './edits';
import { oncePerFile } from './once';
import { quoted, type Asked, type Finding } from './rule';
import { classAround, cuts, loopWithBackward, makerOf, within } from './training';

/** Every call of the layer that takes its states from the model and puts them back there. */
export function onSelf({ found, uses, module }: Asked): readonly Finding[] {
  const owner = module.text.includes('.backward(') ? classAround(found.candidate.scope) : undefined;
  if (!owner || cuts(owner.node, module)) return [];
  return uses.flatMap(use => {
    const kept = keptBy(use, module);
    const loop = kept.length > 0 && kept.every(name => onlyMadeAtFirst(name, use, owner, module)) ? trainedIn(owner, module) : undefined;
    return loop ? [finding(kept, use, loop, module)] : [];
  });
}

/** The attributes of `out, (self.h, self.c) = self.rnn(x, (self.h, self.c))`. */
function keptBy(use: Use, module: Module): readonly string[] {
  const statement = use.node.parent?.name === 'AssignStatement' ? use.node.parent : undefined;
  const sides = statement && sidesOf(statement);
  const given = sides?.value.from === use.node.from ? targetItems(sides.target)?.[1] : undefined;
  const from = statesTo(use);
  const names = given ? namesIn(slice(given, module.text)) : [];
  return names.every(n => /^self\.\w+$/.test(n)) && from && namesIn(slice(from, module.text)).join() === names.join() ? names : [];
}

const namesIn = (source: string): readonly string[] => source.replace(/[()\s]/g, '').split(',').filter(Boolean);

/** Where names stand behind a dot, or alone in quotes. */
const members = oncePerFile(({ text }) => {
  const found = new Map<string, number[]>();
  for (const { 1: member, 2: word, index } of text.matchAll(/\.(\w+)|['"](\w+)['"]/g)) {
    const name = member ?? word ?? '';
    const list = found.get(name);
    if (list) list.push(index);
    else found.set(name, [index]);
  }
  return found;
});

/** Nothing names the attribute but this statement, the constructor, and methods that only the constructor calls. */
function onlyMadeAtFirst(name: string, use: Use, owner: Scope, module: Module): boolean {
  const attribute = name.slice('self.'.length);
  const statement = statementOf(use.node);
  return statement !== undefined && (members(module).get(attribute) ?? []).every(index => {
    if (index >= statement.from && index < statement.to) return true;
    const method = methodAt(index, owner);
    return method !== undefined && (nameOf(method, module) === '__init__' || calledAtFirst(nameOf(method, module), owner, module));
  });
}

function calledAtFirst(method: string, owner: Scope, module: Module): boolean {
  const calls = (members(module).get(method) ?? []).map(index => methodAt(index, owner));
  return calls.length > 0 && calls.every(m => m !== undefined && nameOf(m, module) === '__init__');
}

const nameOf = (method: SyntaxNode, module: Module): string => slice(method.getChild('VariableName') ?? method, module.text);

/** The method of a class around a position. */
function methodAt(position: number, owner: Scope): SyntaxNode | undefined {
  if (position < owner.node.from || position >= owner.node.to) return undefined;
  let method: SyntaxNode | undefined;
  for (let n: SyntaxNode | null = owner.node.resolveInner(position, 1); n && n.from >= owner.node.from; n = n.parent) if (n.name === 'FunctionDefinition') method = n;
  return method;
}

/** Where models of this file are called in a loop with backward(), and made outside of it. */
const trained = oncePerFile(module => module.calls.flatMap(site => {
  const callee = site.node.firstChild;
  const statement = callee?.name === 'VariableName' ? statementOf(site.node) : undefined;
  const found = statement && loopWithBackward(statement, module);
  const call = found && callOf(site, module);
  const made = call && makerOf(call.callee, site.scope, module);
  const name = made?.className;
  return made && found && !within(made, found.loop) && name !== undefined ? [{ name, ...found }] : [];
}));

/** The loop that trains a class's model: nothing in it cuts the graph. */
function trainedIn(owner: Scope, module: Module): { readonly loop: SyntaxNode; readonly backward: SyntaxNode } | undefined {
  return trained(module).find(({ name, loop }) => name === owner.name && !cuts(loop, module));
}

function finding(kept: readonly string[], use: Use, { backward }: { readonly backward: SyntaxNode }, module: Module): Finding {
  const only = kept.length === 1 ? kept[0] : undefined;
  const line = only === undefined ? `${kept.join(', ')} = ${kept.map(n => `${n}.detach()`).join(', ')}`
    : use.layer.draft.cell === 'lstm' ? `${only} = tuple(s.detach() for s in ${only})` : `${only} = ${only}.detach()`;
  const edits = use.layer.draft.cell === null ? undefined : linesAfter(use.node, [line], module);
  const statement = statementOf(use.node) ?? use.node;
  return {
    said: saying('`{0}` is carried into the next batch with its whole graph: backward() then reaches into batches that are done. Detach it.', quoted(kept.join(', '))),
    span: { from: statement.from, to: statement.to }, related: { span: backward, said: saying('backward() in the same loop.') },
    fixes: edits ? [{ title: saying('Detach the states after this call'), edits }] : [],
  };
}
