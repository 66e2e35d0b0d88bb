/** `npm run fuzz`: damaged and hostile files into all readers, in child processes that are watched. Code 1 where anything but FormatError came out. */
import { fork, type ChildProcess } from 'node:child_process';
import { fstatSync, mkdirSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { caseOf, fixedCases, type Plan } from './cases';
import type { Order, Report } from './child';
import { corpus } from './corpus';
import { hostileCases } from './hostile/index';
import type { Finding } from './run';

interface Options {
  readonly seed: number;
  readonly seconds?: number;
  readonly executions?: number;
  readonly only: string;
  /** One case alone. */
  readonly case?: number;
  readonly out: string;
  /** Leaves out what is not random. */
  readonly damaged?: boolean;
  readonly planted?: boolean;
}

interface Totals {
  done: number;
  refused: number;
  peak: number;
  slowest: readonly [number, string];
  readonly shapes: Set<string>;
  /** By verdict and cause: the first of each, and how many there were. */
  readonly findings: Map<string, { readonly k: number; readonly finding: Finding; count: number }>;
}

const BATCH = 4000;
/** Milliseconds without a new case: far beyond what counts as a hang, for machines that do much else. */
const PATIENCE = 90_000;
/** Milliseconds of its own time on one case. */
const OWN_PATIENCE = 12_000;
/** Findings of distinct causes after which it is clear that something is wrong. */
const MOST_FINDINGS = 200;

async function main(options: Options): Promise<void> {
  const plan: Plan = { seed: options.seed, entries: await corpus(options.only), hostile: hostileCases(join(options.out, 'disk'), options.only) };
  if (plan.entries.length + plan.hostile.length === 0) throw new Error(`no file has "${options.only}" in its name`);
  const totals: Totals = { done: 0, refused: 0, peak: 0, slowest: [0, ''], shapes: new Set(), findings: new Map() };
  const started = Date.now();
  const until = options.seconds === undefined ? Infinity : started + options.seconds * 1000;
  const first = options.case ?? (options.damaged ? fixedCases(plan) : 0);
  // Without fixtures there is nothing to damage: the hostile files are all.
  const last = plan.entries.length > 0 ? Infinity : fixedCases(plan);
  const end = Math.min(last, first + (options.case === undefined ? options.executions ?? Infinity : 1));
  for (let k = first; k < end && Date.now() < until && totals.findings.size < MOST_FINDINGS;) {
    const next = await batch({ seed: options.seed, only: options.only, from: k, to: Math.min(end, k + BATCH), until, disk: join(options.out, 'disk'), ...(options.planted ? { planted: true } : {}) }, options.out, plan, totals);
    totals.done += next - k;
    k = next;
  }
  for (const each of totals.findings.values()) await keep(plan, each.k, each.finding, options.out);
  report(totals, plan.seed, (Date.now() - started) / 1000);
  if (totals.findings.size > 0 || totals.done === 0) process.exitCode = 1;
}

/** Runs cases in a child until all are done, or it ends in another way; gives the case to go on with. */
function batch(order: Order, out: string, plan: Plan, totals: Totals): Promise<number> {
  const path = join(out, 'progress');
  const progress = openSync(path, 'w+');
  // JSON has no Infinity; the end of time will do.
  const sent = JSON.stringify({ ...order, until: Math.min(order.until, 8.64e15) });
  const child = fork(join(__dirname, 'child.js'), [sent], { execArgv: ['--enable-source-maps', '--expose-gc', '--max-old-space-size=1024'], stdio: ['ignore', 'inherit', 'pipe', progress, 'ipc'] });
  let said = '';
  child.stderr?.on('data', (data: Buffer) => { said = `${said}${data.toString()}`.slice(-4000); });
  let next: number | undefined;
  child.on('message', (message: Report) => {
    if (message.kind === 'end') next = message.next;
    else if (message.kind === 'finding') found(totals, message.k < 0 ? current(progress) : message.k, message.finding);
    else count(totals, message);
  });
  const watching = watch(child, progress);
  return new Promise(resolve => {
    child.on('close', async (code, signal) => {
      clearInterval(watching.timer);
      if (next !== undefined) { resolve(next); return; }
      const k = current(progress);
      const cause = watching.killed() ? `still running after ${OWN_PATIENCE / 1000} s of its own, or ${PATIENCE / 1000} s of everyone's` : `the process ended with ${signal ?? code}${said ? `: ${/FATAL ERROR:.*|\w*Error:.*/.exec(said)?.[0] ?? said.slice(0, 200)}` : ''}`;
      found(totals, k, { verdict: watching.killed() ? 'hang' : 'crash', what: (await caseOf(plan, k)).what, cause });
      resolve(k + 1);
    });
  });
}

/** Kills the child where it spends too long on one case: of its own time where the system tells, of everyone's otherwise. */
function watch(child: ChildProcess, progress: number): { readonly timer: NodeJS.Timeout; killed(): boolean } {
  let [size, since, spent, killed] = [0, Date.now(), 0, false];
  const timer = setInterval(() => {
    const now = fstatSync(progress).size;
    const used = ownTime(child.pid ?? 0);
    if (now !== size) [size, since, spent] = [now, Date.now(), used];
    else if (Date.now() - since > PATIENCE || used - spent > OWN_PATIENCE) { killed = true; child.kill('SIGKILL'); }
  }, 500);
  return { timer, killed: () => killed };
}

/** Milliseconds of processor time of a process, where Linux tells it; 0 elsewhere. */
function ownTime(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return 0;
  }
}

