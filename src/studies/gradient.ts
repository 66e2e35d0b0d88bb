/** Gradients of a chosen loss against the distance from it: at one step, over many, and what the step Jacobians would let through. */
import { byDistance, crossings, directPath, fateOf, reachOf, rowNorms, spreadOf, strongestColumns } from '../analysis/gradients';
import { productNorms, productNormsByPower, stateCount, type Trail } from '../analysis/jacobians';
import { keptState, type KeptState } from '../analysis/keepState';
import { keepRows } from '../analysis/retention';
import { eigenvalues, spectralRadius } from '../analysis/weights/eigenvalues';
import { estimateRadius, estimateSingular } from '../analysis/weights/estimate';
import { singularValues } from '../analysis/weights/singular';
import { backpropagating } from '../core/backprop';
import { step as stepOnce, type Values } from '../core/interpret';
import type { Layer } from '../core/layer';
import type { Loss } from '../core/losses';
import type { Progress } from '../core/pace';
import { layerSizes, outputSize, parameterCountOf, parameterValues } from '../core/parameters';
import { programOf } from '../core/programs';
import { saying, type Said } from '../core/said';
import type { GradientAnswer, GradientSpreadAnswer, LossAsk } from '../questions/gradient';
import { kept, layerOf, type Run } from './run';
import type { Study } from './study';
import { lossAt, targetOf } from './targets';
import { layerTract, lengthOf, upperTract, type Tract } from './tract';

/** As far back as is looked. */
const MOST = 256;
const FEATURES = 8;
/** Steps over which a loss may be summed; the message below names it. */
const MOST_RANGE = 1024;

/** One loss at one step. */
export const gradient: Study<'gradient'> = {
  name: 'gradient',
  *answer(runs, ask) {
    const run = runs.run(ask.run);
    const loss = spanOf(run, ask, ask.step);
    const back = yield* backFrom(run, ask, loss, true);
    const { count, layer, kept } = back;
    const [name, wanted] = back.states.find(([s]) => s === ask.state) ?? back.states.at(-1)!;
    const size = wanted.length / count;
    const width = layer.inputSize;
    const indices = strongestColumns(back.input, width, FEATURES);
    const values = new Float32Array(count * indices.length);
    for (let d = 0; d < count; d++) for (const [k, at] of indices.entries()) values[d * indices.length + k] = Math.abs(back.input[d * width + at]!);
    return {
      step: loss.step, ...(ask.loss === 'range' && { within: loss.within }), ...(back.value !== undefined && { value: back.value }),
      states: back.states.map(([state, rows]) => ({ name: state, norms: rowNorms(rows, rows.length / count) })),
      units: { state: name, count: size, logs: Float32Array.from(wanted, v => Math.log10(Math.abs(v))) },
      ...(kept && back.direct && { path: { state: kept.state, keep: kept.name, direct: back.direct } }),
      input: rowNorms(back.input, width),
      features: { indices, values },
    } satisfies GradientAnswer;
  },
};

interface Back {
  readonly layer: Layer;
  readonly kept: KeptState | undefined;
  /** Distances. */
  readonly count: number;
  readonly value?: number;
  /** By name, [count, size] by distance. */
  readonly states: readonly (readonly [string, Float64Array])[];
  readonly direct?: Float64Array;
  /** [count, inputSize] */
  readonly input: Float64Array;
}

/** Where a loss stands: the last of its steps in the layer's order, and how many it is summed over. */
interface Span { readonly step: number; readonly within: number }

/** A loss at a step, or over the range that is asked for. @throws Error with a message for people, where that is empty or too long */
function spanOf(run: Run, { level, direction, loss, range }: LossAsk, step: number): Span {
  if (loss !== 'range') return { step, within: 1 };
  const layer = layerOf(run, level, direction);
  const from = Math.max(0, range?.from ?? 0), to = Math.min(lengthOf(layer, run.recording.steps), range?.to ?? 0);
  if (!(to > from)) throw new Error('No step is selected that this layer reads: select some with Shift+drag in the timeline.');
  if (to - from > MOST_RANGE) throw new Error('The loss is summed over 1,024 steps at most: select fewer.');
  return { step: layer.direction === 'reverse' ? from : to - 1, within: to - from };
}

