import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type { Frame, Page } from 'playwright-core';
import { closePage, newPage, screenshot, workspaceOf } from './driver';
import { drawn, drawnPanel, samples, settled } from './panel';
import { hoverAt, notification, openFile, palette, pick, putCursor } from './workbench';

const signals = async (frame: Frame): Promise<string[]> => (await drawn(frame)).rows.map(r => r.signal);

/** Waits until the panel draws these rows. */
async function rows(frame: Frame, wanted: readonly string[]): Promise<void> {
  let now: string[] = [];
  for (let k = 0; k < 100; k++, await frame.waitForTimeout(100)) {
    now = await signals(frame);
    if (now.join() === wanted.join()) return;
  }
  assert.deepEqual(now, wanted);
}

/** A new cell of this name, and the panel beside it. */
async function newCell(page: Page, name: string): Promise<Frame> {
  await palette(page, 'New Cell');
  const input = page.locator('.quick-input-widget:visible .quick-input-box input').first();
  await input.fill(name);
  await input.press('Enter');
  return drawnPanel(page);
}

/** Selects from the cursor so many letters to the right and types over them. */
async function typeOver(page: Page, line: number, column: number, letters: number, text: string): Promise<void> {
  await page.locator('.tab').filter({ hasText: '.cell' }).first().click();
  await putCursor(page, line, column);
  for (let k = 0; k < letters; k++) await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.insertText(text);
}

describe('your own cell', () => {
  it('begins as an LSTM beside its panel; a broken letter is underlined and the panel keeps what it has', async () => {
    const page = await newPage({ width: 1600, height: 1000 });
    const frame = await newCell(page, 'mine');
    await rows(frame, ['i', 'f', 'g', 'o', 'c', 'h']);
    await page.locator('.tabs-container .tab[data-resource-name="mine.cell"]').waitFor();
    const text = readFileSync(join(workspaceOf(page), '.gatescope/cells/mine.cell'), 'utf8').split('\n');
    const line = 1 + text.findIndex(l => l.startsWith('g  ='));
    const column = 1 + text[line - 1]!.indexOf('tanh');
    assert.match(await frame.locator('body').innerText(), /weights: random/);
    await typeOver(page, line, column, 4, 'tan');
    const problem = frame.locator('.problem');
    await problem.filter({ hasText: `mine.cell, line ${line}, column ${column}` }).waitFor();
    assert.match(await problem.innerText(), /"tan" is not a function/);
    await page.locator('.squiggly-error').first().waitFor();
    assert.deepEqual(await signals(frame), ['i', 'f', 'g', 'o', 'c', 'h'], 'the last good one stays');
    await screenshot(page, 'ownCell-fault');
    await palette(page, 'Problems: Focus on Problems View');
    const marker = page.locator('.markers-panel .monaco-list-row').filter({ hasText: '"tan" is not a function' });
    await marker.waitFor();
    assert.match(await marker.innerText(), new RegExp(`Ln ${line}, Col ${column}`));
    await closePage(page);
  });

  it('follows changes that are not saved, in equations and sizes, and stands beside another cell', async () => {
    const page = await newPage({ width: 1600, height: 1000, theme: 'light', settings: { 'files.autoSave': 'off' } });
    const frame = await newCell(page, 'other');
    const file = join(workspaceOf(page), '.gatescope/cells/other.cell');
    await page.locator('.tab').filter({ hasText: 'other.cell' }).first().click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText("k  = sigma(Wk x + Uk h + bk)  keep gate\ng  = tanh(Wg x + Ug h + bg)  candidate\nm  = k * g  what is written\nc' = k ⊙ c + m  cell state\nh' = tanh(c')  hidden state\n");
    await rows(frame, ['k', 'g', 'm', 'c', 'h']);
    assert.match(await frame.locator('body').innerText(), /keep gate/);
    assert.ok(existsSync(file) && readFileSync(file, 'utf8').includes('forget gate'), 'the file is as it was');
    const hover = await hoverAt(page, 'Wk');
    assert.match(await hover.innerText(), /a learned matrix, \[units, inputs\]/);
    await page.keyboard.press('Escape');
    await palette(page, 'Edit Binding');
    await frame.getByRole('button', { name: 'Change Units' }).click();
    const input = page.locator('.quick-input-widget:visible .quick-input-box input').first();
    await input.fill('5');
    await input.press('Enter');
    await frame.waitForFunction(() => (window as unknown as { gatescope: { drawn(): { rows: { units: number }[] } } }).gatescope.drawn().rows.every(r => r.units === 5));
    writeFileSync(join(workspaceOf(page), '.gatescope/cells/plain.cell'), "h' = tanh(W x + U h + b)  hidden state\n");
    await frame.getByRole('tab', { name: 'Compare' }).click();
    await frame.getByRole('button', { name: 'Another checkpoint' }).click();
    await pick(page, 'plain');
    await frame.locator('select[data-pick="column1"] option', { hasText: 'plain' }).first().waitFor({ state: 'attached' });
    await frame.locator('.cmp-diagram svg').nth(1).waitFor();
    await screenshot(page, 'ownCell-light');
    await closePage(page);
  });
});

