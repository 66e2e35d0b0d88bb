import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { outline } from '../../src/source/index';
import type { LayerSpec } from '../../src/source/outline';
import { shapes } from '../../src/source/describe/shapes';

/** Made by fixtures/makers/keras_counts.py. */
interface Row { readonly version: string; readonly code: string; readonly count: number; readonly outputs: readonly (readonly (number | null)[])[]; readonly config?: string }

const rows = JSON.parse(readFileSync('test/fixtures/kerasCounts.json', 'utf8')) as Row[];

function only(layers: readonly LayerSpec[]): LayerSpec {
  const [layer] = layers;
  assert.ok(layer && layers.length === 1, `one layer, not ${layers.length}`);
  return layer;
}

/** What a configuration says as code does. */
const fields = ['framework', 'cell', 'isCell', 'inputSize', 'units', 'layers', 'bidirectional', 'batchFirst', 'dropout', 'bias', 'projection', 'options', 'assumed'] as const;

/** The outline of a row's code, applied to its input. */
function ofCode({ code }: Row): LayerSpec {
  return only(outline(`from tensorflow import keras\nfrom tensorflow.keras import layers\ny = ${code}(keras.Input((None, 5)))`, 'python').layers);
}

/** `(N, T, 14)` as Keras gives it, with null for batch and time. */
function shapeOf(text: string): (number | null)[] {
  return text.slice(1, -1).split(', ').map(n => n === 'N' || n === 'T' ? null : Number(n));
}

describe('parameters and shapes of Keras layers, against Keras', () => {
  it('has four versions', () => { assert.deepEqual([...new Set(rows.map(r => r.version))], ['2.12.0', '2.15.0', '3.0.5', '3.15.1']); });

  for (const row of rows) it(`${row.version}: ${row.code}`, () => {
    const layer = ofCode(row);
    assert.equal(layer.parameters, row.count);
    assert.deepEqual(shapeOf(shapes(layer).find(s => s.what === 'output')?.shape ?? ''), row.outputs[0]);
  });

  for (const row of rows.filter(r => r.config !== undefined)) it(`${row.version}, its configuration: ${row.code}`, () => {
    const fromJson = only(outline(row.config ?? '', 'json').layers);
    const fromCode = ofCode(row);
    assert.equal(fromJson.parameters, row.count);
    for (const field of fields) assert.deepEqual(fromJson[field], fromCode[field], field);
  });
});
