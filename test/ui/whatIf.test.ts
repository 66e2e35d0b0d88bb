import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import type { Frame, Page } from 'playwright-core';
import { violations } from './axe';
import { closePage, newPage, reload, screenshot, type Theme } from './driver';
import { alone, drawn, drawnPanel, lines, settled, visualize } from './panel';
import { palette } from './workbench';

const MODEL = 'char_lstm/model.py';
const source = readFileSync(`examples/${MODEL}`, 'utf8').split('\n');
const LINE = source.findIndex(l => l.includes('nn.LSTM(')) + 1;
const COLUMN = source[LINE - 1]!.indexOf('nn.LSTM(') + 5;
type Points = readonly { readonly x: number; readonly y: number }[];
const chart = async (frame: Frame, signal: string): Promise<Record<string, Points>> => (await lines(frame)).find(c => c.signal === signal)?.points ?? {};
const status = (frame: Frame): Promise<string> => frame.locator('.whatIfStatus').innerText();

/** Where five pages of a knob of a hundred steps lead. */
const HELD = 0.5;

/** Waits until a row's line has this property. */
async function until(frame: Frame, signal: string, is: (points: Record<string, Points>) => boolean): Promise<Record<string, Points>> {
  for (let k = 0; k < 80; k++) {
    const found = await chart(frame, signal);
    if (is(found)) return found;
    await frame.waitForTimeout(100);
  }
  throw new Error(`The line of ${signal} never became what it should; the bar says: ${await status(frame)}`);
}

/** The panel, with step 40 held, the row of the forget gate selected, and the bar of knobs open. */
async function opened(page: Page, wide = false): Promise<{ frame: Frame; step: number }> {
  const shown = await visualize(page, MODEL, LINE, COLUMN);
  if (wide) await palette(page, 'View: Close Primary Side Bar');
  const frame = wide ? await alone(page) : shown;
  const plot = frame.locator('canvas.heat[data-signal=f]');
  await plot.focus();
  await plot.press('Home');
  for (let k = 0; k < 4; k++) await plot.press('Shift+ArrowRight');
  await plot.press('w');
  await frame.getByRole('region', { name: 'What if' }).waitFor();
  await settled(frame);
  const { selection } = await drawn(frame);
  assert.deepEqual([selection.signal, selection.step], ['f', 40]);
  return { frame, step: selection.step };
}

