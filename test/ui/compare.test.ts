import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type { Frame, Page } from 'playwright-core';
import { violations } from './axe';
import { closePage, newPage, screenshot, workspaceOf, type Theme } from './driver';
import { palette, webviewFrame } from './workbench';

/** The command, with no file open; all numbers have come. */
async function compared(theme: Theme, width: number): Promise<{ page: Page; frame: Frame }> {
  const page = await newPage({ theme, width: 1280, height: 1000 });
  assert.equal(await page.locator('.tabs-container .tab').count(), 0, 'no file is open');
  await palette(page, 'Compare RNN, LSTM and GRU');
  const frame = await webviewFrame(page, '.cmp-cost');
  if (width !== 1280) await page.setViewportSize({ width, height: 1000 });
  await palette(page, 'View: Close Primary Side Bar').catch(() => undefined);
  await settled(frame);
  return { page, frame };
}

const settled = (frame: Frame): Promise<unknown> => frame.waitForFunction(() => {
  const cells = [...document.querySelectorAll('.cmp-cost td')].map(c => c.textContent);
  return cells.length > 4 && !cells.includes('…') && document.querySelectorAll('.cmp-diagram svg').length >= 3 && !document.querySelector('.cmp-body.waiting');
});

/** A line of the cost table as it is read. */
const line = (frame: Frame, id: string): Promise<string[]> => frame.locator(`.cmp-cost tr[data-line=${id}] td`).allInnerTexts();

/** What a checkpoint says of itself, read without our own reader. */
function metadata(name: string): Readonly<Record<string, string>> {
  const bytes = readFileSync(`examples/compare/${name}.safetensors`);
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE(0)))) as { __metadata__: Readonly<Record<string, string>> };
  return header.__metadata__;
}

describe('Compare RNN, LSTM and GRU', () => {
  it('answers the question with no file open, from three checkpoints trained alike', async () => {
    const { page, frame } = await compared('dark', 1280);
    assert.match(await frame.locator('.cmp-answer').innerText(), /^All of them are recurrent neural networks \(RNNs\): each feeds its hidden state h back .* The gated recurrent unit \(GRU\) adds two gates .* adds three gates and a second state, the cell state c\.$/);
    assert.deepEqual(await frame.locator('.cmp-cost thead th').allInnerTexts(), ['RNN', 'GRU', 'LSTM']);
    assert.deepEqual(await line(frame, 'units'), ['139', '75', '64']);
    assert.deepEqual(await line(frame, 'parameters'), ['22,796', '22,575', '22,784']);
    assert.deepEqual(await line(frame, 'states'), ['h', 'h', 'c, h']);
    assert.deepEqual(await line(frame, 'carried'), ['139', '75', '128']);
    const said = ['rnn', 'gru', 'lstm'].map(metadata);
    assert.deepEqual(await line(frame, 'updates'), said.map(m => Number(m['steps']).toLocaleString('en-US')));
    assert.deepEqual(await line(frame, 'bits'), said.map(m => Number(m['held_out_bits_per_character']).toFixed(3)));
    assert.ok((await line(frame, 'time')).every(t => Number(t) > 0 && Number(t) < 1000));
    assert.match(await frame.locator('body').innerText(), /Trained alike: Adam.*no ranking follows/);
    assert.equal(await frame.locator('.cmp-untrained').count(), 0);
    assert.deepEqual(await violations(frame), []);
    await screenshot(page, 'compare-dark-1280');
    await closePage(page);
  });

  it('shows the sizes of Chung et al. 2014, and says that these are untrained and read noise', async () => {
    const { page, frame } = await compared('dark', 1280);
    for (const [set, units, parameters] of [['chungMusic', ['100', '46', '36'], ['20,100', '20,286', '19,836']], ['chungSpeech', ['400', '227', '195'], ['168,400', '168,888', '169,065']]] as const) {
      await frame.locator('[data-pick=set]').selectOption(set);
      await frame.waitForFunction(expected => document.querySelector('.cmp-cost tr[data-line=units] td')?.textContent === expected, units[0]);
      await settled(frame);
      assert.deepEqual(await line(frame, 'units'), units);
      assert.deepEqual(await line(frame, 'parameters'), parameters);
    }
    assert.equal(await frame.locator('.cmp-untrained').count(), 3);
    assert.match(await frame.locator('.cmp-answer').innerText(), /made up: noise, seed 7/);
    assert.equal(await frame.locator('.cmp-cost tr[data-line=bits]').count(), 0);
    await closePage(page);
  });

  it('puts another checkpoint of the same layer beside it, and says where they part', async () => {
    const { page, frame } = await compared('dark', 1280);
    await frame.getByRole('button', { name: 'Another checkpoint' }).click();
    // VS Code's dialog lists the folder first, and writes its path over what was typed before.
    await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'char_lstm' }).first().waitFor();
    await page.locator('.quick-input-widget input').fill(join(workspaceOf(page), 'char_lstm', 'char_lstm.safetensors'));
    await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'char_lstm.safetensors' }).first().waitFor();
    await page.keyboard.press('Enter');
    await frame.locator('.cmp-parting:not([hidden]) tbody tr').first().waitFor();
    const names = await frame.locator('.cmp-cost thead th').allInnerTexts();
    assert.deepEqual(names, ['RNN', 'GRU', 'lstm', 'char_lstm']);
    assert.match(await frame.locator('.cmp-parted').innerText(), /They part by more than 0\.01 first at step 0 \(T\), in i of unit \d+: [+−]\d.* in lstm, [+−]\d.* in char_lstm\. What they read differs already, from step 0 on/);
    assert.deepEqual(await frame.locator('.cmp-parting tbody th').allInnerTexts(), ['i', 'f', 'g', 'o', 'c', 'h']);
    assert.match(await frame.locator('.cmp-side').innerText(), /Not trained alike, so far as the files say/);
    assert.deepEqual(await violations(frame), []);
    await closePage(page);
  });

  it('in light on a narrow screen: three diagrams in one row, keys, and a table', async () => {
    const { page, frame } = await compared('light', 660);
    const tops = await frame.locator('.cmp-column').evaluateAll(all => all.map(e => Math.round(e.getBoundingClientRect().top)));
    assert.equal(new Set(tops).size, 1, `tops ${tops}`);
    assert.ok(await frame.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'no sideways scroll');
    const row = frame.locator('canvas.heat[data-column="0"]');
    await row.focus();
    const before = await row.getAttribute('aria-label');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await frame.waitForFunction(label => document.querySelector('canvas.heat[data-column="0"]')?.getAttribute('aria-label') !== label, before);
    assert.deepEqual(await violations(frame), []);
    await screenshot(page, 'compare-light-640');
    await page.keyboard.press('t');
    await frame.locator('.cmp-timelines table').waitFor();
    assert.deepEqual(await frame.locator('.cmp-side .tableHost thead th').allInnerTexts(), ['steps before', 'RNN', 'GRU', 'LSTM']);
    assert.deepEqual(await violations(frame), []);
    await closePage(page);
  });
});
