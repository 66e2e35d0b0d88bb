import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { outline } from '../../src/source/index';
import { rules } from '../../src/source/lint/index';
import type { Rule } from '../../src/source/lint/rule';
import { layerUses, type LayerUse, type Piece } from '../../src/source/uses';

/** The uses of every layer of a text, asked for where rules are asked. */
function usesIn(source: string): readonly { readonly holder: string; readonly uses: readonly LayerUse[] }[] {
  const found: { holder: string; uses: readonly LayerUse[] }[] = [];
  const spy: Rule = {
    code: 'spy', title: '', severity: 'info', frameworks: ['pytorch', 'keras'],
    check: ({ found: layer, all, module }) => { found.push({ holder: layer.candidate.holder, uses: layerUses(layer, all, module) }); return []; },
  };
  (rules as Rule[]).push(spy);
  try { for (const layer of outline(source, 'python').layers) void layer.problems; } finally { (rules as Rule[]).pop(); }
  return found;
}

/** One line a use: `self.emb(x) packed | h0 | output out: out[:, -1] | h h: h[-1]`. */
function said(source: string): string[] {
  const check = (p: Piece): string => {
    assert.equal(source.slice(p.span.from, p.span.to).replace(/\s*\n\s*/g, ' '), p.text);
    return p.text;
  };
  return usesIn(source).flatMap(({ holder, uses }) => uses.map(u => [
    `${holder}(${u.fed ? `${check(u.fed)}${u.fed.packed ? ' packed' : ''}${u.fed.reordered ? ' reordered' : ''}` : ''})`,
    ...(u.initialStates ? [`from ${check(u.initialStates)}`] : []),
    ...u.keywords.map(k => `${k.name}=${check(k)}`),
    ...u.taken.map(t => `${t.what} ${check(t)}${t.reads.length > 0 ? `: ${t.reads.map(check).join(', ')}` : ''}`),
    ...(u.detached ? ['detached'] : []),
  ].join(' | ')));
}

const inClass = (init: string, body: string, args = 'x'): string => `import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
class A(nn.Module):
    def __init__(self):
        super().__init__()
        ${init}
    def forward(self, ${args}):
        ${body.replaceAll('\n', '\n        ')}
`;

describe('uses of layers', () => {
  it('what is fed, what it starts from, what is taken and where that is read', () => {
    assert.deepEqual(said(inClass('self.rnn = nn.LSTM(4, 8)', 'out, (h, c) = self.rnn(x, (h0, c0))\ny = self.fc(out[:, -1])\nreturn y, h[-1], c.detach()', 'x, h0, c0')),
      ['rnn(x) | from (h0, c0) | output out: out[:, -1] | h h: h[-1] | c c: c.detach() | detached']);
  });
  it('packed and reordered input', () => {
    assert.deepEqual(said(inClass('self.rnn = nn.GRU(4, 8)', 'p = pack_padded_sequence(x, n)\nout, h = self.rnn(p)\nout, sizes = pad_packed_sequence(out)\nreturn out', 'x, n')),
      ['rnn(p packed) | output out: out | states h']);
    assert.deepEqual(said(inClass('self.conv = nn.Conv1d(3, 4, 5)\n        self.rnn = nn.GRU(4, 8)', 'return self.rnn(self.conv(x).permute(2, 0, 1))')), ['rnn(self.conv(x).permute(2, 0, 1) reordered)']);
  });
  it('reads of another value of the name are left out', () => {
    assert.deepEqual(said(inClass('self.rnn = nn.GRU(4, 8)', 'out, _ = self.rnn(x)\nout = out.relu()\nreturn out[-1]')), ['rnn(x) | output out: out.relu() | states _']);
    assert.deepEqual(said(inClass('self.rnn = nn.GRU(4, 8)', 'out, _ = self.rnn(x)\nif self.training:\n    out = out + 1\nreturn out[-1]')), ['rnn(x) | output out: out | states _']);
  });
  it('a cell gives its states alone', () => {
    assert.deepEqual(said(inClass('self.cell = nn.LSTMCell(4, 8)', 'h, c = self.cell(x, (h, c))\nreturn h', 'x, h, c')), ['cell(x) | from (h, c) | h h: h | c c']);
  });
  it('Keras: calls of the constructor and of attributes, with their keywords', () => {
    assert.deepEqual(said(`from keras.layers import LSTM, Input
x = Input((3, 4))
y = LSTM(8, return_sequences=True)(x, mask=m, training=True)
z, h, c = LSTM(8, return_state=True)(y, initial_state=s)
`), ['(x) | mask=m | training=True | output y: y', '(y) | from s | initial_state=s | output z | h h | c c']);
  });
  it('a layer held in other ways, or more than once, has no certain uses', () => {
    for (const init of ['self.rnn = nn.ModuleList([nn.GRU(4, 8)])', 'self.rnn = wrap(nn.GRU(4, 8))', 'self.rnn = nn.Sequential(nn.GRU(4, 8))', 'self.rnn = nn.GRU(4, 8)\n        self.rnn = nn.GRU(4, 9)']) {
      assert.deepEqual(said(inClass(init, 'return self.rnn(x)')), [], init);
    }
  });
  it('places count in the text as it was written, also where that does not parse', () => {
    const source = inClass('self.rnn = nn.GRU(4 num_layers=2', 'out, h = self.rnn(x)\nreturn out[-1]');
    assert.deepEqual(said(source), ['rnn(x) | output out: out[-1] | states h']);
  });
});
