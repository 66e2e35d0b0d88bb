/** How many states a layer is given: PyTorch takes them as one argument, Keras as a list of h and c of each direction. */
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import type { Expression } from '../code/expression';
import type { Module, Scope } from '../code/scopes';
import { target } from '../code/target';
import { kerasClass } from '../frameworks/keras/names';
import { reaching } from '../python/flow';
import { statesTo, type Use } from '../uses';
import { replace } from './edits';
import { resolved } from './made';
import { quoted, type Asked, type Finding } from './rule';

/** `rnn(x, h, c)`: the states are one argument. */
export function apart({ call }: Use, { found: { draft }, module }: Asked): readonly Finding[] {
  const [, h, c, ...others] = call.args;
  if (!h || !c || others.length > 0 || draft.cell === null || call.args.some(a => a.name !== undefined || a.splat !== undefined)) return [];
  const mended = `(${sourceOf(h.value, module)}, ${sourceOf(c.value, module)})`;
  const span = { from: h.value.from, to: c.value.to };
  return [draft.cell === 'lstm'
    ? { said: saying('The states are one argument, the pair `{0}`: this call has one too many and fails.', quoted(mended)), span, fixes: [{ title: saying('Write `{0}`', quoted(mended)), edits: replace(span, mended) }] }
    : { said: saying('`{0}` is one argument too many: this layer has no c, and starts from h alone.', quoted(sourceOf(c.value, module))), span: c.value }];
}

/** `initial_state=[h]` of an LSTM, or of both directions. */
export function inKeras(use: Use, { found: { draft }, module }: Asked): readonly Finding[] {
  const { cell, isCell, layers, bidirectional } = draft;
  const given = statesTo(use);
  const whole = given && resolved({ e: given, scope: use.scope }, module);
  if (!given || whole?.e.kind !== 'list' || isCell || cell === null || layers !== 1 || bidirectional === null) return [];
  const wanted = (cell === 'lstm' ? 2 : 1) * (bidirectional ? 2 : 1);
  const { items } = whole.e;
  if (items.length === wanted || !items.every(e => isOneState(e, whole.scope, module))) return [];
  const text = quoted(sourceOf(given, module));
  return [{
    said: bidirectional ? saying('The number of states in `{0}` is {1}, but this layer starts from {2}: those of the forward direction, then those of the reverse one.', text, items.length, wanted)
      : cell === 'lstm' ? saying('The number of states in `{0}` is {1}, but an LSTM starts from 2: h and c.', text, items.length)
        : saying('The number of states in `{0}` is {1}, but this layer starts from one: h.', text, items.length),
    span: given,
  }];
}

/** One of the values that a layer gave, or what a layer made of them: no list. */
function isOneState(e: Expression, scope: Scope, module: Module): boolean {
  const definition = e.kind === 'name' ? reaching(e.name, e.from, scope, module) : undefined;
  if (definition?.kind !== 'assigned' || !definition.value) return false;
  const value = module.expression(definition.value);
  const isInput = (): boolean => value.kind === 'call' && target(value.callee, definition.scope, module).paths.some(p => kerasClass(p) === 'Input');
  return definition.path.length === 1 || (value.kind === 'call' && value.callee.kind === 'call') || isInput();
}
