/** Gradients of a loss through time and levels: which step, unit and gate they reach, and how much of them is left. */
import { checkInput, loadRow, parameterValues, running, stepsOf, type LevelTrace, type RunOptions } from './engine';
import { evaluator, type Evaluator } from './evaluate';
import type { Numbers, Values } from './interpret';
import type { Direction, Layer, Network } from './layer';
import { unmerged } from './merge';
import { drive, Meter, type DriveOptions, type Progress } from './pace';
import { checkNetwork, layerSizes, LayerError, outputSize } from './parameters';
import type { Contribution, Program } from './program';
import { backwardOf, programOf } from './programs';
import { shapeOf, type Sizes } from './sizes';

/** What is differentiated, of the top level's output. `step` is the last by default. */
export type Loss =
  /** The sum of the output at a step. */
  | { readonly kind: 'sum'; readonly step?: number }
  /** One unit of the output at a step. */
  | { readonly kind: 'unit'; readonly unit: number; readonly step?: number }
  /** Any loss, by its gradient [steps, outputSize] with respect to the output. */
  | { readonly kind: 'dh'; readonly dh: Numbers };

/** Gradients in one layer; float64, since they shrink beyond float32. Rows are the steps of the input, in its order. */
export interface LayerGradients {
  readonly direction: Direction;
  readonly steps: number;
  /** [steps, size] by name: `dh`, `dc`: all that reaches the state at that step; `di`, `dg` ... of each signal; `di.pre` of its preactivation. */
  readonly signals: Readonly<Record<string, Float64Array>>;
  readonly sizes: Readonly<Record<string, number>>;
  /** By parameter name, in the parameter's own layout. */
  readonly parameters: Readonly<Record<string, Float64Array>>;
  /** With respect to the initial states: `h`, `c`. */
  readonly initial: Readonly<Record<string, Float64Array>>;
}

export interface LevelGradients {
  readonly name: string;
  readonly directions: readonly LayerGradients[];
  /** [steps, inputSize]: with respect to what the level reads. */
  readonly dx: Float64Array;
}

export interface NetworkGradients {
  readonly steps: number;
  /** The loss itself; absent where only its gradient was given. */
  readonly loss?: number;
  readonly levels: readonly LevelGradients[];
  /** [steps, inputSize]: with respect to the input. */
  readonly dx: Float64Array;
}

export interface BackpropOptions {
  /** Signals whose gradients to keep, by their forward names (`h`, `c`, `f`, `f.pre`); all that have a name by default. */
  readonly record?: readonly string[];
  readonly preactivations?: boolean;
  /** False leaves out the parameters' gradients. */
  readonly parameters?: boolean;
  readonly initial?: RunOptions['initial'];
  readonly piece?: number;
}

/** `backpropagating`, driven to its end while others have their turns. @throws LayerError, SizeError, EquationError, Cancelled */
export function backprop(network: Network, x: Float32Array, steps: number, loss: Loss, options: BackpropOptions & DriveOptions = {}): Promise<NetworkGradients> {
  return drive(backpropagating(network, x, steps, loss, options), options);
}

/** Runs forward, then backward from the top level down; yields every few milliseconds. @throws LayerError, SizeError, EquationError */
export function* backpropagating(network: Network, x: Float32Array, steps: number, loss: Loss, options: BackpropOptions = {}): Generator<Progress, NetworkGradients> {
  checkNetwork(network);
  checkInput(network, x, steps);
  const { initial, piece } = options;
  const start = lossGradient(network, steps, loss);
  const forward = yield* running(network, x, steps, { record: [], ...(initial && { initial }), ...(piece !== undefined && { piece }) });
  const meter = new Meter(3 * steps * network.levels.reduce((n, l) => n + l.directions.length, 0), piece);
  const levels: LevelGradients[] = [];
  let d = start;
  for (let k = network.levels.length - 1; k >= 0; k--) {
    const level = network.levels[k]!;
    const input = forward.levels[k - 1]?.output ?? x;
    const dx = new Float64Array(input.length);
    const parts = unmerged(level, d, forward.levels[k]!.directions.map(t => t.output), steps);
    const directions: LayerGradients[] = [];
    for (const [j, layer] of level.directions.entries()) {
      const states = initial?.[k]?.[j] ?? layer.initial ?? {};
      directions.push(yield* new LayerBackward(layer, input, steps, states, options).run(parts[j]!, dx, meter, level.name));
    }
    levels.unshift({ name: level.name, directions, dx });
    d = dx;
  }
  return { steps, ...lossValue(network, forward.levels, steps, loss), levels, dx: d };
}

