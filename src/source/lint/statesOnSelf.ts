/** States that a model keeps on itself, `out, self.h = self.rnn(x, self.h)`, trained in a loop of the same file in which nothing resets or cuts them. */
import type { SyntaxNode } from '@lezer/common';
import { saying } from '../../core/said';
import { slice } from '../code/expression';
import { callOf, type Module, type Scope } from '../code/scopes';
import { sidesOf, statementOf, targetItems } from '../python/flow';
import { statesTo, type Use } from '../uses';
import { linesAfter } from './edits';
import { members } from './attributes';
import { oncePerFile } from './once';
import { quoted, type Asked, type Finding } from './rule';
import { classAround, cuts, loopWithBackward, makerOf, within } from './training';

/** Every call of the layer that takes its states from the model and puts them back there. */
export function onSelf({ found, uses, module }: Asked): readonly Finding[] {
  const owner = module.text.includes('.backward(') ? classAround(found.candidate.scope) : undefined;
  if (!owner || cuts(owner.node, module) || !isPlain(owner, module)) return [];
  return uses.flatMap(use => {
    const kept = keptBy(use, module);
    const loop = kept.length > 0 ? trainedIn(owner, module).find(training => kept.every(name => staysInLoop(name, use, owner, training, module))) : undefined;
    return loop ? [finding(kept, use, loop, module)] : [];
  });
}

/** A class of which all methods are in sight: another base may have one that cuts states. */
const isPlain = (owner: Scope, module: Module): boolean => owner.bases.every(b => /(^|\.)(Module|object)$/.test(slice(b, module.text)));

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

/** Nothing that runs between one batch and the next names the attribute but this statement: what does stands in the constructor, or runs outside of the loop. */
function staysInLoop(name: string, use: Use, owner: Scope, training: Training, module: Module): boolean {
  const statement = statementOf(use.node);
  return statement !== undefined && (members(module).get(name.slice('self.'.length)) ?? [])
    .every(index => (index >= statement.from && index < statement.to) || isOutside(index, owner, training, module, 0));
}

/** Whether a place runs only before the loop, or between two runs of it. */
function isOutside(index: number, owner: Scope, training: Training, module: Module, depth: number): boolean {
  const method = methodAt(index, owner);
  if (!method) return besideLoop(index, training);
  const name = nameOf(method, module);
  const calls = members(module).get(name) ?? [];
  return name === '__init__' || (depth < 4 && calls.length > 0 && calls.every(call => call !== index && isOutside(call, owner, training, module, depth + 1)));
}

/** In the function of the loop, or at the outermost level of the file, but not in the loop itself. */
function besideLoop(index: number, { loop, retains }: Training): boolean {
  if (retains || (index >= loop.from && index < loop.to)) return false;
  const around = functionAround(loop.resolve(index, 1));
  return around === undefined || around.from === functionAround(loop)?.from;
}

function functionAround(node: SyntaxNode): SyntaxNode | undefined {
  for (let n: SyntaxNode | null = node; n; n = n.parent) if (n.name === 'FunctionDefinition' || n.name === 'LambdaExpression') return n;
  return undefined;
}

const nameOf = (method: SyntaxNode, module: Module): string => slice(method.getChild('VariableName') ?? method, module.text);

/** The method of a class around a position. */
function methodAt(position: number, owner: Scope): SyntaxNode | undefined {
  if (position < owner.node.from || position >= owner.node.to) return undefined;
  let method: SyntaxNode | undefined;
  for (let n: SyntaxNode | null = owner.node.resolveInner(position, 1); n && n.from >= owner.node.from; n = n.parent) if (n.name === 'FunctionDefinition') method = n;
  return method;
}

/** A loop that trains a model of a class, and the name that it has there. */
interface Training { readonly name: string; readonly model: string; readonly loop: SyntaxNode; readonly backward: SyntaxNode; /** The graphs of earlier rounds are kept on purpose. */ readonly retains: boolean }

/** Where models of this file are called in a loop with backward(), and made outside of it. */
const trained = oncePerFile(module => module.calls.flatMap(site => {
  const callee = site.node.firstChild;
  const statement = callee?.name === 'VariableName' ? statementOf(site.node) : undefined;
  const found = statement && loopWithBackward(statement, module);
  const call = found && callOf(site, module);
  const made = call && makerOf(call.callee, site.scope, module);
  const name = made?.className;
  return made && found && callee && !within(made, found.loop) && name !== undefined ? [{ name, model: slice(callee, module.text), ...found, retains: slice(found.loop, module.text).includes('retain_graph') }] : [];
}));

/** The loops that train a class's model: nothing in them cuts the graph, and no function of another file is handed the model. */
function trainedIn(owner: Scope, module: Module): readonly Training[] {
  return trained(module).filter(({ name, model, loop }) => name === owner.name && !cuts(loop, module) && !new RegExp(`[(,=]\\s*${model}\\s*[,)]`).test(slice(loop, module.text)));
}

function finding(kept: readonly string[], use: Use, { backward }: { readonly backward: SyntaxNode }, module: Module): Finding {
  const only = kept.length === 1 ? kept[0] : undefined;
  const line = only === undefined ? `${kept.join(', ')} = ${kept.map(n => `${n}.detach()`).join(', ')}`
    : use.layer.draft.cell === 'lstm' ? `${only} = tuple(s.detach() for s in ${only})` : `${only} = ${only}.detach()`;
  const edits = use.layer.draft.cell === null ? undefined : linesAfter(use.node, [line], module);
  const statement = statementOf(use.node) ?? use.node;
  return {
    said: saying('`{0}` goes into the next batch with all that it was computed from: backward() then reaches into batches that are done. Detach it.', quoted(kept.join(', '))),
    span: { from: statement.from, to: statement.to }, related: { span: backward, said: saying('backward() in the same loop.') },
    fixes: edits ? [{ title: saying('Detach the states after this call'), edits }] : [],
  };
}
