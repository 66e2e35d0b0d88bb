/** Results as rows for the JSON file, and as lines for people. */
import { BLOCKS, caseName, cellName, flopsPerStep, weightBytes, type Pass } from './case';
import { contenderKey } from './contender';
import type { Result } from './measure';
import type { Peak } from './peak';
import { median, ratios, spread } from './stats';
import { met, type Measured, type Target } from './targets';

/** One object of the JSON file. */
export interface Row {
  readonly cell: string;
  readonly inputSize: number;
  readonly units: number;
  readonly steps: number;
  readonly batch: number;
  readonly pass: Pass;
  readonly contender: string;
  readonly threads: number;
  readonly medianNsPerStep: number;
  /** onnxruntime-node on one thread / contender; null where that was not measured or has no such pass. */
  readonly ratio: number | null;
  readonly ratioMin: number | null;
  readonly ratioMax: number | null;
  /** Whose V8 it ran in: `24.21.0`. */
  readonly node: string;
}

/** A result beside the baseline's of the same case. */
export function rowOf(r: Result, baseline: Result | undefined): Row {
  const { inputSize, units, batch, pass } = r.case;
  const ratio = baseline ? spread(ratios(baseline.ns, r.ns)) : undefined;
  return {
    cell: cellName(r.case), inputSize, units, steps: r.steps, batch, pass, contender: r.contender, threads: r.threads,
    medianNsPerStep: significant(median(r.ns)), ratio: significant(ratio?.median), ratioMin: significant(ratio?.min), ratioMax: significant(ratio?.max),
    node: process.versions.node,
  };
}

function significant(v: number): number;
function significant(v: number | undefined): number | null;
function significant(v: number | undefined): number | null {
  return v === undefined ? null : Number(v.toPrecision(5));
}

export const HEADING = `${'case'.padEnd(40)} ${'contender'.padEnd(30)} ${'us/step'.padStart(9)}  ratio (min..max)`;

/** One line for one contender in one case. */
export function lineOf(r: Result, row: Row, peak: Peak): string {
  const ratio = row.ratio === null ? '' : `${times(row.ratio)} (${times(row.ratioMin!)}..${times(row.ratioMax!)})`;
  const steps = r.steps === r.case.steps ? '' : `[${r.steps} steps]`;
  const line = `${caseName(r.case).padEnd(40)} ${contenderKey({ id: r.contender, threads: r.threads }).padEnd(30)} ${microseconds(row.medianNsPerStep)}  ${ratio.padEnd(20)} ${extras(r, row, peak)} ${steps}`;
  return line.trimEnd();
}

/** For us: what the machine was made to do, or how a backward pass compares with a forward one. */
function extras(r: Result, row: Row, peak: Peak): string {
  if (r.forwardNs) return `${times(median(ratios(r.ns, r.forwardNs)))} of its forward pass (${microseconds(median(r.forwardNs)).trim()})`;
  if (r.contender !== 'gatescope') return '';
  const [gflops, bandwidth] = [flopsPerStep(r.case) / row.medianNsPerStep, weightBytes(r.case) / row.medianNsPerStep];
  return `${gflops.toFixed(1)} GFLOP/s (${percent(gflops / peak.gflops / r.threads)}) ${bandwidth.toFixed(1)} GB/s (${percent(bandwidth / peak.bandwidth(weightBytes(r.case)) / r.threads)})`;
}

/** The machine's limits, and what the percentages are of. */
export function peakLines(peak: Peak): string[] {
  const at = (bytes: number): string => peak.bandwidth(bytes).toFixed(0);
  return [
    `peak of one thread, 128-bit: ${peak.gflops.toFixed(1)} GFLOP/s (${peak.fused ? 'fused multiply-add' : 'multiply, add'}); loads, GB/s: ${at(16 * 1024)} from 16 KB, ${at(512 * 1024)} from 512 KB, ${at(8 * 2 ** 20)} from 8 MB`,
    `GFLOP/s count products only: 2 (I + H) G H a step, G = ${Object.entries(BLOCKS).map(([cell, n]) => `${n} for ${cell}`).join(', ')}; GB/s the recurrent weights, 4 G H² bytes a step, against loads from a block of that size`,
  ];
}

/** Met or missed, with the figure. */
export function targetLine(target: Target, measured: Measured): string {
  const figure = target.figure(measured);
  const verdict = !figure ? 'not measured' : met(target, figure) ? 'met' : 'MISSED';
  const bound = `${target.sense === 'atLeast' ? '>=' : '<='} ${target.bound}`;
  return `${verdict.padEnd(13)} ${(figure ? times(figure.value) : '').padStart(8)}  ${bound.padEnd(9)} ${target.what}${figure?.where ? ` (worst: ${figure.where})` : ''}`;
}

function times(v: number): string {
  return Math.abs(v) >= 100 ? v.toFixed(0) : v.toPrecision(3);
}

function microseconds(ns: number): string {
  return (ns / 1000).toFixed(ns < 100_000 ? 2 : 0).padStart(9);
}

function percent(part: number): string {
  return `${(100 * part).toFixed(0)}%`;
}