/** Runs the window behind a loss again, and goes back through it. */
function* backFrom(run: Run, { level, direction, loss, unit = 0, distance }: LossAsk, { step, within }: Span, input: boolean): Generator<Progress, Back> {
  const layer = layerOf(run, level, direction);
  const length = lengthOf(layer, run.recording.steps);
  if (step < 0 || step >= length) throw new Error(`The loss should stand at a step from 0 to ${length - 1}, found ${step}.`);
  const reach = Math.max(0, Math.min(MOST, distance)) + within - 1;
  const reverse = layer.direction === 'reverse';
  const both = loss === 'target' && run.job!.network.levels.slice(level).some(l => l.directions.length > 1);
  const from = reverse && !both ? step : Math.max(0, step - reach), to = reverse || both ? Math.min(length, step + reach + 1) : step + 1;
  const tract = yield* loss === 'target' ? upperTract(run, level, from, to) : layerTract(run, level, direction, from, to);
  const at = step - from;
  const chosen = loss === 'target' ? yield* lossAt(run, tract, step) : loss === 'unit' ? { kind: 'unit' as const, unit, step: at }
    : loss === 'range' ? summedOver(tract, reverse ? [0, within] : [tract.steps - within, tract.steps]) : { kind: 'sum' as const, step: at };
  const { states } = programOf(layer.cell);
  const found = yield* backpropagating(tract.network, tract.x, tract.steps, chosen, { record: states.map(s => s.name), parameters: false, input, initial: tract.initial, mask: tract.mask, pieces: tract.pieces });
  const own = found.levels[0]!;
  const gradients = own.directions[loss === 'target' ? direction : 0]!;
  const count = reverse ? to - step : at + 1;
  const rows = states.map(({ name }) => [name, byDistance(gradients.signals[`d${name}`]!, gradients.sizes[`d${name}`]!, at, reverse, count)] as const);
  const kept = keptState(layer.cell);
  const start = kept && rows.find(([name]) => name === kept.state)?.[1];
  return {
    layer, kept, count, states: rows, ...(found.loss !== undefined && { value: found.loss }),
    ...(kept && start && { direct: yield* directOf(run, level, direction, kept, start, { step, within }, count, reverse) }),
    input: byDistance(own.dx, layer.inputSize, at, reverse, count),
  };
}

/** The sum of the output over rows [from, to) of a tract, by its gradient. */
function summedOver({ network, steps }: Tract, [from, to]: readonly [number, number]): Loss {
  const width = outputSize(network.levels.at(-1)!);
  return { kind: 'dh', dh: new Float64Array(steps * width).fill(1, from * width, to * width) };
}

/** From the first of the loss's steps on: behind it no loss is added any more. */
function* directOf({ recording }: Run, level: number, direction: number, { signal, invert }: KeptState, gradient: Float64Array, { step, within }: Span, all: number, reverse: boolean): Generator<Progress, Float64Array> {
  const units = gradient.length / all, count = all - within + 1;
  const first = reverse ? step + within - 1 : step - within + 1;
  const [from, to] = reverse ? [first, first + count] : [first - count + 1, first + 1];
  const start = gradient.subarray((within - 1) * units, within * units);
  const rows = yield* recording.reading({ level, direction, signal }, from, to);
  // The layer's order runs up to the loss; distances run away from it.
  return directPath(start, keepRows(rows, units, invert, !reverse), count);
}

/** Losses over the sequence; fewer where a window costs much. */
const WINDOWS = 32;
const LEAST = 6;
/** Multiplications of one asking: about half a second. */
const WORK = 1e9;

