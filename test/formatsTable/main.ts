/** `npm run formats`: which files of which frameworks are read, and how far the engine is from what wrote them. Code 1 where one fails. */
import { folderOf, truthFiles } from '../formats/truth';
import { formatRows, makers, type Row } from './rows';

const HEAD = ['format', 'framework', 'version', 'cell', 'fixtures', 'runs', 'max error of h'] as const;

const cells = (row: Row): readonly string[] => [
  row.format, row.framework, row.version, row.cell || '(none)', String(row.fixtures), String(row.runs),
  row.failures.length > 0 ? `${row.failures.length} FAILED` : row.maxError === null ? '-' : row.maxError.toExponential(1),
];

function table(rows: readonly Row[]): string {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, k) => Math.max(...lines.map(line => line[k]!.length)));
  return lines.map(line => line.map((cell, k) => (k < 4 ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!))).join('  ').trimEnd()).join('\n');
}

async function main(options: readonly string[]): Promise<void> {
  const rows = await formatRows();
  const failures = rows.flatMap(r => r.failures);
  if (options.includes('--json')) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else {
    const fixtures = makers().reduce((n, maker) => n + truthFiles(folderOf(maker)).length, 0);
    const worst = rows.reduce((most, r) => Math.max(most, r.maxError ?? 0), 0);
    process.stdout.write(`${table(rows)}\n\n${fixtures} fixtures, ${fixtures - failures.length} read as they should be; max error ${worst.toExponential(1)}\n`);
  }
  for (const { path, why } of failures) process.stderr.write(`FAILED ${path}: ${why}\n`);
  if (failures.length > 0 || rows.length === 0) process.exitCode = 1;
}

void main(process.argv.slice(2));
