/** Follows a name back through shape operators to tensors of the file, so that weights are known before anything is run. */
import { FormatError, type Bytes } from '../format';
import { elements, printable, shapeText } from '../parts/checked';
import type { Numbers } from '../parts/numbers';
import type { Node, TensorInfo } from './model';
import { operators } from './operators';
import { lookup, type Scope } from './scope';
import { readTensor, typeName } from './tensor';

/** A value known by its shape; its numbers are read and computed by `load`. */
export interface Known {
  readonly kind: 'known';
  readonly shape: readonly number[];
  /** How its elements are stored, where it is a tensor of the file. */
  readonly type?: string;
  /** The file's tensors that it is made of, and how many elements each has. */
  readonly sources: ReadonlyMap<string, number>;
  /** `exact` gives float64. `done` keeps what several operators share. @throws FormatError */
  load(exact: boolean, done?: Map<Known, Promise<Numbers>>): Promise<Numbers>;
}

/** Elements of the file's tensors that must be read to know a value. */
export const sourceSize = ({ sources }: Pick<Known, 'sources'>): number => [...sources.values()].reduce((a, b) => a + b, 0);

/** A value that only running the model would give. */
export interface Unknown { readonly kind: 'unknown'; readonly why: string }

const MOST_STEPS = 200;
/** Results are made of the file's own numbers; a few copies of them are plausible, more would be an attack on memory. */
const MOST_COPIES = 4;
const ALWAYS_ALLOWED = 4096;

/** Remembers what it has followed; use one a file. */
export class Folder {
  private readonly seen = new Map<Scope, Map<string, Known | Unknown | 'busy'>>();

  constructor(private readonly bytes: Bytes) {}

  /** What `name`, seen from `scope`, stands for. Damage of the file is an Unknown too, with its reason. */
  async fold(name: string, scope: Scope, depth = 0): Promise<Known | Unknown> {
    const names = this.seen.get(scope) ?? new Map<string, Known | Unknown | 'busy'>();
    this.seen.set(scope, names);
    const before = names.get(name);
    if (before === 'busy') return unknown(`"${printable(name)}" is computed from itself`);
    if (before) return before;
    names.set(name, 'busy');
    const found = await this.follow(name, scope, depth).catch((error: unknown) => {
      if (error instanceof FormatError) return unknown(error.what);
      throw error;
    });
    names.set(name, found);
    return found;
  }

  /** The numbers of one tensor. @throws FormatError */
  read(tensor: TensorInfo): Promise<Numbers> {
    return readTensor(this.bytes, tensor, false);
  }

  private async follow(name: string, from: Scope, depth: number): Promise<Known | Unknown> {
    if (depth > MOST_STEPS) return unknown(`"${printable(name)}" is more than ${MOST_STEPS} operators away from a tensor of the file`);
    const meaning = lookup(name, from);
    if (meaning.kind === 'nothing') return unknown(`nothing in the file is called "${printable(name)}"`);
    if (meaning.kind === 'input') return unknown(`"${printable(name)}" is an input of the ${meaning.scope.path ? `body ${printable(meaning.scope.path)}` : 'model'}, known only when it runs`);
    if (meaning.kind === 'tensor') return this.tensor(meaning.tensor, name);
    if (meaning.scope !== from) return this.fold(name, meaning.scope, depth + 1);
    return this.node(meaning.node, name, from, depth);
  }

  private async node(node: Node, name: string, scope: Scope, depth: number): Promise<Known | Unknown> {
    if (node.op === 'Constant') return this.constant(node, name);
    const operator = node.domain === '' || node.domain === 'ai.onnx' ? operators.get(node.op) : undefined;
    if (!operator) return unknown(`"${printable(name)}" is computed by ${printable(node.op)}, known only when the model runs`);
    const inputs: (Known | undefined)[] = [];
    for (const input of node.inputs) {
      const found = input === '' ? undefined : await this.fold(input, scope, depth + 1);
      if (found?.kind === 'unknown') return found;
      inputs.push(found);
    }
    const plan = await operator(node, inputs);
    if (typeof plan === 'string') return unknown(`"${printable(name)}" (${printable(node.op)}): ${plan}`);
    const known = (plan.all ? inputs : inputs.slice(0, 1)).filter(k => k !== undefined);
    const sources = new Map(known.flatMap(k => [...k.sources]));
    const most = ALWAYS_ALLOWED + MOST_COPIES * sourceSize({ sources });
    if (!((elements(plan.shape) ?? Infinity) <= most)) return unknown(`"${printable(name)}" of ${shapeText(plan.shape)} is larger than its parts allow`);
    return made(plan.shape, sources, known, plan.make);
  }

  private constant(node: Node, name: string): Known | Unknown {
    const { tensor, floats, ints, float, int } = node.attributes.values().next().value ?? { floats: [], ints: [] };
    if (tensor) return this.tensor(tensor, name);
    if (float !== undefined || int !== undefined) return given([], [float ?? int ?? NaN], name);
    const list = floats.length > 0 ? floats : ints;
    return list.length > 0 ? given([list.length], list, name) : unknown(`the Constant "${printable(name)}" holds no numbers`);
  }

  private tensor(tensor: TensorInfo, name: string): Known | Unknown {
    const count = elements(tensor.dims);
    if (count === undefined) return unknown(`"${printable(name)}" has an impossible shape ${shapeText(tensor.dims)}`);
    return { kind: 'known', shape: tensor.dims, type: typeName(tensor.type), sources: new Map([[name, count]]), load: exact => readTensor(this.bytes, tensor, exact) };
  }
}

const unknown = (why: string): Unknown => ({ kind: 'unknown', why });

function given(shape: readonly number[], values: readonly number[], name: string): Known {
  return { kind: 'known', shape, sources: new Map([[name, values.length]]), load: async exact => (exact ? Float64Array.from(values) : Float32Array.from(values)) };
}

/** A value that `make` makes of others, whose numbers are read when they are asked for. */
export function made(shape: readonly number[], sources: ReadonlyMap<string, number>, inputs: readonly Known[], make: (inputs: readonly Numbers[]) => Numbers): Known {
  const node: Known = {
    kind: 'known',
    shape,
    sources,
    load: (exact, done = new Map()) => {
      const before = done.get(node);
      if (before) return before;
      const now = Promise.all(inputs.map(input => input.load(exact, done))).then(make);
      done.set(node, now);
      return now;
    },
  };
  return node;
}
