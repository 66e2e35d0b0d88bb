import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { Files } from '../../src/binding';
import { fileBytes } from '../../src/platform/node';
import { propose } from '../../src/propose';
import { outline } from '../../src/source/index';
import { wantedOf } from '../../src/wanted';

/** A folder that holds only some checkpoints of the fixtures. */
const folder = (...paths: readonly string[]): Files => ({ list: async () => paths, open: path => fileBytes(`test/fixtures/files/${path}`) });

async function chosen(source: string, ...paths: readonly string[]): Promise<string[]> {
  const { layers } = outline(source, 'python');
  const found = await Promise.all(layers.map(async layer => {
    const { binding, reasons, choices } = await propose(wantedOf(layer), 'model.py', folder(...paths));
    return `${layer.name || '-'}: ${String(binding.stack)} ${String(reasons.stack)}${choices.length > 1 ? ` of ${choices.length}` : ''}`;
  }));
  return found;
}

const linen = `from flax import linen as nn
class Model(nn.Module):
    def setup(self):
        self.encoder = nn.RNN(nn.LSTMCell(4))
        self.optimized = nn.RNN(nn.OptimizedLSTMCell(4))
        self.gate = nn.RNN(nn.GRUCell(4))
        self.simple = nn.RNN(nn.SimpleCell(4))
        self.minimal = nn.RNN(nn.MGUCell(4))
        self.wider = nn.RNN(nn.GRUCell(5))
`;

const nnx = `from flax import nnx
class Model(nnx.Module):
    def __init__(self, rngs):
        self.plain = nnx.RNN(nnx.LSTMCell(3, 4, rngs=rngs))
        self.gated = nnx.RNN(nnx.GRUCell(3, 4, rngs=rngs))
        self.both = nnx.Bidirectional(nnx.RNN(nnx.GRUCell(3, 4, rngs=rngs)), nnx.RNN(nnx.GRUCell(3, 4, rngs=rngs)))
        self.layers = [nnx.RNN(nnx.LSTMCell(3, 4, rngs=rngs))]
`;

const haiku = `import haiku as hk
class Agent(hk.Module):
    def __call__(self, x):
        lstm = hk.LSTM(4)
        second = hk.GRU(4, name='gru')
        core = hk.VanillaRNN(4)
`;

const equinox = `import equinox as eqx
class Encoder(eqx.Module):
    def __init__(self, key):
        self.cell = eqx.nn.LSTMCell(3, 4, key=key)
class Decoder(eqx.Module):
    def __init__(self, key):
        self.cell = eqx.nn.GRUCell(3, 4, key=key)
`;

describe('JAX layers in code find their stack in a checkpoint', () => {
  it('its folder is there', () => { assert.ok(readdirSync('test/fixtures/files/flax').includes('linen.msgpack')); });
  it('linen, msgpack: by name, and by shape where no name fits', async () => {
    assert.deepEqual(await chosen(linen, 'flax/linen.msgpack'), [
      'encoder: encoder chosen by shape and name', 'optimized: optimized chosen by shape and name', 'gate: gate chosen by shape and name',
      'simple: simple chosen by shape and name', 'minimal: minimal chosen by shape and name', 'wider: undefined undefined',
    ]);
  });
  it('linen, msgpack: a scanned cell and both directions', async () => {
    assert.deepEqual(await chosen('from flax import linen as nn\nx = nn.scan(nn.LSTMCell, in_axes=1)(4)', 'flax/linen-scan.msgpack'), ['x: ScanLSTMCell_0 chosen by shape']);
    assert.deepEqual(await chosen('from flax import linen as nn\nboth = nn.Bidirectional(nn.RNN(nn.GRUCell(4)), nn.RNN(nn.GRUCell(4)))', 'flax/linen-bidirectional.msgpack'), ['both: both chosen by shape and name']);
  });
  it('nnx, msgpack: also the numbered layers of a list', async () => {
    assert.deepEqual(await chosen(nnx, 'flax/nnx.msgpack'), [
      'plain: plain chosen by shape and name', 'gated: gated chosen by shape and name', 'both: both chosen by shape and name', 'layers: layers.0 chosen by shape and name',
    ]);
  });
  it('haiku, npz: names between slashes', async () => {
    assert.deepEqual(await chosen(haiku, 'npz/haiku.npz'), [
      'lstm: agent/~/lstm chosen by shape and name', 'second: agent/~/gru chosen by shape', 'core: agent/~/vanilla_rnn chosen by shape',
    ]);
  });
  it('equinox, npz: the family tells cells of one name apart', async () => {
    assert.deepEqual(await chosen(equinox, 'npz/equinox.npz'), ['cell: encoder.cell chosen by shape and name of 2', 'cell: decoder.cell chosen by shape and name']);
  });
});
