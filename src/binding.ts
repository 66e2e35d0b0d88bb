/**
 * What a layer is tied to: checkpoint, stack in it, input, vocabulary, encoder, decoder. Proposed by shape and name from the files of a
 * workspace folder, editable, and saved with relative paths. Nothing here knows vscode; Files stands for the folder.
 */
import type { Answers, Bytes } from './formats/format';

export interface Binding {
  /** Path from the workspace folder; null: no checkpoint, random weights. */
  readonly checkpoint?: string | null;
  /** Name of the stack in the checkpoint: PyTorch's prefix, ONNX's node. */
  readonly stack?: string;
  /** Tensors chosen by hand where names say nothing, in the order that the cell's framework stores them. */
  readonly tensors?: readonly string[];
  /** Path of a text, CSV or array. */
  readonly input?: string;
  /** An input made up instead. */
  readonly generate?: { readonly kind: string; readonly steps: number; readonly seed: number };
  /** Columns of a table, by name. */
  readonly columns?: readonly string[];
  /** Which of several sequences that the input holds, from 0. */
  readonly sequence?: number;
  /** A text is several sequences: a line each, or what stands between empty lines. */
  readonly split?: 'lines' | 'paragraphs';
  /** Of an input with three axes: which counts the sequences. */
  readonly batchAxis?: 0 | 1;
  readonly vocabulary?: string;
  /** `onehot`, or the name of an embedding tensor [vocabulary, inputSize]. */
  readonly encoder?: string;
  /** A tensor [vocabulary, units] that turns h into scores of the next character; null: none. */
  readonly decoder?: string | null;
  readonly decoderBias?: string;
  /** Path of a table with a row a step, that units are compared with. */
  readonly labels?: string;
  readonly seed?: number;
  /** Sizes of a cell that a person wrote. */
  readonly units?: number;
  readonly inputSize?: number;
  /** Where the input goes: into the model, whose beginning is run first, or straight to the layer. Absent: by what fits. */
  readonly into?: 'model' | 'layer';
  /** Constants that the model's beginning reads, by name: `sr`. */
  readonly feeds?: Readonly<Record<string, readonly number[]>>;
  /** What a person decided where the checkpoint leaves a doubt: option ids by doubt ids. */
  readonly assume?: Answers;
}

export type Field = keyof Binding;

/** What a binding says of its input, for whoever reads that. */
export function inputOptions({ columns, split, batchAxis }: Binding): Pick<Binding, 'columns' | 'split' | 'batchAxis'> {
  return { ...(columns ? { columns } : {}), ...(split ? { split } : {}), ...(batchAxis === undefined ? {} : { batchAxis }) };
}

/** The files of one workspace folder. Paths are relative to it, with forward slashes. */
export interface Files {
  list(): Promise<readonly string[]>;
  /** @throws Problem or Error when it can't be read */
  open(path: string): Promise<Bytes>;
}

/** Why each field has its value: `chosen by shape and name`, `saved`, `chosen by you`. */
export type Reasons = { [K in Field]?: string };

/** Folders between two files: 0 in the same folder. */
export function distance(a: string, b: string): number {
  const [from, to] = [a, b].map(path => path.split('/').slice(0, -1)) as [string[], string[]];
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared++;
  return from.length + to.length - 2 * shared;
}

/** Nearest first; equals in alphabetical order. */
export const nearest = (paths: readonly string[], to: string): string[] =>
  [...paths].sort((a, b) => distance(a, to) - distance(b, to) || (a < b ? -1 : 1));

export const folderOf = (path: string): string => path.split('/').slice(0, -1).join('/');
export const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
export const hasEnding = (path: string, endings: readonly string[]): boolean => endings.some(e => path.toLowerCase().endsWith(`.${e}`));

const forms: { readonly [K in Field]: (value: unknown) => boolean } = {
  checkpoint: v => v === null || typeof v === 'string',
  stack: v => typeof v === 'string',
  tensors: isStrings,
  input: v => typeof v === 'string',
  generate: v => typeof v === 'object' && v !== null && typeof (v as { kind?: unknown }).kind === 'string'
    && isCount((v as { steps?: unknown }).steps) && isCount((v as { seed?: unknown }).seed),
  columns: isStrings,
  sequence: isCount,
  split: v => v === 'lines' || v === 'paragraphs',
  batchAxis: v => v === 0 || v === 1,
  vocabulary: v => typeof v === 'string',
  encoder: v => typeof v === 'string',
  decoder: v => v === null || typeof v === 'string',
  decoderBias: v => typeof v === 'string',
  labels: v => typeof v === 'string',
  seed: isCount,
  units: isSize,
  inputSize: isSize,
  into: v => v === 'model' || v === 'layer',
  feeds: v => isRecord(v) && Object.values(v).every(list => Array.isArray(list) && list.every(n => typeof n === 'number')),
  assume: v => isRecord(v) && Object.values(v).every(option => typeof option === 'string'),
};

function isRecord(v: unknown): v is object { return typeof v === 'object' && v !== null && !Array.isArray(v); }

function isStrings(v: unknown): boolean { return Array.isArray(v) && v.every(item => typeof item === 'string'); }
function isCount(v: unknown): boolean { return typeof v === 'number' && Number.isSafeInteger(v) && v >= 0; }

/** A layer of more would not fit any memory. */
function isSize(v: unknown): boolean { return isCount(v) && v as number >= 1 && v as number <= 4096; }

/** A saved binding, with what is not of the right form left out. */
export function checkBinding(value: unknown): Binding {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([key, v]) => Object.hasOwn(forms, key) && forms[key as Field](v)));
}
