/** Mentions of layers: `# name`, source, `==>`, and a line each: place, name, what it is, and the shape that a hint says. Titles with `js:` or `ts:` are in those languages. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { hintOf, valueMarkdown } from '../../src/source/describe/values';
import { outline } from '../../src/source/index';
import type { Language } from '../../src/source/outline';
import { readCases, writeCases, type Case } from './fixtures';

const path = 'test/source/mentions.txt';
const languageOf = ({ name }: Case): Language => name.startsWith('js:') ? 'javascript' : name.startsWith('ts:') ? 'typescript' : 'python';

function answer(c: Case): string {
  const lines = outline(c.source, languageOf(c)).layers.flatMap(l => (l.mentions ?? []).map(mention => {
    const { span: { from, to }, name, what, takes } = mention;
    assert.equal(c.source.slice(from, to), name);
    const before = c.source.slice(0, from).split('\n');
    const hint = takes ? hintOf(l, mention) : undefined;
    const hover = what === 'layer' ? '' : valueMarkdown(l, mention).split('\n').find(row => /^\| .*`/.test(row)) ?? 'no hover';
    return { from, text: [`${before.length}:${(before.at(-1)?.length ?? 0) + 1} ${name} is ${what} of ${l.line}`, hint && `: ${hint}`, takes && hover].filter(Boolean).join(' ') };
  }));
  return lines.sort((a, b) => a.from - b.from).map(l => l.text).join('\n');
}

describe('mentions of layers', () => {
  if (process.env['UPDATE']) writeCases(path, readCases(path).map(c => ({ ...c, expected: answer(c) })));
  for (const c of readCases(path)) it(c.name, () => { assert.equal(answer(c), c.expected); });
  it('has its cases', () => { assert.ok(readCases(path).length >= 25); });
});
