import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { rowsOf, svgOf } from '../../webview/plot/export';
import type { PlotSpec } from '../../webview/plot/plot';
import { power } from '../../webview/plot/power';

const spec: PlotSpec = {
  claim: 'a & b', height: 200, x: { kind: 'linear', label: 'steps', from: 0, to: 10 }, y: { kind: 'log', label: '<size>', from: 1e-4, to: 1 },
  lines: [{ name: 'dh', ink: '#ff0000', points: [{ x: 0, y: 1 }, { x: 10, y: 1e-4 }], label: 'dh', style: 'dashed', band: { low: [{ x: 0, y: 0.1 }], high: [{ x: 0, y: 1 }] } }],
  dots: [{ name: 'unit', ink: '#00ff00', points: [{ x: 5, y: 1e-2, id: 7 }], chosen: 7 }],
  marks: [{ x: 5, words: 'here' }],
};

describe('a plot taken out', () => {
  it('as numbers has a row for every point, bands too', () => {
    assert.deepEqual(rowsOf(spec), [['series', 'steps', '<size>'], ['dh', 0, 1], ['dh', 10, 1e-4], ['dh (low)', 0, 0.1], ['dh (high)', 0, 1], ['unit 7', 5, 1e-2]]);
  });

  it('as SVG has its points where the axes put them, and its words as text', () => {
    const svg = svgOf(spec, { width: 446, foreground: '#000', background: '#fff', font: 'sans' });
    // The plot lies between 56 and 356 across, 10 and 160 down.
    assert.match(svg, /<polyline points="56\.0,10\.0 356\.0,160\.0"[^>]* stroke-dasharray="6 4"/);
    assert.match(svg, /<circle cx="206\.0" cy="85\.0" r="4"[^>]*stroke-width="2"/);
    assert.ok(svg.includes('&lt;size&gt;') && svg.includes('<title>a &amp; b</title>') && svg.includes('>here<'));
    assert.ok(svg.includes('>10⁻²<'));
  });

  it('leaves out what has no place on a logarithmic axis', () => {
    const svg = svgOf({ ...spec, lines: [{ name: 'l', ink: '#000', points: [{ x: 0, y: 0 }, { x: 1, y: 1 }, { x: 2, y: NaN }] }] }, { width: 446, foreground: '#000', background: '#fff', font: 'sans' });
    assert.match(svg, /<polyline points="86\.0,10\.0"/);
    assert.ok(!svg.includes('NaN'));
  });

  it('writes powers of ten, and nothing between', () => {
    assert.deepEqual([1, 10, 1e-12, 20].map(power), ['1', '10¹', '10⁻¹²', '']);
  });
});
