/** Is anything dead or stuck? Saturation of every gate, findings with their evidence, and what the weights are like. */
import type { Ask } from './index';

/** About one direction of a level. */
export interface HealthAsk extends Ask { readonly level: number; readonly direction: number }

/** Something to look at; `units` are the worst first, at most 20 of `count`. */
export type Finding =
  /** h hardly moves: its greatest deviation among these units. */
  | { readonly kind: 'dead'; readonly signal: string; readonly units: readonly number[]; readonly count: number; readonly std: number }
  /** A gate that is closed, or open, nearly always. */
  | { readonly kind: 'stuck'; readonly signal: string; readonly side: 'closed' | 'open'; readonly units: readonly number[]; readonly count: number; readonly share: number }
  /** A state that grows: the greatest |value|, where it is. */
  | { readonly kind: 'exploding'; readonly signal: string; readonly units: readonly number[]; readonly count: number; readonly value: number; readonly step: number }
  | { readonly kind: 'notFinite'; readonly signal: string; readonly unit: number; readonly step: number; readonly value: string }
  | { readonly kind: 'brokenWeight'; readonly parameter: string; readonly row: number; readonly column: number; readonly count: number; readonly value: string }
  | { readonly kind: 'emptyWeight'; readonly parameter: string }
  /** What the biases alone make the keep gate do. */
  | { readonly kind: 'keepBias'; readonly signal: string; readonly mean: number; readonly keeps: number; readonly low: boolean }
  /** Of a vanilla RNN's recurrent matrix. */
  | { readonly kind: 'radius'; readonly parameter: string; readonly radius: number; readonly estimated: boolean };

/** One parameter of a gate. */
export interface WeightRow {
  readonly signal: string;
  readonly parameter: string;
  readonly role: 'kernel' | 'recurrentKernel' | 'bias' | 'other';
  readonly shape: readonly number[];
  readonly mean: number;
  readonly std: number;
  /** Greatest |value|. */
  readonly max: number;
  readonly norm: number;
  /** Greatest |eigenvalue| of a recurrent block. */
  readonly radius?: number;
  readonly estimated?: boolean;
}

/** Findings are in no order but that of the checks. */
export interface HealthAnswer {
  /** Shares of steps of every unit: below 0.1 and above 0.9; below −0.9 and above 0.9 where `signed`. */
  readonly saturation: readonly { readonly signal: string; readonly signed: boolean; readonly low: Float32Array; readonly high: Float32Array }[];
  readonly findings: readonly Finding[];
  /** Absent for a trace. */
  readonly weights?: readonly WeightRow[];
  /** Steps that were looked at: every so-manieth of a long run. */
  readonly steps: number;
  readonly stride: number;
}
