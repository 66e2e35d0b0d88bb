/**
 * Gates of a recording that has only states, from the weights that made it: every step is run from the recorded states before it, so that
 * errors do not add up, and what comes out is compared with the states recorded after it.
 */
import { evaluator } from './core/evaluate';
import type { Layer, Level } from './core/layer';
import { merged } from './core/merge';
import { drive, Meter, type DriveOptions, type Progress } from './core/pace';
import { checkLayer, layerSizes, parameterValues } from './core/parameters';
import { programOf } from './core/programs';
import { columns } from './core/runners/runner';
import { FormatError, type SignalRef, type Trace, type TraceLevel } from './formats/format';

/** How far a recorded state is from the one computed of the states before it. */
export interface Difference {
  readonly level: string;
  readonly direction: Layer['direction'];
  readonly state: string;
  /** Largest |recorded - computed|, and where; NaN where either is none. */
  readonly most: number;
  readonly step: number;
  readonly unit: number;
  /** The same over all steps but the first of each sequence: before those the states are not recorded, and taken for the layer's own. */
  readonly mostAfterFirst: number;
}

export interface Recomputed {
  /** The recording, with every signal of its cells: recorded ones as they are recorded. */
  readonly trace: Trace;
  readonly differences: readonly Difference[];
  /** In words: states that were not recorded and were carried along, levels whose weights are of another size. */
  readonly notes: readonly string[];
}

export interface RecomputeOptions extends DriveOptions {
  /** What the lowest level read, [steps, inputSize], where it is not recorded as x. */
  readonly x?: Float32Array | undefined;
}

/** Numbers that one recomputation may hold: 4 GB. */
const MOST = 2 ** 30;

/**
 * Fills in a trace's signals from the levels of a checkpoint. A trace's level belongs to the checkpoint's of the same name, else to the one in
 * its place. @throws FormatError that says what is missing: the input, or states of the right size
 */
export async function recompute(trace: Trace, levels: readonly Level[], options: RecomputeOptions = {}): Promise<Recomputed> {
  const pairs = paired(trace, levels);
  checkSize(trace, pairs.map(p => p.level));
  const notes: string[] = [];
  const differences: Difference[] = [];
  const filled: TraceLevel[] = [];
  let below: Float32Array | undefined;
  for (const { recorded, level, reads } of pairs) {
    const x: Float32Array = await inputOf(trace, recorded, level, reads === 'input' ? options.x : reads === 'level' ? below : undefined, reads);
    const done: Filled[] = [];
    for (const layer of level.directions) {
      const own = recorded.directions.find(d => d.direction === layer.direction);
      if (!own) throw new FormatError(trace.format, `${recorded.name} of the checkpoint runs ${layer.direction} too, but of that nothing is recorded`);
      const states = await statesOf(trace, recorded.name, layer, own.signals);
      done.push(await drive(filling({ layer, x, states, steps: trace.steps, starts: startsOf(trace, layer.direction), name: recorded.name }), options));
      notes.push(...carried(recorded.name, layer, states));
    }
    differences.push(...done.flatMap(d => d.differences));
    filled.push({
      ...recorded, cell: level.directions[0]!.cell, inputSize: level.directions[0]!.inputSize,
      directions: level.directions.map((layer, d) => ({ direction: layer.direction, signals: joinedSignals(recorded.directions.find(r => r.direction === layer.direction)!.signals, done[d]!.signals) })),
    });
    below = merged(level, done.map(d => d.output), trace.steps);
  }
  const rest = trace.levels.filter(l => !pairs.some(p => p.recorded === l));
  if (rest.length > 0) notes.push(`The checkpoint has no layer for ${rest.map(l => l.name).join(', ')}; what is recorded of it is shown as it is.`);
  return { trace: withLevels(trace, trace.levels.map(l => filled[pairs.findIndex(p => p.recorded === l)] ?? l)), differences, notes };
}