/** A class that is a cell, its checkpoint and its input, in a folder of their own; and another class that cannot be read. */
function writeCode(page: Page): { readonly h: readonly (readonly number[])[] } {
  const fixtures = 'test/fixtures/ownCells', folder = join(workspaceOf(page), 'own');
  mkdirSync(folder, { recursive: true });
  copyFileSync(`${fixtures}/fused.safetensors`, join(folder, 'fused.safetensors'));
  const code = readFileSync(`${fixtures}/fused.py`, 'utf8');
  writeFileSync(join(folder, 'fused.py'), `${code}\n\nclass BrokenCell(FusedCell):\n    def forward(self, x, state):\n        return squash(x)\n`);
  const { x, h } = JSON.parse(readFileSync(`${fixtures}/fused.json`, 'utf8')) as { x: number[][]; h: number[][] };
  writeFileSync(join(folder, 'x.csv'), ['a,b,c,d,e', ...x.map(row => row.join(','))].join('\n'));
  writeFileSync(join(workspaceOf(page), '.vscode/gatescope.json'), JSON.stringify({ bindings: { 'own/fused.py#FusedCell': { input: 'own/x.csv' } } }));
  return { h };
}

describe('a cell of code', () => {
  it('goes from its lens to the panel with the weights that fit, and says of another which line is not read', async () => {
    const page = await newPage({ width: 1600, height: 1000 });
    const { h } = writeCode(page);
    await openFile(page, 'own/fused.py');
    await page.locator('.codelens-decoration').filter({ hasText: 'Cell equations not read: line 24' }).waitFor();
    const hover = await hoverAt(page, 'FusedCell');
    assert.match(await hover.innerText(), /a cell of PyTorch, as its code has it · states h c · input size input_size · units hidden_size/);
    await screenshot(page, 'codeCell-hover');
    await page.keyboard.press('Escape');
    await page.locator('.codelens-decoration a').filter({ hasText: 'Visualize' }).first().click();
    const frame = await drawnPanel(page);
    await rows(frame, ['i', 'f', 'o', 'g', 'c', 'h']);
    await settled(frame);
    assert.match(await frame.locator('body').innerText(), /own\/fused\.safetensors/);
    const row = (await drawn(frame)).rows.find(r => r.signal === 'h')!;
    const { max = 1 } = row.scale; // colours end at the 98th percentile
    for (const { unit, step, value, tolerance } of await samples(frame, row, 40)) {
      const wanted = Math.max(-max, Math.min(max, h[step]![unit]!));
      assert.ok(Math.abs(value - wanted) <= tolerance + 1e-6, `unit ${unit}, step ${step}: drawn ${value}, PyTorch has ${h[step]![unit]}`);
    }
    await screenshot(page, 'codeCell-panel');
    await palette(page, 'Edit Binding');
    await frame.getByRole('button', { name: 'Change Checkpoint' }).waitFor();
    await screenshot(page, 'codeCell-binding');
    await page.locator('.tabs-container .tab').filter({ hasText: 'fused.py' }).first().click();
    await putCursor(page, 24, 9);
    await palette(page, 'Visualize LSTM');
    assert.match(await (await notification(page)).innerText(), /The equations of BrokenCell cannot be read\. Line 24: squash is not known here/);
    await closePage(page);
  });
});
