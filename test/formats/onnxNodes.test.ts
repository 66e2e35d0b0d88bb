/** The ONNX standard's node tests of LSTM, GRU and RNN, read by our reader, run by our engine: Y, Y_h and Y_c. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { nodeTestRows, nodeTests } from '../parity/onnxNodes';
import { EVALUATORS } from '../parity/row';

const tests = nodeTests();

describe('ONNX node tests', () => {
  it('are all there', () => { assert.deepEqual(countByVersion(), { '1.12.0': 12, '1.23.2': 18 }); });

  for (const test of tests) {
    it(`${test.name} of ${test.version}`, async () => {
      for (const evaluator of EVALUATORS) {
        const rows = await nodeTestRows(test, evaluator);
        assert.ok(rows.length >= Object.keys(test.outputs).length);
        for (const r of rows) assert.ok(!r.over, `${evaluator}, ${r.what}: off by ${r.maxAbs} > ${r.bound}; ${r.where}`);
      }
    });
  }
});

function countByVersion(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { version } of tests) counts[version] = (counts[version] ?? 0) + 1;
  return counts;
}