function lossGradient(network: Network, steps: number, loss: Loss): Float64Array {
  const width = outputSize(network.levels.at(-1)!);
  const d = new Float64Array(steps * width);
  if (loss.kind === 'dh') {
    if (loss.dh.length !== d.length) throw new LayerError(`The loss's gradient should hold ${steps} steps of ${width} numbers, found ${loss.dh.length} numbers.`);
    d.set(loss.dh);
    return d;
  }
  const step = lossStep(network, steps, loss);
  if (loss.kind === 'sum') return d.fill(1, step * width, (step + 1) * width);
  if (!Number.isInteger(loss.unit) || loss.unit < 0 || loss.unit >= width) throw new LayerError(`The loss's unit should be from 0 to ${width - 1}, found ${loss.unit}.`);
  d[step * width + loss.unit] = 1;
  return d;
}

function lossStep(network: Network, steps: number, loss: Exclude<Loss, { kind: 'dh' }>): number {
  const last = Math.max(0, Math.max(...network.levels.at(-1)!.directions.map(l => stepsOf(l, steps))) - 1);
  const step = loss.step ?? last;
  if (!Number.isInteger(step) || step < 0 || step >= steps) throw new LayerError(`The loss's step should be from 0 to ${steps - 1}, found ${step}.`);
  return step;
}

function lossValue(network: Network, levels: readonly LevelTrace[], steps: number, loss: Loss): { loss?: number } {
  if (loss.kind === 'dh') return {};
  const width = outputSize(network.levels.at(-1)!);
  const at = lossStep(network, steps, loss) * width;
  const row = levels.at(-1)!.output.subarray(at, at + width);
  return { loss: loss.kind === 'unit' ? row[loss.unit]! : row.reduce((sum, v) => sum + v, 0) };
}

interface Recorded { readonly from: Float64Array; readonly to: Float64Array; readonly size: number }
interface Kept { readonly from: Float64Array; readonly to: Float64Array; readonly rows: Float64Array }

/**
 * One layer, backward. Forward values are not kept for the whole sequence: states are, every √steps; from there each stretch is
 * run again, its values kept, and gone through backward.
 */
class LayerBackward {
  private readonly program: Program;
  private readonly backward: Program;
  private readonly sizes: Sizes;
  private readonly ahead: Evaluator;
  private readonly back: Evaluator;
  private readonly length: number;
  private readonly stretch: number;

  constructor(private readonly layer: Layer, private readonly x: Float32Array, private readonly steps: number, initial: Values, private readonly options: BackpropOptions) {
    this.program = programOf(layer.cell);
    this.backward = backwardOf(this.program);
    this.sizes = layerSizes(layer);
    this.ahead = evaluator(this.program, this.sizes, parameterValues(layer));
    this.back = evaluator(this.backward, this.sizes, parameterValues(layer));
    this.length = stepsOf(layer, steps);
    this.stretch = Math.max(1, Math.ceil(Math.sqrt(this.length)));
    for (const [name, values] of Object.entries(initial)) this.ahead.states[name]!.set(values);
  }

  /** `d` is the gradient [steps, units] of the output; that of the input is added to `dx` [steps, inputSize]. */
  *run(d: Float64Array, dx: Float64Array, meter: Meter, what: string): Generator<Progress, LayerGradients> {
    const kept = this.keptNodes();
    const recorded = this.recorded();
    const gradients = this.gradients();
    const dxSlot = this.back.slots[this.backward.signals[0]!.node]!;
    const starts = yield* this.checkpoints(meter, what);
    for (let s = starts.length - 1; s >= 0; s--) {
      const from = s * this.stretch;
      const to = Math.min(this.length, from + this.stretch);
      for (const [name, values] of Object.entries(starts[s]!)) this.ahead.states[name]!.set(values);
      for (let k = from; k < to; k++) {
        this.forwardStep(k);
        for (const { from: slot, rows } of kept) rows.set(slot, (k - from) * slot.length);
        yield* breathe(meter, what);
      }
      for (let k = to - 1; k >= from; k--) {
        const t = this.stepAt(k);
        for (const { to: slot, rows } of kept) loadRow(slot, rows, k - from);
        loadRow(this.back.input, d, t);
        this.back.step();
        for (const { from: slot, to: all, size } of recorded) all.set(slot, t * size);
        addRow(dx, dxSlot, t);
        for (const g of gradients.all) contribute(g);
        yield* breathe(meter, what);
      }
    }
    return this.result(gradients.byName);
  }

