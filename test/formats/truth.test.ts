/** The truths of test/fixtures/formats; what a truth file may not be; and that no folder of fixtures lies unused. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkTruth, readTruth, truthFiles, truths, type Truth } from './truth';

truths('formats');
truths('tf2onnx');
truths('torchOnnx');
truths('onnxQuantised');

const FILES = 'test/fixtures/files';

/** Folders without truth files, and what reads them instead. */
const exempt = new Map([['kerasUpstream', 'test/upstream/keras.test.ts']]);

/** All test code, as one text; not what runs leave behind in test/out. */
const tests = (folder = 'test'): string => readdirSync(folder, { withFileTypes: true }).filter(entry => entry.name !== 'out').map(entry => {
  const path = join(folder, entry.name);
  return entry.isDirectory() ? tests(path) : entry.name.endsWith('.ts') ? readFileSync(path, 'utf8') : '';
}).join('\n');

describe('fixtures of frameworks', () => {
  const folders = readdirSync(FILES).filter(f => statSync(join(FILES, f)).isDirectory());
  const code = tests();
  for (const folder of folders) {
    it(`${folder} is read by a test`, () => {
      if (truthFiles(join(FILES, folder)).length > 0) assert.match(code, new RegExp(`truths\\('${folder}'\\)`), `no test calls truths('${folder}')`);
      else assert.ok(exempt.has(folder) || new RegExp(`files/${folder}\\b`).test(code), `${folder} has no truth files and no test names it`);
    });
  }
});

describe('a truth file', () => {
  const good = JSON.parse(readFileSync('test/fixtures/formats/torch_lstm.truth.json', 'utf8')) as Truth;
  const [run] = good.runs;
  const [layer] = good.layers;
  const file = resolve('test/fixtures/formats/torch_lstm.safetensors');

  /** Does something with a truth file that differs from a good one in some fields. */
  async function written<T>(changes: object, use: (path: string) => T | Promise<T>): Promise<T> {
    const folder = mkdtempSync(join(tmpdir(), 'truth-'));
    const path = join(folder, 'x.truth.json');
    writeFileSync(join(folder, 'x.safetensors'), readFileSync(file));
    writeFileSync(path, JSON.stringify({ ...good, file: 'x.safetensors', ...changes }));
    try { return await use(path); } finally { rmSync(folder, { recursive: true }); }
  }

  const changedY = run!.y.map((row, t) => row.map((v, k) => (t === 5 && k === 2 ? v + 1e-5 : v)));
  const wrong: readonly (readonly [string, object, RegExp])[] = [
    ['an unknown field', { answer: 42 }, /unknown field "answer"/],
    ['an unknown field of a layer', { layers: [{ ...layer, cells: 1 }] }, /unknown field "cells" of a layer/],
    ['an unknown field of a run', { runs: [{ ...run, initial: [] }] }, /unknown field "initial" of a run/],
    ['a file that is missing', { file: 'y.safetensors' }, /no file y\.safetensors/],
    ['no runs', { runs: [] }, /no runs/],
    ['numbers that show nothing', { runs: [{ ...run, y: run!.y.map(row => row.map(() => 0)) }] }, /all the same/],
    ['rows of several lengths', { runs: [{ ...run, y: [[1], [2, 3]] }] }, /rows of numbers/],
    ['a wide tolerance', { tolerance: 1 }, /tolerance/],
  ];
  for (const [what, changes, message] of wrong) it(`may not have ${what}`, () => written(changes, path => assert.throws(() => readTruth(path), message)));

  const false_: readonly (readonly [string, object, RegExp])[] = [
    ['another output', { runs: [{ ...run, y: changedY }] }, /reference: off by 1\.0+e-5 .* at step 5, unit 2/],
    ['another stack', { runs: [{ ...run, stack: 'gru' }] }, /no stack "gru", but "lstm"/],
    ['another number of parameters', { layers: [{ ...layer, parameters: 145 }] }, /layer lstm/],
    ['one more layer', { layers: [layer, layer] }, /names of the layers/],
    ['another format', { format: 'torch' }, /another reader/],
    ['an answer without a doubt', { runs: [{ ...run, answers: { 'gru-form': 'reset-before' } }] }, /no doubt "gru-form"/],
  ];
  for (const [what, changes, message] of false_) it(`fails where it claims ${what}`, () => written(changes, path => assert.rejects(checkTruth(path), message)));
  it('passes as it is', () => written({}, async path => assert.ok((await checkTruth(path)).runs[0]!.maxError < 1e-6)));
});
