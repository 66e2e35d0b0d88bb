import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe as describeLayer } from '../../src/source/describe/layer';
import { outline } from '../../src/source/index';
import { markdown } from '../../src/source/describe/markdown';
import type { LayerSpec } from '../../src/source/outline';

const links = { line: (line: number) => `file:///m.py#${line}`, actions: [{ label: 'Visualize', icon: 'pulse', url: 'command:visualize?%5B1%5D' }] };

function layersOf(source: string): readonly LayerSpec[] {
  return outline(source, 'python').layers;
}

interface Case { readonly name: string; readonly source: string }

const cases: Case[] = readFileSync('test/source/describe.txt', 'utf8').split(/\n\n(?=# )/).map(block => {
  const [title = '', ...source] = block.trim().split('\n');
  return { name: title.slice(2), source: source.join('\n') };
});

describe('descriptions of layers', () => {
  for (const { name, source } of cases) {
    it(`golden: ${name}`, () => {
      const path = `test/source/golden/${name.replace(/\W+/g, '-')}.md`;
      const text = layersOf(source).map(l => markdown(describeLayer(l), links)).join('\n\n');
      if (process.env['UPDATE']) writeFileSync(path, `${text}\n`);
      assert.ok(existsSync(path), `${path} is missing; UPDATE=1 writes it`);
      assert.equal(`${text}\n`, readFileSync(path, 'utf8'));
    });
  }

  it('numbers of the arithmetic agree with the total', () => {
    for (const { source } of cases) for (const layer of layersOf(source)) {
      const d = describeLayer(layer);
      const sums = d.parameterLines.map(l => / = ([\d,]+)$/.exec(l)?.[1]);
      if (d.parameterTotal === null || d.parameterLines.some(l => l.startsWith('others'))) continue;
      assert.equal(sums.reduce((a, s) => a + Number(s?.replaceAll(',', '')), 0), d.parameterTotal, layer.name);
      for (const line of d.parameterLines) {
        const [left = '', right = ''] = line.replace(/^layer \d+\s+/, '').split(' = ');
        assert.equal(evaluate(left), Number(right.replaceAll(',', '')), line);
      }
    }
  });

  it('multiply-adds count matrix products of all layers and directions', () => {
    const [a] = layersOf('x = nn.LSTM(64, 128, num_layers=2, bidirectional=True)');
    assert.equal(a && describeLayer(a).multiplyAdds, 2 * 4 * 128 * (64 + 128) + 2 * 4 * 128 * (256 + 128));
  });

  it('names core\'s cell', () => {
    const id = (call: string): string | null | undefined => layersOf(call).map(l => describeLayer(l).cellId)[0];
    assert.deepEqual(['nn.RNN(1, 2)', 'nn.RNN(1, 2, 1, "relu")', 'nn.LSTM(1, 2)', 'nn.LSTM(1, 4, proj_size=2)', 'nn.GRU(1, 2)', 'layers.GRU(2, reset_after=False)', 'getattr(nn, k)(hidden_size=2)'].map(id),
      ['rnn', 'rnnRelu', 'lstm', 'lstmProjected', 'gru', 'gruResetBefore', null]);
  });
});

/** Products and sums with brackets, as the arithmetic prints them. */
function evaluate(text: string): number {
  const tokens = text.match(/\d+|[×+()]/g) ?? [];
  let at = 0;
  const factor = (): number => {
    const token = tokens[at++];
    if (token !== '(') return Number(token);
    const inner = sum();
    at++;
    return inner;
  };
  const product = (): number => { let v = factor(); while (tokens[at] === '×') { at++; v *= factor(); } return v; };
  const sum = (): number => { let v = product(); while (tokens[at] === '+') { at++; v += product(); } return v; };
  return sum();
}
