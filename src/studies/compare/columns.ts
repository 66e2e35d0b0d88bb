/** The layers that are compared: those that are held, and those made to the same budget, by one rule and seed. */
import { columnOf, directionOf, placeOf, type Job, type Run } from '../run';
import type { Study } from '../study';
import { matchedUnits, moreSizes, parametersOf, stepCost } from '../../analysis/matched';
import { cellById, cells } from '../../core/cells/index';
import { generatorById } from '../../core/generate';
import { initialise } from '../../core/initialise';
import { layerSizes, parameterCountOf } from '../../core/parameters';
import type { Progress } from '../../core/pace';
import { programOf } from '../../core/programs';
import { saying } from '../../core/said';
import type { Sequence } from '../../core/sequence';
import type { CompareAsk, CompareColumn } from '../../questions/compare';
import { heldLayer, inputRows, type HeldLayer } from './held';

/** Numbers of an input that are copied for the others, where it comes from a level below. */
const MOST_COPIED = 2 ** 24;
const KEPT = 'compare columns';
const RULES: Readonly<Record<CompareAsk['rule'], string>> = { pytorch: 'PyTorch', keras: 'Keras', tfjs: 'TensorFlow.js', flax: 'Flax', haiku: 'Haiku' };

export const compare: Study<'compare'> = {
  name: 'compare',
  *answer(runs, ask) {
    const shown = heldLayer(runs, { run: ask.run ?? 'main', level: ask.level, direction: ask.direction });
    const budget = ask.budget ?? parameterCountOf(shown.layer);
    const wanted = ask.columns.map(c => ('run' in c ? c.run : idOf(ask, c.cell, unitsOf(ask, shown, c, budget))));
    const kept = keptOf(shown.from);
    for (const id of kept) if (!wanted.includes(id)) { kept.delete(id); runs.drop(id); }
    let input: Sequence | undefined;
    const columns: CompareColumn[] = [];
    for (const [k, column] of ask.columns.entries()) {
      const id = wanted[k]!;
      if ('cell' in column && !kept.has(id)) {
        input ??= yield* inputOf(ask, shown);
        yield* runs.add(id, jobOf(ask, shown, column.cell, unitsOf(ask, shown, column, budget), input));
        kept.add(id);
      }
      columns.push(described(heldLayer(runs, 'run' in column ? { run: id, level: ask.level, direction: ask.direction } : { run: id, level: 0, direction: 0 }), 'cell' in column ? ask : undefined));
    }
    return { columns, budget, cells: cells.map(({ id, name, variant }) => ({ id, name, variant })), ...(ask.inputs === undefined ? {} : { input: saying('noise, seed {0}, {1} numbers a step', ask.seed, ask.inputs) }) };
  },
};

const unitsOf = (ask: CompareAsk, { layer }: HeldLayer, column: { readonly cell: string; readonly units?: number }, budget: number): number =>
  column.units ?? matchedUnits(cellById(column.cell), ask.inputs ?? layer.inputSize, budget);

/** What is made anew only where one of these changes. */
const idOf = ({ level, direction, rule, seed, inputs, run = 'main' }: CompareAsk, cell: string, units: number): string =>
  `compare ${[run, level, direction, rule, seed, inputs ?? 'own', cell, units].join(' ')}`;

/** Runs that this study added beside the one that is shown: dropped when they are no longer looked at. */
function keptOf({ kept }: Run): Set<string> {
  const known = kept.get(KEPT) as Set<string> | undefined;
  if (known) return known;
  const made = new Set<string>();
  kept.set(KEPT, made);
  return made;
}

/** What the layer that is shown reads, for others to read too: without labels and tracks, which are shown once. */
function* inputOf({ inputs, seed }: CompareAsk, shown: HeldLayer): Generator<Progress, Sequence> {
  const { from: { recording, job }, layer, level } = shown;
  const { steps } = recording;
  if (inputs !== undefined) return generatorById('noise').make({ steps, width: inputs, seed });
  const plain = { steps, width: layer.inputSize, axis: 'steps', description: 'as the layer beside it', notes: [], invented: 'compared' } as const;
  const { mask } = job!.sequence;
  if (level === 0) return { ...plain, data: job!.sequence.data, ...(mask ? { mask } : {}) };
  if (steps * layer.inputSize > MOST_COPIED) throw new Error(`What this layer reads is too long to be read by others too: ${steps} steps of ${layer.inputSize} numbers. Compare the first layer, or a shorter input.`);
  return { ...plain, data: (yield* inputRows(shown, 0, steps)).slice(), ...(mask ? { mask } : {}) };
}

function jobOf({ rule, seed }: CompareAsk, { from, layer }: HeldLayer, id: string, units: number, sequence: Sequence): Job {
  const cell = cellById(id);
  const params = initialise(cell, sequence.width, units, rule, seed, moreSizes(cell, units));
  const made = { cell, inputSize: sequence.width, units, direction: layer.direction, params };
  return { revision: from.revision, network: { name: cell.name, levels: [{ name: cell.name, directions: [made], merge: 'none' }] }, sequence, seed, invented: true, memory: from.job?.memory };
}

function described(held: HeldLayer, made: CompareAsk | undefined): CompareColumn {
  const { from, run, level, direction } = held;
  const layer = from.forces?.[level]?.[direction]?.plain ?? held.layer; // what holds a signal is no part of the cell
  const { cell, inputSize, units } = layer;
  const program = programOf(cell);
  const sizes = layerSizes(layer);
  const cost = stepCost(cell, inputSize, units, Object.fromEntries(program.states.map(s => [s.name, sizes[s.size]!])));
  const own = directionOf(from.recording, level, direction);
  const output = own.signals.find(s => s.name === program.output)!;
  const invented = made ? { rule: saying('{0} default initialisation', RULES[made.rule]), seed: made.seed } : from.job?.invented ? { rule: saying('random weights'), seed: from.job.seed } : undefined;
  return {
    run, level, direction, inputSize, units, ...cost, parameters: made ? parametersOf(cell, inputSize, units) : parameterCountOf(layer),
    cell: { id: cell.id, name: cell.name, family: cell.family, variant: cell.variant, source: cell.source },
    signals: program.signals.map(s => ({ name: s.name, label: s.label, kind: s.kind, equation: s.equation, units: sizes[s.size]! })),
    output: program.output, scale: output.stats.p98 > 0 ? output.stats.p98 : 1,
    liveliest: liveliest(columnOf(from.recording, placeOf(level, direction, output))),
    ...(invented ? { invented } : {}),
  };
}

/** The unit of the greatest variance; the first where none moves. */
function liveliest({ data, steps, units }: { readonly data: Float32Array; readonly steps: number; readonly units: number }): number {
  const [sum, squares] = [new Float64Array(units), new Float64Array(units)];
  for (let k = 0; k < data.length; k++) {
    const [u, v] = [k % units, data[k]!];
    sum[u] = sum[u]! + v;
    squares[u] = squares[u]! + v * v;
  }
  const variance = squares.map((s, u) => s / steps - (sum[u]! / steps) ** 2);
  return variance.reduce((best, v, u) => (v > variance[best]! ? u : best), 0);
}
