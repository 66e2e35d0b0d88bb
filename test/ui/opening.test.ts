import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type { Frame } from 'playwright-core';
import { gatescope, readTrace, signalOf } from '../cli/cli';
import { closePage, newPage, screenshot, workspaceOf } from './driver';
import { alone, drawn, drawnPanel, samples, settled, visualize } from './panel';
import { hoverAt, openFile, palette, putCursor, tabs } from './workbench';

const MODEL = 'time_series/model.py';
const lines = readFileSync(`examples/${MODEL}`, 'utf8').split('\n');
const LINE = lines.findIndex(l => l.includes('nn.GRU(')) + 1;
const COLUMN = lines[LINE - 1]!.indexOf('nn.GRU(') + 5;

const view = async (frame: Frame): Promise<unknown> => {
  const { rows, selection } = await drawn(frame);
  return { selection, from: rows[0]!.from, to: rows[0]!.to, signals: rows.map(r => r.signal), order: rows[0]!.order };
};

/** Moves away from what is shown at first: another unit, step and window. */
async function lookElsewhere(frame: Frame): Promise<void> {
  const plot = frame.locator('canvas.heat').first();
  for (const key of ['j', 'j', 'j', 'Shift+ArrowRight', 'ArrowRight', '+', '+', ']']) await plot.press(key);
  await settled(frame);
}

describe('the hover', () => {
  it('says what the layer is, and visualises by its link', async () => {
    const page = await newPage({ width: 1100, height: 900 });
    await openFile(page, MODEL);
    const hover = await hoverAt(page, 'nn.GRU');
    const text = await hover.innerText();
    for (const expected of ['GRU 4 → 32', '3,648 parameters', 'σ(Wr x + Ur h + br)', '(N, T, 4)', 'Visualize']) assert.ok(text.includes(expected), `${expected} is not in ${text}`);
    await screenshot(page, 'hover');
    await hover.getByText('Visualize').click();
    assert.equal((await drawn(await drawnPanel(page))).rows.length, 4);
    await closePage(page);
  });
});

describe('inlay hints and the picture of the last run', () => {
  for (const theme of ['Dark', 'Light'] as const) it(`stand in the editor and in the hover, ${theme}`, async () => {
    const page = await newPage({ width: 1280, height: 900 });
    await visualize(page, MODEL, LINE, COLUMN);
    if (theme === 'Light') { await palette(page, 'Preferences: Toggle between Light/Dark Themes'); await page.waitForTimeout(800); }
    await page.getByText(': (N, T, hidden_size)').first().waitFor();
    const hover = await hoverAt(page, 'nn.GRU');
    const picture = hover.locator('img[src^="data:image/svg"]');
    await picture.waitFor();
    await screenshot(page, `hover-values-${theme.toLowerCase()}`);
    await picture.scrollIntoViewIfNeeded();
    await screenshot(page, `hover-picture-${theme.toLowerCase()}`);
    await closePage(page);
  });
});

describe('the panel keeps what is looked at', () => {
  it('in a hidden tab, and when the layer is run again after an edit', async () => {
    const page = await newPage();
    let frame = await visualize(page, MODEL, LINE, COLUMN);
    await lookElsewhere(frame);
    const before = await view(frame);
    await page.locator('.tabs-container .tab').filter({ hasText: 'Gatescope' }).click();
    await openFile(page, 'time_series/prepare.py'); // over the panel, in its group
    await page.locator('.tabs-container .tab').filter({ hasText: 'Gatescope' }).click();
    frame = await drawnPanel(page);
    assert.deepEqual(await view(frame), before);
    await page.locator('.tabs-container .tab').filter({ hasText: 'model.py' }).click();
    await putCursor(page, 1, 1);
    await page.keyboard.type('# a line more\n');
    await putCursor(page, LINE + 1, COLUMN);
    await palette(page, 'Visualize LSTM');
    await page.waitForTimeout(1500);
    frame = await drawnPanel(page);
    assert.deepEqual(await view(frame), before);
    assert.equal((await tabs(page)).filter(t => t.startsWith('Gatescope')).length, 1);
    await closePage(page);
  });
});

describe('what can be opened', () => {
  it('a trace that run wrote, with the values it holds', async () => {
    const page = await newPage();
    const at = (name: string): string => join(workspaceOf(page), 'time_series', name);
    const { code, err } = gatescope('run', at('weather_gru.safetensors'), '--input', at('weather_normalised.csv'), '--steps', '120', '--out', at('weather.trace.safetensors'));
    assert.equal(code, 0, err);
    await page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: 'time_series' }).click();
    await page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: 'weather.trace.safetensors' }).click({ button: 'right' });
    await page.waitForTimeout(500); // a click that comes at once counts as the end of the one that opened the menu
    await page.locator('.monaco-menu .action-item').filter({ hasText: 'Open Checkpoint or Trace' }).click();
    await drawnPanel(page);
    const frame = await alone(page);
    const { rows } = await drawn(frame);
    assert.deepEqual(rows.map(r => r.signal), ['r', 'z', 'n', 'h']);
    const trace = await readTrace(at('weather.trace.safetensors'));
    for (const row of rows) {
      const data = await signalOf(trace, row.signal);
      const wrong = (await samples(frame, row)).filter(s => Math.abs(s.value - Math.max(-(row.scale.max ?? 1), Math.min(row.scale.max ?? 1, data[s.step * row.units + s.unit]!))) > s.tolerance + 0.02);
      assert.deepEqual(wrong, [], row.signal);
    }
    assert.match(await frame.locator('body').innerText(), /weights: recorded in weather\.trace\.safetensors/);
    assert.doesNotMatch(await frame.locator('body').innerText(), /0 parameters/);
    await screenshot(page, 'trace');
    await closePage(page);
  });

  it('a bidirectional stack in Keras code whose sizes are not all known, labelled as made up', async () => {
    const page = await newPage({ width: 1500 });
    writeFileSync(join(workspaceOf(page), 'net.py'), 'import torch.nn as nn\nself.rnn = nn.LSTM(cfg.features, 12, num_layers=2, bidirectional=True)\nfrom keras import layers\nx = layers.Bidirectional(layers.LSTM(9))\n');
    const frame = await visualize(page, 'net.py', 2, 15);
    const text = await frame.locator('body').innerText();
    assert.match(text, /random, PyTorch default init/);
    assert.match(text, /Assumed input size 16 for cfg\.features/);
    assert.match(text, /rnn\.l1/);
    await screenshot(page, 'stack');
    await openFile(page, 'net.py').catch(() => undefined);
    await putCursor(page, 4, 28);
    await palette(page, 'Visualize LSTM');
    await page.waitForTimeout(1500);
    assert.match(await (await drawnPanel(page)).locator('body').innerText(), /random, Keras default init/);
    await closePage(page);
  });
});
