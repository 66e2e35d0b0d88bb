/** What Keras's layers do inside a cell. A layer's input size is that of what it is called with. */
import { saying } from '../../../core/said';
import type { MakeModule } from '../framework';
import { argument, only, required } from '../given';
import type { Machine } from '../machine';
import { whyNot } from '../reasons';
import { symbol } from '../sizes';
import { dropout, normalised, product, whole } from '../tensors';
import { infix, sizeOf, Unread, vector, type Given, type Value, type Weight } from '../values';

type Activation = (value: Value, machine: Machine, at: Given['at']) => Value;

export const kerasLayers = (activation: Activation): ReadonlyMap<string, MakeModule> => new Map<string, MakeModule>([
  ['Dense', dense(activation)], ['LayerNormalization', layerNormalization],
  ['Activation', (given, machine) => activation(required(given, 0, 'activation'), machine, given.at)],
  ['Dropout', (_, machine) => ({ kind: 'callable', run: g => dropout(only(required(g, 0, 'inputs'), g.at), machine) })],
]);

/** Weights that are made anew in each step are none. @throws Unread */
function kept(path: string, machine: Machine, { at }: Given): void {
  if (path === '' || !machine.constructing) throw new Unread(saying('a layer is made inside the step, with new weights each time. Make it in the constructor'), at);
}

/** @throws Unread where the text does not settle it */
export function switched(value: Value | undefined, fallback: boolean, machine: Machine, { at }: Given): boolean {
  const flag = value === undefined ? fallback : machine.flag(value);
  if (flag === undefined) throw new Unread(saying('whether there is a bias is not settled in the text. Write True or False'), at);
  return flag;
}

const nameGiven = (path: string, given: Given): string => { const name = given.named.get('name'); return name?.kind === 'text' ? name.value : path; };

const dense = (activation: Activation): MakeModule => (given, machine, path) => {
  kept(path, machine, given);
  const units = machine.size(required(given, 0, 'units'), given.at);
  const function_ = argument(given, 1, 'activation');
  const bias = switched(argument(given, 2, 'use_bias'), true, machine, given);
  const weight: Weight = { tensor: `${path}/kernel`, shape: [symbol(`inputs of ${path}`), units], transposed: true };
  machine.declare(weight.tensor, weight.shape, `${nameGiven(path, given)}/kernel`);
  if (bias) machine.declare(`${path}/bias`, [units], `${nameGiven(path, given)}/bias`);
  const after = function_ && activation(function_, machine, given.at);
  return { kind: 'callable', run: g => {
    const y = product(weight, machine.term(required(g, 0, 'inputs'), g.at));
    const sum = vector(bias ? infix('+', y, whole(`${path}/bias`, units)) : y);
    return after === undefined ? sum : after.kind === 'callable' ? after.run(only(sum, g.at)) : after;
  } };
};

const layerNormalization: MakeModule = (given, machine, path) => {
  kept(path, machine, given);
  const written = argument(given, 1, 'epsilon'), axis = argument(given, 0, 'axis'), rms = given.named.get('rms_scaling');
  if (rms && machine.flag(rms) !== false) throw new Unread(whyNot('RMSNorm'), given.at);
  if (axis && ![1, -1].includes(machine.number(axis, given.at))) throw new Unread(saying('another axis than that of the units is meant. Use the last one, -1'), given.at);
  const epsilon = written ? machine.number(written, given.at) : 1e-3;
  const [shifted, gained] = [switched(argument(given, 2, 'center'), true, machine, given), switched(argument(given, 3, 'scale'), true, machine, given)];
  const size = symbol(`inputs of ${path}`);
  if (gained) machine.declare(`${path}/gamma`, [size], `${nameGiven(path, given)}/gamma`, 1);
  if (shifted) machine.declare(`${path}/beta`, [size], `${nameGiven(path, given)}/beta`, 0);
  return { kind: 'callable', run: g => {
    const v = machine.term(required(g, 0, 'inputs'), g.at), length = sizeOf(v) ?? size;
    return vector(normalised(v, epsilon, gained ? whole(`${path}/gamma`, length) : undefined, shifted ? whole(`${path}/beta`, length) : undefined));
  } };
};
