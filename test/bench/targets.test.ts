import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { cases, type Case } from './case';
import type { Result } from './measure';
import { rowOf, targetLine } from './report';
import { targets, type Measured } from './targets';

const [first] = cases(false).filter(c => c.cell === 'lstm' && c.units === 128 && c.pass === 'forward');
const LSTM: Case = first!;

const result = (contender: string, ns: number[], more: Partial<Result> = {}): Result => ({ case: LSTM, contender, threads: 1, steps: LSTM.steps, ns, ...more });

/** Lines that say a figure. */
const said = (measured: Measured): string[] => targets.map(t => targetLine(t, measured)).filter(line => !line.startsWith('not measured')).map(line => line.replace(/ +/g, ' '));

describe('the targets of the bench', () => {
  it('are not measured where nothing was', () => { assert.deepEqual(said({ results: [] }), []); });

  it('take the median of the rounds\' ratios', () => {
    const theirs = result('onnxruntime-node', [100, 900, 100]);
    assert.deepEqual(said({ results: [theirs, result('gatescope', [80, 600, 80])] }), ['met 1.25 >= 1 lstm 128 against onnxruntime-node']);
    assert.deepEqual(said({ results: [theirs, result('gatescope', [125, 600, 125])] }), ['MISSED 0.800 >= 1 lstm 128 against onnxruntime-node']);
  });

  it('take the worst of several cases and name it', () => {
    const wide = { ...LSTM, units: 256, inputSize: 256 };
    const results = [result('torch-loop', [60]), result('gatescope', [6]), result('torch-loop', [60], { case: wide }), result('gatescope', [20], { case: wide })];
    assert.deepEqual(said({ results }), ['MISSED 3.00 >= 5 against a PyTorch loop that keeps gates (worst: lstm 256 forward)']);
  });

  it('compare a backward pass with its forward pass', () => {
    const results = [result('gatescope', [8, 9, 10], { case: { ...LSTM, pass: 'backward' }, forwardNs: [10, 10, 10] })];
    assert.deepEqual(said({ results }), ['met 0.900 <= 0.9 backward for dh and dc, of forward']);
  });

  it('count two threads apart', () => {
    const long: Case = { ...LSTM, units: 256, inputSize: 256, threads: 2 };
    const results = [result('onnxruntime-node', [12], { case: long }), result('gatescope', [20], { case: long }), result('gatescope', [8], { case: long, threads: 2 })];
    assert.deepEqual(said({ results }), ['met 1.50 >= 1.2 lstm from 256, two threads, against onnxruntime-node on one']);
  });
});

describe('a row of the bench', () => {
  it('has the ratio to the baseline, with its spread', () => {
    const { node, ...row } = rowOf(result('gatescope', [50, 200, 100]), result('onnxruntime-node', [100, 100, 100]));
    assert.equal(node, process.versions.node);
    assert.deepEqual(row, {
      cell: 'lstm', inputSize: 128, units: 128, steps: 1000, batch: 1, pass: 'forward', contender: 'gatescope', threads: 1,
      medianNsPerStep: 100, ratio: 1, ratioMin: 0.5, ratioMax: 2,
    });
  });

  it('has none where the baseline has no such pass', () => {
    const { ratio, ratioMin, ratioMax } = rowOf(result('gatescope', [50]), undefined);
    assert.deepEqual([ratio, ratioMin, ratioMax], [null, null, null]);
  });
});
