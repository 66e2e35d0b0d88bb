import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { newMemory, outline, outlineCells } from '../../src/source/index';
import { describe as describeLayer } from '../../src/source/describe/layer';
import { markdown } from '../../src/source/describe/markdown';
import type { Language } from '../../src/source/outline';
import { readCases } from './fixtures';
import { keepsTheRest } from './wound';

const sources = readCases('test/source/tfjs.txt').map(c => c.source);
const python = readCases('test/source/pytorch.txt').map(c => c.source);
/** Milliseconds of the processor, long enough for any of these texts; quadratic readers would take minutes. */
const quick = 3000;
const languages: readonly Language[] = ['javascript', 'typescript', 'tsx'];

/** Reads with all languages; an error inside comes out as a problem, which counts as a throw here. */
function readAll(text: string, all: readonly Language[] = languages): void {
  for (const language of all) {
    const start = process.cpuUsage();
    const { layers, problems } = outline(text, language);
    assert.deepEqual(problems.filter(p => p.code === 'unreadable'), []);
    for (const layer of layers) {
      markdown(describeLayer(layer));
      assert.ok(0 <= layer.callee.from && layer.callee.from <= layer.callee.to && layer.callee.to <= text.length, 'a place within the text');
    }
    const took = process.cpuUsage(start).user / 1000;
    assert.ok(took < quick, `took ${Math.round(took)} ms as ${language}`);
  }
}

const damage = fc.record({ from: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.integer({ min: 1, max: 12 }), insert: fc.constantFrom('', '', '', '(', ')', '`', "'", '\n', '=', ',', '[', '{', '}', '=>', '...', '${', '/*', '<', '\n```\n') });
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function hurt(text: string, wounds: readonly Damage[]): string {
  return wounds.reduce((t, { from, length, insert }) => {
    const at = Math.floor(from * t.length);
    return t.slice(0, at) + insert + t.slice(at + length);
  }, text);
}

const wounds = fc.array(damage, { minLength: 1, maxLength: 6 });

