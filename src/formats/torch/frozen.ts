/**
 * Frozen TorchScript: weights are constants without names, but the code that uses them says which layer they are of. It is read as text:
 * `torch.lstm(input, [h, c], self_lstm__flat_weights, True, 1, 0., False, True, False)`, where a list of constants was assigned before.
 */
import type { Evidence } from '../layers/pytorch';
import { evidenceFor } from './evidence';

export interface FrozenNames {
  /** `lstm.weight_ih_l0` by the number of the constant. */
  readonly names: ReadonlyMap<number, string>;
  /** By the layer's name. */
  readonly evidence: ReadonlyMap<string, Evidence>;
}

const CALL = /^\s*[\w, ]+ = torch\.(lstm|gru|rnn_tanh|rnn_relu)(_cell)?\(/;
const LIST = /^\s*(\w+) = \[CONSTANTS\./;
const MOST_LINE = 20_000;

/** What all calls in the code say; a constant that two layers share keeps the first one's name. */
export function frozenNames(code: string): FrozenNames {
  const lists = new Map<string, readonly number[]>();
  const found = { names: new Map<number, string>(), evidence: new Map<string, Evidence>() };
  for (const line of code.split('\n').filter(l => l.length <= MOST_LINE)) {
    const assigned = LIST.exec(line)?.[1];
    if (assigned !== undefined) lists.set(assigned, constantsIn(line));
    const [all, kind = '', cell] = CALL.exec(line) ?? [];
    if (all === undefined) continue;
    const args = line.slice(all.length, line.lastIndexOf(')'));
    const [said, weights] = cell ? [undefined, cellWeights(args)] : sequenceWeights(args, lists);
    if (weights.size === 0 || [...weights.keys()].some(k => found.names.has(k))) continue;
    const name = said ?? unused(`${kind.replace(/_.*/, '')}${cell ?? ''}`, found.names);
    for (const [constant, role] of weights) found.names.set(constant, `${name}.${role}`);
    const evidence = evidenceFor(kind, `the code of ${name}`);
    if (evidence) found.evidence.set(name, evidence);
  }
  return found;
}

const constantsIn = (text: string): readonly number[] => [...text.matchAll(/CONSTANTS\.c(\d{1,7})\b/g)].map(m => Number(m[1]));

function unused(stem: string, names: ReadonlyMap<number, string>): string {
  const taken = new Set([...names.values()].map(n => n.slice(0, n.lastIndexOf('.'))));
  for (let k = 0; ; k++) if (!taken.has(`${stem}_${k}`)) return `${stem}_${k}`;
}

type Weights = ReadonlyMap<number, string>;

/** The last two arguments, or four with biases, of `torch.gru_cell`. */
function cellWeights(args: string): Weights {
  const constants = constantsIn(args);
  const roles = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'];
  return constants.length === 2 || constants.length === 4 ? new Map(constants.map((c, k) => [c, roles[k] ?? ''])) : new Map();
}

/** `weights, has_biases, num_layers, dropout, train, bidirectional, batch_first`, which end the arguments. */
function sequenceWeights(args: string, lists: ReadonlyMap<string, readonly number[]>): readonly [string | undefined, Weights] {
  const tokens = args.split(', ');
  const [biases, layers, , , bidirectional] = tokens.slice(-6);
  const variable = tokens.at(-7) ?? '';
  const constants = lists.get(variable) ?? (variable.endsWith(']') ? constantsIn(args.slice(args.lastIndexOf('['))) : []);
  const directions = bidirectional === 'True' ? ['', '_reverse'] : [''];
  const each = ['weight_ih', 'weight_hh', ...(biases === 'True' ? ['bias_ih', 'bias_hh'] : [])];
  const slots = Number(layers) * directions.length;
  const roles = constants.length === slots * (each.length + 1) ? [...each, 'weight_hr'] : each;
  if (!(slots > 0) || constants.length !== slots * roles.length) return [undefined, new Map()];
  const name = /^self_(\w+?)__flat_weights\d*$/.exec(variable)?.[1];
  return [name, new Map(constants.map((c, k) => {
    const slot = Math.floor(k / roles.length);
    return [c, `${roles[k % roles.length] ?? ''}_l${Math.floor(slot / directions.length)}${directions[slot % directions.length] ?? ''}`];
  }))];
}
