/** From what a naming convention found to a stack: directions, doubts, and the checks that all conventions share. */
import type { Cell } from '../../core/cells/cell';
import type { Direction, Layer, Params } from '../../core/layer';
import { FormatError, type Answers, type Doubt, type LevelRef, type StackRef, type TensorRef } from '../format';
import { printable, shapeText } from '../parts/checked';
import { unpack, type Packed, type Sizes } from './blocks';

/** One direction of a level: its sizes, and how its tensors become the parameters that the cell's equations name. */
export interface Plan {
  readonly cell: Cell;
  readonly inputSize: number;
  /** Length of h. */
  readonly units: number;
  readonly assumptions?: readonly string[];
  /** Why it cannot be loaded. */
  readonly problem?: string | undefined;
  params(): Promise<Params>;
}

/** A plan, but for what the file leaves open. */
export interface Recipe {
  /** All that it is made of. */
  readonly tensors: readonly TensorRef[];
  /** With the options taken where nobody says otherwise. */
  readonly doubts?: readonly Doubt[];
  /** `answer` gives the option taken for a doubt of this recipe. */
  plan(answer: (doubt: string) => string): Plan;
}

export interface RecipeLevel {
  readonly name: string;
  readonly directions: readonly (readonly [Direction, Recipe])[];
  readonly assumptions?: readonly string[];
}

/** The stack of these levels; it has doubts where its recipes have, and decides them for all levels alike. */
export function stackFromRecipes(framework: string, name: string, levels: readonly RecipeLevel[], answers: Answers = {}): StackRef {
  const doubts = doubtsOf(levels, answers);
  const refs: LevelRef[] = [];
  for (const level of levels) refs.push(levelOf(level, doubts, refs.at(-1)));
  const decide = (more: Answers): StackRef => stackFromRecipes(framework, name, levels, { ...answers, ...more });
  return { name, framework, levels: refs, ...(doubts.length > 0 ? { doubts, decide } : {}) };
}

/** Each doubt once, with the option that was answered where it is one. */
function doubtsOf(levels: readonly RecipeLevel[], answers: Answers): readonly Doubt[] {
  const found = new Map<string, Doubt>();
  for (const { directions } of levels) for (const [, { doubts }] of directions) for (const doubt of doubts ?? []) if (!found.has(doubt.id)) found.set(doubt.id, doubt);
  return [...found.values()].map(doubt => {
    const answer = Object.hasOwn(answers, doubt.id) ? answers[doubt.id] : undefined;
    return answer !== undefined && doubt.options.some(o => o.id === answer) ? { ...doubt, taken: answer } : doubt;
  });
}

function levelOf({ name, directions, assumptions = [] }: RecipeLevel, doubts: readonly Doubt[], below: LevelRef | undefined): LevelRef {
  const answer = (id: string): string => doubts.find(d => d.id === id)?.taken ?? '';
  const plans = directions.map(([direction, recipe]) => ({ direction, plan: recipe.plan(answer) }));
  const first = plans[0]?.plan as Plan;
  const tensors = directions.flatMap(([, recipe]) => recipe.tensors);
  const problem = plans.find(p => p.plan.problem !== undefined)?.plan.problem ?? unlike(first, plans.at(-1)?.plan ?? first) ?? misfitBelow(first, below);
  return {
    name, cell: first.cell, inputSize: counted(first.inputSize), units: counted(first.units), directions: plans.map(p => p.direction), merge: 'concat',
    parameters: tensors.reduce((sum, t) => sum + t.shape.reduce((a, b) => a * b, 1), 0),
    tensors: tensors.map(t => t.name),
    assumptions: [...assumptions, ...first.assumptions ?? [], ...(plans.length > 1 ? ['the two directions are put side by side, which is the default'] : [])],
    ...(problem === undefined ? {} : { problem }),
    load: async () => {
      if (problem !== undefined) throw new FormatError('checkpoint', `${printable(name)} cannot be loaded: ${problem}`);
      const layers: Layer[] = [];
      for (const { direction, plan: { cell, inputSize, units, params } } of plans) layers.push({ cell, inputSize, units, direction, params: await params() });
      return { name, directions: layers, merge: 'concat' };
    },
  };
}

/** Shapes that make no layer may give sizes that are none. */
const counted = (n: number): number => (Number.isInteger(n) && n > 0 ? n : 0);

function unlike(a: Plan, b: Plan): string | undefined {
  const words = ({ cell, inputSize, units }: Plan): string => `${cell.name} ${inputSize} → ${units} (${cell.variant})`;
  return words(a) === words(b) ? undefined : `its directions differ: ${words(a)} and ${words(b)}`;
}

function misfitBelow({ inputSize }: Plan, below: LevelRef | undefined): string | undefined {
  if (!below || below.problem !== undefined) return undefined;
  const width = below.units * below.directions.length;
  return inputSize === width ? undefined : `it reads ${inputSize} numbers a step, but the level below gives ${width}`;
}

/** The first tensor that is not as it should be, with expected and found. */
export function misfitOf(expected: readonly (readonly [TensorRef | undefined, readonly number[]])[]): string | undefined {
  for (const [tensor, shape] of expected) {
    if (!tensor) continue;
    if (shapeText(tensor.shape) !== shapeText(shape)) return `"${printable(tensor.name)}" should be of shape ${shapeText(shape)}, but is ${shapeText(tensor.shape)}`;
    if (!/float/.test(tensor.dtype)) return `"${printable(tensor.name)}" is of type ${printable(tensor.dtype)}; only floating-point weights can be run`;
  }
  return expected.some(([, shape]) => shape.some(n => n < 1)) ? 'one of its sizes is 0' : undefined;
}

/** Blocks that were read, as parameters: `order` as stored, in our letters. The recurrent bias of blocks in `apart` stays its own. */
export const paramsOf = (packed: Packed, order: string, sizes: Sizes, apart = ''): Params => unpack(packed, order === '' ? [''] : [...order], sizes, apart);

/** What is stored as `x @ kernel` has it, [columns of ours, rows of ours], rows first. */
export function transposed(data: Float32Array, inputs: number): Float32Array {
  const outputs = inputs === 0 ? 0 : data.length / inputs;
  const out = new Float32Array(data.length);
  for (let row = 0; row < outputs; row++) for (let k = 0; k < inputs; k++) out[row * inputs + k] = data[k * outputs + row] ?? 0;
  return out;
}

/** One after another in one array. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A kernel over [x; h], stored as `[x, h] @ kernel` has it: both parts, rows first. */
export function splitKernel(data: Float32Array, inputSize: number, hidden: number): { readonly kernel: Float32Array; readonly recurrentKernel: Float32Array } {
  const at = inputSize * (data.length / (inputSize + hidden));
  return { kernel: transposed(data.subarray(0, at), inputSize), recurrentKernel: transposed(data.subarray(at), hidden) };
}

/** The same parameters with `amount` added to the forget gate's bias. */
export function withForgetBias(params: Params, amount: number): Params {
  const bf = params['bf'];
  return bf && amount !== 0 ? { ...params, bf: { ...bf, data: bf.data.map(b => b + amount) } } : params;
}
