import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type { Frame, Page } from 'playwright-core';
import { gatescope, readTrace, signalOf } from '../cli/cli';
import { violations } from './axe';
import { closePage, newPage, screenshot, workspaceOf, type Theme } from './driver';
import { alone, visualize } from './panel';
import { palette } from './workbench';

const MODEL = 'char_lstm/model.py';
const source = readFileSync(`examples/${MODEL}`, 'utf8').split('\n');
const LINE = source.findIndex(l => l.includes('nn.LSTM(')) + 1;
const COLUMN = source[LINE - 1]!.indexOf('nn.LSTM(') + 5;
const number = (text: string): number => Number(text.replaceAll('−', '-').replace('+', ''));

async function opened(theme: Theme, width: number): Promise<{ page: Page; frame: Frame }> {
  const page = await newPage({ theme, width, height: 1400 });
  await palette(page, 'View: Close Primary Side Bar');
  await visualize(page, MODEL, LINE, COLUMN);
  const frame = await alone(page);
  await frame.locator('#tab-cell').click();
  await frame.locator('.cell-term.total').waitFor();
  return { page, frame };
}

/** What is written in the view. */
interface Read { readonly unit: number; readonly step: number; readonly amounts: number[]; readonly sum: number; readonly result: number; readonly gate: string; readonly boxes: Record<string, number> }

const read = async (frame: Frame): Promise<Read> => {
  const found = await frame.evaluate(() => {
    const text = (selector: string): string => document.querySelector(selector)?.textContent ?? '';
    return {
      unit: text('.cell-unit'), step: document.querySelector('.cell-strip')?.getAttribute('aria-valuenow') ?? '', gate: text('.cell-gates [aria-pressed=true]'),
      amounts: [...document.querySelectorAll('.cell-amount')].map(e => e.textContent ?? ''), sum: text('.cell-term.total b'), result: text('.cell-result'),
      boxes: [...document.querySelectorAll('.dg-box')].map(b => [(b as SVGElement).dataset['signal'] ?? '', b.querySelector('.dg-value')?.textContent ?? ''] as const),
    };
  });
  return {
    unit: Number(/\d+/.exec(found.unit)?.[0]), step: Number(found.step), gate: found.gate, amounts: found.amounts.map(number), sum: number(found.sum),
    result: number(/= (.*)$/.exec(found.result)?.[1] ?? ''), boxes: Object.fromEntries(found.boxes.map(([name, v]) => [name, number(v)])),
  };
};

/** The view, once it says another step, unit or gate than before. */
async function changed(frame: Frame, from: Read): Promise<Read> {
  for (let k = 0; k < 60; k++) {
    const now = await read(frame);
    if ((now.step !== from.step || now.unit !== from.unit || now.gate !== from.gate) && now.sum !== from.sum) return now;
    await frame.waitForTimeout(100);
  }
  throw new Error('nothing changed');
}

describe('the view of a cell', () => {
  it('draws the recorded numbers, and why: parts that add up to what the gate read', async () => {
    const { page, frame } = await opened('dark', 1280);
    const at = (name: string): string => join(workspaceOf(page), 'char_lstm', name);
    const { code, err } = gatescope('run', at('char_lstm.safetensors'), '--input', at('text.txt'), '--vocabulary', at('vocab.json'), '--steps', '10000', '--out', at('trace.out'));
    assert.equal(code, 0, err);
    const trace = await readTrace(at('trace.out')), { units } = trace.levels[0]!.directions[0]!.signals.find(s => s.name === 'f')!;
    const truth = Object.fromEntries(await Promise.all(['i', 'f', 'g', 'o'].map(async s => [s, await signalOf(trace, s)] as const)));
    let last = await read(frame);
    const check = (now: Read): void => {
      const exact = (s: string): number => truth[s]![now.step * units + now.unit]!;
      for (const s of ['i', 'f', 'g', 'o']) assert.ok(Math.abs(now.boxes[s]! - exact(s)) <= 0.0051, `${s} of unit ${now.unit} at ${now.step}: drawn ${now.boxes[s]}, recorded ${exact(s)}`);
      const { sum } = now, bent = now.gate === 'g' ? Math.tanh(sum) : 1 / (1 + Math.exp(-sum));
      assert.ok(Math.abs(now.amounts.reduce((a, b) => a + b, 0) - sum) <= 0.005 * (now.amounts.length + 1) + 1e-9, `${now.amounts.join(' + ')} is not ${sum}`);
      assert.ok(Math.abs(now.result - exact(now.gate)) <= 0.00051, `${now.gate}: ${now.result} is not ${exact(now.gate)}`);
      assert.ok(Math.abs(bent - exact(now.gate)) <= 0.003, `${now.gate}(${sum}) is not ${exact(now.gate)}`);
    };
    check(last);
    assert.equal(last.gate, 'f');
    for (const key of ['g', 'o', 'i', 'ArrowRight', 'Shift+ArrowRight', 'ArrowDown', 'Home']) {
      await page.keyboard.press(key);
      const now = await changed(frame, last);
      if ('gio'.includes(key)) assert.equal(now.gate, key);
      if (key === 'ArrowRight') assert.equal(now.step, last.step + 1);
      if (key === 'Shift+ArrowRight') assert.equal(now.step, last.step + 10);
      if (key === 'Home') assert.equal(now.step, 0);
      check(now);
      last = now;
    }
    const unit = frame.locator('.cell-term button').first();
    const chosen = Number(/\d+/.exec(await unit.innerText())?.[0]);
    if (chosen !== last.unit) {
      await unit.click();
      check(await changed(frame, last));
      assert.equal((await read(frame)).unit, chosen);
    }
    await screenshot(page, 'cell-dark-1280');
    await closePage(page);
  });

  it('has nothing for axe to find, dark and wide, as drawings and as tables', async () => {
    const { page, frame } = await opened('dark', 1280);
    assert.deepEqual(await violations(frame), []);
    await frame.locator('.cell-strip').focus();
    await page.keyboard.press('t');
    await frame.locator('.cell-tables table').nth(1).waitFor();
    const lines = await frame.locator('.cell-tables table').nth(1).locator('tbody tr').allInnerTexts();
    const amounts = lines.map(l => number(l.split('\t').at(-1)!));
    assert.ok(Math.abs(amounts.slice(0, -1).reduce((a, b) => a + b, 0) - amounts.at(-1)!) < 1e-4, 'the table adds up');
    assert.deepEqual(await violations(frame), []);
    await closePage(page);
  });
});
