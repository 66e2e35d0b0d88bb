/** An ONNX node's attributes to the cell they describe. */
import type { Activation, ActivationName } from '../../core/cells/activations';
import type { Cell } from '../../core/cells/cell';
import { cellById } from '../../core/cells/index';
import { gruVariant, lstmVariant, rnnVariant } from '../../core/cells/variants';
import { printable } from '../parts/checked';
import type { Node } from './model';

/** What the three operators have in common: blocks in a matrix, their order as ONNX packs them in our letters, and activations. */
export interface Family {
  readonly blocks: number;
  readonly order: readonly string[];
  readonly activations: readonly string[];
  readonly plain: Cell;
}

/** By operator. ONNX packs an LSTM as i, o, f, c and a GRU as z, r, h. */
const families = {
  LSTM: { blocks: 4, order: [...'iofg'], activations: ['sigmoid', 'tanh', 'tanh'], plain: cellById('lstm') },
  GRU: { blocks: 3, order: [...'zrn'], activations: ['sigmoid', 'tanh'], plain: cellById('gruResetBefore') },
  RNN: { blocks: 1, order: [''], activations: ['tanh'], plain: cellById('rnn') },
} as const satisfies Record<string, Family>;

/** What a recurrent node is, quantised or not. */
export const familyOf = ({ op }: Pick<Node, 'op'>): Family => families[(op === 'DynamicQuantizeLSTM' ? 'LSTM' : op) as keyof typeof families];

/** ONNX's names (any case), and which of alpha and beta each takes from the node's lists. */
const activations = new Map<string, { readonly name: ActivationName; readonly takes: readonly ('alpha' | 'beta')[] }>([
  ['sigmoid', { name: 'sigmoid', takes: [] }], ['tanh', { name: 'tanh', takes: [] }], ['relu', { name: 'relu', takes: [] }],
  ['softsign', { name: 'softsign', takes: [] }], ['softplus', { name: 'softplus', takes: [] }],
  ['affine', { name: 'affine', takes: ['alpha', 'beta'] }], ['scaledtanh', { name: 'scaledTanh', takes: ['alpha', 'beta'] }],
  ['hardsigmoid', { name: 'hardSigmoid', takes: ['alpha', 'beta'] }], ['leakyrelu', { name: 'leakyRelu', takes: ['alpha'] }],
  ['thresholdedrelu', { name: 'thresholdedRelu', takes: ['alpha'] }], ['elu', { name: 'elu', takes: ['alpha'] }],
]);

/** The cell of each direction, or why it cannot be said. */
export function cellsOf(node: Node, directions: number, peepholes: boolean): readonly Cell[] | string {
  const family = familyOf(node);
  const found = activationsOf(node, family, directions);
  if (typeof found === 'string') return found;
  const each = family.activations.length;
  const odd = found.find(({ alpha = 0, beta = 0 }) => !Number.isFinite(alpha) || !Number.isFinite(beta));
  if (odd) return `its activation ${odd.name} has a parameter that is no finite number`;
  return Array.from({ length: directions }, (_, d) => keptCell(node, found.slice(d * each, (d + 1) * each), peepholes));
}

/** Cells by what they are made of: a file may hold thousands of nodes that are alike, and a cell's equations take time to write and read. */
const kept = new Map<string, Cell>();
const MOST_KEPT = 500;

function keptCell(node: Node, chosen: readonly Activation[], peepholes: boolean): Cell {
  const values = ['clip', 'linear_before_reset', 'input_forget'].map(name => node.attributes.get(name)).map(a => [a?.float ?? null, a?.int ?? null]);
  const key = JSON.stringify([node.op, values, chosen, peepholes]);
  const cell = kept.get(key) ?? cellOf(node, chosen, peepholes);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(key, cell);
  return cell;
}

function cellOf(node: Node, [f, g, h]: readonly Activation[], peepholes: boolean): Cell {
  const given = node.attributes.get('clip')?.float;
  const options = given !== undefined && given > 0 && Number.isFinite(given) ? { clip: tidy(given) } : {};
  const flag = (name: string): boolean => node.attributes.get(name)?.int === 1;
  if (node.op === 'RNN') return rnnVariant({ ...options, ...(f ? { activation: f } : {}) });
  if (node.op === 'GRU') return gruVariant({ ...options, activations: { ...(f ? { f } : {}), ...(g ? { g } : {}) }, resetAfter: flag('linear_before_reset') });
  const chosen = { ...(f ? { f } : {}), ...(g ? { g } : {}), ...(h ? { h } : {}) };
  return lstmVariant({ ...options, activations: chosen, coupledInputForget: flag('input_forget'), peepholes });
}

/** One activation after another; alphas and betas are used up by those that take them. */
function activationsOf(node: Node, family: Family, directions: number): readonly Activation[] | string {
  const each = family.activations.length;
  const texts = node.attributes.get('activations')?.texts ?? [];
  const names = texts.length === 0 ? family.activations : texts;
  if (names.length !== each && names.length !== each * directions) return `it has ${names.length} activations; ${each} for each of ${directions} directions were expected`;
  const alphas = [...node.attributes.get('activation_alpha')?.floats ?? []];
  const betas = [...node.attributes.get('activation_beta')?.floats ?? []];
  const made: Activation[] = [];
  for (const text of names) {
    const known = activations.get(text.toLowerCase());
    if (!known) return `its activation "${printable(text)}" is unknown`;
    const alpha = known.takes.includes('alpha') ? alphas.shift() : undefined;
    const beta = known.takes.includes('beta') ? betas.shift() : undefined;
    made.push({ name: known.name, ...(alpha === undefined ? {} : { alpha: tidy(alpha) }), ...(beta === undefined ? {} : { beta: tidy(beta) }) });
  }
  return made.length === each * directions ? made : Array.from({ length: each * directions }, (_, k) => made[k % each] as Activation);
}

/** The shortest decimal that is the same float32: 0.2 instead of 0.20000000298023224, for equations that people read. */
export function tidy(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return value;
}
