/** A cell that a person wrote: its text → what a session opens, with weights and input made up. Knows no vscode. */
import { matchedUnits } from './analysis/matched';
import { baseOf, hasEnding, type Binding, type Files } from './binding';
import type { Cell } from './core/cells/cell';
import { EquationError, parse, print } from './core/equations';
import { generatorById } from './core/generate';
import { initialise } from './core/initialise';
import type { Layer } from './core/layer';
import { parameterCount, parameterCountOf } from './core/parameters';
import { outputState, type Program } from './core/program';
import { programOf } from './core/programs';
import { Problem } from './errors';
import { openSequence, readVocabulary } from './formats/index';
import { l10n } from './l10n';
import type { Subject } from './session';
import { subjectOf, type Settings } from './subject';
import type { Weights } from './weights';
import { anything } from './wanted';

/** Sizes where nothing says otherwise: small enough to be read, large enough to show a pattern. */
export const OWN_SIZE = 16;
/** More units would make a matrix of hundreds of megabytes. */
export const MOST_OWN = 4096;

export const CELL_ENDING = 'cell';

/** `.gatescope/cells/mine.cell` → `mine`. */
export const cellName = (path: string): string => baseOf(path).replace(/\.cell$/i, '');

/** The cell that a text means, in canonical notation. @throws EquationError */
export function ownCell(path: string, text: string): Cell {
  return { id: `own:${cellName(path)}`, name: cellName(path), family: 'other', variant: l10n('written in {0}', baseOf(path)), equations: print(parse(text)), source: path };
}

export interface OwnCell {
  readonly reference: string;
  /** Of the file, from its folder. */
  readonly path: string;
  readonly text: string;
  readonly binding: Binding;
}

/** @throws Problem, FormatError */
export async function cellSubject({ reference, path, text, binding }: OwnCell, files: Files, settings: Settings): Promise<Subject> {
  const cell = read(path, text);
  const sizes = await sizesFor(cell, binding, files);
  const request = { reference, model: baseOf(path), wanted: anything(cell.name), cellId: null, binding };
  const subject = await subjectOf({ ...request, weights: untrained(cell, sizes, binding.seed ?? settings.seed) }, files, settings);
  return { ...subject, canReveal: true };
}

function read(path: string, text: string): Cell {
  try {
    return ownCell(path, text);
  } catch (error) {
    throw error instanceof EquationError ? unread(path, error) : error;
  }
}

/** What the panel says over what it still shows. */
const unread = (path: string, { line, column, message }: EquationError): Problem =>
  new Problem(l10n('{0}, line {1}, column {2}:', baseOf(path), line, column), [`${message}.`, l10n('What was shown before stays.')], [{ id: 'reveal', label: l10n('Go to line {0}', line) }]);

export interface OwnSizes { readonly inputSize: number; readonly units: number }

/** Where x is added to a state, both are equally long. */
export const sizesTogether = (program: Program): boolean => outputState(program).size === program.input;

/** As chosen, else as the input has them. */
async function sizesFor(cell: Cell, binding: Binding, files: Files): Promise<OwnSizes> {
  const inputSize = binding.inputSize ?? await widthOf(binding, files) ?? (sizesTogether(programOf(cell)) ? binding.units : undefined) ?? OWN_SIZE;
  return { inputSize, units: sizesTogether(programOf(cell)) ? inputSize : binding.units ?? OWN_SIZE };
}

/** Numbers a step of the input that is bound; undefined where any number will do, or where it cannot be read, which is said when it is. */
async function widthOf({ input, generate, vocabulary, columns }: Binding, files: Files): Promise<number | undefined> {
  if (input === undefined) return generate && generatorById(generate.kind).width;
  try {
    if (hasEnding(input, ['csv', 'tsv', 'npy', 'wav'])) return (await openSequence(await files.open(input), columns ? { columns } : {})).width;
    return vocabulary === undefined ? undefined : (await readVocabulary(await files.open(vocabulary))).size;
  } catch {
    return undefined;
  }
}

type RunContent = Extract<Subject['content'], { kind: 'run' }>;

/** The cell on the input of another run, with about as many parameters as that run's layer; for beside it. @throws Problem, LayerError */
export function matchedSubject(reference: string, path: string, text: string, other: Layer, { sequence, seed, memory }: RunContent): Subject {
  const cell = read(path, text);
  const { inputSize } = other;
  const units = sizesTogether(programOf(cell)) ? inputSize : matchedUnits(cell, inputSize, parameterCountOf(other));
  const { network, parameters, description, invented } = untrained(cell, { inputSize, units }, seed);
  return {
    reference, model: baseOf(path), weights: { description, ...(invented ? { invented } : {}) }, notes: [], canReveal: false,
    content: { kind: 'run', network, sequence, parameters, seed, memory },
  };
}

function untrained(cell: Cell, { inputSize, units }: OwnSizes, seed: number): Weights {
  const params = initialise(cell, inputSize, units, 'pytorch', seed);
  return {
    network: { name: cell.name, levels: [{ name: cell.name, merge: 'concat', directions: [{ cell, inputSize, units, direction: 'forward', params }] }] },
    parameters: [parameterCount(cell, inputSize, units)],
    description: l10n('random, {0} default init, seed {1}', 'PyTorch', seed),
    invented: { words: l10n('random, {0} default init', 'PyTorch'), seed },
    notes: [],
  };
}
