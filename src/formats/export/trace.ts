/** Export as a trace of our own (docs/TRACE.md). */
import { traceLayout, type TracePlan } from '../traceWriter';
import { rowsOf, windows, type ExportSource, type Exporter } from './source';

export const traceExport: Exporter = { id: 'trace', extension: 'safetensors', label: 'Trace (.safetensors): everything, for Gatescope and any safetensors library', write };

/** The plan of a trace that holds all of a source. */
export function planOf(source: ExportSource): TracePlan {
  const { model, steps, evaluator, input, labels, levels, sequences, tracks, rate, metadata } = source;
  return {
    model, steps, evaluator, input,
    levels: levels.map(({ name, cell, inputSize, directions }) => ({
      name, ...(cell ? { cell } : {}), ...(inputSize === undefined ? {} : { inputSize }),
      directions: directions.map(d => ({ direction: d.direction, signals: d.signals.map(s => ({ name: s.name, units: s.units })) })),
    })),
    ...(labels ? { labels } : {}), ...(metadata ? { metadata } : {}), ...(rate === undefined ? {} : { rate }),
    ...(sequences ? { sequences: sequences.map(s => ({ name: s.name, steps: s.to - s.from })) } : {}),
    ...(tracks ? { tracks: tracks.map(t => ({ name: t.name, perStep: t.units })) } : {}),
  };
}

async function* write(source: ExportSource): AsyncGenerator<Uint8Array> {
  const { header, tensors } = traceLayout(planOf(source));
  yield header;
  const signals = [...source.levels.flatMap(l => l.directions.flatMap(d => d.signals)), ...source.tracks ?? []];
  for (const [k, { units }] of tensors.entries()) {
    for (const [from, to] of windows(source.steps, units)) {
      const data = await rowsOf(signals[k]!, from, to);
      yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    }
  }
}
