/** HDF5 files of all Keras versions: which layout, which weights, what the attributes say. */
import { FormatError, type TensorRef } from '../format';
import { walk, type H5Dataset, type H5Group, type H5Value } from '../parts/hdf5';
import { printable } from '../parts/checked';
import { toFloat32 } from '../parts/numbers';
import { add } from './many';
import type { Store, Stored } from './store';

/** An HDF5 file of Keras. */
export interface Opened {
  readonly store: Store;
  readonly tensors: readonly TensorRef[];
  /** The JSON of `model_config`. */
  readonly config: string | undefined;
  readonly version: string | undefined;
  readonly backend: string | undefined;
}

export const FORMAT = 'keras';
const MOST_TENSORS = 200_000;
const MOST_PARTS = 10_000;

/** Reads headers and attributes. @throws FormatError */
export async function openStore(root: H5Group): Promise<Opened> {
  const weights = await weightsGroup(root);
  const named = await namesIn(weights, 'layer_names');
  const say = async (key: string): Promise<string | undefined> => textOf(await root.attribute(key)) ?? textOf(await weights.attribute(key));
  const { tensors, placed } = await survey(root);
  const store = named ? { layout: 'named' as const, groups: await groupsOf(weights, named) } : placed;
  return { store, tensors, config: await say('model_config'), version: await say('keras_version'), backend: await say('backend') };
}

/** A full model of the older kind has its weights in a group; a file of weights is that group. */
async function weightsGroup(root: H5Group): Promise<H5Group> {
  const inside = await root.get('model_weights');
  return inside?.kind === 'group' ? inside : root;
}

const textOf = (value: H5Value | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

/** A list of names in an attribute, or in several where it was too long for one: `weight_names0`, `weight_names1` ... */
async function namesIn(group: H5Group, key: string): Promise<readonly string[] | undefined> {
  const whole = await group.attribute(key);
  if (whole !== undefined) return textsOf(whole);
  const parts: string[] = [];
  for (let k = 0; k < MOST_PARTS; k++) {
    const part = await group.attribute(`${key}${k}`);
    if (part === undefined) return k === 0 ? undefined : parts;
    parts.push(...textsOf(part));
  }
  throw new FormatError(FORMAT, `the attribute ${key} of ${printable(group.path)} has more than ${MOST_PARTS} parts`);
}

const textsOf = (value: H5Value): readonly string[] =>
  (typeof value === 'string' ? [value] : Array.isArray(value) ? (value as readonly unknown[]).filter(v => typeof v === 'string') : []);

async function groupsOf(weights: H5Group, names: readonly string[]): Promise<ReadonlyMap<string, readonly Stored[]>> {
  const groups = new Map<string, readonly Stored[]>();
  for (const name of names) {
    const group = await weights.get(name);
    if (group?.kind === 'group' && !groups.has(name)) groups.set(name, await storedIn(group));
  }
  return groups;
}

async function storedIn(group: H5Group): Promise<readonly Stored[]> {
  const stored: Stored[] = [];
  for (const name of await namesIn(group, 'weight_names') ?? []) {
    const dataset = await group.get(name);
    if (dataset?.kind === 'dataset') stored.push({ name, tensor: await refer(dataset) });
  }
  return stored;
}

const VARS = /^(?:(.*)\/)?vars\/([^/]+)$/s;
/** Moments of optimizers have the shapes of weights, and are none. */
const OPTIMIZER = /^(_?optimizer|optimizer_weights|model_weights\/optimizer)(\/|$)/;

/** All tensors but the optimizer's, and those numbered in `vars` groups by the path of their layer. */
async function survey(root: H5Group): Promise<{ tensors: readonly TensorRef[]; placed: Store }> {
  const tensors: TensorRef[] = [];
  const places = new Map<string, Stored[]>();
  const labels = new Map<string, string>();
  await walk(root, async object => {
    const path = pathOf(object.path);
    if (OPTIMIZER.test(path)) return;
    if (object.kind === 'group') {
      const label = path.endsWith('/vars') ? textOf(await object.attribute('name')) : undefined;
      if (label !== undefined) labels.set(path.slice(0, -'/vars'.length), label);
      return;
    }
    if (object.dtype === 'string') return;
    if (tensors.length >= MOST_TENSORS) throw new FormatError(FORMAT, `the file holds more than ${MOST_TENSORS} tensors`);
    const tensor = await refer(object);
    tensors.push(tensor);
    const [, place, name] = VARS.exec(path) ?? [];
    if (name !== undefined) add(places, place ?? '', { name, tensor });
  });
  for (const stored of places.values()) stored.sort((a, b) => Number(a.name) - Number(b.name));
  return { tensors, placed: { layout: 'placed', places, labels } };
}

const pathOf = (path: string): string => path.replace(/^\/+/, '');

async function refer(dataset: H5Dataset): Promise<TensorRef> {
  const tensor = { name: pathOf(dataset.path), shape: dataset.shape };
  return await isBrain(dataset)
    ? { ...tensor, dtype: 'bfloat16', read: async () => toFloat32('bfloat16', await dataset.raw(), true) }
    : { ...tensor, dtype: dataset.dtype, read: () => dataset.read() };
}

/** HDF5 knows no bfloat16: Keras 3 stores opaque pairs of bytes, in its machine's order, and says in an attribute what they are. */
const isBrain = async (dataset: H5Dataset): Promise<boolean> =>
  dataset.dtype === 'opaque' && dataset.itemSize === 2 && await dataset.attribute('dtype') === 'bfloat16';
