/** Export as a table: one row a step, one column a unit, `LAYER.SIGNAL[u]`, numbers that read back as the same float32. */
import { columnsOf, rowsOf, windows, type ExportSource, type Exporter } from './source';

export const csvExport: Exporter = { id: 'csv', extension: 'csv', label: 'Table (.csv): one row a step, for spreadsheets and pandas', write };

/** Numbers of a window: a row of text takes about ten bytes each. */
const NUMBERS = 1 << 16;

async function* write(source: ExportSource): AsyncGenerator<Uint8Array> {
  const columns = columnsOf(source);
  // A track of many numbers a step, such as a waveform, is no column.
  const tracks = (source.tracks ?? []).filter(t => t.units === 1);
  const signals = [...tracks, ...columns.map(c => c.signal)];
  const { labels, sequences } = source;
  const names = [
    'step', ...(sequences ? ['sequence'] : []), ...(labels ? ['label'] : []), ...tracks.map(t => t.name),
    ...columns.flatMap(({ level, direction, signal }) => Array.from({ length: signal.units }, (_, u) => `${level}.${signal.name}${direction === 'reverse' ? '.reverse' : ''}[${u}]`)),
  ];
  const encoder = new TextEncoder();
  yield encoder.encode(`${names.map(cell).join(',')}\r\n`);
  let sequence = 0;
  for (const [from, to] of windows(source.steps, names.length, NUMBERS)) {
    const data: Float32Array[] = [];
    for (const signal of signals) data.push(await rowsOf(signal, from, to));
    const rows: string[] = [];
    for (let t = from; t < to; t++) {
      while (sequences && t >= (sequences[sequence]?.to ?? Infinity)) sequence++;
      const start = sequences?.[sequence]?.from ?? 0;
      const row = [String(t - start), ...(sequences ? [cell(sequences[sequence]?.name ?? '')] : []), ...(labels ? [cell(labels[t] ?? '')] : [])];
      for (const [k, { units }] of signals.entries()) for (let u = 0; u < units; u++) row.push(shortest(data[k]![(t - from) * units + u]!));
      rows.push(row.join(','));
    }
    yield encoder.encode(`${rows.join('\r\n')}\r\n`);
  }
}

/** Quoted where it must be (RFC 4180); an apostrophe goes before what a spreadsheet would take for a formula. */
export function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Below it float32 has fewer digits. */
const NORMAL = 2 ** -126;

/** The shortest decimal that reads back as the same float32. */
export function shortest(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return Object.is(value, -0) ? '-0' : String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'inf' : '-inf';
  // Six digits always survive the way to float32 and back, nine always suffice.
  for (let digits = Math.abs(value) < NORMAL ? 1 : 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}
