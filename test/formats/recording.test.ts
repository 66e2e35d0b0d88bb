/** Recordings as people dump them: read, mapped, and open to other answers. */
import { zipSync } from 'fflate';
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { readdirSync, readFileSync } from 'node:fs';
import { FormatError, memory, open, type Bytes, type Trace } from '../../src/formats/index';
import { recording } from '../../src/formats/recording';
import { namedBy, natural } from '../../src/formats/recording/names';
import { parseConfig, parseDict } from '../../src/formats/recording/lstmVis';
import { onDisk, onlyFormatError, random } from './helpers';

const FOLDER = 'test/fixtures/files/recordings';

interface Expected {
  readonly levels: Readonly<Record<string, Readonly<Record<string, readonly (readonly number[])[]>>>>;
  readonly labels?: readonly string[];
  readonly cell?: string;
  readonly tracks?: Readonly<Record<string, readonly (number | readonly number[])[]>>;
  readonly sequences?: readonly (readonly [string, number, number])[];
}

const expected = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as Readonly<Record<string, Expected>>;

/** A file with the files beside it. */
function withSiblings(path: string): Bytes {
  return { ...onDisk(path), sibling: async relative => withSiblings(join(dirname(path), relative)) };
}

async function recorded(name: string): Promise<Trace> {
  const opened = await open(withSiblings(join(FOLDER, name)));
  assert.equal(opened.kind, 'trace', name);
  return opened;
}

async function numbersOf(trace: Trace): Promise<Record<string, Record<string, number[][]>>> {
  const levels: Record<string, Record<string, number[][]>> = {};
  for (const level of trace.levels) for (const { direction, signals } of level.directions) for (const s of signals) {
    const data = await s.read(0, trace.steps);
    assert.equal(data.length, trace.steps * s.units);
    (levels[level.name] ??= {})[direction === 'reverse' ? `${s.name}/reverse` : s.name] = Array.from({ length: trace.steps }, (_, t) => Array.from(data.subarray(t * s.units, (t + 1) * s.units)));
  }
  return levels;
}

const fromText = (name: string, text: string): Promise<Trace> => open(memory(name, new TextEncoder().encode(text))).then(t => { assert.equal(t.kind, 'trace'); return t; });
const fromTextRefused = (name: string, text: string, message: RegExp): Promise<void> => assert.rejects(fromText(name, text), (e: unknown) => e instanceof FormatError && message.test(e.message));

