import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { english, type Said } from '../../src/core/said';
import { sparkline, wordsOf, type Run } from '../../src/host/sparkline';
import { describe as describeLayer } from '../../src/source/describe/layer';
import { outline } from '../../src/source/index';
import { markdown } from '../../src/source/describe/markdown';
import type { Language, LayerSpec, Mention } from '../../src/source/outline';
import { hintOf, valueMarkdown } from '../../src/source/describe/values';

const layersOf = (source: string, language: Language = 'python'): readonly LayerSpec[] => outline(source, language).layers;
const inClass = (init: string, body: string, args = 'x'): string => `import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
class A(nn.Module):
    def __init__(self, hidden=32, flag=False):
        ${init}
    def forward(self, ${args}):
        ${body.replaceAll('\n', '\n        ')}
`;

/** Hints as they stand in the line: `out: (N, T, 16)`. */
function hints(source: string): string[] {
  return layersOf(source).flatMap(l => (l.mentions ?? []).flatMap(m => {
    assert.equal(source.slice(m.span.from, m.span.to), m.name);
    const hint = hintOf(l, m);
    return hint === undefined ? [] : [`${m.name}: ${hint}`];
  }));
}

describe('inlay hints', () => {
  const cases: Readonly<Record<string, readonly [source: string, expected: readonly string[]]>> = {
    'output and states': [inClass('self.rnn = nn.LSTM(4, 8, 2, bidirectional=True, batch_first=True)', 'out, (h, c) = self.rnn(x)'), ['out: (N, T, 16)', 'h: (4, N, 8)', 'c: (4, N, 8)']],
    'states in one': [inClass('self.rnn = nn.LSTM(4, 8)', 'out, states = self.rnn(x)\nout, _ = self.rnn(out)'), ['out: (T, N, 8)', 'states: 2 × (1, N, 8)', 'out: (T, N, 8)']],
    'projection': [inClass('self.rnn = nn.LSTM(4, 8, proj_size=3)', 'out, (h, c) = self.rnn(x)'), ['out: (T, N, 3)', 'h: (1, N, 3)', 'c: (1, N, 8)']],
    'a parameter stays a name': [inClass('self.rnn = nn.GRU(4, hidden)', 'out, h = self.rnn(x)'), ['out: (T, N, hidden)', 'h: (1, N, hidden)']],
    'a cell': [inClass('self.cell = nn.LSTMCell(4, 8)', 'h, c = self.cell(x)'), ['h: (N, 8)', 'c: (N, 8)']],
    'none for the order that a parameter decides': [inClass('self.rnn = nn.GRU(4, 8, batch_first=flag)', 'out, h = self.rnn(x)'), ['h: (1, N, 8)']],
    'none for what is packed': [inClass('self.rnn = nn.GRU(4, 8)', 'p = pack_padded_sequence(x, n)\nout, h = self.rnn(p)', 'x, n'), ['h: (1, N, 8)']],
    'none for directions that are not known': [inClass('self.rnn = nn.GRU(4, 8, bidirectional=flag)', 'out, h = self.rnn(x)'), []],
    'none after a splat': [inClass('self.rnn = nn.GRU(**kw)', 'out, h = self.rnn(x)'), []],
    'none for one of two layers': [inClass('self.rnn = nn.GRU(4, 8)\n        if flag: self.rnn = nn.GRU(4, 9)', 'out, h = self.rnn(x)'), []],
    'Keras': ['from keras.layers import *\ny = LSTM(8, return_sequences=True)(x)\nz, h, c = LSTM(5, return_state=True)(y)\nw = Bidirectional(GRU(3))(y)', ['y: (N, T, 8)', 'z: (N, 5)', 'h: (N, 5)', 'c: (N, 5)', 'w: (N, 6)']],
    'Keras, both directions with states': ['from keras.layers import *\nz, h, c, a, b = Bidirectional(LSTM(5, return_state=True))(y)', ['z: (N, 10)', 'h: (N, 5)', 'c: (N, 5)', 'a: (N, 5)', 'b: (N, 5)']],
    'none where Keras is told elsewhere what to give': ['from keras.layers import *\ndef f(every):\n    y = LSTM(8, return_sequences=every)(x)', []],
    'Flax': ['import flax.linen as nn\nrnn = nn.RNN(nn.LSTMCell(8))\ny = rnn(x)', ['y: (N, T, 8)']],
  };
  for (const [name, [source, expected]] of Object.entries(cases)) it(name, () => { assert.deepEqual(hints(source), expected); });
});

const bundle = JSON.parse(readFileSync('l10n/bundle.l10n.pt-br.json', 'utf8')) as Readonly<Record<string, string>>;
const portuguese = (said: Said): string => english({ text: bundle[said.text] ?? `NOT TRANSLATED: ${said.text}`, values: said.values.map(v => typeof v === 'object' ? portuguese(v) : v) });

function golden(name: string, text: string): void {
  const path = `test/source/golden/${name.replace(/\W+/g, '-')}.md`;
  if (process.env['UPDATE']) writeFileSync(path, `${text}\n`);
  assert.ok(existsSync(path), `${path} is missing; UPDATE=1 writes it`);
  assert.equal(`${text}\n`, readFileSync(path, 'utf8'));
}

const values = inClass('self.rnn = nn.LSTM(4, 8, 2, bidirectional=True, batch_first=True)\n        self.cell = nn.GRUCell(4, 8)', 'p = pack_padded_sequence(x, n)\npacked, (h, c) = self.rnn(p)\nout, states = self.rnn(x)\ns = self.cell(x[0])\nreturn out[:, -1], h[-1]', 'x, n');
const mentionsOf = (source: string): readonly { readonly spec: LayerSpec; readonly mention: Mention }[] => layersOf(source).flatMap(spec => (spec.mentions ?? []).map(mention => ({ spec, mention })));

