import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { importedPaths, resolver } from '../../src/source/code/imports';
import { outline } from '../../src/source/index';
import { compact } from './fixtures';

/** The outline of the first file of a small workspace, a line a layer. */
function read(files: Readonly<Record<string, string>>): string[] {
  const [first = ''] = Object.keys(files);
  const text = (file: string): string | undefined => Object.hasOwn(files, file) ? files[file] : undefined;
  return outline(files[first] ?? '', 'python', undefined, resolver(first, text)).layers.map(l => compact(l).replace(/ params=.*/, ''));
}

const torch = 'from torch import nn\n';

describe('imports of the same workspace', () => {
  const cases: Readonly<Record<string, readonly [Readonly<Record<string, string>>, readonly string[]]>> = {
    'a constant': [{ 'model.py': `${torch}from config import HIDDEN\nx = nn.LSTM(4, HIDDEN)`, 'config.py': 'HIDDEN = 2 * 16' }, ['3:5 pytorch lstm x 4→32']],
    'a module under another name': [{ 'a/model.py': `${torch}import config as C\nx = nn.LSTM(C.IN, C.OUT.size)`, 'config.py': 'IN = 3\nclass OUT:\n    size = 5' }, ['3:5 pytorch lstm x 3→5']],
    'a module of a package, by its dots': [{ 'pkg/model.py': `${torch}from .conf import sizes as s\nfrom ..top import N\nx = nn.LSTM(s.IN, s['h'], N)`, 'pkg/conf.py': 'sizes = {"h": 6}', 'top.py': 'N = 2' }, ['4:5 pytorch lstm x ?→6 layers=2']],
    'a package that passes names on': [{ 'model.py': `${torch}from pkg import H, conf\nx = nn.LSTM(conf.I, H)`, 'pkg/__init__.py': 'from .conf import *', 'pkg/conf.py': 'H = 7\nI = 2' }, ['3:5 pytorch lstm x 2→7']],
    'a dotted import': [{ 'model.py': `${torch}import pkg.conf\nx = nn.LSTM(pkg.conf.I, 2)`, 'pkg/conf.py': 'I = 9' }, ['3:5 pytorch lstm x 9→2']],
    'a star import': [{ 'model.py': `${torch}from conf import *\nx = nn.LSTM(I, 2)`, 'conf.py': 'I = 9' }, ['3:5 pytorch lstm x 9→2']],
    'a class of their own is not the framework\'s': [{ 'model.py': 'from layers import LSTM, GRU\nx = LSTM(4, 8)\ny = GRU(4, 8)', 'layers.py': 'from torch.nn import GRU\nclass LSTM: pass' }, ['3:5 pytorch gru y 4→8']],
    'a text that mentions no recurrence is not read': [{ 'model.py': 'from layers import Rec as R\nx = R(4, 8)', 'layers.py': `${torch}Rec = nn.GRU` }, []],
    'a class picked in another file': [{ 'model.py': 'from layers import make_rnn\nrnn = make_rnn(4, 8)', 'layers.py': `${torch}make_rnn = nn.GRU` }, ['2:7 pytorch gru rnn 4→8']],
    'the attribute of a base class': [{ 'model.py': `${torch}from base import Base\nclass A(Base):\n    def __init__(self):\n        self.rnn = nn.GRU(4, self.hidden)`, 'base.py': 'class Base:\n    hidden = 12' }, ['5:20 pytorch gru rnn 4→12']],
    'a dataclass of another file': [{ 'model.py': `${torch}from conf import Config\ncfg = Config(layers=3)\nx = nn.LSTM(4, cfg.hidden, cfg.layers)`, 'conf.py': '@dataclass\nclass Config:\n    hidden: int = 32\n    layers: int = 1' }, ['4:5 pytorch lstm x 4→32 layers=3']],
    'options of another file': [{ 'model.py': `${torch}from opts import get\nargs = get()\nx = nn.LSTM(4, args.hidden)`, 'opts.py': 'def get():\n    p.add_argument("--hidden", default=20)\n    return p.parse_args()' }, ['4:5 pytorch lstm x 4→20']],
    'a function of another file': [{ 'model.py': `${torch}from sizes import hidden\nx = nn.LSTM(4, hidden())`, 'sizes.py': 'H = 5\ndef hidden():\n    return H + 1' }, ['3:5 pytorch lstm x 4→6']],
    'what the other file sets twice is open': [{ 'model.py': `${torch}from config import H\nx = nn.LSTM(4, H)`, 'config.py': 'H = 2\nif big:\n    H = 3' }, ['3:5 pytorch lstm x 4→?']],
    'what is not there is open': [{ 'model.py': `${torch}from config import H\nfrom .... import far\nx = nn.LSTM(far, H)`, 'other.py': 'H = 2' }, ['4:5 pytorch lstm x ?→?']],
    'files that import one another end': [{ 'model.py': `${torch}from a import H\nx = nn.LSTM(4, H)`, 'a.py': 'from b import H', 'b.py': 'from a import H' }, ['3:5 pytorch lstm x 4→?']],
    'a file that imports itself ends': [{ 'model.py': `${torch}from model import H\nx = nn.LSTM(4, H)` }, ['3:5 pytorch lstm x 4→?']],
    'the nearest file counts': [{ 'a/model.py': `${torch}from config import H\nx = nn.LSTM(4, H)`, 'config.py': 'H = 2', 'a/config.py': 'H = 3' }, ['3:5 pytorch lstm x 4→3']],
  };
  for (const [name, [files, expected]] of Object.entries(cases)) it(name, () => { assert.deepEqual(read(files), expected); });

  it('lists what a text imports, without packages that no workspace holds', () => {
    const text = 'import torch, config as C\nfrom .a.b import (x,  # first\n  y as z)\nfrom . import q; import os\n    from deep import *\n# import no\ns = "import none"\n';
    assert.deepEqual(importedPaths(text), ['config', '.a.b.x', '.a.b.y', '.q', 'deep']);
  });
});
