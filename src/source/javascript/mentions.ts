/** Where JavaScript speaks of a layer or of what it gives, see ../mentions.ts. */
import type { SyntaxNode } from '@lezer/common';
import { slice } from '../code/expression';
import { classOf, type Module } from '../code/scopes';
import type { Found } from '../framework';
import { givenAt } from '../given';
import type { Mention } from '../outline';
import { usesOf, type Use } from '../uses';
import { namesTaking, readsAfter } from './uses';

/** All mentions of each layer that surely are of it. Spans count in the original text. */
export function mentionsInJavascript(all: readonly Found[], module: Module): ReadonlyMap<Found, readonly Mention[]> {
  const uses = usesOf(all, module);
  return new Map(all.map(layer => [layer, [...holders(layer, module).map(node => mention(node, 'layer', module)), ...(uses.get(layer) ?? []).flatMap(use => values(use, module))]]));
}

const mention = (node: SyntaxNode, what: Mention['what'], module: Module, takes = false): Mention =>
  ({ span: { from: module.original(node.from), to: module.original(node.to) }, name: slice(node, module.text), what, ...(takes ? { takes } : {}) });

/** The variable or field that holds a layer, where it is given and where it is read. */
function holders({ candidate }: Found, module: Module): readonly SyntaxNode[] {
  const [taken] = namesTaking(candidate, module);
  if (taken) return taken.path.length === 0 ? [taken.node, ...readsAfter(taken.node, candidate.scope, module)] : [];
  return fields(candidate, module);
}

/** `this.lstm` in the methods of its class, where nothing else is put there. */
function fields({ node, scope, holder }: Found['candidate'], { text }: Module): readonly SyntaxNode[] {
  const name = holder.replace(/^this\./, '');
  const declared = node.parent?.name === 'PropertyDeclaration' && scope.kind === 'class' ? node.parent.getChild('PropertyDefinition') : null;
  const target = node.parent?.name === 'AssignmentExpression' ? node.parent.firstChild : undefined;
  const owner = declared ? scope : target?.name === 'MemberExpression' && slice(target, text) === `this.${name}` ? classOf('this', scope) : undefined;
  if (!owner || (owner.attributes.get(name) ?? []).length + (owner.names.get(name) ?? []).length !== 1) return [];
  const found: SyntaxNode[] = declared ? [declared] : [];
  owner.node.cursor().iterate(ref => {
    // A function has its own `this`, an inner class has its own fields.
    if (/^(Function|Class)(Declaration|Expression)$/.test(ref.name) && ref.from !== owner.node.from) return false;
    if (ref.name === 'MemberExpression' && text.slice(ref.from, ref.to) === `this.${name}`) found.push(ref.node);
    return true;
  });
  return found;
}

/** The names that take what the layer gives, and the places that read them. */
function values(use: Use, module: Module): Mention[] {
  return namesTaking(use, module).flatMap(({ node, path }) => {
    const what = givenAt(use.layer.draft, path);
    return what ? [mention(node, what, module, true), ...readsAfter(node, use.scope, module).map(read => mention(read, what, module))] : [];
  });
}
