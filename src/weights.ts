/** A binding's weights: the stack of its checkpoint, tensors chosen by hand, or the framework's own initialisation with a shown seed. */
import { baseOf, type Binding, type Files } from './binding';
import type { Cell } from './core/cells/cell';
import { cellById } from './core/cells/index';
import { initialise, type InitialisationRule } from './core/initialise';
import type { Layer, Level, Network } from './core/layer';
import { parameterCount } from './core/parameters';
import { cannotOpen, doesNotFit, noLayerIn, noSuchStack, noSuchTensor, noUnits, unknownCell } from './errors';
import type { Bytes, Checkpoint, StackRef, TensorRef } from './formats/format';
import { open } from './formats/index';
import { stackFromTensors } from './formats/layers';
import { l10n } from './l10n';
import type { Invented, Note } from './protocol';
import type { Framework, LayerSpec } from './source/outline';
import { misfit, type Wanted } from './wanted';

export interface Weights {
  readonly network: Network;
  /** As stored, a level. */
  readonly parameters: readonly number[];
  readonly description: string;
  readonly invented?: Invented;
  /** Whose layer it is, as code or the file's naming says: `keras`, `flax`. */
  readonly framework?: string;
  readonly notes: readonly Note[];
  readonly checkpoint?: Checkpoint;
  /** Which of its stacks, and the file itself. */
  readonly stack?: StackRef;
  readonly bytes?: Bytes;
}

/** @throws Problem, FormatError */
export async function weightsOf(wanted: Wanted, spec: LayerSpec | undefined, cellId: string | null, binding: Binding, files: Files, seed: number): Promise<Weights> {
  if (wanted.units === 0) throw noUnits(wanted.name);
  if (typeof binding.checkpoint === 'string') return fromCheckpoint(wanted, cellId, binding.checkpoint, binding, files);
  return madeUp(wanted, spec, cellId, binding.seed ?? seed);
}

async function fromCheckpoint(wanted: Wanted, cellId: string | null, path: string, binding: Binding, files: Files): Promise<Weights> {
  const file = baseOf(path);
  const bytes = await files.open(path).catch((error: unknown) => { throw cannotOpen(file, error instanceof Error ? error.message : String(error)); });
  const checkpoint = await open(bytes);
  if (checkpoint.kind === 'trace') throw noLayerIn(file, l10n('a trace, which has signals and no weights'));
  const found = stackOf(checkpoint, wanted, binding, file);
  const stack = binding.assume && found.decide ? found.decide(binding.assume) : found;
  const mismatch = misfit(stack, wanted);
  if (mismatch !== undefined) throw doesNotFit(file, wanted.name || stack.name, mismatch);
  const levels = await Promise.all(stack.levels.map(l => l.load()));
  const said = stack.levels.flatMap(l => l.assumptions);
  return {
    network: { name: stack.name, levels: levels.map(level => asTheCodeSays(level, cellId)) },
    parameters: stack.levels.map(l => l.parameters),
    description: file,
    framework: stack.framework,
    notes: [
      ...(checkpoint.warnings ?? []).map((text): Note => ({ severity: 'warning', text })),
      ...doubtNotes(stack, binding, cellId),
      ...[...new Set(said)].map((text): Note => ({ severity: 'info', text: l10n('Assumed: {0}.', text) })),
    ],
    checkpoint,
    stack,
    bytes,
  };
}

/** What a file leaves open and a person may decide otherwise; what the code or the person has settled is no news. */
function doubtNotes({ doubts = [] }: StackRef, { assume = {} }: Binding, cellId: string | null): Note[] {
  return doubts.filter(d => assume[d.id] === undefined && !(cellId !== null && d.id === 'nonlinearity')).map(({ id, question, options, taken, evidence }) => ({
    severity: 'info', text: l10n('{0} Assumed: {1} ({2}).', question, options.find(o => o.id === taken)?.label ?? taken, evidence),
    actions: [{ id: `edit:assume:${id}`, label: l10n('Change…') }],
  }));
}

/** The stack that a binding means, or the first that fits. @throws Problem */
export function stackOf(checkpoint: Checkpoint, wanted: Wanted, binding: Binding, file: string): StackRef {
  if (binding.tensors) return byHand(checkpoint, wanted, binding.tensors, file);
  if (checkpoint.stacks.length === 0) throw noLayerIn(file, tensorsFound(checkpoint));
  if (binding.stack === undefined) return checkpoint.stacks.find(s => misfit(s, wanted) === undefined) ?? checkpoint.stacks[0]!;
  const found = checkpoint.stacks.find(s => s.name === binding.stack);
  if (!found) throw noSuchStack(file, binding.stack, checkpoint.stacks.map(s => s.name));
  return found;
}

