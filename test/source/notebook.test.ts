import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { outline } from '../../src/source/index';
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
});
