import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { outline } from '../../../src/source/index';
import type { Language } from '../../../src/source/outline';

const many = (count: number, line: (i: number) => string): string => Array.from({ length: count }, (_, i) => line(i)).join('');

/** What took seconds where each layer asked of the whole file again: many rows, long rows, classes with states of their own. */
const files: Readonly<Record<string, readonly [Language, string]>> = {
  'models in Keras': ['python', `from keras import Sequential, layers\n${many(900, i => `m${i} = Sequential()\nm${i}.add(layers.LSTM(8, stateful=True, input_shape=(3, 4)))\nm${i}.add(layers.Dense(2))\n`)}`],
  'layers of one model in TF.js': ['javascript', `import * as tf from '@tensorflow/tfjs'\nconst m = tf.sequential();\n${many(900, () => 'm.add(tf.layers.lstm({ units: 8, stateful: true, inputShape: [3, 4] }));\n')}`],
  'layers of one class': ['python', `import torch.nn as nn\nclass A(nn.Module):\n  def __init__(self):\n${many(600, i => `    self.r${i} = nn.GRU(8, 8, 2)\n`)}  def forward(self, x, h):\n${many(600, i => `    x, h = self.r${i}(x, h)\n    y = h.view(h.size(1), -1)\n`)}\nloss.backward()\n`],
  'classes that keep states': ['python', `import torch.nn as nn\n${many(300, i => `class A${i}(nn.Module):\n  def __init__(self):\n    self.rnn = nn.LSTM(4, 8)\n    self.h = None\n  def forward(self, x):\n    y, self.h = self.rnn(x, self.h)\n    return y\nm${i} = A${i}()\nfor x in b:\n  m${i}(x).sum().backward()\n`)}`],
};

describe('lint of files with hundreds of layers', () => {
  for (const [name, [language, text]] of Object.entries(files)) it(`${name}: well under the seconds that a walk a layer takes`, () => {
    const start = performance.now();
    const problems = outline(text, language).layers.flatMap(l => l.problems);
    const took = performance.now() - start;
    assert.ok(problems.length >= 300, `${problems.length} problems`);
    assert.ok(took < 6000, `${Math.round(took)} ms`);
  }).timeout(60_000);
});
