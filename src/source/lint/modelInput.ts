/** What tells a model of Keras or TF.js its input: `Input(shape=...)` that a layer is called on, and layers within wrappers. */
import type { CallExpression } from '../code/expression';
import { kerasClass } from '../frameworks/keras/names';
import { tfjsName } from '../frameworks/tfjs/names';
import { behind } from '../frameworks/tfjs/options';
import { javascriptTarget } from '../javascript/target';
import { reaching } from '../python/flow';
import type { Scope } from '../code/scopes';
import { target } from '../code/target';
import { fedTo, type Use } from '../uses';
import { given } from './rows';
import type { Asked } from './rule';

/** A call that makes an input, and where it stands. */
export interface InputCall { readonly call: CallExpression; readonly scope: Scope }

/** A wrapper and what it wraps. */
export function withInner({ found, module }: Asked, call: CallExpression, scope: Scope): readonly CallExpression[] {
  const inner = found.draft.framework === 'tfjs' ? given(found, call, scope, module, 'layer') : call.args[0]?.value;
  return inner?.kind === 'call' ? [call, inner] : [call];
}

/** `x = Input(shape=...)`, in TF.js `tf.input({shape})`, that is fed directly. */
export const made = (use: Use, asked: Asked): InputCall | undefined => asked.found.draft.framework === 'tfjs' ? scriptInput(use, asked) : pythonInput(use, asked);

function pythonInput(use: Use, { module }: Asked): InputCall | undefined {
  const fed = fedTo(use);
  const definition = fed?.kind === 'name' ? reaching(fed.name, fed.from, use.scope, module) : undefined;
  const value = definition?.value && definition.path.length === 0 ? module.expression(definition.value) : undefined;
  return value?.kind === 'call' && definition && target(value.callee, definition.scope, module).paths.some(p => kerasClass(p) === 'Input') ? { call: value, scope: definition.scope } : undefined;
}

function scriptInput(use: Use, asked: Asked): InputCall | undefined {
  const { module } = asked;
  const fed = fedTo(use);
  const seen = fed && behind({ value: fed, scope: use.scope }, module);
  return seen?.value.kind === 'call' && javascriptTarget(seen.value.callee, seen.scope, module).paths.some(p => tfjsName(p) === 'input') && given(asked.found, seen.value, seen.scope, module, 'shape') !== undefined
    ? { call: seen.value, scope: seen.scope } : undefined;
}
