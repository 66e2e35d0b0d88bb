/** Fixed and slow points of a layer with its input held, from states that it went through, in the directions of its state space. */
import { restingPoints, type StepMap } from '../analysis/fixedPoints';
import { stateCount, stepJacobian } from '../analysis/jacobians';
import { pca, type Pca } from '../analysis/pca';
import { step as stepOnce, type Values } from '../core/interpret';
import type { Progress } from '../core/pace';
import { layerSizes, parameterValues } from '../core/parameters';
import { programOf } from '../core/programs';
import type { FixedPointsAnswer, FixedPointsAsk } from '../questions/fixedPoints';
import { heldLayer, inputRows, statesAfter, type HeldLayer } from './compare/held';
import { columnOf, kept } from './run';
import { spaceKey, thinnedFor } from './stateSpace';
import type { Study } from './study';

/** More numbers would take minutes. */
const MOST_STATES = 256;
/** Multiplications of all searches: some seconds. */
const WORK = 3e9, STARTS = 32, ROUNDS = 30;
/** Of the usual step: what moves by less is slow. */
const SLOW = 0.1;
/** Steps whose input is averaged. */
const AVERAGED = 8192, WINDOW = 512;

export const fixedPoints: Study<'fixedPoints'> = {
  name: 'fixedPoints',
  *answer(runs, ask) {
    const held = heldLayer(runs, { run: ask.run ?? 'main', level: ask.level, direction: ask.direction });
    const { level, direction, signal, input } = ask;
    return yield* kept(held.from, `fixedPoints ${level} ${direction} ${signal} ${input}`, () => found(held, ask));
  },
};

function* found(held: HeldLayer, { signal, input }: FixedPointsAsk): Generator<Progress, FixedPointsAnswer> {
  const { layer, from, level, direction } = held;
  const program = programOf(layer.cell), sizes = layerSizes(layer), params = parameterValues(layer);
  const size = stateCount({ program, sizes });
  if (size > MOST_STATES) throw new Error('The states of this layer hold more than 256 numbers: its fixed points are not looked for.');
  const x = input === 'zero' ? new Float64Array(layer.inputSize) : yield* meanInput(held);
  const cut = (all: Float64Array): Values => { let at = 0; return Object.fromEntries(program.states.map(s => [s.name, all.subarray(at, at += sizes[s.size]!)])); };
  const joined = (states: Values): Float64Array => Float64Array.from(program.states.flatMap(s => Array.from(states[s.name] ?? new Float64Array(sizes[s.size]!))));
  const map: StepMap = {
    size,
    apply: state => {
      const { states, nodes } = stepOnce(program, sizes, params, x, cut(state));
      return { next: joined(states), jacobian: () => stepJacobian(program, sizes, params, nodes) };
    },
  };
  const count = Math.max(3, Math.min(STARTS, Math.floor(WORK / (ROUNDS * (2 * size ** 3 + size * layerWork(held))))));
  const { starts, usual } = yield* begun(held, count, joined, size);
  const { points, lost } = yield* restingPoints(map, starts, SLOW * usual);
  const place = { level, direction, signal }, column = columnOf(from.recording, place);
  const space = yield* kept(from, spaceKey(place), () => pca(thinnedFor(column)));
  return { tried: starts.length, lost, usual, points: points.map(({ state, ...p }) => ({ ...p, directions: size, at: along(space, cut(state)[signal]!) })) };
}

/** Multiplications of one step. */
const layerWork = ({ layer }: HeldLayer): number => Object.values(layer.params).reduce((n, p) => n + p.data.length, 0);

/** The state with nothing in it, and those after evenly spaced steps; and the median length of a step there. */
function* begun(held: HeldLayer, count: number, joined: (states: Values) => Float64Array, size: number): Generator<Progress, { readonly starts: readonly Float64Array[]; readonly usual: number }> {
  const { steps } = held.from.recording, starts: Float64Array[] = [new Float64Array(size)], lengths: number[] = [];
  const every = Math.max(1, Math.floor(steps / count));
  for (let t = Math.floor(every / 2); t < steps && starts.length < count; t += every) {
    const state = joined(yield* statesAfter(held, t));
    if (!state.every(Number.isFinite)) continue;
    starts.push(state);
    if (t === 0) continue;
    const before = joined(yield* statesAfter(held, t - 1));
    lengths.push(Math.sqrt(state.reduce((s, v, k) => s + (v - before[k]!) ** 2, 0)));
    yield { done: t, total: steps, what: 'Fixed points' };
  }
  const usual = lengths.filter(Number.isFinite).sort((a, b) => a - b)[lengths.length >> 1] ?? 0;
  return { starts, usual };
}

function* meanInput(held: HeldLayer): Generator<Progress, Float64Array> {
  const steps = Math.min(AVERAGED, held.from.recording.steps), { inputSize } = held.layer, sum = new Float64Array(inputSize), seen = new Float64Array(inputSize);
  for (let from = 0; from < steps; from += WINDOW) {
    const rows = yield* inputRows(held, from, Math.min(steps, from + WINDOW));
    for (let k = 0, u = 0; k < rows.length; k++, u = u + 1 === inputSize ? 0 : u + 1) if (Number.isFinite(rows[k]!)) { sum[u]! += rows[k]!; seen[u]!++; }
    yield { done: from, total: steps, what: 'Fixed points' };
  }
  return sum.map((v, u) => (seen[u]! > 0 ? v / seen[u]! : 0));
}

const along = ({ components, mean, directions }: Pca, state: ArrayLike<number>): number[] =>
  Array.from({ length: components }, (_, c) => mean.reduce((sum, m, u) => sum + (state[u]! - m) * directions[c * mean.length + u]!, 0));
