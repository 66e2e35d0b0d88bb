/** How far a recording is from what another runtime computed for the same input. */
import type { Level, Network } from '../core/layer';
import type { Progress } from '../core/pace';
import { outputSize } from '../core/parameters';
import { outputState } from '../core/program';
import { programOf } from '../core/programs';
import type { Recording } from '../core/recording/recording';

/** Of the greatest |output|, as float32 code of another order of sums can differ. */
export const PARITY_BOUND = 1e-5;
/** Where the other rounds to 8 bits what goes into products: random LSTMs of 4 to 512 units were 0.002 (small weights) to 0.1 (large ones) away. */
export const ROUNDED_BOUND = 0.1;
const WINDOW = 4096;

/** What another runtime gave, and whether it rounds to 8 bits as it runs. */
interface Theirs { readonly runtime: string; readonly output: Float32Array; readonly rounded?: boolean }
interface Found { readonly runtime: string; readonly max: number; readonly step: number; readonly bound: number; readonly rounded?: boolean }

/** `output` is [steps, width of the last level]; directions of it are side by side. @throws Error where the sizes differ */
export function* parityOf(made: Recording, { levels }: Network, { runtime, output, rounded = false }: Theirs): Generator<Progress, Found> {
  const level = levels.length - 1;
  const last = levels[level]!;
  const width = outputSize(last);
  if (output.length !== made.steps * width) throw new Error(`The other runtime should have given ${made.steps} steps of ${width}, found ${output.length} numbers.`);
  let worst = { max: 0, step: 0 };
  for (let from = 0; from < made.steps; from += WINDOW) {
    const to = Math.min(made.steps, from + WINDOW);
    for (const [direction, signal] of outputsOf(last).entries()) {
      const units = width / last.directions.length;
      const ours = yield* made.reading({ level, direction, signal }, from, to);
      worst = later(worst, differenceIn(ours, output, { from, units, width, offset: direction * units }));
    }
    yield { done: to, total: made.steps, what: 'steps' };
  }
  return { runtime, ...worst, ...(rounded ? { bound: ROUNDED_BOUND, rounded } : { bound: PARITY_BOUND }) };
}

const outputsOf = ({ directions }: Level): string[] => directions.map(d => outputState(programOf(d.cell)).name);

interface Worst { readonly max: number; readonly step: number }

/** The greater one, the first of equals; NaN is greatest. */
const later = (a: Worst, b: Worst): Worst => (b.max > a.max || Number.isNaN(b.max) && !Number.isNaN(a.max) ? b : a);

function differenceIn(ours: Float32Array, theirs: Float32Array, { from, units, width, offset }: { readonly from: number; readonly units: number; readonly width: number; readonly offset: number }): Worst {
  let worst: Worst = { max: 0, step: from };
  for (let k = 0; k < ours.length; k++) {
    const t = from + Math.floor(k / units);
    worst = later(worst, { max: Math.abs(ours[k]! - theirs[t * width + offset + k % units]!), step: t });
  }
  return worst;
}
