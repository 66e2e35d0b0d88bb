import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { Language } from '../../src/source/outline';
import { answer, readCases, titledLanguage, writeCases, type Case } from './fixtures';

const file = 'test/source/tfjs.txt';
const languageOf = (c: Case): Language => titledLanguage(c) ?? 'javascript';

describe('outline of TensorFlow.js', () => {
  if (process.env['UPDATE']) writeCases(file, readCases(file).map(c => ({ ...c, expected: answer(c, languageOf(c)) })));
  for (const c of readCases(file)) it(`${file}: ${c.name}`, () => { assert.equal(answer(c, languageOf(c)), c.expected); });
  it('has its cases', () => { assert.ok(readCases(file).length >= 45); });
});
