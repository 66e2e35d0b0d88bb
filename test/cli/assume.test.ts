import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { after, describe, it } from 'mocha';
import { gatescope, npy, readTrace, signalOf, temporary } from './cli';

interface Truth { readonly runs: readonly { readonly stack: string; readonly x: readonly number[][]; readonly y: readonly number[][]; readonly answers?: Readonly<Record<string, string>> }[] }

const FILES = 'test/fixtures/files';
const files = temporary();
after(() => files.remove());
const out = files.path('t.safetensors');
const input = files.path('x.npy');

const farthest = (a: ArrayLike<number>, b: readonly number[]): number => {
  assert.equal(a.length, b.length);
  return b.reduce((most, v, k) => Math.max(most, Math.abs(a[k]! - v)), 0);
};

describe('gatescope run --assume', () => {
  const cases: readonly [file: string, truth: string][] = [['npz/keras.npz', 'npz/keras'], ['tf1/model.ckpt.index', 'tf1/model']];
  for (const [file, truth] of cases) {
    const { runs } = JSON.parse(readFileSync(`${FILES}/${truth}.truth.json`, 'utf8')) as Truth;
    for (const { stack, x, y, answers } of runs.filter(r => r.answers)) it(`gives what ${stack} of ${file} gives with ${JSON.stringify(answers)}`, async () => {
      writeFileSync(input, npy(Float32Array.from(x.flat()), x.length, x[0]!.length));
      const run = (...more: string[]): ReturnType<typeof gatescope> => gatescope('run', `${FILES}/${file}`, '--layer', stack, '--input', input, '--out', out, ...more);
      const assumed = Object.entries(answers!).flatMap(([id, option]) => ['--assume', `${id}=${option}`]);
      const decided = run(...assumed);
      assert.equal(decided.code, 0, decided.err);
      const h = await signalOf(await readTrace(out), 'h');
      assert.ok(farthest(h, y.flat()) <= 2e-6, `off by ${farthest(h, y.flat())}`);
      for (const [id] of Object.entries(answers!)) assert.doesNotMatch(decided.err, new RegExp(`--assume ${id}=`), 'what is decided is no news');
      // Without the answer another is taken, and it is said how to decide.
      const left = run();
      assert.ok(farthest(await signalOf(await readTrace(out), 'h'), y.flat()) > 1e-3);
      for (const [id, option] of Object.entries(answers!)) assert.match(left.err, new RegExp(`note: .* Assumed: .* Otherwise --assume ${id}=.*${option}`));
    });
  }

  const refused = files.path('none.safetensors');
  const bad: readonly [string, readonly string[], RegExp][] = [
    ['an id that is not open', ['--assume', 'forget-bias=1'], /--assume forget-bias: lstm of keras\.npz does not leave that open\. Open in .*: recurrent-activation=sigmoid\|hard_sigmoid\|hard_sigmoid_keras3\./],
    ['an option that is none', ['--layer', 'plain', '--assume', 'gru-form=both'], /gru-form takes reset-after\|reset-before, found both\. Open in .*gru-form=reset-after\|reset-before, recurrent-activation=/],
    ['a name of every object', ['--assume', '__proto__=1', '--assume', 'constructor=1'], /does not leave that open/],
    ['one bad answer beside a good one', ['--assume', 'recurrent-activation=sigmoid', '--assume', 'form=1'], /--assume form: /],
    ['no option', ['--assume', 'gru-form'], /--assume takes ID=OPTION, found gru-form/],
    ['an empty option', ['--assume', 'gru-form='], /--assume takes ID=OPTION/],
  ];
  for (const [name, args, expected] of bad) it(`says in one line what is wrong with ${name}`, () => {
    const { code, err } = gatescope('run', `${FILES}/npz/keras.npz`, '--generate', 'noise', '--out', refused, ...args);
    assert.equal(code, 1);
    assert.match(err, expected);
    assert.equal(err.trim().split('\n').length, 1, err);
    assert.equal(existsSync(refused), false);
  });

  it('says so where nothing is open', () => {
    const { code, err } = gatescope('run', `${FILES}/torch/gru-2.15.pt`, '--generate', 'noise', '--assume', 'gru-form=reset-before', '--out', refused);
    assert.deepEqual([code, /gru-2\.15\.pt leaves nothing open/.test(err)], [1, true], err);
  });
});

describe('gatescope inspect, for a person', () => {
  it('says below the table what is open, once for all that it is open of', () => {
    const { out: said } = gatescope('inspect', `${FILES}/npz/keras.npz`);
    const open = said.split('\n\n')[1]!.trim().split('\n');
    assert.deepEqual(open.map(line => /^(.*?): .*--assume (\S+?)=/.exec(line)?.slice(1)), [
      ['lstm, after, before, plain and 2 more', 'recurrent-activation'], ['plain', 'gru-form'], ['simple, relu', 'nonlinearity'],
    ]);
  });

  it('says why a layer cannot be loaded', () => {
    const { out: said } = gatescope('inspect', `${FILES}/torch/spectral-2.15.pt`);
    assert.match(said, /cannot be loaded: /);
  });

  it('lists a recording as a table, and as JSON where it is asked for', () => {
    const { out: said } = gatescope('inspect', `${FILES}/recordings/gru.npz`);
    assert.match(said, /^name +cell +direction +steps +signals\ngru +gru +forward +9 +r\[4\] z\[4\] n\[4\] h\[4\]\n\nWhich axis.*--choose axes=ut\./);
    assert.deepEqual(JSON.parse(gatescope('inspect', '--json', `${FILES}/recordings/gru.npz`).out), [{ name: 'gru', cell: 'gru', direction: 'forward', steps: 9, signals: { r: 4, z: 4, n: 4, h: 4 } }]);
  });
});

describe('gatescope export --choose', () => {
  const run = (...choose: string[]): ReturnType<typeof gatescope> => gatescope('export', `${FILES}/recordings/hidden.npy`, '--as', 'csv', '--out', files.path('a.csv'), ...choose.flatMap(c => ['--choose', c]));

  it('takes another answer', () => {
    assert.match(run().out, /9 steps/);
    assert.match(run('axes=ut').out, /4 steps/);
  });

  it('refuses what is not asked, and lists what is', () => {
    assert.match(run('axis=ut').err, /--choose axis: hidden\.npy does not leave that open\. Open in hidden\.npy: axes=tu\|ut/);
    assert.match(run('axes=tuu').err, /axes takes tu\|ut, found tuu/);
  });
});
