/** A stateful Keras layer keeps one state a sample, so it must know the batch size when it is built. */
import { saying } from '../../core/said';
import type { CallExpression } from '../code/expression';
import { reaching } from '../python/flow';
import { kerasClass } from '../frameworks/keras/names';
import { sequences } from '../frameworks/keras/sequence';
import type { Scope } from '../code/scopes';
import { target } from '../code/target';
import { fedTo } from '../uses';
import { complete } from './canonical';
import { addArgument } from './edits';
import type { Asked, Finding, Rule } from './rule';

export const statefulWithoutBatch: Rule = {
  code: 'stateful-without-batch', title: 'A stateful layer without a batch size', severity: 'warning', frameworks: ['keras'],
  check: asked => {
    const { draft, candidate } = asked.found;
    if (draft.isCell || draft.options['stateful'] !== true || draft.assumed.includes('stateful')) return [];
    const input = inRow(asked) ?? inCalls(asked);
    if (!input) return [];
    const fix = /Input$/.test(input.kind) ? [{ title: saying('Set batch_size=1'), edits: addArgument(input.call, 'batch_size=1') }] : [];
    return [{
      said: saying('`stateful=True` needs the size of the batch, and the input does not give it: Keras refuses to build this.'), span: candidate.node,
      related: { span: input.call, said: saying('The input, without a batch size.') }, fixes: fix,
    } satisfies Finding];
  },
};

interface Input { readonly kind: string; readonly call: CallExpression }

const batchWords = new Set(['batch_input_shape', 'batch_shape', 'batch_size', 'tensor']);
const shapeWords = new Set(['input_shape', 'shape', 'input_dim']);

/** The first layer of its Sequential, where it gives a shape without a batch. */
function inRow({ found, module }: Asked): Input | undefined {
  const row = sequences(module).find(r => r.entries.some(e => e.call.from === found.candidate.node.from));
  const first = row?.entries[0];
  const all = row?.entries.flatMap(e => withInner(e.call)) ?? [];
  if (!first || all.some(c => !complete(c) || says(c, batchWords))) return undefined;
  return withInner(first.call).some(c => says(c, shapeWords)) || (/^Input/.test(first.kind) && first.call.args.length > 0) ? { kind: first.kind, call: first.call } : undefined;
}

/** A wrapper and what it wraps. */
function withInner(call: CallExpression): readonly CallExpression[] {
  const inner = call.args[0]?.value;
  return inner?.kind === 'call' ? [call, inner] : [call];
}

const says = (call: CallExpression, words: ReadonlySet<string>): boolean => call.args.some(a => a.name !== undefined && words.has(a.name));

/** `x = Input(shape=...)` that is fed directly. */
function inCalls({ found, uses, module }: Asked): Input | undefined {
  for (const use of uses) {
    const fed = fedTo(use);
    const definition = fed?.kind === 'name' ? reaching(fed.name, fed.from, use.scope, module) : undefined;
    const value = definition?.value && definition.path.length === 0 ? module.expression(definition.value) : undefined;
    if (found.draft.framework === 'keras' && value?.kind === 'call' && definition && isInput(value, definition.scope, module) && complete(value) && !says(value, batchWords)) return { kind: 'Input', call: value };
  }
  return undefined;
}

function isInput(call: CallExpression, scope: Scope, module: Asked['module']): boolean {
  return target(call.callee, scope, module).paths.some(p => kerasClass(p) === 'Input');
}
