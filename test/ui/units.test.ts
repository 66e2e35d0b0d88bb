import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type { Frame, Locator, Page } from 'playwright-core';
import { eigen } from '../../src/analysis/eigen';
import { textTracks } from '../../src/analysis/tracks';
import { pearson } from '../../src/analysis/units';
import { atOnce } from '../../src/core/recording/recording';
import { CIVIDIS } from '../../webview/palettes';
import { gatescope, readTrace, signalOf } from '../cli/cli';
import { closePage, newPage, screenshot, workspaceOf, type Theme } from './driver';
import { alone, drawn, visualize } from './panel';
import { palette, pick } from './workbench';

const MODEL = 'char_lstm/model.py';
const source = readFileSync(`examples/${MODEL}`, 'utf8').split('\n');
const LINE = source.findIndex(l => l.includes('nn.LSTM(')) + 1;
const COLUMN = source[LINE - 1]!.indexOf('nn.LSTM(') + 5;
/** The unit of the example whose cell state follows quotes, as examples/README.md says. */
const QUOTES = 36;

/** The example at the view of the units, once everything was answered. */
async function opened(theme: Theme, width: number): Promise<{ page: Page; frame: Frame }> {
  const page = await newPage({ theme, width, height: 1400 });
  await palette(page, 'View: Close Primary Side Bar');
  await visualize(page, MODEL, LINE, COLUMN);
  const frame = await alone(page);
  await frame.locator('#tab-units').click();
  await frame.locator('.unitsRow').first().waitFor();
  await frame.getByText(/Principal components 1 and 2 carry/).first().waitFor();
  return { page, frame };
}

/** Cell states of the example's layer over its text, [steps, units], as the command line records them. */
async function recorded(page: Page): Promise<{ data: Float32Array; units: number; steps: number }> {
  const at = (name: string): string => join(workspaceOf(page), 'char_lstm', name);
  const { code, err } = gatescope('run', at('char_lstm.safetensors'), '--input', at('text.txt'), '--vocabulary', at('vocab.json'), '--steps', '10000', '--out', at('trace.out'));
  assert.equal(code, 0, err);
  const trace = await readTrace(at('trace.out')), units = trace.levels[0]!.directions[0]!.signals.find(s => s.name === 'c')!.units;
  const data = await signalOf(trace, 'c');
  return { data, units, steps: data.length / units };
}

const number = (text: string): number => Number(text.replace('−', '-').replace('+', ''));
const rowOf = (frame: Frame, unit: number) => frame.locator(`.unitsRow[data-unit="${unit}"]`);
const cell = (frame: Frame, unit: number, column: string): Promise<string> => rowOf(frame, unit).locator(`.unitsCell.${column}`).innerText();

/** Share of pixels of the overview's window that have a colour of Cividis. */
async function inCividis(frame: Frame): Promise<number> {
  const pixels = await frame.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('canvas.overview')!;
    return [...canvas.getContext('2d')!.getImageData(0, 0, 40, canvas.height).data];
  });
  const stops = CIVIDIS.match(/.{6}/g)!.map(h => [0, 2, 4].map(k => Number.parseInt(h.slice(k, k + 2), 16)));
  const off = (k: number): number => Math.min(...stops.map(s => Math.max(...s.map((v, c) => Math.abs(v - pixels[k + c]!)))));
  return Array.from({ length: pixels.length / 4 }, (_, k) => off(4 * k)).filter(v => v <= 12).length / (pixels.length / 4);
}

