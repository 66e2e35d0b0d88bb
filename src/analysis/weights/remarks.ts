/** What a person should notice in the weights, in words made from the numbers alone. */
import type { Layer } from '../../core/layer';
import { keepOf } from '../keep';
import type { BlockStats, PartStats } from '../weights';
import { saying, type Said } from '../../core/said';

export interface Remark {
  readonly severity: 'info' | 'warning' | 'error';
  readonly text: Said;
}

type Rule = (layer: Layer, blocks: readonly BlockStats[]) => readonly Remark[];

/** Adding a remark is a function and a word here. */
const rules: readonly Rule[] = [brokenNumbers, keepBias, vanillaRadius, emptyBlocks];

/** All remarks on one direction's weights, worst first. */
export function remarksOn(layer: Layer, blocks: readonly BlockStats[]): readonly Remark[] {
  const order = { error: 0, warning: 1, info: 2 };
  return rules.flatMap(rule => rule(layer, blocks)).sort((a, b) => order[a.severity] - order[b.severity]);
}

const parts = (blocks: readonly BlockStats[]): readonly PartStats[] => blocks.flatMap(b => b.parts);

function brokenNumbers(_: Layer, blocks: readonly BlockStats[]): readonly Remark[] {
  return parts(blocks).flatMap(({ parameter, shape, moments: { notFinite, count } }) => {
    if (!notFinite) return [];
    const width = shape[1] ?? 1;
    const place = shape.length > 1 ? `[${Math.floor(notFinite.at / width)}, ${notFinite.at % width}]` : `[${notFinite.at}]`;
    const found = [parameter + place, String(notFinite.value)] as const;
    const text = notFinite.count > 1
      ? saying('{0} is {1}, and {2} more of its {3} values are not finite. Everything computed from it is affected.', ...found, notFinite.count - 1, count)
      : saying('{0} is {1}. Everything computed from it is affected.', ...found);
    return [{ severity: 'error' as const, text }];
  });
}

/** Within this of 0, a bias says nothing. */
const NO_BIAS = 0.1;

/** The gate that keeps the memory, where it is a plain σ: what its biases alone make it do. */
function keepBias({ cell }: Layer, blocks: readonly BlockStats[]): readonly Remark[] {
  const keep = keepOf(cell.equations);
  const block = blocks.find(b => b.signal === keep?.signal);
  const biases = block?.parts.filter(p => p.role === 'bias') ?? [];
  if (!block || keep?.invert || cell.family !== 'lstm' || biases.length === 0 || !block.equation.startsWith('σ(')) return [];
  const mean = biases.reduce((sum, p) => sum + p.moments.mean, 0);
  if (!(Math.abs(mean) <= NO_BIAS)) return [];
  const open = 1 / (1 + Math.exp(-mean));
  return [{ severity: 'warning', text: saying('The {0} starts forgetting half: its bias averages {1}, which alone keeps {2} of the cell state a step. A bias of +1 keeps 0.73.', block.label || block.signal, signed(mean), open.toFixed(2)) }];
}

/** Without gates the recurrent kernel alone decides what becomes of a state. */
function vanillaRadius({ cell }: Layer, blocks: readonly BlockStats[]): readonly Remark[] {
  const spectrum = blocks.find(b => b.spectrum)?.spectrum;
  if (cell.family !== 'rnn' || !spectrum) return [];
  const most = spectrum.singular[0] ?? NaN;
  if (most < 1 && !spectrum.estimated) return [{ severity: 'info', text: saying('The greatest singular value of the recurrent kernel is {0}, below 1: what a gradient carries shrinks at every step.', most.toFixed(3)) }];
  if (spectrum.radius === undefined || !(spectrum.radius > 1)) return [];
  const radius = spectrum.radius.toFixed(3);
  return [{ severity: 'warning', text: spectrum.estimated
    ? saying('The spectral radius of the recurrent kernel is about {0}, above 1: small states grow, and gradients can explode.', radius)
    : saying('The spectral radius of the recurrent kernel is {0}, above 1: small states grow, and gradients can explode.', radius) }];
}

function emptyBlocks(_: Layer, blocks: readonly BlockStats[]): readonly Remark[] {
  const empty = parts(blocks).filter(p => p.role !== 'bias' && p.moments.count > 0 && p.moments.zeros === 1).map(p => p.parameter);
  if (empty.length === 0) return [];
  const names = empty.join(', ');
  return [{ severity: 'warning', text: empty.length === 1 ? saying('{0} holds nothing but zeros.', names) : saying('{0} hold nothing but zeros.', names) }];
}

const signed = (v: number): string => `${v < 0 ? '−' : '+'}${Math.abs(v).toFixed(2)}`;
