/** Layers in a row, in Keras and in TF.js: rules ask of both in one way, by Keras's names of classes and options. */
import type { CallExpression, Expression } from '../code/expression';
import { sequences } from '../frameworks/keras/sequence';
import { optionsOf } from '../frameworks/tfjs/options';
import { sequentials } from '../frameworks/tfjs/rows';
import type { Found } from '../framework';
import type { Module, Scope } from '../code/scopes';
import { complete } from './canonical';
import { addArgument, dropArgument, replace, setArgument } from './edits';
import { oncePerFile } from './once';
import type { Edit } from './rule';

/** One layer of a row; `kind` is its class in Keras, '' where it is another thing. */
export interface Entry { readonly call: CallExpression; readonly kind: string; readonly scope: Scope; /** As its own framework calls it. */ readonly name: string }

const isScript = ({ draft }: Found): boolean => draft.framework === 'tfjs';

/** Where a layer stands. */
interface Place { readonly entries: readonly Entry[]; readonly at: number }

/** The places of all layers in rows, by where their calls begin; of two at one place the first. */
const places = (rows: readonly (readonly Entry[])[]): ReadonlyMap<number, Place> => new Map([...rows].reverse().flatMap(entries => entries.map((e, at) => [e.call.from, { entries, at }] as const).reverse()));

const inScript = oncePerFile(module => places(sequentials(module).map(({ entries }) => entries.map(e => ({ ...e, name: e.kind, kind: inKeras(e.kind) })))));
const inPython = oncePerFile(module => places(sequences(module).map(({ entries }) => entries.map(e => ({ ...e, name: e.kind })))));

/** The row that a layer stands in, and its place there. */
export const rowOf = (found: Found, module: Module): Place | undefined => (isScript(found) ? inScript : inPython)(module).get(found.candidate.node.from);

/** The layer behind this one, beyond those of some classes. */
export function nextInRow(found: Found, module: Module, beyond: ReadonlySet<string>): Entry | undefined {
  const row = rowOf(found, module);
  return row?.entries.find((e, i) => i > row.at && !beyond.has(e.kind));
}

const capitals = new Map([['lstm', 'LSTM'], ['gru', 'GRU'], ['rnn', 'RNN'], ['simpleRNN', 'SimpleRNN']]);
const inKeras = (kind: string): string => capitals.get(kind) ?? kind.charAt(0).toUpperCase() + kind.slice(1);

/** `returnSequences` as the framework writes it: `return_sequences` in Keras. */
const spelled = (found: Found, option: string): string => isScript(found) ? option : option.replace(/[A-Z]/g, c => `_${c.toLowerCase()}`);

/** `return_sequences=True`, in TF.js `returnSequences: true`. */
export function written(found: Found, option: string, value: string | number | boolean): string {
  const text = String(value);
  return isScript(found) ? `${option}: ${text}` : `${spelled(found, option)}=${typeof value === 'boolean' ? text.charAt(0).toUpperCase() + text.slice(1) : text}`;
}

/** An option that a call is given by name, or, in Python, as its first argument where `first` says so. */
export function given(found: Found, call: CallExpression, scope: Scope, module: Module, option: string, first = false): Expression | undefined {
  if (isScript(found)) return optionsOf(call, scope, module).given(option)?.value;
  const named = call.args.find(a => a.name === spelled(found, option))?.value;
  const only = call.args[0];
  return named ?? (first && only?.name === undefined && only?.splat === undefined ? only?.value : undefined);
}

/** Whether a call's options are all in sight. */
export const allGiven = (found: Found, call: CallExpression, scope: Scope, module: Module): boolean => isScript(found) ? optionsOf(call, scope, module).splat === undefined : complete(call);

/** The call that makes the layer itself, within a wrapper for both directions; undefined where it is made elsewhere. */
export function ownCall(found: Found, module: Module): CallExpression | undefined {
  const call = found.candidate.call();
  if (!found.draft.bidirectional) return call;
  const inner = isScript(found) ? given(found, call, found.candidate.scope, module, 'layer') : call.args[0]?.value;
  return inner?.kind === 'call' ? inner : undefined;
}

/** Sets an option of a call, or adds it; undefined where the options are not written there. */
export function setOption(found: Found, call: CallExpression, option: string, value: string | number | boolean): readonly Edit[] | undefined {
  if (!isScript(found)) return call.args.some(a => a.name === spelled(found, option)) ? setArgument(call, spelled(found, option), written(found, option, value).split('=')[1] ?? '') : addArgument(call, written(found, option, value));
  const options = call.args.length === 0 ? undefined : call.args[0]?.value;
  if (options?.kind !== 'dict') return undefined;
  const text = written(found, option, value);
  // The key of an entry spans its whole property.
  const own = options.entries.find(e => e.key.kind === 'literal' && e.key.value === option);
  const last = options.entries.at(-1);
  return own ? replace(own.key, text) : last ? replace({ from: last.key.to, to: last.key.to }, `, ${text}`) : replace({ from: options.from + 1, to: options.to - 1 }, ` ${text} `);
}

/** Takes an option out of a call, with its comma; undefined where it is not written there, or a comment is in the way. */
export function dropOption(found: Found, call: CallExpression, option: string, module: Module): readonly Edit[] | undefined {
  if (!isScript(found)) return dropArgument(call, spelled(found, option), module);
  const entries = call.args[0]?.value.kind === 'dict' ? call.args[0].value.entries : [];
  const k = entries.findIndex(e => e.key.kind === 'literal' && e.key.value === option);
  const [own, before, next] = [entries[k], entries[k - 1], entries[k + 1]];
  if (!own) return undefined;
  const span = before ? { from: before.key.to, to: own.key.to } : { from: own.key.from, to: next ? next.key.from : own.key.to };
  return /\/[/*]/.test(module.text.slice(span.from, span.to)) ? undefined : replace(span, '');
}
