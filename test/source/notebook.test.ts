import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { newMemory, outline, outlineCells } from '../../src/source/index';
import { compact } from './fixtures';

const notebook = (...cells: readonly object[]): string => JSON.stringify({ cells, nbformat: 4 });
const code = (source: string | string[]): object => ({ cell_type: 'code', source });
const prose = { cell_type: 'markdown', source: ['# nn.LSTM(1, 2)'] };

describe('outline of notebooks', () => {
  it('joins code cells by one newline and says which cell and line', () => {
    const { layers } = outline(notebook(prose, code(['import torch\n', 'from torch import nn\n', 'H = 5']), prose, code('x = 1\nrnn = nn.LSTM(3, H)')), 'notebook');
    assert.deepEqual(layers.map(l => [compact(l), l.cellIndex, l.cellLine]), [['5:7 pytorch lstm rnn 3→5 params=200 {units: H}', 3, 2]]);
  });
  it('reads past magics, shell lines and cells in other languages', () => {
    const text = notebook(code('!pip install torch\n%matplotlib inline\nfrom torch import nn'), code('%%bash\nfor x in (; do echo nn.LSTM(1, 2)'), code('%%time\na = nn.GRU(1, 2)'));
    assert.deepEqual(outline(text, 'notebook').layers.map(l => [compact(l), l.cellIndex, l.cellLine]), [['7:5 pytorch gru a 1→2 params=30', 2, 2]]);
  });
  it('reads old notebooks with worksheets', () => {
    const text = JSON.stringify({ worksheets: [{ cells: [{ cell_type: 'code', input: ['nn.LSTM(1, 2)'] }] }] });
    assert.equal(outline(text, 'notebook').layers.length, 1);
  });
  it('a bracket left open in one cell does not swallow the next', () => {
    const { layers } = outline(notebook(code('x = nn.LSTM(1, 2'), code('y = nn.GRU(3, 4)')), 'notebook');
    assert.deepEqual(layers.map(l => l.units), [2, 4]);
  });
  for (const text of ['', '{', '[]', 'null', '{"cells": 3}', '{"cells": [null, 4, {"cell_type": "code"}, {"cell_type": "code", "source": {}}]}']) {
    it(`never throws: ${text}`, () => { assert.deepEqual(outline(text, 'notebook').layers, []); });
  }
  it('says what is wrong with a text that is no notebook', () => {
    assert.match(outline('{', 'notebook').problems[0]?.message ?? '', /not valid JSON/);
  });
  it('a name defined twice has the value that the cells up to it give it', () => {
    const cells = [code('from torch import nn\nH = 5'), code('a = nn.LSTM(1, H)'), code('H = 6\nb = nn.LSTM(1, H)'), code('c = nn.LSTM(1, H)')];
    assert.deepEqual(outline(notebook(...cells), 'notebook').layers.map(l => l.units), [5, 6, 6]);
  });
  it('leaves notebooks and cells of other languages, and outputs', () => {
    const julia = JSON.stringify({ cells: [code('nn.LSTM(1, 2)')], metadata: { kernelspec: { language: 'julia' } } });
    assert.deepEqual(outline(julia, 'notebook').layers, []);
    const mixed = notebook({ cell_type: 'code', source: 'nn.LSTM(1, 2)', metadata: { vscode: { languageId: 'javascript' } } }, { cell_type: 'code', source: 'x = 1', outputs: [{ text: 'nn.GRU(3, 4)' }] });
    assert.deepEqual(outline(mixed, 'notebook').layers, []);
  });
});

describe('outline of the cells of an open notebook', () => {
  it('gives each cell its layers with positions in its own text', () => {
    const cells = ['from torch import nn\nH = 5', '', '%matplotlib inline\nx = nn.LSTM(3, H)', '%%bash\necho nn.LSTM(1, 2)', 'y = nn.GRU(H, 2)'];
    const found = outlineCells(cells);
    assert.deepEqual(found.map(o => o.layers.map(l => compact(l))), [[], [], ['2:5 pytorch lstm x 3→5 params=200 {units: H}'], [], ['1:5 pytorch gru y 5→2 params=54 {inputSize: H}']]);
    found.forEach((o, i) => { for (const l of o.layers) assert.match(cells[i]!.slice(l.span.from, l.span.to), /^nn\.\w+\(.*\)$/); });
    assert.deepEqual(found.flatMap(o => o.layers.map(l => [l.cellIndex, l.cellLine])), [[2, 2], [4, 1]]);
  });
  it('a class and its layer in another cell', () => {
    const [, second] = outlineCells(['from torch import nn\nclass Config:\n    hidden = 9', 'class A(nn.Module):\n  def __init__(self):\n    self.r = nn.LSTM(2, Config.hidden)']);
    assert.deepEqual(second?.layers.map(l => [l.owner, l.units, l.line]), [['A', 9, 3]]);
  });
  it('a memory gives the same answer after edits as a fresh reading', () => {
    const memory = newMemory();
    const cells = ['import torch.nn as nn\nH = 8', 'a = nn.LSTM(4, H)', 'b = nn.GRU(H, 2)'];
    for (const [at, text] of [[0, cells[0]!], [0, 'import torch.nn as nn\nH = 16'], [1, 'a = nn.LSTM(4, H'], [2, ''], [1, 'H = 3\na = nn.LSTM(4, H)'], [0, '']] as const) {
      cells[at] = text;
      assert.deepEqual(outlineCells(cells, memory), outlineCells(cells));
    }
  });
});
