/** A stateful layer of Keras or TF.js keeps one state a sample, so it must know the batch size when it is built. */
import { saying } from '../../core/said';
import type { CallExpression } from '../code/expression';
import { reaching } from '../python/flow';
import { kerasClass } from '../frameworks/keras/names';
import { tfjsName } from '../frameworks/tfjs/names';
import { behind } from '../frameworks/tfjs/options';
import { javascriptTarget } from '../javascript/target';
import type { Scope } from '../code/scopes';
import { target } from '../code/target';
import { fedTo, type Use } from '../uses';
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

/** A wrapper and what it wraps. */
function withInner({ found, module }: Asked, call: CallExpression, scope: Scope): readonly CallExpression[] {
  const inner = found.draft.framework === 'tfjs' ? given(found, call, scope, module, 'layer') : call.args[0]?.value;
  return inner?.kind === 'call' ? [call, inner] : [call];
}

/** `x = Input(shape=...)`, in TF.js `tf.input({shape})`, that is fed directly. */
function inCalls(asked: Asked): Input | undefined {
  for (const use of asked.uses) {
    const made = asked.found.draft.framework === 'tfjs' ? scriptInput(use, asked) : pythonInput(use, asked);
    if (made && allGiven(asked.found, made.call, made.scope, asked.module) && !says(asked, made.call, made.scope, batchWords)) return { call: made.call, takesBatch: asked.found.draft.framework === 'keras' };
  }
  return undefined;
}

function pythonInput(use: Use, { module }: Asked): { readonly call: CallExpression; readonly scope: Scope } | undefined {
  const fed = fedTo(use);
  const definition = fed?.kind === 'name' ? reaching(fed.name, fed.from, use.scope, module) : undefined;
  const value = definition?.value && definition.path.length === 0 ? module.expression(definition.value) : undefined;
  return value?.kind === 'call' && definition && target(value.callee, definition.scope, module).paths.some(p => kerasClass(p) === 'Input') ? { call: value, scope: definition.scope } : undefined;
}

function scriptInput(use: Use, asked: Asked): { readonly call: CallExpression; readonly scope: Scope } | undefined {
  const { module } = asked;
  const fed = fedTo(use);
  const seen = fed && behind({ value: fed, scope: use.scope }, module);
  return seen?.value.kind === 'call' && javascriptTarget(seen.value.callee, seen.scope, module).paths.some(p => tfjsName(p) === 'input') && says(asked, seen.value, seen.scope, ['shape'])
    ? { call: seen.value, scope: seen.scope } : undefined;
}
