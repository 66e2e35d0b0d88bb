import { after, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormatError, type Checkpoint } from '../../src/formats/format';
import { memory } from '../../src/formats/memory';
import { openZip } from '../../src/formats/parts/zip';
import { torch } from '../../src/formats/torch';
import { beginning, without } from '../../src/formats/torch/names';
import { onDisk, onlyFormatError, random } from './helpers';
import { largeTensors, writeArchive, writeLegacy } from './largeTorch';
import { truths } from './truth';

truths('torch');

const FOLDER = 'test/fixtures/files/torch';
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(`${FOLDER}/${name}`));
const VERSIONS = ['1.13', '2.15'];

async function open(name: string, bytes = bytesOf(name)): Promise<Checkpoint> {
  const opened = await torch.open(memory(name, bytes));
  assert.equal(opened.kind, 'checkpoint');
  return opened;
}

const names = ({ tensors }: Checkpoint): readonly string[] => tensors.map(t => t.name);

describe('PyTorch files', () => {
  for (const version of VERSIONS) {
    for (const name of ['dtypes', 'dtypes-legacy']) it(`torch ${version}: numbers of every type, quantised ones scaled back (${name})`, async () => {
      const { tensors } = await open(`${name}-${version}.pt`);
      const expected = JSON.parse(readFileSync(`${FOLDER}/dtypes-${version}.json`, 'utf8')) as Record<string, number[]>;
      for (const tensor of tensors.filter(t => expected[t.name])) assert.deepEqual([...await tensor.read()], expected[tensor.name]?.map(Math.fround), tensor.name);
      assert.ok(Object.keys(expected).length >= 17 && Object.keys(expected).every(name => tensors.some(t => t.name === name)));
      assert.deepEqual(['qint8', 'columns', 'scalar', 'empty'].map(name => { const t = tensors.find(each => each.name === name); return [t?.dtype, t?.shape]; }),
        [['qint8', [2, 3]], ['qint32', [3, 2]], ['float32', []], ['float32', [0, 4]]]);
    });

    it(`torch ${version}: what holds no numbers that can be read says so only when it is asked for`, async () => {
      const { tensors } = await open(`dtypes-${version}.pt`);
      const refusal = (name: string): Promise<string> => tensors.find(t => t.name === name)!.read().then(() => 'read', (e: unknown) => (e instanceof FormatError ? e.message : 'not a FormatError'));
      assert.match(await refusal('complex64'), /"complex64" is of type complex64, which is not read/);
      assert.match(await refusal('sparse'), /"sparse" is sparse/);
      if (version !== '1.13') assert.match(await refusal('float8_e4m3fn'), /of type float8_e4m3fn, which is not read/);
    });

    it(`torch ${version}: a Lightning checkpoint's weights go without the key, its settings are told, its optimizer is left out`, async () => {
      const opened = await open(`lightning-${version}.ckpt`);
      const { metadata } = opened;
      assert.ok(names(opened).filter(n => n.startsWith('model.')).length === 23, String(names(opened)));
      assert.deepEqual(names(opened).filter(n => !n.startsWith('model.')), ['callbacks.ModelCheckpoint.best_model_score']);
      assert.deepEqual([metadata['epoch'], metadata['pytorch-lightning_version'], metadata['hyper_parameters.hidden_size'], metadata['hyper_parameters.name'], metadata['optimizer']],
        ['3', '1.9.5', '4', 'tagger', 'its state is left out']);
      assert.equal(opened.warnings, undefined);
    });

    it(`torch ${version}: a DataParallel checkpoint's names lose both prefixes; a Namespace and a NumPy scalar are told`, async () => {
      const { metadata, tensors } = await open(`parallel-${version}.pth`);
      assert.equal(tensors[0]?.name, 'embedding.weight');
      assert.ok(tensors.every(t => !/exp_avg|^step/.test(t.name)));
      assert.deepEqual([metadata['args.rnn'], metadata['loss'], metadata['optimizer']], ['gru', '0.5', 'its state is left out']);
    });

    it(`torch ${version}: a whole model is named, its modules say what they are, and nobody is alarmed`, async () => {
      const opened = await open(`module-${version}.pth`);
      assert.deepEqual([opened.metadata['object'], opened.metadata['lstm'], opened.metadata['rnn'], opened.warnings],
        ['__main__.Tagger', 'LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True)', 'RNN(8, 4, nonlinearity=relu)', undefined]);
      assert.deepEqual(opened.stacks.map(s => [s.doubts, ...s.levels.map(l => l.cell.id)]), [[undefined, 'lstm', 'lstm'], [undefined, 'rnnRelu']]);
    });

    it(`torch ${version}: TorchScript's code tells tanh from relu, where the objects do not`, async () => {
      for (const file of [`script-${version}.pt`, `trace-${version}.pt`]) assert.deepEqual((await open(file)).stacks.map(s => [s.name, s.levels[0]?.cell.id, s.doubts]), [['rnn', 'rnnRelu', undefined], ['lstm', 'lstm', undefined], ['tanh', 'rnn', undefined]], file);
    });

    it(`torch ${version}: of a parametrisation that only code knows, the layer says so`, async () => {
      const [stack] = (await open(`spectral-${version}.pt`)).stacks;
      assert.match(stack?.levels[0]?.problem ?? '', /"lstm\.parametrizations\.weight_hh_l0\.original" is parametrised in a way that the file does not say/);
    });

    it(`torch ${version}: only the pickle is read when a file opens, and a tensor's own numbers when it is asked for`, async () => {
      const disk = onDisk(`${FOLDER}/lightning-${version}.ckpt`);
      const opened = await torch.open(disk) as Checkpoint;
      const zip = await openZip(disk);
      const pickle = zip.members.find(m => m.name.endsWith('data.pkl'))!.size;
      assert.ok(disk.total <= pickle + 65557 + 8192 + 512, `${disk.total} bytes were read; the pickle has ${pickle}`);
      const before = disk.total;
      await opened.tensors.find(t => t.name === 'model.head.weight')!.read();
      assert.ok(disk.total - before <= 2 * 4 * 4 + 30, `${disk.total - before} bytes were read`);
    });
  }

  it('a vanilla RNN of which nobody says it is tanh until a person decides', async () => {
    const [stack] = (await open('rnn-relu-1.13.pt')).stacks;
    assert.deepEqual([stack?.doubts?.[0]?.id, stack?.doubts?.[0]?.taken, stack?.levels[0]?.cell.id], ['nonlinearity', 'tanh', 'rnn']);
    assert.deepEqual(stack?.levels[0]?.assumptions, []);
    const decided = stack?.decide?.({ nonlinearity: 'relu', other: 'x' });
    assert.deepEqual([decided?.doubts?.[0]?.taken, decided?.levels.map(l => l.cell.id), decided?.levels[0]?.assumptions], ['relu', ['rnnRelu', 'rnnRelu'], []]);
    assert.deepEqual(decided?.decide?.({}).levels[0]?.cell.id, 'rnnRelu');
    assert.deepEqual(decided?.decide?.({ nonlinearity: 'tanh' }).levels[0]?.cell.id, 'rnn');
  });

  it('weight normalisation lists the tensors that the file has', async () => {
    const [stack] = (await open('weight-norm-1.13.pt')).stacks;
    assert.deepEqual(stack?.levels[0]?.tensors, ['lstm.weight_ih_l0_g', 'lstm.weight_ih_l0_v', 'lstm.weight_hh_l0_g', 'lstm.weight_hh_l0_v', 'lstm.bias_ih_l0', 'lstm.bias_hh_l0']);
  });

  it('names: one dictionary of weights loses its key, two keep theirs, and no name is lost to another', () => {
    const paths = (...all: string[]): string[][] => all.map(p => p.split('/'));
    const cut = (listed: boolean, ...all: string[]): string[] => { const b = beginning(paths(...all), listed); return all.map(p => without(p.replaceAll('/', '.'), b)); };
    assert.deepEqual(cut(false, 'state_dict/a.w', 'state_dict/b', 'epoch'), ['a.w', 'b', 'epoch']);
    assert.deepEqual(cut(false, 'model/state_dict/module.a', 'model/state_dict/module.b'), ['a', 'b']);
    assert.deepEqual(cut(false, 'model/a', 'ema/a'), ['model.a', 'ema.a']);
    assert.deepEqual(cut(false, 'encoder/a', 'other'), ['encoder.a', 'other']);
    assert.deepEqual(cut(false, 'model.a', 'model.b'), ['model.a', 'model.b']);
    assert.deepEqual(cut(true, '0/a', '0/b'), ['a', 'b']);
    assert.deepEqual(cut(true, '0/a', '1/b'), ['0.a', '1.b']);
    assert.deepEqual(cut(false, 'model/a', 'a'), ['model.a', 'a']);
    assert.deepEqual(cut(false, '_orig_mod.module.a', '_orig_mod.module.b'), ['a', 'b']);
  });

  it('a tar file of the first PyTorch is named for what it is', async () => {
    const tar = new Uint8Array(1024);
    tar.set(new TextEncoder().encode('sys_info'), 0);
    tar.set(new TextEncoder().encode('ustar'), 257);
    assert.ok(await torch.match(tar, memory('old.pt', tar)));
    await assert.rejects(open('old.pt', tar), (e: unknown) => e instanceof FormatError && /tar file of PyTorch 0\.1/.test(e.message));
  });

  it('other zip files and other files are not its own', async () => {
    const other = bytesOf('../../formats/torch_lstm.safetensors');
    assert.equal(await torch.match(other.subarray(0, 4096), memory('x', other)), false);
    const cut = bytesOf('lstm-1.13.pt').subarray(0, 2000);
    assert.equal(await torch.match(cut, memory('x.keras', cut)), false);
    await assert.rejects(open('cut.pt', cut), (e: unknown) => e instanceof FormatError && /end of the zip archive is missing/.test(e.message));
    await assert.rejects(open('x.bin', Uint8Array.of(1, 2, 3, 4)), (e: unknown) => e instanceof FormatError && /should begin as a zip file or a pickle/.test(e.message));
  });
});

