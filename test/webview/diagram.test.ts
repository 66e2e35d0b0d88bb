import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { cells } from '../../src/core/cells/index';
import { parse } from '../../src/core/equations';
import { flowOf, type Flow } from '../../webview/diagram/flow';
import { layout } from '../../webview/diagram/layout';
import type { Places, Point } from '../../webview/diagram/places';

const words = { label: (s: string) => s, open: 'open', keeps: (s: string) => s, returns: (s: string) => s, all: (s: string) => s, own: (s: string) => s, alone: (s: string) => s };
const gatesOf = (text: string): Set<string> => new Set(parse(text).signals.filter(s => s.kind === 'gate').map(s => s.name));
const flow = (text: string): Flow => flowOf(parse(text).statements, gatesOf(text));
const places = (text: string, width: number, compact = false): Places => layout(parse(text).statements, { width, compact, gates: gatesOf(text), words });
const textOf = (id: string): string => cells.find(c => c.id === id)!.equations;

const OWN: Readonly<Record<string, string>> = {
  'two lines': "f = σ(Wf x + Uf h + bf)\nk = σ(Wk x + Uk h + pk ⊙ c + bk)\ng = tanh(Wg x + Ug h + bg)\nc' = f ⊙ c + (1 - f) ⊙ g\nd' = k ⊙ d + (1 - k) ⊙ g\nh' = tanh(c' + d')",
  leaky: "h' = 0.9 h + 0.1 tanh(W x + U h + b)",
  'two proposals': "i = σ(Wi x + Ui h + bi)\nj = σ(Wj x + Uj h + bj)\ng = tanh(Wg x + Ug h + bg)\nm = tanh(Wm x + bm)\nf = σ(Wf x + bf)\nc' = f ⊙ c + i ⊙ g - j ⊙ m\nh' = tanh(c')",
  'no line': "s' = h\nh' = tanh(W x + U s + b) / 2",
  'h twice': "h' = h - 0.5 h + U x",
};

describe('what flows in a cell', () => {
  it('of an LSTM: c keeps by f, i lets g in, o lets tanh(c) out', () => {
    const { lines, taps, boxes, output } = flow(textOf('lstm'));
    assert.equal(output, 'h');
    assert.deepEqual(lines.map(l => [l.state, l.keep.valves.map(v => v.text), l.adds.map(a => [a.valves.map(v => v.text), a.carrier.box])]), [['c', ['f'], [[['i'], 'g']]]]);
    assert.deepEqual(taps.map(t => [t.state, t.from, t.stages.map(s => (s.kind === 'pill' ? s.text : `valve ${s.valve.text}`))]), [['h', 'c', ['tanh', 'valve o']]]);
    assert.deepEqual(boxes.map(b => [b.id, b.bend, b.reads.map(r => r.source)]), [['i', 'σ', ['x', 'h']], ['f', 'σ', ['x', 'h']], ['g', 'tanh', ['x', 'h']], ['o', 'σ', ['x', 'h']]]);
  });

  it('of a GRU: h keeps by z, 1 − z lets n in; r before the matrix or after it', () => {
    for (const [id, before] of [['gru', false], ['gruResetBefore', true]] as const) {
      const { lines, taps, boxes } = flow(textOf(id));
      assert.deepEqual(lines.map(l => [l.state, l.keep.valves.map(v => [v.signal, v.inverted]), l.adds.map(a => a.valves.map(v => [v.signal, v.inverted]))]), [['h', [['z', false]], [[['z', true]]]]]);
      assert.deepEqual(taps, []);
      const read = boxes.find(b => b.id === 'n')!.reads.find(r => r.source === 'h')!;
      assert.deepEqual([read.valves.map(v => v.signal), read.matrix, read.before], [['r'], 'Un', before], id);
    }
  });

  it('of an RNN: one box, which is the state', () => {
    const { lines, taps, boxes } = flow(textOf('rnn'));
    assert.deepEqual([lines, taps, boxes.map(b => [b.id, b.state, b.bend])], [[], [], [['h', true, 'tanh']]]);
  });

  it('of others: peepholes, a coupled gate, a projection, a norm, proposals without a name', () => {
    assert.deepEqual(flow(textOf('lstmPeephole')).boxes.map(b => [b.id, b.reads.map(r => r.source)]), [['i', ['x', 'h', 'c']], ['f', ['x', 'h', 'c']], ['g', ['x', 'h']], ['o', ['x', 'h', "c'"]]]);
    assert.deepEqual(flow(textOf('cifg')).boxes.find(b => b.id === 'f')!.reads.map(r => r.source), ['i']);
    assert.deepEqual(flow(textOf('lstmProjected')).taps[0]!.stages.map(s => (s.kind === 'pill' ? s.text : s.valve.text)), ['tanh', 'o', 'Wr']);
    assert.deepEqual(flow(textOf('lstmLayerNorm')).taps[0]!.stages.map(s => (s.kind === 'pill' ? s.text : s.valve.text)), ['norm ⊙ ac + bc', 'tanh', 'o']);
    assert.deepEqual(flow(textOf('janet')).taps.map(t => [t.from, t.stages.length]), [['c', 0]]);
    assert.deepEqual(flow(OWN['leaky']!).boxes.map(b => [b.named, b.bend]), [[false, 'tanh']]);
    assert.deepEqual(flow(OWN['h twice']!).lines, []);
  });
});

