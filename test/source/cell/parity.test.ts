/** Cells written as modules of PyTorch, Keras and Flax, read from their text, give the framework's own h: by the reference and compiled. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { cellOf, fitsIn, paramsOf } from '../../../src/codeCell';
import { cellById } from '../../../src/core/cells/index';
import { run } from '../../../src/core/engine';
import { english } from '../../../src/core/said';
import { parse, print } from '../../../src/core/equations';
import { open } from '../../../src/formats/index';
import { fileBytes } from '../../../src/platform/node';
import { isRead, type ReadCell } from '../../../src/source/cell/spec';
import { outline } from '../../../src/source/index';

const folder = 'test/fixtures/ownCells';

function cell(name: string): ReadCell {
  const [found] = outline(readFileSync(`${folder}/${name}.py`, 'utf8'), 'python').cells ?? [];
  assert.ok(found && isRead(found), found && !isRead(found) ? `line ${found.whyLine}: ${english(found.why)}` : 'no cell');
  return found;
}

/** Equations without labels, in one order. */
const bare = (text: string): string[] => print(parse(text)).split('\n').map(l => l.split('  ')[0]!).sort();

/** A cell's code, and a file that its framework saved. */
const files: readonly (readonly [name: string, file: string, framework: string])[] = [
  ...['fused', 'separate', 'functional', 'peephole', 'layerNorm', 'fusedNorm', 'parts', 'ownNorm', 'nested', 'inherited', 'built', 'yz'].map(name => [name, `${name}.safetensors`, 'PyTorch'] as const),
  ...['sliced', 'dense', 'normed', 'reservoir', 'rows', 'derived'].flatMap(name => ['weights.h5', 'h5'].map(ending => [`keras/${name}`, `keras/${name}.${ending}`, 'Keras'] as const)),
  ...['tensorflow', 'hard'].map(name => [`keras/${name}`, `keras/${name}.h5`, 'Keras'] as const),
  ...['compact', 'params', 'setup', 'unnamed', 'normed'].map(name => [`flax/${name}`, `flax/${name}.msgpack`, 'Flax'] as const),
];

describe('cells from code', () => {
  for (const [name, file, framework] of files) {
    for (const evaluator of ['reference', 'fast'] as const) {
      it(`${file}: h is ${framework}'s (${evaluator})`, async () => {
        const read = cell(name);
        const opened = await open(await fileBytes(`${folder}/${file}`));
        assert.ok(opened.kind === 'checkpoint');
        const fits = fitsIn(read, opened.tensors), [fit] = fits;
        assert.ok(fit, `the tensors fit: ${opened.tensors.map(t => t.name).join(', ')}`);
        assert.equal(fits.length, 1);
        const { x, h } = JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8')) as { x: number[][]; h: number[][] };
        const params = await paramsOf(read, fit, opened.tensors);
        const layer = { cell: cellOf(read, name), inputSize: 5, units: 6, direction: 'forward' as const, params };
        const trace = await run({ name, levels: [{ name, merge: 'concat', directions: [layer] }] }, Float32Array.from(x.flat()), x.length, { evaluator });
        const errors = h.flat().map((v, k) => Math.abs(v - trace.levels[0]!.output[k]!));
        const worst = Math.max(...errors);
        if (process.env.SAY) console.log(file, evaluator, worst);
        assert.ok(worst <= 1e-6, `${worst} at step ${Math.floor(errors.indexOf(worst) / 6)}`);
      });
    }
  }

  for (const [name, id] of [['fused', 'lstm'], ['functional', 'gru'], ['separate', 'gruResetBefore'], ['peephole', 'lstmPeephole'],
    ['flax/compact', 'gru'], ['flax/params', 'lstm']] as const) {
    it(`${name} has the equations of ${id}`, () => { assert.deepEqual(bare(cell(name).equations), bare(cellById(id).equations)); });
  }
});
