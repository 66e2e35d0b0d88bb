/** Which axis of a model's input is time, which are features, and which stand for a batch. */
import { FormatError } from '../../formats/format';
import { FORMAT } from '../../formats/onnx/model';
import { printable } from '../../formats/parts/checked';
import type { ModelInput } from '../upstream';

export interface Axes {
  /** Absent where the model takes one step at a time. */
  readonly time?: number;
  /** Absent where a step is one number. */
  readonly feature?: number;
  /** Length of every axis but time; 0 there. */
  readonly dims: readonly number[];
  /** Steps that the model takes at once, where its shape says so. */
  readonly fixed?: number;
  /** True where both axes left could have been time. */
  readonly guessed: boolean;
}

const isBatch = (dim: number | string | null): boolean => typeof dim === 'string' && /^(n|b|bs|batch(_?size)?)$/i.test(dim);
const isTime = (dim: number | string | null): boolean => typeof dim === 'string' && /seq|time|step|len|frame|sample|^t$/i.test(dim);

/** Matches an input of the model with a recording of `width` numbers a step. @throws FormatError where they do not go together */
export function axesOf({ name, shape: given }: ModelInput, width: number, stateful: boolean): Axes {
  const shape = given.length > 0 ? given : usual(width);
  const rank = shape.length;
  const feature = featureAxis(shape, width);
  if (feature === undefined && width > 1) {
    throw new FormatError(FORMAT, `the model's input "${printable(name)}" is of shape ${said(shape)}, but the recording has ${width} numbers a step`);
  }
  const left = shape.map((_, k) => k).filter(k => k !== feature);
  const free = left.filter(k => shape[k] !== 1 && !isBatch(shape[k] ?? null));
  // One step at a time: all axes but the features are one, and states carry what was before.
  const single = stateful && free.length === 0 && left.every(k => shape[k] === 1 || isBatch(shape[k] ?? null)) && rank > 0;
  const named = free.find(k => isTime(shape[k] ?? null));
  // As most models have it: batch, then time, then features; samples of a sound come last.
  const time = single ? undefined : named ?? (feature === undefined || feature === rank - 1 ? free.at(-1) : free[0]) ?? left.at(-1);
  const fixed = time === undefined ? 1 : shape[time];
  return {
    ...(time === undefined ? {} : { time }), ...(feature === undefined ? {} : { feature }),
    dims: shape.map((n, k) => (k === time ? 0 : k === feature ? width : typeof n === 'number' ? n : 1)),
    ...(typeof fixed === 'number' ? { fixed } : {}),
    guessed: given.length === 0 || (rank > 2 && free.length > 1 && named === undefined),
  };
}

/** Where a model says nothing of an input's shape. */
const usual = (width: number): ModelInput['shape'] => (width === 1 ? [1, null] : [1, null, width]);

/** The last axis as long as a step is wide, else the last free one, where there is more than time and batch. */
function featureAxis(shape: ModelInput['shape'], width: number): number | undefined {
  const rank = shape.length;
  if (width === 1) return rank === 3 ? (shape[2] === 1 || shape[1] !== 1 ? 2 : 1) : rank === 2 && shape[1] === 1 && shape[0] !== 1 ? 1 : undefined;
  const exact = shape.lastIndexOf(width);
  if (exact >= 0) return exact;
  const free = shape.map((n, k) => (typeof n === 'number' || isBatch(n) || isTime(n) ? -1 : k)).filter(k => k >= 0);
  return rank >= 2 ? free.at(-1) : undefined;
}

/** `[N, T, 40]`, `?` for what has no name. */
export const said = (shape: ModelInput['shape']): string => `[${shape.map(n => (n === null ? '?' : typeof n === 'string' ? printable(n) : n)).join(', ')}]`;
