/** A table of labels, one row a step, as tracks: numbers as they are, words as one 0/1 track a word. Pure. */
import { l10n } from '../../l10n';

export interface LabelTrack { readonly name: string; readonly values: readonly number[] }

/** Different words in a column beyond which it says nothing. */
const WORDS = 12;
const MOST_TRACKS = 32;

/** Tracks of a CSV or TSV text with a row of names; `problem` says in words why there are none. */
export function labelTracks(text: string): { readonly tracks: readonly LabelTrack[]; readonly problem?: string } {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/).filter((line, k, all) => line !== '' || k < all.length - 1);
  const separator = [',', '\t', ';'].map(s => ({ s, n: (lines[0] ?? '').split(s).length })).sort((a, b) => b.n - a.n)[0]!.s;
  const rows = lines.map(line => cells(line, separator));
  const [head, ...body] = rows;
  if (!head || body.length < 2) return { tracks: [], problem: l10n('Expected a row of names and one row a step.') };
  const tracks = head.flatMap((name, k) => columnTracks(name.trim() || l10n('column {0}', k + 1), body.map(row => (row[k] ?? '').trim()))).slice(0, MOST_TRACKS);
  return tracks.length > 0 ? { tracks } : { tracks, problem: l10n('No column has numbers, or at most {0} different words.', WORDS) };
}

function columnTracks(name: string, values: readonly string[]): LabelTrack[] {
  const numbers = values.map(v => (v === '' ? NaN : Number(v)));
  if (values.every((v, k) => v === '' || Number.isFinite(numbers[k]))) return numbers.some(Number.isFinite) ? [{ name, values: numbers }] : [];
  const words = [...new Set(values)].filter(v => v !== '');
  return words.length > WORDS ? [] : words.map(word => ({ name: `${name} ${word}`, values: values.map(v => (v === word ? 1 : 0)) }));
}

/** Cells of a line; "…" holds separators, and "" inside it is one quote. */
function cells(line: string, separator: string): string[] {
  const found: string[] = [];
  let cell = '', quoted = false;
  for (let k = 0; k < line.length; k++) {
    const c = line[k]!;
    if (quoted && c === '"' && line[k + 1] === '"') { cell += c; k++; }
    else if (c === '"') quoted = !quoted;
    else if (c === separator && !quoted) { found.push(cell); cell = ''; }
    else cell += c;
  }
  return [...found, cell];
}
