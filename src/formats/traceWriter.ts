/** Writing a trace as a stream: sizes are known beforehand, so the header goes first and signals follow in order. */
import type { Cell } from '../core/cells/cell';
import type { Direction } from '../core/layer';

/** All that a trace's header says. */
export interface TracePlan {
  /** The network's name. */
  readonly model: string;
  readonly steps: number;
  /** What computed it: `reference`, `fast`. */
  readonly evaluator: string;
  /** What the input was, in words. */
  readonly input: string;
  /** One a step. */
  readonly labels?: readonly string[];
  readonly levels: readonly PlannedLevel[];
  /** Where the steps are those of several sequences, one after the other. */
  readonly sequences?: readonly { readonly name: string; readonly steps: number }[];
  /** Moments of a training: signals are then [moments, steps, units], and row `moment * steps + t` of a source is step t at that moment. */
  readonly training?: readonly { readonly step: number; readonly name?: string }[];
  /** What lies beside the layers on the same axis, `perStep` numbers a step. */
  readonly tracks?: readonly { readonly name: string; readonly perStep: number }[];
  /** Steps a second, where they are moments of a recording. */
  readonly rate?: number;
  /** Further texts, such as the loss of recorded gradients; they do not replace the keys above. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface PlannedLevel {
  readonly name: string;
  readonly cell?: Cell;
  readonly inputSize?: number;
  readonly directions: readonly { readonly direction: Direction; readonly signals: readonly { readonly name: string; readonly units: number }[] }[];
}

/** One tensor: whose it is, and where it begins in the file. */
export interface PlannedTensor {
  readonly name: string;
  /** Indices into the plan; a track's level is -1 and its direction its place among the tracks. */
  readonly level: number;
  readonly direction: number;
  readonly signal: string;
  readonly units: number;
  /** Steps, times the moments of a training where it has several. */
  readonly rows: number;
  readonly offset: number;
}

/** Rows [from, to) of a signal, [to - from, units]. */
export type SignalSource = (tensor: PlannedTensor, from: number, to: number) => Float32Array | Promise<Float32Array>;

export interface TraceLayout {
  /** The bytes before the first tensor. */
  readonly header: Uint8Array;
  readonly tensors: readonly PlannedTensor[];
  /** Of the whole file, bytes. */
  readonly size: number;
}

/** The reserved layer of tracks. No layer's name can be it: encoded, an @ is %40. */
export const TRACKS = '@tracks';

const FLOAT32 = 4;
const PIECE = 1 << 20;

/** Where everything will lie: for writers that can seek, and so can write step by step. */
export function traceLayout(plan: TracePlan): TraceLayout {
  const relative: PlannedTensor[] = [];
  let offset = 0;
  const add = (tensor: Omit<PlannedTensor, 'offset'>): void => {
    relative.push({ ...tensor, offset });
    offset += tensor.rows * tensor.units * FLOAT32;
  };
  const rows = plan.steps * (plan.training?.length ?? 1);
  plan.levels.forEach(({ name, directions }, level) => directions.forEach(({ direction, signals }, d) => signals.forEach(({ name: signal, units }) => {
    add({ name: tensorName(name, signal, direction), level, direction: d, signal, units, rows });
  })));
  plan.tracks?.forEach(({ name, perStep }, k) => { add({ name: `${TRACKS}/${encodeLayer(name)}`, level: -1, direction: k, signal: name, units: perStep, rows: plan.steps }); });
  const header = headerOf(plan, relative);
  return { header, tensors: relative.map(t => ({ ...t, offset: t.offset + header.length })), size: header.length + offset };
}

/** Writes header and signals in order, in pieces of about a megabyte. @throws what `source` and `write` throw */
export async function writeTrace(plan: TracePlan, source: SignalSource, write: (chunk: Uint8Array) => Promise<void>): Promise<void> {
  const { header, tensors } = traceLayout(plan);
  await write(header);
  for (const tensor of tensors) {
    const rows = Math.max(1, Math.floor(PIECE / (tensor.units * FLOAT32 || 1)));
    for (let from = 0; from < tensor.rows; from += rows) {
      const to = Math.min(tensor.rows, from + rows);
      const data = await source(tensor, from, to);
      if (data.length !== (to - from) * tensor.units) throw new Error(`${tensor.name}: ${(to - from) * tensor.units} numbers were expected for steps ${from} to ${to}, but ${data.length} came.`);
      await write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  }
}

/** A layer's name as it stands in tensor names: percent-encoded, so that it holds no slash. */
export function encodeLayer(name: string): string {
  // A lone surrogate cannot be encoded.
  return encodeURIComponent(name.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\uFFFD'));
}

/** `LAYER/SIGNAL`, `LAYER/SIGNAL/reverse`; of a signal only what would be read as a separator is encoded. */
export function tensorName(level: string, signal: string, direction: Direction): string {
  return `${encodeLayer(level)}/${signal.replace(/[%/]/g, encodeURIComponent)}${direction === 'reverse' ? '/reverse' : ''}`;
}

/** A signal's name from its place in a tensor's name. */
export const decodedSignal = (signal: string): string => signal.replaceAll(/%2F/gi, '/').replaceAll('%25', '%');

function headerOf(plan: TracePlan, tensors: readonly PlannedTensor[]): Uint8Array {
  const end = (t: PlannedTensor): number => t.offset + t.rows * t.units * FLOAT32;
  const shape = (t: PlannedTensor): readonly number[] => (plan.training && t.level >= 0 ? [plan.training.length, plan.steps, t.units] : [plan.steps, t.units]);
  const fields: [string, unknown][] = [['__metadata__', traceMetadata(plan)]];
  for (const t of tensors) fields.push([t.name, { dtype: 'F32', shape: shape(t), data_offsets: [t.offset, end(t)] }]);
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(fields)));
  // Tensors begin at a multiple of eight; the format pads with spaces.
  const header = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(json, 8);
  return header;
}

/** The texts that say what a trace is. */
export function traceMetadata(plan: TracePlan): Record<string, string> {
  const { model, steps, evaluator, input, labels, levels, sequences, training, tracks, rate, metadata } = plan;
  const byLayer = (value: (level: PlannedLevel) => unknown): string => JSON.stringify(Object.fromEntries(levels.map(level => [encodeLayer(level.name), value(level)])));
  const own = {
    // First, so that it is found without reading the whole header.
    gatescope: sequences || training || tracks ? '2' : '1', model, steps: String(steps), evaluator, input,
    layers: byLayer(level => level.name), cells: byLayer(level => level.cell), inputSizes: byLayer(level => level.inputSize),
    ...(sequences ? { sequences: JSON.stringify(sequences.map(s => ({ name: s.name, steps: s.steps }))) } : {}),
    ...(training ? { training: JSON.stringify(training.map(m => ({ step: m.step, name: m.name }))) } : {}),
    ...(rate === undefined ? {} : { rate: String(rate) }),
    ...(labels ? { labels: JSON.stringify(labels) } : {}),
  };
  return { ...own, ...metadata, ...own };
}