describe('the layout of a diagram', () => {
  const texts = { ...Object.fromEntries(cells.map(c => [c.id, c.equations])), ...OWN };
  for (const [name, text] of Object.entries(texts)) for (const width of [800, 600, 380, 200]) {
    it(`has a place for everything: ${name} at ${width}`, () => {
      const made = places(text, width, width < 400), program = parse(text);
      const points: Point[] = [
        ...made.pipes.flatMap(p => p.points), ...made.wires.flatMap(w => w.points), ...made.valves.map(v => v.at), ...made.joints.map(j => j.at), ...made.pills.map(p => p.at),
        ...made.boxes.flatMap((b): Point[] => [b.at, [b.at[0] + b.width, b.at[1] + b.height]]),
      ];
      for (const [x, y] of points) assert.ok(x >= 0 && x <= width && y >= 0 && y <= made.height, `(${x}, ${y}) is outside ${width} × ${made.height}`);
      assert.ok(made.boxes.every(b => b.width >= 12), 'a box is too narrow');
      const sorted = [...made.boxes].sort((a, b) => a.at[0] - b.at[0]);
      sorted.slice(1).forEach((b, k) => assert.ok(b.at[0] >= sorted[k]!.at[0] + sorted[k]!.width, `${sorted[k]!.id} and ${b.id} overlap`));
      const { lines, taps } = flow(text), drawn = new Set([...made.boxes.map(b => b.id), ...lines.map(l => l.state), ...taps.map(t => t.state)]);
      for (const s of program.signals) assert.ok(drawn.has(s.name), `${s.name} is nowhere`);
    });
  }

  it('gives every state that is read a way back that carries it', () => {
    for (const [name, text] of Object.entries(texts)) {
      const loops = places(text, 800).pipes.filter(p => p.loop).map(p => p.hue);
      const read = new Set(parse(text).nodes.flatMap(n => (n.op === 'state' ? [n.name] : [])));
      assert.deepEqual(new Set(loops), read, name);
    }
  });

  it('puts a valve wherever a gate multiplies', () => {
    const valves = (id: string): string[] => places(textOf(id), 800).valves.map(v => v.signal ?? '').sort();
    assert.deepEqual([valves('rnn'), valves('lstm'), valves('gru'), valves('gruResetBefore'), valves('mgu'), valves('janet'), valves('minGRU')], [[], ['f', 'i', 'o'], ['r', 'z', 'z'], ['r', 'z', 'z'], ['f', 'f', 'f'], ['f', 'i'], ['z', 'z']]);
    const reset = (id: string): number => { const p = places(textOf(id), 800); return p.valves.find(v => v.signal === 'r')!.at[1] - p.pills.find(q => q.text === 'Un')!.at[1]; };
    assert.ok(reset('gru') < 0 && reset('gruResetBefore') > 0, 'r stands above Un where it resets after, below where before');
  });
});
