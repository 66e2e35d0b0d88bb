/** Names that take apart what a layer gives in another way than it gives it, and its pair (output, states) where a tensor is needed. */
import type { SyntaxNode } from '@lezer/common';
import { saying } from '../../core/said';
import { slice, type Expression } from '../code/expression';
import { sure, type Found } from '../framework';
import { callsIn, frameAt, sidesOf, targetItems } from '../python/flow';
import { callOf, type Module, type Scope } from '../code/scopes';
import { target } from '../code/target';
import type { Use } from '../uses';
import { replace } from './edits';
import { heldBy, torchName } from './held';
import { grouped, oncePerReading } from './once';
import { quoted, type Asked, type Finding, type Rule } from './rule';
import { layerCalled, trace, type Traced } from './trace';

export const wrongUnpacking: Rule = {
  code: 'wrong-unpacking', title: 'Names that do not fit what a layer gives', severity: 'warning', frameworks: ['pytorch', 'keras'],
  check: asked => [...asked.uses.flatMap(use => asked.found.draft.framework === 'keras' ? inKeras(use, asked) : inTorch(use, asked)), ...(asked.found.draft.framework === 'keras' ? [] : pairsAsTensors(asked))],
};

/** The names that a call is taken apart into; undefined where it is one name, or a star takes several. */
function namesOf(use: Use): readonly SyntaxNode[] | undefined {
  const statement = use.node.parent?.name === 'AssignStatement' ? use.node.parent : undefined;
  const sides = statement && sidesOf(statement);
  const items = sides?.value.from === use.node.from && sides.value.to === use.node.to ? targetItems(sides.target) : undefined;
  return items?.some(i => i.name === '*') ? undefined : items;
}

const textOf = (items: readonly SyntaxNode[], module: Module): string => quoted(items.map(i => slice(i, module.text)).join(', '));
const around = (items: readonly SyntaxNode[]): { from: number; to: number } => ({ from: items[0]?.from ?? 0, to: items.at(-1)?.to ?? 0 });

function inTorch(use: Use, { found: { draft }, module }: Asked): readonly Finding[] {
  const items = namesOf(use);
  if (!items || items.length === 0 || draft.cell === null) return [];
  if (draft.isCell) return ofCell(items, draft, module);
  const [out, first, ...others] = items;
  if (items.length !== 2) {
    const mended = draft.cell === 'lstm' && items.length === 3 && first && out ? `(${[first, ...others].map(i => slice(i, module.text)).join(', ')})` : undefined;
    return [{
      said: saying('`{0}` are {1} names, but this layer gives 2 values: the output and the states.', textOf(items, module), items.length), span: around(items),
      fixes: mended !== undefined && first ? [{ title: saying('Write `{0}`', `${slice(out as SyntaxNode, module.text)}, ${mended}`), edits: replace({ from: first.from, to: others.at(-1)?.to ?? first.to }, mended) }] : [],
    }];
  }
  const states = first && targetItems([first]);
  return first && states && !states.some(s => s.name === '*') ? ofStates(first, states, draft, module) : [];
}

/** `out, (h, c)`: only an LSTM has a c; h of another layer falls apart by layers and directions. */
function ofStates(node: SyntaxNode, items: readonly SyntaxNode[], draft: Found['draft'], module: Module): readonly Finding[] {
  if (draft.cell === 'lstm') return items.length === 2 ? [] : [{ said: saying('`{0}` are {1} names, but the states of an LSTM are 2: h and c.', textOf(items, module), items.length), span: node }];
  const [layers, both, last] = [sure(draft, 'layers'), sure(draft, 'bidirectional'), items.at(-1)];
  const count = layers === null || both === null ? null : layers * (both ? 2 : 1);
  const asPair = items.length === 2 && last !== undefined && /^(c|cn|c_n|cell|cell_state|c_t)$/.test(slice(last, module.text));
  if (count === null || (count === items.length && !asPair)) return [];
  const h = items[0] ? slice(items[0], module.text) : '';
  return [{
    said: saying('`{0}` takes h apart along its first axis, layers × directions ({1} here): this layer has no c.', quoted(slice(node, module.text)), count), span: node,
    fixes: asPair && h !== '' && !namesElsewhere(last, module) ? [{ title: saying('Write `{0}`', h), edits: replace(node, h) }] : [],
  }];
}

/** Another place names what would be taken away. */
const namesElsewhere = (node: SyntaxNode, module: Module): boolean => (module.text.match(new RegExp(`\\b${slice(node, module.text)}\\b`, 'g')) ?? []).length > 1;

/** `h, c = cell(x)` of an LSTMCell; the others give h alone, which falls apart by samples. */
function ofCell(items: readonly SyntaxNode[], { cell }: Found['draft'], module: Module): readonly Finding[] {
  if (cell !== 'lstm') return [{ said: saying('`{0}` takes h apart by samples: this cell gives one tensor, h.', textOf(items, module)), span: around(items) }];
  if (items.length === 2 && !items.some(i => targetItems([i]))) return [];
  return [{ said: saying('`{0}` does not fit: this cell gives the pair (h, c), and no output before it.', textOf(items, module)), span: around(items) }];
}

