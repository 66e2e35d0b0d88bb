/** Shapes of what goes in and comes out, with symbols where a size is unknown. */
import type { LayerSpec } from './outline';
import { brief, times, type Size } from './size';

export interface ShapeRow { readonly what: string; readonly shape: string; readonly note: string }

export interface Sizes { readonly input: Size; readonly units: Size; readonly layers: Size; readonly directions: Size; readonly output: Size; readonly projected: boolean }

/** Sizes of a layer, source text standing in for unknown ones, else a letter. `output` is one direction's. */
export function sizesOf(spec: LayerSpec): Sizes {
  const size = (value: number | null, field: string, letter: string): Size => value ?? named(spec.symbols[field]) ?? letter;
  const units = size(spec.units, 'units', 'H');
  const projected = spec.projection !== 0;
  return {
    input: size(spec.inputSize, 'inputSize', 'I'), units, layers: size(spec.layers, 'layers', 'L'),
    directions: spec.bidirectional === null ? 'D' : spec.bidirectional ? 2 : 1,
    output: projected ? size(spec.projection, 'projection', 'P') : units, projected,
  };
}

/** A splat (`*sizes`) names many values, so it cannot stand for one. */
function named(symbol: string | undefined): string | undefined {
  return symbol === undefined || symbol.startsWith('*') ? undefined : brief(symbol);
}

function shape(...sizes: readonly Size[]): string {
  return `(${sizes.join(', ')})`;
}

/** The rows of the shape table. N batch, T timesteps. */
export function shapes(spec: LayerSpec): readonly ShapeRow[] {
  if (spec.isCell) return cellRows(spec);
  return spec.framework === 'keras' ? kerasRows(spec) : pytorchRows(spec);
}

function stateNames(spec: LayerSpec): string {
  return spec.cell === 'lstm' ? 'h, c' : spec.cell === null ? 'states' : 'h';
}

function cellRows(spec: LayerSpec): readonly ShapeRow[] {
  const { input, units } = sizesOf(spec);
  return [
    { what: 'input', shape: shape('N', input), note: 'one step at a time' },
    { what: `${stateNames(spec)} after it`, shape: shape('N', units), note: '' },
  ];
}

function pytorchRows(spec: LayerSpec): readonly ShapeRow[] {
  const { input, units, output, layers, directions, projected } = sizesOf(spec);
  const order = (width: Size): string => spec.batchFirst === true ? shape('N', 'T', width) : shape('T', 'N', width);
  const note = spec.batchFirst === null ? `unless \`batch_first\`, here \`${brief(spec.symbols['batchFirst'] ?? '?')}\`` : spec.batchFirst ? 'batch first' : 'time first';
  const halves = spec.bidirectional === true ? `${output} forward, ${output} reverse` : '';
  const stack = [
    layers === 1 ? [] : [`${layers} layers`], spec.bidirectional === true ? ['2 directions'] : [],
  ].flat().join(' × ');
  const second = spec.batchFirst === true ? 'batch is second here' : '';
  const end = [stack, second].filter(Boolean).join('; ');
  const last = (width: Size): string => shape(times(layers, directions), 'N', width);
  const states = projected
    ? [{ what: 'h at the end', shape: last(output), note: end }, { what: 'c at the end', shape: last(units), note: end }]
    : [{ what: `${stateNames(spec)} at the end`, shape: last(units), note: end }];
  return [{ what: 'input', shape: order(input), note }, { what: 'output', shape: order(times(directions, output)), note: halves }, ...states];
}

function kerasRows(spec: LayerSpec): readonly ShapeRow[] {
  const { input, units, layers } = sizesOf(spec);
  const merge = spec.options['mergeMode'];
  const both = spec.bidirectional === true;
  const width = both && merge === 'concat' ? times(2, units) : units;
  const sequence = spec.options['returnSequences'];
  const time = spec.batchFirst === false ? ['T', 'N'] : ['N', 'T'];
  const how = !both ? '' : merge === 'concat' ? `${units} forward, ${units} reverse` : merge === 'none' ? 'one each way' : merge === undefined ? 'merge mode unknown' : `forward and reverse: \`${brief(String(merge))}\``;
  const steps = sequence === true ? 'every step' : sequence === false ? 'last step only' : 'last step only, unless `return_sequences`';
  return [
    { what: 'input', shape: shape(...time, input), note: input === 'I' ? 'I: what the layer before gives' : '' },
    { what: 'output', shape: sequence === true ? shape(...time, width) : shape('N', width), note: [steps, how].filter(Boolean).join('; ') },
    ...(spec.options['returnState'] === true ? [{ what: `${stateNames(spec)} at the end`, shape: shape('N', units), note: [layers === 1 ? '' : `each of ${layers} layers`, both ? 'each way' : ''].filter(Boolean).join(', ') }] : []),
  ];
}
