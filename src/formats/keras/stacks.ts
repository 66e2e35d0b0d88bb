/** Recurrent layers of a Keras model that feed one another, as stacks. */
import type { Answers, Doubt, LevelRef, StackRef } from '../format';
import { recurrentOf, type Recurrent } from './cells';
import { field } from './json';
import { levelsOf, type Below } from './levels';
import { add } from './many';
import type { KerasModel, ModelLayer } from './model';

/** Stacks in the order of the config, and what was left out. */
export interface Found {
  readonly stacks: readonly StackRef[];
  readonly warnings: readonly string[];
}

/** Layers that hand on what they read when a model is used, not trained. */
const PASSING = new Set(['Dropout', 'SpatialDropout1D', 'GaussianDropout', 'GaussianNoise', 'AlphaDropout', 'ActivityRegularization', 'Identity']);

const passes = ({ className, config }: ModelLayer): boolean =>
  PASSING.has(className) || className === 'Activation' && field(config, 'activation') === 'linear';

export function stacksIn(model: KerasModel): Found {
  const all = model.layers.map(recurrentOf);
  const recurrent = all.filter(r => typeof r === 'object');
  const layers = new Map(model.layers.map(layer => [layer.name, layer]));
  const next = nextOf(layers, recurrent);
  const fed = new Set([...next.values()]);
  const chains = recurrent.filter(r => !fed.has(r)).map(first => {
    const chain: Recurrent[] = [];
    for (let at: Recurrent | undefined = first; at && chain.length < recurrent.length; at = next.get(at)) chain.push(at);
    return chain;
  });
  return { stacks: chains.map(chain => stackOf(chain, model, layers, {})), warnings: all.filter(r => typeof r === 'string') };
}

/** The one recurrent layer that reads a recurrent layer's steps, and nothing but them. */
function nextOf(layers: Layers, recurrent: readonly Recurrent[]): ReadonlyMap<Recurrent, Recurrent> {
  const byName = new Map(recurrent.map(r => [r.layer.name, r]));
  const readers = new Map<Recurrent, Recurrent[]>();
  for (const reader of recurrent) {
    const feeder = byName.get(feederOf(reader.layer, layers) ?? '');
    if (feeder && feeder !== reader && canFeed(feeder, reader)) add(readers, feeder, reader);
  }
  const next = new Map<Recurrent, Recurrent>();
  for (const [feeder, [reader, ...more]] of readers) if (reader && more.length === 0) next.set(feeder, reader);
  return next;
}

type Layers = ReadonlyMap<string, ModelLayer>;

/** How far back a layer's input is followed: configs may go in circles. */
const FARTHEST = 500;

/** The layer whose sequence another reads, through layers that pass it on. */
function feederOf(layer: ModelLayer, layers: Layers): string | undefined {
  let at = layer.inbound[0];
  for (let k = 0; at && k < FARTHEST; k++) {
    const below = layers.get(at.layer);
    if (!below || at.output !== 0) return undefined;
    if (!passes(below)) return below.name;
    at = below.calls === 1 ? below.inbound[0] : undefined;
  }
  return undefined;
}

function canFeed(feeder: Recurrent, reader: Recurrent): boolean {
  const alone = feeder.layer.calls === 1 && reader.layer.calls === 1;
  const plain = [feeder, reader].every(r => r.problem === undefined && r.layer.className !== 'TimeDistributed');
  return alone && plain && feeder.returnSequences && feeder.merge !== 'none';
}

function stackOf(chain: readonly Recurrent[], model: KerasModel, layers: Layers, answers: Answers): StackRef {
  const levels: LevelRef[] = [];
  const doubts = new Map<string, Doubt>();
  let below: Below = { width: undefined, flipped: false };
  for (const recurrent of chain) {
    const built = levelsOf(recurrent, model, answers, below);
    levels.push(...built.levels);
    for (const doubt of built.doubts) if (!doubts.has(doubt.id)) doubts.set(doubt.id, doubt);
    below = { width: built.width, flipped: below.flipped !== recurrent.goBackwards };
  }
  const asked = [...doubts.values()];
  return {
    name: chain[0]?.layer.name ?? '', framework: model.family, levels: levels.map(noteMask(chain, layers)),
    ...(asked.length === 0 ? {} : { doubts: asked, decide: (more: Answers) => stackOf(chain, model, layers, { ...answers, ...more }) }),
  };
}

/** Says so where the model leaves out padded steps: a stack runs on all it is given. */
function noteMask([first]: readonly Recurrent[], layers: Layers): (level: LevelRef, k: number) => LevelRef {
  const masked = first && maskBelow(first.layer, layers);
  return (level, k) => (masked === undefined || k > 0 ? level : { ...level, assumptions: [...level.assumptions, `every step counts: in the model "${masked}" masks some`] });
}

function maskBelow(layer: ModelLayer, layers: Layers): string | undefined {
  let at = layer.inbound[0];
  for (let k = 0; at && k < FARTHEST; k++) {
    const below = layers.get(at.layer);
    if (below?.className === 'Masking' || below?.className === 'Embedding' && field(below.config, 'mask_zero') === true) return below.name;
    at = below?.inbound[0];
  }
  return undefined;
}
