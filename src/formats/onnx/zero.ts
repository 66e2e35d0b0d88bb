/** Initial states are often zeros whose shape depends on the batch: their numbers are known though their shape is not. */
import { elements } from '../parts/checked';
import { sourceSize, type Folder, type Known } from './fold';
import type { Node } from './model';
import { lookup, type Scope } from './scope';

/** Nodes looked at for one state: enough for what exporters write, and a bound for graphs that branch at every step. */
const MOST_STEPS = 200;
const MOST_NUMBERS = 1 << 16;
/** Operators whose result holds only what their first input holds. */
const keeps = new Set(['Expand', 'Tile', 'Identity', 'Cast', 'Squeeze', 'Unsqueeze', 'Reshape', 'Transpose', 'Slice', 'Gather', 'Split']);

/** True where `name` is all zeros however large it will be. */
export async function isZero(name: string, scope: Scope, folder: Folder, budget = { steps: MOST_STEPS }): Promise<boolean> {
  const known = await folder.fold(name, scope);
  if (known.kind === 'known') return knownZero(known);
  const meaning = lookup(name, scope);
  if (meaning.kind !== 'node' || budget.steps-- <= 0) return false;
  return zeroNode(meaning.node, meaning.scope, folder, budget);
}

/** Answers are kept: many nodes may share one initial state. */
const answers = new WeakMap<Known, Promise<boolean>>();

function knownZero(known: Known): Promise<boolean> {
  const before = answers.get(known);
  if (before) return before;
  const answer = sourceSize(known) > MOST_NUMBERS ? Promise.resolve(false) : known.load(false).then(numbers => numbers.every(v => v === 0));
  answers.set(known, answer);
  return answer;
}

async function zeroNode(node: Node, scope: Scope, folder: Folder, budget: { steps: number }): Promise<boolean> {
  // Its value is a tensor of one element, zero where absent.
  if (node.op === 'ConstantOfShape') return !node.attributes.has('value') || constantZero(node, folder);
  const inputs = node.op === 'Concat' ? node.inputs : keeps.has(node.op) ? node.inputs.slice(0, 1) : [];
  for (const input of inputs) if (!(await isZero(input, scope, folder, budget))) return false;
  return inputs.length > 0;
}

async function constantZero(node: Node, folder: Folder): Promise<boolean> {
  const tensor = node.attributes.get('value')?.tensor;
  return tensor !== undefined && (elements(tensor.dims) ?? 2) <= 1 && (await folder.read(tensor)).every(v => v === 0);
}
