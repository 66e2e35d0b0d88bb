/** Two threads on one layer: the same bits as one. */
import { after, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { cellById } from '../../src/core/cells/index';
import { running, runningMany, type NetworkTrace } from '../../src/core/engine';
import type { Progress } from '../../src/core/pace';
import type { Layer } from '../../src/core/layer';
import { parameterShapes } from '../../src/core/parameters';
import { random } from '../../src/core/random';
import { startTeam } from '../../src/platform/node';
import { layer, level, network, noise } from './networks';
import { drawn } from './randomCells';

function finish<T>(work: Generator<Progress, T>): T {
  for (;;) { const piece = work.next(); if (piece.done) return piece.value; }
}

describe('a team of threads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatescope-team-'));
  let started: ReturnType<typeof startTeam> | undefined;
  before(() => {
    const script = join(folder, 'mate.js');
    buildSync({ entryPoints: ['src/mate.ts'], outfile: script, bundle: true, platform: 'node', format: 'cjs' });
    started = startTeam(script);
  });
  after(() => {
    started?.stop();
    rmSync(folder, { recursive: true });
  });

  const net = network(
    level('a', [layer('lstm', 90, 100, 1), layer('gru', 90, 102, 2, 'reverse')]), level('b', [layer('gruResetBefore', 202, 77, 3)]), level('c', [layer('lstmPeephole', 77, 90, 4, 'reverse'), layer('lstm', 77, 90, 5)], 'sum'),
    level('d', [layer('lstmLayerNorm', 90, 80, 6)]),
  );

  it('gives the traces of one thread, to the last bit, again and again', () => {
    const { team } = started!;
    const x = noise(400, 90);
    const alone = finish(running(net, x, 400));
    for (let round = 0; round < 3; round++) assert.deepEqual(finish(running(net, x, 400, { team })), alone);
  });

  it('runs batches, and goes on after work that was given up', () => {
    const { team } = started!;
    const sequences = [200, 150, 3].map((steps, k) => ({ x: noise(steps, 90, k), steps }));
    const alone: readonly NetworkTrace[] = finish(runningMany(net, sequences));
    const given = running(net, noise(3000, 90), 3000, { team, piece: 0 });
    for (let k = 0; k < 5; k++) given.next();
    assert.deepEqual(finish(runningMany(net, sequences, { team })), alone);
    for (let k = 0; k < 3; k++) given.next();
    assert.deepEqual(finish(runningMany(net, sequences, { team })), alone);
  });

  it('runs random cells as one thread does, to the last bit (SEED=11)', () => {
    let shared = 0;
    fc.assert(fc.property(drawn, fc.boolean(), ({ text, seed }, reverse) => {
      const cell = { ...cellById('lstm'), id: `random ${seed}`, equations: text };
      const shapes = parameterShapes(cell, 100, 100, { c: 100 });
      const source = random(seed);
      const params = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (source.uniform() - 0.5) / 5) }]));
      const one: Layer = { cell, inputSize: 100, units: 100, direction: reverse ? 'reverse' : 'forward', params };
      if (Object.values(params).reduce((sum, p) => sum + p.data.length, 0) >= 30_000) shared++;
      const x = noise(90, 100, seed);
      assert.deepEqual(finish(running(network(level('l', [one])), x, 90, { team: started!.team })), finish(running(network(level('l', [one])), x, 90)), text);
    }), { seed: 11, numRuns: 30 });
    assert.ok(shared > 10, String(shared));
  });

  it('can be stopped and started anew', () => {
    const script = join(folder, 'mate.js');
    const second = startTeam(script);
    const x = noise(100, 90);
    const alone = finish(running(net, x, 100));
    assert.deepEqual(finish(running(net, x, 100, { team: second.team })), alone);
    second.stop();
    assert.deepEqual(finish(running(net, x, 100, { team: started!.team })), alone);
  });
});
