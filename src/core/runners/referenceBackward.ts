/**
 * The reference, backward, in float64. Forward values are not kept for the whole sequence: states are, every √steps; from there each
 * stretch is run again, its values kept, and gone through backward.
 */
import { evaluator, type Evaluator } from '../evaluate';
import type { Values } from '../interpret';
import type { Layer } from '../layer';
import type { Meter, Progress } from '../pace';
import { layerSizes, parameterValues } from '../parameters';
import { outputState, type Program } from '../program';
import { backwardOf, programOf } from '../programs';
import { gradientSheets, gradientsOf, parameterGradients, type LayerGradients, type LayerTaper, type TapeContext, type TapeInput } from './backward';
import { loadRow } from './reference';
import { stepsOf } from './runner';

export const tapeReference: LayerTaper = function* (layer, input, context) {
  const tape = new ReferenceTape(layer, input, context);
  yield* tape.ahead();
  return tape;
};

interface Kept { readonly from: Float64Array; readonly to: Float64Array; readonly rows: Float64Array }
interface Gradient { readonly to: Float64Array; readonly rows: Float64Array; readonly columns: Float64Array | undefined }

class ReferenceTape {
  readonly output: Float32Array;
  private readonly program: Program;
  private readonly backward: Program;
  private readonly first: Evaluator;
  private readonly behind: Evaluator;
  private readonly length: number;
  private readonly stretch: number;
  private readonly parameters: Record<string, Float64Array>;
  private readonly starts: Record<string, Float64Array>[] = [];

  constructor(private readonly layer: Layer, private readonly input: TapeInput, private readonly context: TapeContext) {
    this.output = new Float32Array(input.steps * layer.units);
    this.program = programOf(layer.cell);
    this.backward = backwardOf(this.program);
    const sizes = layerSizes(layer);
    this.first = evaluator(this.program, sizes, parameterValues(layer));
    this.behind = evaluator(this.backward, sizes, parameterValues(layer));
    this.length = stepsOf(layer, input.steps);
    this.stretch = Math.max(1, Math.ceil(Math.sqrt(this.length)));
    this.parameters = context.parameters ? parameterGradients(this.program, sizes) : {};
    for (const [name, values] of Object.entries(input.initial)) this.first.states[name]!.set(values);
  }

  *back(d: Float64Array, dx: Float64Array | undefined, after: Readonly<Record<string, Float64Array>> = {}): Generator<Progress, LayerGradients> {
    const { layer, input, behind, backward, starts, context: { recording, meter, what } } = this;
    const kept = this.keptNodes();
    for (const [name, values] of Object.entries(after)) behind.states[`d${name}`]!.set(values);
    const sheets = gradientSheets(backward, layerSizes(layer), input.steps, recording);
    const gradients = this.gradients();
    const dxSlot = behind.slots[backward.signals[0]!.node]!;
    for (let s = starts.length - 1; s >= 0; s--) {
      const from = s * this.stretch;
      const to = Math.min(this.length, from + this.stretch);
      yield* this.stretchAhead(from, to, starts[s]!, kept);
      for (let k = to - 1; k >= from; k--) {
        const t = this.stepAt(k);
        for (const { to: slot, rows } of kept) loadRow(slot, rows, k - from);
        loadRow(behind.input, d, t);
        behind.step();
        for (const { node, to: all, size } of sheets) all.set(behind.slots[node]!, t * size);
        if (dx) addRow(dx, dxSlot, t);
        for (const g of gradients) contribute(g);
        yield* breathe(meter, what);
      }
    }
    const initial = Object.fromEntries(this.program.states.map(s => [s.name, behind.states[`d${s.name}`]!]));
    return gradientsOf(layer, input.steps, sheets, this.parameters, initial);
  }

  private *stretchAhead(from: number, to: number, states: Values, kept: readonly Kept[]): Generator<Progress, void> {
    for (const [name, values] of Object.entries(states)) this.first.states[name]!.set(values);
    for (let k = from; k < to; k++) {
      this.forwardStep(k);
      for (const { from: slot, rows } of kept) rows.set(slot, (k - from) * slot.length);
      yield* breathe(this.context.meter, this.context.what);
    }
  }

  *ahead(): Generator<Progress, void> {
    const output = this.first.slots[outputState(this.program).next]!;
    for (let k = 0; k < this.length; k++) {
      if (k % this.stretch === 0) this.starts.push(Object.fromEntries(Object.entries(this.first.states).map(([name, v]) => [name, v.slice()])));
      this.forwardStep(k);
      this.output.set(output, this.stepAt(k) * this.layer.units);
      yield* breathe(this.context.meter, this.context.what);
    }
  }

  private forwardStep(k: number): void {
    loadRow(this.first.input, this.input.x, this.stepAt(k));
    this.first.step();
  }

  /** The step of the input that is the layer's k-th. */
  private stepAt(k: number): number {
    return this.layer.direction === 'reverse' ? this.length - 1 - k : k;
  }

  private keptNodes(): Kept[] {
    return this.backward.nodes.flatMap((node, id) => {
      if (node.op !== 'saved') return [];
      const from = this.first.slots[node.node]!;
      return [{ from, to: this.behind.slots[id]!, rows: new Float64Array(this.stretch * from.length) }];
    });
  }

  private gradients(): Gradient[] {
    if (!this.context.parameters) return [];
    return this.backward.contributions.map(({ parameter, rows, columns }) =>
      ({ to: this.parameters[parameter]!, rows: this.behind.slots[rows]!, columns: columns === undefined ? undefined : this.behind.slots[columns]! }));
  }
}

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
