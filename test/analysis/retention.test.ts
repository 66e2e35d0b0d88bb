import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { keptState } from '../../src/analysis/keepState';
import { keepRows, leftAfter, medianReach, strongestEvents, unitEvents } from '../../src/analysis/retention';
import { retention } from '../../src/analysis/memory';
import { cells, cellById } from '../../src/core/cells/index';
import { near, seeded } from './seeded';

const random = seeded(5);

describe('retention', () => {
  it('is the naive product, for every unit and lag', () => {
    const units = 4, steps = 12;
    const keep = Float32Array.from({ length: steps * units }, () => random());
    const left = leftAfter(keep, units);
    for (let u = 0; u < units; u++) {
      const own = Array.from({ length: steps }, (_, t) => keep[t * units + u]!);
      for (let d = 0; d <= steps; d++) {
        let naive = 1;
        for (let k = 0; k < d; k++) naive *= own[k]!;
        assert.ok(near(left[d * units + u]!, naive, 1e-7), `unit ${u} after ${d}`);
        assert.ok(near(naive, retention([NaN, ...own], 0, d)));
      }
    }
    assert.deepEqual([...leftAfter(new Float32Array(), 2)], [1, 1]);
  });

  it('reads keep factors in the layer’s order, inverted where 1 − gate keeps', () => {
    const rows = Float32Array.of(0.25, 0.5, 0.75, 1); // 2 steps of 2
    assert.deepEqual([...keepRows(rows, 2, false, true)], [0.75, 1, 0.25, 0.5]);
    assert.deepEqual([...keepRows(rows, 2, true, false)], [0.75, 0.5, 0.25, 0]);
  });

  it('of a cell whose f is constant reaches ln 0.01 / ln f', () => {
    const f = [0.5, 0.9, 0.99];
    const window = leftAfter(Float32Array.from({ length: 200 * 3 }, (_, k) => f[k % 3]!), 3);
    assert.deepEqual(f.map((_, u) => medianReach([window, window], 3, u)), [6, 43, 200]);
  });

  it('reaches in the median, not in the luckiest window', () => {
    const of = (v: number): Float32Array => leftAfter(new Float32Array(20).fill(v), 1);
    assert.equal(medianReach([of(1), of(0.5), of(0.5)], 1, 0), 6);
  });
});

describe('events of a unit', () => {
  it('are where most is let go, and where much is put in', () => {
    const keep = [1, 1, 0.05, 0.02, 1, 1], added = [0, 1, 0, 0, -0.8, 0.1];
    const state = [0.5];
    keep.forEach((k, t) => state.push(k * state[t]! + added[t]!));
    const events = unitEvents(Float64Array.from(keep), Float64Array.from(state));
    assert.deepEqual(events.map(e => [e.kind, e.at]), [['write', 1], ['erase', 2], ['write', 4]]);
    assert.ok(near(events[1]!.before, 1.5) && near(events[1]!.after, 0.075) && near(events[2]!.added, -0.8));
    assert.deepEqual(strongestEvents(events, 1).map(e => e.at), [1, 2]);
    assert.deepEqual(unitEvents(new Float64Array(), Float64Array.of(1)), []);
  });
});

describe('the state that is kept', () => {
  it('is c by f in an LSTM, h by z in a GRU, by 1 − f in an MGU, and none in an RNN', () => {
    const of = (id: string): unknown => { const k = keptState(cellById(id)); return k && [k.state, k.name]; };
    assert.deepEqual(['lstm', 'lstmPeephole', 'lstmProjected', 'cifg', 'janet'].map(of), Array(5).fill(['c', 'f']));
    assert.deepEqual(['gru', 'gruResetBefore', 'mgu', 'minGRU', 'rnn', 'rnnRelu'].map(of), [['h', 'z'], ['h', 'z'], ['h', '1−f'], ['h', '1−z'], undefined, undefined]);
    assert.ok(cells.every(c => c.family === 'rnn' || keptState(c)));
  });
});
