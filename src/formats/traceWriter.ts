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
  /** Indices into the plan. */
  readonly level: number;
  readonly direction: number;
  readonly signal: string;
  readonly units: number;
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

const FLOAT32 = 4;
const PIECE = 1 << 20;

/** Where everything will lie: for writers that can seek, and so can write step by step. */
export function traceLayout(plan: TracePlan): TraceLayout {
  const relative: PlannedTensor[] = [];
  let offset = 0;
  plan.levels.forEach(({ name, directions }, level) => directions.forEach(({ direction, signals }, d) => signals.forEach(({ name: signal, units }) => {
    const tensor = `${encodeLayer(name)}/${signal}${direction === 'reverse' ? '/reverse' : ''}`;
    relative.push({ name: tensor, level, direction: d, signal, units, offset });
    offset += plan.steps * units * FLOAT32;
  })));
  const header = headerOf(plan, relative);
  return { header, tensors: relative.map(t => ({ ...t, offset: t.offset + header.length })), size: header.length + offset };
}

/** Writes header and signals in order, in pieces of about a megabyte. @throws what `source` and `write` throw */
export async function writeTrace(plan: TracePlan, source: SignalSource, write: (chunk: Uint8Array) => Promise<void>): Promise<void> {
  const { header, tensors } = traceLayout(plan);
  await write(header);
  for (const tensor of tensors) {
    const rows = Math.max(1, Math.floor(PIECE / (tensor.units * FLOAT32 || 1)));
    for (let from = 0; from < plan.steps; from += rows) {
      const to = Math.min(plan.steps, from + rows);
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

function headerOf(plan: TracePlan, tensors: readonly PlannedTensor[]): Uint8Array {
  const end = (t: PlannedTensor): number => t.offset + plan.steps * t.units * FLOAT32;
  const fields: [string, unknown][] = [['__metadata__', metadataOf(plan)]];
  for (const t of tensors) fields.push([t.name, { dtype: 'F32', shape: [plan.steps, t.units], data_offsets: [t.offset, end(t)] }]);
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(fields)));
  // Tensors begin at a multiple of eight; the format pads with spaces.
  const header = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(json, 8);
  return header;
}

function metadataOf({ model, steps, evaluator, input, labels, levels, metadata }: TracePlan): Record<string, string> {
  const byLayer = (value: (level: PlannedLevel) => unknown): string => JSON.stringify(Object.fromEntries(levels.map(level => [encodeLayer(level.name), value(level)])));
  const own = {
    // First, so that it is found without reading the whole header.
    gatescope: '1', model, steps: String(steps), evaluator, input,
    layers: byLayer(level => level.name), cells: byLayer(level => level.cell), inputSizes: byLayer(level => level.inputSize),
    ...(labels ? { labels: JSON.stringify(labels) } : {}),
  };
  return { ...own, ...metadata, ...own };
}
