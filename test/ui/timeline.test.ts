import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'mocha';
import type { Frame, Page } from 'playwright-core';
import { readTrace, signalOf } from '../cli/cli';
import { closePage, newPage, reload, screenshot, wear, workspaceOf, type Theme } from './driver';
import { alone, drawn, drawnPanel, lines, samples, settled, visualize } from './panel';
import { openFile, palette, pick, putCursor, webviewFrame } from './workbench';

const MODEL = 'char_lstm/model.py';
const source = readFileSync(`examples/${MODEL}`, 'utf8').split('\n');
/** Where nn.LSTM stands in the example. */
const LINE = source.findIndex(l => l.includes('nn.LSTM(')) + 1;
const COLUMN = source[LINE - 1]!.indexOf('nn.LSTM(') + 5;

/** What the command line records of the same layer over the same text: [steps, units] by signal. */
async function recorded(checkpoint: string, input: string, vocabulary: string, out: string, more: readonly string[] = []): Promise<Record<string, { data: Float32Array; units: number }>> {
  const ran = spawnSync(process.execPath, [resolve('dist/cli.js'), 'run', checkpoint, '--input', input, '--vocabulary', vocabulary, '--steps', '10000', '--out', out, ...more], { encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
  const trace = await readTrace(out);
  const signals = trace.levels[0]!.directions[0]!.signals;
  return Object.fromEntries(await Promise.all(signals.map(async s => [s.name, { data: await signalOf(trace, s.name), units: s.units }] as const)));
}

const exampleTrace = (page: Page): ReturnType<typeof recorded> => {
  const at = (name: string): string => join(workspaceOf(page), 'char_lstm', name);
  return recorded(at('char_lstm.safetensors'), at('text.txt'), at('vocab.json'), at('trace.out'));
};

/** Every row's pixels, decoded, are the recorded values. */
async function assertDrawn(frame: Frame, truth: Awaited<ReturnType<typeof recorded>>): Promise<void> {
  const { rows } = await drawn(frame);
  assert.deepEqual(rows.map(r => r.signal), ['i', 'f', 'g', 'o', 'c', 'h']);
  for (const row of rows) {
    const { data, units } = truth[row.signal]!;
    const found = await samples(frame, row, 60);
    const wrong = found.filter(s => {
      const exact = data[s.step * units + s.unit]!;
      const limit = row.scale.max ?? Infinity;
      const shown = row.scale.kind === 'unit' ? exact : row.scale.kind === 'tanh' ? Math.max(-4, Math.min(4, exact)) : Math.max(-limit, Math.min(limit, exact));
      const clipped = row.scale.kind === 'tanh' && Math.abs(exact) > 2.6; // the ramp's last entries are wide there
      return !clipped && Math.abs(s.value - shown) > s.tolerance + 0.02;
    });
    assert.ok(found.length >= 50);
    assert.deepEqual(wrong.map(s => ({ ...s, exact: data[s.step * units + s.unit] })), [], `${row.signal}: pixels differ from the trace`);
    const spread = found.map(s => s.value);
    assert.ok(Math.max(...spread) - Math.min(...spread) > 0.1, `${row.signal} is one colour`);
  }
}

/** The selected unit's line in every open row is the recorded one. */
async function assertLines(frame: Frame, truth: Awaited<ReturnType<typeof recorded>>): Promise<void> {
  const { selection } = await drawn(frame);
  const charts = await lines(frame);
  assert.ok(charts.length > 0, 'no open row');
  for (const { signal, points } of charts) {
    const { data, units } = truth[signal]!;
    const line = Object.entries(points).find(([name]) => name.startsWith('unit'))?.[1] ?? [];
    assert.ok(line.length >= 50, `${signal}: only ${line.length} points`);
    for (const { x, y } of line) {
      const exact = data[Math.floor(x) * units + selection.unit]!;
      assert.ok(Math.abs(y - exact) <= 1e-6 * Math.max(1, Math.abs(exact)), `${signal} at step ${x}: drawn ${y}, recorded ${exact}`);
    }
  }
}

/** Steps selected with Shift+drag are said, their means are those of the record, z shows them, Escape lets go. */
async function assertRange(page: Page, frame: Frame, truth: Awaited<ReturnType<typeof recorded>>): Promise<void> {
  const { rows: [row], selection } = await drawn(frame), box = (await frame.locator('canvas.heat').first().boundingBox())!;
  const [first, last] = [Math.ceil(row!.from) + 20, Math.ceil(row!.from) + 32], at = (step: number): number => box.x + (step + 0.5 - row!.from) / (row!.to - row!.from) * box.width;
  await page.keyboard.down('Shift');
  await page.mouse.move(at(last), box.y + 9);
  await page.mouse.down();
  await page.mouse.move(at(first), box.y + 9, { steps: 5 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  const chip = frame.getByRole('group', { name: 'Selected steps' });
  await chip.filter({ hasText: new RegExp(`steps ${first}–${last}\\s*13 steps`) }).waitFor(); // a drag that is under way has shown shorter ones
  await frame.locator('.rangeTable tbody tr').first().waitFor();
  await settled(frame);
  const shown = await frame.locator('.rangeTable tbody tr').evaluateAll(lines => lines.map(line => [...line.children].map(cell => cell.textContent ?? '')));
  const mean = ({ data, units }: { data: Float32Array; units: number }, inside: boolean): number => {
    const of = Array.from({ length: data.length / units }, (_, t) => t).filter(t => (t >= first && t <= last) === inside);
    return of.reduce((sum, t) => sum + data[t * units + selection.unit]!, 0) / of.length;
  };
  assert.deepEqual(shown.map(cells => cells[0]), ['i', 'f', 'g', 'o', 'c', 'h']);
  for (const [signal, here, elsewhere] of shown) {
    const read = [here, elsewhere].map(text => Number(text!.replace('−', '-'))), exact = [mean(truth[signal!]!, true), mean(truth[signal!]!, false)];
    assert.ok(read.every((v, k) => Math.abs(v - exact[k]!) < 0.006), `${signal}: shown ${here} and ${elsewhere}, recorded ${exact.join(' and ')}`);
  }
  await frame.locator('canvas.heat').first().press('z');
  await frame.waitForFunction(([a, b]) => { const r = (window as never as { gatescope: { drawn(): { rows: { from: number; to: number }[] } } }).gatescope.drawn().rows[0]!; return r.from <= a! && r.to >= b! + 1 && r.to - r.from < 20; }, [first, last]);
  await frame.locator('canvas.heat').first().press('Escape');
  await chip.waitFor({ state: 'hidden' });
}

/** The unit of the example whose cell state follows quotes, as examples/README.md says. */
const quoteUnit = 36;

/** By keys, as a person without a mouse; waits for its card. */
async function selectUnit(frame: Frame, unit: number): Promise<void> {
  const { rows, selection } = await drawn(frame);
  const order = rows[0]!.order, by = order.indexOf(unit) - order.indexOf(selection.unit);
  for (let k = 0; k < Math.abs(by); k++) await frame.locator('canvas.heat').first().press(by > 0 ? 'j' : 'k');
  await frame.locator('aside.card').getByText(`Unit ${unit}`, { exact: true }).waitFor();
  await frame.waitForTimeout(500); // the rest of the card comes a moment after its title
}

describe('the timeline of a trained LSTM', () => {
  for (const [width, themes] of [[1280, ['dark', 'light', 'hc']], [640, ['dark', 'light', 'hcLight']]] as [number, Theme[]][]) {
    it(`has its picture taken, ${width} pixels wide`, async () => {
      const page = await newPage({ width, height: width === 640 ? 1400 : 1240 });
      await palette(page, 'View: Close Primary Side Bar');
      await visualize(page, MODEL, LINE, COLUMN);
      const frame = await alone(page);
      // On the unit that follows quotes most clearly, where a quotation begins: that is what the example is about.
      const plot = frame.locator('canvas.heat').first();
      await selectUnit(frame, quoteUnit);
      const r = Number(/in quotes\s*[−+](\d\.\d+)/.exec(await frame.locator('aside.card').innerText())?.[1] ?? 0);
      assert.ok(r >= 0.7, `unit ${quoteUnit} follows quotes with |r| = ${r} only`);
      await plot.press('/');
      await frame.locator('input:visible').first().fill('“we could stay');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      for (const theme of themes) {
        await wear(page, theme);
        await plot.focus();
        await page.waitForTimeout(400);
        await settled(frame);
        assert.equal((await drawn(frame)).rows.length, 6);
        await screenshot(page, `timeline-${theme}-${width}`);
      }
      await closePage(page);
    });
  }

  it('draws the gates that the command line records, pixel by pixel and point by point', async () => {
    const page = await newPage();
    await openFile(page, MODEL);
    await putCursor(page, LINE, COLUMN);
    const started = Date.now();
    await palette(page, 'Visualize LSTM');
    const frame = await webviewFrame(page, 'canvas.heat');
    await frame.waitForFunction(() => ((window as never as { gatescope?: { drawn(): { rows: unknown[] } } }).gatescope?.drawn().rows.length ?? 0) > 0);
    console.log(`      from the palette to gates: ${Date.now() - started} ms`);
    await settled(frame);
    const truth = await exampleTrace(page);
    await assertDrawn(frame, truth);
    await assertLines(frame, truth);
    assert.ok((await frame.locator('body').innerText()).includes('surprise'), 'the decoder was not found');
    assert.match(await frame.locator('body').innerText(), /weights: char_lstm\.safetensors/);
    await assertRange(page, frame, truth);
    await closePage(page);
  });

  it('keeps layer, unit, step and zoom over a reload of the window, with the source open and closed', async () => {
    const page = await newPage();
    const frame = await visualize(page, MODEL, LINE, COLUMN);
    await frame.locator('canvas.heat').first().focus();
    for (const key of ['j', 'j', 'j', 'Shift+ArrowRight', 'ArrowRight', '+', ']']) await frame.locator('canvas.heat').first().press(key);
    await settled(frame);
    const before = await drawn(frame);
    const view = ({ rows, selection }: typeof before): unknown => ({ selection, from: rows[0]!.from, to: rows[0]!.to, order: rows[0]!.order });
    await reload(page);
    assert.deepEqual(view(await drawn(await drawnPanel(page))), view(before));
    await page.locator('.tab[data-resource-name="model.py"]').click();
    await palette(page, 'View: Close Editor');
    await page.locator('.tab[data-resource-name="model.py"]').waitFor({ state: 'detached' });
    await reload(page);
    assert.deepEqual(view(await drawn(await drawnPanel(page))), view(before));
    await closePage(page);
  });

  it('shows the same gates when every file and tensor has another name and all is bound by hand', async () => {
    const page = await newPage();
    const truth = await exampleTrace(page);
    const root = workspaceOf(page);
    renameEverything(root);
    await openFile(page, 'else/net.py');
    await putCursor(page, LINE, COLUMN);
    await palette(page, 'Visualize LSTM');
    const frame = await drawnPanel(page);
    assert.match(await frame.locator('body').innerText(), /weights: random/);
    const change = async (field: string, ...picks: readonly string[]): Promise<void> => {
      await palette(page, 'Edit Binding');
      await frame.getByRole('button', { name: `Change ${field}` }).click();
      for (const label of picks) await pick(page, label);
    };
    const revision = async (): Promise<number> => (await drawn(frame)).revision;
    const changed = async (act: () => Promise<void>): Promise<void> => {
      const old = await revision();
      await act();
      await frame.waitForFunction(r => (window as never as { gatescope: { drawn(): { revision: number } } }).gatescope.drawn().revision > r, old);
    };
    await changed(() => change('Checkpoint', 'else/numbers.safetensors', 'tensor7, tensor6'));
    await changed(() => change('Vocabulary', 'else/signs.json'));
    await changed(() => change('Encoder', 'tensor1'));
    await changed(() => change('Input', 'else/words.txt'));
    await settled(frame);
    assert.match(await frame.locator('body').innerText(), /weights: numbers\.safetensors/);
    await assertDrawn(frame, truth);
    await screenshot(page, 'bound-by-hand');
    await closePage(page);
  });
});

/** The example under names that say nothing; tensors keep their order in the file. */
function renameEverything(root: string): void {
  rmSync(join(root, 'compare'), { recursive: true }); // its LSTM would fit, too
  const old = join(root, 'char_lstm'), now = join(root, 'else');
  renameSync(old, now);
  renameSync(join(now, 'model.py'), join(now, 'net.py'));
  renameSync(join(now, 'text.txt'), join(now, 'words.txt'));
  renameSync(join(now, 'vocab.json'), join(now, 'signs.json'));
  const file = readFileSync(join(now, 'char_lstm.safetensors'));
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + length).toString()) as Record<string, { data_offsets: [number, number] }>;
  delete header['__metadata__'];
  const entries = Object.values(header).sort((a, b) => a.data_offsets[0] - b.data_offsets[0]).map((entry, k) => [`tensor${k + 1}`, entry] as const);
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const padded = Buffer.concat([json, Buffer.alloc((8 - json.length % 8) % 8, ' ')]);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(padded.length));
  writeFileSync(join(now, 'numbers.safetensors'), Buffer.concat([size, padded, file.subarray(8 + length)]));
  rmSync(join(now, 'char_lstm.safetensors'));
}
