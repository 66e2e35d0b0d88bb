import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { parser } from '@lezer/python';
import { newMemory, outline } from '../../src/source/index';
import { readPython } from '../../src/source/python/read';
import { largeFiles } from './largeFiles';

/** A file of 5,000 lines as people write them: a hundred classes with layers, constants and other calls. */
function large(): string {
  const body = Array.from({ length: 36 }, (_, i) => `        x${i} = self.fc(torch.relu(x + ${i}), dim=-1).view(x.size(0), ${i})`).join('\n');
  const one = (k: number): string => `H${k} = ${k + 8}\n\nclass Model${k}(nn.Module):\n    """Docs of ${k}."""\n    def __init__(self, inputs=4, layers=2):\n        super().__init__()\n        self.rnn = nn.LSTM(inputs, H${k}, layers)\n        self.fc = nn.Linear(H${k}, 2)\n\n    def forward(self, x):\n${body}\n        return x\n\n`;
  return `import torch\nfrom torch import nn\n\n${Array.from({ length: 103 }, (_, k) => one(k)).join('')}`;
}

describe('speed of outlines', () => {
  it('5,000 lines take tens of milliseconds, an edit of them less (printed; the bound is for slow machines)', () => {
    const text = large();
    const time = (f: () => void): number => { const start = process.cpuUsage(); f(); return process.cpuUsage(start).user / 1000; };
    const fresh = Array.from({ length: 4 }, () => time(() => { assert.equal(outline(text, 'python').layers.length, 103); }));
    const memory = newMemory();
    outline(text, 'python', memory);
    const edits = Array.from({ length: 8 }, (_, i) => time(() => { outline(text.replace('H50 = 58', `H50 = ${i}`), 'python', memory); }));
    console.log(`        ${text.split('\n').length} lines: ${Math.min(...fresh).toFixed(0)} ms, after an edit ${Math.min(...edits).toFixed(0)} ms, first time ${fresh[0]?.toFixed(0)} ms (CPU)`);
    assert.ok(Math.min(...fresh) < 1000);
    // By ratio, whatever the machine: an edit parses only what changed.
    assert.ok(Math.min(...edits) < 0.6 * Math.min(...fresh), `an edit takes ${Math.min(...edits).toFixed(0)} ms, all of it ${Math.min(...fresh).toFixed(0)} ms`);
  });
  it('walking a tree that is parsed costs less than parsing it: nothing in a file is read twice', () => {
    const text = large();
    const time = (f: () => void): number => { const start = process.cpuUsage(); f(); return process.cpuUsage(start).user / 1000; };
    const parsed = Array.from({ length: 5 }, () => time(() => { parser.parse(text); }));
    const memory = newMemory();
    readPython(text, memory);
    const walked = Array.from({ length: 8 }, (_, i) => time(() => { readPython(text.replace('H50 = 58', `H50 = ${i}`), memory); }));
    assert.ok(Math.min(...walked) < 0.5 * Math.min(...parsed), `reading after an edit takes ${Math.min(...walked).toFixed(0)} ms, parsing all ${Math.min(...parsed).toFixed(0)} ms`);
  });
  it('an edit in one of many functions or classes costs a part of reading all, in every language and framework', () => {
    const time = (f: () => void): number => { const start = process.cpuUsage(); f(); return process.cpuUsage(start).user / 1000; };
    for (const { name, language, text, layers, edits, apart } of largeFiles()) {
      const typed = edits['a number typed'];
      assert.ok(typed);
      outline(text, language);
      const fresh = Math.min(...Array.from({ length: 4 }, () => time(() => { assert.equal(outline(text, language).layers.length, layers, name); })));
      const memory = newMemory();
      outline(text, language, memory);
      const after = Math.min(...Array.from({ length: 6 }, (_, i) => time(() => { outline(typed(i), language, memory); })));
      const most = apart ? 0.5 : 0.9;
      assert.ok(after < most * fresh, `${name}: an edit takes ${after.toFixed(0)} ms, all of it ${fresh.toFixed(0)} ms`);
    }
  }).timeout(120_000);
});