describe('recordings', () => {
  for (const [key, want] of Object.entries(expected)) {
    it(`${key} holds what its maker wrote`, async () => {
      const [name = '', query] = key.split('#');
      const first = await recorded(name);
      const answers = Object.fromEntries(query?.split('&').map(q => q.split('=')) ?? []);
      const trace = query === undefined ? first : first.decide!(answers);
      const found = await numbersOf(trace);
      assert.deepEqual(Object.keys(found), Object.keys(want.levels), 'levels');
      for (const [level, signals] of Object.entries(want.levels)) {
        assert.deepEqual(Object.keys(found[level]!).sort(), Object.keys(signals).sort(), `signals of ${level}`);
        for (const [s, rows] of Object.entries(signals)) assert.deepEqual(found[level]![s], rows.map(row => row.map(Math.fround)), `${level} ${s}`);
      }
      assert.equal(trace.steps, Object.values(Object.values(want.levels)[0]!)[0]!.length);
      if (want.labels) assert.deepEqual(trace.labels, want.labels);
      if (want.cell) assert.equal(trace.levels[0]!.cell?.id, want.cell);
      if (want.sequences) assert.deepEqual(trace.sequences?.map(s => [s.name, s.from, s.to]), want.sequences);
      for (const [track, rows] of Object.entries(want.tracks ?? {})) {
        const t = trace.tracks?.find(one => one.name === track);
        assert.deepEqual(Array.from(await t!.read(0, trace.steps)), rows.flat().map(Math.fround), track);
      }
    });
  }

  it('has a test for every file of the folder that can be opened', () => {
    const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(f => /\.(npz|npy|jsonl|csv|tsv|h5|hdf5)$/.test(f) && !f.endsWith('train.hdf5')).map(f => f.replaceAll('\\', '/'));
    assert.deepEqual(files.filter(f => !(f in expected)), []);
    assert.ok(files.length >= 15);
  });

  it('reads windows as it reads the whole, whatever the order of the axes', async () => {
    for (const name of ['batch_first.npz', 'time_first.npz', 'layers.npz', 'units_first.npz', 'hidden.npy', 'states.npy', 'own.h5']) {
      const trace = (await recorded(name)).decide!({ sequence: 'all' });
      for (const level of trace.levels) for (const d of level.directions) for (const s of d.signals) {
        const whole = await s.read(0, trace.steps);
        for (const [from, to] of [[0, 0], [2, 5], [7, 9], [5, Math.min(12, trace.steps)], [trace.steps - 1, trace.steps]] as const) {
          assert.deepEqual(await s.read(from, to), whole.slice(from * s.units, to * s.units), `${name} ${s.name} ${from} to ${to}`);
        }
        await assert.rejects(s.read(0, trace.steps + 1), FormatError);
      }
    }
  });

  it('shows sequences of a batch one by one, or one after the other', async () => {
    const trace = await recorded('batch_first.npz');
    assert.equal(trace.steps, 9);
    const field = trace.mapping!.fields.find(f => f.id === 'sequence')!;
    assert.deepEqual([field.value, field.options.map(o => o.id)], ['0', ['all', '0', '1']]);
    const all = trace.decide!({ sequence: 'all' });
    assert.equal(all.steps, 18);
    assert.deepEqual(all.sequences?.map(s => [s.from, s.to]), [[0, 9], [9, 18]]);
    assert.equal(all.decide!({ sequence: '1' }).steps, 9);
  });

  it('says what it doubts, with the evidence, and takes other answers', async () => {
    const states = await recorded('states.npy');
    assert.deepEqual(states.doubts!.map(d => [d.id, d.taken]), [['axes', 'btu'], ['states', 'c'], ['cell', 'lstm']]);
    assert.match(states.doubts![0]!.evidence, /\[2, 9, 4\] could be .* or /);
    assert.match(states.doubts![1]!.evidence, /reaches 2\.\d+ .* h stays within -1 and 1/);
    const other = states.decide!({ states: 'h', axes: 'tlu' });
    assert.deepEqual([other.steps, other.levels.length, other.levels[0]!.directions[0]!.signals[0]!.name], [2, 9, 'h']);
    assert.deepEqual(other.doubts!.map(d => [d.id, d.taken]), [['axes', 'tlu'], ['states', 'h']]);
    const hidden = await recorded('hidden.npy');
    assert.deepEqual(hidden.doubts!.map(d => [d.id, d.taken, d.options.map(o => o.id)]), [['axes', 'tu', ['tu', 'ut']]]);
    assert.deepEqual([hidden.decide!({ axes: 'ut' }).steps, hidden.decide!({ axes: 'nonsense', what: 'ever' }).steps], [4, 9]);
    assert.equal((await recorded('units_first.npz')).doubts, undefined);
  });

  it('can be mapped by hand, and left out', async () => {
    const trace = await recorded('gru.npz');
    assert.equal(trace.mapping!.fields.find(f => f.id === 'array:candidate')!.value, 'n');
    const changed = trace.decide!({ 'array:reset': 'f', 'array:update': 'none', cell: 'none' });
    assert.deepEqual(changed.levels[0]!.directions[0]!.signals.map(s => s.name).sort(), ['f', 'h', 'n']);
    assert.equal(changed.levels[0]!.cell, undefined);
    await assert.rejects(async () => trace.decide!(Object.fromEntries(trace.mapping!.fields.filter(f => f.id.startsWith('array:')).map(f => [f.id, 'none']))), FormatError);
  });

  it('takes an .npz for a recording only where names are those of signals', async () => {
    const header = new TextEncoder().encode("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }".padEnd(117) + '\n');
    const npy = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0, ...header, ...new Uint8Array(16));
    const archive = (...names: string[]): Bytes => memory('a.npz', zipSync(Object.fromEntries(names.map(n => [`${n}.npy`, npy])), { level: 0 }));
    const head = async (bytes: Bytes): Promise<Uint8Array> => bytes.read(0, 4096);
    for (const [names, wanted] of [[['h', 'c'], true], [['W_i', 'W_f', 'b_i', 'b_f'], false], [['layer.weight', 'layer.bias'], false], [['a', 'b'], false], [['h', 'W_out'], false], [['lstm/h', 'x', 'W'], true]] as const) {
      const bytes = archive(...names);
      assert.equal(await recording.match(await head(bytes), bytes), wanted, names.join());
    }
  });

  it('makes little of shapes that claim much', async () => {
    const npy = (descr: string, shape: string, bytes: number): Uint8Array => {
      const header = new TextEncoder().encode(`{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117) + '\n');
      const all = new Uint8Array(10 + header.length + bytes);
      all.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0, ...header]);
      return all;
    };
    const refused = (bytes: Uint8Array, message: RegExp): Promise<void> => assert.rejects(open(memory('h.npy', bytes)), (e: unknown) => e instanceof FormatError && message.test(e.message));
    await refused(npy('<f4', '900000000000, 0, 4', 0), /no array of signals/);
    await refused(npy('<U0', '900000000000,', 0), /at most .* bytes are read/);
    await refused(npy('<f4', '4, 4', 60), /truncated/);
    const tall = await open(memory('h.npy', npy('|u1', '1100000, 3, 1', 3_300_000)));
    assert.ok(tall.kind === 'trace' && tall.decide);
    assert.throws(() => tall.decide!({ axes: 'ltu' }), (e: unknown) => e instanceof FormatError && /1100000 layers/.test(e.message));
    assert.throws(() => tall.decide!({ axes: 'btu' }), (e: unknown) => e instanceof FormatError && /batch of 1100000 sequences/.test(e.message));
  });

  it('names arrays that do not fit the others', async () => {
    const trace = await fromText('a.jsonl', '{"h":[1,2],"c":[1,2],"odd":[1]}\n{"h":[3,4],"c":[5,6]}\n');
    assert.deepEqual(trace.warnings, ['odd is left out: 1 of 2 lines have it.']);
  });

  it('reads names as people write them', () => {
    const cases: readonly (readonly [string, string, string, string?])[] = [
      ['h', 'h', ''], ['layer0_h', 'h', 'layer0'], ['states1', 'h', '1'], ['forget_gate', 'f', ''], ['hiddenState', 'h', ''], ['cell_states', 'c', ''], ['lstm.h', 'h', 'lstm'],
      ['encoder/lstm/i_gate', 'i', 'encoder.lstm'], ['input', 'x', ''], ['input_gate_l2', 'i', 'l2'], ['rnn_backward_h', 'h', 'rnn', 'reverse'], ['cell_gate', 'g', ''], ['l0_f_t', 'f', 'l0'],
      ['f_pre', 'f.pre', ''], ['output_gate', 'o', ''], ['attention', 'attention', ''], ['dh', 'dh', ''], ['LSTM1/hidden', 'h', 'LSTM1'], ['update_gate', 'z', ''],
    ];
    for (const [name, signal, level, direction = 'forward'] of cases) {
      const found = namedBy(name);
      assert.deepEqual([found.signal, found.level, found.direction], [signal, level, direction], name);
    }
    assert.deepEqual(['l10', 'l2', 'a', 'l2b'].sort(natural), ['a', 'l2', 'l2b', 'l10']);
  });

  it('tables: refuses what is no recording, guards nothing twice', async () => {
    await fromTextRefused('a.csv', 'price,volume\n1,2\n', /no signals that are recognised/);
    await fromTextRefused('a.csv', 'h0,h1\n', /no rows/);
    await fromTextRefused('a.csv', 'h0,h1,h0\n1,2,3\n', /two columns are called "h0"/);
    const trace = await fromText('a.csv', 'label,h0,h1\n\'=1+1,0.5,nan\n-,x,2\n');
    assert.deepEqual(trace.labels, ['=1+1', '-']);
    assert.deepEqual(Array.from(await trace.levels[0]!.directions[0]!.signals[0]!.read(0, 2)), [0.5, NaN, NaN, 2]);
    assert.match(trace.warnings![0]!, /1 cells hold no number/);
  });

  it('lines: says which line is wrong, and takes layers in lists', async () => {
    await fromTextRefused('a.jsonl', '{"h":[1,2]}\n{"h":[1\n', /line 2 is not JSON/);
    const trace = await fromText('a.jsonl', '{"t":0,"layers":[{"h":[1,2]},{"h":[3,4]}]}\n{"t":1,"layers":[{"h":[5,6]},{"h":[7,null]}]}\n');
    assert.deepEqual(trace.levels.map(l => l.name), ['layers.0', 'layers.1']);
    assert.deepEqual(Array.from(await trace.levels[1]!.directions[0]!.signals[0]!.read(0, 2)), [3, 4, 7, NaN]);
    const bare = await fromText('b.jsonl', '[1,2]\n[3,4]\n[5,6]\n');
    assert.deepEqual([bare.steps, bare.levels[0]!.name, bare.levels[0]!.directions[0]!.signals[0]!.name], [3, 'b', 'h']);
    const rogue = await fromText('c.jsonl', '{"__proto__":{"h":[1,2]}}\n{"__proto__":{"h":[1,2]}}\n');
    assert.equal(rogue.levels[0]!.name, 'proto');
  });

  it('LSTMVis: reads what it needs of lstm.yml and the dictionary', () => {
    const { words, types } = parseConfig('files:\n  s: a.h5\n  t: "b.h5"\n  d: w.dict\nword_sequence: # x\n  file: t\n  path: ids\n  dict_file: d\nstates:\n  file: s\n  types: [{type: state, layer: 3, path: /q/states3, unsigned: true}]\n');
    assert.deepEqual([words, types], [{ file: 'b.h5', path: 'ids', dict: 'w.dict' }, [{ type: 'state', layer: '3', path: 'q/states3' }]]);
    assert.deepEqual(parseConfig('').types, []);
    assert.deepEqual([...parseDict('a 1\nb c 2\r\n\nbroken\n')], [[1, 'a'], [2, 'b c']]);
  });

  it('only FormatError comes out of damaged files', async () => {
    const next = random(11);
    let read = 0;
    for (const name of ['batch_first.npz', 'hidden.npy', 'steps.jsonl', 'columns.csv', 'own.h5', 'training.safetensors', 'time_first.npz']) {
      const good = new Uint8Array(readFileSync(join(FOLDER, name)));
      for (let k = 0; k < 60; k++) {
        const bad = good.slice(0, k % 4 === 0 ? Math.floor(next() * good.length) : good.length);
        for (let flips = 0; flips < 1 + k % 5 && bad.length > 0; flips++) bad[Math.floor(next() * Math.min(bad.length, k % 2 ? 400 : bad.length))] = Math.floor(next() * 256);
        const outcome = await onlyFormatError(`${name} damaged ${k}`, async () => {
          const opened = await open(memory(name, bad));
          if (opened.kind === 'trace') for (const l of opened.levels) for (const d of l.directions) for (const s of d.signals) await s.read(0, Math.min(3, opened.steps));
        });
        if (outcome === 'read') read++;
      }
    }
    assert.ok(read > 20, `only ${read} could be read`);
  });
});
