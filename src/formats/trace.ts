/**
 * Recorded signals as a safetensors file: tensors `LAYER/SIGNAL` (`LAYER/SIGNAL/reverse`) of shape [steps, units], LAYER percent-encoded,
 * and metadata that say what they are. Any safetensors library reads it too.
 */
import type { Cell } from '../core/cells/cell';
import type { Direction } from '../core/layer';
import { FormatError, type Bytes, type Format, type SignalRef, type Trace, type TraceLevel } from './format';
import { printable, readExactly, shapeText } from './parts/checked';
import { sizeOf, toFloat32 } from './parts/numbers';
import { looksLikeSafetensors, readHeader, type Entry, type Header } from './parts/safetensorsHeader';

const FORMAT = 'trace';

export const trace: Format = {
  id: FORMAT,
  extensions: ['safetensors'],
  // We write this key first, so it is within the head.
  match: head => looksLikeSafetensors(head) && new TextDecoder('latin1').decode(head.subarray(8)).includes('"gatescope"'),
  open: async bytes => {
    const header = await readHeader(bytes);
    if (!isTrace(header)) throw new FormatError(FORMAT, `${bytes.name} says nothing of a recording. Open it as a checkpoint`);
    return traceOf(bytes, header);
  },
};

export const isTrace = (header: Header): boolean => header.metadata['gatescope'] !== undefined;

/** What the metadata say of a level; a trace whose cell is unknown still shows its signals. */
interface Described { readonly name: string; readonly cell?: Cell; readonly inputSize?: number }

/** The trace that a header describes. @throws FormatError */
export function traceOf(bytes: Bytes, { entries, metadata }: Header): Trace {
  if (metadata['gatescope'] !== '1') throw new FormatError(FORMAT, `it was written in version ${printable(metadata['gatescope'] ?? '')} of the format; this version of Gatescope reads 1`);
  const steps = Number(metadata['steps'] ?? entries[0]?.shape[0] ?? 0);
  const described = levelsOf(metadata);
  const levels = new Map<string, Map<Direction, SignalRef[]>>();
  for (const entry of entries) {
    const { layer, signal, direction } = parseName(entry.name);
    const directions = levels.get(layer) ?? new Map<Direction, SignalRef[]>();
    levels.set(layer, directions);
    directions.set(direction, [...directions.get(direction) ?? [], signalOf(bytes, entry, signal, steps)]);
  }
  const labels = labelsOf(metadata['labels'], steps);
  return {
    kind: 'trace', format: FORMAT, steps, metadata,
    levels: [...levels].map(([layer, directions]): TraceLevel => ({
      ...(described.get(layer) ?? { name: decoded(layer) }),
      directions: [...directions].map(([direction, signals]) => ({ direction, signals })),
    })),
    ...(labels ? { labels } : {}),
  };
}

function parseName(name: string): { readonly layer: string; readonly signal: string; readonly direction: Direction } {
  const [layer = '', signal = '', way, ...rest] = name.split('/');
  if (signal === '' || rest.length > 0 || (way !== undefined && way !== 'reverse')) {
    throw new FormatError(FORMAT, `tensors should be called LAYER/SIGNAL or LAYER/SIGNAL/reverse, but one is called "${printable(name)}"`);
  }
  return { layer, signal, direction: way === 'reverse' ? 'reverse' : 'forward' };
}

function decoded(layer: string): string {
  try {
    return decodeURIComponent(layer);
  } catch {
    return layer;
  }
}

function signalOf(bytes: Bytes, { name, dtype, shape, from }: Entry, signal: string, steps: number): SignalRef {
  const units = shape[1] ?? 0;
  const size = sizeOf(dtype);
  if (shape.length !== 2 || shape[0] !== steps) throw new FormatError(FORMAT, `"${printable(name)}" should be of shape [${steps}, units], but is ${shapeText(shape)}`, from);
  if (size === undefined) throw new FormatError(FORMAT, `"${printable(name)}" is of type ${dtype}, which is not read`, from);
  return {
    name: signal, units,
    read: async (first, last) => {
      if (!(first >= 0 && first <= last && last <= steps)) throw new FormatError(FORMAT, `steps ${first} to ${last} of "${printable(name)}" were asked for, but it has ${steps}`);
      return toFloat32(dtype, await readExactly(bytes, FORMAT, `"${printable(name)}"`, from + first * units * size, (last - first) * units * size));
    },
  };
}

function levelsOf(metadata: Readonly<Record<string, string>>): ReadonlyMap<string, Described> {
  const names = new Map(Object.entries(objectOf(metadata['layers'], 'layers')));
  const cells = new Map(Object.entries(objectOf(metadata['cells'], 'cells')));
  const widths = new Map(Object.entries(objectOf(metadata['inputSizes'], 'inputSizes')));
  return new Map([...names].map(([layer, name]) => {
    const cell = cells.get(layer);
    const width = widths.get(layer);
    return [layer, {
      name: typeof name === 'string' ? name : decoded(layer),
      ...(isCell(cell) ? { cell } : {}),
      ...(typeof width === 'number' && Number.isSafeInteger(width) && width >= 0 ? { inputSize: width } : {}),
    }];
  }));
}

function isCell(value: unknown): value is Cell {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map(Object.entries(value));
  const texts = ['id', 'name', 'family', 'variant', 'equations', 'source'].every(key => typeof fields.get(key) === 'string');
  return texts && ['rnn', 'lstm', 'gru', 'other'].includes(fields.get('family') as string);
}

function objectOf(json: string | undefined, what: string): object {
  const value = parsed(json ?? '{}', what);
  if (typeof value !== 'object' || value === null) throw new FormatError(FORMAT, `its metadata "${what}" should be a JSON object`);
  return value;
}

function labelsOf(json: string | undefined, steps: number): readonly string[] | undefined {
  if (json === undefined) return undefined;
  const labels = parsed(json, 'labels');
  if (!Array.isArray(labels) || labels.length !== steps || !labels.every(l => typeof l === 'string')) {
    throw new FormatError(FORMAT, `its metadata "labels" should be a list of ${steps} texts, one a step`);
  }
  return labels;
}

function parsed(json: string, what: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new FormatError(FORMAT, `its metadata "${what}" should be JSON`);
  }
}
