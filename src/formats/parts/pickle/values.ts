/** What a pickle's values become: plain data. Classes and functions stay names, and what they would have made stays inert. */

export type Value = null | boolean | number | bigint | string | Uint8Array | List | Tuple | Collection | Dict | Global | Instance | Persistent;

export interface List { readonly kind: 'list'; readonly items: Value[] }
export interface Tuple { readonly kind: 'tuple'; readonly items: readonly Value[] }
/** A set or a frozen one. */
export interface Collection { readonly kind: 'set'; readonly items: Value[] }

/** A dict, or one of the standard library's kinds of dict. Keys compare as a Map's do, which is enough for names and numbers. */
export interface Dict { readonly kind: 'dict'; readonly entries: Map<Value, Value> }

/** A class or function by its name; one object a name. */
export interface Global {
  readonly kind: 'global';
  /** As Python 3 names it. */
  readonly module: string;
  readonly name: string;
  /** The pickle asks for it to be called. */
  called: boolean;
}

/** What a call would have made: who was to be called, with what, and what was put into it afterwards. */
export interface Instance {
  readonly kind: 'instance';
  readonly callable: Value;
  readonly args: readonly Value[];
  state?: Value;
  items?: Value[];
  entries?: Map<Value, Value>;
}

/** A reference to something outside of the pickle. */
export interface Persistent { readonly kind: 'persistent'; readonly id: Value }

type Kind = Exclude<Value, null | boolean | number | bigint | string | Uint8Array>;

const isObject = (value: Value | undefined): value is Kind => typeof value === 'object' && value !== null && !(value instanceof Uint8Array);

/** The value, where it is of this kind. */
export function as<K extends Kind['kind']>(kind: K, value: Value | undefined): Extract<Kind, { readonly kind: K }> | undefined {
  return isObject(value) && value.kind === kind ? value as Extract<Kind, { readonly kind: K }> : undefined;
}

/** Items of a list, tuple or set; undefined for anything else. */
export const itemsOf = (value: Value | undefined): readonly Value[] | undefined =>
  (isObject(value) && (value.kind === 'list' || value.kind === 'tuple' || value.kind === 'set') ? value.items : undefined);

/** What a dict holds under a name. */
export const entry = (value: Value | undefined, key: string): Value | undefined => as('dict', value)?.entries.get(key);

/** `torch._utils._rebuild_tensor_v2`, where the value is the name of a class or function; empty otherwise. */
export function nameOf(value: Value | undefined): string {
  const global = as('global', value);
  return global ? `${global.module}.${global.name}` : '';
}

/** Name of what was to be called to make this instance, or of its class. */
export const callableOf = (value: Value | undefined): string => nameOf(as('instance', value)?.callable);
