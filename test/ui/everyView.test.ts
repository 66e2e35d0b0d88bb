import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { VIEWS } from '../../webview/views/index';
import { sideways, violations } from './axe';
import { closePage, newPage, screenshot, wear, type Theme } from './driver';
import { alone, visualize } from './panel';
import { palette, webviewFrame } from './workbench';

/** A time series on the wide screen, a text on the narrow one. */
const MODELS: Readonly<Record<number, readonly [string, string]>> = { 1280: ['time_series/model.py', 'nn.GRU('], 640: ['char_lstm/model.py', 'nn.LSTM('] };

/** Narrow ones get the other high contrast. */
const THEMES: Readonly<Record<number, readonly Theme[]>> = { 1280: ['dark', 'light', 'hc'], 640: ['light', 'hcLight'] };

describe('every view, for everyone', () => {
  for (const width of [1280, 640]) {
    it(`has no violation of accessibility rules in any theme, and no sideways scroll, at ${width} pixels`, async () => {
      const page = await newPage({ width, height: 1000 });
      await palette(page, 'View: Close Primary Side Bar');
      const [model, call] = MODELS[width]!;
      const lines = readFileSync(`examples/${model}`, 'utf8').split('\n');
      const line = lines.findIndex(l => l.includes(call));
      await visualize(page, model, line + 1, lines[line]!.indexOf(call) + 5);
      await alone(page);
      const faults: string[] = [];
      for (const { id } of VIEWS) {
        const frame = await webviewFrame(page, `#tab-${id}`);
        await frame.locator(`#tab-${id}`).click();
        await frame.locator(`#tab-${id}[aria-selected=true]`).waitFor();
        for (const theme of THEMES[width]!) {
          await wear(page, theme);
          await page.waitForTimeout(id === 'timeline' ? 500 : 1500); // studies are answered, and drawn in the new colours
          faults.push(...(await violations(frame)).map(v => `${id}, ${theme}: ${v}`));
          const over = await sideways(frame);
          if (over > 0) faults.push(`${id}, ${theme}: scrolls sideways by ${over} pixels`);
          await screenshot(page, `every-${id}-${theme}-${width}`);
        }
        await frame.locator('[data-control=table]').click();
        await page.waitForTimeout(700);
        assert.ok(await frame.locator('table:visible').count() > 0, `${id} has no table`);
        faults.push(...(await violations(frame)).map(v => `${id}, as a table: ${v}`));
        await frame.locator('[data-control=table]').click();
      }
      assert.deepEqual(faults, []);
      await closePage(page);
    });
  }
});
