/** Keras and TF.js models: the layers before the recurrent one are run here, on one sequence, in float64. */
import { saying } from '../core/said';
import type { Sequence } from '../core/sequence';
import { wholeOf } from '../core/rows';
import { FormatError, type Bytes, type Checkpoint, type LevelRef, type StackRef } from '../formats/format';
import { readModel } from '../formats/keras';
import { field, list } from '../formats/keras/json';
import { lastOf } from '../formats/keras/names';
import { majorOf, type KerasModel, type ModelLayer } from '../formats/keras/model';
import { readModel as readTfjsModel } from '../formats/tfjs';
import { canRun, runnerOf } from './keras/layers';
import { runRecurrent } from './keras/recurrent';
import { lastAxis, type Values, type Weights } from './keras/values';
import type { Given, ModelInput, Provider, Reached, Upstream, UpstreamOptions } from './upstream';

const readers: Readonly<Record<string, (bytes: Bytes) => Promise<KerasModel>>> = { keras: readModel, tfjs: readTfjsModel };

export const kerasUpstream: Provider = {
  id: 'keras',
  async upstreamOf(bytes, checkpoint, stack) {
    const read = readers[checkpoint.format];
    if (!read) return undefined;
    const model = await read(bytes);
    const target = model.layers.find(l => l.name === stack.levels[0]?.name);
    const path = target && model.configured ? pathTo(model, target) : [];
    return path.some(l => l.className !== 'InputLayer') ? upstream(model, checkpoint, stack, target!, path) : undefined;
  },
};

/** The layers that the target's input needs, each after what it reads; empty where that is not known. */
function pathTo(model: KerasModel, target: ModelLayer): readonly ModelLayer[] {
  const byName = new Map(model.layers.map(l => [l.name, l]));
  const path = new Map<string, ModelLayer>();
  // A config may be made by anyone: a layer that waits for itself is visited once.
  const visited = new Set<string>();
  const visit = (name: string): void => {
    const layer = byName.get(name);
    if (!layer || visited.has(name)) return;
    visited.add(name);
    for (const { layer: from } of layer.inbound) visit(from);
    path.set(name, layer);
  };
  for (const { layer } of target.inbound.slice(0, 1)) visit(layer);
  return [...path.values()];
}

function upstream(model: KerasModel, checkpoint: Checkpoint, stack: StackRef, target: ModelLayer, path: readonly ModelLayer[]): Upstream {
  return { runsGraph: false, inputs: inputsOf(path), run: (given, options = {}) => run({ model, checkpoint, stack, target, path }, given, options) };
}

/** Layers that read nothing of the model: inputs, or the first layer of a Sequential model. */
const sourcesIn = (path: readonly ModelLayer[]): readonly ModelLayer[] => path.filter(l => l.inbound.length === 0);

function inputsOf(path: readonly ModelLayer[]): readonly ModelInput[] {
  return sourcesIn(path).map(layer => {
    const shape = list(field(layer.config, 'batch_shape')) ?? list(field(layer.config, 'batch_input_shape')) ?? [null, null];
    return { name: layer.name, role: 'sequence', dtype: takesTokens(layer, path) ? 'int32' : 'float32', shape: shape.map(n => (typeof n === 'number' ? n : null)) };
  });
}

const takesTokens = (source: ModelLayer, path: readonly ModelLayer[]): boolean =>
  source.className === 'Embedding' || path.some(l => l.className === 'Embedding' && l.inbound.some(i => i.layer === source.name));

interface Plan {
  readonly model: KerasModel;
  readonly checkpoint: Checkpoint;
  readonly stack: StackRef;
  readonly target: ModelLayer;
  readonly path: readonly ModelLayer[];
}

