/** What a JavaScript callee may be: as in Python, and `tf.layers[kind]`, and a `tf` that was handed in. */
import type { Expression } from '../code/expression';
import { fold } from '../code/fold';
import type { Module, Scope } from '../code/scopes';
import { target, type Target } from '../code/target';

/** Names of properties that hold what `layers` has: `{ simple: tf.layers.simpleRNN }`. */
export function layerProperties(text: string): readonly string[] {
  return [...text.matchAll(/\blayers\s*[.[]/g)].flatMap(m => assignedTo.exec(text.slice(Math.max(0, m.index - 120), m.index))?.[1] ?? []);
}

const assignedTo = /([\w$]+)['"]?\s*[:=]\s*[\w$.]*$/;

const known = new WeakMap<Expression, { readonly scope: Scope; readonly target: Target }>();

/** Finds what an expression may name, see target.ts. */
export function javascriptTarget(e: Expression, scope: Scope, module: Module): Target {
  const before = known.get(e);
  if (before?.scope === scope) return before.target;
  const found = find(e, scope, module);
  known.set(e, { scope, target: found });
  return found;
}

function find(e: Expression, scope: Scope, module: Module): Target {
  const found = target(e, scope, module);
  if (found.paths.length > 0) return !found.certain || found.paths.every(p => /^\.{1,2}\//.test(p)) ? relayed(e, found, module) : found;
  if (e.kind === 'subscript' && e.index[0]) return chosen(e.object, e.index[0], scope, module);
  return handedIn(e, module);
}

/** `tf.layers[kind](...)`: which one is known where the key is. */
function chosen(object: Expression, key: Expression, scope: Scope, module: Module): Target {
  const { paths, certain } = javascriptTarget(object, scope, module);
  const { value, assumed } = fold(key, scope, module);
  const known = typeof value === 'string' ? value : '*';
  return { paths: paths.map(p => `${p}.${known}`), certain: certain && known !== '*' && !assumed };
}

/** A `tf` that is a parameter or a field is TensorFlow.js all the same, and so is a `tfl` or `tfjs`: nothing else has `tf.layers`. */
function handedIn(e: Expression, module: Module): Target {
  const path = /(^|\.)tf(?:l|js)?(?:Ref)?(?:\.(?:current|value))?\.(layers\.\w+|layers|sequential|input|model)$/.exec(module.text.slice(e.from, e.to).replace(/\s/g, ''));
  return { paths: path?.[2] === undefined ? [] : [`?.tf.${path[2]}`], certain: true };
}

/** `import * as tfl from './index'`: a module of the project's own that hands TensorFlow.js on, where it is called so. */
function relayed(e: Expression, found: Target, module: Module): Target {
  const named = handedIn(e, module);
  return named.paths.length > 0 ? named : found;
}
