/** `npm run bench`, in one Node: measures all cases, prints a table and writes rows to a file. scripts/bench.mjs starts it. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { caseName, cases, type Case } from './case';
import { contenderKey, type Contender } from './contender';
import { BASELINE, contenders } from './contenders';
import { EFFORT, measured, type Effort, type Result } from './measure';
import { measuredPeak, type Peak } from './peak';
import { HEADING, lineOf, peakLines, rowOf, targetLine, type Row } from './report';
import { median } from './stats';
import { targets } from './targets';

/** From scripts/bench.mjs, which explains them. */
interface Options {
  readonly quick: boolean;
  readonly only?: string;
  readonly contenders?: string;
  readonly rounds?: number;
  readonly inputs?: readonly (number | 'units')[];
  /** Where the rows go. */
  readonly rows?: string;
}

async function bench(options: Options): Promise<void> {
  const chosen = cases(options.quick, options.inputs).filter(c => new RegExp(options.only ?? '').test(caseName(c)));
  if (chosen.length === 0) {
    console.error(`No case matches ${options.only}; there are ${cases(options.quick, options.inputs).map(caseName).join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  const peak = measuredPeak();
  console.log([...machineLines(), ...peakLines(peak)].join('\n'));
  const present = await available(contenders.filter(c => c === BASELINE || new RegExp(options.contenders ?? '').test(c.id)));
  const effort = { ...EFFORT[options.quick ? 'quick' : 'full'], ...(options.rounds !== undefined && { rounds: options.rounds }) };
  console.log(`${effort.rounds} rounds of at least ${effort.leastMs} ms; ratio: onnxruntime-node on one thread / contender, median of rounds\n\n${HEADING}`);
  try {
    const [results, rows] = await measuredAll(chosen, present, effort, peak);
    const coldMs = coldStart();
    console.log(`\ntargets\n${targets.map(t => targetLine(t, { results, ...(coldMs !== undefined && { coldMs }) })).join('\n')}`);
    if (options.rows) writeFileSync(options.rows, JSON.stringify(rows));
  } finally {
    for (const c of present) await c.close?.();
  }
}

function machineLines(): string[] {
  const { node, v8 } = process.versions;
  return [`Node ${node}, V8 ${v8}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores`];
}

async function available(all: readonly Contender[]): Promise<Contender[]> {
  const present: Contender[] = [];
  for (const c of all) {
    const answer = await c.available();
    console.log(`  ${contenderKey(c).padEnd(30)} ${'version' in answer ? answer.version : `left out: ${answer.reason}`}`);
    if ('version' in answer) present.push(c);
  }
  return present;
}

async function measuredAll(chosen: readonly Case[], present: readonly Contender[], effort: Effort, peak: Peak): Promise<[Result[], Row[]]> {
  const [results, rows]: [Result[], Row[]] = [[], []];
  for (const c of chosen) {
    const found = await measured(c, present.filter(p => p.takes(c)), effort, what => { console.log(`! ${what}`); });
    const baseline = found.find(r => r.contender === BASELINE.id && r.threads === BASELINE.threads);
    for (const r of found) {
      const row = rowOf(r, baseline);
      rows.push(row);
      console.log(lineOf(r, row, peak));
    }
    results.push(...found);
  }
  return [results, rows];
}

/** Of five fresh processes, the middle one. */
function coldStart(): number | undefined {
  const times = Array.from({ length: 5 }, () => {
    const { status, stdout } = spawnSync(process.execPath, [join(__dirname, 'cold.js')], { encoding: 'utf8' });
    return status === 0 ? (JSON.parse(stdout) as { ms: number }).ms : NaN;
  });
  return times.some(Number.isNaN) ? undefined : median(times);
}

bench(JSON.parse(process.argv[2] ?? '{"quick":true}') as Options).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
