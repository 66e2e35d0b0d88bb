import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { gitignoreRules, ignoring, prunable, settingRules } from '../src/ignored';

/** Patterns, and paths that they leave out (`-`) or let through (`+`). What git says of each was taken from `git check-ignore`. */
const cases: readonly (readonly [string, readonly string[]])[] = [
  ['*.py', ['-a.py', '-deep/er/a.py', '+a.pyi']],
  ['build', ['-build', '-build/a.py', '-src/build/a.py', '+builds/a.py']],
  ['build/', ['+build', '-build/a.py', '-src/build/a.py']],
  ['/build', ['-build/a.py', '+src/build/a.py']],
  ['src/build', ['-src/build/a.py', '+other/src/build/a.py']],
  ['doc/*.txt', ['-doc/notes.txt', '+doc/server/arch.txt']],
  ['**/logs', ['-logs/a.py', '-x/logs/a.py']],
  ['logs/**', ['-logs/a.py', '-logs/x/a.py', '+x/logs/a.py']],
  ['a/**/b', ['-a/b', '-a/x/b', '-a/x/y/b', '+a/xb']],
  ['*.log\n!keep.log', ['-a.log', '+keep.log', '+x/keep.log']],
  ['out/\n!out/keep.py', ['-out/keep.py']],
  ['file?.py', ['-file1.py', '+file10.py', '+file.py']],
  ['[a-c].py', ['-b.py', '+d.py']],
  ['[!a-c].py', ['+b.py', '-d.py']],
  ['# words\n\n\\#real\n\\!also', ['-#real', '-!also', '+words']],
  ['trailing.py   ', ['-trailing.py']],
  ['a{b,c}.py', ['-a{b,c}.py', '+ab.py']],
  ['a.b(c)+', ['-a.b(c)+', '+axb(c)']],
];

describe('what git ignores', () => {
  for (const [text, paths] of cases) it(JSON.stringify(text), () => {
    const isOut = ignoring(gitignoreRules(text));
    assert.deepEqual(paths.map(p => `${isOut(p.slice(1)) ? '-' : '+'}${p.slice(1)}`), paths);
  });

  it('counts from the folder where the file lies, and the deeper file has the last word', () => {
    const isOut = ignoring([...gitignoreRules('*.py'), ...gitignoreRules('!/a.py\nx/', 'sub')]);
    assert.deepEqual(['a.py', 'sub/a.py', 'sub/b/a.py', 'sub/x/a.ts', 'x/a.ts'].map(isOut), [true, false, true, true, false]);
  });

  it('is not troubled by patterns that are none', () => {
    assert.equal(ignoring(gitignoreRules('[z-a].py\n[\n/\n!\n\\\n*.pt'))('a.pt'), true);
  });

  it('tells which folders need not be entered', () => {
    assert.deepEqual(prunable('data/\n/out/\n*.pt\n# words\nsub/data/'), ['**/data/**', 'out/**']);
    assert.deepEqual(prunable('data/\n!data/keep/'), []);
  });
});

describe('patterns of settings', () => {
  it('know braces', () => {
    const isOut = ignoring(settingRules(['**/*.{py,ipynb}', 'a{b,c{d,e}}.ts', '', '{']));
    assert.deepEqual(['x/a.py', 'a.ipynb', 'ab.ts', 'ace.ts', 'ac.ts', 'a.js'].map(isOut), [true, true, true, true, false, false]);
  });
});
