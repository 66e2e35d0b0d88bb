import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'mocha';
import type { Frame, Page } from 'playwright-core';
import { readTrace, signalOf } from '../cli/cli';
import { closePage, newPage, reload, screenshot, workspaceOf, type Theme } from './driver';
import { alone, visualize } from './panel';
import { palette, webviewFrame } from './workbench';

const MODEL = 'char_lstm/model.py';
const source = readFileSync(`examples/${MODEL}`, 'utf8').split('\n');
const LINE = source.findIndex(l => l.includes('nn.LSTM(')) + 1;
const COLUMN = source[LINE - 1]!.indexOf('nn.LSTM(') + 5;

/** The example, at the view; all its answers are there. */
async function opened(theme: Theme = 'dark', width = 1280): Promise<{ page: Page; frame: Frame }> {
  const page = await newPage({ theme, width, height: 1000 });
  await palette(page, 'View: Close Primary Side Bar');
  await visualize(page, MODEL, LINE, COLUMN);
  const frame = await alone(page);
  await frame.locator('#tab-gradient').click();
  await arrived(frame);
  return { page, frame };
}

async function arrived(frame: Frame): Promise<void> {
  await frame.locator('.gradient-weights').waitFor();
  await frame.waitForFunction(() => document.querySelector('.gradient-late, .gradient-waiting:not([hidden])') === null);
}

/** The numbers of a table that stands in a chart's place, by column. */
const columns = (frame: Frame, section: string): Promise<Record<string, number[]>> => frame.locator(`${section} .tableHost table`).first().evaluate((table: HTMLTableElement) => {
  const heads = [...table.tHead!.rows[0]!.cells].map(c => c.textContent ?? '');
  const rows = [...table.tBodies[0]!.rows].map(r => [...r.cells].map(c => Number((c.textContent ?? '').replace('−', '-'))));
  return Object.fromEntries(heads.map((head, k) => [head, rows.map(r => r[k]!)]));
});

const words = (frame: Frame, selector: string): Promise<string> => frame.locator(selector).first().innerText();

describe('gradient and memory of a trained LSTM', () => {
  it('draws what its words claim, and what the recorded gates leave of the memory', async () => {
    const { page, frame } = await opened();
    await frame.getByRole('radio', { name: 'next character' }).click();
    await frame.locator('.gradient-distance .note', { hasText: 'cross-entropy of the next character' }).waitFor();
    await arrived(frame);
    const claim = await words(frame, '.gradient-distance .gradient-claim');
    await screenshot(page, 'gradient-dark-1280');
    await frame.locator('.gradient-distance canvas').first().focus();
    await page.keyboard.press('t');
    const curves = await columns(frame, '.gradient-distance');
    for (const state of ['c', 'h']) {
      const median = curves[`dL/d${state}, median`]!;
      const [, kind, size, distance] = new RegExp(`dL/d${state} (vanishes|explodes|holds): (.*?) its size (\\d+) steps back`).exec(claim) ?? [];
      assert.ok(kind, `nothing is said of dL/d${state}: ${claim}`);
      const ratio = median[Number(distance)]! / median[0]!;
      if (size!.startsWith('less than')) assert.ok(ratio < 1e-6 && median[Number(distance) - 1]! / median[0]! >= 1e-6, `${claim}: ${ratio}`);
      else assert.equal(kind, ratio >= 10 ? 'explodes' : median.at(-1)! / median[0]! < 0.01 ? 'vanishes' : 'holds', `${claim}: ${ratio}`);
      assert.ok(median.length === 129 && median.every(v => v > 0));
    }
    // What is left of every unit is the product of the forget gates that the command line records.
    const at = (name: string): string => join(workspaceOf(page), 'char_lstm', name);
    const ran = spawnSync(process.execPath, [resolve('dist/cli.js'), 'run', at('char_lstm.safetensors'), '--input', at('text.txt'), '--vocabulary', at('vocab.json'), '--steps', '10000', '--out', at('trace.out')], { encoding: 'utf8' });
    assert.equal(ran.status, 0, ran.stderr);
    const trace = await readTrace(at('trace.out'));
    const f = await signalOf(trace, 'f');
    const units = trace.levels[0]!.directions[0]!.signals.find(s => s.name === 'f')!.units;
    const left = await columns(frame, '.gradient-memory');
    const step = Number(/steps after step (\d+)/.exec(Object.keys(left)[0]!)?.[1]);
    let compared = 0;
    for (const [name, values] of Object.entries(left).slice(1)) {
      const unit = Number(/unit (\d+)/.exec(name)?.[1]);
      let naive = 1;
      for (const [d, v] of values.entries()) {
        if (d > 0) naive *= f[(step + d) * units + unit]!;
        assert.ok(Math.abs(v - naive) <= 2e-3 * naive + 1e-30, `${name} after ${d}: ${v} in the table, ${naive} by the trace`);
        compared++;
      }
    }
    assert.ok(compared > 1000, `only ${compared} numbers`);
    const lives = (await columns(frame, '.gradient-columns > div:nth-child(2)'))['half-life']!;
    const steps = f.length / units;
    for (const unit of [0, 7, 36]) {
      let logs = 0;
      for (let t = 0; t < steps; t++) logs += Math.log(f[t * units + unit]!);
      const life = -Math.LN2 / (logs / steps);
      assert.ok(Math.abs(lives[unit]! - life) <= 2e-3 * life, `half-life of unit ${unit}: ${lives[unit]} in the table, ${life} by the trace`);
    }
    await closePage(page);
  });

  it('follows keys and clicks, warns of a lag that is too long, and keeps it over a reload', async () => {
    const { page, frame } = await opened();
    const step = async (now = frame): Promise<number> => Number(/at step (\d+)/.exec(await words(now, '.gradient-distance > .note'))?.[1]);
    const before = await step();
    await frame.locator('.gradient-distance canvas').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await frame.waitForFunction(s => document.querySelector('.gradient-distance > .note')?.textContent.includes(`at step ${s}.`), before + 11);
    await page.keyboard.press('j');
    await frame.locator('#gradient-lag').fill('1000');
    await page.keyboard.press('Enter');
    await frame.locator('.gradient-bad', { hasText: /No unit remembers 1000 steps|Memory was followed over \d+ steps only/ }).waitFor();
    assert.match(await words(frame, '.gradient-reach'), /The gradient does not reach 1000 steps|The gradient was followed over \d+ steps only/);
    await arrived(frame);
    const event = frame.locator('.gradient-event').first();
    const to = Number(/t (\d+)/.exec(await event.innerText())?.[1]);
    await event.click();
    await frame.waitForFunction(s => document.querySelector('.gradient-distance > .note')?.textContent.includes(`at step ${s}.`), to);
    await page.waitForTimeout(800); // what is kept is saved a moment later
    await reload(page);
    const again = await webviewFrame(page, '.gradient-weights');
    await arrived(again);
    assert.equal(await again.locator('#gradient-lag').inputValue(), '1000');
    assert.equal(await step(again), to);
    await closePage(page);
  });
});
