/** Flax's layers over cells, which linen and nnx share: RNN(cell) and Bidirectional(RNN, RNN). */
import { fieldReader, matchArguments, sourceOf, type FieldReader } from '../../code/arguments';
import type { CallExpression, Expression } from '../../code/expression';
import type { Draft } from '../../framework';
import { agreed, either } from '../alternatives';
import { constructions, ownName, type Construction } from './shared';
import { lookup, type Module, type Scope } from '../../code/scopes';

/** Bidirectional over RNN over a cell: nothing stands deeper, so code that goes in circles ends. */
export const deepest = 2;

/** Reads what an inner expression constructs, by the rules of one framework. */
export type ReadInner = (found: Construction) => Draft | undefined;

/** The draft of what an expression is or names, with the calls that it stands for. */
export function innerDraft(e: Expression | undefined, scope: Scope, module: Module, read: ReadInner): Draft | undefined {
  const drafts = constructions(e, scope, module).map(found => {
    const draft = read(found);
    return draft && { ...draft, consumed: [...draft.consumed, found.call.from] };
  });
  return e && drafts.every(d => d !== undefined) ? agreed(drafts, e, module) : undefined;
}

/** A cell that code not seen hands in: only its layer is known. Undefined where the text says what it is, or nothing is given. */
export function cellNotSeen(framework: 'flax' | 'nnx', e: Expression | undefined, call: CallExpression, scope: Scope, module: Module): Draft | undefined {
  if (!e || !constructions(e, scope, module).every(c => isHandedIn(c)) || !['name', 'attribute', 'call'].includes(e.kind)) return undefined;
  const source = sourceOf(e, module);
  if (sized.test(source) && !/cell|rnn|lstm|gru|core/i.test(source)) return undefined;
  const units = e.kind === 'call' ? source : `${source}.${framework === 'flax' ? 'features' : 'hidden_features'}`;
  return {
    framework, cell: null, isCell: true, inputSize: null, units: null, layers: 1, bidirectional: false, batchFirst: true, dropout: 0, bias: true, projection: 0,
    options: {}, symbols: { cell: source, units }, assumed: [], callee: call.callee, consumed: [],
  };
}

/** A name that is a size's: `nn.RNN(num_inputs, ...)` is of another framework, whose `nn` a text imports beside Flax's. */
const sized = /size|dim|num|inputs?\b|features|units|hidden|channels|vocab|embed/i;

/** Whether what is called is itself a parameter without a default: `cell_cls(features=64)`. */
function isHandedIn({ callee, scope, paths }: Construction): boolean {
  const bindings = callee.kind === 'name' ? lookup(callee.name, scope) : [];
  return paths.length === 0 && bindings.length > 0 && bindings.every(b => b.kind === 'parameter' && !b.fallback);
}

/** `RNN(cell, time_major, ...)`: a draft of the cell becomes that of a layer over time. */
export function overTime(draft: Draft, fields: FieldReader, call: CallExpression): Draft {
  const timeMajor = fields.flag('batchFirst', 'time_major', false);
  return {
    ...draft, isCell: false, batchFirst: timeMajor === null ? null : !timeMajor,
    options: { ...draft.options, returnSequences: true, ...switches(fields) },
    symbols: { ...draft.symbols, ...fields.symbols }, assumed: [...new Set([...draft.assumed, ...fields.assumed])],
    callee: call.callee, ...ownName(fields),
  };
}

const words = [['returnState', 'return_carry'], ['goBackwards', 'reverse']] as const;

function switches(fields: FieldReader): Record<string, boolean> {
  const options: Record<string, boolean> = {};
  for (const [field, parameter] of words) {
    const value = fields.flag(field, parameter, false);
    if (value !== null) options[field] = value;
  }
  const kept = fields.has('keep_order') ? fields.flag('keepOrder', 'keep_order', false) : null;
  if (kept !== null) options['keepOrder'] = kept;
  return options;
}

/** `Bidirectional(RNN(cell), RNN(cell), merge_fn, time_major)`: its own time_major goes to both; outputs are concatenated unless a function is given. One cell in both shares its weights. */
export function overBothWays(call: CallExpression, scope: Scope, module: Module, read: ReadInner): Draft | undefined {
  const args = matchArguments(call, ['forward_rnn', 'backward_rnn', 'merge_fn', 'time_major', 'return_carry'], scope, module);
  const draft = innerDraft(args.given('forward_rnn')?.value, scope, module, read);
  const other = innerDraft(args.given('backward_rnn')?.value, scope, module, read);
  if (!draft || draft.isCell || draft.bidirectional === true) return undefined;
  const fields = fieldReader(args, module);
  const layer = overTime(draft, fields, call);
  const { goBackwards: _, ...options } = layer.options;
  const own = args.given('merge_fn');
  const equal = other?.cell === draft.cell && other.units === draft.units && other.inputSize === draft.inputSize;
  const shared = other?.consumed.some(place => draft.consumed.includes(place)) === true;
  return {
    ...layer, bidirectional: true, ...(equal ? {} : { units: null }),
    options: { ...options, ...(own || args.splat ? {} : { mergeMode: 'concat' }), ...(shared ? { sharedWeights: true } : {}) },
    symbols: { ...layer.symbols, ...(own ? { mergeMode: sourceOf(own.value, module) } : {}), ...(equal ? {} : { units: either([draft, other].map(d => d?.units ?? d?.symbols['units'])) }) },
    consumed: [...draft.consumed, ...other?.consumed ?? []],
  };
}
