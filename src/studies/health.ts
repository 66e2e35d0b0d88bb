/** Is anything dead or stuck? Saturation of gates, findings, and statistics of the weights. */
import { deadUnits, explodingUnits, stuckUnits } from '../analysis/health';
import { keptState } from '../analysis/keepState';
import { gateSaturation, OPEN, type Saturation } from '../analysis/saturation';
import type { Column } from '../analysis/column';
import { layerStats, type LayerStats } from '../analysis/weights';
import type { Layer } from '../core/layer';
import type { Progress } from '../core/pace';
import { programOf } from '../core/programs';
import type { Finding, HealthAnswer, WeightRow } from '../questions/health';
import { columnOf, directionOf, gatesOf, kept, type Run } from './run';
import type { Study } from './study';

/** Units named in a finding. */
const NAMED = 20;
/** Recurrent blocks of more units get estimated spectra here. */
const EXACT = 64;

/** Everything is worked out once a run and kept. */
export const health: Study<'health'> = {
  name: 'health',
  *answer(runs, { run: id, level, direction }) {
    const run = runs.run(id);
    return yield* kept(run, `health ${level} ${direction}`, () => examined(run, level, direction));
  },
};

function* examined(run: Run, level: number, direction: number): Generator<Progress, HealthAnswer> {
  const { recording } = run;
  const own = directionOf(recording, level, direction);
  const cell = run.levels[level]?.cell;
  const column = (signal: string): Column => columnOf(recording, { level, direction, signal });
  const gates: { signal: string; units: readonly Saturation[] }[] = [];
  for (const signal of gatesOf(cell, own.signals.map(s => s.name))) {
    gates.push({ signal, units: run.facts[level]?.[direction]?.saturation.find(s => s.signal === signal)?.units ?? gateSaturation(column(signal)).units });
    yield { done: gates.length, total: 10, what: 'Saturation' };
  }
  const output = own.signals.some(s => s.name === 'h') ? 'h' : undefined;
  const plain = run.forces?.[level]?.[direction]?.plain;
  const ran = run.job?.network.levels[level]?.directions[direction];
  const layer = ran && plain ? { ...ran, cell: plain.cell } : ran; // what holds a signal is no weight
  const stats = layer && (yield* layerStats(layer, { exact: EXACT }));
  const states = own.signals.filter(s => (cell ? programOf(cell).states.some(x => x.name === s.name) : s.name === 'c' || s.name === 'h')).map(s => s.name);
  const findings: Finding[] = [...notFinite(own.signals), ...(stats && layer ? weightFindings(layer, stats) : [])];
  yield { done: 5, total: 10, what: 'Health' };
  if (output) findings.push(...dead(output, column(output)));
  for (const { signal, units } of gates) for (const side of ['closed', 'open'] as const) findings.push(...stuck(signal, side, units));
  for (const signal of states) {
    findings.push(...exploding(signal, column(signal), own.direction === 'reverse', recording.stride));
    yield { done: 8, total: 10, what: 'Health' };
  }
  const shares = gates.length > 0 ? gates.map(({ signal, units }) => ({ signal, signed: false, low: Float32Array.from(units, u => u.closed), high: Float32Array.from(units, u => u.open) }))
    : output ? [signedShares(output, column(output))] : [];
  return { saturation: shares, findings, ...(stats && { weights: rowsOf(stats) }), steps: Math.ceil(recording.steps / recording.stride), stride: recording.stride };
}

/** Of a cell without gates: how often h sits at either end of its range. */
function signedShares(signal: string, { data, steps, units }: Column): HealthAnswer['saturation'][number] {
  const low = new Float32Array(units), high = new Float32Array(units);
  for (let k = 0; k < data.length; k++) {
    if (data[k]! < -OPEN) low[k % units]! += 1 / steps;
    else if (data[k]! > OPEN) high[k % units]! += 1 / steps;
  }
  return { signal, signed: true, low, high };
}

