/** What code says of a layer, and whether a stack of a checkpoint is that layer. */
import type { StackRef } from './formats/format';
import type { LayerSpec } from './source/outline';

export interface Wanted {
  readonly name: string;
  readonly family: 'rnn' | 'lstm' | 'gru' | null;
  readonly inputSize: number | null;
  readonly units: number | null;
  readonly layers: number | null;
  readonly bidirectional: boolean | null;
  readonly projection: number | null;
}

export const anything = (name: string): Wanted =>
  ({ name, family: null, inputSize: null, units: null, layers: null, bidirectional: null, projection: null });

export const wantedOf = (spec: LayerSpec): Wanted => ({
  name: spec.name, family: spec.cell, inputSize: spec.inputSize, units: spec.units, layers: spec.layers,
  bidirectional: spec.bidirectional, projection: spec.projection,
});

const blocks = { lstm: 4, gru: 3, rnn: 1 } as const;
const families = { lstm: 'an LSTM', gru: 'a GRU', rnn: 'an RNN', other: 'another cell' } as const;

/** undefined where the stack can be the layer; else what was expected and what was found, with shapes. */
export function misfit(stack: StackRef, wanted: Wanted): string | undefined {
  const first = stack.levels[0];
  if (!first) return `Expected a recurrent layer, found none in ${stack.name}.`;
  if (first.problem !== undefined) return `${stack.name} cannot be loaded: ${first.problem}.`;
  const { family } = first.cell;
  if (wanted.family !== null && family !== wanted.family) return `Expected ${families[wanted.family]}, found ${families[family]} (${stack.name}).`;
  const units = wanted.projection || wanted.units;
  const rows = (n: number): number => (family === 'other' ? 1 : blocks[family]) * n;
  if (wanted.inputSize !== null && first.inputSize !== wanted.inputSize || units !== null && first.units !== units) {
    const expected = `(${units === null ? 'any' : rows(units)}, ${wanted.inputSize ?? 'any'})`;
    return `Expected an input kernel${first.tensors[0] ? ` (${first.tensors[0]})` : ''} of shape ${expected}, found (${rows(first.units)}, ${first.inputSize}): `
      + `the code says ${wanted.inputSize ?? 'any'} → ${units ?? 'any'}, the checkpoint ${first.inputSize} → ${first.units}.`;
  }
  if (wanted.layers !== null && stack.levels.length !== wanted.layers) return `Expected ${count(wanted.layers, 'layer')}, found ${stack.levels.length}.`;
  if (wanted.bidirectional !== null && (first.directions.length > 1) !== wanted.bidirectional) {
    return wanted.bidirectional ? 'Expected both directions, found one.' : 'Expected one direction, found both.';
  }
  return undefined;
}

const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
