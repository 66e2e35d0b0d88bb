/**
 * `npm run bench:panel`: how fast the panel is in the real VS Code, from marks in Chromium's trace. A layer of 1024 units over 100,000 steps
 * is scrubbed, panned and zoomed; a gate of 128 units over 1,000 steps is clamped. Prints figures; fails only where there are none.
 */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { describe, it } from 'mocha';
import type { Frame, Page } from 'playwright-core';
import { closePage, newPage } from '../ui/driver';
import { drawn } from '../ui/panel';
import { openFile, palette, putCursor, webviewFrame } from '../ui/workbench';

const FOLDER = 'test/panelBench/workspace';

interface TraceEvent { readonly name: string; readonly ph: string; readonly ts: number; readonly dur?: number; readonly pid: number; readonly tid: number; readonly cat: string; readonly id2?: { readonly local?: string }; readonly args?: { readonly data?: { readonly type?: string } } }

async function tracing(page: Page, act: () => Promise<void>): Promise<readonly TraceEvent[]> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories: ['devtools.timeline', 'blink.user_timing'] });
  await act();
  return (JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }).traceEvents;
}

/** Milliseconds of our marks `gatescope:draw`, and of the events handled in the same process. */
function handled(events: readonly TraceEvent[]): { draws: number[]; handlers: number[]; pid: number } {
  const began = new Map<string, number>();
  const draws: number[] = [];
  let pid = -1;
  for (const e of events) {
    if (!e.cat.includes('blink.user_timing') || e.name !== 'gatescope:draw') continue;
    pid = e.pid;
    const key = `${e.pid} ${e.id2?.local ?? ''}`;
    if (e.ph === 'b') began.set(key, e.ts);
    else if (e.ph === 'e' && began.has(key)) draws.push((e.ts - began.get(key)!) / 1000);
  }
  const kinds = new Set(['pointermove', 'mousemove', 'wheel', 'keydown', 'pointerdown', 'pointerup']);
  const handlers = events.filter(e => e.name === 'EventDispatch' && e.pid === pid && kinds.has(e.args?.data?.type ?? '')).map(e => (e.dur ?? 0) / 1000);
  return { draws, handlers, pid };
}

const quantile = (values: readonly number[], share: number): number => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? NaN;
const ms = (value: number): string => `${value.toFixed(1)} ms`;

function report(what: string, events: readonly TraceEvent[]): void {
  const { draws, handlers } = handled(events);
  assert.ok(draws.length > 5, `${what}: only ${draws.length} draws were seen`);
  console.log(`      ${what.padEnd(8)} draw ${ms(quantile(draws, 0.5))} median, ${ms(quantile(draws, 0.95))} p95, ${ms(Math.max(...draws))} most of ${draws.length};  handlers ${ms(quantile(handlers, 0.5))} median, ${ms(quantile(handlers, 0.95))} p95 of ${handlers.length}`);
}

async function show(page: Page, line: number): Promise<Frame> {
  await openFile(page, 'model.py');
  await putCursor(page, line, 11);
  await palette(page, 'Visualize LSTM');
  for (let k = 0; ; k++) {
    const frame = await webviewFrame(page, 'canvas.heat').catch((error: unknown) => { if (k === 30) throw error; }); // a long run takes its time
    if (frame) return frame;
  }
}

/** Megabytes resident of the webview's own process, and how much of it is JavaScript's heap. */
async function memory(page: Page, frame: Frame, pid: number): Promise<string> {
  const session = await page.context().newCDPSession(frame).catch(() => undefined);
  const heap = session ? await session.send('Runtime.getHeapUsage') : undefined;
  const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) / 1024;
  return `${resident.toFixed(0)} MB resident${heap ? `, ${(heap.usedSize / 2 ** 20).toFixed(0)} MB of JavaScript heap` : ''}`;
}

