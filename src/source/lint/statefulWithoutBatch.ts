/** A stateful layer of Keras or TF.js keeps one state a sample, so it must know the batch size when it is built. */
import { saying } from '../../core/said';
import type { CallExpression } from '../code/expression';
import type { Scope } from '../code/scopes';
import { made, withInner } from './modelInput';
import { allGiven, given, rowOf, setOption, written, type Entry } from './rows';
import type { Asked, Finding, Rule } from './rule';

export const statefulWithoutBatch: Rule = {
  code: 'stateful-without-batch', title: 'A stateful layer without a batch size', severity: 'warning', frameworks: ['keras', 'tfjs'],
  check: asked => {
    const { found, found: { draft, candidate } } = asked;
    if (draft.isCell || draft.options['stateful'] !== true || draft.assumed.includes('stateful')) return [];
    const input = inRow(asked) ?? inCalls(asked);
    if (!input) return [];
    const edits = input.takesBatch ? setOption(found, input.call, 'batchSize', 1) : undefined;
    return [{
      said: saying('`{0}` needs the size of the batch, and the input does not give it: {1} refuses to build this.', written(found, 'stateful', true), draft.framework === 'tfjs' ? 'TF.js' : 'Keras'), span: candidate.node,
      related: { span: input.call, said: saying('The input, without a batch size.') }, fixes: edits ? [{ title: saying('Set {0}', written(found, 'batchSize', 1)), edits }] : [],
    } satisfies Finding];
  },
};

/** What tells the model its input; `takesBatch` where it can tell the batch size beside the shape. */
interface Input { readonly call: CallExpression; readonly takesBatch: boolean }

const batchWords = ['batchInputShape', 'batchShape', 'batchSize', 'tensor'];
const shapeWords = ['inputShape', 'shape', 'inputDim'];

const says = ({ found, module }: Asked, call: CallExpression, scope: Scope, words: readonly string[]): boolean => words.some(w => given(found, call, scope, module, w) !== undefined);

const inRows = new WeakMap<readonly Entry[], { readonly input: Input | undefined }>();

/** What a layer's row tells of its input: asked once for each row. */
function inRow(asked: Asked): Input | undefined {
  const entries = rowOf(asked.found, asked.module)?.entries;
  if (!entries) return undefined;
  const known = inRows.get(entries) ?? { input: inputOf(entries, asked) };
  inRows.set(entries, known);
  return known.input;
}

/** The first layer of its Sequential, where it gives a shape without a batch. */
function inputOf(entries: readonly Entry[], asked: Asked): Input | undefined {
  const { found, module } = asked;
  const [first] = entries;
  const all = entries.flatMap(e => withInner(asked, e.call, e.scope).map(call => ({ call, scope: e.scope })));
  if (!first || all.some(({ call, scope }) => !allGiven(found, call, scope, module) || says(asked, call, scope, batchWords))) return undefined;
  const tells = withInner(asked, first.call, first.scope).some(c => says(asked, c, first.scope, shapeWords)) || (found.draft.framework === 'keras' && first.kind.startsWith('Input') && first.call.args.length > 0);
  return tells ? { call: first.call, takesBatch: found.draft.framework === 'tfjs' ? first.kind !== 'Input' && says(asked, first.call, first.scope, ['inputShape']) : first.kind.endsWith('Input') } : undefined;
}

/** `x = Input(shape=...)`, in TF.js `tf.input({shape})`, that is fed directly. */
function inCalls(asked: Asked): Input | undefined {
  for (const use of asked.uses) {
    const input = made(use, asked);
    if (input && allGiven(asked.found, input.call, input.scope, asked.module) && !says(asked, input.call, input.scope, batchWords)) return { call: input.call, takesBatch: asked.found.draft.framework === 'keras' };
  }
  return undefined;
}