describe('hostile PyTorch files', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['system-1.13.pt', /names posix\.system: not run/], ['system-legacy-1.13.pt', /names posix\.system: not run/], ['eval-1.13.pt', /names builtins\.eval, __main__\.Calls: not run/],
  ];
  for (const [name, warning] of cases) {
    it(`${name} opens, runs nothing, and says what it names`, async () => {
      const opened = await open(name);
      assert.match(opened.warnings?.join() ?? '', warning);
      assert.equal(opened.stacks.length, 1);
      await opened.stacks[0]!.levels[0]!.load();
      assert.ok(!existsSync('gatescope-ran'), 'the file ran a command');
    });
  }

  it('says of a storage of a stream that it holds another count than the pickle says', async () => {
    const bytes = bytesOf('legacy-views-1.13.pt');
    // Eight bytes of count stand before the numbers of each storage; this is the first of 64.
    const at = Buffer.from(bytes).indexOf(Buffer.from([64, 0, 0, 0, 0, 0, 0, 0]));
    assert.ok(at > 0);
    bytes[at] = 63;
    const refusals = await Promise.all((await open('x.pt', bytes)).tensors.map(t => t.read().then(() => '', (e: unknown) => String(e))));
    assert.deepEqual(refusals.filter(r => r !== '').map(r => /should hold 64 numbers, but says 63/.test(r)), [true]);
  });

  it('warns of classes of alarming modules even where they are only named, and of no others', async () => {
    const named = (...names: string[]): Promise<Checkpoint> => open('x.pkl', Buffer.from(`\x80\x02(${names.map(n => `c${n.replace(/\.(\w+)$/, '\n$1')}\n)\x81`).join('')}l.`, 'latin1'));
    assert.match((await named('subprocess.Popen', 'torch.nn.modules.rnn.LSTM', 'mine.Net')).warnings?.join() ?? '', /names subprocess\.Popen: not run/);
    assert.equal((await named('torch.nn.modules.rnn.LSTM', 'mine.Net', 'builtins.set')).warnings, undefined);
  });

  it('cycles end, and the weights beside them are found', async () => {
    const opened = await open('cyclic-1.13.pt');
    assert.deepEqual(opened.stacks.map(s => s.name), ['lstm']);
    assert.equal(opened.warnings, undefined);
  });

  it('lists in lists a hundred thousand deep, and 2^30 ways to one list, take no time', async () => {
    const start = performance.now();
    const deep = Buffer.from(`\x80\x02${']'.repeat(100_000)}${'a'.repeat(99_999)}.`, 'latin1');
    const doubled = `\x80\x02]${Array.from({ length: 30 }, (_, k) => `q${String.fromCharCode(k)}0](h${String.fromCharCode(k)}h${String.fromCharCode(k)}e`).join('')}.`;
    for (const bytes of [deep, Buffer.from(doubled, 'latin1')]) assert.deepEqual((await open('x.pkl', bytes)).tensors, []);
    assert.ok(performance.now() - start < 5000);
  });

  /** A plain pickle of one tensor whose storage the file does not have, with numbers of our choosing. */
  const view = (shape: readonly number[], strides: readonly number[], offset: number): Uint8Array => {
    const ints = (all: readonly number[]): string => `(${all.map(n => `I${n}\n`).join('')}t`;
    return Buffer.from(`\x80\x02}Vx\nctorch._utils\n_rebuild_tensor_v2\n((Vstorage\nctorch\nFloatStorage\nV0\nVcpu\nI4\ntQI${offset}\n${ints(shape)}${ints(strides)}\x89}tRs.`, 'latin1');
  };
  it('impossible shapes, strides and offsets are said when the tensor is asked for', async () => {
    for (const [shape, strides, offset, message] of [
      [[2, 2], [2], 0, /strides or an offset/], [[2], [1], -1, /strides or an offset/], [[2], [-1], 0, /strides or an offset/],
      [[-2], [1], 0, /no list of counts/], [[2 ** 40, 2 ** 40], [1, 1], 0, /no list of counts/], [[1], [1], 0, /the file holds none/],
    ] as const) {
      const { tensors } = await open('x.pkl', view(shape, strides, offset));
      assert.equal(tensors.length, 1);
      await assert.rejects(tensors[0]!.read(), (e: unknown) => e instanceof FormatError && message.test(e.message), String(message));
    }
  });

  it('a view beyond its storage, or of one number a billion times, is refused before memory is taken', async () => {
    const whole = bytesOf('float64-1.13.pt');
    // The shape [16, 3] of the first tensor stands in the pickle as K 16, K 3, TUPLE2; a larger one of the same length in its place.
    const at = Buffer.from(whole).indexOf(Buffer.from([0x4b, 16, 0x4b, 3, 0x86]));
    assert.ok(at > 0);
    const wider = Uint8Array.from(whole);
    wider[at + 1] = 255;
    const { tensors } = await open('x.pt', wider);
    assert.deepEqual(tensors[0]!.shape, [255, 3]);
    await assert.rejects(tensors[0]!.read(), /should reach to byte 6120 of its storage, which has 384/);
    const shared = bytesOf('shared-1.13.pt');
    const expanded = Buffer.from(shared).indexOf(Buffer.from([0x4b, 3, 0x4b, 4, 0x86]));
    assert.ok(expanded > 0);
    assert.deepEqual([...await (await open('x.pt', shared)).tensors.find(t => t.name === 'other')!.read()], Array(12).fill(2.5));
  });
});