describe('the panel\'s bench', function () {
  this.timeout(900_000);

  it('1024 units, 100,000 steps', async () => {
    const page = await newPage({ folder: FOLDER, width: 1600, height: 1000, settings: { 'gatescope.maximumSteps': 100_000 } });
    const begun = Date.now();
    const frame = await show(page, 4);
    await frame.waitForFunction(() => performance.getEntriesByName('gatescope:painted').length > 0, undefined, { timeout: 600_000, polling: 250 });
    const times = await frame.evaluate(() => ['gatescope:tile', 'gatescope:painted'].map(name => performance.getEntriesByName(name)[0]?.startTime ?? NaN));
    console.log(`      from the palette to all rows painted ${((Date.now() - begun) / 1000).toFixed(1)} s; from the first tile to the first heatmaps ${ms(times[1]! - times[0]!)}`);
    const box = (await frame.locator('canvas.heat').first().boundingBox())!;
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    report('scrub', await tracing(page, async () => {
      for (let k = 0; k < 120; k++) await page.mouse.move(box.x + 10 + (k * 37) % (box.width - 20), middle.y, { steps: 2 });
    }));
    await page.mouse.move(middle.x, middle.y);
    const zoom = await tracing(page, async () => {
      await page.keyboard.down('Control');
      for (let k = 0; k < 60; k++) { await page.mouse.wheel(0, k < 40 ? -120 : 120); await page.waitForTimeout(40); }
      await page.keyboard.up('Control');
    });
    report('zoom', zoom);
    report('pan', await tracing(page, async () => {
      for (let round = 0; round < 6; round++) {
        await page.mouse.move(middle.x, middle.y);
        await page.mouse.down();
        for (let k = 0; k < 20; k++) await page.mouse.move(middle.x + (round % 2 ? 1 : -1) * 12 * k, middle.y);
        await page.mouse.up();
      }
    }));
    console.log(`      the webview's process: ${await memory(page, frame, handled(zoom).pid)}`);
    assert.equal((await drawn(frame)).rows.length, 6);
    await closePage(page);
  });

  it('a clamp on 128 units, 1,000 steps', async () => {
    const page = await newPage({ folder: FOLDER, width: 1600, height: 1000 });
    const frame = await show(page, 7);
    await frame.waitForFunction(() => performance.getEntriesByName('gatescope:painted').length > 0);
    await page.waitForTimeout(2000);
    await frame.locator('canvas.heat').first().focus();
    await page.keyboard.press('w');
    const slider = frame.locator('.whatIf input[type=range]').first();
    await slider.waitFor();
    await frame.locator('.whatIf select').nth(1).selectOption({ index: 1 }); // all units
    const times: number[] = [];
    for (let k = 0; k < 24; k++) {
      times.push(await slider.evaluate((element, value) => new Promise<number>(resolve => {
        const input = element as HTMLInputElement;
        const shown = (): { run: string; painted: boolean } => (window as unknown as { gatescope: { shown(): { run: string; painted: boolean } } }).gatescope.shown();
        const before = shown().run;
        const start = performance.now();
        input.value = String(Number(input.min) + (Number(input.max) - Number(input.min)) * value);
        input.dispatchEvent(new Event('input', { bubbles: true }));
        const look = (): void => {
          const now = shown();
          if (now.run !== before && now.painted) requestAnimationFrame(() => resolve(performance.now() - start));
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }), ((k * 7) % 23) / 23));
      await page.waitForTimeout(60);
    }
    console.log(`      from the turn of the knob to all rows drawn anew: ${ms(quantile(times, 0.5))} median, ${ms(quantile(times, 0.95))} p95, ${ms(Math.min(...times))} least of ${times.length}`);
    await closePage(page);
  });

  it('the panel\'s script', () => {
    const bytes = statSync('dist/webview/main.js').size;
    console.log(`      dist/webview/main.js: ${(bytes / 1000).toFixed(0)} kB minified`);
    assert.ok(bytes < 400_000);
  });
});
