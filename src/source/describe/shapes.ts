/** Shapes of what goes in and comes out, with symbols where a size is unknown. */
import { saying } from '../../core/said';
import type { LayerSpec } from '../outline';
import { ofCells } from './parameters';
import { brief, times, type Size } from './size';
import { inEnglish, type Tell } from './telling';

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

/** A splat (`*sizes`) and values side by side (`5, 6`) are many, so they cannot stand for one. */
function named(symbol: string | undefined): string | undefined {
  return symbol === undefined || symbol.startsWith('*') || isMany(symbol) ? undefined : brief(symbol);
}

/** Whether commas part a text outside of its brackets. */
function isMany(symbol: string): boolean {
  if (!symbol.includes(',') || symbol.length > 2000) return symbol.includes(',');
  let inside = symbol;
  for (let before = ''; before !== inside;) { before = inside; inside = inside.replace(/\([^()]*\)|\[[^[\]]*\]|\{[^{}]*\}|'[^']*'|"[^"]*"/g, ''); }
  return inside.includes(',');
}

function shape(...sizes: readonly Size[]): string {
  return `(${sizes.join(', ')})`;
}

/** The rows of the shape table. N batch, T timesteps. */
export function shapes(spec: LayerSpec, tell: Tell = inEnglish): readonly ShapeRow[] {
  if (spec.framework === 'equinox') return equinoxRows(spec, tell);
  if (spec.options['unrolled'] === true) return unrolledRows(spec, tell);
  if (spec.isCell) return cellRows(spec, tell);
  if (spec.framework === 'flax' || spec.framework === 'nnx') return flaxRows(spec, tell);
  return ofCells(spec) ? kerasRows(spec, tell) : pytorchRows(spec, tell);
}

/** In the order of the framework: Flax carries (c, h). */
export function stateNames(spec: LayerSpec, tell: Tell): string {
  if (spec.cell === null) return spec.options['variant'] === 'mgu' ? 'h' : tell(saying('states'));
  return spec.cell !== 'lstm' ? 'h' : spec.framework === 'flax' || spec.framework === 'nnx' ? 'c, h' : 'h, c';
}

const input = (tell: Tell): string => tell(saying('input'));
const output = (tell: Tell): string => tell(saying('output'));
const atEnd = (states: string, tell: Tell): string => tell(saying('{0} at the end', states));
const after = (states: string, tell: Tell): string => tell(saying('{0} after it', states));
const halves = (width: Size, tell: Tell): string => tell(saying('{0} forward, {0} reverse', width));
const eachWay = (tell: Tell): string => tell(saying('each way'));

function cellRows(spec: LayerSpec, tell: Tell): readonly ShapeRow[] {
  const sizes = sizesOf(spec);
  const note = spec.options['scanned'] === true ? saying('one step at a time; `nn.scan` goes over steps') : saying('one step at a time');
  return [
    { what: input(tell), shape: shape('N', sizes.input), note: tell(note) },
    { what: after(stateNames(spec, tell), tell), shape: shape('N', sizes.units), note: '' },
  ];
}

function pytorchRows(spec: LayerSpec, tell: Tell): readonly ShapeRow[] {
  const { units, layers, directions, projected, ...sizes } = sizesOf(spec);
  const order = (width: Size): string => spec.batchFirst === true ? shape('N', 'T', width) : shape('T', 'N', width);
  const note = spec.batchFirst === null ? saying('unless `batch_first`, here `{0}`', brief(spec.symbols['batchFirst'] ?? '?')) : first(spec.batchFirst);
  const both = spec.bidirectional === true ? halves(sizes.output, tell) : '';
  const stack = [
    layers === 1 ? [] : [tell(saying('{0} layers', layers))], spec.bidirectional === true ? [tell(saying('2 directions'))] : [],
  ].flat().join(' × ');
  const second = spec.batchFirst === true ? tell(saying('batch is second here')) : '';
  const end = [stack, second].filter(Boolean).join('; ');
  const last = (width: Size): string => shape(times(layers, directions), 'N', width);
  const states = projected
    ? [{ what: atEnd('h', tell), shape: last(sizes.output), note: end }, { what: atEnd('c', tell), shape: last(units), note: end }]
    : [{ what: atEnd(stateNames(spec, tell), tell), shape: last(units), note: end }];
  return [{ what: input(tell), shape: order(sizes.input), note: tell(note) }, { what: output(tell), shape: order(times(directions, sizes.output)), note: both }, ...states];
}

const first = (batch: boolean): ReturnType<typeof saying> => batch ? saying('batch first') : saying('time first');

function kerasRows(spec: LayerSpec, tell: Tell): readonly ShapeRow[] {
  const { units, layers, directions, ...sizes } = sizesOf(spec);
  const merge = spec.options['mergeMode'];
  const both = spec.bidirectional === true;
  const width = merge === 'concat' ? times(directions, units) : units;
  const sequence = spec.options['returnSequences'];
  const time = spec.batchFirst === false ? ['T', 'N'] : ['N', 'T'];
  const how = !both ? '' : merge === 'concat' ? halves(units, tell) : tell(merge === 'none' ? saying('one each way') : merge === undefined ? saying('merge mode unknown') : saying('forward and reverse: `{0}`', brief(String(merge))));
  const argument = spec.framework === 'tfjs' ? 'returnSequences' : 'return_sequences';
  const steps = sequence === true ? saying('every step') : sequence === false ? saying('last step only') : saying('last step only, unless `{0}`', argument);
  const stack = layers === 1 ? '' : tell(saying('each of {0} layers', layers));
  return [
    { what: input(tell), shape: shape(...time, sizes.input), note: sizes.input === 'I' ? tell(saying('I: what the layer before gives')) : '' },
    { what: output(tell), shape: sequence === true ? shape(...time, width) : shape('N', width), note: [tell(steps), how].filter(Boolean).join('; ') },
    ...(spec.options['returnState'] === true ? [{ what: atEnd(stateNames(spec, tell), tell), shape: shape('N', units), note: [stack, both ? eachWay(tell) : ''].filter(Boolean).join(', ') }] : []),
  ];
}

/** Equinox's cells read one step of one sequence. */
function equinoxRows(spec: LayerSpec, tell: Tell): readonly ShapeRow[] {
  const sizes = sizesOf(spec);
  return [
    { what: input(tell), shape: shape(sizes.input), note: tell(saying('one step of one sequence: `jax.lax.scan` goes over steps, `jax.vmap` over a batch')) },
    { what: after(stateNames(spec, tell), tell), shape: shape(sizes.units), note: '' },
  ];
}

function axes(spec: LayerSpec, tell: Tell): { readonly of: (width: Size) => string; readonly note: string } {
  const order = spec.batchFirst === true ? ['N', 'T'] : ['T', 'N'];
  const note = spec.batchFirst === null ? saying('order as `{0}` says', brief(spec.symbols['batchFirst'] ?? 'time_major')) : first(spec.batchFirst);
  return { of: width => shape(...order, width), note: tell(note) };
}

/** A Haiku core that `hk.dynamic_unroll` runs over time. */
function unrolledRows(spec: LayerSpec, tell: Tell): readonly ShapeRow[] {
  const sizes = sizesOf(spec);
  const { of, note } = axes(spec, tell);
  return [
    { what: input(tell), shape: of(sizes.input), note: tell(saying('unrolled, {0}', note)) },
    { what: output(tell), shape: of(sizes.units), note: tell(saying('every step')) },
    { what: atEnd(stateNames(spec, tell), tell), shape: shape('N', sizes.units), note: '' },
  ];
}

/** nn.RNN, nn.Bidirectional and scanned cells give every step; the carry where it is asked for. */
function flaxRows(spec: LayerSpec, tell: Tell): readonly ShapeRow[] {
  const { units, ...sizes } = sizesOf(spec);
  const { of, note } = axes(spec, tell);
  const both = spec.bidirectional === true;
  const merge = spec.options['mergeMode'];
  const how = !both ? '' : `; ${merge === 'concat' ? halves(units, tell) : tell(saying('forward and reverse by `{0}`', brief(spec.symbols['mergeMode'] ?? 'merge_fn')))}`;
  const merged = merge === 'concat' ? times(2, units) : tell(saying('as merged'));
  const carry = spec.options['returnState'] === true ? [{ what: tell(saying('carry: {0}', stateNames(spec, tell))), shape: shape('N', units), note: both ? eachWay(tell) : '' }] : [];
  return [
    { what: input(tell), shape: of(sizes.input), note: sizes.input === 'I' ? `${note}; ${tell(saying('I: what the call is given'))}` : note },
    { what: output(tell), shape: of(both ? merged : units), note: `${tell(saying('every step'))}${how}` },
    ...carry,
  ];
}
