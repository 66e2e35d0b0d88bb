import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { cellById } from '../src/core/cells/index';
import type { StackRef, Trace } from '../src/formats/format';
import { matchesOf, traceMisfit } from '../src/match';
import { anything, type Wanted } from '../src/wanted';

const stack = (name: string, cell: string, inputSize: number, units: number): StackRef => ({
  name, framework: 'pytorch',
  levels: [{ name, cell: cellById(cell), inputSize, units, directions: ['forward'], merge: 'none', parameters: 0, tensors: [`${name}.weight_ih_l0`], assumptions: [], load: () => Promise.reject(new Error('not read')) }],
});
const wanted: Wanted = { ...anything('rnn'), family: 'lstm', inputSize: 4, units: 8, layers: 1, bidirectional: false, projection: 0 };
const files = [
  { path: 'a/other.pt', stacks: [stack('enc', 'lstm', 4, 8), stack('rnn', 'gru', 4, 8)] },
  { path: 'b/deep/far.pt', stacks: [stack('model.rnn', 'lstm', 4, 8)] },
  { path: 'a/wide.pt', stacks: [stack('x', 'lstm', 4, 9)] },
];

describe('checkpoints beside a layer', () => {
  it('come in order: bound, those that fit with the name first, and the rest with the reason', () => {
    const found = matchesOf(wanted, 'a/model.py', { checkpoint: 'a/other.pt', stack: 'enc' }, files);
    assert.deepEqual(found.map(m => `${m.kind} ${m.path}#${m.stack}${m.named ? ' named' : ''}`),
      ['bound a/other.pt#enc', 'fits b/deep/far.pt#model.rnn named', 'misfit a/other.pt#rnn named', 'misfit a/wide.pt#x']);
    assert.match(found[2]!.why!, /Expected an LSTM, found a GRU/);
    assert.match(found[3]!.why!, /\(32, 4\), found \(36, 4\)/);
  });

  it('stay bound where they do not fit any more', () => {
    const [first] = matchesOf({ ...wanted, units: 7 }, 'a/model.py', { checkpoint: 'a/other.pt', stack: 'enc' }, files);
    assert.equal(first?.kind, 'bound');
    assert.match(first.why!, /Expected an input kernel/);
  });

  it('of another framework do not fit, unless a person bound them', () => {
    const flax: Wanted = { ...wanted, framework: 'flax' };
    const [found] = matchesOf(flax, 'a/model.py', undefined, [files[1]!]);
    assert.deepEqual([found?.kind, found?.why], ['misfit', 'Expected weights of JAX, found those of PyTorch (model.rnn).']);
    assert.equal(matchesOf(flax, 'a/model.py', { checkpoint: 'b/deep/far.pt' }, [files[1]!])[0]?.why, undefined);
    const named = (framework: string): typeof files => [{ path: 'a/x', stacks: [{ ...stack('rnn', 'lstm', 4, 8), framework }] }];
    const kinds = (code: Wanted['framework'] & string, weights: string): string => matchesOf({ ...wanted, framework: code }, 'a/model.py', undefined, named(weights))[0]!.kind;
    assert.deepEqual([kinds('haiku', 'flax'), kinds('tfjs', 'keras'), kinds('pytorch', 'onnx'), kinds('keras', 'pytorch')], ['fits', 'fits', 'fits', 'misfit']);
  });
});

describe('traces beside a layer', () => {
  const trace = (units: number, more: Partial<Trace['levels'][number]> = {}): Trace => ({
    kind: 'trace', format: 'npz', steps: 3, metadata: {},
    levels: [{ name: 'l', directions: [{ direction: 'forward', signals: [{ name: 'h', units, read: () => Promise.reject(new Error('not read')) }] }], ...more }],
  });

  it('fit by what they say, and say why they do not', () => {
    assert.equal(traceMisfit(trace(8), wanted), undefined);
    assert.equal(traceMisfit(trace(9), wanted), 'Expected 8 units, found 9.');
    assert.equal(traceMisfit(trace(8, { inputSize: 5 }), wanted), 'Expected 4 inputs, found 5.');
    assert.equal(traceMisfit(trace(8, { cell: cellById('gru') }), wanted), 'Expected an LSTM, found a GRU (l).');
    assert.equal(traceMisfit(trace(5), { ...wanted, units: null }), undefined);
    assert.equal(traceMisfit(trace(3), { ...wanted, projection: 3 }), undefined);
  });
});
