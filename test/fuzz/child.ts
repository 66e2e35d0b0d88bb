/** The process that runs the cases: it may hang, run out of memory or die; the parent sees where. */
import { writeSync } from 'node:fs';
import { caseOf, type Plan } from './cases';
import { corpus } from './corpus';
import { hostileCases } from './hostile/index';
import { planted, PLANTED_TIME } from './planted';
import { causeOf, peak, runCase, type Finding } from './run';

/** What the parent wants. */
export interface Order {
  readonly seed: number;
  readonly only: string;
  readonly from: number;
  readonly to: number;
  /** Time of day at which to stop, in milliseconds. */
  readonly until: number;
  readonly disk: string;
  /** Do harm instead of reading, to see that it is found. */
  readonly planted?: boolean;
}

/** What the parent is told, now and then. */
export type Report =
  | { readonly kind: 'finding'; readonly k: number; readonly finding: Finding }
  | { readonly kind: 'counts'; readonly done: number; readonly refused: number; readonly shapes: readonly string[]; readonly peak: number; readonly slowest: readonly [number, string] }
  /** `next`: the case to go on with, where not all were run. */
  | { readonly kind: 'end'; readonly next: number };

const MOST_TIME = 2000;
const MOST_MEMORY = 300 * 2 ** 20;
const OFTEN = 50;
/** The file descriptor into which the number of the case under way is written; a crash loses no message. */
const PROGRESS = 3;

export async function serve(order: Order, send: (report: Report) => void): Promise<void> {
  const plan: Plan = { seed: order.seed, entries: await corpus(order.only), hostile: hostileCases(order.disk, order.only) };
  const watch = { mostTime: order.planted ? PLANTED_TIME : MOST_TIME, mostMemory: MOST_MEMORY };
  let [done, refused, slowest] = [0, 0, [0, ''] as [number, string]];
  let shapes = new Set<string>();
  const tell = (): void => {
    send({ kind: 'counts', done, refused, shapes: [...shapes], peak: peak(), slowest });
    [done, refused, shapes] = [0, 0, new Set()];
  };
  let k = order.from;
  for (; k < order.to && Date.now() < order.until; k++) {
    writeSync(PROGRESS, `${k}\n`);
    const c = await caseOf(plan, k);
    const start = performance.now();
    const { refusals, finding } = await runCase(c, watch, order.planted ? planted(k) : undefined);
    if (performance.now() - start > slowest[0]) slowest = [performance.now() - start, c.what];
    done++;
    if (refusals.length > 0) refused++;
    for (const message of refusals) shapes.add(shapeOf(message));
    if (finding) send({ kind: 'finding', k, finding });
    if (done >= OFTEN) tell();
    if (finding?.verdict === 'memory') { k++; break; } // a fresh process has a fresh peak
  }
  tell();
  send({ kind: 'end', next: k });
}

/** A message without what differs from file to file. */
const shapeOf = (message: string): string => message.replace(/"[^"]*"|'[^']*'/g, '"…"').replace(/\[[^\]]*\]/g, '[…]').replace(/-?\d+(\.\d+)?(e[+-]?\d+)?/g, 'N').slice(0, 160);

if (process.send) {
  const send = (report: Report): void => { process.send!(report); };
  const alive = setInterval(() => undefined, 1000); // a promise that never settles must not end the process as if all were well
  const order = JSON.parse(process.argv[2]!) as Order;
  const stray = (error: unknown): void => { send({ kind: 'finding', k: -1, finding: { verdict: 'crash', what: 'a rejection that nobody waited for', cause: causeOf(error) } }); };
  process.on('unhandledRejection', stray);
  process.on('uncaughtException', stray);
  const ended = (code: number): void => { clearInterval(alive); process.exitCode = code; process.disconnect(); };
  void serve(order, send).then(() => ended(0), (error: unknown) => { stray(error); ended(1); });
}