/** The choices that a file left open were made before; a filled trace has no more of them. */
function withLevels({ decide: _, doubts: __, mapping: ___, ...trace }: Trace, levels: readonly TraceLevel[]): Trace {
  return { ...trace, levels };
}

interface Pair {
  readonly recorded: TraceLevel;
  readonly level: Level;
  /** The network's input, the level in the list before it, or one that is not recorded. */
  readonly reads: 'input' | 'level' | 'unknown';
}

function paired(trace: Trace, levels: readonly Level[]): readonly Pair[] {
  const byName = trace.levels.some(l => levels.some(other => other.name === l.name));
  const pairs = trace.levels.flatMap((recorded, k): { recorded: TraceLevel; at: number }[] => {
    const at = byName ? levels.findIndex(l => l.name === recorded.name) : k;
    return levels[at] ? [{ recorded, at }] : [];
  });
  if (pairs.length === 0) throw new FormatError(trace.format, `no recorded layer (${trace.levels.map(l => l.name).join(', ')}) is one of the checkpoint's (${levels.map(l => l.name).join(', ')})`);
  return pairs.sort((a, b) => a.at - b.at).map(({ recorded, at }, k, all) => ({ recorded, level: levels[at]!, reads: at === 0 ? 'input' : all[k - 1]?.at === at - 1 ? 'level' : 'unknown' }));
}

function checkSize({ steps, format }: Trace, levels: readonly Level[]): void {
  const numbers = levels.flatMap(l => l.directions).reduce((n, layer) => n + steps * columns(programOf(layer.cell), layerSizes(layer), {}).reduce((sum, c) => sum + c.size, 0), 0);
  if (numbers > MOST) throw new FormatError(format, `the gates of ${steps} steps are ${numbers} numbers, too many for memory; choose a part of the recording`);
}

async function inputOf(trace: Trace, recorded: TraceLevel, level: Level, given: Float32Array | undefined, reads: Pair['reads']): Promise<Float32Array> {
  const { inputSize } = level.directions[0]!;
  const own = recorded.directions.flatMap(d => d.signals).find(s => s.name === 'x');
  const x = given ?? (own ? await own.read(0, trace.steps) : undefined);
  if (!x) {
    throw new FormatError(trace.format, reads === 'input'
      ? `the gates of ${recorded.name} also depend on what it read, ${inputSize} numbers a step, which is not recorded. Record it as x, or give the input`
      : `the gates of ${recorded.name} also depend on the level below, which is not recorded`);
  }
  if (x.length !== trace.steps * inputSize) throw new FormatError(trace.format, `${recorded.name} reads ${inputSize} numbers a step, but its input has ${x.length} in ${trace.steps} steps`);
  return x;
}

/** Recorded states of the layer, by name. @throws FormatError for none, or for another size */
async function statesOf(trace: Trace, name: string, layer: Layer, signals: readonly SignalRef[]): Promise<Readonly<Record<string, Float32Array>>> {
  const program = programOf(layer.cell);
  const sizes = layerSizes(layer);
  const states: Record<string, Float32Array> = {};
  for (const state of program.states) {
    const signal = signals.find(s => s.name === state.name);
    if (!signal) continue;
    if (signal.units !== sizes[state.size]) throw new FormatError(trace.format, `${name} has ${sizes[state.size]} units of ${state.name} in the checkpoint, but ${signal.units} are recorded`);
    states[state.name] = await signal.read(0, trace.steps);
  }
  if (Object.keys(states).length === 0) throw new FormatError(trace.format, `of ${name} no state (${program.states.map(s => s.name).join(', ')}) is recorded, so its gates cannot be worked out`);
  return states;
}

/** Where sequences begin, in the layer's own direction. */
function startsOf({ sequences, steps }: Trace, direction: Layer['direction']): ReadonlySet<number> {
  const spans = sequences ?? [{ from: 0, to: steps }];
  return new Set(spans.map(s => (direction === 'reverse' ? s.to - 1 : s.from)));
}