describe('large PyTorch files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatescope-torch-'));
  after(() => rmSync(folder, { recursive: true }));
  // Files with holes take no room on disk, except where the file system has none.
  const kinds = process.platform === 'win32' ? [] : [['an archive', writeArchive], ['a legacy stream', writeLegacy]] as const;
  for (const [kind, write] of kinds) {
    it(`${kind} of 5 GB opens by its pickle alone, and the LSTM behind byte 2^32 is read`, async function () {
      const path = join(folder, `${kind.replace(/\W/g, '')}.pt`);
      const tensors = largeTensors(5 * 2 ** 30);
      write(path, tensors);
      const disk = onDisk(path);
      const start = performance.now();
      const opened = await torch.open(disk) as Checkpoint;
      const time = performance.now() - start;
      assert.deepEqual(opened.stacks.map(s => s.name), ['lstm']);
      assert.ok(disk.size > 2 ** 32 && disk.total < 200_000, `${disk.total} bytes of ${disk.size} were read`);
      for (const { name, data } of tensors.filter(t => t.data)) assert.deepEqual(await opened.tensors.find(t => t.name === name)!.read(), data, name);
      this.test!.title += `: ${time.toFixed(0)} ms, ${disk.total} bytes`;
      assert.ok(time < 5000, `${time} ms`);
      await assert.rejects(opened.tensors[0]!.read(), /too large to be read at once/);
    });
  }
});

