/** Gradients of a loss through time and levels: which step, unit and gate they reach, and how much of them is left. */
import { arithmeticOf, checkSequence, evaluatorOf, type Arithmetic, type EvaluatorName, type RunOptions } from './engine';
import type { Network } from './layer';
import { evaluateLoss, type Loss, type LossResult } from './losses';
import { expandedGradients, expandedRows, packed, packedLoss, type Packed } from './mask';
import { merged, unmerged } from './merge';
import { drive, Meter, type DriveOptions, type Progress } from './pace';
import { checkNetwork, LayerError, outputSize } from './parameters';
import type { LayerGradients, LayerTaper, Tape } from './runners/backward';
import { tapeFast } from './runners/fastBackward';
import { piecewise, type Piece } from './runners/pieces';
import { tapeReference } from './runners/referenceBackward';

export type { LayerGradients } from './runners/backward';
export type { LinearDecoder, Loss } from './losses';

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
  /** With respect to the loss's decoder, where it has one. */
  readonly decoder?: NonNullable<LossResult['decoder']>;
  readonly arithmetic: Arithmetic;
}

export interface BackpropOptions {
  /** Signals whose gradients to keep, by their forward names (`h`, `c`, `f`, `f.pre`); all that have a name by default. */
  readonly record?: readonly string[] | undefined;
  readonly preactivations?: boolean | undefined;
  /** False leaves out the parameters' gradients. */
  readonly parameters?: boolean | undefined;
  /** False leaves out the gradient of the input: `dx` stays zero. */
  readonly input?: boolean | undefined;
  readonly initial?: RunOptions['initial'];
  /** [steps]: 0 where a step does not count. The loss is over the others. */
  readonly mask?: RunOptions['mask'];
  /** `fast` by default: float32 with an exponent of its own, so that gradients vanish no sooner than in float64. */
  /** By level and direction, where a layer changes on the way; each with its own initial states. */
  readonly pieces?: readonly (readonly (readonly Piece[] | undefined)[])[] | undefined;
  readonly evaluator?: EvaluatorName | undefined;
  readonly piece?: number | undefined;
}

/** `backpropagating`, driven to its end while others have their turns. @throws LayerError, SizeError, EquationError, Cancelled */
export function backprop(network: Network, x: Float32Array, steps: number, loss: Loss, options: BackpropOptions & DriveOptions = {}): Promise<NetworkGradients> {
  return drive(backpropagating(network, x, steps, loss, options), options);
}

/** Runs forward, then backward from the top level down; yields every few milliseconds. @throws LayerError, SizeError, EquationError */
export function* backpropagating(network: Network, x: Float32Array, steps: number, loss: Loss, options: BackpropOptions = {}): Generator<Progress, NetworkGradients> {
  checkNetwork(network);
  const { initial, piece, parameters = true, mask } = options;
  checkSequence(network, { x, steps, initial, mask });
  if (mask) return yield* backpropagatingMasked(network, packed(mask, x, steps), loss, options);
  const kind = evaluatorOf(network, options.evaluator);
  const meter = new Meter(3 * steps * network.levels.reduce((n, l) => n + l.directions.length, 0), piece);
  const tapes: Tape[][] = [];
  const inputs = [x];
  for (const [k, level] of network.levels.entries()) {
    const own: Tape[] = [];
    for (const [j, layer] of level.directions.entries()) {
      const pieces = options.pieces?.[k]?.[j];
      const taper = pieces ? piecewise(TAPERS[kind], pieces) : TAPERS[kind];
      own.push(yield* taper(layer, { x: inputs[k]!, steps, initial: initial?.[k]?.[j] ?? layer.initial ?? {} }, { recording: options, parameters, meter, what: level.name }));
    }
    tapes.push(own);
    inputs.push(merged(level, own.map(t => t.output), steps));
  }
  const { d: start, value, decoder } = evaluateLoss(network, inputs.at(-1)!, steps, loss);
  const levels: LevelGradients[] = [];
  let d = start;
  for (let k = network.levels.length - 1; k >= 0; k--) {
    const level = network.levels[k]!;
    const dx = new Float64Array(inputs[k]!.length);
    const parts = unmerged(level, d, tapes[k]!.map(t => t.output), steps);
    const directions: LayerGradients[] = [];
    for (const [j, tape] of tapes[k]!.entries()) directions.push(yield* tape.back(parts[j]!, k === 0 && options.input === false ? undefined : dx));
    levels.unshift({ name: level.name, directions, dx });
    d = dx;
  }
  return { steps, ...(value !== undefined && { loss: value }), ...(decoder && { decoder }), levels, dx: d, arithmetic: arithmeticOf(kind) };
}

function* backpropagatingMasked(network: Network, pack: Packed, loss: Loss, options: BackpropOptions): Generator<Progress, NetworkGradients> {
  if (pack.steps === 0) throw new LayerError('All steps are masked; a gradient needs at least one that counts.');
  const inner = yield* backpropagating(network, pack.x, pack.steps, packedLoss(pack, loss, outputSize(network.levels.at(-1)!)), { ...options, mask: undefined, pieces: options.pieces?.map(l => l.map(p => p && packedPieces(pack, p))) });
  const width = (rows: Float64Array): number => rows.length / pack.steps;
  const levels = inner.levels.map(l => ({ ...l, dx: expandedRows(pack, l.dx, width(l.dx)), directions: l.directions.map(d => expandedGradients(pack, d)) }));
  return { ...inner, steps: pack.all, levels, dx: levels[0]!.dx };
}

/** The pieces over the steps that count alone. */
function packedPieces({ at }: Packed, pieces: readonly Piece[]): Piece[] {
  const place = (step: number): number => at.filter(t => t < step).length;
  return pieces.map(p => ({ ...p, from: place(p.from), to: place(p.to) })).filter(p => p.to > p.from);
}

const TAPERS: Readonly<Record<EvaluatorName, LayerTaper>> = { fast: tapeFast, reference: tapeReference };