  private readonly signals: Record<string, Float64Array> = {};
  private readonly signalSizes: Record<string, number> = {};

  private result(parameters: Readonly<Record<string, Float64Array>>): LayerGradients {
    const initial = Object.fromEntries(this.program.states.map(s => [s.name, this.back.states[`d${s.name}`]!]));
    return { direction: this.layer.direction, steps: this.steps, signals: this.signals, sizes: this.signalSizes, parameters, initial };
  }

  private *checkpoints(meter: Meter, what: string): Generator<Progress, Record<string, Float64Array>[]> {
    const starts: Record<string, Float64Array>[] = [];
    for (let k = 0; k < this.length; k++) {
      if (k % this.stretch === 0) starts.push(Object.fromEntries(Object.entries(this.ahead.states).map(([name, v]) => [name, v.slice()])));
      this.forwardStep(k);
      yield* breathe(meter, what);
    }
    return starts;
  }

  private forwardStep(k: number): void {
    loadRow(this.ahead.input, this.x, this.stepAt(k));
    this.ahead.step();
  }

  /** The step of the input that is the layer's k-th. */
  private stepAt(k: number): number {
    return this.layer.direction === 'reverse' ? this.length - 1 - k : k;
  }

  private keptNodes(): Kept[] {
    return this.backward.nodes.flatMap((node, id) => {
      if (node.op !== 'saved') return [];
      const from = this.ahead.slots[node.node]!;
      return [{ from, to: this.back.slots[id]!, rows: new Float64Array(this.stretch * from.length) }];
    });
  }

  private recorded(): Recorded[] {
    const { record, preactivations = false } = this.options;
    const recorded: Recorded[] = [];
    const keep = (name: string, id: number): void => {
      const from = this.back.slots[id]!;
      this.signals[name] = new Float64Array(this.steps * from.length);
      this.signalSizes[name] = from.length;
      recorded.push({ from, to: this.signals[name], size: from.length });
    };
    for (const { name, node, pre } of this.backward.signals.slice(1)) {
      const wanted = record?.includes(name.slice(1)) ?? true;
      if (wanted) keep(name, node);
      if (pre !== undefined && ((wanted && preactivations) || record?.includes(`${name.slice(1)}.pre`))) keep(`${name}.pre`, pre);
    }
    return recorded;
  }

  private gradients(): { byName: Record<string, Float64Array>; all: Gradient[] } {
    if (this.options.parameters === false) return { byName: {}, all: [] };
    const byName = Object.fromEntries(this.program.parameters.map(p => [p.name, new Float64Array(shapeOf(p, this.sizes).reduce((n, k) => n * k, 1))]));
    return { byName, all: this.backward.contributions.map(c => this.gradient(c, byName[c.parameter]!)) };
  }

  private gradient({ rows, columns }: Contribution, to: Float64Array): Gradient {
    const [r, c] = [this.back.slots[rows]!, columns === undefined ? undefined : this.back.slots[columns]!];
    return c ? { to, rows: r, columns: c } : { to, rows: r };
  }
}

interface Gradient { readonly to: Float64Array; readonly rows: Float64Array; readonly columns?: Float64Array }

/** Adds a step's part to a parameter's gradient. */
function contribute({ to, rows, columns }: Gradient): void {
  if (!columns) {
    for (let k = 0; k < to.length; k++) to[k] = to[k]! + rows[k]!;
    return;
  }
  for (let r = 0, at = 0; r < rows.length; r++) {
    const d = rows[r]!;
    for (let c = 0; c < columns.length; c++, at++) to[at] = to[at]! + d * columns[c]!;
  }
}

function addRow(rows: Float64Array, row: Float64Array, t: number): void {
  const at = t * row.length;
  for (let k = 0; k < row.length; k++) rows[at + k] = rows[at + k]! + row[k]!;
}

function* breathe(meter: Meter, what: string): Generator<Progress, void> {
  const progress = meter.step(what);
  if (progress) { yield progress; meter.resume(); }
}
