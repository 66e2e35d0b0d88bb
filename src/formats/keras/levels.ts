/** A recurrent layer of a Keras model as levels: one, or one a cell where cells run inside one another. */
import type { Cell } from '../../core/cells/cell';
import { gruVariant, lstmVariant, rnnVariant } from '../../core/cells/variants';
import type { Direction, Layer } from '../../core/layer';
import { FormatError, type Answers, type Doubt, type LevelRef, type TensorRef } from '../format';
import { printable, shapeText } from '../parts/checked';
import type { CellSpec, Recurrent } from './cells';
import { settle, type Settled } from './defaults';
import { matricesOf, paramsOf, type Matrices } from './matrices';
import { add } from './many';
import type { KerasModel, Weight } from './model';
import { lastOf } from './names';

/** Levels, and what they leave open. */
export interface Built {
  readonly levels: readonly LevelRef[];
  readonly doubts: readonly Doubt[];
  /** Numbers a step that the last level hands on. */
  readonly width: number;
}

/** What a layer stands on: the width of the level below, where there is one, and whether it hands on the last step first. */
export interface Below {
  readonly width: number | undefined;
  readonly flipped: boolean;
}

/** One cell in one direction, with all that is known of it by headers. */
interface Half {
  readonly spec: CellSpec;
  readonly direction: Direction;
  readonly matrices: Matrices;
  readonly settled: Settled;
  readonly cell: Cell;
}

/**
 * The levels of a layer. Where what it reads comes last step first, as a layer below with go_backwards hands it on, all its
 * directions are the other way round in the order of the input.
 */
export function levelsOf(recurrent: Recurrent, model: KerasModel, answers: Answers, { width: below, flipped }: Below): Built {
  const { layer, forward, backward, goBackwards } = recurrent;
  const reverse = flipped !== goBackwards;
  const { weights, problem } = split(layer.weights, [...forward, ...backward ?? []]);
  const doubts: Doubt[] = [];
  const half = (spec: CellSpec, k: number, turned: boolean): Half => {
    const matrices = matricesOf(spec, weights[k] ?? []);
    const settled = settle(spec, matrices, model, answers);
    doubts.push(...settled.doubts);
    return { spec, matrices, settled, direction: turned ? 'reverse' : 'forward', cell: cellOf(model, spec, settled) };
  };
  let width = below;
  const levels = forward.map((spec, k) => {
    const back = backward?.[k];
    const halves = [half(spec, k, reverse), ...(back ? [half(back, forward.length + k, !reverse)] : [])];
    const misfit = problem ?? misfitBelow(halves, width);
    width = widthOf(recurrent, halves);
    return levelOf(model, forward.length === 1 ? layer.name : `${layer.name}.cells.${k}`, recurrent, halves, misfit);
  });
  return { levels, doubts, width: width ?? 0 };
}

const widthOf = ({ merge }: Recurrent, halves: readonly Half[]): number =>
  halves.slice(0, merge === 'concat' ? halves.length : 1).reduce((sum, h) => sum + h.matrices.units, 0);

function misfitBelow([first]: readonly Half[], width: number | undefined): string | undefined {
  const reads = first?.matrices.inputSize;
  const known = width !== undefined && width > 0 && reads !== undefined && reads > 0;
  return known && reads !== width ? `it reads ${reads} numbers a step, but the level below gives ${width}` : undefined;
}

interface Split {
  /** By cell. */
  readonly weights: readonly (readonly TensorRef[])[];
  readonly problem?: string;
}

/** The weights of each cell. Keras 3's layout says which are whose; the older one has them in order. */
function split(weights: readonly Weight[], cells: readonly CellSpec[]): Split {
  const places = new Map<string, TensorRef[]>();
  for (const { name, tensor } of weights) add(places, name.slice(0, name.lastIndexOf('/')), tensor);
  if (cells.some(cell => places.has(cell.place))) return { weights: cells.map(cell => places.get(cell.place) ?? []) };
  const starts = weights.flatMap((w, k) => (lastOf(w.name) === 'kernel' ? [k] : []));
  const even = cells.map((_, k) => Math.round(k * weights.length / cells.length));
  const from = starts.length === cells.length ? starts : even;
  const parts = from.map((at, k) => weights.slice(at, from[k + 1] ?? weights.length).map(w => w.tensor));
  if (starts.length === 0 || starts.length === cells.length) return { weights: parts };
  return { weights: parts, problem: `${starts.length} kernels were found among its weights, where ${cells.length} were expected` };
}

