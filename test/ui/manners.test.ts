import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type { Frame, Page } from 'playwright-core';
import { violations } from './axe';
import { closePage, newPage, screenshot, workspaceOf } from './driver';
import { drawn, drawnPanel, settled, visualize } from './panel';
import { hoverAt, notification, openFile, palette, pick, putCursor, sidebar, treeRow, webviewFrame } from './workbench';

const MODEL = 'time_series/model.py';
const lines = readFileSync(`examples/${MODEL}`, 'utf8').split('\n');
const LINE = lines.findIndex(l => l.includes('nn.GRU(')) + 1;
const COLUMN = lines[LINE - 1]!.indexOf('nn.GRU(') + 5;
const text = (frame: Frame): Promise<string> => frame.locator('body').innerText();
const saying = (frame: Frame, words: string | RegExp): Promise<void> => frame.getByText(words).first().waitFor();

async function changeField(page: Page, frame: Frame, field: string, ...picks: readonly string[]): Promise<void> {
  await palette(page, 'Edit Binding');
  await frame.getByRole('button', { name: `Change ${field}` }).click();
  for (const label of picks) await pick(page, label);
}

describe('the panel for everyone', () => {
  it('works by keyboard alone, and says what the crosshair is on', async () => {
    const page = await newPage();
    const frame = await visualize(page, MODEL, LINE, COLUMN);
    const plot = frame.locator('canvas.heat').first();
    await plot.focus();
    await plot.press('Home');
    await plot.press('ArrowRight');
    await plot.press('j');
    const { selection } = await drawn(frame);
    assert.equal(selection.step, 1);
    await frame.waitForFunction(() => /step 1\b/.test(document.querySelector('[aria-live]')?.textContent ?? ''));
    await plot.press('t');
    const table = frame.locator('table').first();
    await table.waitFor();
    assert.ok(await table.locator('tr').count() > 10, 'the table has no rows');
    assert.deepEqual(await violations(frame), []);
    await closePage(page);
  });
});