/** Keras gives the output, and behind it every state where `return_state` is set. */
function inKeras(use: Use, { found: { draft }, module }: Asked): readonly Finding[] {
  const items = namesOf(use);
  const { cell, isCell, layers, bidirectional, options, assumed } = draft;
  const [asked, merged] = [options['returnState'], typeof options['mergeMode'] === 'string'];
  if (!items || items.length < 2 || isCell || cell === null || layers !== 1 || bidirectional === null || typeof asked !== 'boolean' || assumed.includes('returnState') || (bidirectional && !merged)) return [];
  const given = 1 + (asked ? (cell === 'lstm' ? 2 : 1) * (bidirectional ? 2 : 1) : 0);
  if (items.length === given) return [];
  const text = textOf(items, module);
  return [{
    said: !asked ? saying('`{0}` are {1} names, but this layer gives its output alone: states come with `return_state=True`.', text, items.length)
      : bidirectional ? saying('`{0}` are {1} names, but this layer gives {2} values: the output, and the states of both directions.', text, items.length, given)
        : saying('`{0}` are {1} names, but this layer gives {2} values: the output and the states.', text, items.length, given),
    span: around(items),
  }];
}

/** A place where the pair that a layer gives is used as a tensor. */
interface Pair { readonly layer: Found; readonly e: Expression; readonly isCell: boolean }

const known = oncePerReading(() => new Map<Scope, ReadonlyMap<Found, readonly Pair[]>>());

function pairsAsTensors(asked: Asked): readonly Finding[] {
  const { found, uses, module } = asked;
  return [...new Set(uses.map(u => u.scope))].flatMap(scope => pairsIn(scope, asked).get(found) ?? []).map(({ e, isCell }) => {
    const text = slice(e, module.text);
    const mended = `${text}[0]`;
    return {
      said: isCell ? saying('`{0}` is the pair (h, c), not a tensor: take one of them, as `{1}`.', quoted(text), quoted(mended)) : saying('`{0}` is the pair (output, states), not a tensor: take the output, `{1}`.', quoted(text), quoted(mended)), span: e,
      fixes: [{ title: saying('Write `{0}`', quoted(mended)), edits: replace(e, mended) }],
    };
  });
}

/** All of a function, by the layer: traced once, whichever layer asks first. */
function pairsIn(scope: Scope, asked: Asked): ReadonlyMap<Found, readonly Pair[]> {
  const perScope = known(asked.all);
  const found = perScope.get(scope) ?? grouped([...fedPairs(scope, asked), ...indexedPairs(scope, asked)], p => p.layer);
  perScope.set(scope, found);
  return found;
}

/** Modules and functions that take one tensor. */
const modules = new Set(['Linear', 'Dropout', 'ReLU', 'Tanh', 'Sigmoid', 'Softmax', 'LogSoftmax', 'LayerNorm', 'BatchNorm1d', 'GELU', 'LeakyReLU', 'ELU', 'Flatten', 'Conv1d']);
const functions = new Set(['dropout', 'relu', 'tanh', 'sigmoid', 'gelu', 'leaky_relu', 'softmax', 'log_softmax']);

/** `self.fc(y)`, where `y = self.rnn(x)`. */
function fedPairs(scope: Scope, { all, module, t }: Asked): readonly Pair[] {
  return callsIn(scope, module).flatMap(site => {
    const call = mayTake.test(slice(site.node.firstChild ?? site.node, module.text)) ? callOf(site, module) : undefined;
    const first = call?.args[0];
    if (!call || !first || first.name !== undefined || first.splat !== undefined || (first.value.kind !== 'name' && first.value.kind !== 'call')) return [];
    const pair = pairOf(trace(first.value, scope, t()));
    if (!pair) return [];
    const name = torchName(heldBy(call.callee, scope, module)?.paths ?? []);
    const takes = modules.has(name) || functions.has(torchName(target(call.callee, scope, module).paths)) || layerCalled(call.callee, scope, { module, all, budget: 50 }) !== undefined;
    return takes ? [{ ...pair, e: first.value }] : [];
  });
}

/** Names of modules and functions, none of which is called on anything but a name. */
const mayTake = /^[\w.]+$/;

/** `y[:, -1]`, `y.size(0)` */
function indexedPairs(scope: Scope, { module, t }: Asked): readonly Pair[] {
  const subscripts = frameAt(scope, module).subscripts.flatMap(node => {
    const e = slice(node, module.text).includes(',') ? module.expression(node) : undefined;
    return e?.kind === 'subscript' && e.index.length > 1 ? [e.object] : [];
  });
  const methods = callsIn(scope, module).flatMap(site => {
    const e = ofTensors.test(slice(site.node.firstChild ?? site.node, module.text)) ? callOf(site, module)?.callee : undefined;
    return e?.kind === 'attribute' ? [e.object] : [];
  });
  return [...subscripts, ...methods].flatMap(e => {
    const pair = e.kind === 'name' ? pairOf(trace(e, scope, t())) : undefined;
    return pair ? [{ ...pair, e }] : [];
  });
}

const ofTensors = /^\w+\.(size|view|reshape|squeeze|unsqueeze|permute|transpose|contiguous)$/;

/** The layer whose whole result a value is. */
function pairOf(value: Traced): Omit<Pair, 'e'> | undefined {
  const [first, second] = value?.kind === 'tuple' && value.items.length === 2 ? value.items : [];
  const part = first?.kind === 'tensor' ? first.part : undefined;
  const isPair = part?.what === 'output' || (part?.what === 'h' && part.layer.draft.isCell && second?.kind === 'tensor' && second.part?.what === 'c');
  return part && isPair ? { layer: part.layer, isCell: part.layer.draft.isCell } : undefined;
}
