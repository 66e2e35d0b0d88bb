/**
 * Files written by the real frameworks, each with `<case>.truth.json` beside it: what the file holds, and what the framework itself
 * computes with it. `truths(maker)` makes tests of a folder; `checkTruth` gives the numbers for the table of formats.
 */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { layersOf } from '../../src/cli/inspect';
import { run, type EvaluatorName } from '../../src/core/engine';
import type { Answers, Checkpoint, StackRef } from '../../src/formats/format';
import { open } from '../../src/formats/index';
import { fileBytes } from '../../src/platform/node';

/** A layer as `inspect --json` lists it; what is left out is not compared. */
export type TruthLayer = Partial<ReturnType<typeof layersOf>[number]>;

/** One sequence through one stack, as the framework ran it. */
export interface TruthRun {
  readonly stack: string;
  /** [steps][inputSize] */
  readonly x: readonly (readonly number[])[];
  /** [steps][width of the last level's output] */
  readonly y: readonly (readonly number[])[];
  /** For `StackRef.decide`, where the file leaves a doubt whose first answer is another. */
  readonly answers?: Answers;
}

/** What `<case>.truth.json` says. */
export interface Truth {
  /** Relative to the truth file. */
  readonly file: string;
  readonly framework: string;
  readonly version: string;
  /** Id of the format. */
  readonly format: string;
  /** All layers of the file, in the order of `inspect --json`. */
  readonly layers: readonly TruthLayer[];
  readonly runs: readonly TruthRun[];
  /** |ours - theirs| may be this times max(1, max|theirs|); 2e-6 where absent. */
  readonly tolerance?: number;
  /** Why there is nothing to run, where `runs` is empty. */
  readonly noRuns?: string;
  /** For readers. */
  readonly note?: string;
}

/** What a truth showed: how far the engine is from the framework, by evaluator. */
export interface Checked {
  readonly truth: Truth;
  readonly path: string;
  readonly layers: ReturnType<typeof layersOf>;
  readonly runs: readonly CheckedRun[];
}

export interface CheckedRun {
  /** Families of the stack's levels, each once: `lstm`, `lstm, rnn`. */
  readonly cells: string;
  /** Largest |ours - theirs| by either evaluator. */
  readonly maxError: number;
}

const TOLERANCE = 2e-6;
const EVALUATORS: readonly EvaluatorName[] = ['reference', 'fast'];
const LAYER_FIELDS = ['name', 'cell', 'variant', 'inputSize', 'units', 'direction', 'layer', 'parameters', 'tensors', 'assumptions', 'problem'];

/** The folder of what one maker wrote. */
export const folderOf = (maker: string): string => (maker === 'formats' ? 'test/fixtures/formats' : `test/fixtures/files/${maker}`);

/** Makes a test of every truth file in the maker's folder and below. */
export function truths(maker: string): void {
  describe(`files of ${maker}, against what wrote them`, () => {
    const paths = truthFiles(folderOf(maker));
    it('there are some', () => assert.ok(paths.length > 0, `no *.truth.json in ${folderOf(maker)}`));
    for (const path of paths) {
      it(nameOf(path, maker), async function () {
        const { truth, runs, layers } = await checkTruth(path);
        const error = runs.length > 0 ? `max error ${Math.max(...runs.map(r => r.maxError)).toExponential(1)}` : 'not run';
        this.test!.title += ` (${truth.framework} ${truth.version}): ${layers.length} layers, ${error}`;
      });
    }
  });
}

const nameOf = (path: string, maker: string): string => relative(folderOf(maker), path).replace(/\.truth\.json$/, '');

/** All truth files in a folder and below, sorted. */
export function truthFiles(folder: string): readonly string[] {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(f => f.endsWith('.truth.json'));
  return found.map(f => join(folder, f)).sort();
}

/** Opens the file that a truth describes, compares its layers, and runs it by both evaluators. @throws what differs, and where */
export async function checkTruth(path: string): Promise<Checked> {
  const truth = readTruth(path);
  const opened = await open(await fileBytes(join(dirname(path), truth.file)));
  assert.ok(opened.kind === 'checkpoint', `${truth.file} was opened as a ${opened.kind}`);
  assert.equal(opened.format, truth.format, `${truth.file} was opened by another reader`);
  const layers = layersOf(opened);
  compareLayers(truth, layers);
  const runs: CheckedRun[] = [];
  for (const each of truth.runs) runs.push(await checkRun(opened, each, truth));
  return { truth, path, layers, runs };
}

function compareLayers({ file, layers: expected }: Truth, found: ReturnType<typeof layersOf>): void {
  assert.deepEqual(found.map(l => l.name), expected.map(l => l.name), `${file}: names of the layers`);
  for (const [k, layer] of expected.entries()) {
    const mine = Object.fromEntries(Object.keys(layer).map(key => [key, found[k]![key as keyof TruthLayer]]));
    assert.deepEqual(mine, layer, `${file}: layer ${layer.name}`);
  }
}

