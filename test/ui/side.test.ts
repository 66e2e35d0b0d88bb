/** The side panel and the walkthrough, in both languages, to be looked at; what the lists say is held by the in-host suite. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Locator } from 'playwright-core';
import { violations } from './axe';
import { closePage, newPage, screenshot } from './driver';
import { drawn, drawnPanel } from './panel';
import { palette, sidebar, treeRow, webviewFrame } from './workbench';

const WORDS = {
  en: { fits: /char_lstm\.safetensors · lstm.*(fits by shape and name|★ bound)/, misfits: /do(es)? not fit/, title: 'Look at an example' },
  'pt-br': { fits: /char_lstm\.safetensors · lstm.*(serve pela forma e pelo nome|★ vinculado)/, misfits: /não (serve|servem)/, title: 'Veja um exemplo' },
} as const;

describe('the side panel\'s lists', () => {
  for (const language of ['en', 'pt-br'] as const) it(`match checkpoints with layers (${language})`, async () => {
    const page = await newPage({ theme: language === 'en' ? 'dark' : 'light', width: 1100, height: 1600, ...(language === 'en' ? {} : { language }) });
    await sidebar(page);
    const layer = treeRow(page, /^lstm\s*LSTM 24 → 64/);
    await layer.waitFor();
    await layer.click();
    const inspector = await webviewFrame(page, 'main.inspector .signalRow', 60_000);
    // By the mouse: the panel that the click has opened may have the keys.
    await layer.locator('.monaco-tl-twistie').click();
    const words = WORDS[language];
    await treeRow(page, words.fits).waitFor();
    await treeRow(page, words.misfits).waitFor();
    await webviewFrame(page, 'canvas.heat', 60_000);
    await page.waitForTimeout(1500);
    await screenshot(page, `side-${language}`);
    assert.deepEqual(await violations(inspector), []);
    await closePage(page);
  });

  it('open what is dragged onto them', async () => {
    const page = await newPage({ width: 1100, height: 900 });
    await sidebar(page);
    const layer = treeRow(page, /^lstm\s*LSTM 24 → 64/);
    await layer.waitFor();
    await page.locator('.activitybar .action-label[aria-label^="Explorer"]').click();
    const inExplorer = (name: string): Locator => page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: name }).first();
    await inExplorer('time_series').click();
    await inExplorer('weather_gru.safetensors').waitFor();
    const middle = async (of: Locator): Promise<[number, number]> => { const { x, y, width, height } = (await of.boundingBox())!; return [x + width / 2, y + height / 2]; };
    await page.mouse.move(...await middle(inExplorer('weather_gru.safetensors')));
    await page.mouse.down();
    const [x, y] = await middle(page.locator('.activitybar .action-label[aria-label^="Gatescope"]'));
    // A drag that rests on an icon of the activity bar opens its panel.
    for (let k = 0; k < 40 && !await layer.isVisible(); k++) { await page.mouse.move(x + k % 3, y, { steps: 3 }); await page.waitForTimeout(200); }
    await page.mouse.move(...await middle(layer), { steps: 8 });
    await page.waitForTimeout(300);
    await page.mouse.up();
    const { rows } = await drawn(await drawnPanel(page));
    assert.deepEqual(rows.map(r => r.signal), ['r', 'z', 'n', 'h']);
    await closePage(page);
  });

  for (const language of ['en', 'pt-br'] as const) it(`a walkthrough leads through it (${language})`, async () => {
    const page = await newPage({ theme: language === 'en' ? 'dark' : 'light', width: 1600, height: 900, ...(language === 'en' ? {} : { language }) });
    await palette(page, 'Open Walkthrough');
    await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Gatescope' }).first().click();
    await page.getByText(WORDS[language].title).first().waitFor();
    await page.waitForTimeout(1500);
    await screenshot(page, `walkthrough-${language}`);
    await closePage(page);
  });
});
