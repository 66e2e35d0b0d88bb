/** The results as a table by framework and by field. */
import type { Comparison, Judged, Verdict } from './judge';

export interface Result extends Comparison { readonly file: string; readonly framework: string; readonly title?: string }

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const share = (part: number, whole: number): string => whole === 0 ? '-' : `${(100 * part / whole).toFixed(1)} %`;
const count = (judged: readonly Judged[], verdict: Verdict): number => judged.filter(j => j.verdict === verdict).length;

/** Layers by framework, then fields over all of them. */
export function tables(results: readonly Result[]): string {
  const groups = [...new Set(results.map(r => r.framework))].sort();
  const rows = [...groups.map(g => layerRow(g, results.filter(r => r.framework === g))), ...(groups.length > 1 ? [layerRow('all', results)] : [])];
  const judged = results.flatMap(r => r.judged);
  const names = [...new Set(judged.map(j => j.field))];
  return [
    ...columns([['', 'files', 'layers', 'found', 'false', 'missed', 'recall', 'precision', 'fields', 'right', 'open', 'by default', 'wrong'], ...rows]), '',
    ...columns([['field', 'judged', 'right', 'recall', 'open', 'by default', 'wrong claims'], ...names.map(name => fieldRow(name, judged.filter(j => j.field === name)))]),
  ].join('\n');
}

function layerRow(name: string, results: readonly Result[]): string[] {
  const [matched, missed, falseOnes] = [sum(results.map(r => r.matched)), sum(results.map(r => r.missed.length)), sum(results.map(r => r.falseOnes.length))];
  const judged = results.flatMap(r => r.judged);
  return [name, String(results.length), String(matched + missed), String(matched), String(falseOnes), String(missed), share(matched, matched + missed),
    share(matched, matched + falseOnes), String(judged.length), ...verdicts(judged)];
}

function verdicts(judged: readonly Judged[]): string[] {
  return [share(count(judged, 'right'), judged.length), ...(['open', 'assumed', 'wrong'] as const).map(v => String(count(judged, v)))];
}

/** Recall is over what the truth knows. */
function fieldRow(name: string, judged: readonly Judged[]): string[] {
  const known = judged.filter(j => j.true !== null);
  return [name, String(judged.length), share(count(judged, 'right'), judged.length), share(count(known, 'right'), known.length),
    ...(['open', 'assumed', 'wrong'] as const).map(v => String(count(judged, v)))];
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map(r => r[i]?.length ?? 0)));
  return rows.map(r => r.map((c, i) => i === 0 ? c.padEnd(widths[i] ?? 0) : c.padStart(widths[i] ?? 0)).join('  ').trimEnd());
}

/** Wrong claims, false layers and missed ones, a line each with its place; with `verbose` also what was left open. */
export function complaints(results: readonly Result[], verbose: boolean): string[] {
  return results.flatMap(({ file, title, falseOnes, missed, judged }) => {
    const at = (line: number): string => `${file}:${line}${title === undefined ? '' : ` (${title})`}`;
    return [
      ...judged.filter(j => j.verdict === 'wrong').map(j => `wrong   ${at(j.line)} ${j.field}: says ${JSON.stringify(j.said)}, is ${JSON.stringify(j.true)}`),
      ...falseOnes.map(l => `false   ${at(l.line)} ${l.framework} ${l.cell ?? '?'} ${l.name}`),
      ...missed.map(l => `missed  ${at(l.line)} ${l.framework} ${l.cell ?? '?'} ${l.name ?? ''}`),
      ...(verbose ? judged.filter(j => j.verdict === 'open').map(j => `open    ${at(j.line)} ${j.field}: is ${JSON.stringify(j.true)}`) : []),
    ];
  });
}

/** Whether something was said that is not so. */
export function hasWrong(results: readonly Result[]): boolean {
  return results.some(r => r.falseOnes.length > 0 || r.judged.some(j => j.verdict === 'wrong'));
}
