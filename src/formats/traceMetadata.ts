/** What a trace's metadata say: JSON in texts, checked before it is believed. */
import { cells } from '../core/cells/index';
import type { Cell } from '../core/cells/cell';
import { FormatError, type TraceMoment, type TraceSequence } from './format';
import { printable } from './parts/checked';

const FORMAT = 'trace';
const MOST_MOMENTS = 100_000;

type Metadata = Readonly<Record<string, string>>;

/** What the metadata say of a level; a trace whose cell is unknown still shows its signals. */
export interface Described { readonly name: string; readonly cell?: Cell; readonly inputSize?: number }

/** A layer's name from its place in a tensor's name. */
export function decodedLayer(layer: string): string {
  try {
    return decodeURIComponent(layer);
  } catch {
    return layer;
  }
}

/** By encoded name. @throws FormatError */
export function describedLevels(metadata: Metadata): ReadonlyMap<string, Described> {
  const [names, known, widths] = ['layers', 'cells', 'inputSizes'].map(key => new Map<string, unknown>(Object.entries(objectOf(metadata[key], key)))) as [Map<string, unknown>, Map<string, unknown>, Map<string, unknown>];
  return new Map([...new Set([...names.keys(), ...known.keys(), ...widths.keys()])].map(layer => {
    const name = names.get(layer);
    const cell = cellIn(known.get(layer));
    const width = widths.get(layer);
    return [layer, {
      name: typeof name === 'string' ? name : decodedLayer(layer),
      ...(cell ? { cell } : {}),
      ...(typeof width === 'number' && Number.isSafeInteger(width) && width >= 0 ? { inputSize: width } : {}),
    }];
  }));
}

/** A cell written out, or the id of one that is known here. */
function cellIn(value: unknown): Cell | undefined {
  if (typeof value === 'string') return cells.find(c => c.id === value);
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = new Map(Object.entries(value));
  const texts = ['id', 'name', 'family', 'variant', 'equations', 'source'].every(key => typeof fields.get(key) === 'string');
  return texts && ['rnn', 'lstm', 'gru', 'other'].includes(fields.get('family') as string) ? value as Cell : undefined;
}

/** One label a step. @throws FormatError */
export function labelsIn(metadata: Metadata, steps: number): readonly string[] | undefined {
  if (metadata['labels'] === undefined) return undefined;
  const labels = parsed(metadata['labels'], 'labels');
  if (!Array.isArray(labels) || labels.length !== steps || !labels.every(l => typeof l === 'string')) {
    throw new FormatError(FORMAT, `its metadata "labels" should be a list of ${steps} texts, one a step`);
  }
  return labels;
}

/** `[{"name": "first", "steps": 12}, ...]`, whose steps add up to all. @throws FormatError */
export function sequencesIn(metadata: Metadata, steps: number): readonly TraceSequence[] | undefined {
  if (metadata['sequences'] === undefined) return undefined;
  let from = 0;
  const sequences = listOf(metadata['sequences'], 'sequences').map((value, k): TraceSequence => {
    const { name, steps: own } = fieldsOf(value);
    if (typeof own !== 'number' || !Number.isSafeInteger(own) || own < 0) throw new FormatError(FORMAT, `entry ${k} of its metadata "sequences" should say its "steps"`);
    from += own;
    return { name: typeof name === 'string' ? name : String(k), from: from - own, to: from };
  });
  if (from !== steps) throw new FormatError(FORMAT, `its metadata "sequences" have ${from} steps together, but the trace has ${steps}`);
  return sequences;
}

/** `[{"step": 0}, {"step": 100, "name": "epoch 1"}, ...]`, rising. @throws FormatError */
export function momentsIn(metadata: Metadata): readonly TraceMoment[] | undefined {
  if (metadata['training'] === undefined) return undefined;
  const moments = listOf(metadata['training'], 'training').map((value, k): TraceMoment => {
    const { name, step } = fieldsOf(value);
    if (typeof step !== 'number' || !Number.isFinite(step)) throw new FormatError(FORMAT, `entry ${k} of its metadata "training" should say its "step"`);
    return { step, ...(typeof name === 'string' ? { name } : {}) };
  });
  if (moments.length === 0 || moments.length > MOST_MOMENTS) throw new FormatError(FORMAT, `its metadata "training" lists ${moments.length} moments; 1 to ${MOST_MOMENTS} are read`);
  const falling = moments.findIndex((m, k) => k > 0 && m.step <= moments[k - 1]!.step);
  if (falling > 0) throw new FormatError(FORMAT, `its metadata "training" should rise from step to step, but entry ${falling} does not`);
  return moments;
}

/** Steps a second. @throws FormatError */
export function rateIn(metadata: Metadata): number | undefined {
  if (metadata['rate'] === undefined) return undefined;
  const rate = Number(metadata['rate']);
  if (!(rate > 0 && Number.isFinite(rate))) throw new FormatError(FORMAT, `its metadata "rate" should be steps a second, but is "${printable(metadata['rate'])}"`);
  return rate;
}

function fieldsOf(value: unknown): { readonly name?: unknown; readonly step?: unknown; readonly steps?: unknown } {
  return typeof value === 'object' && value !== null ? value : {};
}

function listOf(json: string, what: string): readonly unknown[] {
  const value = parsed(json, what);
  if (!Array.isArray(value)) throw new FormatError(FORMAT, `its metadata "${what}" should be a JSON list`);
  return value;
}

function objectOf(json: string | undefined, what: string): object {
  const value = parsed(json ?? '{}', what);
  if (typeof value !== 'object' || value === null) throw new FormatError(FORMAT, `its metadata "${what}" should be a JSON object`);
  return value;
}

function parsed(json: string, what: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new FormatError(FORMAT, `its metadata "${what}" should be JSON`);
  }
}
