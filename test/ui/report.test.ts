import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, it } from 'mocha';
import { chromium, type Page } from 'playwright-core';
import { settled, drawn, samples } from './panel';

const OUT = resolve('test/out/report');

/** Opens a file from disk with the network off; fails on any error in it. */
async function fromDisk(file: string, colorScheme: 'dark' | 'light', width: number): Promise<{ page: Page; errors: string[]; close(): Promise<void> }> {
  const browser = await chromium.launch(JSON.parse(process.env['GATESCOPE_BROWSER'] ?? '{}') as Parameters<typeof chromium.launch>[0]);
  const context = await browser.newContext({ offline: true, colorScheme, viewport: { width, height: 900 } });
  const page = await context.newPage();
  const errors: string[] = [];
  // Warnings are the test's own: it reads the pixels of canvases.
  page.on('console', message => { if (message.type() === 'error') errors.push(message.text()); });
  page.on('pageerror', error => errors.push(error.message));
  page.on('request', request => { if (!/^(file|data|blob):/.test(request.url())) errors.push(`asked for ${request.url()}`); });
  await page.goto(pathToFileURL(file).href);
  await page.locator('canvas.heat').first().waitFor();
  await settled(page.mainFrame());
  return { page, errors, close: () => browser.close() };
}

describe('a report', () => {
  it('opens from disk with the network off, shows the numbers of the command line, and can be explored', async () => {
    mkdirSync(OUT, { recursive: true });
    const run = (...args: string[]): string => {
      const done = spawnSync(process.execPath, [resolve('dist/cli.js'), ...args], { cwd: 'examples', encoding: 'utf8' });
      assert.equal(done.status, 0, done.stderr);
      return done.stdout;
    };
    const file = `${OUT}/char.html`;
    const said = run('report', 'char_lstm/char_lstm.safetensors', '--input', 'char_lstm/text.txt', '--from', '100', '--to', '1000', '--out', file);
    assert.match(said, /steps 0 to 4999 of lstm over text\.txt/);
    for (const [scheme, width] of [['dark', 1280], ['light', 640]] as const) {
      const { page, errors, close } = await fromDisk(file, scheme, width);
      const rows = (await drawn(page.mainFrame())).rows;
      assert.deepEqual(rows.map(r => r.signal), ['i', 'f', 'g', 'o', 'c', 'h']);
      if (width === 1280) {
        run('run', 'char_lstm/char_lstm.safetensors', '--input', 'char_lstm/text.txt', '--steps', '200', '--out', `${OUT}/char.safetensors`);
        const { open } = await import('../../src/formats/index');
        const { fileBytes } = await import('../../src/platform/node');
        const trace = await open(await fileBytes(`${OUT}/char.safetensors`));
        assert.ok(trace.kind === 'trace');
        const forget = await trace.levels[0]!.directions[0]!.signals.find(s => s.name === 'f')!.read(0, 200);
        const found = await samples(page.mainFrame(), rows.find(r => r.signal === 'f')!);
        for (const { unit, step, value, tolerance } of found) assert.ok(Math.abs(value - forget[step * 64 + unit]!) <= tolerance + 1e-3, `f of unit ${unit} at ${step}: ${value}, expected ${forget[step * 64 + unit]}`);
        await page.locator('canvas.heat').first().focus();
        await page.keyboard.press('Home');
        await page.keyboard.press('ArrowRight');
        assert.equal((await drawn(page.mainFrame())).selection.step, 1);
      }
      await page.screenshot({ path: `test/out/shots/report-${scheme}-${width}.png` });
      assert.deepEqual(errors, []);
      await close();
    }
  });
});
