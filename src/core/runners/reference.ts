/** The reference in float64, one sequence after the other, one step at a time. */
import { evaluator } from '../evaluate';
import type { Numbers } from '../interpret';
import type { Layer } from '../layer';
import type { Progress } from '../pace';
import { layerSizes, parameterValues } from '../parameters';
import { programOf } from '../programs';
import { columns, sheets, stepsOf, type LayerInput, type LayerRunner, type LayerTrace, type RunContext } from './runner';

export const runReference: LayerRunner = function* (layer, inputs, context) {
  const traces: LayerTrace[] = [];
  for (const input of inputs) traces.push(yield* runOne(layer, input, context));
  return traces;
};

function* runOne(layer: Layer, input: LayerInput, { recording, meter, what }: RunContext): Generator<Progress, LayerTrace> {
  const { x, steps, initial } = input;
  const program = programOf(layer.cell);
  const sizes = layerSizes(layer);
  const machine = evaluator(program, sizes, parameterValues(layer));
  for (const [name, values] of Object.entries(initial)) machine.states[name]!.set(values);
  const { trace, kept } = sheets(layer, program, columns(program, sizes, recording), input);
  const slots = kept.map(k => ({ ...k, from: machine.slots[k.node]! }));
  const length = stepsOf(layer, steps);
  for (let k = 0; k < length; k++) {
    const t = layer.direction === 'reverse' ? length - 1 - k : k;
    loadRow(machine.input, x, t);
    machine.step();
    for (const { from, to, size } of slots) to.set(from, t * size);
    const progress = meter.step(what);
    if (progress) { yield progress; meter.resume(); }
  }
  return { ...trace, final: machine.states };
}

/** Copies row t of [rows, row.length]. */
export function loadRow(row: Float64Array, rows: Numbers, t: number): void {
  const at = t * row.length;
  for (let k = 0; k < row.length; k++) row[k] = rows[at + k]!;
}
