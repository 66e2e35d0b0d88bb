/** Keras's own cells as what a cell is made of: the weights and options that `self` has from them. */
import { saying } from '../../../core/said';
import { slice } from '../../code/expression';
import type { MakeModule } from '../framework';
import { argument, required } from '../given';
import type { Machine } from '../machine';
import { parameterOf } from '../parameters';
import { eraOf } from '../../frameworks/keras/era';
import { fixed, scaled, symbol, type LinearSize } from '../sizes';
import { opaque, type Given, type Value } from '../values';
import { switched } from './kerasLayers';

type Activation = (value: Value, machine: Machine, at: Given['at']) => Value;

/** How many gates a cell has, and whether its gates have an activation of their own. */
const cells: readonly (readonly [word: string, gates: number])[] = [['SimpleRNNCell', 1], ['GRUCell', 3], ['LSTMCell', 4]];

export const kerasBases = (activation: Activation): ReadonlyMap<string, MakeModule> =>
  new Map(cells.map(([word, gates]): [string, MakeModule] => [word, (given, machine) => made(word, gates, given, machine, activation)]));

function made(word: string, gates: number, given: Given, machine: Machine, activation: Activation): Value {
  const units = machine.size(required(given, 0, 'units'), given.at), all = scaled(units, gates);
  const gated = gates > 1, bias = switched(argument(given, gated ? 3 : 2, 'use_bias'), true, machine, given);
  const twice = gates === 3 && switched(given.named.get('reset_after'), eraOf([`keras.layers.${word}`], machine.module).resetAfter, machine, given);
  const weights: (readonly [string, readonly LinearSize[]])[] = !isBuilt(machine) ? [] : [
    ['kernel', [symbol('input_shape[-1]'), all]], ['recurrent_kernel', [units, all]], ...(bias ? [['bias', twice ? [fixed(2), all] : [all]] as const] : []),
  ];
  for (const [name, shape] of weights) machine.declare(machine.named(name), shape, name);
  const attributes = new Map<string, Value>([
    ...weights.map(([name, shape]): [string, Value] => [name, parameterOf(machine.named(name), shape, given.at)]), ...(bias || weights.length === 0 ? [] : [['bias', { kind: 'none' }] as [string, Value]]),
    ['units', { kind: 'size', size: units }], ['use_bias', { kind: 'flag', value: bias, assumed: false }],
    ['activation', activation(argument(given, 1, 'activation') ?? { kind: 'text', value: 'tanh' }, machine, given.at)],
    ...(gated ? [['recurrent_activation', activation(argument(given, 2, 'recurrent_activation') ?? byEra(word, machine), machine, given.at)] as [string, Value]] : []),
    ...['dropout', 'recurrent_dropout'].map((name): [string, Value] => [name, given.named.get(name) ?? { kind: 'size', size: fixed(0) }]),
  ]);
  return { kind: 'callable', children: name => attributes.get(name), run: g => opaque(saying('the step of {0} is called; equations read the steps that are written. Write its gates out', word), g.at) };
}

/** A class with a `build` of its own has the weights of the one above only where it calls that of the one above. */
function isBuilt(machine: Machine): boolean {
  const build = machine.methodOf('build');
  return !build || /\.build\(/.test(slice(build.node, machine.module.text));
}

/** The gates' activation unless given, which has changed. */
const byEra = (word: string, { module }: Machine): Value => ({ kind: 'text', value: eraOf([`keras.layers.${word}`], module).recurrentActivation });
