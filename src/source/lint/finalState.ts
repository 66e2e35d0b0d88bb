/** The name that holds h_n where a value is read, or the edit that gives it one. */
import { reaching } from '../python/flow';
import { slice } from '../code/expression';
import { lookup, type Module } from '../code/scopes';
import { takenNames, type Use } from '../uses';
import type { Edit } from './rule';
import type { LastOf } from './subscripts';

/** How to say h_n at a place: an expression, and the edits that make it so. */
interface FinalState { readonly h: string; readonly edits: readonly Edit[] }

/** `h` of `out, (h, c) = ...`; a `_` there becomes `h_n`. undefined where nothing takes the states, or the name has another value by then. */
function finalState(use: Use, at: number, module: Module): FinalState | undefined {
  const lstm = use.layer.draft.cell === 'lstm';
  const names = takenNames(use);
  const own = names.find(n => n.path.join() === (lstm ? '1,0' : '1'));
  const pair = lstm ? names.find(n => n.path.join() === '1') : undefined;
  const node = own ?? pair;
  if (!node || node.node.name !== 'VariableName' || use.layer.draft.cell === null) return undefined;
  const name = slice(node.node, module.text);
  if (name === '_') {
    if (use.scope.names.has('h_n')) return undefined;
    return { h: 'h_n', edits: [{ span: { from: node.node.from, to: node.node.to }, text: own ? 'h_n' : '(h_n, _)' }] };
  }
  return reaching(name, at, use.scope, module)?.at === node.node.from ? { h: own ? name : `${name}[0]`, edits: [] } : undefined;
}

/** The last layer's final h as one vector a sample: both directions side by side where there are two. */
function finalVector({ h }: FinalState, both: boolean, use: Use): string | undefined {
  if (!both) return `${h}[-1]`;
  return lookup('torch', use.scope).some(b => b.kind === 'import' && b.path === 'torch') ? `torch.cat((${h}[-2], ${h}[-1]), 1)` : undefined;
}

/** What says the final state where the last step is taken, with an axis of 1 where that kept one; nothing where another method takes it. */
export function insteadOf({ e, at, kept, here, use }: LastOf, both: boolean | null, module: Module): { readonly state?: FinalState | undefined; readonly vector?: string | undefined } {
  const state = both === null || !here ? undefined : finalState(use, e.from, module);
  const vector = state && finalVector(state, both === true, use);
  return { state, vector: vector !== undefined && kept ? `${vector}.unsqueeze(${at})` : vector };
}
