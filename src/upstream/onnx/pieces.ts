/** A recording cut to the pieces that a model takes, one after another. */
import { rowsOf } from '../../core/rows';
import type { Sequence } from '../../core/sequence';
import { FormatError } from '../../formats/format';
import { FORMAT } from '../../formats/onnx/model';
import { printable } from '../../formats/parts/checked';
import type { Given, ModelInput, Value } from '../upstream';
import { axesOf, said, type Axes } from './axes';
import type { Family } from './families';
import { isRate } from './roles';
import { countOf, own, valueOf } from './values';

/** What the model's own input gets. */
export interface Pieces {
  readonly count: number;
  /** Steps of the recording that are new in a piece; the last piece may have fewer and is filled up with zeros. */
  readonly chunk: number;
  /** Steps of the recording in piece k, and the value to feed. */
  piece(k: number): { readonly from: number; readonly to: number; readonly value: Value };
  readonly notes: readonly string[];
}

/** `stateful`: states are carried from piece to piece. @throws FormatError where the recording does not fit the model */
export function piecesOf(input: ModelInput, inputs: readonly ModelInput[], given: Given, family: Family | undefined, stateful: boolean): Pieces {
  const { sequence } = given;
  const tokens = /int/.test(input.dtype);
  const axes = axesOf(input, tokens ? 1 : sequence.width, stateful);
  const { chunk, context, why } = lengthOf(input, inputs, axes, given, family, stateful);
  if (sequence.steps < 1) throw new FormatError(FORMAT, 'the recording is empty; at least one step is needed');
  const count = Math.ceil(sequence.steps / chunk);
  const read = readerOf(input, sequence, tokens);
  const length = axes.time === undefined ? 1 : chunk + context;
  const missing = count * chunk - sequence.steps;
  return {
    count, chunk,
    piece: k => ({
      from: k * chunk, to: Math.min((k + 1) * chunk, sequence.steps),
      value: laidOut(input, axes, length, read(k * chunk - context, (k + 1) * chunk)),
    }),
    notes: [
      `"${printable(input.name)}" ${said(input.shape)} is fed ${dimsText(axes, length)}${why}.`,
      ...(missing > 0 ? [`The last ${chunk} steps were filled up with ${missing} zeros.`] : []),
    ],
  };
}

const dimsText = ({ dims, time, guessed }: Axes, length: number): string =>
  `as [${dims.map((n, k) => (k === time ? length : n)).join(', ')}], ${time === undefined ? 'one step at a time' : `time along axis ${time}`}${guessed ? ' (guessed)' : ''}`;

interface Length { readonly chunk: number; readonly context: number; readonly why: string }

function lengthOf(input: ModelInput, inputs: readonly ModelInput[], axes: Axes, given: Given, family: Family | undefined, stateful: boolean): Length {
  const { sequence, values = {} } = given;
  const taken = new Set(inputs.map(i => i.name));
  const asked = (name: string): number | undefined => (taken.has(name) ? undefined : whole(name, own(values, name)?.[0]));
  const known = family ? ofFamily(family, inputs, given) : undefined;
  const context = asked('context') ?? known?.context ?? 0;
  const fixed = axes.fixed === undefined ? undefined : axes.fixed - (axes.time === undefined ? 0 : context);
  const chunk = asked('chunk') ?? known?.chunk ?? fixed;
  const wrong = (what: string): FormatError => new FormatError(FORMAT, `"${printable(input.name)}" ${said(input.shape)} takes ${what}`);
  if (fixed !== undefined && fixed < 1) throw wrong(`${axes.fixed} steps, which leaves none beside a context of ${context}`);
  if (fixed !== undefined && chunk !== fixed) throw wrong(`${fixed} new steps at a time, but chunk is ${chunk}`);
  if (chunk !== undefined) {
    const before = context > 0 ? `${context} steps of the piece before and ` : '';
    return { chunk, context, why: `, ${before}${chunk} new ones at a time${known ? `, as ${family!.name} takes them` : ''}` };
  }
  if (stateful && sequence.width === 1 && sequence.rate !== undefined) {
    throw wrong('a recording in pieces, but the model does not say how long they are. Give the value chunk (and context, where some of the piece before comes again), in samples');
  }
  return { chunk: Math.max(1, sequence.steps), context: 0, why: stateful ? ', the whole recording at once, states zero at first' : '' };
}

