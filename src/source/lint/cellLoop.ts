/** A loop over time that does nothing but call one cell: nn.LSTM does the same in one call, and faster. */
import type { SyntaxNode } from '@lezer/common';
import { saying } from '../../core/said';
import { children, slice } from '../code/expression';
import { sidesOf, statementOf, targetItems } from '../python/flow';
import type { Module } from '../code/scopes';
import { fedTo, type Use } from '../uses';
import type { Finding, Rule } from './rule';

const layers = { lstm: 'nn.LSTM', gru: 'nn.GRU', rnn: 'nn.RNN' } as const;

export const cellLoop: Rule = {
  code: 'cell-loop', title: 'A loop over a cell that could be one layer', severity: 'hint', frameworks: ['pytorch'],
  check: ({ found: { draft, candidate }, uses, module }) => {
    const { cell, isCell } = draft;
    const only = uses.length === 1 ? uses[0] : undefined;
    const loop = isCell && only ? loopOver(only, module) : undefined;
    if (!loop || cell === null) return [];
    const head = { from: loop.from, to: loop.getChild('Body')?.from ?? loop.to };
    return [{
      said: saying('This loop only steps `{0}`: one `{1}` does the same in one call, and faster.', candidate.holder, layers[cell]), span: head,
      related: { span: candidate.callee, said: saying('The cell.') },
    } satisfies Finding];
  },
};

/** The for loop whose body is `h, c = self.cell(x[t], (h, c))`, and at most an append of h. */
function loopOver(use: Use, module: Module): SyntaxNode | undefined {
  const statement = statementOf(use.node);
  const body = statement?.parent;
  const loop = body?.parent;
  const sides = statement && sidesOf(statement);
  if (!statement || loop?.name !== 'ForStatement' || loop.getChild('else') || sides?.value.from !== use.node.from || sides.value.to !== use.node.to) return undefined;
  const states = (targetItems(sides.target) ?? sides.target).map(n => slice(n, module.text).replace(/\s/g, ''));
  const names = states.flatMap(s => s.replace(/[()]/g, '').split(','));
  const given = use.call.args[1]?.value;
  if (!given || slice(given, module.text).replace(/[()\s]/g, '') !== names.join(',')) return undefined;
  const others = children(body as SyntaxNode).filter(c => c.name !== ':' && c.from !== statement.from);
  return others.length <= 1 && others.every(o => appends(o, names[0] ?? '', module)) && stepsThrough(loop, use, module) ? loop : undefined;
}

/** `outputs.append(h)` or `outputs += [h]`. */
function appends(node: SyntaxNode, h: string, module: Module): boolean {
  const source = slice(node, module.text).replace(/\s/g, '');
  return source.endsWith(`.append(${h})`) || source.endsWith(`+=[${h}]`);
}

/** The cell is fed step t of something that does not change: `x[t]`, `x[:, t]`, or the items of x themselves. */
function stepsThrough(loop: SyntaxNode, use: Use, module: Module): boolean {
  const fed = fedTo(use);
  const variable = loop.getChild('VariableName');
  if (!fed || !variable || children(loop)[2]?.name !== 'in') return false;
  const t = slice(variable, module.text);
  const over = children(loop)[3];
  const source = over ? slice(over, module.text) : '';
  if (fed.kind === 'name') return fed.name === t && /^\w+(\.(unbind|split|chunk)\(.*\))?$/.test(source);
  // A loop over range(T - 1, -1, -1) runs the other way.
  return fed.kind === 'subscript' && fed.object.kind === 'name' && /^range\([^,]+\)$/.test(source)
    && fed.index.some(i => i.kind === 'name' && i.name === t) && fed.index.every(i => (i.kind === 'slice' && i.full) || (i.kind === 'name' && i.name === t));
}
