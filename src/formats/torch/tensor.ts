/** Tensors in a pickle: which calls would have rebuilt them, and where their numbers lie. Nothing is read here. */
import { elements } from '../parts/checked';
import { arrayOf } from '../parts/pickle/arrays';
import { as, callableOf, itemsOf, nameOf, type Instance, type Value } from '../parts/pickle/values';
import { dtypeOf, storageType, type ElementType } from './types';

/** A storage in the file by its key, or bytes that the pickle holds itself. */
export type Source = { readonly key: string } | { readonly raw: Uint8Array; readonly little: boolean };

export interface Quantizer {
  /** One a tensor, or one a slice along `axis`. */
  readonly scale: number | Spec;
  readonly zero: number | Spec;
  readonly axis: number;
}

/** A view on a storage; offset and strides count elements. */
export interface Spec {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly source: Source;
  readonly quantizer?: Quantizer;
  /** Why it cannot be read. */
  readonly problem?: string;
}

const UNKNOWN: ElementType = { name: 'unknown', raw: 'unknown', size: 1 };

type Rebuild = (args: readonly Value[], nested: boolean) => Spec | Value | undefined;

/** By the function that would have been called; what gives a value hands on to that. */
const rebuilds = new Map<string, Rebuild>([
  ['torch._utils._rebuild_tensor', ([storage, offset, shape, strides]) => view(storage, offset, shape, strides)],
  ['torch._utils._rebuild_tensor_v2', ([storage, offset, shape, strides]) => view(storage, offset, shape, strides)],
  ['torch._utils._rebuild_tensor_v3', ([storage, offset, shape, strides, , , dtype]) => view(storage, offset, shape, strides, dtypeOf(nameOf(dtype)))],
  ['torch._utils._rebuild_qtensor', ([storage, offset, shape, strides, quantizer], nested) => (nested ? unread('has a scale that is quantised itself') : quantized(view(storage, offset, shape, strides), quantizer))],
  ['torch._utils._rebuild_parameter', ([data]) => data],
  ['torch._utils._rebuild_parameter_with_state', ([data]) => data],
  ['torch._tensor._rebuild_from_type', ([, , args]) => args],
  // The function and its arguments, then a subclass and its attributes.
  ['torch._tensor._rebuild_from_type_v2', ([callable, , args]) => (callable === undefined ? undefined : { kind: 'instance', callable, args: itemsOf(args) ?? [] })],
  ['torch._utils._rebuild_device_tensor_from_numpy', ([data]) => data],
  ['torch._utils._rebuild_sparse_tensor', () => unread('is sparse')],
  ['torch._utils._rebuild_nested_tensor', () => unread('is a nested tensor')],
  ['torch._utils._rebuild_wrapper_subclass', () => unread('is of a class of its own')],
  ['torch._utils._rebuild_meta_tensor_no_storage', () => unread('is on the meta device and has no numbers')],
]);

/** A parameter of a parameter of a view is the most that is written. */
const MOST_WRAPPED = 8;

/** Where the numbers of this value lie; undefined where it is no tensor. `nested`: it is a scale of another, so it cannot have scales. */
export function tensorOf(value: Value, nested = false): Spec | undefined {
  let inner: Value | undefined = value;
  for (let k = 0; k < MOST_WRAPPED; k++) {
    const instance: Instance | undefined = as('instance', inner);
    if (!instance) return undefined;
    const array = arrayOf(instance);
    if (array) return { ...array, offset: 0 };
    const found: Spec | Value | undefined = rebuilds.get(callableOf(instance))?.(instance.args, nested);
    if (found === undefined || isSpec(found)) return found;
    inner = found;
  }
  return undefined;
}

const isSpec = (found: Spec | Value): found is Spec => typeof found === 'object' && found !== null && 'strides' in found;

const unread = (problem: string): Spec => ({ type: UNKNOWN, shape: [], strides: [], offset: 0, source: { key: '' }, problem });

/** `_rebuild_tensor_v2(storage, offset, shape, strides)`; numbers that cannot be give a tensor with a problem. */
function view(storage: Value | undefined, offset: Value | undefined, shape: Value | undefined, strides: Value | undefined, dtype?: ElementType): Spec {
  const place = storageOf(storage);
  const [sizes, steps] = [counts(shape), counts(strides)];
  if (!place) return { ...unread('has no storage of a known kind'), shape: sizes ?? [] };
  if (!sizes || elements(sizes) === undefined) return unread('has a shape that is no list of counts');
  const spec = { type: dtype ?? place.type, shape: sizes, strides: steps ?? [], offset: typeof offset === 'number' ? offset : -1, source: place.source };
  const sensible = steps?.length === sizes.length && Number.isSafeInteger(spec.offset) && spec.offset >= 0;
  return sensible ? spec : { ...spec, problem: 'has strides or an offset that cannot be' };
}

function counts(value: Value | undefined): readonly number[] | undefined {
  const items = itemsOf(value);
  return items && items.length <= 64 && items.every((n): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0) ? items : undefined;
}

/** `('storage', torch.FloatStorage, key, location, count)`: the reference that stands for a storage in all of PyTorch's files. */
function storageOf(value: Value | undefined): { readonly type: ElementType; readonly source: Source } | undefined {
  const [tag, kind, key] = itemsOf(as('persistent', value ?? null)?.id ?? as('persistent', as('instance', value)?.state)?.id) ?? [];
  const type = storageType(nameOf(kind));
  return tag === 'storage' && type && (typeof key === 'string' || typeof key === 'number') ? { type, source: { key: String(key) } } : undefined;
}

function quantized(spec: Spec, quantizer: Value | undefined): Spec {
  const [scheme, scale, zero, axis] = itemsOf(quantizer) ?? [];
  const one = (value: Value | undefined): number | Spec | undefined => (typeof value === 'number' ? value : value === undefined ? undefined : tensorOf(value, true));
  const [s, z] = [one(scale), one(zero)];
  const known = /^torch\.per_(tensor|channel)_affine(_float_qparams)?$/.test(nameOf(scheme));
  if (!known || s === undefined || z === undefined) return { ...spec, problem: 'is quantised in a way that is not known' };
  return { ...spec, quantizer: { scale: s, zero: z, axis: typeof axis === 'number' ? axis : 0 } };
}