function whole(name: string, value: number | undefined): number | undefined {
  const fits = value === undefined || (Number.isSafeInteger(value) && value >= (name === 'chunk' ? 1 : 0));
  if (!fits) throw new FormatError(FORMAT, `${name} should be a whole number of steps, but is ${value}`);
  return value;
}

/** @throws FormatError for a rate that the family does not know */
function ofFamily(family: Family, inputs: readonly ModelInput[], { sequence, values = {} }: Given): { readonly chunk: number; readonly context: number } {
  const rate = inputs.filter(isRateInput).map(i => own(values, i.name)?.[0]).find(v => v !== undefined) ?? sequence.rate;
  const found = rate === undefined ? undefined : family.pieces[rate];
  if (!found) throw wrongRate(family, rate);
  if (sequence.rate !== undefined && sequence.rate !== rate) throw new FormatError(FORMAT,
    `the recording has ${sequence.rate} samples a second, but sr was given as ${rate}`);
  return found;
}

const isRateInput = (i: ModelInput): boolean => isRate(i);

function wrongRate({ name, pieces }: Family, rate: number | undefined): FormatError {
  const known = Object.keys(pieces).join(' or ');
  return new FormatError(FORMAT, rate === undefined
    ? `${name} takes ${known} samples a second, but the recording does not say how many it has. Give the value sr`
    : `${name} takes ${known} samples a second, but the recording has ${rate}. Resample it first`);
}

/** Rows [from, to) of the recording; zeros outside it. */
function readerOf(input: ModelInput, sequence: Sequence, tokens: boolean): (from: number, to: number) => Float32Array {
  const ids = tokens ? idsOf(input, sequence) : undefined;
  const rows = ids ? { width: 1, steps: ids.length, read: (from: number, to: number) => ids.subarray(from, to) } : rowsOf(sequence);
  return (from, to) => {
    const out = new Float32Array((to - from) * rows.width);
    const [first, last] = [Math.max(0, from), Math.min(rows.steps, to)];
    if (first < last) out.set(rows.read(first, last), (first - from) * rows.width);
    return out;
  };
}

/** Indices of a text, or of a table of whole numbers. Exact in float32 up to 2^24, which no vocabulary reaches. */
function idsOf({ name, dtype }: ModelInput, sequence: Sequence): Float32Array {
  if (sequence.ids) {
    const unknown = sequence.ids.findIndex(id => id < 0);
    if (unknown >= 0) throw new FormatError(FORMAT, `step ${unknown} of the text is not in the vocabulary, and "${printable(name)}" takes indices`);
    return Float32Array.from(sequence.ids);
  }
  const numbers = sequence.width === 1 ? rowsOf(sequence).read(0, sequence.steps) : undefined;
  if (!numbers?.every(v => Number.isInteger(v))) {
    throw new FormatError(FORMAT, `"${printable(name)}" takes indices (${dtype}): a text with a vocabulary, or one whole number a step`);
  }
  return numbers;
}

/** Rows [length, width] in the order of the input's axes; the same for every sequence of a batch. */
function laidOut({ dtype }: ModelInput, { dims, time, feature }: Axes, length: number, rows: Float32Array): Value {
  const shape = dims.map((n, k) => (k === time ? length : n));
  const width = feature === undefined ? 1 : dims[feature] ?? 1;
  const strides = shape.map((_, k) => shape.slice(k + 1).reduce((a, b) => a * b, 1));
  const out = new Float32Array(countOf(shape));
  const at = (k: number, axis: number | undefined): number => (axis === undefined ? 0 : Math.floor(k / strides[axis]!) % shape[axis]!);
  for (let k = 0; k < out.length; k++) out[k] = rows[at(k, time) * width + at(k, feature)]!;
  return valueOf(dtype, shape, out);
}
