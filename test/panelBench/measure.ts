/** What the bench reads off the machine: memory of processes, traces, and the size of scripts. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { Page } from 'playwright-core';

export interface TraceEvent { readonly name: string; readonly ph: string; readonly ts: number; readonly dur?: number; readonly pid: number; readonly tid: number; readonly cat: string; readonly id2?: { readonly local?: string }; readonly args?: { readonly data?: { readonly type?: string; readonly url?: string } } }

/** What Chromium traces while something is done. */
export async function tracing(page: Page, act: () => Promise<void>): Promise<readonly TraceEvent[]> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories: ['devtools.timeline', 'blink.user_timing'] });
  await act();
  return (JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }).traceEvents;
}

export const quantile = (values: readonly number[], share: number): number => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? NaN;
export const ms = (value: number): string => `${value.toFixed(1)} ms`;
export const mega = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;

/** Bytes after garbage was collected. A browser shows the webview and VS Code itself in one process, and one heap: only differences say something of the panel. */
export interface Memory { readonly resident: number; readonly heap: number; readonly buffers: number }

export async function memoryOf(page: Page): Promise<Memory> {
  const session = await page.context().newCDPSession(page);
  for (let k = 0; k < 2; k++) await session.send('HeapProfiler.collectGarbage');
  const usage = await session.send('Runtime.getHeapUsage') as { usedSize: number; backingStorageSize?: number };
  await session.detach();
  const processes = await (await page.context().browser()!.newBrowserCDPSession()).send('SystemInfo.getProcessInfo') as { processInfo: { type: string; id: number }[] };
  const renderers = processes.processInfo.filter(p => p.type === 'renderer').map(p => statusOf(p.id, 'VmRSS') * 1024);
  return { resident: Math.max(...renderers), heap: usage.usedSize, buffers: usage.backingStorageSize ?? NaN };
}

/** Extension hosts of this user's machine: bytes and threads, of the greatest. */
export function hostOf(): { readonly resident: number; readonly threads: number } {
  const hosts = readdirSync('/proc').filter(pid => /^\d+$/.test(pid) && commandOf(pid).includes('--type=extensionHost'));
  const own = hosts.filter(pid => ancestors(Number(pid)).includes(Number(process.ppid)));
  return { resident: Math.max(...own.map(pid => statusOf(Number(pid), 'VmRSS') * 1024)), threads: Math.max(...own.map(pid => statusOf(Number(pid), 'Threads'))) };
}

function ancestors(pid: number): number[] {
  const parent = statusOf(pid, 'PPid');
  return parent > 1 ? [parent, ...ancestors(parent)] : [];
}

function commandOf(pid: string): string {
  try { return readFileSync(`/proc/${pid}/cmdline`, 'utf8'); } catch { return ''; }
}

function statusOf(pid: number, field: string): number {
  try { return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN); } catch { return NaN; }
}

const SCRIPTS = 'dist/webview';

/** Bytes of a script and of all that it loads before it can begin. */
export function loadedWith(script: string, known = new Set<string>()): number {
  if (known.has(script)) return 0;
  known.add(script);
  const code = readFileSync(`${SCRIPTS}/${script}`, 'utf8');
  const imported = [...code.matchAll(/(?:\bfrom|\bimport)"\.\/([\w-]+\.js)"/g)].map(m => m[1]!);
  return statSync(`${SCRIPTS}/${script}`).size + imported.reduce((sum, other) => sum + loadedWith(other, known), 0);
}

/** Every view's script, by the view's name, and all scripts of the panel. */
export function panelScripts(): { readonly views: readonly string[]; readonly all: readonly string[] } {
  const code = readFileSync(`${SCRIPTS}/main.js`, 'utf8');
  const views = [...new Set([...code.matchAll(/\bimport\("\.\/([\w-]+\.js)"\)/g)].map(m => m[1]!))];
  return { views, all: ['main.js', ...readdirSync(SCRIPTS).filter(name => /^view-.*\.js$/.test(name))] };
}
