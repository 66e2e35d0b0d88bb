/** `npm run gallery`: pictures of every view of the examples, in every theme, width and language, from the real VS Code, in test/out/gallery. */
import { cpSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type { Page } from 'playwright-core';
import { VIEWS } from '../../webview/views/index';
import { closePage, newPage, screenshot, type Theme } from '../ui/driver';
import { alone, visualize } from '../ui/panel';
import { palette, webviewFrame } from '../ui/workbench';

const OUT = 'test/out/gallery';
const MODEL = 'char_lstm/model.py';
const source = readFileSync(`examples/${MODEL}`, 'utf8').split('\n');
const LINE = source.findIndex(l => l.includes('nn.LSTM(')) + 1;
const COLUMN = source[LINE - 1]!.indexOf('nn.LSTM(') + 5;

/** Committed, since the README shows them; the others are looked at and left. */
const README: Readonly<Record<string, string>> = { 'timeline-dark-1280-en': 'media/timeline.png', 'cell-dark-1280-en': 'media/cell.png' };
const MOST = 400_000;

/** Long enough for studies of the example to be answered on a busy machine. */
const REST = 2500;

async function take(page: Page, name: string): Promise<void> {
  const path = await screenshot(page, `gallery-${name}`);
  mkdirSync(OUT, { recursive: true });
  cpSync(path, join(OUT, `${name}.png`));
  rmSync(path);
  const shown = README[name];
  if (!shown || !process.env['UPDATE']) return;
  if (statSync(join(OUT, `${name}.png`)).size > MOST) throw new Error(`${name} is larger than ${MOST} bytes`);
  cpSync(join(OUT, `${name}.png`), shown);
}

describe('gallery', () => {
  for (const language of ['en', 'pt-br']) for (const theme of ['dark', 'light', 'hc'] as Theme[]) for (const width of [1280, 640]) {
    it(`${theme}, ${width} pixels, ${language}`, async () => {
      const page = await newPage({ theme, width, height: 1000, ...(language === 'en' ? {} : { language }) });
      await palette(page, 'View: Close Primary Side Bar');
      await visualize(page, MODEL, LINE, COLUMN);
      let frame = await alone(page);
      for (const view of VIEWS) {
        frame = await webviewFrame(page, `#tab-${view.id}`);
        await frame.locator(`#tab-${view.id}`).click();
        await page.mouse.move(4, 4);
        await page.waitForTimeout(REST);
        await take(page, `${view.id}-${theme}-${width}-${language}`);
      }
      await closePage(page);
    });
  }
});
