/** What Gatescope says beside the code, in both languages: lens, hints, hover, diagnostics and their fixes, the page that explains a rule. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Page } from 'playwright-core';
import { closePage, newPage, screenshot } from './driver';
import { hoverAt, openFile, putCursor } from './workbench';

const WORDS = {
  en: {
    theme: 'dark', lens: /Visualize.*198,656 parameters/, hint: ': (N, T, 2 × hidden)', fix: 'Remove dropout', explain: 'Explain dropout-single-layer',
    problem: 'reads the last step, where the reverse half', hover: ['LSTM 64 → 128', '(N, T, 256)', 'Visualize'],
  },
  'pt-br': {
    theme: 'light', lens: /Visualizar.*198\s656 parâmetros/, hint: ': (N, T, 2 × hidden)', fix: 'Remover dropout', explain: 'Explicar dropout-single-layer',
    problem: 'lê o último passo, onde a metade reversa', hover: ['LSTM 64 → 128', '(N, T, 256)', 'Visualizar'],
  },
} as const;

/** Opens the menu of fixes at the cursor; VS Code answers keys late while it still reads the file. */
async function fixesAt(page: Page): Promise<string[]> {
  const menu = page.locator('.action-widget:not(.action-list-submenu-panel)');
  for (let attempt = 0; attempt < 5 && !await menu.isVisible(); attempt++) {
    await page.keyboard.press('Control+.');
    await menu.waitFor({ timeout: 4000 }).catch(() => undefined);
  }
  return menu.locator('.action .title').allInnerTexts();
}

const textOf = async (page: Page): Promise<string> => (await page.locator('.editor-instance .view-lines').first().innerText()).replaceAll('\u00a0', ' ');

describe('beside the code', () => {
  for (const language of ['en', 'pt-br'] as const) it(`a layer's size, shapes, traps and their fixes (${language})`, async () => {
    const words = WORDS[language];
    const page = await newPage({ folder: 'test/ui/mistakes', theme: words.theme, width: 1280, height: 900, ...(language === 'en' ? {} : { language }) });
    await openFile(page, 'model.py');
    await page.locator('.codelens-decoration').filter({ hasText: words.lens }).waitFor();
    await page.getByText(words.hint).first().waitFor();
    await page.locator('.squiggly-warning').first().waitFor();
    await screenshot(page, `editor-${language}`);

    const hover = await hoverAt(page, 'nn.LSTM');
    await hover.getByText(words.hover.at(-1)!).waitFor(); // VS Code shows its diagnostics first, ours when it is asked
    const text = await hover.innerText();
    for (const expected of words.hover) assert.ok(text.includes(expected), `${expected} is not in ${text}`);
    await screenshot(page, `editor-hover-${language}`);
    await page.keyboard.press('Escape'); // else the old one is taken for the next
    await page.locator('.monaco-hover:not(.hidden)').waitFor({ state: 'detached' }).catch(() => undefined);
    const said = await (await hoverAt(page, 'output[:, -1]')).innerText();
    assert.ok(said.includes(words.problem), said);
    await screenshot(page, `editor-diagnostic-${language}`);

    await page.keyboard.press('Escape');
    await putCursor(page, 9, 47);
    const offered = await fixesAt(page);
    assert.equal(offered[0], words.fix);
    assert.ok(offered.includes(words.explain), offered.join(', '));
    await screenshot(page, `editor-fix-${language}`);
    await page.locator('.action-widget:not(.action-list-submenu-panel) .action').filter({ hasText: words.fix }).first().click();
    await page.locator('.squiggly-warning').nth(1).waitFor({ state: 'detached' });
    const now = await textOf(page);
    assert.ok(now.includes('nn.LSTM(size, hidden, bidirectional=True, batch_first=True)'), now);
    await closePage(page);
  });
});
