/** All tensors below a value of a pickle, with the names that a state_dict would give them. Each container is entered once. */
import { FormatError } from '../format';
import { as, callableOf, entry, itemsOf, nameOf, type Dict, type Instance, type Value } from '../parts/pickle/values';
import { packedCell } from './quantized';
import { FORMAT } from './read';
import { tensorOf, type Spec } from './tensor';

export interface Found<T> {
  /** Keys from the root. Below a module they are one, joined with dots, since a state_dict has them so. */
  readonly path: readonly string[];
  readonly value: T;
}

export interface Walked {
  readonly tensors: readonly Found<Spec>[];
  /** Objects with weights of their own: `nn.LSTM` of a model that was saved whole. */
  readonly modules: readonly Found<Instance>[];
  /** Dictionaries that are an optimizer's; they are not entered. */
  readonly optimizers: readonly Found<Value>[];
}

const MOST_DEPTH = 64;
const MOST_FOUND = 1 << 20;
const MOST_NAME = 2000;

interface Step { readonly path: readonly string[]; readonly value: Value; readonly depth: number; /** It lies below a module, so its children's keys extend the last one. */ readonly joined: boolean }

/** Depth first, in the order stored. @throws FormatError where there are too many */
export function walk(root: Value): Walked {
  const found = { tensors: [] as Found<Spec>[], modules: [] as Found<Instance>[], optimizers: [] as Found<Value>[] };
  const seen = new Set<Value>();
  const steps: Step[] = [{ path: [], value: root, depth: 0, joined: false }];
  let count = 0;
  for (let step = steps.pop(); step; step = steps.pop()) {
    if (++count > MOST_FOUND) throw new FormatError(FORMAT, `the file holds more than ${MOST_FOUND} values`);
    const { path, value } = step;
    const spec = tensorOf(value);
    if (spec) found.tensors.push({ path, value: spec });
    else if (isContainer(value) && step.depth < MOST_DEPTH && !seen.has(value)) {
      seen.add(value);
      if (isOptimizer(value)) found.optimizers.push({ path, value });
      else steps.push(...enter(step, found.modules).reverse());
    }
  }
  return found;
}

const isContainer = (value: Value): boolean => as('dict', value) !== undefined || as('instance', value) !== undefined || itemsOf(value) !== undefined;
const isOptimizer = (value: Value): boolean => entry(value, 'param_groups') !== undefined && entry(value, 'state') !== undefined;

function enter({ path, value, depth, joined }: Step, modules: Found<Instance>[]): Step[] {
  const instance = as('instance', value);
  const module = instance !== undefined && isModule(instance);
  if (module) modules.push({ path, value: instance });
  const name = (key: string): readonly string[] => (joined ? [...path.slice(0, -1), `${path.at(-1) ?? ''}.${key}`] : [...path, key]);
  const children = childrenOf(value).filter(([key, child]) => isWorthwhile(child) && key.length + (path.at(-1)?.length ?? 0) <= MOST_NAME);
  return children.map(([key, child]) => ({ path: name(key), value: child, depth: depth + 1, joined: joined || module }));
}

const isWorthwhile = (value: Value): boolean => typeof value === 'object' && value !== null && !(value instanceof Uint8Array);

/** A module of PyTorch, or of TorchScript, where parameters and modules are plain attributes. */
export const isModule = (instance: Instance): boolean => isScripted(instance) || entry(instance.state, '_modules') !== undefined && entry(instance.state, '_parameters') !== undefined;

/** An object of an archive that `torch.jit.save` wrote. */
export const isScripted = (instance: Instance): boolean => nameOf(instance.callable).startsWith('__torch__.');

type Child = readonly [key: string, value: Value];

function childrenOf(value: Value): readonly Child[] {
  const dict = as('dict', value);
  if (dict) return named(dict);
  const items = as('set', value) ? [] : itemsOf(value);
  if (items) return items.map((item, k) => [String(k), item]);
  const instance = as('instance', value);
  if (!instance) return [];
  const packed = packedCell(instance);
  if (packed) return packed;
  if (isScripted(instance)) return named(as('dict', instance.state)).filter(([key]) => !/^_(flat_weights|all_weights)/.test(key));
  if (isModule(instance)) return [...['_parameters', '_buffers', '_modules'].flatMap(part => named(as('dict', entry(instance.state, part)))), ...packedParameter(instance)];
  return othersOf(instance);
}

/** Modules of quantised layers keep their one object as an attribute, yet write it to state_dicts. */
function packedParameter(instance: Instance): readonly Child[] {
  const param = nameOf(instance.callable).endsWith('.PackedParameter') ? entry(instance.state, 'param') : undefined;
  return param === undefined ? [] : [['param', param]];
}

/** What an object of any other class holds: its attributes, and what was put into it. TorchScript wraps its lists in a call. */
function othersOf(instance: Instance): readonly Child[] {
  if (callableOf(instance).startsWith('torch.jit._pickle.')) return (itemsOf(instance.args[0]) ?? []).map((item, k) => [String(k), item]);
  const attributes = as('dict', instance.state) ?? as('dict', itemsOf(instance.state)?.[0]);
  const put: Dict = { kind: 'dict', entries: instance.entries ?? new Map<Value, Value>() };
  return [...named(attributes), ...named(put), ...(instance.items ?? []).map((item, k): Child => [String(k), item])];
}

function named(dict: Dict | undefined): readonly Child[] {
  return [...dict?.entries ?? []].flatMap(([key, value]): Child[] => (typeof key === 'string' || typeof key === 'number' ? [[String(key), value]] : []));
}
