/** Where the parts of a diagram are, as plain data without any value: what `layout` makes and `draw` fills. CSS pixels from the top left. */
import type { ExpressionPath } from '../../src/questions/cell';

export type Point = readonly [x: number, y: number];

/** An expression of the equations, or `@c`: the state c before the step. */
export type ValueKey = ExpressionPath;
export const beforeKey = (state: string): ValueKey => `@${state}`;

/** Signals' names stand for their hues; `x` for the input; empty for the foreground. */
export type Coloured = { readonly hue: string };

/** Carries a value: its filling. */
export interface Pipe extends Coloured { readonly points: readonly Point[]; readonly value: ValueKey; readonly arrow: boolean; readonly loop: boolean }
/** Carries a whole vector, or a control (dotted): a thin line. */
export interface Wire extends Coloured { readonly points: readonly Point[]; readonly arrow: boolean; readonly dotted: boolean; readonly dot: boolean }
/** Jaws on a pipe, `across` one that runs from left to right. */
export interface ValvePlace extends Coloured { readonly at: Point; readonly across: boolean; readonly size: number; readonly value: ValueKey; readonly signal?: string; readonly inverted: boolean }
export interface BoxPlace extends Coloured {
  readonly at: Point;
  readonly width: number;
  readonly height: number;
  readonly id: string;
  readonly text: string;
  readonly bend: string;
  readonly named: boolean;
  readonly value: ValueKey;
}
export interface Pill { readonly at: Point; readonly text: string; readonly width: number; readonly height: number }
/** What the input is written in. */
export interface Source { readonly at: Point; readonly size: number }
/** A circle where values are added, or one is taken from the other. */
export interface Joint { readonly at: Point; readonly radius: number; readonly sign: '+' | '−' }

/** A piece of text: written out, or a value's. */
export type Span = Partial<Coloured> & { readonly bold?: boolean; readonly mono?: boolean; readonly quiet?: boolean }
  & ({ readonly text: string } | { readonly value: ValueKey; readonly as: 'signed' | 'percent' });
export interface Label { readonly at: Point; readonly anchor: 'start' | 'middle' | 'end'; readonly spans: readonly Span[]; readonly size: number; readonly backed?: boolean }

export interface Places {
  readonly width: number;
  readonly height: number;
  readonly capacity: number;
  readonly pipes: readonly Pipe[];
  readonly wires: readonly Wire[];
  readonly valves: readonly ValvePlace[];
  readonly boxes: readonly BoxPlace[];
  readonly pills: readonly Pill[];
  readonly sources: readonly Source[];
  readonly joints: readonly Joint[];
  readonly labels: readonly Label[];
}

/** Lists that are filled while a diagram is laid out. */
export interface Draft {
  readonly pipes: Pipe[];
  readonly wires: Wire[];
  readonly valves: ValvePlace[];
  readonly boxes: BoxPlace[];
  readonly pills: Pill[];
  readonly sources: Source[];
  readonly joints: Joint[];
  readonly labels: Label[];
}

export const emptyDraft = (): Draft => ({ pipes: [], wires: [], valves: [], boxes: [], pills: [], sources: [], joints: [], labels: [] });

/** How large things are: for a page, for three side by side, and for a glance. */
export interface Metrics {
  readonly kind: 'full' | 'compact' | 'tiny';
  /** Thickness of a pipe's casing. */
  readonly capacity: number;
  /** From the left edge to where the loops run, and to where lines begin. */
  readonly loop: number;
  readonly start: number;
  readonly box: { readonly width: number; readonly height: number; readonly gap: number };
  readonly line: number;
  readonly row: number;
  /** A valve with its labels, above the boxes. */
  readonly channel: number;
  /** Room for valves under the boxes. */
  readonly under: number;
  readonly bus: number;
  readonly tapRight: number;
  readonly font: number;
}

const METRICS: Readonly<Record<Metrics['kind'], Metrics>> = {
  full: { kind: 'full', capacity: 18, loop: 20, start: 62, box: { width: 108, height: 66, gap: 18 }, line: 86, row: 108, channel: 62, under: 66, bus: 24, tapRight: 118, font: 12 },
  compact: { kind: 'compact', capacity: 10, loop: 9, start: 30, box: { width: 74, height: 44, gap: 8 }, line: 44, row: 64, channel: 40, under: 36, bus: 15, tapRight: 42, font: 11 },
  tiny: { kind: 'tiny', capacity: 8, loop: 6, start: 18, box: { width: 40, height: 24, gap: 4 }, line: 30, row: 40, channel: 30, under: 24, bus: 10, tapRight: 18, font: 11 },
};

export function metricsFor(width: number, compact: boolean): Metrics {
  return METRICS[!compact && width >= 520 ? 'full' : width >= 280 ? 'compact' : 'tiny'];
}
