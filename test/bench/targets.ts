/** What is aimed at, and how far it was met. */
import { caseName, type Case, type CellId } from './case';
import type { Result } from './measure';
import { median, ratios } from './stats';

/** All that was measured in one Node. */
export interface Measured {
  readonly results: readonly Result[];
  readonly coldMs?: number;
}

export interface Target {
  readonly what: string;
  readonly bound: number;
  /** `atMost`: less is better. */
  readonly sense: 'atLeast' | 'atMost';
  /** Undefined where it was not measured. */
  figure(m: Measured): Figure | undefined;
}

export interface Figure {
  readonly value: number;
  /** Which case, where the worst of several counts. */
  readonly where?: string;
}

type Wanted = (c: Case) => boolean;

const OURS = 'gatescope';

/** Against ONNX Runtime, by units. */
const RATIOS: Readonly<Record<CellId, Readonly<Record<number, number>>>> = {
  lstm: { 32: 1.2, 128: 1.0, 256: 0.9, 512: 0.85 },
  gru: { 32: 2.2, 128: 1.2, 256: 1.0, 512: 0.95 },
  rnn: { 32: 9, 128: 3.5, 256: 1.5, 512: 2.4 },
};

const plain: Wanted = c => c.pass === 'forward' && c.batch === 1 && c.threads === 1;

/** In the order they are printed. */
export const targets: readonly Target[] = [
  ...Object.entries(RATIOS).flatMap(([cell, byUnits]) => Object.entries(byUnits).map(([units, bound]) =>
    faster(`${cell} ${units} against onnxruntime-node`, bound, 'onnxruntime-node', c => plain(c) && c.cell === cell && c.units === Number(units)))),
  faster('lstm 128, batch 16, against onnxruntime-node', 0.9, 'onnxruntime-node', c => c.batch === 16),
  faster('lstm from 256, two threads, against onnxruntime-node on one', 1.2, 'onnxruntime-node', c => c.threads === 2, 2),
  slowdown('backward for dh and dc, of forward', 0.9, 'backward'),
  slowdown('backward with dW and dx, of forward', 2.5, 'backward+dW'),
  faster('up to 256 units against tfjs-wasm', 20, 'tfjs-wasm', c => plain(c) && c.units <= 256),
  faster('512 units against tfjs-wasm', 12, 'tfjs-wasm', c => plain(c) && c.units === 512),
  faster('against a PyTorch loop that keeps gates', 5, 'torch-loop', plain),
  { what: 'ms from the call to the first result of a cold process, lstm 128, 1000 steps', bound: 150, sense: 'atMost', figure: ({ coldMs }) => coldMs === undefined ? undefined : { value: coldMs } },
];

/** Was it met? */
export function met({ bound, sense }: Target, { value }: Figure): boolean {
  return sense === 'atLeast' ? value >= bound : value <= bound;
}

/** How many times faster we are than somebody, where we are least so. */
function faster(what: string, bound: number, than: string, wanted: Wanted, threads = 1): Target {
  return { what, bound, sense: 'atLeast', figure: ({ results }) => worst(ours(results, wanted, threads).flatMap(r => ratioTo(results, r, than)), (a, b) => a < b) };
}

/** How long the backward pass takes, as a part of the forward pass, where it takes longest. */
function slowdown(what: string, bound: number, pass: Case['pass']): Target {
  const ratio = (r: Result): Figure[] => r.forwardNs ? [{ value: median(ratios(r.ns, r.forwardNs)), where: caseName(r.case) }] : [];
  return { what, bound, sense: 'atMost', figure: ({ results }) => worst(ours(results, c => c.pass === pass, 1).flatMap(ratio), (a, b) => a > b) };
}

function ours(results: readonly Result[], wanted: Wanted, threads: number): Result[] {
  return results.filter(r => r.contender === OURS && r.threads === threads && r.case.inputSize === r.case.units && wanted(r.case));
}

function ratioTo(results: readonly Result[], mine: Result, than: string): Figure[] {
  const other = results.find(r => r.case === mine.case && r.contender === than && r.threads === 1);
  return other ? [{ value: median(ratios(other.ns, mine.ns)), where: caseName(mine.case) }] : [];
}

function worst(figures: readonly Figure[], worse: (a: number, b: number) => boolean): Figure | undefined {
  const [first, ...more] = figures;
  if (!first || more.length === 0) return first && { value: first.value };
  return more.reduce((a, b) => worse(b.value, a.value) ? b : a, first);
}
