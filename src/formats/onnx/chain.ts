/** Which recurrent nodes feed one another, so that a stack exported as several nodes is shown as one. */
import type { Folder } from './fold';
import type { Node } from './model';
import { smallIntegers } from './operators';
import { isQuantised } from './quantised';
import type { Scope } from './scope';

/** A value's axes by meaning: T steps, D directions, B batch, H units, F all features of a step; 1 for an axis of size one. */
type Axes = readonly string[];

/** The recurrent node whose whole output `node` reads as its input, with only axes moved on the way; undefined where there is none. */
export async function feeder(node: Node, scope: Scope, folder: Folder): Promise<Node | undefined> {
  const path: Node[] = [];
  let at = sourceOf(node.inputs[0], scope);
  while (at && passes.has(at.op) && path.length < 32) {
    path.unshift(at);
    at = sourceOf(at.inputs[0], scope);
  }
  if (!at || !isRecurrent(at)) return undefined;
  const first = path[0] ?? node;
  if (first.inputs[0] !== at.outputs[0]) return undefined;
  const arrived = await follow(path, outputAxes(at), at, scope, folder);
  const expected = batchFirst(node) ? 'B T F' : 'T B F';
  return arrived?.join(' ') === expected ? at : undefined;
}

/** The three recurrent operators of the default domain, and the quantised LSTM of ONNX Runtime's. */
export function isRecurrent({ op, domain }: Pick<Node, 'op' | 'domain'>): boolean {
  return ((op === 'LSTM' || op === 'GRU' || op === 'RNN') && (domain === '' || domain === 'ai.onnx')) || isQuantised({ op, domain });
}

/** `layout` 1: the batch is the first axis. */
export const batchFirst = (node: Node): boolean => node.attributes.get('layout')?.int === 1;

/** Operators that only move axes, and how. */
const passes = new Map<string, (axes: Axes, node: Node, scope: Scope, folder: Folder, source: Node) => Promise<Axes | undefined> | Axes | undefined>([
  ['Identity', axes => axes],
  ['Dropout', axes => axes],
  ['Cast', axes => axes],
  ['Squeeze', squeeze],
  ['Transpose', transpose],
  ['Reshape', reshape],
]);

const sourceOf = (name: string | undefined, scope: Scope): Node | undefined => (name ? scope.producers.get(name) : undefined);

const bidirectional = (node: Node): boolean => node.attributes.get('direction')?.text === 'bidirectional';

function outputAxes(node: Node): Axes {
  const directions = bidirectional(node) ? 'D' : '1';
  return batchFirst(node) ? ['B', 'T', directions, 'H'] : ['T', directions, 'B', 'H'];
}

async function follow(path: readonly Node[], from: Axes, source: Node, scope: Scope, folder: Folder): Promise<Axes | undefined> {
  let axes: Axes | undefined = from;
  for (const step of path) {
    axes = await passes.get(step.op)?.(axes, step, scope, folder, source);
    if (!axes) return undefined;
  }
  // One direction's H is all features; two must have been merged into F.
  return bidirectional(source) ? axes : axes.map(a => (a === 'H' ? 'F' : a));
}

async function squeeze(axes: Axes, node: Node, scope: Scope, folder: Folder): Promise<Axes | undefined> {
  const given = await small(node, 1, 'axes', scope, folder);
  if (!given) return undefined;
  const at = given.map(axis => (axis < 0 ? axis + axes.length : axis));
  return at.every(k => axes[k] === '1') ? axes.filter((_, k) => !at.includes(k)) : undefined;
}

function transpose(axes: Axes, node: Node): Axes | undefined {
  const order = node.attributes.get('perm')?.ints ?? [];
  const moved = order.map(k => axes[k] ?? '');
  return moved.length === axes.length && !moved.includes('') ? moved : undefined;
}

/** Accepts what merges directions and units, [.., D, H] to [.., F]: two leading axes kept, the rest one. */
async function reshape(axes: Axes, node: Node, scope: Scope, folder: Folder, source: Node): Promise<Axes | undefined> {
  const to = await small(node, 1, 'shape', scope, folder);
  const [first, second, third, fourth] = axes;
  if (to?.length !== 3 || first === undefined || second === undefined) return undefined;
  if (axes.length !== 3 && !(axes.length === 4 && (third === 'D' || third === '1') && fourth === 'H')) return undefined;
  if (to[0] === 0 && to[1] === 0) return axes.length === 4 ? [first, second, 'F'] : axes;
  const leading = to[2] === featuresOf(source) && await batchOfOne(source, scope, folder) ? leadingAxes(to, [first, second]) : undefined;
  return leading && [...leading, axes.length === 4 ? 'F' : third ?? ''];
}

/** Where the batch is one sequence, the axis of size one is the batch, however it was moved; exporters write such shapes in numbers. */
function leadingAxes([first, second]: readonly number[], axes: Axes): Axes | undefined {
  if (!axes.includes('T') || !axes.includes('B')) return undefined;
  if (first === 1 && second === 1) return axes;
  return first === 1 ? ['B', 'T'] : second === 1 ? ['T', 'B'] : undefined;
}

/** Numbers a step of a recurrent node's output, where it says so. */
const featuresOf = (source: Node): number => (source.attributes.get('hidden_size')?.int ?? NaN) * (bidirectional(source) ? 2 : 1);

/** True where the initial state's shape tells that there is one sequence. */
async function batchOfOne(source: Node, scope: Scope, folder: Folder): Promise<boolean> {
  const initial = source.inputs[5];
  const found = initial ? await folder.fold(initial, scope) : undefined;
  return found?.kind === 'known' && found.shape[batchFirst(source) ? 0 : 1] === 1;
}

async function small(node: Node, input: number, attribute: string, scope: Scope, folder: Folder): Promise<readonly number[] | undefined> {
  const name = node.inputs[input];
  if (!name) return node.attributes.get(attribute)?.ints;
  const found = await folder.fold(name, scope);
  return found.kind === 'known' ? smallIntegers(found) : undefined;
}
