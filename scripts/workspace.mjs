// Tests open a copy, so that what they write (bindings, edited code) never lands in the repository.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** Copies a folder to a temporary one and answers its path; an empty or missing folder gets one small model to open. */
export function copyOf(folder) {
  const copy = mkdtempSync(join(tmpdir(), 'gatescope-workspace-'));
  if (existsSync(folder)) cpSync(folder, copy, { recursive: true });
  if (readdirSync(copy).length === 0) writeFileSync(join(copy, 'model.py'), 'from torch import nn\n\nlstm = nn.LSTM(27, 48)\n');
  return copy;
}

/** A model with a graph before its layer, and a recording for it. */
const SPEECH = ['node_modules/@ricky0123/vad-web/dist/silero_vad_v5.onnx', 'test/fixtures/files/onnxGraphs/speech.wav'];

/** The examples as the in-host suite opens them, with a folder `speech` more. */
export function hostWorkspace() {
  const copy = copyOf('examples');
  mkdirSync(join(copy, 'speech'));
  for (const file of SPEECH) cpSync(file, join(copy, 'speech', basename(file)));
  return copy;
}

/** The examples, and 10,000 files of code more: one in twenty has a layer, and as many again lie in a folder that git ignores. */
export function benchWorkspace() {
  const copy = hostWorkspace();
  const plain = k => `"""Module ${k}."""\nimport os\n\n${Array.from({ length: 60 }, (_, n) => `def step_${n}(value):\n    return value * ${k} + ${n}\n`).join('\n')}`;
  const layer = k => `import torch.nn as nn\n\n\nclass Model${k}(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.rnn = nn.GRU(${4 + k % 60}, ${8 + k % 120})\n`;
  for (let k = 0; k < 10_000; k++) {
    const folder = join(copy, 'many', String(Math.floor(k / 100)));
    if (k % 100 === 0) mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `file${k}.${k % 10 === 9 ? 'js' : 'py'}`), k % 20 === 0 ? layer(k) : k % 10 === 9 ? `export const value${k} = ${k};\n` : plain(k));
  }
  mkdirSync(join(copy, 'ignored'));
  for (let k = 0; k < 500; k++) writeFileSync(join(copy, 'ignored', `file${k}.py`), layer(k));
  writeFileSync(join(copy, '.gitignore'), 'ignored/\n');
  return copy;
}
