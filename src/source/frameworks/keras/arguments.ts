/** Arguments of Keras's recurrent layers: their order, and the spellings of Keras 1 under today's names. */
import { fieldReader, matchArguments, type Arguments, type FieldReader } from '../../code/arguments';
import type { CallExpression } from '../../code/expression';
import { fold } from '../../code/fold';
import { speaksFirst } from './era';
import { acrossRounds, eachRound } from './rounds';
import type { LayerSpec } from '../../outline';
import type { Module, Scope } from '../../code/scopes';

type Kind = Exclude<LayerSpec['cell'], null>;

const weights = ['kernel_initializer', 'recurrent_initializer', 'bias_initializer'];
/** Positional order; what follows differs between versions and is never given so. */
const orders: Readonly<Record<Kind, readonly string[]>> = {
  lstm: ['units', 'activation', 'recurrent_activation', 'use_bias', ...weights],
  gru: ['units', 'activation', 'recurrent_activation', 'use_bias', ...weights],
  rnn: ['units', 'activation', 'use_bias', ...weights],
};
/** Keras 1 (keras/layers/recurrent.py of 1.x). */
const firstOrders: Readonly<Record<Kind, readonly string[]>> = {
  lstm: ['units', 'init', 'inner_init', 'forget_bias_init', 'activation', 'recurrent_activation'],
  gru: ['units', 'init', 'inner_init', 'activation', 'recurrent_activation'],
  rnn: ['units', 'init', 'inner_init', 'activation'],
};
const fused: readonly string[] = ['units', ...weights];

/** Today's name: that of Keras 1. */
const older: Readonly<Record<string, string>> = {
  units: 'output_dim', recurrent_activation: 'inner_activation', dropout: 'dropout_W', recurrent_dropout: 'dropout_U',
};

/** The arguments of a recurrent layer by today's names; `inputSize` where a call of Keras before 1 gives both sizes in their order. */
export interface LayerArguments {
  readonly fields: FieldReader;
  readonly inputSize: number | null;
  /** The sizes of the layers that a loop makes, as a text. */
  unitsOfRounds(): string | undefined;
}

/** Binds the arguments of a call. `cudnn` classes have no activations. */
export function layerArguments(call: CallExpression, cell: Kind | null, cudnn: boolean, scope: Scope, module: Module): LayerArguments {
  const before = speaksFirst(module) || call.args.some(a => a.name === 'output_dim');
  const sizes = bothSizes(call, scope, module);
  const order = sizes ? ['input_dim', 'units'] : cudnn ? fused : (before ? firstOrders : orders)[cell ?? 'lstm'];
  const args = renamed(matchArguments(call, order, scope, module));
  return { fields: fieldReader(acrossRounds(args, call, scope, module), module), inputSize: sizes ? sizes.input : null, unitsOfRounds: () => eachRound(args, 'units', call, scope, module) };
}

/** `LSTM(256, 128)` of Keras before 1: the input's size, then the layer's. No later version takes a number in the second place. */
function bothSizes({ args }: CallExpression, scope: Scope, module: Module): { readonly input: number } | undefined {
  const [a, b] = args;
  if (!a || !b || a.name !== undefined || b.name !== undefined || a.splat || b.splat) return undefined;
  const [input, units] = [fold(a.value, scope, module).value, fold(b.value, scope, module).value];
  return typeof input === 'number' && typeof units === 'number' ? { input } : undefined;
}

function renamed(args: Arguments): Arguments {
  return { splat: args.splat, given: name => args.given(name) ?? (Object.hasOwn(older, name) ? args.given(older[name] ?? '') : undefined) };
}

const implementations: Readonly<Record<string, number>> = { cpu: 0, mem: 1, gpu: 2 };

/** `consume_less='gpu'` as today's number, where it is given. */
export function consumption(fields: FieldReader): number | null {
  const word = fields.has('consume_less') ? fields.word('implementation', 'consume_less', 'cpu') : null;
  return word !== null && Object.hasOwn(implementations, word) ? implementations[word] ?? null : null;
}

/** `forget_bias_init='one'`, or `unit_forget_bias`. */
export function forgetBias(fields: FieldReader): boolean | null {
  if (!fields.has('forget_bias_init')) return fields.flag('unitForgetBias', 'unit_forget_bias', true);
  const word = fields.word('unitForgetBias', 'forget_bias_init', 'one');
  return word === 'one' ? true : word === 'zero' ? false : null;
}