describe('what if', () => {
  it('holds a gate from a step on: it stands there exactly, nothing before it moves, and undo brings every number back', async () => {
    const page = await newPage();
    const { frame, step } = await opened(page);
    const before = { f: (await chart(frame, 'f'))['unit']!, c: (await chart(frame, 'c'))['unit']! };
    assert.ok(before.f.length >= 50 && before.f.some(p => p.x > step && p.y < 0.9));
    await frame.getByRole('button', { name: '1 open' }).click();
    const f = await until(frame, 'f', p => p['baseline'] !== undefined && p['unit']!.filter(v => v.x > step).every(v => v.y === 1));
    const c = await chart(frame, 'c');
    assert.deepEqual(f['baseline'], before.f, 'the dashed line is not the run as it was');
    assert.deepEqual(f['unit']!.filter(p => p.x < step), before.f.filter(p => p.x < step));
    assert.deepEqual(c['unit']!.filter(p => p.x < step), before.c.filter(p => p.x < step));
    assert.ok(c['unit']!.some((p, k) => p.x > step && Math.abs(p.y - before.c[k]!.y) > 0.05), 'c stayed');
    const { selection: { unit } } = await drawn(frame);
    await frame.getByText(`changed: forget gate f of unit ${unit} = 1 from step 40`).first().waitFor();
    assert.match(await status(frame), /Run again: steps 40 to \d+\./);

    await frame.getByRole('radio', { name: 'difference' }).click();
    const head = frame.locator('.row.signal', { has: frame.locator('canvas[data-signal=f]') });
    const was = before.f.find(p => Math.floor(p.x) === step)!.y;
    await head.locator('.value').getByText(`+${(1 - was).toFixed(2)}`).waitFor();

    // Every other view has the switch, too, and says what became of it.
    await page.keyboard.press('3');
    await frame.getByText(/changed divided by baseline\./).first().waitFor();
    assert.match(await status(frame), /Greatest difference of cell state c: /);
    await page.keyboard.press('4');
    const kept = frame.getByRole('row', { name: /^deviation of c/ });
    await kept.waitFor();
    const [deviation, changed, apart] = (await kept.getByRole('cell').allInnerTexts()).map(t => Number(t.replace('−', '-')));
    assert.ok(Math.abs(changed! - deviation! - apart!) <= 0.011 && apart !== 0, `${deviation} → ${changed} is not ${apart}`);
    await page.keyboard.press('1');
    await head.locator('.value').getByText(`+${(1 - was).toFixed(2)}`).waitFor();

    await page.keyboard.press('Control+z');
    const again = await until(frame, 'f', p => p['baseline'] === undefined);
    assert.deepEqual(again['unit'], before.f);
    assert.deepEqual((await chart(frame, 'c'))['unit'], before.c);
    assert.equal(await frame.getByText('changed: forget gate').count(), 0);
    await page.keyboard.press('Control+Shift+z');
    assert.deepEqual((await until(frame, 'f', p => p['baseline'] !== undefined))['unit'], f['unit'], 'the same change gave other numbers');
    await closePage(page);
  });

  it('follows a knob by keys, switches a unit off, replaces a letter, and is found again after a reload', async () => {
    const page = await newPage();
    const { frame, step } = await opened(page);
    const slider = frame.getByRole('slider', { name: /hold f at/ });
    await slider.focus();
    await slider.press('Home');
    await until(frame, 'f', p => p['baseline'] !== undefined && p['unit']!.filter(v => v.x > step).every(v => v.y === 0));
    for (let k = 0; k < 5; k++) await slider.press('PageUp');
    await until(frame, 'f', p => p['unit']!.filter(v => v.x > step).every(v => Math.abs(v.y - HELD) < 1e-6));
    // One turn of the knob is one step back for as long as it is not let go; by keys every press lets go.
    const took = await frame.evaluate(async from => {
      const knob = document.querySelector<HTMLInputElement>('[data-knob=hold]')!;
      const gatescope = (window as unknown as { gatescope: { lines(): { signal: string; points: Record<string, { x: number; y: number }[]> }[] } }).gatescope;
      const times: number[] = [];
      for (let k = 1; k <= 5; k++) {
        knob.value = String(k / 20);
        const begun = performance.now();
        knob.dispatchEvent(new Event('input', { bubbles: true }));
        while (!gatescope.lines().find(l => l.signal === 'f')!.points['unit']!.filter(p => p.x > from).every(p => Math.abs(p.y - k / 20) < 1e-6)) await new Promise(requestAnimationFrame);
        times.push(performance.now() - begun);
      }
      knob.dispatchEvent(new Event('change', { bubbles: true }));
      return times.sort((a, b) => a - b);
    }, step);
    console.log(`      from a turn of the knob to its numbers drawn: median ${took[2]!.toFixed(0)} ms, most ${took.at(-1)!.toFixed(0)} ms`);
    await page.keyboard.press('Control+z');
    await until(frame, 'f', p => p['unit']!.filter(v => v.x > step).every(v => Math.abs(v.y - HELD) < 1e-6));

    await frame.getByRole('button', { name: /switch unit \d+ off/ }).click();
    await until(frame, 'c', p => p['unit']!.filter(v => v.x > step).every(v => v.y === 0));
    await frame.getByRole('combobox', { name: 'Input at the step' }).selectOption({ index: 3 });
    await frame.getByText(/instead of ‘.’ at step 40/).waitFor();
    assert.equal(await frame.locator('.changes li').count(), 3);
    const { selection } = await drawn(frame);
    await page.waitForTimeout(600);
    await reload(page);
    const back = await drawnPanel(page);
    await back.getByText(/and 2 more/).first().waitFor();
    await until(back, 'c', p => p['unit']!.filter(v => v.x > step).every(v => v.y === 0));
    assert.equal((await drawn(back)).selection.unit, selection.unit);
    await back.getByRole('button', { name: 'Reset' }).click();
    await until(back, 'c', p => p['baseline'] === undefined);
    await closePage(page);
  });

  for (const [theme, width] of [['light', 640]] as const satisfies readonly (readonly [Theme, number])[]) {
    it(`has no axe violations in ${theme}, ${width} pixels wide`, async () => {
      const page = await newPage({ theme, width, height: 1000 });
      const { frame } = await opened(page, true);
      await frame.getByRole('button', { name: '0 shut' }).click();
      await until(frame, 'f', p => p['baseline'] !== undefined);
      await frame.getByRole('radio', { name: 'difference' }).click();
      await settled(frame);
      assert.deepEqual(await violations(frame), []);
      assert.equal(await frame.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), true, 'it scrolls sideways');
      await screenshot(page, `whatIf-${theme}-${width}`);
      await closePage(page);
    });
  }
});
