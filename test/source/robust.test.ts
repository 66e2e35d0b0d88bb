import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { outline } from '../../src/source/index';
import { describe as describeLayer } from '../../src/source/describe/layer';
import { markdown } from '../../src/source/describe/markdown';
import type { Language } from '../../src/source/outline';
import { readCases } from './fixtures';
import { keepsTheRest } from './wound';

const sources = ['pytorch', 'keras', 'broken'].flatMap(f => readCases(`test/source/${f}.txt`)).map(c => c.source);
/** Long enough for any of these texts on a busy machine; quadratic readers would take minutes. */
const quick = 3000;

function readAll(text: string, language: Language = 'python'): void {
  const start = performance.now();
  const { layers, problems } = outline(text, language);
  for (const layer of layers) markdown(describeLayer(layer));
  assert.deepEqual([...problems, ...layers.flatMap(l => l.problems)].filter(p => p.code === 'unreadable'), []);
  assert.ok(performance.now() - start < quick, `took ${Math.round(performance.now() - start)} ms`);
}

const damage = fc.record({ from: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.integer({ min: 1, max: 12 }), insert: fc.constantFrom('', '', '', '(', ')', '"""', "'", '\n', '=', ',', '[', '\\', ' for ') });
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function hurt(text: string, wounds: readonly Damage[]): string {
  return wounds.reduce((t, { from, length, insert }) => {
    const at = Math.floor(from * t.length);
    return t.slice(0, at) + insert + t.slice(at + length);
  }, text);
}

describe('outline of damaged code', () => {
  it('never throws and ends quickly: damaged fixtures (seed 7)', () => {
    fc.assert(fc.property(fc.constantFrom(...sources), fc.array(damage, { minLength: 1, maxLength: 5 }), (text, wounds) => { readAll(hurt(text, wounds)); }), { seed: 7, numRuns: 1500 });
  });
  it('never throws and ends quickly: all fixtures in one file (seed 8)', () => {
    const all = sources.join('\n');
    fc.assert(fc.property(fc.array(damage, { minLength: 1, maxLength: 20 }), wounds => { readAll(hurt(all, wounds)); }), { seed: 8, numRuns: 25 });
  });
  it('never throws: characters at random (seed 9)', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'nn.LSTM(1,2)=self \n\t[]{}:"\'#*@\\'), maxLength: 300 }), text => { readAll(text); }), { seed: 9, numRuns: 800 });
  });
  it('a small wound leaves the layers of other lines as they were in 19 of 20 cases (seed 10)', () => {
    const lines = Array.from({ length: 12 }, (_, i) => `        self.rnn${i} = nn.LSTM(${i + 1}, ${i + 2}, num_layers=2, batch_first=True)\n        self.fc${i} = nn.Linear(3, 4)`);
    const text = `from torch import nn\n\nclass A(nn.Module):\n    def __init__(self):\n${lines.join('\n')}\n\n    def forward(self, x):\n        return x\n`;
    keepsTheRest(text, 'python', { seed: 10, numRuns: 300 });
  });
  const deep = 20_000;
  const hard: Readonly<Record<string, string>> = {
    'open brackets': `nn.LSTM(${'('.repeat(deep)}`,
    'nested calls': `x = ${'f('.repeat(3000)}nn.LSTM(1, 2)${')'.repeat(3000)}`,
    'a long sum': `x = nn.LSTM(${'1 + '.repeat(5000)}1, 2)`,
    'attribute chain': `x = nn.LSTM(a${'.b'.repeat(5000)}, 2)`,
    'doubling constants': `${Array.from({ length: 60 }, (_, i) => `a${i + 1} = a${i} + a${i}`).join('\n')}\na0 = 1\nx = nn.LSTM(a60, 2)`,
    'circles': 'class A:\n  def f(self):\n    self.a = self.a.b\n    self.b = self.b.a\n    self.r = nn.LSTM(self.a.b, self.b)\nx = x.y\ny = nn.LSTM(x.y, x)\nn = n.m\nn(1)',
    'own base': 'class A(A):\n  def f(self): self.r = nn.LSTM(1, self.x)\nclass B(C): pass\nclass C(B):\n  def f(self): self.r = nn.LSTM(1, self.x)',
    'one name bound often': `${'H = 3\n'.repeat(3000)}${'x = nn.LSTM(H, H)\n'.repeat(300)}`,
    'deep indentation': Array.from({ length: 90 }, (_, i) => `${' '.repeat(i)}class A${i}:`).join('\n'),
    'enormous layers': 'x = nn.LSTM(1, 2, 10**9)\ny = nn.LSTM(1, 10**300)\nz = nn.LSTM(2**1024, 1/0, 5 % 0)',
    'prototype names': 'x = nn.LSTM(constructor, __proto__, toString=1)\ny = nn.constructor(1)\nz = constructor(3)\nrnn = nn.__proto__()\nw = layers.hasOwnProperty(LSTM)',
  };
  for (const [name, text] of Object.entries(hard)) it(`ends quickly: ${name}`, () => { readAll(text); });
  it('a text that is too long is refused in words', () => {
    assert.match(outline('#'.repeat(5_000_001), 'python').problems[0]?.message ?? '', /characters/);
  });
});
