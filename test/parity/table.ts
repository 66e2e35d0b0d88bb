/** Rows as a table for people: one line a framework, cell, variant and evaluator, with its worst signal and its worst gradient. */
import type { Pass, Row } from './row';

const HEADER = ['framework', 'cell', 'variant', 'evaluator', 'signal', 'steps', 'abs', 'rel', 'bound', 'peer', 'gradient', 'steps', 'rel', 'bound', 'peer', ''];

/** The table, lines joined. */
export function table(rows: readonly Row[]): string {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = [row.framework, row.cell, row.variant, row.evaluator].join('\n');
    groups.set(key, [...groups.get(key) ?? [], row]);
  }
  return aligned([HEADER, ...[...groups.values()].map(line)]);
}

function line(rows: readonly Row[]): string[] {
  const { framework, cell, variant, evaluator } = rows[0]!;
  const [forward, backward] = [worst(rows, 'forward'), worst(rows, 'backward')];
  const over = rows.filter(r => r.over).length;
  return [
    framework, cell, variant, evaluator,
    ...forward ? [forward.what, String(forward.steps), short(forward.maxAbs), short(forward.maxRel), ...judged(forward)] : NONE.slice(0, 6),
    ...backward ? [backward.what, String(backward.steps), short(backward.maxRel), ...judged(backward)] : NONE.slice(0, 5),
    over > 0 ? `${over} OVER` : rows.some(r => r.likePeer) ? 'as the peer' : '',
  ];
}

const NONE = Array.from({ length: 6 }, () => '-');

/** Its bound, marked where it is on the sum of our error and the framework's, and the framework's own error. */
function judged({ bound, truth, peer }: Row): readonly [string, string] {
  return [`${short(bound)}${truth === 'float32' ? '*' : ''}`, short(peer)];
}

/** The row nearest to its bound, or farthest over it. */
function worst(rows: readonly Row[], pass: Pass): Row | undefined {
  return rows.filter(r => r.pass === pass).reduce<Row | undefined>((most, r) => most && !(share(r) > share(most)) ? most : r, undefined);
}

/** How much of its bound a row uses; what is no number is over every bound. */
export function share({ pass, maxAbs, maxRel, bound }: Row): number {
  const used = (pass === 'forward' ? maxAbs : maxRel) / bound;
  return Number.isNaN(used) ? Infinity : used;
}

function short(value: number | null): string {
  return value === null ? '-' : value.toExponential(1);
}

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, k) => Math.max(...lines.map(l => l[k]!.length)));
  return lines.map(l => l.map((text, k) => text.padEnd(widths[k]!)).join('  ').trimEnd()).join('\n');
}
