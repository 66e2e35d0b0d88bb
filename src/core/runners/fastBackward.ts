/**
 * The compiled evaluator, backward. A window of the sequence is run ahead, which leaves in memory what the backward program reads, then
 * gone through backward. The way ahead ends in the last window; those before it are run again, from the states kept at their starts.
 */
import { machines, type Machine, type MachineOptions } from '../compile/machine';
import type { Layer } from '../layer';
import type { Progress } from '../pace';
import { layerSizes, parameterValues } from '../parameters';
import { outputState, type Program } from '../program';
import { backwardOf, programOf } from '../programs';
import type { Sizes } from '../sizes';
import { gradientSheets, gradientsOf, parameterGradients, type GradientSheet, type LayerGradients, type LayerTaper, type TapeContext, type TapeInput } from './backward';
import { chunkSteps } from './fast';
import { borrow } from './pool';
import { stepsOf } from './runner';

export const tapeFast: LayerTaper = function* (layer, input, context) {
  const tape = new FastTape(layer, input, context);
  yield* tape.ahead();
  return tape;
};

type Loan = ReturnType<typeof borrow<ReturnType<typeof machines>>>;
type Window = readonly [from: number, to: number];

class FastTape {
  readonly output: Float32Array;
  private readonly program: Program;
  private readonly backward: Program;
  private readonly sizes: Sizes;
  private readonly loan: Loan;
  private readonly first: Machine;
  private readonly behind: Machine;
  private readonly length: number;
  private readonly reverse: boolean;
  private readonly sheets: readonly GradientSheet[];
  private readonly parameters: Record<string, Float64Array>;
  private readonly block: number;
  private readonly windows: readonly Window[];
  private readonly starts: Record<string, Float32Array>[] = [];
  private readonly rows: Float32Array;
  private readonly outer: Float32Array;
  private owed = { from: 0, to: 0 };
  /** Gradients in the machine are the true ones times this. */
  private scale = 1;

  constructor(private readonly layer: Layer, private readonly input: TapeInput, private readonly context: TapeContext) {
    this.output = new Float32Array(input.steps * layer.units);
    this.program = programOf(layer.cell);
    this.backward = backwardOf(this.program);
    this.sizes = layerSizes(layer);
    this.length = stepsOf(layer, input.steps);
    this.reverse = layer.direction === 'reverse';
    this.block = chunkSteps(layer, 1);
    this.sheets = gradientSheets(this.backward, this.sizes, input.steps, context.recording);
    this.parameters = context.parameters ? parameterGradients(this.program, this.sizes) : {};
    const keep = this.sheets.filter(s => s.name.endsWith('.pre')).map(s => s.node);
    const options: MachineOptions = {
      batch: 1, capacity: windowSteps(this.backward, this.sizes, this.length, this.block), reverse: this.reverse, gradients: context.parameters, ...(keep.length > 0 && { keep }),
    };
    this.loan = borrow(layer, `backward ${JSON.stringify(options)}`, () => machines(this.program, this.backward, this.sizes, parameterValues(layer), options));
    const { ahead, back } = this.loan.made;
    [this.first, this.behind] = [ahead, back];
    this.rows = new Float32Array(this.block * this.sizes[this.program.input]!);
    this.outer = new Float32Array(this.block * layer.units);
    this.windows = [...cut(0, this.length, ahead.capacity, this.reverse)];
    for (const v of [...Object.values(ahead.states), ...Object.values(back.states)]) v.fill(0);
    for (const [name, values] of Object.entries(input.initial)) ahead.states[name]!.set(values);
  }

  *ahead(): Generator<Progress, void> {
    for (const window of this.windows) {
      this.starts.push(Object.fromEntries(Object.entries(this.first.states).map(([name, v]) => [name, v.slice()])));
      yield* this.goAhead(window);
    }
  }

  *back(d: Float64Array, dx: Float64Array | undefined, after?: Readonly<Record<string, Float64Array>>): Generator<Progress, LayerGradients> {
    if (after) this.begin(after);
    for (let k = this.windows.length - 1; k >= 0; k--) {
      const window = this.windows[k]!;
      if (k < this.windows.length - 1) {
        for (const [name, values] of Object.entries(this.starts[k]!)) this.first.states[name]!.set(values);
        yield* this.goAhead(window);
      }
      yield* this.goBack(window, d, dx);
      if (this.context.parameters) this.drain();
    }
    const initial = Object.fromEntries(this.program.states.map(s => [s.name, Float64Array.from(this.behind.states[`d${s.name}`]!, v => v / this.scale)]));
    this.loan.giveBack();
    return gradientsOf(this.layer, this.input.steps, this.sheets, this.parameters, initial);
  }

  /** Begins with a gradient that may be far below float32. */
  private begin(after: Readonly<Record<string, Float64Array>>): void {
    const size = Math.log2(largest(Object.values(after)));
    if (Number.isFinite(size)) this.scale = 2 ** Math.min(MOST_SCALED, -Math.floor(size));
    for (const [name, values] of Object.entries(after)) this.behind.states[`d${name}`]!.set(values.map(v => v * this.scale));
  }

  private *goAhead([from, to]: Window): Generator<Progress, void> {
    for (const [a, b] of cut(from, to, this.block, this.reverse)) {
      this.first.write(0, a - from, b - a, this.input.x, a);
      this.first.run(a - from, b - a);
      this.first.read(outputState(this.program).next, 0, a - from, b - a, this.output, a);
      yield* this.breathe(b - a);
    }
  }

