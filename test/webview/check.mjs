// Drives the page in Chromium: decodes heatmap pixels and line points and compares them with the engine's numbers; axe on every state. Exits 1 on any difference.
/* global window, document -- they belong to the page that evaluate() runs in */
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { serve } from './serve.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const decode = (await build({ entryPoints: ['test/webview/decode.ts'], bundle: true, write: false, format: 'iife', globalName: 'decode' })).outputFiles[0].text;
const { url, stop } = await serve();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
let failures = 0;
const fail = words => { failures++; console.log('FAIL', words); };

async function open(query, width, ratio = 1) {
  const tab = await (await browser.newContext({ viewport: { width, height: 860 }, deviceScaleFactor: ratio })).newPage();
  tab.on('console', m => { if (!m.text().includes('willReadFrequently')) fail(`${query}: console ${m.type()}: ${m.text()}`); });
  tab.on('pageerror', error => fail(`${query}: ${error.stack}`));
  await tab.goto(`${url}?${query}`);
  await tab.waitForTimeout(1500);
  return tab;
}

/** Greatest distance between drawn and true values, in entries of the colour table, over all rows. */
async function compare(tab, label) {
  const found = await tab.evaluate(async source => {
    const decode = new Function(`${source}; return decode;`)();
    const { rows, selection } = window.gatescope.drawn();
    const results = [];
    for (const row of rows) {
      const truth = await window.truth(selection.level, selection.direction, row.signal);
      const canvas = document.querySelector(row.selector);
      const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let [worst, count] = [0, 0];
      for (let step = Math.ceil(row.from); step < Math.floor(row.to); step++) for (const unit of row.order) {
        const at = decode.pixelOf(row, unit, step);
        if (!at || row.pool > 1 || row.bucket > 1) continue;
        const k = 4 * (at.y * pixels.width + at.x);
        const wanted = window.gatescope.colourOf(row.signal, truth.mean[step * row.units + unit]);
        for (let c = 0; c < 3; c++) worst = Math.max(worst, Math.abs(wanted[c] - pixels.data[k + c]));
        const { entry } = decode.nearest(row, [...pixels.data.subarray(k, k + 3)]);
        if (!Number.isFinite(decode.valueOf(row, entry)) && row.scale.kind !== 'tanh') worst = Infinity;
        count++;
      }
      results.push({ signal: row.signal, worst, count });
    }
    const lines = window.gatescope.lines().map(({ signal, points }) => ({ signal, points: points.unit }));
    let off = 0;
    for (const { signal, points } of lines) {
      const truth = await window.truth(selection.level, selection.direction, signal);
      for (const { x, y } of points) if (x % 1 === 0.5) off = Math.max(off, Math.abs(y - truth.mean[Math.floor(x) * truth.units + selection.unit]));
    }
    return { results, off, points: lines.reduce((sum, l) => sum + l.points.length, 0) };
  }, decode);
  for (const { signal, worst, count } of found.results) if (worst > 0 || count < 50) fail(`${label}: ${signal}: ${count} pixels, off by ${worst}`);
  if (found.off > 0 || found.points < 50) fail(`${label}: ${found.points} line points, off by ${found.off}`);
  console.log(label, found.results.map(r => `${r.signal} ${r.count}`).join(', '), `pixels; ${found.points} points`);
}

for (const theme of ['dark', 'light', 'hc']) for (const [width, ratio] of [[1280, 1], [1001, 1.25], [640, 2]]) {
  const tab = await open(`model=char&theme=${theme}`, width, ratio);
  await compare(tab, `char ${theme} ${width} at ${ratio}`);
  if (await tab.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) fail(`${theme} ${width}: sideways scroll`);
  for (const key of ['End', '+', '[', 'j', 'j']) await tab.keyboard.press(key);
  await tab.waitForTimeout(500);
  await compare(tab, `  after keys`);
  await tab.context().close();
}
for (const query of ['char', 'random', 'gru', 'rnn', 'stack', 'evil', 'empty', 'loading', 'error', 'big', 'char&page=inspector', 'gru&page=inspector']) for (const theme of ['dark', 'light', 'hc']) {
  const tab = await open(`model=${query}&theme=${theme}`, query.includes('inspector') ? 300 : 1280);
  await tab.evaluate(axe);
  const { violations } = await tab.evaluate(() => window.axe.run({ preload: false }));
  for (const v of violations) fail(`${query} ${theme}: axe ${v.id} (${v.impact}): ${v.nodes.map(n => n.target).slice(0, 3).join(' ')}`);
  if (await tab.evaluate(() => window.hacked !== undefined)) fail(`${query}: markup from a name was run`);
  await tab.context().close();
}
await browser.close();
stop();
console.log(failures === 0 ? 'all as it should be' : `${failures} failures`);
process.exit(failures === 0 ? 0 : 1);
