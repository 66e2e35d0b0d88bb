/** Cells that cannot be read say the line and the reason; broken code never throws. UPDATE=1 rewrites what is expected. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { english } from '../../../src/core/said';
import { random } from '../../../src/core/random';
import { isRead } from '../../../src/source/cell/spec';
import { outline } from '../../../src/source/index';
import { readCases, writeCases } from '../fixtures';

const path = 'test/source/cell/unread.txt';

const answer = (source: string): string =>
  (outline(source, 'python').cells ?? []).map(c => (isRead(c) ? c.equations : `${c.name} ${c.whyLine}: ${english(c.why)}`)).join('\n');

describe('cells that cannot be read', () => {
  const cases = readCases(path);
  if (process.env.UPDATE) writeCases(path, cases.map(c => ({ ...c, expected: answer(c.source) })));
  for (const { name, source, expected } of readCases(path)) it(name, () => { assert.equal(answer(source), expected); });

  it('never throws on code with pieces missing (seed 61)', () => {
    const next = random(61);
    for (const name of ['fused', 'separate', 'functional', 'peephole', 'layerNorm', 'nested', 'inherited', 'built', 'yz', 'keras/sliced', 'keras/tensorflow', 'keras/reservoir', 'keras/rows', 'keras/derived', 'flax/compact', 'flax/params']) {
      const text = readFileSync(`test/fixtures/ownCells/${name}.py`, 'utf8');
      for (let k = 0; k < 15; k++) {
        const from = Math.floor(next.uniform() * text.length), to = from + 1 + Math.floor(next.uniform() * 30);
        const { problems, cells = [] } = outline(text.slice(0, from) + text.slice(to), 'python');
        assert.ok(!cells.some(c => !isRead(c) && english(c.why) === 'this code is not understood'), `${name}, ${from} to ${to}: an error was thrown`);
        assert.ok(!problems.some(p => p.code === 'unreadable'), `${name}, ${from} to ${to}: ${problems.map(p => p.message).join()}`);
      }
    }
  });
});
