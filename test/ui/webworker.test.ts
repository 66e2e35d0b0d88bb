/** The engine in a browser: the same worker, bundled for the web, in a real Chromium; its numbers beside those of this Node. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { build } from 'esbuild';
import { after, before, describe, it } from 'mocha';
import { chromium, type Browser, type Page } from 'playwright-core';
import { arithmeticOf } from '../../src/core/engine';
import { generatorById } from '../../src/core/generate';
import type { Network } from '../../src/core/layer';
import type * as node from '../../src/platform/node';
import type * as web from '../../src/platform/web';
import type { Tile, TileRequest } from '../../src/protocol';
import { Recorder } from '../../src/recorder';
import type { Job } from '../../src/studies/run';
import { layer, level, network } from '../core/networks';
import { watchProblems } from './problems';
import type { Engine, Ran } from './webworker/page';
import { serve } from './webworker/serve';

/** What a worker, and who starts one, may use of either platform. */
type Shared = Pick<typeof node, 'startWorker' | 'workerPort' | 'startTeam' | 'mate' | 'cores'>;
type Same<T extends Shared> = T;
/** Does not compile where the browser's platform lacks some of it. */
export type Platform = Same<typeof web>;

// Node 20 has relaxed SIMD behind a flag, browsers have it without: with it both multiply and add alike, and every bit can be compared.
if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

const INPUTS = 24;
const STEPS = 700;

function job(net: Network, steps: number, revision: number): Job {
  const sequence = generatorById('noise').make({ steps, width: net.levels[0]!.directions[0]!.inputSize, seed: 3 });
  return { revision, network: net, sequence, seed: 1, invented: true };
}

/** An LSTM in both directions under another, all large enough for a mate to be called. Units are no multiple of 4. */
const net = network(level('a', [layer('lstm', INPUTS, 81, 1), layer('lstm', INPUTS, 81, 2, 'reverse')]), level('b', [layer('lstm', 162, 90, 3)]));
const small = job(net, STEPS, 1);
/** Minutes of work. */
const endless = job(network(level('a', [layer('lstm', 256, 256, 4)])), 5_000_000, 2);
/** Every step of some signals, and others summed up. */
const requests: readonly TileRequest[] = [
  ...['i', 'f', 'g', 'o', 'c', 'h'].map(signal => ({ revision: 1, level: 1, direction: 0, signal, from: 0, to: STEPS, columns: STEPS })),
  { revision: 1, level: 0, direction: 1, signal: 'c', from: 0, to: STEPS, columns: 64 },
  { revision: 1, level: 0, direction: 0, signal: 'x', from: 100, to: 300, columns: 200 },
];

