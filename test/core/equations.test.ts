import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { EquationError, parse, print } from '../../src/core/equations';

interface Case { readonly name: string; readonly source: string; readonly expected: readonly string[] }

/** Lines up to the next `# name`; `\#`, `\r` and `\n` are escapes. */
function readCases(text: string): Case[] {
  return text.split(/^# /m).slice(1).filter(part => part.includes('\n==>\n')).map(part => {
    const [name = '', ...lines] = part.split('\n');
    const arrow = lines.indexOf('==>');
    const source = lines.slice(0, arrow).join('\n').replaceAll('\\#', '#').replaceAll('\\r', '\r').replaceAll('\\n', '\n');
    return { name, source: `${source}\n`, expected: lines.slice(arrow + 1).filter(l => l.trim() !== '') };
  });
}

const cases = readCases(readFileSync('test/core/equations.txt', 'utf8'));

describe('equation text', () => {
  it('has its cases', () => { assert.ok(cases.length >= 54, `${cases.length} cases`); });
  for (const { name, source, expected } of cases) {
    if (expected[0]?.startsWith('error ')) it(`refuses: ${name}`, () => { refuses(source, expected[0]!); });
    else it(`reads: ${name}`, () => { reads(source, expected); });
  }
  it('stops at absurd text instead of overflowing', () => {
    for (const text of [`h' = ${'('.repeat(5000)}x`, `h' = ${'-'.repeat(5000)}x`, `h' = ${'A '.repeat(5000)}x`, `h' = x${' + x'.repeat(4000)}`, `h' = x${' '.repeat(30_000)}`]) {
      assert.throws(() => parse(text), EquationError);
    }
  });
});

function refuses(source: string, expected: string): void {
  const [, line, column, message] = /^error (\d+):(\d+) (.+)$/.exec(expected) ?? assert.fail(`not a case: ${expected}`);
  try {
    parse(source);
  } catch (error) {
    assert.ok(error instanceof EquationError, String(error));
    assert.ok(error.message.includes(message!), error.message);
    assert.equal(`${error.line}:${error.column}`, `${line}:${column}`, error.message);
    return;
  }
  assert.fail('it was accepted');
}

function reads(source: string, expected: readonly string[]): void {
  const program = parse(source);
  const text = expected.filter(l => !l.startsWith('| '));
  const facts = expected.filter(l => l.startsWith('| ')).map(l => l.slice(2));
  assert.equal(print(program), text.join('\n'));
  assert.equal(print(parse(print(program))), text.join('\n'), 'printing again');
  assert.deepEqual(parse(print(program)).nodes, program.nodes, 'nodes of what was printed');
  const all = [
    program.signals.map(s => `${s.name} ${s.kind}`).join(', '),
    program.parameters.map(p => p.name).join(' '),
    `output ${program.output}`,
  ];
  if (facts.length > 0) assert.deepEqual(all, facts);
}