/** The last line that the child wrote. */
function current(progress: number): number {
  const { size } = fstatSync(progress);
  const tail = Buffer.alloc(Math.min(32, size));
  readSync(progress, tail, 0, tail.length, size - tail.length);
  return Number(tail.toString().trim().split('\n').at(-1) ?? 0);
}

function found({ findings }: Totals, k: number, finding: Finding): void {
  // Crashes of one place are one; hangs and memory are told apart by what was read.
  const same = finding.verdict === 'crash' && !finding.cause.startsWith('the process') ? finding.cause : finding.what;
  const key = `${finding.verdict} ${same.replace(/\d+(\.\d+)?(?![^@]*$)/g, 'N')}`;
  const before = findings.get(key);
  if (before) before.count++;
  else {
    findings.set(key, { k, finding, count: 1 });
    console.log(`${finding.verdict.toUpperCase()} case ${k}: ${finding.what}\n    ${finding.cause}`);
  }
}

function count(totals: Totals, { refused, shapes, peak, slowest }: Extract<Report, { kind: 'counts' }>): void {
  totals.refused += refused;
  totals.peak = Math.max(totals.peak, peak);
  if (slowest[0] > totals.slowest[0]) totals.slowest = slowest;
  for (const shape of shapes) totals.shapes.add(shape);
}

/** Writes the file that did it, so that it can be opened alone. */
async function keep(plan: Plan, k: number, finding: Finding, out: string): Promise<void> {
  const { what, file, changed } = await caseOf(plan, k);
  const folder = join(out, `${finding.verdict}-${k}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, basename(file.name)), file.bytes);
  if (changed !== undefined) {
    mkdirSync(dirname(join(folder, changed)), { recursive: true });
    writeFileSync(join(folder, changed), file.beside.get(changed)!);
  }
  writeFileSync(join(folder, 'what.txt'), `${what}\n${finding.cause}\nseed ${plan.seed}, case ${k}\n`);
}

function report({ done, refused, peak, slowest, shapes, findings }: Totals, seed: number, seconds: number): void {
  const of = (verdict: string): number => [...findings.values()].filter(f => f.finding.verdict === verdict).reduce((n, f) => n + f.count, 0);
  for (const { k, finding: { verdict, what, cause }, count } of findings.values()) console.log(`${verdict.toUpperCase()} (seed ${seed}, case ${k}, ${count} times) ${what}: ${cause}`);
  console.log(`seed ${seed}: ${done} executions in ${seconds.toFixed(0)} s, ${refused} refused`);
  console.log(`${shapes.size} distinct errors, ${of('crash')} crashes, ${of('hang')} hangs, ${of('memory')} beyond memory; slowest ${slowest[0].toFixed(0)} ms (${slowest[1]}), peak memory ${(peak / 2 ** 20).toFixed(0)} MB`);
}

const options = JSON.parse(process.argv[2]!) as Options;
rmSync(options.out, { recursive: true, force: true });
mkdirSync(options.out, { recursive: true });
void main(options);