describe('the view of the units', () => {
  it('says of units, places and the state space what the recorded numbers say', async () => {
    const { page, frame } = await opened('dark', 1280);
    const { data, units, steps } = await recorded(page);
    const unitOf = (u: number): Float32Array => data.filter((_, k) => k % units === u);
    const text = readFileSync(join(workspaceOf(page), 'char_lstm', 'text.txt'), 'utf8');
    const quotes = textTracks([...text].slice(0, steps)).find(t => t.name === 'in quotes')!;

    await rowOf(frame, QUOTES).click();
    assert.equal(await cell(frame, QUOTES, 'track'), 'in quotes');
    const r = pearson(unitOf(QUOTES), quotes.values);
    assert.ok(Math.abs(r) > 0.7);
    assert.equal(number(await cell(frame, QUOTES, 'follows')), Number(r.toFixed(2)));
    assert.equal(await cell(frame, QUOTES, 'p'), '0.0025'); // 1 of 401

    await rowOf(frame, QUOTES).locator('.unitsCell.off', { hasText: /\d/ }).waitFor(); // until then the card may be the last unit's
    await frame.locator('.unitsCard:not(.waiting)').getByText(/The next character surprises by [+−]\d\.\d{3} bits a character/).waitFor();
    const [, change, before, after] = /by ([+−]\d\.\d{3}) bits a character \((\d\.\d\d) → (\d\.\d\d)\)/.exec(await frame.locator('.unitsCard').innerText())!;
    assert.ok(Math.abs(number(change!) - (Number(after) - Number(before))) < 0.011, `${change} is not ${before} → ${after}`);
    assert.equal(number(await cell(frame, QUOTES, 'off')), number(change!));

    const shares = /carry (\d+)% of the variance of the cell state c/.exec(await frame.locator('.unitsBottom').innerText());
    const mean = Float64Array.from({ length: units }, (_, u) => unitOf(u).reduce((a, b) => a + b, 0) / steps);
    const scatter = new Float64Array(units * units);
    for (let t = 0; t < steps; t++) for (let i = 0; i < units; i++) for (let j = 0; j < units; j++) scatter[i * units + j]! += (data[t * units + i]! - mean[i]!) * (data[t * units + j]! - mean[j]!);
    const { values } = atOnce(eigen(scatter, units));
    assert.equal(Number(shares?.[1]), Math.round(100 * (values[0]! + values[1]!) / values.reduce((a, b) => a + b, 0)));

    await frame.locator('.unitsSimilar li').first().waitFor();
    const chips = (await frame.locator('.unitsChip').allInnerTexts()).map(t => ({ unit: Number(t.slice(2)), sign: t.startsWith('−') ? -1 : 1 }));
    const threshold = Number(await frame.locator('.unitsControl .number').first().innerText());
    const places = await frame.locator('.unitsSimilar li').allInnerTexts();
    assert.ok(chips.length >= 3 && places.length > 0);
    for (const place of places) {
      const [, shared, of] = /(\d+) of (\d+)/.exec(place)!, [, from, to = from] = /t (\d+)(?:–(\d+))?/.exec(place)!;
      assert.equal(Number(of), chips.length);
      for (let t = Number(from); t <= Number(to); t++) {
        const on = chips.filter(({ unit, sign }) => sign * data[t * units + unit]! > threshold - 0.006).length; // as it is written, to 2 decimals
        assert.ok(on >= Number(shared), `step ${t}: ${on} units are on, not ${shared}`);
      }
    }
    await screenshot(page, 'units-numbers');

    // A table of labels that is one unit's own course: that unit follows it without an error, and the table is bound.
    const folder = workspaceOf(page);
    writeFileSync(join(folder, 'char_lstm', 'mine.csv'), `mine\n${Array.from(unitOf(3)).join('\n')}\n`);
    await frame.getByRole('button', { name: 'Labels from a CSV…' }).click();
    await pick(page, 'char_lstm/mine.csv');
    await rowOf(frame, 3).locator('.unitsCell.track', { hasText: 'mine' }).waitFor();
    assert.equal(await cell(frame, 3, 'follows'), '+1.00');
    assert.match(readFileSync(join(folder, '.vscode/gatescope.json'), 'utf8'), /"labels": "char_lstm\/mine.csv"/);

    // Other colours, while it is shown.
    assert.ok(await inCividis(frame) < 0.5);
    const settings = join(folder, '.vscode/settings.json');
    writeFileSync(settings, JSON.stringify({ ...JSON.parse(readFileSync(settings, 'utf8')) as object, 'gatescope.colors': 'cividis' }));
    await frame.locator('body[data-colors=cividis]').waitFor();
    await frame.waitForTimeout(500);
    assert.ok(await inCividis(frame) > 0.8, `${await inCividis(frame)} of the overview's pixels have colours of Cividis`);
    await closePage(page);
  });

  it('works by keyboard alone, and keeps what was selected over a change of the tab', async () => {
    const { page, frame } = await opened('dark', 1280);
    const grid = frame.locator('.unitsGrid');
    const titled = (unit: number): Locator => frame.locator('.unitsCard h2').filter({ hasText: new RegExp(`\\b${unit}\\b`) });
    const unit = (await drawn(frame)).selection.unit;
    await titled(unit).waitFor();
    await grid.focus();
    await grid.press('ArrowDown');
    await titled(unit).waitFor({ state: 'detached' });
    await grid.press('ArrowUp');
    await titled(unit).waitFor();
    assert.equal(await frame.locator('.unitsRow[aria-selected=true]').count(), 1);
    await grid.press('Home');
    for (let k = 0; k < 12; k++) await grid.press('ArrowRight');
    for (const key of ['Shift+}', 'Shift+}', 'Shift+{']) await grid.press(key);
    await frame.getByText(/Through steps 11 to 13,/).waitFor();
    await frame.locator('#tab-timeline').click();
    await frame.locator('#tab-units').click();
    await frame.getByText(/Through steps 11 to 13,/).waitFor();
    const half = frame.locator('.unitsSort[data-column="halfLife"]');
    await half.focus();
    await half.press('Enter');
    await frame.locator('[aria-sort=descending] .unitsSort[data-column="halfLife"]').waitFor(); // drawn with the next frame
    const lives = (await frame.locator('.unitsRow .unitsCell.halfLife').allInnerTexts()).slice(0, 8).map(Number);
    assert.deepEqual(lives, [...lives].sort((a, b) => b - a));
    await grid.press('Escape');
    await frame.getByText(/Through steps? \d+.*, where unit \d+ is strongest/).waitFor();
    await closePage(page);
  });
});
