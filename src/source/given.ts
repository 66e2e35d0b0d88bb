/** What a layer gives when it is called, place by place in its result: one row a framework. */
import type { Draft } from './framework';
import type { Mention } from './outline';

export type What = Exclude<Mention['what'], 'layer'>;
/** How a layer is called: on what it reads, or, in Haiku, by a function that runs it over time. */
export interface Way { readonly unrolled?: boolean; /** What the call itself decides, against what the constructor says. */ readonly returnState?: boolean | null }
type Places = (draft: Draft, path: readonly number[], way: Way) => What | undefined;

/** What stands at a place: `out, (h, c)` has h at [1, 0]. undefined where that is not sure. */
export function givenAt(draft: Draft, path: readonly number[], way: Way = {}): What | undefined {
  return draft.cell === null ? undefined : places[draft.framework](draft, path, way);
}

/** The states at a place of their own, in the framework's order: as one, or each. */
function stateAt({ cell }: Draft, path: readonly number[], order: readonly ('h' | 'c')[] = ['h', 'c']): What | undefined {
  const [first] = path;
  if (cell !== 'lstm') return path.length === 0 ? 'h' : undefined;
  return first === undefined ? 'states' : path.length === 1 ? order[first] : undefined;
}

/** (output, states), of a cell the states alone. */
const pytorch: Places = (draft, path) => {
  const [first] = path;
  if (draft.isCell) return stateAt(draft, path);
  return first === 1 ? stateAt(draft, path.slice(1)) : first === 0 && path.length === 1 ? 'output' : undefined;
};

/** The output, and behind it each state where they are asked for; a stack of cells has an order of its own. */
const keras: Places = (draft, path) => {
  const { cell, isCell, options, layers, bidirectional } = draft;
  const [first] = path;
  if (isCell || path.length > 1 || draft.assumed.includes('returnState')) return undefined;
  if (options['returnState'] === false) return first === undefined ? 'output' : undefined;
  if (options['returnState'] !== true || first === undefined || (bidirectional !== false && !merges.has(String(options['mergeMode'])))) return undefined;
  if (first === 0) return 'output';
  return layers !== 1 ? undefined : cell === 'lstm' && first % 2 === 0 ? 'c' : 'h';
};

/** Ways to make one output of both directions. */
const merges: ReadonlySet<string> = new Set(['concat', 'sum', 'mul', 'ave']);

/** `carry, y` of a cell, whose y is h; of nn.RNN the output, or `carry, output`. The carry is (c, h). */
const flax: Places = (draft, path, { returnState }) => {
  const [first, ...rest] = path;
  const carry = (): What | undefined => stateAt(draft, rest, ['c', 'h']);
  if (draft.isCell) return first === 0 ? carry() : first === 1 && rest.length === 0 ? 'h' : undefined;
  if (!overTime.test(nameOf(draft))) return undefined;
  const asked = returnState !== undefined ? returnState : draft.assumed.includes('returnState') ? null : draft.options['returnState'];
  if (asked === false) return first === undefined ? 'output' : undefined;
  if (asked !== true) return undefined;
  return first === 1 && rest.length === 0 ? 'output' : first === 0 && draft.bidirectional === false ? carry() : undefined;
};

/** What nn.scan gives is a class, whose objects are not followed. */
const overTime = /^(RNN|Bidirectional)$/;

function nameOf({ callee }: Draft): string {
  return callee.kind === 'attribute' || callee.kind === 'name' ? callee.name : '';
}

/** The states of the next step. */
const equinox: Places = (draft, path) => stateAt(draft, path);

/** `out, state`: of one step out is h, of `hk.dynamic_unroll` it is h at every step. */
const haiku: Places = (draft, path, { unrolled }) => {
  const [first, ...rest] = path;
  if ((draft.options['unrolled'] === true) !== (unrolled === true)) return undefined;
  return first === 1 ? stateAt(draft, rest) : first === 0 && rest.length === 0 ? (unrolled ? 'output' : 'h') : undefined;
};

const places: Readonly<Record<Draft['framework'], Places>> = { pytorch, keras, tfjs: keras, flax, nnx: flax, equinox, haiku };
