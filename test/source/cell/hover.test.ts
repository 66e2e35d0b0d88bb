/** What a hover says of a class that is a cell. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { cellMarkdown } from '../../../src/source/cell/describe';
import { outline } from '../../../src/source/index';

const hover = (source: string): string => (outline(source, 'python').cells ?? []).map(c => cellMarkdown(c, { line: n => `command:line?${n}` })).join('\n\n');
const fixture = (name: string): string => readFileSync(`test/fixtures/ownCells/${name}.py`, 'utf8');

describe('hover of a cell from code', () => {
  it('has equations, states, sizes, and where each parameter lies', () => {
    assert.equal(hover(fixture('functional')), [
      '### FunctionalCell',
      'a cell of PyTorch, as its code has it · states `h` · input size `input_size` · units `hidden = 6`',
      '```text\nr = σ(Wr x + Ur h + br)                reset gate\nz = σ(Wz x + Uz h + bz)                update gate\nn = tanh(Wn x + bn + r ⊙ (Un h + cn))  candidate\nh\' = (1 - z) ⊙ n + z ⊙ h               hidden state\n```',
      [
        '| tensor | shape | in the equations |', '|:--|:--|:--|',
        '| `weight_x` | `[3·hidden = 18, input_size]` | `Wr` `Wz` `Wn` |', '| `weight_h` | `[hidden = 6, 3·hidden = 18]` | `Ur` `Uz` `Un` |',
        '| `bias_x` | `[3·hidden = 18]` | `br` `bz` `bn` |', '| `bias_h` | `[3·hidden = 18]` | `br` `bz` `cn` |',
      ].join('\n'),
    ].join('\n\n'));
  });

  it('says what was left out, and no size that only a checkpoint knows', () => {
    const text = hover(fixture('keras/dense'));
    assert.match(text, /a cell of Keras, as its code has it · states `h` · units `units`\n/);
    assert.match(text, /\$\(info\) Dropout is left out/);
  });

  it('says the line and the reason where it was not read, with a link', () => {
    assert.equal(hover('import torch.nn as nn\nclass BadCell(nn.Module):\n    def forward(self, x, h):\n        return squash(x) + h\n'), [
      '### BadCell', '$(info) The equations of this cell cannot be read\\. [Line 4](command:line?4): squash is not known here\\. Write it in this file, or by functions of the framework\\.',
    ].join('\n\n').replace(/\\\.$/, '.'));
  });

  it('shows no markup of the code', () => {
    const text = hover('import torch.nn as nn\nclass EvilCell(nn.Module):\n    def forward(self, x, h):\n        return h + ["[a](command:x)$(bug)"](x)\n');
    assert.doesNotMatch(text, /\]\(command:x\)|\$\(bug\)/);
    assert.match(text, /EvilCell/);
  });
});
