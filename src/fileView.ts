/** What the editor of a file shows, from its headers; and the statistics of a level, from its weights. Knows no vscode. */
import { EXACT_UNITS, layerStats, MOST_EXACT_UNITS, type LayerStats } from './analysis/weights';
import { parse } from './core/equations';
import type { Cell } from './core/cells/cell';
import type { Layer, Level } from './core/layer';
import type { Progress } from './core/pace';
import type { Answers, Checkpoint, LevelRef, StackRef, TensorRef, Trace } from './formats/format';
import { sizeOf } from './formats/parts/numbers';
import type { FileDirection, FileEntry, FileLevel, FileStack, FileStats, FileTensor, FileTrace, FileView, TensorPage, TensorRequest } from './fileProtocol';
import { term, told } from './l10n';
import { hueOf } from './hues';

/** Answers of the person by stack. */
export type Decisions = ReadonlyMap<string, Answers>;

interface Source {
  readonly revision: number;
  readonly name: string;
  readonly size: number;
  readonly decisions?: Decisions;
}

/** All that headers tell. */
export function fileView(opened: Checkpoint | Trace, { revision, name, size, decisions = new Map() }: Source): FileView {
  const base = { revision, name, size, format: opened.format, metadata: entriesOf(opened.metadata) };
  if (opened.kind === 'trace') return { ...base, stacks: [], tensors: 0, warnings: [], trace: traceOf(opened) };
  const tensors = tensorIndex(opened);
  return {
    ...base, tensors: opened.tensors.length, warnings: opened.warnings ?? [],
    stacks: opened.stacks.map(stack => stackOf(stack, decisions.get(stack.name) ?? {}, tensors)),
  };
}

/** A stack as the person decided. */
export const decided = (stack: StackRef, answers: Answers = {}): StackRef => Object.keys(answers).length > 0 ? stack.decide?.(answers) ?? stack : stack;

const frameworks = new Map(Object.entries({
  pytorch: 'PyTorch', onnx: 'ONNX', keras: 'Keras', tfjs: 'TensorFlow.js', tensorflow: 'TensorFlow', tensorflow1: 'TensorFlow 1', flax: 'Flax', haiku: 'Haiku', equinox: 'Equinox', mxnet: 'MXNet', coreml: 'Core ML', dl4j: 'DL4J',
}));

/** What people call a framework. */
export const frameworkName = (id: string): string => frameworks.get(id) ?? id;

const LONGEST_VALUE = 4000;
const MOST_ENTRIES = 500;

function entriesOf(metadata: Readonly<Record<string, string>>): FileEntry[] {
  return Object.entries(metadata).slice(0, MOST_ENTRIES).map(([key, value]) => ({ key, value: value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value }));
}

interface Index { readonly byName: ReadonlyMap<string, TensorRef>; readonly users: ReadonlyMap<string, readonly string[]> }

function tensorIndex({ tensors, stacks }: Checkpoint): Index {
  const users = new Map<string, string[]>();
  for (const level of stacks.flatMap(s => s.levels)) for (const name of level.tensors) users.set(name, [...users.get(name) ?? [], level.name]);
  return { byName: new Map(tensors.map(t => [t.name, t])), users };
}

function stackOf(stack: StackRef, answers: Answers, index: Index): FileStack {
  const now = decided(stack, answers);
  const problem = now.levels.find(l => l.problem !== undefined)?.problem;
  return {
    name: stack.name, framework: frameworkName(stack.framework),
    levels: now.levels.map(level => levelOf(level, index)),
    // The first reading's doubts: deciding one must not make it go away.
    doubts: (stack.doubts ?? []).map(({ id, question, options, taken, evidence }) =>
      ({ id, question, options, evidence, taken: answers[id] ?? now.doubts?.find(d => d.id === id)?.taken ?? taken, decided: answers[id] !== undefined })),
    ...(problem === undefined ? {} : { problem }),
  };
}

function levelOf(level: LevelRef, index: Index): FileLevel {
  const { name, cell, inputSize, units, directions, merge, parameters, assumptions, problem } = level;
  return {
    name, cell: cell.name, variant: term(cell.variant), inputSize, units, directions, merge, parameters, assumptions, equations: cell.equations,
    tensors: level.tensors.map(t => tensorOf(index, t)),
    ...(problem === undefined ? {} : { problem }),
  };
}

function tensorOf({ byName, users }: Index, name: string): FileTensor {
  const tensor = byName.get(name);
  return tensor ? tensorRow(tensor, users.get(name) ?? []) : { name, dtype: '', shape: [], usedBy: users.get(name) ?? [] };
}

function tensorRow({ name, dtype, shape }: TensorRef, usedBy: readonly string[]): FileTensor {
  const width = sizeOf(dtype);
  return { name, dtype, shape, usedBy, ...(width === undefined ? {} : { size: width * shape.reduce((a, b) => a * b, 1) }) };
}

/** Tensors whose name, type or shape has all the words of the filter. */
export function tensorPage(checkpoint: Checkpoint, { filter, count }: TensorRequest): TensorPage {
  const { users } = tensorIndex(checkpoint);
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = ({ name, dtype, shape }: TensorRef): boolean => {
    const text = `${name} ${dtype} ${shape.join('×')} [${shape.join(',')}]`.toLowerCase();
    return words.every(word => text.includes(word));
  };
  const found = words.length === 0 ? checkpoint.tensors : checkpoint.tensors.filter(matches);
  return { rows: found.slice(0, Math.max(0, count)).map(t => tensorRow(t, users.get(t.name) ?? [])), matching: found.length, all: checkpoint.tensors.length };
}

function traceOf({ steps, levels, labels }: Trace): FileTrace {
  return {
    steps, labels: labels !== undefined,
    levels: levels.flatMap(level => level.directions.map(({ direction, signals }) => {
      const words = signalWords(level.cell);
      return {
        name: level.name, cell: level.cell?.name ?? '', direction,
        signals: signals.map(({ name, units }) => ({ name, units, label: term(words.get(name)?.label ?? ''), hue: hueOf(name, words.get(name)?.kind ?? 'value') })),
      };
    })),
  };
}

function signalWords(cell: Cell | undefined): ReadonlyMap<string, { readonly label: string; readonly kind: 'gate' | 'candidate' | 'state' | 'value' }> {
  try {
    return new Map(cell ? parse(cell.equations).signals.map(s => [s.name, s]) : []);
  } catch {
    return new Map(); // equations of a file that are none: its signals have no words
  }
}

/** Statistics of a level, in short pieces; `exact` also where it takes long. */
export function* levelStats(level: Level, revision: number, exact: boolean): Generator<Progress, FileStats> {
  const limit = exact ? MOST_EXACT_UNITS : EXACT_UNITS;
  const directions: FileDirection[] = [];
  for (const layer of level.directions) directions.push(directionOf(layer, yield* layerStats(layer, { exact: limit })));
  const most = Math.max(0, ...level.directions.map(d => d.units));
  const estimated = directions.some(d => d.blocks.some(b => b.spectrum?.estimated));
  return { revision, directions, canBeExact: estimated && !exact && most <= MOST_EXACT_UNITS };
}

function directionOf({ cell }: Layer, { direction, blocks, remarks }: LayerStats): FileDirection {
  const kinds = new Map(parse(cell.equations).signals.map(s => [s.name, s.kind]));
  return { direction, remarks: remarks.map(({ severity, text }) => ({ severity, text: told(text) })), blocks: blocks.map(block => ({ ...block, hue: hueOf(block.signal, kinds.get(block.signal) ?? 'value') })) };
}