describe('the engine in a browser', function () {
  this.retries(0);
  const stops: (() => void)[] = [];
  const problems: string[] = [];
  let browser: Browser | undefined;
  let [page, plain]: Page[] = [];
  let here: readonly Tile[] = [];

  before(async () => {
    const scripts = await scriptsOf();
    browser = await chromium.launch(JSON.parse(process.env.GATESCOPE_BROWSER ?? '{}') as Parameters<typeof chromium.launch>[0]);
    const opened = async (isolated: boolean): Promise<Page> => {
      const server = await serve(scripts, { isolated });
      stops.push(() => server.stop());
      const made = await browser!.newPage();
      watchProblems(made, text => problems.push(text));
      await made.goto(server.address);
      return made;
    };
    [page, plain] = [await opened(true), await opened(false)];
    const recorder = new Recorder({ progress: () => undefined }, () => Promise.resolve());
    await recorder.run(small);
    const tiles: Tile[] = [];
    for (const request of requests) tiles.push(await recorder.tile(request));
    here = tiles;
  });
  after(async () => {
    await browser?.close();
    for (const stop of stops) stop();
  });

  it('gives the numbers that it gives in Node', async () => {
    const [theirs, ours] = [await inPage(page!, e => e.arithmetic()), arithmeticOf('fast')];
    const ran = await runIn(page!);
    const { bits, error } = difference(ran.tiles, here);
    console.log(`      Chromium: ${theirs}, Node: ${ours}; ${ran.ms.toFixed(0)} ms in the worker; ${bits} numbers differ, by ${error} at most`);
    assert.equal(ran.summary.steps, STEPS);
    same(ran.tiles, here, theirs === ours ? 0 : 1e-6);
  });

  it('gives them where memory cannot be shared, too', async () => {
    assert.deepEqual([await inPage(page!, e => e.isolated()), await inPage(plain!, e => e.isolated())], [true, false]);
    same((await runIn(plain!)).tiles, (await runIn(page!)).tiles, 0);
  });

  it('gives them with a mate, to the last bit', async () => {
    const { numbers, different, calls, early } = await page!.evaluate(given => (globalThis as unknown as { engine: Engine }).engine.share(given), small);
    console.log(`      alone and with a mate: ${different} of ${numbers} numbers differ; the mate was called to ${calls} layers`);
    assert.equal(numbers, STEPS * 6 * (81 + 81 + 90));
    assert.equal(different, 0);
    assert.equal(calls, 3);
    assert.match(early, /not ready yet/);
  });

  it('says where there can be no mates', async () => {
    assert.match(await inPage(plain!, e => e.refusal()), /not cross-origin isolated/);
    assert.match(await inPage(page!, e => e.refusal()), /only a worker can lead/);
  });

  it('stops when it is told to, and can run again', async () => {
    const { message, ms, done, after: again } = await page!.evaluate(([long, short, tiles]) => (globalThis as unknown as { engine: Engine }).engine.stop(long, short, tiles), [endless, small, requests] as const);
    console.log(`      stopped after ${done} steps, ${ms.toFixed(1)} ms after cancel()`);
    assert.equal(message, 'Stopped before it was done.');
    assert.ok(ms < 1000, `${ms} ms`);
    same(again.tiles, (await runIn(page!)).tiles, 0);
  });

  it('says that a worker is not there', async () => {
    assert.match(await inPage(page!, e => e.missing()), /missing\.js could not be loaded/);
  });

  it('has caused no errors in the pages', () => { assert.deepEqual(problems, []); });
});

/** The workers as they were built, and the test's own scripts. */
async function scriptsOf(): Promise<ReadonlyMap<string, string>> {
  const made = await build({
    entryPoints: ['test/ui/webworker/page.ts', 'test/ui/webworker/teamwork.ts'], outdir: '.', entryNames: '[name]', write: false, bundle: true,
    platform: 'browser', format: 'iife', target: 'chrome120', logLevel: 'warning',
  });
  const built = ['worker.js', 'mate.js'].map(name => [name, readFileSync(`dist/web/${name}`, 'utf8')] as const);
  return new Map([...built, ...made.outputFiles.map(f => [/[^/\\]+$/.exec(f.path)![0], f.text] as const)]);
}

function inPage<T>(page: Page, ask: (engine: Engine) => T | Promise<T>): Promise<T> {
  return page.evaluate(`(${ask.toString()})(engine)`);
}

function runIn(page: Page): Promise<Ran> {
  return page.evaluate(([given, tiles]) => (globalThis as unknown as { engine: Engine }).engine.run(given, tiles), [small, requests] as const);
}

interface Difference { readonly bits: number; readonly error: number; readonly words: string }

/** How many numbers differ in any bit, and the largest difference with its place. */
function difference(found: readonly Tile[], expected: readonly Tile[]): Difference {
  assert.equal(found.length, expected.length);
  const columns = expected.flatMap((tile, k) => (['mean', 'min', 'max'] as const).map(name => ({ tile, name, a: found[k]![name] ?? [], b: tile[name] ?? [] })));
  let [bits, error, words] = [0, 0, ''];
  for (const { tile, name, a, b } of columns) {
    assert.equal(a.length, b.length, `${tile.signal} ${name}`);
    const scale = Math.max(1, ...Array.from(b, Math.abs));
    for (let k = 0; k < b.length; k++) {
      if (Object.is(a[k], b[k])) continue;
      bits++;
      const own = Math.abs(a[k]! - b[k]!) / scale;
      if (own >= error || Number.isNaN(own)) [error, words] = [own, `${tile.signal} ${name} is ${a[k]} for ${b[k]} at column ${Math.floor(k / tile.units)}, unit ${k % tile.units}`];
    }
  }
  return { bits, error, words };
}

/** Within the tolerance; 0: bit for bit. */
function same(found: readonly Tile[], expected: readonly Tile[], tolerance: number): void {
  const { bits, error, words } = difference(found, expected);
  assert.ok(tolerance === 0 ? bits === 0 : error <= tolerance, `${bits} numbers differ, by ${error} at most: ${words}`);
}
