/** Shapes, counts and checks of a layer's parameters: all from the cell's equations. */
import type { Cell } from './cells/cell';
import type { Values } from './interpret';
import type { Layer, Level, Network } from './layer';
import { outputState, type Parameter } from './program';
import { programOf } from './programs';
import { shapeOf, sizesOf, type Sizes } from './sizes';

/** A layer or network that cannot run: what was expected and found. */
export class LayerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LayerError';
  }
}

/** Shapes by parameter name, in the order of the equations: matrices `[rows, columns]`, vectors `[rows]`. `more` gives sizes that `units` does not (`{c: 64}` for a projected LSTM). @throws SizeError */
export function parameterShapes(cell: Cell, inputSize: number, units: number, more: Readonly<Record<string, number>> = {}): Readonly<Record<string, readonly number[]>> {
  const program = programOf(cell);
  const sizes = sizesOf(program, { x: inputSize, [program.output]: units, ...more });
  return Object.fromEntries(program.parameters.map(p => [p.name, shapeOf(p, sizes)]));
}

/** How many numbers the equations' parameters hold (a framework may store more: see facts on second biases). @throws SizeError */
export function parameterCount(cell: Cell, inputSize: number, units: number, more: Readonly<Record<string, number>> = {}): number {
  return Object.values(parameterShapes(cell, inputSize, units, more)).reduce((sum, shape) => sum + shape.reduce((n, k) => n * k, 1), 0);
}

/** How many numbers a layer's parameters hold. */
export function parameterCountOf(layer: Layer): number {
  return Object.values(layer.params).reduce((sum, p) => sum + p.data.length, 0);
}

/** A layer's parameters as plain numbers. */
export function parameterValues(layer: Layer): Values {
  return Object.fromEntries(Object.entries(layer.params).map(([name, t]) => [name, t.data]));
}

/** Sizes of all vectors of a layer: x and the output as it says, others as its parameters show. @throws SizeError */
export function layerSizes(layer: Layer): Sizes {
  const program = programOf(layer.cell);
  const given: Record<string, number> = { x: layer.inputSize, [program.output]: layer.units };
  const settled = new Set([program.input, outputState(program).size]);
  const bare: [number, number][] = [];
  for (const p of program.parameters) {
    const shape = layer.params[p.name]?.shape ?? [];
    for (const [k, size] of dimensions(p).entries()) {
      if (settled.has(size) || shape[k] === undefined || shape[k] < 1) continue;
      settled.add(size);
      const name = program.classes[size]!.names[0];
      if (name === undefined) bare.push([size, shape[k]]);
      else if (size !== 0) given[name] = shape[k];
    }
  }
  const sizes = [...sizesOf(program, given)];
  for (const [size, length] of bare) if (size !== 0) sizes[size] = length;
  return sizes;
}

function dimensions(p: Parameter): readonly number[] {
  return p.kind === 'matrix' ? [p.rows, p.columns] : [p.rows];
}

/** Does the layer have exactly the parameters that its equations name, in the shapes they imply? @throws LayerError, SizeError */
export function checkLayer(layer: Layer): void {
  const { cell, params, initial = {} } = layer;
  const program = programOf(cell);
  const sizes = layerSizes(layer);
  for (const p of program.parameters) {
    const expected = shapeOf(p, sizes);
    const found = params[p.name];
    if (!found) throw new LayerError(`${cell.name} needs the parameter ${p.name} of shape ${show(expected)}; found ${Object.keys(params).join(', ') || 'none'}.`);
    if (!sameShape(found.shape, expected)) throw new LayerError(`${p.name} should have the shape ${show(expected)} (input ${layer.inputSize}, ${layer.units} units), found ${show(found.shape)}.`);
    const count = expected.reduce((n, k) => n * k, 1);
    if (found.data.length !== count) throw new LayerError(`${p.name} of shape ${show(expected)} should hold ${count} numbers, found ${found.data.length}.`);
  }
  checkStates(layer, initial, 'initial state');
}

/** Are these states of the layer, and as long as they should be? @throws LayerError */
export function checkStates(layer: Layer, states: Readonly<Record<string, ArrayLike<number>>>, what: string): void {
  const program = programOf(layer.cell);
  const sizes = layerSizes(layer);
  for (const [name, values] of Object.entries(states)) {
    const state = program.states.find(s => s.name === name);
    if (!state) throw new LayerError(`${layer.cell.name} has no state "${name}" to take an ${what}; its states are ${program.states.map(s => s.name).join(', ')}.`);
    if (values.length !== sizes[state.size]) throw new LayerError(`The ${what} ${name} should hold ${sizes[state.size]} numbers, found ${values.length}.`);
  }
}

/** Can the network run: every layer sound, every level as wide as the one below gives? @throws LayerError, SizeError */
export function checkNetwork({ name, levels }: Network): void {
  if (levels.length === 0) throw new LayerError(`${name || 'The network'} has no levels; at least one is needed.`);
  for (const [k, level] of levels.entries()) {
    if (level.directions.length === 0) throw new LayerError(`${level.name} has no layer; one or two directions are needed.`);
    for (const layer of level.directions) {
      checkLayer(layer);
      const below = levels[k - 1];
      const expected = below ? outputSize(below) : level.directions[0]!.inputSize;
      if (layer.inputSize !== expected) throw new LayerError(`${level.name} reads ${layer.inputSize} numbers a step, but ${below ? below.name : 'its other direction'} gives ${expected}.`);
    }
    checkMerge(level);
  }
}

function checkMerge(level: Level): void {
  const units = level.directions.map(l => l.units);
  if (level.merge === 'concat' || level.merge === 'none' || units.every(u => u === units[0])) return;
  throw new LayerError(`${level.name} merges its directions by "${level.merge}", so they need equally many units; found ${units.join(' and ')}.`);
}

/** Numbers a step that a level hands on. */
export function outputSize(level: Level): number {
  const units = level.directions.map(l => l.units);
  return level.merge === 'concat' ? units.reduce((sum, u) => sum + u, 0) : units[0] ?? 0;
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, k) => n === b[k]);
}

function show(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
