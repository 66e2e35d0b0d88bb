import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { answer, readCases, writeCases } from './fixtures';

const files = ['pytorch', 'folding', 'keras', 'broken'].map(name => `test/source/${name}.txt`);

describe('outline of text fixtures', () => {
  for (const file of files) {
    const cases = readCases(file);
    if (process.env['UPDATE']) writeCases(file, cases.map(c => ({ ...c, expected: answer(c) })));
    for (const c of readCases(file)) it(`${file}: ${c.name}`, () => { assert.equal(answer(c), c.expected); });
  }
  it('has its cases', () => { assert.ok(files.flatMap(readCases).length >= 140); });
});