function carried(name: string, layer: Layer, states: Readonly<Record<string, unknown>>): readonly string[] {
  const missing = programOf(layer.cell).states.filter(s => !(s.name in states)).map(s => s.name);
  return missing.length > 0 ? [`${missing.join(', ')} of ${name} is not recorded; it is carried along from step to step.`] : [];
}

interface Work {
  readonly layer: Layer;
  readonly x: Float32Array;
  readonly states: Readonly<Record<string, Float32Array>>;
  readonly steps: number;
  readonly starts: ReadonlySet<number>;
  readonly name: string;
}

interface Filled {
  readonly signals: ReadonlyMap<string, { readonly units: number; readonly data: Float32Array }>;
  /** [steps, units]: the recorded output where there is one. */
  readonly output: Float32Array;
  readonly differences: readonly Difference[];
}

/** One layer, in float64; yields every few milliseconds. */
function* filling({ layer, x, states, steps, starts, name }: Work): Generator<Progress, Filled> {
  checkLayer(layer);
  const program = programOf(layer.cell);
  const sizes = layerSizes(layer);
  const machine = evaluator(program, sizes, parameterValues(layer));
  const kept = columns(program, sizes, {}).map(c => ({ ...c, data: new Float32Array(steps * c.size) }));
  const known = program.states.filter(s => s.name in states).map(s => ({ name: s.name, recorded: states[s.name]!, slot: machine.states[s.name]!, worst: new Worst() }));
  const meter = new Meter(steps);
  const reverse = layer.direction === 'reverse';
  for (let k = 0; k < steps; k++) {
    const t = reverse ? steps - 1 - k : k;
    const first = starts.has(t);
    for (const s of program.states) if (first) restart(machine.states[s.name]!, layer.initial?.[s.name]);
    machine.input.set(x.subarray(t * layer.inputSize, (t + 1) * layer.inputSize));
    machine.step();
    for (const { node, size, data } of kept) data.set(machine.slots[node]!, t * size);
    for (const { recorded, slot, worst } of known) {
      const now = recorded.subarray(t * slot.length, (t + 1) * slot.length);
      worst.compare(now, slot, t, first);
      // What was recorded is what the next step reads.
      slot.set(now);
    }
    const progress = meter.step(name);
    if (progress) { yield progress; meter.resume(); }
  }
  return {
    signals: new Map(kept.map(({ name: signal, size, data }) => [signal, { units: size, data: states[signal] ?? data }])),
    output: states[program.output] ?? kept.find(c => c.name === program.output)!.data,
    differences: known.map(({ name: state, worst }) => ({ level: name, direction: layer.direction, state, ...worst.found() })),
  };
}

function restart(state: Float64Array, initial: ArrayLike<number> | undefined): void {
  if (initial) state.set(initial);
  else state.fill(0);
}

/** Keeps the largest difference and its place; what is no number is the largest. */
class Worst {
  private most = 0;
  private step = 0;
  private unit = 0;
  private after = 0;

  compare(recorded: Float32Array, computed: Float64Array, t: number, first: boolean): void {
    for (let u = 0; u < computed.length; u++) {
      const d = Math.abs(recorded[u]! - computed[u]!);
      if (d > this.most || (Number.isNaN(d) && !Number.isNaN(this.most))) [this.most, this.step, this.unit] = [d, t, u];
      if (!first && !Number.isNaN(this.after) && !(d <= this.after)) this.after = d;
    }
  }

  found(): Pick<Difference, 'most' | 'step' | 'unit' | 'mostAfterFirst'> {
    return { most: this.most, step: this.step, unit: this.unit, mostAfterFirst: this.after };
  }
}

/** Recorded signals first, then those that were worked out. */
function joinedSignals(recorded: readonly SignalRef[], computed: Filled['signals']): readonly SignalRef[] {
  const more = [...computed].filter(([name]) => !recorded.some(s => s.name === name));
  return [...recorded, ...more.map(([name, { units, data }]): SignalRef => ({ name, units, read: async (from, to) => data.subarray(from * units, to * units) }))];
}