/** Losses spread over the run. */
export const gradientSpread: Study<'gradientSpread'> = {
  name: 'gradientSpread',
  *answer(runs, ask) {
    const run = runs.run(ask.run);
    const { level, direction, loss, unit, distance } = ask, { within } = spanOf(run, ask, 0);
    const key = `gradientSpread ${JSON.stringify([level, direction, loss, loss === 'unit' ? unit : undefined, distance, within])}`;
    return yield* kept(run, key, () => spread(run, ask, within));
  },
};

/** Of losses over a range, those over equally many steps elsewhere. */
function* spread(run: Run, ask: LossAsk, within: number): Generator<Progress, GradientSpreadAnswer> {
  const layer = layerOf(run, ask.level, ask.direction);
  const steps = lossSteps(run, layer, ask, within);
  const curves = new Map<string, Float64Array[]>();
  const direct: Float64Array[] = [];
  let kept: KeptState | undefined;
  for (const step of steps) {
    const back = yield* backFrom(run, ask, { step, within }, false);
    for (const [name, rows] of back.states) curves.set(name, [...curves.get(name) ?? [], rowNorms(rows, rows.length / back.count).subarray(within - 1)]);
    if (back.direct) { direct.push(back.direct); kept = back.kept; }
    yield { done: direct.length, total: steps.length, what: 'Gradients' };
  }
  const states = [...curves].map(([name, all]) => {
    const its = spreadOf(all);
    return { name, spread: its, fate: fateOf(its.median), reach: reachOf(its.median) };
  });
  const whole = states.find(s => s.name === kept?.state)?.spread.median;
  const alone = direct.length > 0 ? spreadOf(direct) : undefined;
  const target = targetOf(run);
  return {
    windows: steps.length, ...(ask.loss === 'range' && { within }), states, ...(target && { target }),
    ...(kept && whole && alone && { path: { state: kept.state, keep: kept.name, direct: alone, crossings: crossings(alone.median, whole).map(({ distance, first }) => ({ distance, direct: first })) } }),
    ...(yield* boundOf(layer)),
  };
}

/** Steps for losses: spread evenly over all that have the distance before them, or at least half of what there is. */
function lossSteps({ recording, job }: Run, layer: Layer, { loss, distance }: LossAsk, within: number): number[] {
  const length = lengthOf(layer, recording.steps);
  const last = length - 1 - (loss === 'target' && layer.direction !== 'reverse' ? 1 : 0);
  const reach = Math.max(0, Math.min(MOST, distance)) + within - 1;
  const first = Math.max(within - 1, Math.min(reach, Math.floor(last / 2)));
  const parameters = loss === 'target' ? job!.network.levels.reduce((n, l) => n + l.directions.reduce((m, d) => m + parameterCountOf(d), 0), 0) : parameterCountOf(layer);
  const most = Math.max(LEAST, Math.min(WINDOWS, Math.floor(WORK / (3 * parameters * (reach + 1)))));
  const count = Math.max(1, Math.min(most, last - first + 1));
  const places = Array.from({ length: count }, (_, k) => Math.max(0, Math.round(last - (k * (last - first)) / Math.max(1, count - 1))));
  const counted = [...new Set(places)].map(p => (layer.direction === 'reverse' ? length - 1 - p : p));
  return counted.filter(t => job?.sequence.mask?.[t] !== 0);
}

/** Recurrent matrices up to this size get exact numbers. */
const EXACT = 192;

/** Of a vanilla RNN: its recurrent matrix' largest singular value, which is the most that a step lets through; tanh' and relu' are at most 1. */
function* boundOf({ cell, params }: Layer): Generator<Progress, Pick<GradientSpreadAnswer, 'bound'>> {
  if (cell.family !== 'rnn') return {};
  const { nodes } = programOf(cell);
  const product = nodes.find(n => n.op === 'product' && nodes[n.a]!.op === 'state');
  const matrix = product?.op === 'product' ? product.matrix : undefined;
  const tensor = matrix === undefined ? undefined : params[matrix];
  const size = tensor?.shape[0] ?? 0;
  if (matrix === undefined || !tensor || size !== tensor.shape[1] || !tensor.data.every(Number.isFinite)) return {};
  const estimated = size > EXACT;
  const [sigma = NaN] = yield* estimated ? estimateSingular(tensor.data, size, size, 1) : singularValues(tensor.data, size, size);
  const radius = estimated ? yield* estimateRadius(tensor.data, size) : spectralRadius(yield* eigenvalues(tensor.data, size));
  return { bound: { matrix, sigma, radius, estimated } };
}