async function checkRun(checkpoint: Checkpoint, expected: TruthRun, { file, tolerance = TOLERANCE }: Truth): Promise<CheckedRun> {
  const stack = stackOf(checkpoint, expected, file);
  const levels = [];
  for (const ref of stack.levels) levels.push(await ref.load());
  const x = Float32Array.from(expected.x.flat());
  let most = 0;
  for (const evaluator of EVALUATORS) {
    const { output } = (await run({ name: stack.name, levels }, x, expected.x.length, { evaluator })).levels.at(-1)!;
    most = Math.max(most, compareOutput(output, expected.y, tolerance, `${file}: ${stack.name}, ${evaluator}`));
  }
  return { cells: cellsOf(stack.levels.map(l => l.cell.family)), maxError: most };
}

/** `lstm, rnn` of a list of families. */
export const cellsOf = (families: readonly (string | undefined)[]): string => [...new Set(families)].sort().join(', ');

function stackOf({ stacks }: Checkpoint, { stack: name, answers }: TruthRun, file: string): StackRef {
  const stack = stacks.find(s => s.name === name);
  assert.ok(stack, `${file}: there is no stack "${name}", but ${stacks.map(s => `"${s.name}"`).join(', ') || 'none'}`);
  if (!answers) return stack;
  const ids = new Set(stack.doubts?.map(d => d.id));
  for (const id of Object.keys(answers)) assert.ok(ids.has(id), `${file}: stack "${name}" has no doubt "${id}"`);
  assert.ok(stack.decide, `${file}: stack "${name}" cannot be decided`);
  return stack.decide(answers);
}

/** The largest difference. @throws where it is beyond the tolerance, with the place that is worst */
function compareOutput(ours: Float32Array, theirs: TruthRun['y'], tolerance: number, what: string): number {
  const width = theirs[0]!.length;
  assert.equal(ours.length, theirs.length * width, `${what}: numbers of the output`);
  const flat = theirs.flat();
  // Not finite is as far off as can be; NaN would otherwise pass every comparison.
  const errors = flat.map((v, k) => Math.abs(ours[k]! - v)).map(e => (Number.isFinite(e) ? e : Infinity));
  const worst = errors.reduce((at, e, k) => (e > errors[at]! ? k : at), 0);
  const bound = tolerance * flat.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  assert.ok(errors[worst]! <= bound, `${what}: off by ${errors[worst]!.toExponential(2)} (at most ${bound.toExponential(1)}) at step ${Math.floor(worst / width)}, unit ${worst % width}: ${ours[worst]} instead of ${flat[worst]}`);
  return errors[worst]!;
}

const FIELDS = new Set(['file', 'framework', 'version', 'format', 'layers', 'runs', 'tolerance', 'noRuns', 'note']);
const RUN_FIELDS = new Set(['stack', 'x', 'y', 'answers']);

/** Reads and checks a truth file: a truth that says nothing would let anything pass. @throws what is wrong with it */
export function readTruth(path: string): Truth {
  const truth = JSON.parse(readFileSync(path, 'utf8')) as Truth;
  const fail = (what: string): never => assert.fail(`${path}: ${what}`);
  const strange = Object.keys(truth).find(key => !FIELDS.has(key));
  if (strange !== undefined) fail(`unknown field "${strange}"`);
  for (const key of ['file', 'framework', 'version', 'format'] as const) if (typeof truth[key] !== 'string' || truth[key] === '') fail(`"${key}" should be a text`);
  if (!isFile(join(dirname(path), truth.file))) fail(`there is no file ${truth.file}`);
  if (!Array.isArray(truth.layers) || !Array.isArray(truth.runs)) fail('"layers" and "runs" should be lists');
  for (const layer of truth.layers) checkLayer(layer, fail);
  if (truth.runs.length === 0 && !truth.noRuns) fail('it has no runs; where nothing can be run, "noRuns" says why');
  if (truth.tolerance !== undefined && !(truth.tolerance > 0 && truth.tolerance < 0.1)) fail('"tolerance" should be a small number above zero');
  for (const each of truth.runs) checkTruthRun(each, fail);
  return truth;
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

function checkLayer(layer: TruthLayer, fail: (what: string) => never): void {
  const strange = Object.keys(layer).find(key => !LAYER_FIELDS.includes(key));
  if (strange !== undefined) fail(`unknown field "${strange}" of a layer`);
  for (const key of ['name', 'cell'] as const) if (layer[key] === undefined) fail(`a layer should say its "${key}"`);
}

function checkTruthRun(each: TruthRun, fail: (what: string) => never): void {
  const strange = Object.keys(each).find(key => !RUN_FIELDS.has(key));
  if (strange !== undefined) fail(`unknown field "${strange}" of a run`);
  if (typeof each.stack !== 'string') fail('a run should name its "stack"');
  for (const key of ['x', 'y'] as const) if (!isTable(each[key])) fail(`"${key}" of ${each.stack} should be rows of numbers, all as long`);
  if (each.x.length !== each.y.length) fail(`"x" and "y" of ${each.stack} have ${each.x.length} and ${each.y.length} steps`);
  // A wrong gate order must show: rows that are all zero, or all the same, show nothing.
  if (new Set(each.y.flat()).size < 2 || new Set(each.x.flat()).size < 2) fail(`the numbers of ${each.stack} are all the same`);
}

const isTable = (rows: unknown): boolean => Array.isArray(rows) && rows.length > 0
  && rows.every((row: unknown) => Array.isArray(row) && row.length > 0 && row.length === (rows[0] as unknown[]).length && row.every(v => Number.isFinite(v)));
