/** Files of test/fixtures/<folder>/, one a case, made by the scripts beside them, as cases. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Cell } from '../../src/core/cells/cell';
import type { Direction, Layer, Level, Merge, Params } from '../../src/core/layer';
import type { Case, LossCase, Run } from './case';
import type { StoredLoss } from './losses';
import { toParams, type Join, type Named } from './packing';
import { decode, expectedRows, expectedTensor, type Flat, type Stored } from './stored';

type Tensors = Readonly<Record<string, Stored>>;
/** By level and direction. */
type Nested<T> = readonly (readonly T[])[];

interface StoredRun {
  readonly steps: number;
  readonly at: readonly number[];
  readonly x: Stored;
  /** Steps that count, where the rest is masked. */
  readonly length?: number;
  readonly initial?: Nested<Tensors>;
  readonly forward: Tensors;
  readonly losses: readonly StoredLossCase[];
}

interface StoredLossCase {
  readonly loss: StoredLoss;
  readonly value?: Stored;
  readonly gradients: Tensors;
  readonly parameters?: Nested<Tensors>;
  readonly initial?: Nested<Tensors>;
  readonly decoder?: Tensors;
}

/** A fixture as it is written. */
export interface Fixture {
  readonly framework: string;
  readonly cell: string;
  readonly variant: string;
  /** Arguments by the framework's own names. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly weights: Nested<Tensors>;
  readonly runs: readonly StoredRun[];
}

/** What has to be known of a framework. */
export interface Convention {
  readonly folder: string;
  cell(f: Fixture): Cell;
  /** One direction's tensors as the equations' parameters; gradients that the framework does not have are left out. */
  convert(tensors: Named, f: Fixture, join: Join): Named;
  /** Forward, then reverse, where not said. */
  readonly direction?: (f: Fixture, d: number) => Direction;
  readonly merge?: (f: Fixture) => Merge;
}

/** All cases of a framework's folder. */
export function casesOf(convention: Convention): readonly Case[] {
  const folder = `test/fixtures/${convention.folder}`;
  const files = readdirSync(folder).filter(f => f.endsWith('.json')).sort();
  return files.map(file => caseOf(convention, JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as Fixture));
}

function caseOf(convention: Convention, f: Fixture): Case {
  return { framework: f.framework, cell: f.cell, variant: f.variant, runs: () => f.runs.map(r => runOf(convention, f, levelsOf(convention, f), r)) };
}

function levelsOf({ cell, convert, direction = (_, d) => d === 0 ? 'forward' : 'reverse', merge }: Convention, f: Fixture): readonly Level[] {
  return f.weights.map((directions, k) => ({
    name: `l${k}`,
    merge: merge?.(f) ?? 'concat',
    directions: directions.map((tensors, d): Layer => {
      const params = toParams(convert(decoded(tensors), f, 'weights'));
      return { cell: cell(f), inputSize: columns(params, 'W'), units: columns(params, 'U'), direction: direction(f, d), params };
    }),
  }));
}

/** Columns of the first matrix of a letter: W reads x, U reads h. */
function columns(params: Params, letter: string): number {
  return Object.entries(params).find(([name]) => name.startsWith(letter))?.[1].shape[1] ?? 0;
}

function runOf(convention: Convention, f: Fixture, levels: readonly Level[], run: StoredRun): Run {
  const cut = (level: Level): Level => run.length === undefined ? level : { ...level, directions: level.directions.map(l => ({ ...l, length: run.length! })) };
  return {
    steps: run.steps, at: run.at, network: { name: f.variant, levels: levels.map(cut) }, x: Float32Array.from(decode(run.x).data),
    initial: run.initial?.map(level => level.map(states => mapped(states, s => decode(s).data))),
    forward: mapped(run.forward, (s, key) => key.includes('final ') ? expectedTensor(s) : expectedRows(s)),
    losses: run.losses.map((l): LossCase => ({
      loss: l.loss, value: l.value && expectedTensor(l.value),
      gradients: mapped(l.gradients, expectedRows),
      parameters: l.parameters?.map(level => level.map(tensors => parameterGradients(convention, f, tensors))) ?? [],
      decoder: mapped(l.decoder ?? {}, expectedTensor),
      initial: l.initial?.map(level => level.map(states => mapped(states, expectedTensor))) ?? [],
    })),
  };
}

/** Converted as the weights are; the peer's error is that of the worst tensor it came from. */
function parameterGradients({ convert }: Convention, f: Fixture, tensors: Tensors): LossCase['parameters'][number][number] {
  const peers = Object.values(tensors).map(t => t.peer ?? null).filter(p => p !== null);
  const peer = peers.length === 0 ? null : Math.max(...peers);
  const truth = Object.values(tensors).every(t => t.f8 !== undefined) ? 'float64' : 'float32';
  return mapped(convert(decoded(tensors), f, 'gradients'), ({ data }: Flat) => ({ values: data, rows: 1, truth, peer }));
}

function decoded(tensors: Tensors): Named {
  return mapped(tensors, decode);
}

function mapped<A, B>(all: Readonly<Record<string, A>>, to: (value: A, key: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [key, to(value, key)]));
}
