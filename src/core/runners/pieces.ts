/** A layer whose parameters change on the way: pieces with a tape each, gradients handed on from piece to piece. */
import type { Values } from '../interpret';
import type { Layer } from '../layer';
import type { Progress } from '../pace';
import type { LayerGradients, LayerTaper, Tape } from './backward';

/** Steps [from, to) of a layer: what runs there, and the states that it comes with. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  /** Of the same cell and sizes as those of the other pieces. */
  readonly layer: Layer;
  readonly initial: Values;
  /** Units of states that begin at zero here, whatever they were: nothing goes back through them. */
  readonly off: ReadonlyMap<string, readonly number[]>;
}

/** Runs the pieces in the place of the layer; steps that are in none stay zero. */
export function piecewise(taper: LayerTaper, pieces: readonly Piece[]): LayerTaper {
  return function* (layer, { x, steps }, context) {
    const order = layer.direction === 'reverse' ? pieces.toReversed() : pieces;
    const output = new Float32Array(steps * layer.units);
    const tapes: { readonly piece: Piece; readonly tape: Tape }[] = [];
    for (const piece of order) {
      const { from, to } = piece;
      const tape = yield* taper(piece.layer, { x: x.subarray(from * layer.inputSize, to * layer.inputSize), steps: to - from, initial: piece.initial }, context);
      output.set(tape.output, from * layer.units);
      tapes.push({ piece, tape });
    }
    return { output, back: (d, dx, after) => backThrough(tapes, { layer, steps, d, dx, after }) };
  };
}

interface Way { readonly layer: Layer; readonly steps: number; readonly d: Float64Array; readonly dx: Float64Array | undefined; readonly after: Readonly<Record<string, Float64Array>> | undefined }

function* backThrough(tapes: readonly { readonly piece: Piece; readonly tape: Tape }[], { layer, steps, d, dx, after }: Way): Generator<Progress, LayerGradients> {
  const signals: Record<string, Float64Array> = {}, parameters: Record<string, Float64Array> = {};
  let sizes: LayerGradients['sizes'] = {};
  let passed = after;
  for (const { piece: { from, to, off }, tape } of tapes.toReversed()) {
    const cut = (rows: Float64Array, width: number): Float64Array => rows.subarray(from * width, to * width);
    const found = yield* tape.back(cut(d, layer.units), dx && cut(dx, layer.inputSize), passed);
    sizes = found.sizes;
    for (const [name, rows] of Object.entries(found.signals)) (signals[name] ??= new Float64Array(steps * sizes[name]!)).set(rows, from * sizes[name]!);
    for (const [name, values] of Object.entries(found.parameters)) parameters[name] = parameters[name]?.map((v, k) => v + values[k]!) ?? values;
    passed = found.initial;
    for (const [name, units] of off) for (const unit of units) passed[name]![unit] = 0;
  }
  return { direction: layer.direction, steps, signals, sizes, parameters, initial: passed ?? {} };
}
