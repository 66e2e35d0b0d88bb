/** Weights that PyTorch's quantised layers keep packed in an object of their own, as the tensors they are made of. */
import { as, entry, itemsOf, nameOf, type Instance, type Value } from '../parts/pickle/values';

/**
 * One direction of one level of a dynamically quantised LSTM or GRU: `weight_ih`, `weight_hh`, `bias_ih` and `bias_hh`; of any other
 * packed linear layer `weight` and `bias`. Undefined for anything else.
 */
export function packedCell(instance: Instance): readonly (readonly [string, Value])[] | undefined {
  const [state, type] = stateOf(instance);
  if (type.endsWith('.LinearPackedParamsBase')) return linear(state);
  if (!type.endsWith('.CellParamsBase')) return undefined;
  // ('quantized_dynamic', [biases], [scales], [reduce_range], [packed weights]); biases are of the input, then of the state.
  const [, biases, , , weights] = itemsOf(state) ?? [];
  const [[bi, bh], [wi, wh]] = [listOf(biases), listOf(weights)];
  const matrices = [wi, wh].map(w => linear(stateOf(as('instance', w))[0])[0]?.[1] ?? null);
  return [['weight_ih', matrices[0] ?? null], ['weight_hh', matrices[1] ?? null], ['bias_ih', bi ?? null], ['bias_hh', bh ?? null]];
}

/** State and type: of `torch.ScriptObject` a pair, of TorchScript's own archives the state and the name of its class. */
function stateOf(instance: Instance | undefined): readonly [Value, string] {
  const name = nameOf(instance?.callable);
  if (name.startsWith('__torch__.')) return [instance?.state ?? null, name];
  const [state, type] = name === 'torch.ScriptObject' ? itemsOf(instance?.state) ?? [] : [];
  return [state ?? null, typeof type === 'string' ? type : ''];
}

const linear = (state: Value): readonly (readonly [string, Value])[] => {
  const [weight, bias] = itemsOf(state) ?? [];
  return [['weight', weight ?? null], ['bias', bias ?? null]];
};

/** Items of a list, also of one that TorchScript tags with its type. */
function listOf(value: Value | undefined): readonly Value[] {
  const tagged = as('instance', value);
  return itemsOf(tagged && nameOf(tagged.callable).startsWith('torch.jit._pickle.') ? tagged.args[0] : value) ?? [];
}

const NAME = /^(?:(.*)\.)?_all_weight_values\.(\d{1,4})\.param\.(weight_ih|weight_hh|bias_ih|bias_hh)$/s;

interface Named { readonly name: string; readonly shape: readonly number[] }

/**
 * `lstm._all_weight_values.1.param.weight_ih` as `lstm.weight_ih_l0_reverse`: names by place in the list, which runs through the directions
 * of a level first. `says` knows whether the layer of a prefix has two; where nobody does, the widths of the inputs tell.
 */
export function unpackedNames(tensors: readonly Named[], says: (prefix: string) => boolean | undefined): ReadonlyMap<string, string> {
  const widths = new Map<string, Map<string, readonly number[]>>();
  for (const { name, shape } of tensors) {
    const [, prefix = '', place = '', role] = NAME.exec(name) ?? [];
    if (!role) continue;
    const layer = widths.get(prefix) ?? new Map<string, readonly number[]>();
    widths.set(prefix, layer.set(`${Number(place)}.${role}`, shape));
  }
  const bidirectional = new Map([...widths].map(([prefix, layer]) => [prefix, says(prefix) ?? looksBidirectional(layer)]));
  return new Map(tensors.flatMap(({ name }): (readonly [string, string])[] => {
    const [, prefix, place = '', role] = NAME.exec(name) ?? [];
    if (!role) return [];
    const two = bidirectional.get(prefix ?? '') ?? false;
    const level = two ? Number(place) >> 1 : Number(place);
    return [[name, `${prefix === undefined ? '' : `${prefix}.`}${role}_l${level}${two && Number(place) % 2 === 1 ? '_reverse' : ''}`]];
  }));
}

/** The second reads what the first reads, and not what the first gives. */
function looksBidirectional(layer: ReadonlyMap<string, readonly number[]>): boolean {
  const width = (place: number): number | undefined => layer.get(`${place}.weight_ih`)?.[1];
  const hidden = layer.get('0.weight_hh')?.[1] ?? 0;
  const [first, second, third] = [width(0), width(1), width(2)];
  return second !== undefined && second === first && (second !== hidden || third === 2 * hidden);
}

/** Whether a quantised layer's own object says that it has two directions. */
export function saysBidirectional(instance: Instance | undefined): boolean | undefined {
  const value = entry(instance?.state, 'bidirectional');
  return typeof value === 'boolean' ? value : undefined;
}
