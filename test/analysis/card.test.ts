import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { prepare, unitCard, type Card, type CardInput } from '../../src/analysis/card';
import { column } from '../../src/analysis/column';
import { sentence, type SentenceFacts } from '../../src/analysis/sentence';
import { textTracks } from '../../src/analysis/tracks';
import { english } from '../../src/core/said';
import type { UnitCard } from '../../src/protocol';
import { autoregressive, cpuTime, near, normal, seeded } from './seeded';

// lines in random order: in a text that repeats itself, a shift by its period is as good as none
const lines = ['if x == "some words here": f(a[1], "and then some more")', 'else: print("well, don\'t say no", g(x))', 'y = h(x, (2, 3))', 'say("a rather long quotation that goes on")'];
const pick = seeded(20);
const text = [...Array.from({ length: 24 }, () => `${lines[Math.floor(pick() * lines.length)]}\n`).join('')];
const steps = text.length, units = 4;
const tracks = textTracks(text);
const quotes = tracks.find(t => t.name === 'in quotes')!.values;

/** Unit 0 falls inside quotes, 1 is its opposite, 2 is noise, 3 never changes. */
function input(change: Partial<CardInput> = {}): CardInput {
  const random = seeded(21), noise = autoregressive(steps, 0.9, random);
  const c = Float32Array.from({ length: steps * units }, (_, k) => {
    const t = Math.floor(k / units), q = quotes[t]! + 0.2 * normal(random);
    return [-q, q, noise[t]!, 0.5][k % units]!;
  });
  const f = Float32Array.from({ length: steps * units }, (_, k) => [0.5, 0.9, 0.99, 0.05][k % units]!);
  return {
    signals: { c: column(c, steps, units), f: column(f, steps, units) }, gates: ['f'], memory: { signal: 'c', label: 'cell state' },
    keep: { signal: 'f', invert: false }, tracks, labels: text, invented: false, random: seeded(22), ...change,
  };
}

