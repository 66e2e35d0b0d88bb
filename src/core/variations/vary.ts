/**
 * A run with changes, beside the run that it departs from. What no change can reach is taken over, to the last bit: steps before the first
 * change, layers below it. From there on the layer runs piece by piece, states carried from the recording and from piece to piece.
 */
import { running, type RunOptions } from '../engine';
import type { Values } from '../interpret';
import type { Layer, Level, Network } from '../layer';
import { merged } from '../merge';
import type { Progress } from '../pace';
import { outputState } from '../program';
import { programOf } from '../programs';
import type { HeldLevel, HeldSignal } from '../recording/held';
import type { Recording } from '../recording/recording';
import { isLayerChange, type Change, type LayerChange } from './change';
import { changedSteps } from './input';
import { segmentsOf, silenced } from './segments';

/** Steps [from, to) that may differ from the baseline; undefined: none does. */
export type Reach = { readonly from: number; readonly to: number } | undefined;

export interface Varied { readonly levels: readonly HeldLevel[]; readonly reach: Reach }

/** What the run departs from: its network, and a recording of which every step is held. */
export interface Baseline { readonly network: Network; readonly recording: Recording }

interface Options extends Pick<RunOptions, 'mask' | 'team' | 'evaluator'> { /** [steps, inputSize], with the changes of the input. */ readonly x: Float32Array }

/** Runs what the changes reach. @throws LayerError */
export function* varying({ network, recording }: Baseline, changes: readonly Change[], { x, ...options }: Options): Generator<Progress, Varied> {
  const { steps } = recording;
  let input = x;
  let reach: Reach = changedSteps(changes.filter(c => !isLayerChange(c)));
  const levels: HeldLevel[] = [];
  for (const [level, { name, directions, merge }] of network.levels.entries()) {
    const width = directions[0]!.inputSize;
    const x: HeldSignal = { name: 'x', units: width, data: reach ? input : recording.thinned({ level, direction: 0, signal: 'x' }) };
    const made: HeldLevel['directions'][number][] = [];
    let next: Reach;
    for (const [direction, layer] of directions.entries()) {
      const own = changes.filter(isLayerChange).filter(c => c.level === level && c.direction === direction);
      const before = recording.levels[level]!.directions[direction]!.signals.filter(s => s.name !== 'x')
        .map((s): HeldSignal => ({ name: s.name, units: s.units, data: recording.thinned({ level, direction, signal: s.name }) }));
      const span = reachOf(layer, own, reach, steps);
      // What is recorded of a float64 run is rounded, so that it can only begin at its own beginning.
      const ran = span && recording.arithmetic === 'float64' ? { from: 0, to: Math.min(steps, layer.length ?? steps) } : span;
      const signals = ran ? yield* layerVaried(layer, own, { name, x: x.data, before, span: ran, steps }, options) : before;
      next = joined(next, span);
      made.push({ direction: layer.direction, signals: [x, ...signals] });
    }
    levels.push({ name, cell: directions[0]!.cell, directions: made });
    if (next) input = outputOf({ name, directions, merge }, made, steps);
    reach = next;
  }
  return { levels, reach };
}

/** Steps of a layer that a change may reach: from the first one, or that of its input, to where it ends. */
function reachOf(layer: Layer, changes: readonly LayerChange[], input: Reach, steps: number): Reach {
  const spans = [...changes.map(c => ({ from: c.from, to: Math.min(steps, c.to ?? steps) })), ...(input ? [input] : [])];
  const end = Math.min(steps, layer.length ?? steps);
  const [from, to] = layer.direction === 'reverse' ? [0, Math.min(end, Math.max(0, ...spans.map(s => s.to)))] : [Math.min(end, ...spans.map(s => s.from)), end];
  return spans.length === 0 || to <= from ? undefined : { from, to };
}

function joined(a: Reach, b: Reach): Reach {
  return a && b ? { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) } : a ?? b;
}

interface Surroundings { readonly name: string; readonly x: Float32Array; readonly before: readonly HeldSignal[]; readonly span: { readonly from: number; readonly to: number }; readonly steps: number }

/** The layer's signals over all steps, run anew where `span` says. */
function* layerVaried(layer: Layer, changes: readonly LayerChange[], { name, x, before, span, steps }: Surroundings, options: Omit<Options, 'x'>): Generator<Progress, HeldSignal[]> {
  const whole = span.from === 0 && span.to === steps;
  let signals: HeldSignal[] = whole ? [] : before.map(s => ({ ...s, data: s.data.slice() }));
  const segments = segmentsOf(layer, changes, span.from, span.to, before.some(s => s.name.endsWith('.pre')));
  const reverse = layer.direction === 'reverse';
  const end = Math.min(steps, layer.length ?? steps);
  let states: Values = reverse ? statesAt(layer, before, span.to, end) : statesAt(layer, before, span.from - 1, end);
  for (const segment of reverse ? segments.toReversed() : segments) {
    const { from, to } = segment;
    const own: Layer = withoutLength(segment.layer);
    const trace = yield* running({ name, levels: [{ name, directions: [own], merge: 'none' }] }, x.subarray(from * layer.inputSize, to * layer.inputSize), to - from,
      { ...options, record: before.map(s => segment.nameOf(s.name)), mask: options.mask && Array.from(options.mask).slice(from, to), initial: [[silenced(states, segment)]] });
    const { signals: ran, final } = trace.levels[0]!.directions[0]!;
    if (whole && segments.length === 1) signals = before.map(s => ({ ...s, data: ran[segment.nameOf(s.name)]! })); // nothing of what was is left
    else {
      if (signals.length === 0) signals = before.map(s => ({ ...s, data: new Float32Array(s.data.length) }));
      for (const s of signals) s.data.set(ran[segment.nameOf(s.name)]!, from * s.units);
    }
    states = final;
  }
  return signals;
}

function withoutLength({ length: _, ...layer }: Layer): Layer { return layer; }

/** States after a step, as recorded; the layer's own initial ones where there is none. */
function statesAt(layer: Layer, signals: readonly HeldSignal[], step: number, end: number): Values {
  if (step < 0 || step >= end) return layer.initial ?? {};
  return Object.fromEntries(programOf(layer.cell).states.map(({ name }) => {
    const { data, units } = signals.find(s => s.name === name)!;
    return [name, data.slice(step * units, (step + 1) * units)];
  }));
}

function outputOf(level: Level, directions: HeldLevel['directions'], steps: number): Float32Array {
  const outputs = level.directions.map((layer, d) => directions[d]!.signals.find(s => s.name === outputState(programOf(layer.cell)).name)!.data);
  return merged(level, outputs, steps);
}
