import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { clampSpan, fitted, GAP, lineAt, linesFor, neighbour, panned, revealing, roomFor, stepAt, ticks, topOf, withGaps, xOf, zoomed } from '../../webview/views/timeline/layout';
import { dragged } from '../../webview/views/timeline/overview';

const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

describe('timeline layout', () => {
  it('puts steps on pixels and finds them again', () => {
    const span = { from: 100.5, to: 220.25 };
    for (const step of [101, 150, 219]) assert.equal(stepAt(span, 811, xOf(span, 811, step + 0.5), 240), step);
    assert.equal(stepAt(span, 811, -500, 240), 26);
    assert.equal(stepAt({ from: 0, to: 10 }, 100, 1e6, 240), 239);
    assert.equal(stepAt({ from: 0, to: 10 }, 100, -1e6, 240), 0);
  });
  it('keeps windows inside the sequence', () => {
    assert.deepEqual(clampSpan({ from: -5, to: 95 }, 1000), { from: 0, to: 100 });
    assert.deepEqual(clampSpan({ from: 950, to: 1050 }, 1000), { from: 900, to: 1000 });
    assert.deepEqual(clampSpan({ from: 10, to: 11 }, 1000), { from: 10, to: 18 });
    assert.deepEqual(clampSpan({ from: 0, to: 50 }, 3), { from: 0, to: 3 });
    assert.deepEqual(panned({ from: 0, to: 100 }, -10, 1000), { from: 0, to: 100 });
  });
  it('zooms around the pointer', () => {
    const span = zoomed({ from: 100, to: 200 }, 130, 2, 1000);
    near(xOf(span, 500, 130), xOf({ from: 100, to: 200 }, 500, 130));
    near(span.to - span.from, 50);
    assert.deepEqual(zoomed({ from: 100, to: 200 }, 130, 1e-9, 1000), { from: 0, to: 1000 });
    near(zoomed({ from: 100, to: 200 }, 130, 1e9, 1000).to - zoomed({ from: 100, to: 200 }, 130, 1e9, 1000).from, 8);
  });
  it('moves the window only as far as a step needs', () => {
    assert.deepEqual(revealing({ from: 100, to: 200 }, 150, 1000), { from: 100, to: 200 });
    assert.deepEqual(revealing({ from: 100, to: 200 }, 90, 1000), { from: 82, to: 182 });
    assert.deepEqual(revealing({ from: 100, to: 200 }, 205, 1000), { from: 114, to: 214 });
    assert.deepEqual(revealing({ from: 100, to: 200 }, 999, 1000), { from: 900, to: 1000 });
  });
  it('writes round numbers far enough apart', () => {
    assert.deepEqual(ticks({ from: 111, to: 211 }, 811, 72), [120, 130, 140, 150, 160, 170, 180, 190, 200, 210]);
    assert.deepEqual(ticks({ from: 0, to: 10_000 }, 700, 72), [0, 2000, 4000, 6000, 8000]);
    for (const [from, to] of [[0, 8], [3.7, 55.2], [900, 4321]] as const) {
      const found = ticks({ from, to }, 640, 70);
      const apart = found[1]! - found[0]!;
      assert.ok((apart / (to - from)) * 640 >= 70 && Number.isInteger(apart) && found.every(t => t >= from && t < to));
    }
  });
  it('gives units whole pixels, and lets them share lines below two', () => {
    assert.deepEqual(linesFor(48), { count: 48, pool: 1, line: 2, height: 96 });
    assert.deepEqual(linesFor(64), { count: 64, pool: 1, line: 2, height: 128 });
    assert.deepEqual(linesFor(65), { count: 33, pool: 2, line: 2, height: 66 });
    assert.deepEqual(linesFor(512), { count: 64, pool: 8, line: 2, height: 128 });
    assert.deepEqual(linesFor(3), { count: 3, pool: 1, line: 22, height: 66 });
    assert.equal(linesFor(0).count, 0);
    for (const room of [-50, 64, 97, 200, 4000]) {
      for (let units = 1; units <= 2000; units++) {
        const { count, pool, line, height } = linesFor(units, room);
        assert.ok(count * pool >= units && (count - 1) * pool < units && line >= 2 && height <= Math.max(130, Math.min(320, room)), `${units} units in ${room}`);
      }
    }
  });
  it('uses the room there is before units share lines', () => {
    assert.deepEqual(linesFor(125, 300), { count: 125, pool: 1, line: 2, height: 250 });
    assert.deepEqual(linesFor(32, 100), { count: 32, pool: 1, line: 3, height: 96 });
    assert.deepEqual(linesFor(2, 300), { count: 2, pool: 1, line: 32, height: 64 });
    assert.equal(roomFor(6, 860), Math.floor((860 - 250 - 140 - 42) / 6));
    assert.equal(roomFor(1, 860), 860 - 250 - 70 - 7);
  });
  it('finds the line under the pointer, and the next unit in the shown order', () => {
    const lines = linesFor(48);
    assert.deepEqual([lineAt(lines, -3), lineAt(lines, 0), lineAt(lines, 3.9), lineAt(lines, 1000)], [0, 0, 1, 47]);
    const order = Int32Array.of(5, 2, 9);
    assert.deepEqual([neighbour(order, 5, 1), neighbour(order, 2, -1), neighbour(order, 5, -1), neighbour(order, 9, 4)], [2, 5, 5, 9]);
  });
  it('leaves room between groups, and finds the lines around it', () => {
    const lines = withGaps(linesFor(32, 100), [0, 5, 20]);
    assert.deepEqual([lines.gaps, lines.height], [[5, 20], 96 + 2 * GAP]);
    for (let k = 0; k < 32; k++) for (const y of [topOf(lines, k), topOf(lines, k) + 2.9]) assert.equal(lineAt(lines, y), k, `line ${k} at ${y}`);
    assert.deepEqual([lineAt(lines, topOf(lines, 5) - 1), lineAt(lines, topOf(lines, 20) - 1), lineAt(lines, 1e6), lineAt(lines, -9)], [4, 19, 31, 0]);
    assert.deepEqual(withGaps(linesFor(512), [0, 3, 4, 5, 260, 511]).gaps, [1, 33]);
    assert.equal(withGaps(linesFor(8), [0]).gaps, undefined);
  });
  it('fits a window around steps, with a little room', () => {
    assert.deepEqual(fitted({ from: 100, to: 164 }, 1000), { from: 96, to: 168 });
    assert.deepEqual(fitted({ from: 500, to: 501 }, 1000), { from: 496.5, to: 504.5 });
    assert.deepEqual(fitted({ from: 0, to: 64 }, 1000), { from: 0, to: 72 });
  });
  it('drags the overview by its parts', () => {
    const span = { from: 100, to: 200 };
    assert.deepEqual(dragged(span, 'from', -30, 1000), { from: 70, to: 200 });
    assert.deepEqual(dragged(span, 'from', 500, 1000), { from: 192, to: 200 });
    assert.deepEqual(dragged(span, 'to', 5000, 1000), { from: 100, to: 1000 });
    assert.deepEqual(dragged(span, 'inside', 5000, 1000), { from: 900, to: 1000 });
  });
});