describe('outline of damaged JavaScript, notebooks and Markdown', () => {
  it('never throws and ends quickly: damaged fixtures (seed 7)', () => {
    fc.assert(fc.property(fc.constantFrom(...sources), wounds, (text, w) => { readAll(hurt(text, w)); }), { seed: 7, numRuns: 400 });
  });
  it('never throws and ends quickly: all fixtures in one file (seed 8)', () => {
    const all = sources.join('\n');
    fc.assert(fc.property(fc.array(damage, { minLength: 1, maxLength: 20 }), w => { readAll(hurt(all, w), ['tsx']); }), { seed: 8, numRuns: 10 });
  });
  it('never throws: characters at random (seed 9)', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'tf.layers.lstm({units:1,...})=this \n[]`${}"\'/*<>@\\', '=>', 'const ', 'class ', 'function '), maxLength: 200 }), text => { readAll(`tf.layers.gru()\n${text}`); }), { seed: 9, numRuns: 300 });
  });
  it('never throws: Markdown and cells (seed 10)', () => {
    const text = [...sources.slice(0, 12).map(s => `Words\n\`\`\`js\n${s}\n\`\`\`\n`), ...python.slice(0, 12).map(s => `- item\n  ~~~py\n  ${s.replaceAll('\n', '\n  ')}\n  ~~~\n`)].join('\n');
    fc.assert(fc.property(wounds, w => { readAll(hurt(text, w), ['markdown']); }), { seed: 10, numRuns: 60 });
    fc.assert(fc.property(fc.array(fc.constantFrom(...python), { maxLength: 6 }), wounds, (cells, w) => {
      const found = outlineCells(cells.map(c => hurt(c, w)));
      assert.deepEqual(found.flatMap(o => o.problems).filter(p => p.code === 'unreadable'), []);
    }), { seed: 11, numRuns: 100 });
  });
  it('a small wound leaves the layers of other lines as they were in 19 of 20 cases (seed 12)', () => {
    const lines = Array.from({ length: 12 }, (_, i) => `    this.rnn${i} = tf.layers.lstm({ units: ${i + 2}, inputShape: [null, ${i + 1}] });\n    this.fc${i} = tf.layers.dense({ units: 3 });`);
    const text = `import * as tf from '@tensorflow/tfjs';\n\nclass A {\n  constructor() {\n${lines.join('\n')}\n  }\n\n  build(x) {\n    return x;\n  }\n}\n`;
    keepsTheRest(text, 'javascript', { seed: 12, numRuns: 200 });
  });
  it('a memory gives the same answer after edits as a fresh reading (seed 13)', () => {
    fc.assert(fc.property(fc.constantFrom(...sources), wounds, (text, w) => {
      const memory = newMemory();
      for (const edited of [text, ...w.map((_, i) => hurt(text, w.slice(0, i + 1))), text]) assert.deepEqual(outline(edited, 'javascript', memory), outline(edited, 'javascript'));
    }), { seed: 13, numRuns: 150 });
  });
  const deep = 20_000;
  const hard: Readonly<Record<string, string>> = {
    'open brackets': `tf.layers.lstm(${'('.repeat(deep)}`,
    'open objects': `tf.layers.lstm(${'{a:'.repeat(3000)}`,
    'nested calls': `x = ${'f('.repeat(3000)}tf.layers.lstm({units: 2})${')'.repeat(3000)}`,
    'nested functions': `${'() => { '.repeat(2000)}tf.layers.lstm({units})${' }'.repeat(2000)}`,
    'a long sum': `x = tf.layers.lstm({units: ${'1 + '.repeat(5000)}1})`,
    'attribute chain': `x = tf.layers.lstm({units: a${'.b'.repeat(5000)}})`,
    'doubling constants': `${Array.from({ length: 60 }, (_, i) => `const a${i + 1} = a${i} + a${i};`).join('\n')}\nconst a0 = 1;\nx = tf.layers.lstm({units: a60})`,
    'doubling spreads': `${Array.from({ length: 60 }, (_, i) => `const a${i + 1} = {...a${i}, ...a${i}};`).join('\n')}\nconst a0 = {units: 1};\nx = tf.layers.lstm(a60)`,
    'spreads in a circle': 'const a = {...b}; const b = {...a}; tf.layers.lstm(a); tf.layers.lstm({...a.b.c}); const c = {c: c.c}; tf.layers.gru(c.c); const {d} = d; tf.layers.gru({units: d, ...d});',
    'names in a circle': 'let x = y; let y = x; x = y.z; tf.layers.lstm({units: x, inputShape: y}); tf.layers.lstm().apply(x); let z = f.apply(z); z.apply(z); let l = tf.layers.bidirectional({layer: l});',
    'own base': 'class A extends A { f() { this.r = tf.layers.lstm({units: this.x}); } } class B extends C {} class C extends B { f() { tf.layers.gru({units: this.x}) } }',
    'one name bound often': `let H;\n${'H = 3;\n'.repeat(3000)}${'x = tf.layers.lstm({units: H});\n'.repeat(300)}`,
    'many layers in a row': `const m = tf.sequential();\n${'m.add(tf.layers.lstm({units: 3, returnSequences: true}));\n'.repeat(600)}`,
    'a long chain of tensors': `let x = tf.input({shape: [1, 3]});\n${'x = tf.layers.gru({units: 3}).apply(x);\n'.repeat(400)}`,
    'prototype names': 'tf.layers.constructor({}); tf.layers.lstm({__proto__: x, constructor: 3, toString, units: hasOwnProperty}); tf.layers.lstm(constructor); const {__proto__, toString: units} = {}; tf.layers.gru({units});',
    'enormous layers': 'tf.layers.lstm({units: 10**300, inputShape: [1, 1/0]}); tf.layers.rnn({cell: []}); tf.layers.gru({units: -3, inputShape: []});',
    'strange calls': 'tf.layers.lstm(); tf.layers.lstm(...x); tf.layers.lstm(3, 4); tf.layers.lstm(null); tf.layers.lstm([]); tf.layers.bidirectional({layer: {}}); tf.layers.bidirectional(); tf.layers.rnn({cell: tf.layers.rnn}); tf?.layers?.lstm?.({units: 3}); tf.layers.lstm`x`; new tf.layers.lstm({units: 3}); tf.layers["lstm"]; tf.layers[3](); (0, tf.layers.lstm)({units: 4});',
  };
  for (const [name, text] of Object.entries(hard)) it(`ends quickly: ${name}`, () => { readAll(text); });
});
