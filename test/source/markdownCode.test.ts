import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { outline } from '../../src/source/index';
import { compact } from './fixtures';

const read = (text: string): string[] => outline(text, 'markdown').layers.map(l => {
  assert.ok(/lstm|gru|rnn|make/i.test(text.slice(l.callee.from, l.callee.to)), text.slice(l.callee.from, l.callee.to));
  return compact(l);
});
const fence = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\`\n`;

describe('outline of Markdown', () => {
  it('reads fenced blocks by their language, with lines of the document', () => {
    const text = `# nn.LSTM(1, 2)\n\n${fence('python', 'import torch.nn as nn\nrnn = nn.LSTM(3, 4)')}\ntext nn.GRU(1, 2)\n\n${fence('js', 'const a = tf.layers.gru({ units: 5, inputShape: [2, 6] });')}`;
    assert.deepEqual(read(text), ['5:7 pytorch lstm rnn 3→4 params=144', '11:11 tfjs gru a 6→5 params=180']);
  });
  it('names of earlier blocks of the same language are known', () => {
    const text = `${fence('py', 'from torch import nn\nH = 7')}${fence('js', 'const H = 9;')}${fence('python', 'rnn = nn.GRU(2, H)')}${fence('js', 'tf.layers.lstm({ units: H, inputShape: [1, 1] })')}`;
    assert.deepEqual(read(text), ['9:7 pytorch gru rnn 2→7 params=231 {units: H}', '12:1 tfjs lstm - 1→9 params=396 {units: H}']);
  });
  it('a name that a later block binds anew counts as the block or those before it have it', () => {
    const text = `${fence('py', 'from torch import nn\nH = 7\na = nn.GRU(2, H)')}${fence('py', 'H = 8\nb = nn.GRU(2, H)')}`;
    assert.deepEqual(read(text).map(l => l.split(' ')[4]), ['2→7', '2→8']);
  });
  it('reads tabs apart: each with the blocks that are in all of them', () => {
    const tab = (mark: string, code: string): string => `\`\`\`{.python .input}\n${mark}\n${code}\n\`\`\`\n`;
    const text = [
      tab('%%tab torch', 'from torch import nn'), tab('%%tab jax', 'from flax import linen as nn'), tab('%%tab all', 'H = 8'),
      tab('%%tab torch', 'a = nn.LSTM(4, H)'), tab('%%tab jax', 'b = nn.LSTMCell(H)'), tab('%%tab torch, other', 'W = 3'), tab('#@tab torch', 'c = nn.GRU(4, W)'),
    ].join('\n');
    assert.deepEqual(read(text).map(l => l.split(' ').slice(1, 5).join(' ')), ['pytorch lstm a 4→8', 'flax lstmCell b ?→8', 'pytorch gru c 4→3']);
  });
  it('knows tildes, longer fences, attributes, quotations and lists', () => {
    const inner = 'nn.LSTM(1, 2)';
    const cases: readonly (readonly [string, string])[] = [
      [`~~~python\n${inner}\n~~~`, '2:1'], [`\`\`\`\`python\n\`\`\`\n${inner}\n\`\`\`\``, '3:1'], [`\`\`\`python title="a" {1,3}\n${inner}\n\`\`\``, '2:1'],
      [`\`\`\`{.python .numberLines}\n${inner}\n\`\`\``, '2:1'], [`\`\`\`{code-cell} ipython3\n${inner}\n\`\`\``, '2:1'], [`> \`\`\`py\n> ${inner}\n> \`\`\``, '2:3'],
      [`- item\n\n  \`\`\`python\n  if x:\n      ${inner}\n  \`\`\``, '5:7'], [`1. \`\`\`python\n   ${inner}\n   \`\`\``, '2:4'], [`\`\`\`python\n${inner}`, '2:1'],
      [`\`\`\`python\r\nx = 1\r\n${inner}\r\n\`\`\`\r\n`, '3:1'],
    ];
    for (const [text, at] of cases) assert.deepEqual(read(text).map(l => l.split(' ')[0]), [at], text);
  });
  it('reads what was typed in a session, and not what it printed', () => {
    assert.deepEqual(read(fence('python', '>>> rnn = nn.LSTM(\n...     3, 4)\nnn.GRU(1, 2)\n>>> print(rnn)')), ['2:11 pytorch lstm rnn 3→4 params=144']);
  });
  it('a block without a word is Python where its statements are', () => {
    for (const code of ['rnn = nn.LSTM(3, 4)', 'import torch.nn as nn\nnn.Sequential(nn.LSTM(3, 4))', '>>> nn.LSTM(3, 4)', 'sizes = {\n  "h": 4,\n}\nself.rnn = nn.LSTM(3, sizes["h"])']) {
      assert.deepEqual(read(fence('', code)).map(l => l.split(' ').slice(1, 3).join(' ')), ['pytorch lstm'], code);
    }
    const others = [
      'Net(\n  (rnn): LSTM(3, 4, batch_first=True)\n)', 'local rnn = nn.LSTM(3, 4)', 'rnn = nn.LSTM(3, 4)\nnet:add(rnn)', 'rnn = nn.LSTM(3, 4);', '$ python train.py\nrnn = nn.LSTM(3, 4)',
      'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    self.rnn = nn.LSTM(3, 4)', '-  rnn = nn.GRU(3, 4)\n+  rnn = nn.LSTM(3, 4)\n   a = nn.LSTM(3, 4)',
    ];
    for (const code of others) assert.deepEqual(read(fence('', code)), [], code);
  });
  it('reads TypeScript blocks with types', () => {
    assert.deepEqual(read(fence('ts', 'const n: number = 3 as number;\nconst a: tf.layers.Layer = tf.layers.lstm({ units: n, inputShape: [1, 1] });')), ['3:28 tfjs lstm a 1→3 params=60 {units: n}']);
  });
  it('leaves other languages, inline code and broken fences', () => {
    for (const text of [fence('text', 'nn.LSTM(1, 2)'), fence('', 'nn.LSTM(1, 2)'), '`nn.LSTM(1, 2)`', '```python nn.LSTM(1, 2)```', fence('r', 'nn.LSTM(1, 2)')]) assert.deepEqual(read(text), [], text);
  });
});
