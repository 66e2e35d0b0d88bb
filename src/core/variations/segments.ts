/** A layer's changes, cut at the steps where one begins or ends: in each piece another layer runs, of the same cell. */
import type { Values } from '../interpret';
import type { Layer, Params, Tensor } from '../layer';
import { checkLayer, layerSizes, LayerError } from '../parameters';
import { outputState, type Program } from '../program';
import { programOf } from '../programs';
import type { Bias, LayerChange } from './change';
import { biasOf, holdable, type Handle } from './rewrite';

/** Steps [from, to) and the layer that runs them. `off`: units of these states are zero before its first step too. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly layer: Layer;
  readonly off: ReadonlyMap<string, readonly number[]>;
  /** By signal: the vectors of the layer's that hold it, where it can be held. */
  readonly handles: ReadonlyMap<string, Handle>;
  /** Under which name the layer records a signal of the unchanged one: `uf.pre` for `f.pre`. */
  nameOf(signal: string): string;
}

/** Segments that together cover steps [from, to), in the order of the sequence. `apart`: preactivations of what is held are recorded as they would be. @throws LayerError where a change does not fit the layer */
export function segmentsOf(layer: Layer, changes: readonly LayerChange[], from: number, to: number, apart = false): Segment[] {
  const program = programOf(layer.cell);
  for (const change of changes) check(layer, program, change);
  const { cell, handles, free } = holdable(layer.cell, changes.flatMap(c => c.kind === 'clamp' ? [c.signal] : c.kind === 'off' ? memories(program, layer) : []), apart);
  const nameOf = (signal: string): string => { const own = signal.endsWith('.pre') ? free.get(signal.slice(0, -4)) : undefined; return own === undefined ? signal : `${own}.pre`; };
  const cuts = [...new Set([from, to, ...changes.flatMap(c => [c.from, c.to ?? to])])].filter(t => t >= from && t <= to).sort((a, b) => a - b);
  return cuts.slice(1).map((end, k): Segment => {
    const start = cuts[k]!;
    const held = changes.filter(c => c.from <= start && (c.to ?? to) >= end);
    const made = { ...layer, cell, params: { ...layer.params, ...biased(layer, held), ...handlesOf(layer, handles, held) } };
    checkLayer(made);
    return { from: start, to: end, layer: made, off: offStates(program, layer, held), handles, nameOf };
  });
}

/** What a unit's signals are held at; without those that are free. */
export function heldIn({ layer, handles }: Segment, unit: number): Record<string, number> {
  return Object.fromEntries([...handles].flatMap(([signal, { factor, value }]) => layer.params[factor]!.data[unit] === 0 ? [[signal, layer.params[value]!.data[unit]!]] : []));
}

/** The states with those of switched-off units at zero. */
export function silenced(states: Values, { off }: Pick<Segment, 'off'>): Values {
  return Object.fromEntries(Object.entries(states).map(([name, values]) => {
    const made = values.slice();
    for (const unit of off.get(name) ?? []) made[unit] = 0;
    return [name, made];
  }));
}

/** The layer as it is while all of these changes hold. */
export function changedLayer(layer: Layer, changes: readonly LayerChange[]): Layer {
  return changes.length === 0 ? layer : segmentsOf(layer, changes.map(c => ({ ...c, from: 0 })), 0, 1)[0]!.layer;
}

/** States that are as long as what the layer remembers by: switched off with a unit. */
function memories(program: Program, layer: Layer): string[] {
  const sizes = layerSizes(layer);
  const units = memorySize(program, layer);
  return program.states.filter(s => sizes[s.size] === units).map(s => s.name);
}

/** Length of c where there is one, else of the output: units of a projected LSTM are its cells. */
function memorySize(program: Program, layer: Layer): number {
  const memory = program.states.find(s => s.name === 'c') ?? outputState(program);
  return layerSizes(layer)[memory.size]!;
}

function offStates(program: Program, layer: Layer, held: readonly LayerChange[]): Map<string, readonly number[]> {
  const units = [...new Set(held.flatMap(c => c.kind === 'off' ? c.units : []))];
  return units.length === 0 ? new Map() : new Map(memories(program, layer).map(name => [name, units]));
}

/** Values of the handles: 1 and 0 where nothing is held. Of two changes of one unit the later in the list counts. */
function handlesOf(layer: Layer, handles: ReadonlyMap<string, Handle>, held: readonly LayerChange[]): Params {
  const program = programOf(layer.cell);
  const sizes = layerSizes(layer);
  const made = new Map<string, Tensor>();
  for (const [name, { factor, value }] of handles) {
    const size = sizes[program.signals.find(s => s.name === name)!.size]!;
    const [k, s] = [new Float32Array(size).fill(1), new Float32Array(size)];
    for (const change of held) {
      const to = setBy(change, name, program, layer);
      if (to === undefined) continue;
      for (const unit of unitsIn(change, size)) { k[unit] = 0; s[unit] = to; }
    }
    made.set(factor, { shape: [size], data: k }).set(value, { shape: [size], data: s });
  }
  return Object.fromEntries(made);
}

function setBy(change: LayerChange, signal: string, program: Program, layer: Layer): number | undefined {
  if (change.kind === 'clamp' && change.signal === signal) return change.value;
  return change.kind === 'off' && memories(program, layer).includes(signal) ? 0 : undefined;
}

const unitsIn = ({ units }: { readonly units?: readonly number[] }, size: number): readonly number[] => units ?? Array.from({ length: size }, (_, k) => k);

/** Biases with what is added to them. */
function biased(layer: Layer, held: readonly LayerChange[]): Params {
  const made = new Map<string, Tensor>();
  for (const change of held.filter((c): c is Bias => c.kind === 'bias')) {
    const name = biasOf(layer.cell, change.signal)!;
    const { shape, data } = made.get(name) ?? layer.params[name]!;
    const moved = data.slice();
    for (const unit of unitsIn(change, data.length)) moved[unit] = moved[unit]! + change.add;
    made.set(name, { shape, data: moved });
  }
  return Object.fromEntries(made);
}

function check(layer: Layer, program: Program, change: LayerChange): void {
  const { name } = layer.cell;
  if (!(change.from >= 0) || (change.to !== undefined && !(change.to > change.from))) throw new LayerError(`A change holds from a step up to a later one; found ${change.from} to ${change.to}.`);
  const size = change.kind === 'off' ? memorySize(program, layer) : sizeOf(layer, program, change.signal);
  const strange = change.units?.find(unit => !Number.isInteger(unit) || unit < 0 || unit >= size);
  if (strange !== undefined) throw new LayerError(`${name} has ${size} units here, found unit ${strange}.`);
  if (change.kind === 'bias' && biasOf(layer.cell, change.signal) === undefined) throw new LayerError(`${change.signal} of ${name} has no bias of its own to add to.`);
  const value = change.kind === 'clamp' ? change.value : change.kind === 'bias' ? change.add : 0;
  if (!Number.isFinite(value)) throw new LayerError(`A finite number is needed, found ${value}.`);
}

function sizeOf(layer: Layer, program: Program, signal: string): number {
  const found = program.signals.find(s => s.name === signal);
  if (!found) throw new LayerError(`${layer.cell.name} has no signal ${signal} to change; there are ${program.signals.map(s => s.name).join(', ')}.`);
  return layerSizes(layer)[found.size]!;
}
