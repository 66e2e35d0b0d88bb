/** `nn.scan(nn.LSTMCell, ...)`: a class that runs the cell over time; where it is made, its size stands. */
import { fieldReader, matchArguments, sourceOf } from '../../code/arguments';
import type { CallExpression, Expression } from '../../code/expression';
import type { Draft } from '../../framework';
import { holderOf } from '../../python/holder';
import { agreed } from '../alternatives';
import { innerDraft, type ReadInner } from './wrappers';
import { lookup, callOf, type Module, type Scope } from '../../code/scopes';
import { target } from '../../code/target';

/** One entry at the call of scan, for the cell class or cell in it; undefined where it scans something else. */
export function scanned(call: CallExpression, scope: Scope, module: Module, read: ReadInner): Draft | undefined {
  const args = matchArguments(call, ['target'], scope, module);
  const cell = args.given('target')?.value;
  if (!cell) return undefined;
  const draft = cell.kind === 'call' ? innerDraft(cell, scope, module, read) : overClass(call, cell, scope, module, read);
  if (!draft?.isCell) return undefined;
  const fields = fieldReader(args, module);
  const axis = fields.number('batchFirst', 'in_axes', 0);
  const reverse = fields.flag('goBackwards', 'reverse', false);
  return {
    ...draft, isCell: false, batchFirst: axis === 0 ? false : axis === 1 ? true : null, callee: call.callee,
    options: { ...draft.options, returnSequences: true, returnState: true, ...(reverse === null ? {} : { goBackwards: reverse }) },
    symbols: { ...draft.symbols, ...fields.symbols }, assumed: [...new Set([...draft.assumed, ...fields.assumed])],
  };
}

/** Reads the size where the scanned class is made: at once, `nn.scan(C, ...)(64)`, or by the name that holds it. */
function overClass(call: CallExpression, cell: Expression, scope: Scope, module: Module, read: ReadInner): Draft | undefined {
  const named = target(cell, scope, module);
  if (named.paths.length === 0) return undefined;
  const made = makings(call, module);
  const drafts = made.map(m => {
    const draft = read({ call: m.call, scope: m.scope, callee: cell, ...named });
    return draft && { ...(m.holder ? { ownName: m.holder } : {}), ...draft };
  });
  if (drafts.some(d => !d)) return undefined;
  const one = agreed(drafts.filter(d => d !== undefined), cell, module);
  // Made more than once, it is as many layers as code that runs decides.
  if (one && made.length > 1) return { ...one, layers: null, symbols: { ...one.symbols, layers: made.map(m => sourceOf(m.call, module)).join(', ') } };
  if (one) return one;
  return read({ call: { ...call, args: [] }, scope, callee: cell, ...named });
}

function makings(call: CallExpression, module: Module): readonly { readonly call: CallExpression; readonly scope: Scope; readonly holder: string }[] {
  return module.calls.flatMap(site => {
    const callee = site.node.firstChild;
    if (!callee) return [];
    const direct = callee.from === call.from && callee.to === call.to;
    if (!direct && callee.name !== 'VariableName') return [];
    const held = !direct && lookup(module.text.slice(callee.from, callee.to), site.scope).some(b => b.kind === 'value' && b.node.from === call.from);
    const made = direct || held ? callOf(site, module) : undefined;
    return made ? [{ call: made, scope: site.scope, holder: holderOf(site.node, module.text) }] : [];
  });
}

/** Whether the method or class that a cell stands in is scanned by a decorator: `@functools.partial(nn.scan, ...)`. */
export function standsInScan(scope: Scope, module: Module): boolean {
  for (let s: Scope | undefined = scope; s && s.kind !== 'module'; s = s.parent) {
    const around = s.node.parent;
    if (around?.name === 'DecoratedStatement' && /\b(nn|linen|transforms)\.scan\b/.test(module.text.slice(around.from, s.node.from))) return true;
  }
  return false;
}
