/** The side panel and the walkthrough, in both languages, to be looked at; what the lists say is held by the in-host suite. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { violations } from './axe';
import { closePage, newPage, screenshot } from './driver';
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
    await layer.click();
    await page.keyboard.press('ArrowRight');
    const words = WORDS[language];
    await treeRow(page, words.fits).waitFor();
    await treeRow(page, words.misfits).waitFor();
    await page.waitForTimeout(1500);
    await screenshot(page, `side-${language}`);
    assert.deepEqual(await violations(inspector), []);
    await closePage(page);
  });

  it('a walkthrough leads through it', async () => {
    const page = await newPage({ width: 1280, height: 900 });
    await palette(page, 'Open Walkthrough');
    await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Gatescope' }).first().click();
    await page.getByText(WORDS.en.title).first().waitFor();
    await page.waitForTimeout(1500);
    await screenshot(page, 'walkthrough-en');
    await closePage(page);
  });
});
