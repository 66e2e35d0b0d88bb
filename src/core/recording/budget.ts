/** How a run's memory is shared out: what is held, and how far apart checkpoints and pyramid lie where it is too long for that. */
import type { EvaluatorName } from '../engine';
import type { Network } from '../layer';
import { layerSizes, parameterCountOf } from '../parameters';
import { programOf } from '../programs';
import { columns, type Recording as Recorded } from '../runners/runner';
import { TALLY_STEPS } from '../stats';

export interface Plan {
  /** Steps between checkpoints, a power of two. */
  readonly block: number;
  /** Steps of the pyramid's lowest rows, a power of two. */
  readonly finest: number;
  /** Steps between the rows that are kept as they are. */
  readonly stride: number;
  /** Bytes of blocks that were run again and are kept. */
  readonly cache: number;
}

interface Wanted extends Recorded { readonly block?: number | undefined }

const FLOAT = 4;
/** A held signal and its pyramid, which begins at 16 steps. */
const HELD = FLOAT + 6 * FLOAT / 16;
/** Mean, least and largest, of all storeys. */
const POOLED = 2 * 3 * FLOAT;

/** Would all signals and their pyramids fit? */
export function fits(network: Network, steps: number, recorded: Recorded, memory: number): boolean {
  return HELD * steps * numbersPerStep(network, recorded) <= memory;
}

/** Half for pyramids, a quarter for blocks run again, an eighth each for thinned rows and checkpoints (which may take more: they must be). */
export function planOf(network: Network, steps: number, wanted: Wanted, memory: number, evaluator: EvaluatorName): Plan {
  const numbers = steps * numbersPerStep(network, wanted);
  return {
    block: wanted.block ?? blockSteps(network, steps, memory / 8, evaluator),
    finest: Math.min(powerAbove(steps), Math.max(2, powerAbove(POOLED * numbers / (memory / 2)))),
    stride: Math.min(powerAbove(steps), Math.max(2, powerAbove(FLOAT * numbers / (memory / 8)))),
    cache: memory / 4,
  };
}

/** A block should be run again within about so long. */
const BLOCK_MS = 20;
const PRODUCTS_PER_MS: Readonly<Record<EvaluatorName, number>> = { fast: 2e7, reference: 1e6 };
const MOST = 8192;

function blockSteps({ levels }: Network, steps: number, memory: number, evaluator: EvaluatorName): number {
  const layers = levels.flatMap(l => l.directions);
  const products = layers.reduce((n, l) => n + parameterCountOf(l), 0);
  const quick = powerAbove(BLOCK_MS * PRODUCTS_PER_MS[evaluator] / products) / 2;
  const states = layers.reduce((n, l) => n + programOf(l.cell).states.reduce((sum, s) => sum + layerSizes(l)[s.size]!, 0), 0);
  const roomy = powerAbove(steps * states * (evaluator === 'reference' ? 2 : 1) * FLOAT / memory);
  return Math.min(MOST, Math.max(TALLY_STEPS, quick, roomy));
}

/** Numbers of all recorded signals and inputs a step. */
export function numbersPerStep({ levels }: Network, recorded: Recorded): number {
  const signals = levels.flatMap(l => l.directions).flatMap(l => columns(programOf(l.cell), layerSizes(l), recorded));
  return levels.reduce((n, l) => n + l.directions[0]!.inputSize, signals.reduce((n, c) => n + c.size, 0));
}

/** The least power of two that is at least `n`, and at least 1. */
function powerAbove(n: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(n)));
}
