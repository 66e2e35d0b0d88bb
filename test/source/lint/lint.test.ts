/** Each rule: a file of cases `# fires: …`, `# silent: …`, `# fix: …` (the first fix made) and `# fix 2: …`. UPDATE=1 rewrites what is expected. */
import { parser as javascript } from '@lezer/javascript';
import { parser as python } from '@lezer/python';
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { outline } from '../../../src/source/index';
import { applied } from '../../../src/source/lint/edits';
import { silencing } from '../../../src/source/lint/ignore';
import { rules } from '../../../src/source/lint/index';
import type { Language, Problem } from '../../../src/source/outline';
import { readCases, writeCases, type Case } from '../fixtures';

/** Code of TF.js says so in its first line. */
const languageOf = (source: string): Language => /^import .*tensorflow\/tfjs'/.test(source) ? 'javascript' : 'python';
const problems = (source: string, code: string): Problem[] => outline(source, languageOf(source)).layers.flatMap(l => l.problems).filter(p => p.code === code);

/** Places where a text does not parse. */
function errors(source: string): number {
  let count = 0;
  (languageOf(source) === 'python' ? python : javascript).parse(source).iterate({ enter: n => { if (n.type.isError) count++; } });
  return count;
}

/** `6 out[:, -1]: message`, one line a finding; of a fix the whole text after it. */
function answer({ name, source }: Case, code: string): string {
  const found = problems(source, code);
  const which = /^fix(?: (\d))?:/.exec(name);
  if (which) return applied(source, found.flatMap(p => p.fixes?.[Number(which[1] ?? 1) - 1]?.edits ?? []));
  return found.map(p => `${p.line} ${source.slice(p.span.from, p.span.to).replace(/\s+/g, ' ').slice(0, 60)} | ${p.severity}: ${p.message}`).join('\n');
}

describe('lint rules', () => {
  for (const { code, frameworks } of rules) {
    const path = `test/source/lint/${code}.txt`;
    if (!existsSync(path)) { it(`${code}: has its cases`, () => { assert.fail(`${path} is missing`); }); continue; }
    if (process.env['UPDATE']) writeCases(path, readCases(path).map(c => ({ ...c, expected: answer(c, code).trim() })));
    const cases = readCases(path);

    for (const c of cases) it(`${code}: ${c.name}`, () => {
      assert.equal(answer(c, code).trim(), c.expected);
      if (c.name.startsWith('fires')) assert.notEqual(c.expected, '', 'should fire');
      if (c.name.startsWith('silent')) assert.equal(c.expected, '', 'should be silent');
      if (c.name.startsWith('fix')) {
        assert.ok(problems(c.source, code).length > 0, 'nothing to fix');
        assert.deepEqual(problems(c.expected, code), [], 'the problem is still there');
      }
    });

    it(`${code}: three cases that fire, three that are silent, and every fix`, () => {
      const count = (kind: string): number => cases.filter(c => c.name.startsWith(kind)).length;
      assert.ok(count('fires') >= 3 && count('silent') >= 3, `${count('fires')} fire, ${count('silent')} are silent`);
      const fixes = Math.max(0, ...cases.map(c => Math.max(0, ...problems(c.source, code).map(p => p.fixes?.length ?? 0))));
      for (let k = 1; k <= fixes; k++) assert.ok(cases.some(c => c.name.startsWith(k === 1 ? 'fix:' : `fix ${k}:`)), `fix ${k} has no case`);
    });

    it(`${code}: every fix of every case parses, and there is one problem less`, () => {
      for (const { name, source } of cases) for (const p of problems(source, code)) for (const { title, edits } of p.fixes ?? []) {
        const after = applied(source, edits);
        assert.ok(errors(after) <= errors(source), `${name}: ${title}\n${after}`);
        assert.ok(problems(after, code).length < problems(source, code).length, `${name}: ${title}\n${after}`);
      }
    });

    it(`${code}: three of each in every language that it speaks of`, () => {
      for (const framework of frameworks.filter(f => f === 'tfjs')) for (const kind of ['fires', 'silent']) {
        const count = cases.filter(c => c.name.startsWith(kind) && languageOf(c.source) === 'javascript').length;
        assert.ok(count >= 3, `${framework}: ${count} ${kind}`);
      }
    });

    it(`${code}: has a page`, () => {
      const page = readFileSync(`docs/rules/${code}.md`, 'utf8');
      assert.ok(page.startsWith(`# ${code}\n`));
      for (const part of ['## Why', '## Example', '## Source']) assert.ok(page.includes(part), part);
      assert.ok(page.length < 4000, 'a page is short');
    });
  }

  it('every file of cases and every page has its rule', () => {
    const codes = new Set(rules.map(r => r.code));
    assert.equal(codes.size, rules.length);
    const files = [...readdirSync('test/source/lint').filter(f => f.endsWith('.txt')), ...readdirSync('docs/rules')].map(f => f.replace(/\.\w+$/, ''));
    assert.deepEqual(files.filter(f => !codes.has(f) && f !== 'README'), []);
  });

  it('the manifest has a setting for each, with its default severity', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { contributes: { configuration: { properties: Record<string, { properties?: Record<string, { enum: string[]; default: string }> }> } } };
    const known = manifest.contributes.configuration.properties['gatescope.lint.rules']?.properties ?? {};
    assert.deepEqual(Object.entries(known).map(([code, p]) => [code, p.default]).sort(), rules.map(r => [r.code, r.severity]).sort());
  });
});

describe('comments that silence a rule', () => {
  const call = 'rnn = nn.LSTM(4, 8, dropout=0.5)';
  const codes = (source: string): string[] => outline(source, 'python').layers.flatMap(l => l.problems).filter(p => p.severity === 'warning').map(p => p.code);

  it('silence what they name, or all', () => {
    assert.deepEqual(codes(call), ['dropout-single-layer']);
    for (const comment of ['ignore', 'ignore[dropout-single-layer]', 'ignore[a, dropout-single-layer]']) assert.deepEqual(codes(`${call}  # gatescope: ${comment}`), [], comment);
    assert.deepEqual(codes(`${call}  # gatescope: ignore[forget-bias]`), ['dropout-single-layer']);
    assert.deepEqual(codes(`# gatescope: ignore\n${call}`), ['dropout-single-layer']);
  });

  it('stand on the first or the last line of a call', () => {
    assert.deepEqual(codes('rnn = nn.LSTM(  # gatescope: ignore\n  4, 8,\n  dropout=0.5)'), []);
    assert.deepEqual(codes('rnn = nn.LSTM(\n  4, 8,\n  dropout=0.5)  # gatescope: ignore'), []);
  });

  it('are written by an edit, and added to', () => {
    for (const source of [call, `${call}\n`, `${call}\r\nx = 1`, `${call}  # gatescope: ignore[forget-bias]`, `${call}  # a note`, 'rnn = nn.LSTM(\n  4, 8,\n  dropout=0.5)']) {
      const [p] = problems(source, 'dropout-single-layer');
      const edit = p && silencing(source, p.span, p.code);
      assert.ok(edit, source);
      assert.deepEqual(codes(applied(source, [edit])), [], applied(source, [edit]));
    }
    assert.equal(silencing('x = \\\n 3', { from: 0, to: 3 }, 'a'), undefined);
  });
});
