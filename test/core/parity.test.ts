/** The engine against every framework of test/parity, by both evaluators: forward 1e-6, gradients 1e-5 a timestep and tensor. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { rowsOf } from '../parity/case';
import { allCases } from '../parity/index';
import { backwardRow, EVALUATORS, forwardRow, type Expected, type Row } from '../parity/row';
import { share } from '../parity/table';

const about = { framework: '', cell: '', variant: '', steps: 2, evaluator: 'fast', arithmetic: 'float32' } as const;
const expected = (...values: number[]): Expected => ({ values, rows: 2, truth: 'float64', peer: null });

describe('what parity is judged by', () => {
  it('allows 1e-6 of the largest number forward, but not less than 1e-6', () => {
    assert.equal(forwardRow(about, 'h', [1e-7, 8], expected(0, 8 + 7e-6)).over, false);
    assert.equal(forwardRow(about, 'h', [1.1e-6, 0], expected(0, 0)).over, true);
    assert.match(forwardRow(about, 'h', [0, 0, 1, 0], expected(0, 0, 0, 0), [3, 50]).where, /^step 50, \[0\]: found 1, expected 0$/);
  });
  it('allows 1e-5 of every timestep\'s norm backward', () => {
    assert.equal(backwardRow(about, 'dh', [1, 1e-20], expected(1 + 9e-6, 1e-20)).over, false);
    assert.equal(backwardRow(about, 'dh', [1, 1e-20], expected(1, 1.00002e-20)).over, true);
    assert.equal(backwardRow(about, 'dh', [1, 0], expected(1, 9e-31)).over, false);
    assert.equal(backwardRow(about, 'dh', [1, 2e-30], expected(1, 0)).over, true);
  });
  it('tells apart what the framework cannot do in float32 either, up to twice its error', () => {
    const judged = (found: number, peer: number | null): readonly boolean[] => { const { over, likePeer } = backwardRow(about, 'dh', [found, 1], { ...expected(1, 1), peer }); return [over, likePeer]; };
    assert.deepEqual([judged(1 + 3e-5, 2e-5), judged(1 + 3e-5, 9e-6), judged(1 + 3e-5, null), judged(1 + 5e-5, 2e-5), judged(1 + 5e-6, 2e-5)], [[false, true], [true, false], [true, false], [true, false], [false, false]]);
  });
  it('lets no NaN, no missing and no superfluous number through', () => {
    for (const row of [forwardRow, backwardRow]) {
      for (const found of [[NaN, 0], [0, NaN], [], [0], [0, 0, 0, 0]]) assert.ok(row(about, 'h', found, expected(0, 0)).over, `${row.name} [${found.join()}]`);
      assert.ok(row(about, 'h', [0, 0], expected(NaN, 0)).over);
    }
  });
});

describe('parity with frameworks', () => {
  for (const c of allCases()) {
    it(`${c.framework} ${c.cell}, ${c.variant}`, async () => {
      const rows = await rowsOf(c);
      for (const evaluator of EVALUATORS) {
        const lengths = new Set(rows.filter(r => r.evaluator === evaluator && r.pass === 'forward').map(r => r.steps));
        assert.deepEqual([...lengths], [1, 2, 100]);
      }
      const over = rows.filter(r => r.over).sort((a, b) => share(b) - share(a));
      assert.equal(over.length, 0, over.slice(0, 5).map(told).join('\n'));
    });
  }
});

function told({ evaluator, what, steps, maxAbs, maxRel, bound, where }: Row): string {
  return `${evaluator}, ${steps} steps, ${what}: abs ${maxAbs}, rel ${maxRel}, bound ${bound}; ${where}`;
}
