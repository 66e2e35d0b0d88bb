import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type { Frame, Page } from 'playwright-core';
import { gatescope } from '../cli/cli';
import { sideways, violations } from './axe';
import { closePage, newPage, screenshot, wear, workspaceOf, type Theme } from './driver';
import { drawnPanel } from './panel';
import { palette, tabs, webviewFrame } from './workbench';

const LSTM = 'char_lstm.safetensors';
const GRU = 'weather_gru.safetensors';
const row = (page: Page, name: string): ReturnType<Page['locator']> => page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: name });

async function fromExplorer(page: Page, folder: string, name: string, command: string): Promise<void> {
  const closed = page.locator('.explorer-folders-view .monaco-list-row[aria-expanded="false"]').filter({ hasText: folder });
  if (await closed.count() > 0) await closed.first().click();
  await row(page, name).waitFor();
  await row(page, name).click({ button: 'right' });
  await page.waitForTimeout(500); // a click that comes at once counts as the end of the one that opened the menu
  await page.locator('.monaco-menu .action-item').filter({ hasText: command }).click();
}

async function open(page: Page, folder: string, name: string): Promise<Frame> {
  await fromExplorer(page, folder, name, 'Open with Gatescope');
  return webviewFrame(page, 'main.file h1');
}

const worked = (frame: Frame): Promise<unknown> => frame.locator('table.gates').first().waitFor({ timeout: 20_000 });
const text = (frame: Frame): Promise<string> => frame.locator('body').innerText();

/** Tensors of a safetensors file, read by a few lines of the test's own. */
function tensorsOf(path: string): Map<string, { shape: number[]; data: Float32Array }> {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<string, { shape: number[]; data_offsets: [number, number] }>;
  return new Map(Object.entries(header).filter(([k]) => k !== '__metadata__').map(([name, { shape, data_offsets: [from, to] }]) =>
    [name, { shape, data: new Float32Array(Uint8Array.from(bytes.subarray(8 + length + from, 8 + length + to)).buffer) }]));
}

/** Spectral radius by Gelfand's formula: the norm of a high power, by squaring. */
function radius(matrix: Float32Array, n: number): number {
  let m = Float64Array.from(matrix);
  let log = 0;
  const squarings = 12;
  for (let k = 0; k < squarings; k++) {
    const next = new Float64Array(n * n);
    for (let i = 0; i < n; i++) for (let l = 0; l < n; l++) for (let j = 0, v = m[i * n + l]!; j < n; j++) next[i * n + j]! += v * m[l * n + j]!;
    const norm = Math.sqrt(next.reduce((s, v) => s + v * v, 0));
    log = 2 * log + Math.log(norm);
    m = next.map(v => v / norm);
  }
  return Math.exp(log / 2 ** squarings);
}

/** The greatest singular value by powers of the matrix times its transpose. */
function greatest(matrix: Float32Array, n: number): number {
  let v = Float64Array.from({ length: n }, (_, k) => Math.cos(k + 1));
  let size = 0;
  for (let round = 0; round < 3000; round++) {
    const u = Float64Array.from({ length: n }, (_, i) => v.reduce((s, x, j) => s + matrix[i * n + j]! * x, 0));
    const w = Float64Array.from({ length: n }, (_, j) => u.reduce((s, x, i) => s + matrix[i * n + j]! * x, 0));
    size = Math.sqrt(w.reduce((s, x) => s + x * x, 0));
    v = w.map(x => x / size);
  }
  return Math.sqrt(size);
}