describe('hovers over values', () => {
  const of = (name: string): { readonly spec: LayerSpec; readonly mention: Mention } => mentionsOf(values).find(v => v.mention.name === name)!;
  for (const name of ['out', 'packed', 'h', 's']) {
    it(`golden: ${name}`, () => { golden(`value-${name}`, valueMarkdown(of(name).spec, of(name).mention, { line: n => `file:///m.py#${n}` })); });
    it(`golden, in Portuguese: ${name}`, () => { golden(`value-${name}-pt`, valueMarkdown(of(name).spec, of(name).mention, { tell: portuguese })); });
  }
  it('the variable that holds a layer is known where it is given, called and used', () => {
    const source = inClass('self.rnn = nn.GRU(4, 8)', 'self.rnn.flatten_parameters()\nout, h = self.rnn(x)\nreturn out');
    assert.deepEqual(mentionsOf(source).filter(v => v.mention.what === 'layer').map(v => v.mention.span.from).sort((a, b) => a - b), [...source.matchAll(/self\.rnn/g)].map(m => m.index));
  });
  it('in Markdown, places count in the whole text; in a notebook, those of other cells are left out', () => {
    const block = 'rnn = nn.GRU(4, 8)\nout, h = rnn(x)';
    const text = `# A\n\n\`\`\`python\nimport torch.nn as nn\n${block}\n\`\`\`\n`;
    for (const { mentions = [] } of layersOf(text, 'markdown')) for (const { span, name } of mentions) assert.equal(text.slice(span.from, span.to), name);
    assert.equal(layersOf(text, 'markdown')[0]?.mentions?.length, 4);
  });
});

describe('hovers in Portuguese', () => {
  const cases: Readonly<Record<string, readonly [source: string, language?: Language]>> = {
    'pt pytorch': ['import torch.nn as nn\nx = nn.LSTM(64, 1280, num_layers=2, bidirectional=True, batch_first=True)'],
    'pt keras': ['from keras.layers import GRU\nx = GRU(16, reset_after=True, return_state=True)'],
    'pt tfjs': ["import * as tf from '@tensorflow/tfjs';\nconst x = tf.layers.lstm({ units: 8, inputShape: [5, 3] });", 'javascript'],
    'pt flax': ['from flax import linen as nn\nx = nn.RNN(nn.LSTMCell(128), return_carry=True)'],
    'pt haiku': ['import haiku as hk\nx = hk.GRU(7)'],
    'pt symbols': ['import torch.nn as nn\nx = nn.GRU(units, shape, layers, batch_first=flag)'],
  };
  for (const [name, [source, language]] of Object.entries(cases)) it(`golden: ${name}`, () => {
    const text = layersOf(source, language).map(l => markdown(describeLayer(l, portuguese), { tell: portuguese })).join('\n\n');
    assert.ok(text.length > 100 && !text.includes('NOT TRANSLATED'), text);
    golden(name, text);
  });
});

describe('the picture of the last run', () => {
  const run: Run = {
    units: 8, inputSize: 4, steps: 24_000, layer: 'lstm', invented: true, top: 1, bottom: 0,
    lines: ['i', 'f', 'o', 'g'].map((signal, k) => ({ signal, label: 'mean', hue: signal, mean: 0.2 * k, values: Array.from({ length: 80 }, (_, t) => 0.5 + 0.5 * Math.sin(t + k)) })),
  };
  const svgOf = (uri: string): string => Buffer.from(uri.slice(uri.indexOf(',') + 1), 'base64').toString('utf8');
  const source = `import torch.nn as nn\nx = nn.LSTM(${'a'.repeat(300)}["](command:evil)<img>$(bug)"], ${'b.'.repeat(99)}c, num_layers=9, bidirectional=True)`;

  it('says that weights are random, has a line a gate, and names in it are text', () => {
    const svg = svgOf(sparkline({ ...run, lines: run.lines.map(l => ({ ...l, signal: `<b>&"${l.signal}` })) }, 'dark'));
    assert.ok(svg.includes('random weights') && !svg.includes('<b>') && !svg.includes('NaN'), svg);
    assert.equal(svg.match(/fill="none"/g)?.length, 4);
    assert.ok(svgOf(sparkline(run, 'light')) !== svgOf(sparkline(run, 'dark')));
    assert.equal(wordsOf(run), 'Mean of each gate over the last run, 24,000 steps: i 0.00, f 0.20, o 0.40, g 0.60; random weights');
  });
  it('fits into a hover of 8 kB, also with long names', () => {
    const [layer] = layersOf(source);
    const link = `command:gatescope.visualize?${encodeURIComponent(JSON.stringify([{ uri: `file:///${'folder/'.repeat(12)}model.py`, key: { owner: 'LongNameOfAModel', name: 'rnn', nth: 0, line: 100 } }]))}`;
    const text = markdown(describeLayer(layer!), { line: n => `${link}${n}`, picture: { uri: sparkline(run, 'dark'), words: wordsOf(run) }, actions: ['a', 'b', 'c'].map(label => ({ label, icon: 'pulse', url: link })) });
    assert.ok(text.includes('data:image/svg+xml') && text.length < 8000, `${text.length} characters`);
    const outside = text.replace(/```[\s\S]*?```/g, '').replace(/`[^`]*`/g, '');
    assert.equal(/(?<!\\)\]\((?!command:gatescope\.|data:image)|<img|(?<!\\)\$\(bug/.test(outside), false, outside);
  });
});
