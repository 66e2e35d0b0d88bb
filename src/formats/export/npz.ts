/** Export as NumPy's .npz: arrays `LAYER/SIGNAL` (`LAYER/SIGNAL/reverse`) [steps, units] of float32, and texts `labels` and `gatescope`. */
import { encodeLayer, tensorName, traceMetadata, TRACKS } from '../traceWriter';
import { columnsOf, rowsOf, windows, type ExportSource, type Exporter } from './source';
import { planOf } from './trace';
import { zipStream, type ZipEntry } from './zip';

export const npzExport: Exporter = { id: 'npz', extension: 'npz', label: 'NumPy arrays (.npz)', write };

async function* write(source: ExportSource): AsyncGenerator<Uint8Array> {
  const { labels, sequences, steps } = source;
  const entries: ZipEntry[] = columnsOf(source).map(({ level, direction, signal }) => arrayEntry(tensorName(level, signal.name, direction), steps, signal));
  for (const track of source.tracks ?? []) entries.push(arrayEntry(`${TRACKS}/${encodeLayer(track.name)}`, steps, track));
  if (labels) entries.push(textsEntry('labels', labels, [labels.length]));
  if (sequences) entries.push(textsEntry('sequences', sequences.map(s => s.name), [sequences.length]));
  // What the names alone do not say; `json.loads(file['gatescope'].item())`. Labels have an array of their own.
  const { labels: _, ...metadata } = traceMetadata(planOf(source));
  entries.push(textsEntry('gatescope', [JSON.stringify(metadata)], []));
  yield* zipStream(entries);
}

function arrayEntry(name: string, steps: number, signal: Parameters<typeof rowsOf>[0]): ZipEntry {
  const header = npyHeader('<f4', [steps, signal.units]);
  return {
    name: `${name}.npy`, size: header.length + steps * signal.units * 4,
    content: async function* () {
      yield header;
      for (const [from, to] of windows(steps, signal.units)) {
        const data = await rowsOf(signal, from, to);
        yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      }
    },
  };
}

/** Texts as NumPy holds them: UTF-32, all as wide as the longest. */
function textsEntry(name: string, texts: readonly string[], shape: readonly number[]): ZipEntry {
  const points = texts.map(text => Array.from(text, c => c.codePointAt(0) ?? 0));
  const width = Math.max(1, points.reduce((most, p) => Math.max(most, p.length), 0));
  const header = npyHeader(`<U${width}`, shape);
  return {
    name: `${name}.npy`, size: header.length + texts.length * width * 4,
    content: async function* () {
      yield header;
      for (const [from, to] of windows(texts.length, width)) {
        const view = new DataView(new ArrayBuffer((to - from) * width * 4));
        for (let k = from; k < to; k++) points[k]!.forEach((p, c) => { view.setUint32(((k - from) * width + c) * 4, p, true); });
        yield new Uint8Array(view.buffer);
      }
    },
  };
}

/** Version 1.0; numbers begin at a multiple of 64. */
function npyHeader(descr: string, shape: readonly number[]): Uint8Array {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = new Uint8Array(10 + length).fill(0x20);
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(header.buffer).setUint16(8, length, true);
  header.set(new TextEncoder().encode(text), 10);
  header[header.length - 1] = 0x0a;
  return header;
}