  /**
   * Gradients shrink beyond float32 within a few hundred steps. The program is linear in them, so they are carried times a power of
   * two; where a block shrinks them too far it is run again in halves.
   */
  private *goBack([from, to]: Window, d: Float64Array, dx: Float64Array | undefined): Generator<Progress, void> {
    let left = to - from;
    let size = this.block;
    while (left > 0) {
      const steps = Math.min(size, left);
      const a = this.reverse ? to - left : from + left - steps;
      const before = this.prepare(d, a, steps);
      if (this.scale === 1) this.behind.write(0, a - from, steps, d, a);
      else this.behind.write(0, a - from, steps, this.scaled(d, a, steps), 0);
      this.behind.run(a - from, steps, dx !== undefined);
      const after = largest(Object.values(this.behind.states));
      if (after < FADED && steps > 1 && before.any) {
        for (const [k, v] of Object.values(this.behind.states).entries()) v.set(before.states[k]!);
        size = steps >> 1;
        continue;
      }
      this.collect(a - from, a, steps, dx);
      left -= steps;
      if (after > STRONG) size = Math.min(this.block, 2 * size);
      yield* this.breathe(steps);
    }
  }

  /** Chooses the power of two for the next steps; returns copies of the states as they go in, and whether there is anything in them and in d. */
  private prepare(d: Float64Array, at: number, steps: number): { states: Float32Array[]; any: boolean } {
    const states = Object.values(this.behind.states);
    const units = this.layer.units;
    const outer = largest([d.subarray(at * units, (at + steps) * units)]);
    const size = Math.max(Math.log2(largest(states)), Math.log2(outer) + Math.log2(this.scale));
    if (Number.isFinite(size) && Math.abs(size) > 24) {
      if (this.context.parameters) this.drain();
      const factor = 2 ** Math.min(-Math.floor(size), MOST_SCALED - Math.log2(this.scale));
      this.scale *= factor;
      for (const v of states) for (const [k, g] of v.entries()) v[k] = g * factor;
    }
    return { states: states.map(v => v.slice()), any: size > -Infinity };
  }

  private scaled(d: Float64Array, at: number, steps: number): Float32Array {
    const units = this.layer.units;
    for (let k = 0; k < steps * units; k++) this.outer[k] = d[at * units + k]! * this.scale;
    return this.outer;
  }

  /** Takes out what a block gave. */
  private collect(row: number, at: number, steps: number, dx: Float64Array | undefined): void {
    const { behind, sheets, sizes, program, backward } = this;
    if (this.context.parameters) this.owe(row, steps);
    for (const { node, to, size } of sheets) {
      behind.read(node, 0, row, steps, to, at);
      if (this.scale !== 1) for (let k = at * size; k < (at + steps) * size; k++) to[k] = to[k]! / this.scale;
    }
    if (!dx) return;
    const inputSize = sizes[program.input]!;
    behind.read(backward.signals[0]!.node, 0, row, steps, this.rows, 0);
    const factor = 1 / this.scale;
    for (let k = 0, to = at * inputSize; k < steps * inputSize; k++, to++) dx[to] = dx[to]! + this.rows[k]! * factor;
  }

  /** Rows whose contributions to the parameters' gradients are still to be added up: many at once, since the gradients are large. */
  private owe(row: number, steps: number): void {
    const { from, to } = this.owed;
    this.owed = from === to ? { from: row, to: row + steps } : { from: Math.min(from, row), to: Math.max(to, row + steps) };
    if (this.owed.to - this.owed.from >= MANY) this.settle();
  }

  private settle(): void {
    const { from, to } = this.owed;
    if (to > from) this.behind.accumulate(from, to - from);
    this.owed = { from: 0, to: 0 };
  }

  /** Adds the parameters' gradients so far. */
  private drain(): void {
    this.settle();
    this.behind.drain(this.parameters, this.scale);
  }

  private *breathe(steps: number): Generator<Progress, void> {
    const { meter, what } = this.context;
    const progress = meter.step(what, steps);
    if (progress) { yield progress; meter.resume(); }
  }
}

/** Below this, what is 2^40 smaller than the largest gradient is lost (see FLUSH in compile/pass.ts). */
const FADED = 2 ** -60;
const STRONG = 2 ** -20;
/** Rows to add up at once: as many as the first cache holds of two planes. */
const MANY = 128;

/** Float64 ends at 2^-1022: below that a gradient is zero. */
const MOST_SCALED = 1000;

function largest(arrays: readonly (Float32Array | Float64Array)[]): number {
  let most = 0;
  for (const v of arrays) for (let k = 0; k < v.length; k++) {
    const size = Math.abs(v[k]!);
    if (size > most) most = size;
  }
  return most;
}

/** Bytes of rows that a window may hold. */
const WINDOW_BYTES = 2 ** 26;

/** Steps of a window, a power of two so that few different programs are made. A row holds what is saved, every gradient and about as much again. */
function windowSteps(backward: Program, sizes: Sizes, length: number, least: number): number {
  const kept = new Set([...backward.nodes.flatMap((n, id) => n.op === 'saved' ? [id] : []), ...backward.signals.map(s => s.node), ...backward.contributions.map(c => c.rows)]);
  const row = 6 * [...kept].reduce((sum, id) => sum + sizes[backward.nodes[id]!.size]!, 0);
  const most = Math.max(least, 2 ** Math.floor(Math.log2(WINDOW_BYTES / row)));
  return Math.min(most, 2 ** Math.ceil(Math.log2(Math.max(least, length))));
}

/** Windows of at most `size` steps, in the order of the direction. */
function* cut(from: number, to: number, size: number, reverse: boolean): Generator<Window> {
  const count = Math.ceil((to - from) / size);
  for (let k = 0; k < count; k++) {
    const a = from + (reverse ? count - 1 - k : k) * size;
    yield [a, Math.min(to, a + size)];
  }
}
