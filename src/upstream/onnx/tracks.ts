/** What is drawn beside the gates: the recording itself, and what the model says of each step. */
import type { Sequence } from '../../core/sequence';
import { rowsOf } from '../../core/rows';
import type { Track, Value } from '../upstream';
import { floatsOf, own } from './values';

/** One piece of the recording and the layer's steps that it gave. */
export interface Fed {
  /** Steps of the recording. */
  readonly from: number;
  readonly to: number;
  /** Steps of the layer. */
  readonly steps: number;
  /** The model's outputs that are no states. */
  readonly outputs: Readonly<Record<string, Value>>;
}

/** Most numbers a step of a waveform. */
const MOST_PER_STEP = 1 << 16;

/** The sound that each step was made of; the layer's steps lie evenly over a piece. Undefined for what is no sound. */
export function waveform(sequence: Sequence, fed: readonly Fed[], chunk: number): Track | undefined {
  const each = fed[0] ? Math.floor(chunk / fed[0].steps) : 0;
  if (sequence.width !== 1 || sequence.rate === undefined || each < 1 || each > MOST_PER_STEP) return undefined;
  const rows = rowsOf(sequence);
  const data = new Float32Array(fed.reduce((sum, f) => sum + f.steps, 0) * each);
  let at = 0;
  for (const { from, steps } of fed) for (let k = 0; k < steps; k++, at += each) {
    const begin = from + Math.floor(k * chunk / steps);
    if (begin < rows.steps) data.set(rows.read(begin, Math.min(rows.steps, begin + each)), at);
  }
  return { name: 'waveform', perStep: each, data };
}

/** Outputs that give one number a step, or one a piece, which then stands for all of its steps. */
export function outputTracks(names: readonly string[], fed: readonly Fed[]): readonly Track[] {
  return names.flatMap(name => {
    const parts = fed.map(f => perStep(own(f.outputs, name), f.steps));
    if (parts.length === 0 || parts.some(p => p === undefined)) return [];
    const data = new Float32Array(fed.reduce((sum, f) => sum + f.steps, 0));
    parts.reduce((at, part) => { data.set(part!, at); return at + part!.length; }, 0);
    return [{ name, perStep: 1, data }];
  });
}

function perStep(value: Value | undefined, steps: number): Float32Array | undefined {
  if (!value || !/float/.test(value.type)) return undefined;
  const numbers = floatsOf(value);
  if (numbers.length === steps) return numbers;
  return numbers.length === 1 ? new Float32Array(steps).fill(numbers[0]!) : undefined;
}
