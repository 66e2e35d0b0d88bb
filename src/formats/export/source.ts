/** What is exported: signals that can be read in windows, from a file or from a session. */
import type { Cell } from '../../core/cells/cell';
import type { Direction } from '../../core/layer';
import { FormatError, type SignalRef, type Trace } from '../format';
import { span } from '../traceView';

/** A recording, wherever it is; a Trace is one. */
export interface ExportSource {
  readonly steps: number;
  readonly levels: readonly {
    readonly name: string;
    readonly cell?: Cell | undefined;
    readonly inputSize?: number | undefined;
    readonly directions: readonly { readonly direction: Direction; readonly signals: readonly SignalRef[] }[];
  }[];
  readonly labels?: readonly string[] | undefined;
  readonly sequences?: Trace['sequences'] | undefined;
  readonly tracks?: readonly SignalRef[] | undefined;
  readonly rate?: number | undefined;
  /** The network's name. */
  readonly model: string;
  /** What computed it: `fast`, `reference`, or the file it was read from. */
  readonly evaluator: string;
  /** What the input was, in words. */
  readonly input: string;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** One form. */
export interface Exporter {
  readonly id: string;
  /** Without the dot. */
  readonly extension: string;
  /** What a person chooses by. */
  readonly label: string;
  /** The file, in pieces of about a megabyte. @throws what reading the source throws */
  write(source: ExportSource): AsyncGenerator<Uint8Array>;
}

/** Keys of a trace's metadata that are written anew. */
const OWN = new Set(['gatescope', 'model', 'steps', 'evaluator', 'input', 'layers', 'cells', 'inputSizes', 'labels', 'sequences', 'training', 'rate', 'moment']);

/** A trace as a source; of one with several moments of a training, the moment it shows. */
export function sourceOf(trace: Trace, name: string): ExportSource {
  const { steps, levels, labels, sequences, tracks, rate, metadata, moments } = trace;
  const moment = moments && moments.length > 1 ? trace.mapping?.fields.find(f => f.id === 'moment')?.value : undefined;
  return {
    steps, levels, labels, sequences, tracks, rate, model: metadata['model'] ?? name, evaluator: metadata['evaluator'] ?? trace.format, input: metadata['input'] ?? name,
    metadata: { ...Object.fromEntries(Object.entries(metadata).filter(([key]) => !OWN.has(key))), ...(moment === undefined ? {} : { moment }) },
  };
}

export interface Choice {
  /** Names of signals; all otherwise. */
  readonly signals?: readonly string[] | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** A part of a trace: some of its signals, some of its steps. @throws FormatError that names the signals there are */
export function chosen(trace: Trace, { signals, from = 0, to = trace.steps }: Choice): Trace {
  const part = span(trace, from, to);
  if (!signals) return part;
  const known = new Set(trace.levels.flatMap(l => l.directions.flatMap(d => d.signals.map(s => s.name))));
  const strange = signals.find(s => !known.has(s));
  if (strange !== undefined) throw new FormatError(trace.format, `there is no signal "${strange}"; there are ${[...known].join(', ')}`);
  return { ...part, levels: part.levels.map(level => ({ ...level, directions: level.directions.map(d => ({ ...d, signals: d.signals.filter(s => signals.includes(s.name)) })) })) };
}

/** A signal with the place it has in names: LAYER, SIGNAL, direction. */
export interface Column { readonly level: string; readonly direction: Direction; readonly signal: SignalRef }

/** All signals, in order. */
export const columnsOf = ({ levels }: ExportSource): readonly Column[] =>
  levels.flatMap(level => level.directions.flatMap(({ direction, signals }) => signals.map(signal => ({ level: level.name, direction, signal }))));

/** Windows of steps whose rows take about so many numbers. */
export function* windows(steps: number, width: number, numbers = 1 << 18): Generator<readonly [number, number]> {
  const rows = Math.max(1, Math.floor(numbers / Math.max(1, width)));
  for (let from = 0; from < steps; from += rows) yield [from, Math.min(steps, from + rows)];
}

/** A window of a signal, checked. @throws Error where the source gives another count of numbers */
export async function rowsOf(signal: SignalRef, from: number, to: number): Promise<Float32Array> {
  const data = await signal.read(from, to);
  if (data.length !== (to - from) * signal.units) throw new Error(`${signal.name}: ${(to - from) * signal.units} numbers were expected for steps ${from} to ${to}, but ${data.length} came.`);
  return data;
}