/** Up to so many numbers in all states, whole matrices are multiplied. */
const WHOLE = 128;
/** Multiplications in plain float64: about a second. */
const PLAIN = 8e8;
/** What power iteration costs for a step of the longest distance, in times its products. */
const TO_AND_FRO = 100;

/** The product of the step Jacobians before a step. */
export const jacobians: Study<'jacobians'> = {
  name: 'jacobians',
  *answer(runs, { run: id, level, direction, step, distance }) {
    const run = runs.run(id);
    const layer = layerOf(run, level, direction);
    const program = programOf(layer.cell), sizes = layerSizes(layer);
    const all = stateCount({ program, sizes });
    const cost = parameterCountOf(layer);
    const estimated = all > WHOLE;
    const reach = Math.min(MOST, distance, Math.floor(PLAIN / ((estimated ? TO_AND_FRO : all) * cost)));
    const length = lengthOf(layer, run.recording.steps);
    const reverse = layer.direction === 'reverse';
    const before = Math.min(reach, reverse ? length - step : step + 1);
    const distances = Array.from({ length: 9 }, (_, k) => 2 ** k).filter(d => d <= before);
    const states = program.states.map(s => s.name), way = yield* trail(run, layer, level, direction, step, distances.at(-1) ?? 0);
    if ('refused' in way) return { distances: [], norms: [], states, estimated, refused: way.refused };
    const work = { program, sizes, ...way } satisfies Trail;
    const norms = yield* estimated ? productNormsByPower(work, distances) : productNorms(work, distances);
    return { distances, norms, states, estimated };
  },
};

/** All nodes of the steps up to one, in the layer's order, in float64. */
function* trail(run: Run, layer: Layer, level: number, direction: number, step: number, count: number): Generator<Progress, Pick<Trail, 'params' | 'nodes'> | { readonly refused: Said }> {
  if (count === 0) return { params: [], nodes: [] };
  const reverse = layer.direction === 'reverse';
  const [from, to] = reverse ? [step, step + count] : [step - count + 1, step + 1];
  const tract = yield* layerTract(run, level, direction, from, to);
  const program = programOf(layer.cell), sizes = layerSizes(layer);
  const pieces = tract.pieces?.[0]?.[0] ?? [{ from: 0, to: count, layer: tract.network.levels[0]!.directions[0]!, initial: tract.initial[0]![0]!, off: new Map<string, readonly number[]>() }];
  const begins = pieces.slice(reverse ? 0 : 1).slice(0, pieces.length - 1).find(p => p.off.size > 0);
  if (begins) return { refused: saying('A unit is switched off at step {0}, between the steps that are multiplied here. Choose a step before it, or one further behind it than the distance.', from + begins.from) };
  const values = pieces.map(p => parameterValues(p.layer));
  const nodes: (readonly Float64Array[])[] = [], params: Values[] = [];
  let states: Values = tract.initial[0]![0]!;
  for (let k = 0; k < count; k++) {
    const t = reverse ? count - 1 - k : k;
    const own = values[pieces.findIndex(p => t >= p.from && t < p.to)]!;
    const made = stepOnce(program, sizes, own, tract.x.subarray(t * layer.inputSize, (t + 1) * layer.inputSize), states);
    nodes.push(made.nodes);
    params.push(own);
    states = made.states;
    yield { done: k, total: count, what: 'Jacobians' };
  }
  return { nodes, params };
}
