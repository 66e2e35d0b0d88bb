import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'mocha';
import { closePage, newPage, screenshot, takeProblems, workspaceOf } from './driver';
import { hoverAt, openFile, palette, paletteOffers, putCursor, sidebar, webviewFrame } from './workbench';

describe('the workbench', () => {
  it('offers Visualize LSTM in the command palette', async () => {
    const page = await newPage();
    assert.ok((await paletteOffers(page, 'Visualize LSTM')).includes('Gatescope: Visualize LSTM'));
    await screenshot(page, 'smoke');
    await closePage(page);
  });

  it('opens files, places the cursor and has a side panel', async () => {
    const page = await newPage({ theme: 'light', width: 1000 });
    writeFileSync(join(workspaceOf(page), 'placed.py'), 'import torch\n\nx = torch.zeros(1)\n');
    await openFile(page, 'placed.py');
    await putCursor(page, 3, 5);
    await sidebar(page);
    await screenshot(page, 'smoke-light');
    await closePage(page);
  });

  for (const theme of ['hc', 'hcLight'] as const) it(`shows the theme ${theme}`, async () => {
    await closePage(await newPage({ theme }));
  });
});

describe('the driver', () => {
  it('sees errors and policy violations of a webview, and finds what is hovered over beside it', async () => {
    const page = await newPage({ extension: resolve('test/ui/noisy') });
    writeFileSync(join(workspaceOf(page), 'words.py'), '# before\nfirst = second\n');
    await openFile(page, 'words.py');
    await palette(page, 'Noisy: Open');
    const frame = await webviewFrame(page, '#noisy');
    assert.equal(await frame.evaluate(() => document.body.dataset['escaped']), undefined);
    await page.waitForTimeout(500);
    const found = takeProblems().map(p => p.text).join('\n');
    for (const expected of [/noisy console error/, /noisy exception/, /noisy rejection/, /loading the image/i, /inline script/i]) assert.match(found, expected);
    assert.match(await (await hoverAt(page, 'second')).innerText(), /the word second/);
    await closePage(page);
  });
});
