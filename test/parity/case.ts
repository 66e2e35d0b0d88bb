/** A network with what a framework makes of it, and what our engine makes of it: a case gives rows. */
import { backpropagating, type NetworkGradients } from '../../src/core/backprop';
import { running, type EvaluatorName, type NetworkStates, type NetworkTrace } from '../../src/core/engine';
import type { Network } from '../../src/core/layer';
import { toLoss, type StoredLoss } from './losses';
import { backwardRow, EVALUATORS, forwardRow, type About, type Expected, type Row } from './row';

type Numbers = ArrayLike<number>;

/** One framework, cell and variant, with runs of several lengths. */
export interface Case {
  readonly framework: string;
  readonly cell: string;
  readonly variant: string;
  /** Made when asked for: some run the framework. */
  readonly runs: () => readonly Run[] | Promise<readonly Run[]>;
}

/** One sequence: what goes in, and what should come out. */
export interface Run {
  readonly steps: number;
  /** The steps that are compared. */
  readonly at: readonly number[];
  readonly network: Network;
  /** [steps, inputSize] */
  readonly x: Float32Array;
  readonly initial?: NetworkStates | undefined;
  /** By `output`, `0.1.c` (level, direction, signal) or `0.0.final c`. */
  readonly forward: Readonly<Record<string, Expected>>;
  readonly losses: readonly LossCase[];
}

/** What the gradients of one loss should be. */
export interface LossCase {
  readonly loss: StoredLoss;
  readonly value?: Expected | undefined;
  /** By `dx` or `0.0.df`. */
  readonly gradients: Readonly<Record<string, Expected>>;
  /** By level, direction and our parameters' names. */
  readonly parameters: readonly (readonly Readonly<Record<string, Expected>>[])[];
  readonly initial: readonly (readonly Readonly<Record<string, Expected>>[])[];
  /** Of a cross-entropy's decoder, weight and bias. */
  readonly decoder: Readonly<Record<string, Expected>>;
}

/** Runs a case by both evaluators and compares every number it has. */
export async function rowsOf(c: Case): Promise<Row[]> {
  const runs = await c.runs();
  return EVALUATORS.flatMap(evaluator => runs.flatMap(run => runRows(c, run, evaluator)));
}

function runRows(c: Case, run: Run, evaluator: EvaluatorName): Row[] {
  const options = { piece: Infinity, evaluator, ...(run.initial && { initial: run.initial }) };
  const trace = finished(running(run.network, run.x, run.steps, options));
  const about: About = { framework: c.framework, cell: c.cell, variant: c.variant, steps: run.steps, evaluator, arithmetic: trace.arithmetic };
  const backward = run.losses.flatMap(l => lossRows(about, run, l, finished(backpropagating(run.network, run.x, run.steps, toLoss(l.loss), options))));
  return [...forwardRows(about, run, trace), ...backward];
}

function forwardRows(about: About, run: Run, trace: NetworkTrace): Row[] {
  return Object.entries(run.forward).map(([key, expected]) => {
    const found = signal(trace, key);
    return key.includes('final ')
      ? forwardRow(about, named(run, key), found, expected)
      : forwardRow(about, named(run, key), chosen(found, run), expected, run.at);
  });
}

function signal({ levels }: NetworkTrace, key: string): Numbers {
  if (key === 'output') return levels.at(-1)!.output;
  const [level, direction, name = ''] = key.split('.');
  const layer = levels[Number(level)]!.directions[Number(direction)]!;
  return (name.startsWith('final ') ? layer.final[name.slice(6)] : layer.signals[name]) ?? [];
}

function lossRows(about: About, run: Run, l: LossCase, found: NetworkGradients): Row[] {
  const of = (name: string): string => `${name} of ${l.loss.kind}`;
  const signals = Object.entries(l.gradients).map(([key, expected]) => {
    const [level, direction, name = ''] = key.split('.');
    const values = key === 'dx' ? found.dx : found.levels[Number(level)]!.directions[Number(direction)]!.signals[name] ?? [];
    return backwardRow(about, of(named(run, key)), chosen(values, run), expected, run.at);
  });
  const loss = l.value && found.loss !== undefined ? [forwardRow(about, of('loss'), [found.loss], l.value)] : [];
  const decoder = Object.entries(l.decoder).map(([name, e]) => backwardRow(about, of(`d${name} of the decoder`), found.decoder?.[name as 'weight' | 'bias'] ?? [], e));
  return [...loss, ...signals, ...decoder, ...tensors('parameters', l.parameters, ''), ...tensors('initial', l.initial, ' at the start')];

  function tensors(kind: 'parameters' | 'initial', expected: LossCase['parameters'], suffix: string): Row[] {
    return expected.flatMap((level, k) => level.flatMap((byName, d) => Object.entries(byName).map(([name, e]) =>
      backwardRow(about, of(`${named(run, `${k}.${d}.d${name}`)}${suffix}`), found.levels[k]!.directions[d]![kind][name] ?? [], e))));
  }
}

/** The rows of [steps, columns] that are compared. */
function chosen(values: Numbers, { steps, at }: Run): number[] {
  const columns = values.length / steps;
  return at.flatMap(t => Array.from({ length: columns }, (_, k) => values[t * columns + k]!));
}

/** `0.0.f` as people read it: `f` alone where there is one layer. */
function named({ network: { levels } }: Run, key: string): string {
  const [level, direction, name] = key.split('.');
  if (name === undefined) return key;
  const { directions } = levels[Number(level)]!;
  const where = [levels.length > 1 ? `l${level}` : '', directions.length > 1 ? directions[Number(direction)]!.direction : ''];
  return [...where, name].filter(s => s !== '').join('.');
}

/** Drives a generator to its end. */
export function finished<T>(work: Generator<unknown, T>): T {
  for (;;) {
    const piece = work.next();
    if (piece.done) return piece.value;
  }
}