/** The first place of all signals; where several break in one step, the one that the equations have first. */
function notFinite(signals: ReturnType<typeof directionOf>['signals']): Finding[] {
  const places = signals.flatMap(({ name, stats }) => (stats.notFinite ? [{ signal: name, ...stats.notFinite }] : []));
  const [first] = places.sort((a, b) => a.step - b.step);
  return first ? [{ kind: 'notFinite', ...first }] : [];
}

function dead(signal: string, column: Column): Finding[] {
  const { units, std } = deadUnits(column);
  return units.length > 0 ? [{ kind: 'dead', signal, units: units.slice(0, NAMED), count: units.length, std }] : [];
}

function stuck(signal: string, side: 'closed' | 'open', all: readonly Saturation[]): Finding[] {
  const units = stuckUnits(all, side);
  return units.length > 0 ? [{ kind: 'stuck', signal, side, units: units.slice(0, NAMED), count: units.length, share: all[units[0]!]![side] }] : [];
}

function exploding(signal: string, column: Column, reverse: boolean, stride: number): Finding[] {
  const { units, value, step } = explodingUnits(column, reverse);
  return units.length > 0 ? [{ kind: 'exploding', signal, units: units.slice(0, NAMED), count: units.length, value, step: step * stride }] : [];
}

/** Within this of 0 or 1, a bias is as it was made. */
const NEAR = 0.1;

function weightFindings(layer: Layer, { blocks }: LayerStats): Finding[] {
  const parts = blocks.flatMap(b => b.parts);
  const broken = parts.flatMap(({ parameter, shape, moments: { notFinite: at } }): Finding[] =>
    (at ? [{ kind: 'brokenWeight', parameter, row: Math.floor(at.at / (shape[1] ?? 1)), column: at.at % (shape[1] ?? 1), count: at.count, value: at.value }] : []));
  const empty = parts.filter(p => p.role !== 'bias' && p.moments.zeros === 1).map((p): Finding => ({ kind: 'emptyWeight', parameter: p.parameter }));
  return [...broken, ...empty, ...keepBias(layer, blocks), ...radius(layer, blocks)];
}

/** What the biases alone make an LSTM's keep gate do, where they are near the two values that they are initialised with. */
function keepBias({ cell }: Layer, blocks: LayerStats['blocks']): Finding[] {
  const kept = keptState(cell);
  const block = blocks.find(b => b.signal === kept?.signal);
  const biases = block?.parts.filter(p => p.role === 'bias') ?? [];
  if (!block || !kept || kept.invert || cell.family !== 'lstm' || biases.length === 0 || !block.equation.startsWith('σ(')) return [];
  const mean = biases.reduce((sum, p) => sum + p.moments.mean, 0);
  const [low, usual] = [Math.abs(mean) <= NEAR, Math.abs(mean - 1) <= NEAR];
  return low || usual ? [{ kind: 'keepBias', signal: block.signal, mean, keeps: 1 / (1 + Math.exp(-mean)), low }] : [];
}

/** Without gates, the recurrent matrix alone decides whether states and gradients grow. */
function radius({ cell }: Layer, blocks: LayerStats['blocks']): Finding[] {
  const block = blocks.find(b => b.spectrum?.radius !== undefined);
  const parameter = block?.parts.find(p => p.role === 'recurrentKernel')?.parameter;
  const its = block?.spectrum;
  if (cell.family !== 'rnn' || parameter === undefined || its?.radius === undefined || its.radius <= 1) return [];
  return [{ kind: 'radius', parameter, radius: its.radius, estimated: its.estimated }];
}

function rowsOf({ blocks }: LayerStats): WeightRow[] {
  return blocks.flatMap(({ signal, parts, spectrum }) => {
    const recurrent = parts.find(p => p.role === 'recurrentKernel');
    return parts.map((part): WeightRow => {
      const { parameter, role, shape, moments: { mean, std, min, max, norm } } = part;
      const its = part === recurrent && spectrum?.radius !== undefined ? { radius: spectrum.radius, estimated: spectrum.estimated } : {};
      return { signal, parameter, role, shape, mean, std, max: Math.max(Math.abs(min), Math.abs(max)), norm, ...its };
    });
  });
}