describe('bad input', () => {
  it('an input of the wrong width names both, offers the columns and leaves the panel drawn', async () => {
    const page = await newPage();
    writeFileSync(join(workspaceOf(page), 'time_series', 'wide.csv'), `a,b,c,d,e\n${'1,2,3,4,5\n'.repeat(9)}`);
    const frame = await visualize(page, MODEL, LINE, COLUMN);
    await changeField(page, frame, 'Input', 'time_series/wide.csv');
    await saying(frame, 'wide.csv does not fit gru.');
    await screenshot(page, 'wrong-width');
    assert.match(await text(frame), /Expected 4 numbers a step \(the layer's input size\), found 5\..*a, b, c, d, e/s);
    assert.equal((await drawn(frame)).rows.length, 4);
    await screenshot(page, 'wrong-width');
    await frame.getByRole('button', { name: 'Choose columns…' }).click();
    for (const name of ['a', 'b', 'c', 'd']) await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: new RegExp(`^${name}$`) }).click();
    await page.keyboard.press('Enter');
    await saying(frame, /wide\.csv, 9 rows/);
    await closePage(page);
  });

  it('weights that do not fit the code are refused with both shapes', async () => {
    const page = await newPage();
    const path = join(workspaceOf(page), MODEL);
    writeFileSync(path, readFileSync(path, 'utf8').replace('hidden_size=32', 'hidden_size=33'));
    await openFile(page, MODEL);
    await putCursor(page, LINE, COLUMN);
    await palette(page, 'Visualize LSTM');
    const frame = await drawnPanel(page);
    assert.match(await text(frame), /weights: random, PyTorch default init/);
    assert.match(await text(frame), /Seed\s+7/);
    await screenshot(page, 'random-weights');
    await changeField(page, frame, 'Checkpoint', 'time_series/weather_gru.safetensors', 'gru');
    await saying(frame, 'weather_gru.safetensors does not fit gru.');
    assert.match(await text(frame), /Expected an input kernel \(gru\.weight_ih_l0\) of shape \(99, 4\), found \(96, 4\)/);
    assert.equal((await drawn(frame)).rows.length, 4);
    await closePage(page);
  });

  it('NaN in the input is located, and shown', async () => {
    const page = await newPage();
    const csv = join(workspaceOf(page), 'time_series', 'weather_normalised.csv');
    const rows = readFileSync(csv, 'utf8').split('\n');
    rows[41] = `${rows[41]!.split(',')[0]},1,nan,1,1`;
    writeFileSync(csv, rows.join('\n'));
    const frame = await visualize(page, MODEL, LINE, COLUMN);
    await saying(frame, /x is NaN at step 40, feature 1/);
    await settled(frame); // else the picture shows rows that are not painted yet
    await screenshot(page, 'nan');
    await closePage(page);
  });

  it('a file that changed on disk is noticed, and read again when asked', async () => {
    const page = await newPage();
    const frame = await visualize(page, MODEL, LINE, COLUMN);
    const csv = join(workspaceOf(page), 'time_series', 'weather_normalised.csv');
    writeFileSync(csv, readFileSync(csv, 'utf8').split('\n').slice(0, 101).join('\n'));
    await saying(frame, 'weather_normalised.csv changed on disk since it was read.');
    await frame.getByRole('button', { name: 'Reload' }).click();
    await saying(frame, /weather_normalised\.csv, 100 rows/);
    await closePage(page);
  });

  it('an empty input, a broken checkpoint and 0 units each get a clear message', async () => {
    const page = await newPage();
    const root = workspaceOf(page);
    writeFileSync(join(root, 'time_series', 'empty.csv'), '');
    writeFileSync(join(root, 'time_series', 'broken.safetensors'), readFileSync(join(root, 'time_series', 'weather_gru.safetensors')).subarray(0, 700));
    writeFileSync(join(root, 'zero.py'), 'import torch.nn as nn\nrnn = nn.LSTM(4, 0)\n');
    const frame = await visualize(page, MODEL, LINE, COLUMN);
    await changeField(page, frame, 'Input', 'time_series/empty.csv');
    await saying(frame, 'empty.csv is empty.');
    await changeField(page, frame, 'Input', 'time_series/weather_normalised.csv');
    await saying(frame, /weather_normalised\.csv, \d+ rows/);
    await changeField(page, frame, 'Checkpoint', 'time_series/broken.safetensors');
    await saying(frame, /safetensors: .*at byte/);
    assert.equal((await drawn(frame)).rows.length, 4);
    await openFile(page, 'zero.py');
    await putCursor(page, 2, 10);
    await palette(page, 'Visualize LSTM');
    await (await webviewFrame(page, '.message, [role=alert]')).getByText('rnn has 0 units.').waitFor();
    await closePage(page);
  });

  it('a file without layers gets a message that says what can be opened', async () => {
    const page = await newPage();
    writeFileSync(join(workspaceOf(page), 'plain.py'), 'x = 1\n');
    await openFile(page, 'plain.py');
    await palette(page, 'Visualize LSTM');
    assert.match(await (await notification(page)).innerText(), /No recurrent layer in plain\.py\. .*nn\.LSTM.*safetensors \(\.safetensors\).*ONNX \(\.onnx\), PyTorch \(\.pt, /);
    await closePage(page);
  });
});

describe('names that look like markup', () => {
  const NAME = 'a](command:evil) <img src=x onerror=alert(1)> $(bug)';

  it('stay plain text in hover, tree, quick pick, messages and panel', async () => {
    const page = await newPage({ width: 1500, height: 900 });
    const root = workspaceOf(page);
    mkdirSync(join(root, NAME));
    const weights = readFileSync(join(root, 'time_series', 'weather_gru.safetensors'));
    writeFileSync(join(root, NAME, `${NAME}.safetensors`), renamed(weights, 'gru.', `${NAME}.`));
    writeFileSync(join(root, 'evil.py'), `import torch.nn as nn\nfirst = nn.GRU(cfg["${NAME}"], 32)\nsecond = nn.GRU(4, cfg["${NAME}"])\n`);
    rmSync(join(root, 'time_series'), { recursive: true });
    await openFile(page, 'evil.py');
    const hover = await hoverAt(page, 'nn.GRU');
    assert.ok((await hover.innerText()).replaceAll('\u2060', '').includes('<img src=x onerror'), await hover.innerText());
    assert.equal(await hover.locator('img[src="x"], .codicon-bug').count(), 0);
    await page.keyboard.press('Escape');
    await sidebar(page);
    await treeRow(page, '<img src=x onerror').waitFor();
    assert.equal(await page.locator('.part.sidebar img[src="x"], .part.sidebar .codicon-bug').count(), 0);
    await putCursor(page, 1, 1);
    await palette(page, 'Visualize LSTM');
    await pick(page, 'first');
    const frame = await drawnPanel(page);
    await saying(frame, /<img src=x onerror/);
    assert.equal(await frame.locator('img').count(), 0);
    await screenshot(page, 'markup');
    writeFileSync(join(root, `${NAME}.py`), 'x = 1\n');
    await palette(page, 'View: Show Explorer');
    await page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: `${NAME}.py` }).click();
    await page.locator('.tabs-container .tab.active').filter({ hasText: '.py' }).waitFor();
    await palette(page, 'Visualize LSTM');
    const toast = await notification(page);
    assert.equal(await toast.locator('a, img, .codicon-bug').count(), 0, await toast.innerHTML());
    await closePage(page);
  });
});

/** The same file with tensors under another prefix. */
function renamed(file: Buffer, from: string, to: string): Buffer {
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + length).toString()) as Record<string, unknown>;
  const json = Buffer.from(JSON.stringify(Object.fromEntries(Object.entries(header).map(([k, v]) => [k.startsWith(from) ? to + k.slice(from.length) : k, v]))));
  const padded = Buffer.concat([json, Buffer.alloc((8 - json.length % 8) % 8, ' ')]);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([size, padded, file.subarray(8 + length)]);
}

describe('the side panel', () => {
  it('lists models, checkpoints and traces, visualises on a click, and inspects what is selected', async () => {
    const page = await newPage({ width: 1500, height: 1000 });
    await sidebar(page);
    await treeRow(page, /^lstm\s*LSTM 24 → 64/).first().waitFor();
    await treeRow(page, 'weather_gru.safetensors').waitFor();
    await treeRow(page, /^model\.py\s*compare/).click(); // shut, so that the next file is in sight
    await treeRow(page, /^gru\s*GRU 4 → 32/).click();
    const frame = await drawnPanel(page);
    const inspector = await webviewFrame(page, 'main.inspector');
    await inspector.getByText('update gate').waitFor();
    await frame.locator('canvas.heat').first().focus();
    await frame.locator('canvas.heat').first().press('j');
    const { selection } = await drawn(frame);
    await inspector.getByText(`Unit ${selection.unit}`).waitFor();
    assert.deepEqual(await violations(inspector), []);
    await screenshot(page, 'side-panel');
    await closePage(page);
  });
});
