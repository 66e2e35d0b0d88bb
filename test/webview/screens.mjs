// Pictures of the panel for looking at: `node test/webview/screens.mjs FOLDER [model:theme:width:page:view:language ...]`, the last three where they are not `main`, the first and English; with the page `file` the model is a file's path, in examples, test/fixtures or test/out; needs Chromium (CHROMIUM, or /usr/bin/chromium).
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { serve } from './serve.mjs';

const [folder = 'test/out/screens', ...asked] = process.argv.slice(2);
const shots = asked.length > 0 ? asked : ['char', 'random', 'gru'].flatMap(model => ['dark', 'light', 'hc'].flatMap(theme => [1280, 640].map(width => `${model}:${theme}:${width}`)));
mkdirSync(folder, { recursive: true });
const { url, stop } = await serve();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
for (const shot of shots) {
  const [model, theme, width, page = 'main', view, language] = shot.split(':');
  const context = await browser.newContext({ viewport: { width: Number(width), height: 860 }, deviceScaleFactor: 2 });
  const tab = await context.newPage();
  tab.on('console', message => console.log(shot, message.type(), message.text()));
  tab.on('pageerror', error => console.log(shot, error.stack));
  await tab.goto(`${url}?model=${model}&theme=${theme}&page=${page}${language ? `&language=${language}` : ''}`);
  await tab.waitForTimeout(1500);
  if (view) {
    await tab.locator(`#tab-${view}`).click();
    await tab.waitForTimeout(1500);
  }
  await tab.screenshot({ path: `${folder}/${shot.replaceAll(/[:/]/g, '-')}.png`, fullPage: true });
  await context.close();
}
await browser.close();
stop();
