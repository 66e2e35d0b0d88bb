import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { running } from '../../src/core/engine';
import { atOnce } from '../../src/core/recording/recording';
import type { Sequence } from '../../src/core/sequence';
import { FormatError, open } from '../../src/formats/index';
import { fileBytes } from '../../src/platform/node';
import { upstreamOf, type Reached } from '../../src/upstream';

const FOLDER = join('test', 'fixtures', 'files', 'kerasUpstream');
const TOLERANCE = 2e-6;

interface Truth { readonly file: string; readonly version: string; readonly target: string; readonly given: number[] | number[][]; readonly x: number[][]; readonly y: number[][] }

const sequenceOf = (given: Truth['given']): Sequence => {
  const rows = given.map(row => (Array.isArray(row) ? row : [row]));
  return { steps: rows.length, width: rows[0]!.length, data: Float32Array.from(rows.flat()), axis: 'steps', description: 'given', notes: [] };
};

async function reach(truth: Truth, given = sequenceOf(truth.given)): Promise<{ reached: Reached; y: Float32Array }> {
  const bytes = await fileBytes(join(FOLDER, truth.file));
  const checkpoint = await open(bytes);
  assert.equal(checkpoint.kind, 'checkpoint');
  if (checkpoint.kind !== 'checkpoint') throw new Error();
  const stack = checkpoint.stacks.find(s => s.levels[0]!.name === truth.target)!;
  const upstream = await upstreamOf(bytes, checkpoint, stack, () => Promise.reject(new Error('No graph is run.')));
  assert.ok(upstream && !upstream.runsGraph);
  const reached = await upstream.run({ sequence: given });
  const levels = await Promise.all(stack.levels.map(l => l.load()));
  const trace = atOnce(running({ name: stack.name, levels }, reached.x, reached.steps, { evaluator: 'reference', mask: reached.mask }));
  return { reached, y: Float32Array.from(trace.levels.at(-1)!.directions[0]!.output) };
}

function compare(found: Float32Array, expected: readonly (readonly number[])[], what: string): void {
  const flat = expected.flat();
  assert.equal(found.length, flat.length, what);
  const scale = Math.max(1, ...flat.map(Math.abs));
  flat.forEach((v, k) => assert.ok(Math.abs(found[k]! - v) <= TOLERANCE * scale, `${what}, step ${Math.floor(k / expected[0]!.length)}, [${k % expected[0]!.length}]: found ${found[k]}, expected ${v}`));
}

const load = (name: string): Truth => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Truth;

describe('layers before the recurrent one, of Keras', () => {
  for (const name of readdirSync(FOLDER).filter(f => f.endsWith('.upstream.json'))) {
    const truth = load(name);
    it(`gives what Keras ${truth.version} gives: ${truth.file}`, async () => {
      const { reached, y } = await reach(truth);
      compare(reached.x, truth.x, 'what reaches the layer');
      compare(y, truth.y, 'what the layer gives');
    });
  }

  it('says which entry of an embedding is not there', async () => {
    const truth = load('tokens.upstream.json');
    await assert.rejects(reach(truth, sequenceOf([1, 2, 99])), (e: unknown) => e instanceof FormatError && /table has 11 entries, but step 2 asks for entry 99/.test(e.message));
  });

  it('says what width it reads', async () => {
    const truth = load('convolution.upstream.json');
    await assert.rejects(reach(truth, sequenceOf([[1, 2], [3, 4]])), (e: unknown) => e instanceof FormatError && /should read \[steps, 3\], but gets \[2, 2\]/.test(e.message));
  });

  it('marks the steps that do not count', async () => {
    const { reached } = await reach(load('tokens.upstream.json'));
    assert.deepEqual([...reached.mask ?? []], [0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0]);
    assert.match(reached.notes.join(' '), /3 of 12 steps are masked/);
  });
});