describe('unit card', () => {
  it('says what the numbers say', () => {
    const prepared = prepare(input());
    const card: UnitCard = unitCard(prepared, 0); // the type check: same fields as the protocol
    assert.equal(english(card.sentence), 'Its cell state falls inside quotes.');
    assert.equal(english(unitCard(prepared, 1).sentence), 'Its cell state rises inside quotes.');
    assert.equal(english(unitCard(prepared, 2).sentence), 'It follows none of the tracks clearly.');
    assert.equal(english(unitCard(prepared, 3).sentence), 'Its cell state never changes.');
    assert.equal(card.follows[0]!.track, 'in quotes');
    assert.ok(card.follows[0]!.r < -0.8 && card.follows[0]!.p! < 0.01);
    assert.match(english(card.test), /^(in quotes: )?p < 0\.01, 400 circular shifts$/);
    assert.deepEqual(card.saturation, [{ signal: 'f', closed: 0, open: 0 }]);
    assert.deepEqual(unitCard(prepared, 3).saturation, [{ signal: 'f', closed: 1, open: 0 }]);
    assert.equal(card.movesWith[0]!.unit, 1);
    assert.ok(card.movesWith[0]!.r < -0.8);
    assert.deepEqual(unitCard(prepared, 3).follows, []);
    assert.equal(card.contexts.length, 4);
    const [top] = card.contexts;
    assert.equal(Math.abs(top!.values[top!.peak - top!.from]!), card.contextScale);
    assert.equal(top!.labels.join(''), text.slice(top!.from, top!.from + top!.values.length).join(''));
    assert.equal(card.contextSignal, 'c');
  });
  it('half-life with all units, rank, runs and where it comes from', () => {
    const { halfLife } = unitCard(prepare(input()), 0);
    assert.ok(near(halfLife!.steps, 1));
    assert.equal(halfLife!.rank, 3);
    assert.deepEqual([halfLife!.runMedian, halfLife!.runLongest, halfLife!.signal], [steps, steps, 'f']);
    assert.deepEqual(halfLife!.all.map(v => v.toFixed(2)), ['1.00', '6.58', '68.97', '0.23']);
    assert.equal(unitCard(prepare(input({ keep: { signal: 'f', invert: true } })), 0).halfLife!.signal, '1−f');
    assert.ok(!('halfLife' in unitCard(prepare(input({ keep: undefined })), 0)));
  });
  it('claims nothing about invented weights', () => {
    const card = unitCard(prepare(input({ invented: true })), 0);
    assert.equal(english(card.sentence), 'Invented weights: nothing here was learnt.');
    assert.ok(card.follows.length > 0 && card.follows.every(f => !('p' in f)));
    assert.equal(english(card.test), 'not tested: invented weights');
  });
  it('speaks of memory where there are no tracks, and of NaN where there is one', () => {
    const none = prepare(input({ tracks: [], labels: undefined }));
    assert.equal(english(unitCard(none, 0).sentence), 'It forgets half in 1.0 steps.');
    assert.equal(english(unitCard(none, 0).test), 'not tested: no track that varies');
    const broken = input();
    broken.signals['c']!.data[17 * units] = NaN;
    const card = unitCard(prepare(broken), 0);
    assert.equal(english(card.sentence), 'Its cell state is not a finite number at step 17.');
    assert.ok(card.follows.every(f => Number.isFinite(f.r)) && card.movesWith.every(m => Number.isFinite(m.r)));
  });
  it('finds no proof in a text that repeats itself: a shift by its period fits as well', () => {
    const again = [...'say("no") '.repeat(60)];
    const values = textTracks(again)[0]!.values;
    const memory = column(values, again.length, 1);
    const card = unitCard(prepare({ signals: { h: memory }, gates: [], memory: { signal: 'h', label: 'hidden state' }, tracks: textTracks(again), invented: false, random: seeded(1) }), 0);
    assert.equal(card.follows[0]!.r, 1);
    assert.ok(card.follows[0]!.p! > 0.05);
    assert.equal(english(card.sentence), 'It follows none of the tracks clearly.');
  });
  it('a card does not depend on which were asked before', () => {
    const prepared = prepare(input());
    unitCard(prepared, 1);
    assert.deepEqual(unitCard(prepared, 2), unitCard(prepare(input()), 2));
  });
  it('names what is missing', () => {
    assert.throws(() => prepare(input({ memory: { signal: 'h', label: 'hidden state' } })), /Expected a signal h, found c, f/);
    assert.throws(() => unitCard(prepare(input()), 4), /Expected a unit from 0 to 3, found 4/);
  });
  it('takes under 50 ms for 512 units x 10,000 steps, after preparation', function () {
    this.timeout(30000);
    const T = 10000, H = 512, random = seeded(30);
    const data = Float32Array.from({ length: T * H }, () => random());
    const long = Array.from({ length: T }, (_, t) => text[t % text.length]!);
    const start = cpuTime();
    const prepared = prepare({ ...input(), signals: { c: column(data, T, H), f: column(data, T, H) }, tracks: textTracks(long), labels: long });
    const ready = cpuTime() - start;
    const times = [3, 99, 200, 511, 0, 17, 18].map(unit => {
      const begin = cpuTime();
      const card: Card = unitCard(prepared, unit);
      assert.match(english(card.test), /400 circular shifts, one step in 4$/);
      return cpuTime() - begin;
    }).toSorted((a, b) => a - b);
    console.log(`      prepare ${Math.round(ready)} ms, card ${times[3]!.toFixed(1)} ms (slowest ${times.at(-1)!.toFixed(1)})`);
    assert.ok(times[3]! < 50, `${times.join()} ms`); // the middle one: the first still compiles
  });
});

describe('sentence', () => {
  const facts: SentenceFacts = { invented: false, memory: 'hidden state', constant: false, follows: [{ track: 'column', r: 0.4, p: 0.002 }], phrases: new Map([['column', 'along the line']]) };
  const table: readonly (readonly [string, Partial<SentenceFacts>, string])[] = [
    ['clear', {}, 'Its hidden state rises along the line.'],
    ['not likely enough', { follows: [{ track: 'column', r: 0.4, p: 0.01 }] }, 'It follows none of the tracks clearly.'],
    ['not strong enough', { follows: [{ track: 'column', r: 0.3, p: 0.002 }] }, 'It follows none of the tracks clearly.'],
    ['not tested', { follows: [{ track: 'column', r: -0.9 }] }, 'It follows none of the tracks clearly.'],
    ['a track without words', { follows: [{ track: 'ozone', r: -0.9, p: 0.002 }] }, 'Its hidden state falls with ozone.'],
    ['nothing', { follows: [] }, 'There is no track to compare it with.'],
    ['a long memory', { follows: [], halfLife: 34.5678 }, 'It forgets half in 35 steps.'],
    ['all kept', { follows: [], halfLife: Infinity }, 'It forgets nothing over this sequence.'],
  ];
  for (const [what, change, expected] of table) it(`${what} ==> ${expected}`, () => assert.equal(english(sentence({ ...facts, ...change })), expected));
});