function tensorsFound({ tensors }: Checkpoint): string {
  if (tensors.length === 0) return l10n('0 tensors');
  return l10n('{0} tensors: {1}', tensors.length, `${tensors.slice(0, 6).map(t => t.name).join(', ')}${tensors.length > 6 ? ' …' : ''}`);
}

/** Tensors in the order kernel, recurrent kernel, bias, recurrent bias. */
function byHand(checkpoint: Checkpoint, wanted: Wanted, names: readonly string[], file: string): StackRef {
  const [kernel, recurrentKernel, bias, recurrentBias] = names.map(name => tensorIn(checkpoint, name, file));
  if (!kernel || !recurrentKernel) throw noLayerIn(file, l10n('fewer than two tensors chosen'));
  return stackFromTensors('pytorch', wanted.name || file, [{ forward: { kernel, recurrentKernel, bias, recurrentBias } }]);
}

/** @throws Problem when there is none of that name */
export function tensorIn(checkpoint: Checkpoint, name: string, file: string): TensorRef {
  const found = checkpoint.tensors.find(t => t.name === name);
  if (!found) throw noSuchTensor(file, name);
  return found;
}

/** A checkpoint does not hold what is an argument in code, such as an RNN's nonlinearity: the code's cell wins where the parameters are the same. */
function asTheCodeSays(level: Level, cellId: string | null): Level {
  const found = level.directions[0]?.cell;
  if (cellId === null || !found || found.id === cellId || found.family !== 'rnn') return level;
  const cell = cellById(cellId);
  return cell.family !== found.family ? level : { ...level, directions: level.directions.map(l => ({ ...l, cell })) };
}

/** What is taken where neither code nor input settles a size. */
const assumed = { inputSize: 16, units: 32 };

/** How each framework's layers begin, and what it is called. */
const beginnings: Readonly<Record<Framework, { readonly rule: InitialisationRule; readonly called: string }>> = {
  pytorch: { rule: 'pytorch', called: 'PyTorch' }, equinox: { rule: 'pytorch', called: 'Equinox' },
  keras: { rule: 'keras', called: 'Keras' }, tfjs: { rule: 'tfjs', called: 'TensorFlow.js' },
  flax: { rule: 'flax', called: 'Flax' }, nnx: { rule: 'flax', called: 'Flax' }, haiku: { rule: 'haiku', called: 'Haiku' },
};

function madeUp(wanted: Wanted, spec: LayerSpec | undefined, cellId: string | null, seed: number): Weights {
  if (cellId === null) throw unknownCell(wanted.name);
  const framework = spec?.framework ?? 'pytorch', { rule, called } = beginnings[framework];
  const inputSize = wanted.inputSize ?? assumed.inputSize, units = wanted.units ?? assumed.units;
  const guesses = [
    ...(wanted.inputSize === null ? [spec?.symbols.inputSize ? l10n('Assumed input size {0} for {1}: the code does not settle it.', inputSize, spec.symbols.inputSize) : l10n('Assumed input size {0}: the code does not settle it.', inputSize)] : []),
    ...(wanted.units === null ? [spec?.symbols.units ? l10n('Assumed {0} units for {1}: the code does not settle it.', units, spec.symbols.units) : l10n('Assumed {0} units: the code does not settle it.', units)] : []),
  ];
  const cell = cellById(wanted.projection ? 'lstmProjected' : cellId);
  const network = stackOfRandom(wanted, cell, inputSize, units, rule, seed);
  return {
    network,
    parameters: network.levels.map(level => level.directions.reduce((sum, l) => sum + parameterCount(l.cell, l.inputSize, l.units, more(wanted, units)), 0)),
    description: l10n('random, {0} default init, seed {1}', called, seed),
    invented: { words: l10n('random, {0} default init', called), seed },
    framework,
    notes: guesses.map(text => ({ severity: 'warning', text })),
  };
}

const more = (wanted: Wanted, units: number): Record<string, number> => wanted.projection ? { c: units } : {};

function stackOfRandom(wanted: Wanted, cell: Cell, inputSize: number, units: number, rule: InitialisationRule, seed: number): Network {
  const both = wanted.bidirectional === true;
  const out = wanted.projection || units;
  const count = wanted.layers ?? 1;
  const levels = Array.from({ length: count }, (_, k): Level => {
    const width = k === 0 ? inputSize : out * (both ? 2 : 1);
    const layer = (direction: Layer['direction'], n: number): Layer =>
      ({ cell, inputSize: width, units: out, direction, params: initialise(cell, width, out, rule, seed + 1000 * n, more(wanted, units)) });
    return { name: count === 1 ? wanted.name : `${wanted.name}.l${k}`, directions: [layer('forward', 2 * k), ...(both ? [layer('reverse', 2 * k + 1)] : [])], merge: 'concat' };
  });
  return { name: wanted.name, levels };
}
