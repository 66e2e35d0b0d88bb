import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import type { Frame, Page } from 'playwright-core';
import { gatescope, readTrace, signalOf } from '../cli/cli';
import { closePage, newPage, screenshot, workspaceOf, type Theme } from './driver';
import { alone, drawn, drawnPanel, lines } from './panel';
import { pick } from './workbench';

const MODEL = 'silero_vad_v5.onnx';
const LAYER = 'If_0_then_branch__Inline_0__/decoder/rnn/LSTM';

/** A folder with a speech detector and a recording beside it. */
const FOLDER = 'test/out/speech';

/** The detector, opened from the explorer. */
async function opened(theme: Theme, width: number): Promise<Page> {
  const page = await newPage({ theme, width, height: 1000, folder: FOLDER });
  await page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: MODEL }).click({ button: 'right' });
  await page.waitForTimeout(500); // a click that comes at once counts as the end of the one that opened the menu
  await page.locator('.monaco-menu .action-item').filter({ hasText: 'Open Checkpoint or Trace' }).click();
  await pick(page, LAYER);
  await drawnPanel(page);
  return page;
}

/** Share of a canvas' columns that have ink. */
const inked = (frame: Frame, selector: string): Promise<number> => frame.locator(selector).evaluate((canvas: HTMLCanvasElement) => {
  const { data, width, height } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
  const columns = Array.from({ length: width }, (_, x) => Array.from({ length: height }, (_v, y) => data[4 * (y * width + x) + 3]!).some(alpha => alpha > 128));
  return columns.filter(Boolean).length / width;
});

describe('a layer deep in a model, over a recording', () => {
  before(() => {
    mkdirSync(FOLDER, { recursive: true });
    copyFileSync(join('node_modules/@ricky0123/vad-web/dist', MODEL), join(FOLDER, MODEL));
    copyFileSync('test/fixtures/files/onnxGraphs/speech.wav', join(FOLDER, 'speech.wav'));
  });

  it('shows its gates in step with the waveform, and agrees with the runtime', async () => {
    const page = await opened('dark', 1280);
    const frame = await alone(page);
    const text = await frame.locator('body').innerText();
    assert.match(text, /agrees with ONNX Runtime [\d.]+: \d\.\de-[6-9]/);
    assert.match(text, /speech\.wav, 10\.4 s at 16 kHz, through silero_vad_v5\.onnx/);
    for (const curve of ['waveform', 'speech probability']) assert.ok(await inked(frame, `canvas[data-curve="${curve}"]`) > 0.99, curve);
    const at = (name: string): string => join(workspaceOf(page), name);
    const { code, err } = gatescope('run', at(MODEL), '--layer', LAYER, '--input', at('speech.wav'), '--out', at('speech.trace.safetensors'));
    assert.equal(code, 0, err);
    const trace = await readTrace(at('speech.trace.safetensors'));
    const { selection } = await drawn(frame);
    const charts = await lines(frame);
    assert.deepEqual(charts.map(c => c.signal), ['f', 'c']);
    for (const { signal, points } of charts) {
      const data = await signalOf(trace, signal);
      assert.equal(points['unit']!.length, 325);
      for (const [t, { y }] of points['unit']!.entries()) assert.ok(Math.abs(y - data[t * 128 + selection.unit]!) < 1e-6, `${signal} at step ${t}: drawn ${y}, recorded ${data[t * 128 + selection.unit]}`);
    }
    await screenshot(page, 'model-dark-1280');
    await closePage(page);
  });

  it('in light, on a narrow screen', async () => {
    const page = await opened('light', 1280);
    await page.setViewportSize({ width: 700, height: 1000 });
    const frame = await alone(page);
    assert.match(await frame.locator('body').innerText(), /agrees with ONNX Runtime/);
    await screenshot(page, 'model-light-700');
    await closePage(page);
  });
});
