/**
 * The compiled evaluator in float32: all sequences of a batch in lock step, in chunks that stay in the cache. A step's numbers do not
 * depend on the chunk, the batch or the window it is in.
 */
import { machine, type Machine, type MachineOptions } from '../compile/machine';
import { idOf, type Team } from '../compile/team';
import type { Values } from '../interpret';
import type { Layer } from '../layer';
import type { Progress } from '../pace';
import { layerSizes, parameterCountOf, parameterValues } from '../parameters';
import { programOf } from '../programs';
import { Choice } from './choice';
import { borrow } from './pool';
import { columns, sheets, stepsOf, type Column, type LayerInput, type LayerRunner, type LayerTrace, type RunContext, type Sheets } from './runner';

export const runFast: LayerRunner = function* (layer, inputs, context) {
  const program = programOf(layer.cell);
  const recorded = columns(program, layerSizes(layer), context.recording);
  const keep = recorded.filter(c => c.name.endsWith('.pre')).map(c => c.node);
  const options: MachineOptions = { batch: inputs.length, capacity: chunkSteps(layer, inputs.length), reverse: layer.direction === 'reverse', ...(keep.length > 0 && { keep }) };
  const team = parameterCountOf(layer) * inputs.length >= WORTH_SHARING ? context.team : undefined;
  const loan = (helpers: Team | undefined): ReturnType<typeof borrow<Machine>> =>
    borrow(layer, JSON.stringify([options, helpers && idOf(helpers)]), () => machine(program, layerSizes(layer), parameterValues(layer), { ...options, team: helpers }));
  const loans = [loan(undefined), ...(team ? [loan(team)] : [])];
  const traces = yield* runOn(loans.map(l => l.made), layer, inputs, recorded, context);
  for (const l of loans) l.giveBack();
  return traces;
};

function* runOn(machines: readonly Machine[], layer: Layer, inputs: readonly LayerInput[], recorded: readonly Column[], { meter, what }: RunContext): Generator<Progress, LayerTrace[]> {
  const reverse = layer.direction === 'reverse';
  const lengths = inputs.map(i => stepsOf(layer, i.steps));
  const books = inputs.map(i => sheets(layer, programOf(layer.cell), recorded, i));
  const finals: LayerTrace['final'][] = inputs.map(i => padStates(machines[0]!, i.initial));
  const choice = new Choice(machines);
  for (const [from, to] of chunks(lengths, machines[0]!.capacity, reverse)) {
    const m = choice.next();
    for (const [k, input] of inputs.entries()) begin(m, k, input, lengths[k]!, from, to, reverse);
    m.run(0, to - from);
    choice.took(to - from);
    for (const k of inputs.keys()) {
      if (lengths[k]! >= to) finish(m, k, books[k]!, from, to);
      if (lengths[k]! === to || (reverse && lengths[k]! > 0)) finals[k] = statesOf(m, k);
    }
    const progress = meter.step(what, (to - from) * inputs.length);
    if (progress) { yield progress; meter.resume(); }
  }
  return books.map((b, k) => ({ ...b.trace, final: finals[k]! }));
}

/** Parameters from which a step takes longer than threads need to meet. */
export const WORTH_SHARING = 30_000;

/** How long a chunk may last, and how many products a core does in that time. */
const CHUNK_MS = 8;
const PRODUCTS_PER_MS = 2e7;
/** Bytes of rows that should stay in the second cache, and about what a unit's share of a row takes. */
const CACHE = 2 ** 20;
const ROW_BYTES = 40;

/** Steps of a chunk: short enough for a frame and for the cache, long enough for matrix products. */
export function chunkSteps(layer: Layer, batch: number): number {
  const inTime = CHUNK_MS * PRODUCTS_PER_MS / (parameterCountOf(layer) * batch);
  const inCache = Math.max(64, CACHE / (ROW_BYTES * layer.units)) / batch;
  return 2 ** Math.max(2, Math.min(8, Math.floor(Math.log2(Math.min(inTime, inCache)))));
}

/** Windows in the order they are run. Nothing starts or ends within one. */
export function* chunks(lengths: readonly number[], capacity: number, reverse: boolean): Generator<readonly [number, number]> {
  const longest = Math.max(0, ...lengths);
  const cuts = new Set([0, ...lengths]);
  for (let t = 0; t < longest; t += capacity) cuts.add(t);
  const sorted = [...cuts].sort((a, b) => a - b);
  const windows = sorted.slice(1).map((to, k) => [sorted[k]!, to] as const);
  yield* reverse ? windows.reverse() : windows;
}

/** Puts a window of a sequence in, and its initial states where it begins. A sequence that is over, or has not begun, runs idle. */
function begin(m: Machine, member: number, { x, initial }: LayerInput, length: number, from: number, to: number, reverse: boolean): void {
  if (length >= to) m.write(member, 0, to - from, x, from);
  else m.clear(member, 0, to - from);
  if (reverse ? length === to : from === 0) {
    for (const [name, states] of Object.entries(m.states)) {
      const size = states.length / m.batch;
      states.fill(0, member * size, (member + 1) * size);
      const given = initial[name];
      if (given) states.set(given, member * size);
    }
  }
}

function finish(m: Machine, member: number, { kept }: Sheets, from: number, to: number): void {
  for (const { node, to: sheet } of kept) m.read(node, member, 0, to - from, sheet, from);
}

/** Copies of a member's states. */
export function statesOf(m: Machine, member: number): Record<string, Float64Array> {
  return Object.fromEntries(Object.entries(m.states).map(([name, all]) => {
    const size = all.length / m.batch;
    return [name, Float64Array.from(all.subarray(member * size, (member + 1) * size))];
  }));
}

function padStates(m: Machine, initial: Values): Record<string, Float64Array> {
  return Object.fromEntries(Object.entries(m.states).map(([name, all]) => [name, Float64Array.from(initial[name] ?? new Float64Array(all.length / m.batch))]));
}
