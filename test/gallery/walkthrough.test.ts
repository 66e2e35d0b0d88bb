/** The walkthrough's pictures, dark and light, from the real VS Code: `UPDATE=1 npm run gallery walkthrough` puts them in media/walkthrough. */
import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type { Page } from 'playwright-core';
import { closePage, newPage, screenshot } from '../ui/driver';
import { alone, visualize } from '../ui/panel';
import { openFile, palette, putCursor, sidebar, treeRow, webviewFrame } from '../ui/workbench';

const MODEL = 'char_lstm/model.py';
const source = readFileSync(`examples/${MODEL}`, 'utf8').split('\n');
const LINE = source.findIndex(l => l.includes('nn.LSTM(')) + 1;
const COLUMN = source[LINE - 1]!.indexOf('nn.LSTM(') + 5;
const MOST = 400_000;
const REST = 2500;

async function take(page: Page, name: string): Promise<void> {
  await page.mouse.move(4, 700);
  await page.waitForTimeout(REST);
  const path = await screenshot(page, `walkthrough-${name}`);
  if (statSync(path).size > MOST) throw new Error(`${name} is larger than ${MOST} bytes`);
  if (!process.env['UPDATE']) return;
  mkdirSync('media/walkthrough', { recursive: true });
  cpSync(path, join('media/walkthrough', `${name}.png`));
}

describe('pictures of the walkthrough', () => {
  for (const theme of ['dark', 'light'] as const) it(theme, async () => {
    const page = await newPage({ theme, width: 960, height: 720 });
    await sidebar(page);
    await treeRow(page, /^lstm\s*LSTM 24 → 64/).waitFor({ timeout: 60_000 });
    await openFile(page, MODEL);
    await putCursor(page, LINE, COLUMN);
    await take(page, `models-${theme}`);
    await palette(page, 'View: Close Primary Side Bar');
    await visualize(page, MODEL, LINE, COLUMN);
    await take(page, `visualize-${theme}`);
    await alone(page);
    await take(page, `timeline-${theme}`);
    await palette(page, 'Compare RNN, LSTM and GRU');
    await webviewFrame(page, '#tab-compare[aria-selected=true]', 60_000);
    await take(page, `example-${theme}`);
    await palette(page, 'View: Close All Editors');
    await sidebar(page);
    await openFile(page, 'weather_gru.safetensors');
    await palette(page, 'Open with Gatescope');
    await webviewFrame(page, 'main.file h1', 60_000);
    await take(page, `checkpoint-${theme}`);
    await closePage(page);
  });
});