/** Texts that stick out of the page: it never scrolls sideways, so they would be lost. */
const cutOff = (frame: Frame): Promise<string[]> => frame.evaluate(() => [...document.querySelectorAll('td, th, button, p, svg, select, dd')]
  .filter(e => e.getClientRects().length > 0 && !e.closest('.hidden') && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(e => e.textContent));

const number = (shown: string): number => Number(shown.replace('−', '-').replace('≈', '').replace('%', '').trim());
const cells = (frame: Frame, table: string): Promise<string[][]> => frame.locator(`${table} tr`).evaluateAll(rows => rows.map(r => [...r.children].map(c => (c as HTMLElement).innerText)));
function near(found: number, expected: number, what: string, tolerance = 0.006): void {
  assert.ok(Math.abs(found - expected) <= tolerance * Math.max(0.05, Math.abs(expected)), `${what}: ${found} is shown, ${expected} computed`);
}

describe('the editor of a checkpoint', () => {
  it('shows moments and spectra gate by gate, as computed here another way', async () => {
    const page = await newPage({ height: 1000 });
    const frame = await open(page, 'char_lstm', LSTM);
    await worked(frame);
    const tensors = tensorsOf(join(workspaceOf(page), 'char_lstm', LSTM));
    const rows = await cells(frame, 'table.gates');
    const [name] = [...tensors.keys()].filter(k => k.endsWith('weight_hh_l0'));
    const prefix = name!.replace('weight_hh_l0', '');
    const [w, u] = [tensors.get(`${prefix}weight_ih_l0`)!, tensors.get(name!)!];
    const bias = tensors.get(`${prefix}bias_ih_l0`)!.data.map((b, k) => b + tensors.get(`${prefix}bias_hh_l0`)!.data[k]!);
    const units = u.shape[1]!, width = w.shape[1]!;
    const spectrum = await cells(frame, 'table.numbersTable');
    for (const [gate, letter] of [...'ifgo'].entries()) {
      const parts: [string, Float32Array][] = [[`W${letter}`, w.data.slice(gate * units * width, (gate + 1) * units * width)], [`U${letter}`, u.data.slice(gate * units * units, (gate + 1) * units * units)], [`b${letter}`, bias.slice(gate * units, (gate + 1) * units)]];
      for (const [parameter, data] of parts) {
        const shown = rows.find(r => r[0]?.startsWith(`${parameter} `))!;
        const mean = data.reduce((a, b) => a + b, 0) / data.length;
        const expected = [mean, Math.sqrt(data.reduce((a, b) => a + (b - mean) ** 2, 0) / data.length), Math.min(...data), Math.max(...data)];
        for (const [k, value] of expected.entries()) near(number(shown[2 + k]!), value, `${parameter} column ${k}`);
        near(number(shown[7]!), Math.hypot(...data), `${parameter} norm`);
      }
      const line = spectrum.find(r => r[0]?.includes(`U${letter}`))!;
      near(number(line[1]!), radius(parts[1]![1], units), `spectral radius of U${letter}`, 0.003);
      near(number(line[2]!), greatest(parts[1]![1], units), `largest singular value of U${letter}`, 0.001);
    }
    const all = await text(frame);
    for (const expected of [`What is in ${LSTM}?`, '23,040', '24 → 64', 'PyTorch', 'forget gate']) assert.ok(all.includes(expected), `${expected} is not in ${all.slice(0, 1500)}`);
    assert.equal(await frame.locator('svg.lines, .lines svg').count(), 1);
    await closePage(page);
  });

  for (const [width, themes] of [[1280, ['dark', 'light', 'hc']], [640, ['dark', 'hcLight']]] as [number, Theme[]][]) {
    it(`has no violation of accessibility rules in any theme at ${width} pixels`, async () => {
      const page = await newPage({ width, height: 1200 });
      const frame = await open(page, 'char_lstm', LSTM);
      await palette(page, 'View: Close Primary Side Bar');
      await worked(frame);
      await frame.getByRole('button', { name: /All tensors/ }).click();
      await frame.locator('.allTensors table').waitFor();
      for (const theme of themes) {
        await wear(page, theme);
        await page.waitForTimeout(700);
        assert.deepEqual(await violations(frame), [], theme);
        await screenshot(page, `file-${theme}-${width}`);
        assert.equal(await sideways(frame), 0, 'the editor scrolls sideways');
        assert.deepEqual(await cutOff(frame), []);
      }
      await frame.evaluate(() => window.scrollTo(0, 1e6));
      await page.waitForTimeout(300);
      await screenshot(page, `file-${themes.at(-1)}-${width}-below`);
      await closePage(page);
    });
  }

  it('opens the panel by Visualize, folds by keyboard, filters tensors and copies names', async () => {
    const page = await newPage();
    const frame = await open(page, 'char_lstm', LSTM);
    await worked(frame);
    const level = frame.locator('.level .fold').first();
    await level.press('Enter');
    assert.equal(await level.getAttribute('aria-expanded'), 'false');
    assert.equal(await frame.locator('table.gates').isVisible(), false);
    const all = frame.getByRole('button', { name: /All tensors/ });
    await all.press('Space');
    const filter = frame.getByRole('searchbox');
    await filter.fill('bias 256');
    await frame.getByText(/2 of \d+ tensors/).waitFor();
    assert.equal(await frame.locator('.allTensors tbody tr').count(), 2);
    await frame.getByRole('button', { name: /Copy tensor name .*bias_ih_l0/ }).last().press('Enter');
    await frame.waitForFunction(() => /Copied .*bias_ih_l0/.test(document.querySelector('[aria-live]')?.textContent ?? ''));
    await frame.getByRole('button', { name: 'Visualize' }).press('Enter');
    await drawnPanel(page);
    await screenshot(page, 'file-visualize');
    assert.ok((await tabs(page)).some(t => t.startsWith('Gatescope: ')), (await tabs(page)).join());
    await closePage(page);
  });
});

describe('what a file leaves open', () => {
  it('is asked, can be decided otherwise, is remembered, and reaches the panel', async () => {
    const page = await newPage();
    copyFileSync('test/fixtures/formats/torch_rnn.safetensors', join(workspaceOf(page), 'onnx', 'rnn.safetensors'));
    const frame = await open(page, 'onnx', 'rnn.safetensors');
    await worked(frame);
    assert.match(await text(frame), /tanh\(W x \+ U h \+ b\)/);
    const select = frame.getByRole('combobox');
    assert.equal(await select.inputValue(), 'tanh');
    await select.focus();
    await screenshot(page, 'file-doubt');
    await select.selectOption('relu');
    await frame.getByText('relu(W x + U h + b)').waitFor();
    assert.equal(await frame.evaluate(() => document.activeElement?.tagName), 'SELECT', 'the focus is lost');
    assert.match(await text(frame), /You decided\./);
    assert.deepEqual(await violations(frame), []);
    await frame.getByRole('button', { name: 'Visualize' }).click();
    const panel = await drawnPanel(page);
    const most = /\bh ±(\d+\.\d+)/.exec(await panel.locator('body').innerText())?.[1];
    assert.ok(Number(most) > 1, `h reaches ${most} in the panel, as if it were still a tanh`);
    const saved = JSON.parse(readFileSync(join(workspaceOf(page), '.vscode/gatescope.json'), 'utf8')) as { bindings: Record<string, { assume?: unknown }> };
    assert.deepEqual(saved.bindings['onnx/rnn.safetensors#rnn']?.assume, { nonlinearity: 'relu' });
    await palette(page, 'View: Close All Editors');
    const again = await open(page, 'onnx', 'rnn.safetensors');
    await again.getByText('relu(W x + U h + b)').waitFor();
    await closePage(page);
  });

  it('stacks of several levels and directions fold one by one', async () => {
    const page = await newPage({ theme: 'light', height: 1400 });
    copyFileSync('test/fixtures/formats/torch_lstm_deep.safetensors', join(workspaceOf(page), 'onnx', 'deep.safetensors'));
    const frame = await open(page, 'onnx', 'deep.safetensors');
    await worked(frame);
    const levels = frame.locator('.level .fold');
    assert.ok(await levels.count() > 1);
    assert.equal(await levels.nth(1).getAttribute('aria-expanded'), 'false');
    assert.equal(await frame.locator('table.gates').count(), 2, 'one table a direction');
    await levels.nth(1).click();
    await frame.waitForFunction(() => document.querySelectorAll('table.gates').length === 4);
    assert.deepEqual(await cutOff(frame), []);
    await screenshot(page, 'file-deep');
    assert.deepEqual(await violations(frame), []);
    await closePage(page);
  });
});

describe('the editor of a file that changes', () => {
  it('keeps its view while the file is half written, then shows the new numbers, with scroll and what was open', async () => {
    const page = await newPage({ height: 620 });
    const path = join(workspaceOf(page), 'char_lstm', LSTM);
    const frame = await open(page, 'char_lstm', LSTM);
    await worked(frame);
    // By key: spectra that arrive meanwhile push the button away from under a pointer.
    await frame.getByRole('button', { name: /All tensors/ }).press('Enter');
    await frame.locator('.allTensors table').waitFor();
    await frame.evaluate(() => window.scrollTo(0, 300));
    await page.waitForTimeout(400);
    const whole = readFileSync(path);
    const before = (await cells(frame, 'table.gates')).find(r => r[0]?.startsWith('Uf '))![2]!;
    writeFileSync(path, whole.subarray(0, 5000));
    await frame.getByText(/being written/).waitFor({ timeout: 10_000 });
    assert.equal(await frame.locator('table.gates').count(), 1, 'the last good view is gone');
    await screenshot(page, 'file-half-written');
    const length = Number(whole.readBigUInt64LE(0));
    const header = JSON.parse(whole.subarray(8, 8 + length).toString()) as Record<string, { data_offsets: [number, number] }>;
    const [name] = Object.keys(header).filter(k => k.endsWith('weight_hh_l0'));
    const changed = Buffer.from(whole);
    for (let at = 8 + length + header[name!]!.data_offsets[0]; at < 8 + length + header[name!]!.data_offsets[1]; at += 4) changed.writeFloatLE(0.125, at);
    writeFileSync(path, changed);
    await frame.waitForFunction(() => [...document.querySelectorAll('table.gates tr')].some(r => /^Uf /.test((r as HTMLElement).innerText) && /0\.125/.test((r as HTMLElement).innerText)), undefined, { timeout: 20_000 });
    assert.notEqual(before, '0.125');
    assert.equal(await frame.locator('.fileNote').isVisible(), false);
    // It is drawn open at once; its rows are asked of the host anew.
    await frame.locator('.allTensors table').waitFor({ timeout: 3000 }).catch(() => assert.fail('what was open is closed'));
    assert.equal(Math.round(await frame.evaluate(() => window.scrollY)), 300);
    await closePage(page);
  });

  it('says what is wrong with a broken file, and where numbers are not finite', async () => {
    const page = await newPage();
    const folder = join(workspaceOf(page), 'char_lstm');
    const whole = readFileSync(join(folder, LSTM));
    const length = Number(whole.readBigUInt64LE(0));
    const header = JSON.parse(whole.subarray(8, 8 + length).toString()) as Record<string, { data_offsets: [number, number] }>;
    const [name] = Object.keys(header).filter(k => k.endsWith('weight_hh_l0'));
    whole.writeFloatLE(NaN, 8 + length + header[name!]!.data_offsets[0] + 4 * (64 * 64 + 64 + 3));
    writeFileSync(join(folder, 'nan.safetensors'), whole);
    const frame = await open(page, 'char_lstm', 'nan.safetensors');
    await frame.getByText('Uf[1, 3] is NaN.').waitFor({ timeout: 20_000 });
    assert.equal(await frame.locator('table.numbersTable tbody tr').count(), 3, 'a spectrum of NaN is shown');
    await screenshot(page, 'file-nan');
    writeFileSync(join(folder, 'broken.pt'), 'this is no checkpoint');
    await fromExplorer(page, 'char_lstm', 'broken.pt', 'Open with Gatescope');
    const broken = await webviewFrame(page, '.problem h2', 30_000);
    assert.match(await text(broken), /broken\.pt cannot be shown\./);
    assert.deepEqual(await violations(broken), []);
    await screenshot(page, 'file-broken');
    await closePage(page);
  });
});

describe('the editor of a trace', () => {
  it('lists its signals and shows its timeline', async () => {
    const page = await newPage();
    const at = (name: string): string => join(workspaceOf(page), 'time_series', name);
    const { code, err } = gatescope('run', at(GRU), '--input', at('weather_normalised.csv'), '--steps', '60', '--out', at('made.trace.safetensors'));
    assert.equal(code, 0, err);
    const frame = await open(page, 'time_series', 'made.trace.safetensors');
    await frame.locator('.signalsTable').waitFor();
    const rows = await cells(frame, '.signalsTable');
    assert.deepEqual(rows.slice(1).map(r => [r[0], r[2]]), [...'rznh'].map(s => [s, '32']));
    assert.match(await text(frame), /60 steps/);
    assert.deepEqual(await violations(frame), []);
    await screenshot(page, 'file-trace');
    await frame.getByRole('button', { name: 'Show timeline' }).click();
    await drawnPanel(page);
    await closePage(page);
  });
});

/** The user settings that all pages of a run share: those of the server that was told to open files here. */
function settingsWithUs(): { readonly path: string; readonly settings: Record<string, unknown> }[] {
  const servers = readdirSync(tmpdir()).filter(name => name.startsWith('gatescope-vscode-')).map(name => join(tmpdir(), name, 'user/User/settings.json')).filter(p => existsSync(p));
  return servers.map(path => ({ path, settings: JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown> }))
    .filter(({ settings }) => JSON.stringify(settings['workbench.editorAssociations'] ?? {}).includes('gatescope.file'));
}

describe('always open with Gatescope', () => {
  it('asks, and then these files open here, and other settings stay', async () => {
    const page = await newPage();
    copyFileSync(join(workspaceOf(page), 'char_lstm', LSTM), join(workspaceOf(page), 'char_lstm', 'first.safetensors'));
    const frame = await open(page, 'char_lstm', LSTM);
    await frame.getByRole('button', { name: 'Always open with Gatescope' }).click();
    const dialog = page.locator('.monaco-dialog-box');
    assert.match(await dialog.innerText(), /\.safetensors, \.onnx, \.pt, .*workbench\.editorAssociations/s);
    await screenshot(page, 'file-always');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.waitForTimeout(2000);
    assert.deepEqual(settingsWithUs(), [], 'cancel wrote something');
    await palette(page, 'Always Open Model Files with Gatescope');
    await page.locator('.monaco-dialog-box').getByRole('button', { name: 'All of These' }).click();
    try {
      for (let attempt = 0; ; attempt++) { // the settings are written when VS Code comes to it
        await palette(page, 'View: Close All Editors');
        await row(page, 'first.safetensors').dblclick();
        if (await webviewFrame(page, 'main.file h1', 3000).catch(() => undefined)) break;
        assert.ok(attempt < 5, 'it still opens elsewhere');
      }
      const [written] = settingsWithUs();
      assert.equal(Object.keys(written!.settings['workbench.editorAssociations'] as object).length, 11);
      assert.equal(written!.settings['telemetry.telemetryLevel'], 'off');
    } finally {
      for (const { path, settings: { 'workbench.editorAssociations': _, ...rest } } of settingsWithUs()) writeFileSync(path, JSON.stringify(rest, null, 2));
    }
    await closePage(page);
  });
});
