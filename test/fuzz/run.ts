/** One execution, watched: what came out, how long it took, how much memory the process had at most. */
import { bytesOf, type Case } from './file';
import { execute } from './execute';

export type Verdict = 'fine' | 'crash' | 'hang' | 'memory';

export interface Finding {
  readonly verdict: Verdict;
  readonly what: string;
  /** One line: the error and where it was thrown, the seconds, or the megabytes. */
  readonly cause: string;
}

export interface Watch {
  /** Milliseconds of this process's own time where the limits were set. */
  readonly mostTime: number;
  /** Bytes that the process may grow. */
  readonly mostMemory: number;
}

export interface Ran {
  readonly refusals: readonly string[];
  readonly finding?: Finding;
}

/**
 * Runs the case; a slow one is tried again before it counts as a hang, since a collection of garbage may have fallen into it, and is measured
 * against how slow the machine is just then: a busy neighbour on the same core lengthens a process's own time, too.
 */
export async function runCase(c: Case, watch: Watch, work: typeof execute = execute): Promise<Ran> {
  const { file } = c;
  void file.bytes.length; // made before the clock runs
  const open = c.open ?? (() => Promise.resolve(bytesOf(file)));
  const [before, earlierPeak] = [settled(), peak()];
  const first = await timed(() => work(open, c.uses));
  // The peak is that of the process's whole life: only a new one is this case's.
  const grown = peak() > earlierPeak ? peak() - before : 0;
  if (first.error !== undefined) return { refusals: [], finding: { verdict: 'crash', what: c.what, cause: causeOf(first.error) } };
  const refusals = first.value ?? [];
  if (grown > watch.mostMemory) return { refusals, finding: { verdict: 'memory', what: c.what, cause: `took ${(grown / 2 ** 20).toFixed(0)} MB` } };
  if (first.time > watch.mostTime) {
    const { time } = await timed(() => work(open, c.uses));
    if (time > watch.mostTime * slowness()) return { refusals, finding: { verdict: 'hang', what: c.what, cause: `took ${(time / 1000).toFixed(1)} s` } };
  }
  return { refusals };
}

interface Timed<T> { readonly time: number; readonly value?: T; readonly error?: unknown }

async function timed<T>(work: () => Promise<T>): Promise<Timed<T>> {
  const start = process.cpuUsage();
  const time = (): number => { const { user, system } = process.cpuUsage(start); return (user + system) / 1000; };
  try {
    const value = await work();
    return { value, time: time() };
  } catch (error) {
    return { error: error ?? new Error('nothing was thrown'), time: time() };
  }
}

/** Most bytes ever resident. */
export const peak = (): number => process.resourceUsage().maxRSS * 1024;

/** Resident bytes after garbage of earlier cases is gone, where there is much of it. */
function settled(): number {
  const now = process.memoryUsage.rss();
  if (now < GARBAGE || !globalThis.gc) return now;
  globalThis.gc();
  return process.memoryUsage.rss();
}

const GARBAGE = 250 * 2 ** 20;

/** The error's name and message, and the first place in the sources. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const place = /\(?((?:src|test)\/[^\s():]+:\d+)/.exec((error.stack ?? '').replaceAll(`${process.cwd()}/`, ''))?.[1] ?? 'unknown place';
  return `${error.name}: ${error.message.split('\n')[0]!.slice(0, 200)} @ ${place}`;
}

/** How many times slower this process is than the machine that limits were set on; never below 1. */
function slowness(): number {
  const times = Array.from({ length: 5 }, () => {
    const start = process.cpuUsage();
    let text = '';
    for (let k = 0; k < 300; k++) text = JSON.stringify(JSON.parse(JSON.stringify({ k, text: text.slice(0, 20_000), list: Array.from({ length: 500 }, (_, n) => n * k) })));
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return Math.max(1, Math.min(...times) / NOMINAL);
}

/** Milliseconds that the calibration took where the limits were set: Node 20 on a shared machine of two cores, the best of five in nine processes. */
const NOMINAL = 70;