async function run({ model, checkpoint, stack, target, path }: Plan, { sequence }: Given, { progress, signal }: UpstreamOptions): Promise<Reached> {
  const sources = sourcesIn(path);
  if (sources.length !== 1) throw new FormatError('keras', `${target.name} depends on ${sources.length} inputs of the model (${sources.map(s => s.name).join(', ')}); one can be given`);
  if (target.inbound.length > 1) throw new FormatError('keras', `${target.name} gets its initial state from other layers of the model (${target.inbound.slice(1).map(i => i.layer).join(', ')}), which are not run. Give what it reads as its own input`);
  const levels = new Map(checkpoint.stacks.flatMap(s => s.levels).map(l => [l.name, l]));
  const made = new Map<string, Values>();
  for (const [k, layer] of path.entries()) {
    if (signal?.aborted) throw new FormatError('keras', 'stopped');
    progress?.({ done: k / path.length, what: saying('Running {0}', layer.name) });
    const inputs = layer.inbound.length === 0 ? [valuesOf(sequence, takesTokens(layer, path))] : layer.inbound.map(i => known(made, i.layer, layer.name));
    made.set(layer.name, await apply(layer, inputs, model, levels.get(layer.name), signal));
  }
  return reached(known(made, target.inbound[0]!.layer, target.name), sequence, stack, path);
}

function known(made: ReadonlyMap<string, Values>, name: string, reader: string): Values {
  const found = made.get(name);
  if (!found) throw new FormatError('keras', `layer ${reader} reads ${name}, which is not known before it`);
  return found;
}

async function apply(layer: ModelLayer, inputs: readonly Values[], model: KerasModel, level: LevelRef | undefined, signal: AbortSignal | undefined): Promise<Values> {
  if (level && !canRun(layer.className)) return runRecurrent(layer, inputs[0]!, level, signal);
  const runner = runnerOf(layer.className, layer.name);
  return runner(inputs[0]!, { name: layer.name, config: layer.config, weights: await weightsOf(layer), keras3: model.family === 'keras' && (majorOf(model) ?? 3) >= 3 }, inputs);
}

async function weightsOf({ weights }: ModelLayer): Promise<Weights> {
  return new Map(await Promise.all(weights.map(async ({ name, tensor }) => [lastOf(name), { shape: tensor.shape, data: await tensor.read() }] as const)));
}

/** Indices for an embedding, numbers else. */
function valuesOf(sequence: Sequence, tokens: boolean): Values {
  if (!tokens) return { shape: [sequence.steps, sequence.width], data: Float64Array.from(wholeOf(sequence)) };
  if (!sequence.ids && sequence.width !== 1) throw new FormatError('keras', `the model reads indices, one a step, but ${sequence.description} has ${sequence.width} numbers a step`);
  return { shape: [sequence.steps], data: Float64Array.from(sequence.ids ?? wholeOf(sequence)) };
}

function reached(x: Values, sequence: Sequence, { levels }: StackRef, path: readonly ModelLayer[]): Reached {
  const inputSize = levels[0]!.inputSize;
  const [steps = 0] = x.shape;
  if (x.shape.length !== 2 || lastAxis(x) !== inputSize || steps < 1) throw new FormatError('keras', `${levels[0]!.name} should read [steps, ${inputSize}], but the layers before it give [${x.shape.join(', ')}]`);
  const through = path.filter(l => l.className !== 'InputLayer').map(l => l.className);
  const counted = x.mask?.reduce((a, b) => a + b, 0) ?? steps;
  return {
    steps, x: Float32Array.from(x.data), tracks: [],
    ...(counted < steps ? { mask: x.mask! } : {}),
    ...(sequence.labels && sequence.steps === steps ? { labels: sequence.labels } : {}),
    ...(sequence.rate && sequence.steps === steps ? { secondsPerStep: 1 / sequence.rate } : {}),
    notes: [
      `Before the layer: ${through.join(', ')}.`,
      ...(counted < steps ? [`${steps - counted} of ${steps} steps are masked: the states stay as they were.`] : []),
    ],
  };
}