const SEED = 4712;

describe(`damaged PyTorch files (seed ${SEED})`, () => {
  for (const name of readdirSync(FOLDER).filter(f => /-1\.13\.(pt|pth|ckpt|pkl|bin)$/.test(f))) {
    it(name, async function () {
      const whole = bytesOf(name);
      const next = random(SEED);
      const outcomes = { read: 0, refused: 0 };
      const attempt = async (what: string, bytes: Uint8Array): Promise<void> => {
        outcomes[await onlyFormatError(`${name}, ${what}`, async () => {
          const { tensors, stacks } = await open(name, bytes);
          for (const t of tensors) await t.read().catch((e: unknown) => { if (!(e instanceof FormatError)) throw e; });
          for (const l of stacks.flatMap(s => s.levels)) await l.load().catch((e: unknown) => { if (!(e instanceof FormatError)) throw e; });
        })]++;
      };
      for (let k = 0; k < 20; k++) await attempt(`cut ${k}`, whole.subarray(0, Math.floor(next() * whole.length)));
      for (let k = 0; k < 60; k++) {
        const bytes = Uint8Array.from(whole);
        for (let n = 0; n <= k % 3; n++) bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
        await attempt(`change ${k}`, bytes);
      }
      this.test!.title += `: ${outcomes.refused} of ${outcomes.read + outcomes.refused} refused`;
      assert.ok(outcomes.refused > 0);
    });
  }
});
