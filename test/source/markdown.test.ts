import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe as describeLayer } from '../../src/source/describe/layer';
import { outline } from '../../src/source/index';
import { codeBlock, codeSpan, escapeMarkdown, markdown } from '../../src/source/describe/markdown';
import type { LayerSpec } from '../../src/source/outline';

const hostile = ['](command:evil)', '[a](command:evil?%5B%5D)', '<img src=x onerror=alert(1)>', '$(trash)', '`` ` ```', '| x | y |', 'a\n\n# b', '```\n# out\n```', '~~~', '![x](http://e.x/y.png)', '&lt;b&gt;', 'http://evil.example', '<!-- -->', '\\', '**b**', 'x\u2028y'];

const [base] = outline('class A:\n  def f(self):\n    self.x = nn.LSTM(1, 2)', 'python').layers as [LayerSpec];

/** A spec whose every text from the source is hostile. */
function poisoned(text: string): LayerSpec {
  return {
    ...base, name: text, owner: text, inputSize: null, units: null, layers: null, projection: null, cell: text.length % 2 ? null : 'lstm',
    symbols: { inputSize: text, units: text, layers: text, projection: text, cell: text, batchFirst: text, dropout: text }, batchFirst: null,
    assumed: ['units', text], options: { activation: text, mergeMode: text, nonlinearity: text },
    problems: [{ code: 'x', severity: 'warning', message: `\`${text.replaceAll('`', "'")}\` is wrong`, span: { from: 0, to: 1 }, line: 3 }],
  };
}

/** What is left of Markdown when code and escapes are taken out: only our own marks. */
function bare(text: string): string {
  return text.replace(/^(`{3,}|~{3,})text\n[\s\S]*?\n\1$/gm, 'BLOCK').replace(/\\[\s\S]|(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, 'E');
}

describe('markdown from hostile source text', () => {
  for (const text of hostile) {
    for (const framework of ['pytorch', 'keras'] as const) {
      it(`stays text: ${JSON.stringify(text)} (${framework})`, () => {
        const result = markdown(describeLayer({ ...poisoned(text), framework }), { line: n => `file:x#${n}` });
        const left = bare(result);
        assert.deepEqual(left.match(/\]\([^)]*\)/g) ?? [], ['](file:x#3)']);
        assert.ok(!/<[a-z!/]/i.test(left), left);
        assert.deepEqual((left.match(/\$\([^)]*\)/g) ?? []).filter(i => i !== '$(warning)' && i !== '$(info)'), []);
        assert.ok(!/\$\((?!warning\)|info\))/.test(result.replace(/\\\$/g, '')), 'an icon in code');
        assert.equal((left.match(/^#/gm) ?? []).length, 1);
        assert.ok(!left.includes('!['));
        for (const row of result.split('\n').filter(l => l.startsWith('|'))) assert.equal(row.replace(/\\\|/g, '').split('|').length, 5, row);
      });
    }
  }

  it('code spans and blocks cannot be left', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('`', ' ', 'a', '$', '(', '\n', '\\', '~') }), text => {
      const span = codeSpan(text);
      const fence = /^`*/.exec(span)?.[0] ?? '';
      if (text !== '') assert.ok(!span.slice(fence.length, -fence.length).split(/[^`]+/).includes(fence), span);
      const lines = codeBlock([text]).split('\n');
      assert.equal(lines.length, 3);
      assert.ok(!(lines[1] ?? '').includes(lines[2] ?? ''));
    }), { seed: 11 });
  });

  it('escaped text is one line without a bare mark', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'[]()<>!`*_$#|&~\\:@. a\n') }), text => {
      assert.match(escapeMarkdown(text), /^(\\[\\`*_{}[\]()#+\-.!|~$:@=^]|&(amp|lt|gt);|[ a])*$/);
    }), { seed: 12 });
  });

  it('line links and actions cannot break out of their brackets', () => {
    const result = markdown(describeLayer({ ...base, problems: [{ code: 'x', severity: 'info', message: 'm', span: { from: 900, to: 901 }, line: 7 }] }),
      { line: () => 'file:///a (b).py', actions: [{ label: 'a](command:x)', icon: 'pulse) x', url: 'command:y?["(z)"]' }] });
    assert.ok(result.includes('[Line 7](file:///a%20%28b%29.py)'), result);
    assert.ok(result.includes('[$(pulsex) a\\]\\(command\\:x\\)](command:y?["%28z%29"])'), result);
  });

  it('stays under 8 kB, whatever the source', () => {
    for (const text of [...hostile, 'x'.repeat(5000), '`'.repeat(5000), '$('.repeat(3000)]) {
      const many = Array.from({ length: 50 }, () => poisoned(text).problems[0] as LayerSpec['problems'][number]);
      const size = new TextEncoder().encode(markdown(describeLayer({ ...poisoned(text), problems: many }), {})).length;
      assert.ok(size < 8192, `${size} bytes for ${text.slice(0, 20)}`);
    }
  });
});
