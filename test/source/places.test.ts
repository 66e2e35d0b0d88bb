import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { newMemory, outline } from '../../src/source/index';
import { toJson } from '../../src/source/json';

describe('places of layers', () => {
  it('span and callee lie on the call and the class name', () => {
    const text = 'é = 1\r\nx = torch.nn.LSTM(\r\n  3, 4)\r\ny = keras.layers.Bidirectional(keras.layers.GRU(2))';
    const [a, b] = outline(text, 'python').layers;
    assert.ok(a && b);
    assert.equal(text.slice(a.span.from, a.span.to), 'torch.nn.LSTM(\r\n  3, 4)');
    assert.equal(text.slice(a.callee.from, a.callee.to), 'LSTM');
    assert.deepEqual([a.line, a.column], [2, 5]);
    assert.equal(text.slice(b.span.from, b.span.to), 'keras.layers.Bidirectional(keras.layers.GRU(2))');
    assert.equal(text.slice(b.callee.from, b.callee.to), 'GRU');
  });
  it('they do in mended code too', () => {
    const text = 'x = nn.LSTM(1 num_layers=2\ny = nn.GRU(3, 4]\nz = nn.RNN(5, 6)';
    const found = outline(text, 'python').layers.map(l => [text.slice(l.span.from, l.span.to).trim(), text.slice(l.callee.from, l.callee.to), l.line]);
    assert.deepEqual(found, [['nn.LSTM(1 num_layers=2', 'LSTM', 1], ['nn.GRU(3, 4]', 'GRU', 2], ['nn.RNN(5, 6)', 'RNN', 3]]);
  });
  it('a problem elsewhere has its own span and line', () => {
    const text = 'class A:\n  def __init__(self):\n    self.r = nn.GRU(1, 2, bidirectional=True)\n  def forward(self, x):\n    out, h = self.r(x)\n    return out[-1]';
    const problem = outline(text, 'python').layers[0]?.problems[0];
    assert.ok(problem);
    assert.equal(text.slice(problem.span.from, problem.span.to), 'out[-1]');
    assert.equal(problem.line, 6);
  });
  it('owner is the class, else the function', () => {
    const text = 'class A:\n  def f(self):\n    x = nn.LSTM(1, 2)\ndef g():\n  y = nn.LSTM(1, 2)\nz = nn.LSTM(1, 2)';
    assert.deepEqual(outline(text, 'python').layers.map(l => l.owner), ['A', 'g', '']);
  });
  it('JSON has exactly the promised keys', () => {
    const [layer] = outline('x = nn.LSTM(1, 2, dropout=0.5)', 'python').layers;
    assert.ok(layer);
    const json = toJson(layer, './a b.py');
    assert.deepEqual(Object.keys(json), ['file', 'line', 'column', 'framework', 'cell', 'name', 'inputSize', 'units', 'layers', 'bidirectional', 'batchFirst',
      'dropout', 'bias', 'projection', 'parameters', 'problems', 'symbols', 'assumed', 'isCell', 'options']);
    assert.equal(json['file'], './a b.py');
    assert.equal((json['problems'] as { code: string }[])[0]?.code, 'dropout-single-layer');
  });
  it('a memory gives the same answer after edits as a fresh reading', () => {
    const memory = newMemory();
    let text = 'import torch.nn as nn\nH = 8\nclass A:\n  def __init__(self):\n    self.a = nn.LSTM(4, H)\n    self.b = nn.GRU(H, 2)\n';
    const edits: readonly [string, string][] = [['H = 8', 'H = 16'], ['nn.LSTM(4, H)', 'nn.LSTM(4, H'], ['nn.LSTM(4, H', 'nn.RNN(4, H)'], ['import torch.nn as nn\n', ''], ['    self.b', '    # self.b'], [text, '']];
    for (const [from, to] of [['', ''] as const, ...edits]) {
      text = text.replace(from, to);
      assert.deepEqual(outline(text, 'python', memory), outline(text, 'python'));
    }
  });
});
