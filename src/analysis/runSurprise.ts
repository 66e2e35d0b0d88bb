/** Surprise over a run of any length, piece by piece, since it takes steps x vocabulary x units products. */
import type { Progress } from '../core/pace';
import type { Recording } from '../core/recording/recording';
import { surprise, type Decoder } from './surprise';

/** Products of one piece: some 10 to 20 ms. */
const WORK = 1e7;

/** Bits a step, [steps], as `surprise` says, of the h of the highest level: of one direction, or of both beside each other. */
export function* runSurprise(recording: Recording, decoder: Decoder, ids: Int32Array): Generator<Progress, Float32Array> {
  const { steps } = recording;
  const bits = new Float32Array(steps).fill(NaN);
  const size = Math.max(1, Math.floor(WORK / decoder.weight.length));
  for (let from = 1; from < steps; from += size) {
    const to = Math.min(steps, from + size);
    const h = yield* outputRows(recording, from - 1, to);
    bits.set(surprise({ h, units: h.length / (to - from + 1), decoder, ids: ids.subarray(from - 1, to) }, 1), from);
    yield { done: to, total: steps, what: 'Surprise' };
  }
  return bits;
}

/** Steps [from, to) of what the decoder reads, [to - from, width]. */
function* outputRows(recording: Recording, from: number, to: number): Generator<Progress, Float32Array> {
  const level = recording.levels.length - 1;
  const parts: Float32Array[] = [];
  for (const direction of recording.levels[level]!.directions.keys()) parts.push(yield* recording.reading({ level, direction, signal: 'h' }, from, to));
  if (parts.length === 1) return parts[0]!;
  const widths = parts.map(p => p.length / (to - from));
  const width = widths.reduce((a, b) => a + b, 0);
  const rows = new Float32Array((to - from) * width);
  let left = 0;
  for (const [k, part] of parts.entries()) {
    for (let t = 0; t < to - from; t++) rows.set(part.subarray(t * widths[k]!, (t + 1) * widths[k]!), t * width + left);
    left += widths[k]!;
  }
  return rows;
}