function levelOf(model: KerasModel, name: string, recurrent: Recurrent, halves: readonly Half[], unplaced: string | undefined): LevelRef {
  const [first] = halves;
  const convolution = recurrent.problem !== undefined && recurrent.layer.className.startsWith('ConvLSTM');
  const tensors = convolution ? recurrent.layer.weights.map(w => w.tensor) : halves.flatMap(h => h.matrices.weights);
  const problem = recurrent.problem ?? unplaced ?? halves.map(h => h.matrices.problem ?? h.settled.problem).find(p => p !== undefined) ?? unequal(recurrent, halves);
  const { inputSize, units } = convolution ? channels(tensors) : first?.matrices ?? { inputSize: 0, units: 0 };
  const merge = recurrent.merge;
  return {
    name, cell: first?.cell ?? rnnVariant({}), inputSize, units, directions: halves.map(h => h.direction), merge,
    parameters: tensors.reduce((sum, t) => sum + t.shape.reduce((a, b) => a * b, 1), 0),
    tensors: tensors.map(t => t.name), assumptions: assumptionsOf(recurrent, halves),
    ...(problem === undefined ? {} : { problem }),
    load: async () => {
      if (problem !== undefined) throw new FormatError(model.family, `${printable(name)} cannot be loaded: ${problem}`);
      const directions: Layer[] = [];
      for (const h of halves) {
        const { inputSize, units } = h.matrices;
        directions.push({ cell: h.cell, inputSize, units, direction: h.direction, params: await paramsOf(h.spec, h.matrices, h.settled.resetAfter) });
      }
      return { name, directions, merge };
    },
  };
}

/** Channels that go in and come out, of a kernel [.., in, 4 out]. */
function channels([kernel, recurrent]: readonly TensorRef[]): { readonly inputSize: number; readonly units: number } {
  return { inputSize: kernel?.shape.at(-2) ?? 0, units: recurrent?.shape.at(-2) ?? 0 };
}

const cells = new WeakMap<KerasModel, Map<string, Cell>>();

/** Made once for each rule in a model: equations are parsed, which takes longer than all else. */
function cellOf(model: KerasModel, spec: CellSpec, settled: Settled): Cell {
  const known = cells.get(model) ?? new Map<string, Cell>();
  cells.set(model, known);
  const key = JSON.stringify([spec.kind, settled.gates, settled.candidate, settled.resetAfter]);
  const cell = known.get(key) ?? makeCell(spec, settled);
  known.set(key, cell);
  return cell;
}

function makeCell(spec: CellSpec, { gates, candidate, resetAfter }: Settled): Cell {
  if (spec.kind === 'rnn') return rnnVariant({ activation: candidate });
  if (spec.kind === 'gru') return gruVariant({ activations: { f: gates, g: candidate }, resetAfter });
  return lstmVariant({ activations: { f: gates, g: candidate, h: candidate } });
}

function unequal({ merge }: Recurrent, halves: readonly Half[]): string | undefined {
  const [a, b] = halves.map(h => h.matrices);
  if (!a || !b) return undefined;
  if (a.inputSize !== b.inputSize) return `its directions read ${a.inputSize} and ${b.inputSize} numbers a step; they should read the same`;
  return a.units === b.units || merge === 'concat' || merge === 'none' ? undefined : `its directions have ${a.units} and ${b.units} units, which cannot be merged by ${merge}: ${shapeText([a.units])} is not ${shapeText([b.units])}`;
}

function assumptionsOf({ layer, notes }: Recurrent, halves: readonly Half[]): readonly string[] {
  const doubts = new Map(halves.flatMap(h => h.settled.doubts).map(d => [d.id, d]));
  const initial = layer.inbound.length > 1 ? ['the initial state is zero: in the model it comes from another layer'] : [];
  const shared = layer.calls > 1 ? [`the model calls it ${layer.calls} times; here it runs once, on a sequence of its own`] : [];
  const guessed = layer.guessed === undefined ? [] : [layer.guessed];
  return [...guessed, ...[...doubts.values()].map(d => `${labelOf(d)}: ${d.evidence}`), ...initial, ...shared, ...notes];
}

/** `gates: hard sigmoid`. */
function labelOf(doubt: Doubt): string {
  const what = doubt.id === 'gru-form' ? 'reset' : doubt.id === 'nonlinearity' ? 'activation' : 'gates';
  return `${what} ${doubt.options.find(o => o.id === doubt.taken)?.label ?? doubt.taken}`;
}
