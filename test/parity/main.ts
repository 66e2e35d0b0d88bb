/** `npm run parity`: every framework, cell and variant against both evaluators, and the ONNX standard's own node tests. */
import { writeFileSync } from 'node:fs';
import { rowsOf } from './case';
import { allCases } from './index';
import { nodeTestRows, nodeTests } from './onnxNodes';
import { EVALUATORS, type Row } from './row';
import { share, table } from './table';

/** Rows over their bound that are told at length. */
const SHOWN = 20;

async function main(): Promise<void> {
  const rows: Row[] = [];
  for (const c of allCases()) rows.push(...await rowsOf(c));
  console.log(table(rows));
  console.log('\n* the framework gives no float64 here: the bound is on the sum of its error and ours\n');
  const nodes = await nodeResults();
  const file = argument('--json');
  if (file !== undefined) writeFileSync(file, `${JSON.stringify([...rows, ...nodes.flat()], null, 1)}\n`);
  const over = [...rows, ...nodes.flat()].filter(r => r.over).sort((a, b) => share(b) - share(a));
  for (const r of over.slice(0, SHOWN)) console.log(described(r));
  if (over.length > SHOWN) console.log(`... and ${over.length - SHOWN} more`);
  for (const evaluator of EVALUATORS) console.log(`${evaluator}: ${[...new Set(rows.filter(r => r.evaluator === evaluator).map(r => r.arithmetic))].join(', ')}`);
  const like = rows.filter(r => r.likePeer);
  for (const r of like) console.log(described(r));
  console.log(`${rows.length} rows, ${rows.filter(r => r.over).length} over their bound, ${like.length} beyond 1e-5 where the framework's own float32 is, too`);
  console.log(`ONNX node tests: ${nodes.filter(n => n.every(r => !r.over)).length} of ${nodes.length}`);
  process.exitCode = over.length > 0 ? 1 : 0;
}

/** The rows of each node test, by both evaluators. */
async function nodeResults(): Promise<Row[][]> {
  const results: Row[][] = [];
  for (const test of nodeTests()) {
    const rows: Row[] = [];
    for (const evaluator of EVALUATORS) rows.push(...await nodeTestRows(test, evaluator));
    results.push(rows);
  }
  return results;
}

function described(r: Row): string {
  return `${r.framework} ${r.cell} ${r.variant}, ${r.steps} steps, ${r.evaluator}: ${r.what} is ${r.likePeer ? `beyond the bound as the framework is (${r.peer})` : 'over'}: abs ${r.maxAbs}, rel ${r.maxRel}, bound ${r.bound}, ${r.where}`;
}

function argument(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

void main();
