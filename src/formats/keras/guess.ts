/** Layers told from their weights alone, where a file has no config. */
import type { TensorRef } from '../format';
import type { JsonRecord } from './json';
import { add } from './many';
import type { ModelLayer, Weight } from './model';
import { lastOf, unique } from './names';
import type { Store, Stored } from './store';

/** The weights of one cell, found beside one another. */
interface Unit {
  /** Path of the cell's weights: `bidirectional/forward_layer/cell`. */
  readonly path: string;
  readonly tensors: readonly TensorRef[];
  readonly className: string;
}

/** Recurrent layers with the names that the file gives, or their paths. */
export function guessed(store: Store): readonly ModelLayer[] {
  const units = store.layout === 'placed' ? placedUnits(store.places) : namedUnits(store.groups);
  // Where a model's code gives the path, it says more than a name that Keras made up: `encoder`, not `lstm_3`.
  const label = (path: string): string | undefined => (store.layout === 'placed' && IN_CONTAINER.test(path) ? store.labels.get(path) : undefined);
  const layers = new Map<string, Unit[]>();
  for (const unit of units) add(layers, ownerOf(unit.path), unit);
  const times = new Map<string | undefined, number>();
  for (const path of layers.keys()) times.set(label(path), (times.get(label(path)) ?? 0) + 1);
  const taken = new Map<string, number>();
  return [...layers].flatMap(([path, [first, ...more]]) => {
    const own = label(path);
    const name = unique(own !== undefined && times.get(own) === 1 ? own : shortened(path), taken);
    return first ? [layerOf(name, first, more)] : [];
  });
}

const IN_CONTAINER = /(^|\/)(layers|_layer_checkpoint_dependencies)\/[^/]+$/;

/** `lstm`, not `layers/lstm`: the containers of Keras say nothing. */
const shortened = (path: string): string => path.replace(/(^|\/)(layers|_layer_checkpoint_dependencies)\//g, '$1');

/** The layer that a cell's path lies in: without the cell, and without the direction. */
function ownerOf(path: string): string {
  const layer = path.replace(/\/(cell|[a-z_]*_cell(_\d+)?)$/, '');
  const at = layer.lastIndexOf('/');
  return at > 0 && DIRECTION.test(layer.slice(at + 1)) ? layer.slice(0, at) : layer;
}

const DIRECTION = /^(forward|backward)_/;

const isBackward = ({ path }: Unit): boolean => /(^|\/)backward_[^/]+(\/[^/]*cell[^/]*)?$/.test(path);

function layerOf(name: string, first: Unit, more: readonly Unit[]): ModelLayer {
  const two = more.length === 1 && isBackward(first) !== isBackward(more[0] ?? first);
  const [a, b] = two && isBackward(first) ? [more[0] ?? first, first] : [first, more[0]];
  const weights = (unit: Unit, at: string): readonly Weight[] => unit.tensors.map((tensor, k) => ({ name: `${at}cell/${NAMES[k] ?? k}`, tensor }));
  const shared = { name, inbound: [], calls: 1 };
  const told = `told from the weights alone, as ${article(a.className)} is made: the file has no config`;
  if (!two || !b) return { ...shared, className: a.className, config: {}, weights: weights(a, ''), guessed: told };
  const config: JsonRecord = { layer: { class_name: a.className, config: {} }, backward_layer: { class_name: b.className, config: {} } };
  const merge = `${told}; its two directions are taken to be put side by side`;
  return { ...shared, className: 'Bidirectional', config, weights: [...weights(a, 'forward_layer/'), ...weights(b, 'backward_layer/')], guessed: merge };
}

const NAMES = ['kernel', 'recurrent_kernel', 'bias'];

const article = (className: string): string => (className === 'LSTM' ? 'an LSTM' : className === 'GRU' ? 'a GRU' : 'a SimpleRNN');

/** Of a path that a model's code could have made. */
const LONGEST = 4096;

/** Cells of Keras 3's layout: three or two weights in a group called `cell`, or after a class of cells. */
function placedUnits(places: ReadonlyMap<string, readonly Stored[]>): readonly Unit[] {
  return [...places].flatMap(([path, stored]) => {
    const tensors = stored.map(s => s.tensor);
    const className = path.length < LONGEST && /(^|[/_])cell(_\d+)?$/.test(path) ? classOf(tensors) : undefined;
    return className === undefined ? [] : [{ path, tensors, className }];
  });
}

/** Cells of the older layout: a kernel, a recurrent kernel and perhaps a bias under one path. */
function namedUnits(groups: ReadonlyMap<string, readonly Stored[]>): readonly Unit[] {
  return [...groups].flatMap(([group, stored]) => {
    const paths = new Map<string, TensorRef[]>();
    for (const { name, tensor } of stored) add(paths, name.slice(0, Math.max(0, name.lastIndexOf('/'))), tensor);
    const recurrent = new Set(stored.filter(s => lastOf(s.name) === 'recurrent_kernel').map(s => s.name.slice(0, s.name.lastIndexOf('/'))));
    return [...paths].flatMap(([path, tensors]) => {
      const className = path.length < LONGEST && recurrent.has(path) ? classOf(tensors) : undefined;
      return className === undefined ? [] : [{ path: rooted(group, path), tensors, className }];
    });
  });
}

/** A path led by the name of its layer: within a layer's own group its name is often said again. */
const rooted = (group: string, path: string): string => (group === '' || path === group || path.startsWith(`${group}/`) ? path : `${group}/${path}`);

/** The class whose weights have these shapes: [in, G units], [units, G units] and a bias. */
function classOf([kernel, recurrent, bias, ...more]: readonly TensorRef[]): string | undefined {
  const [units = 0, rows = 0] = recurrent?.shape ?? [];
  const fits = more.length === 0 && kernel?.shape.length === 2 && recurrent?.shape.length === 2 && units > 0 && kernel.shape[1] === rows;
  const family = ([['LSTM', 4], ['GRU', 3], ['SimpleRNN', 1]] as const).find(([, blocks]) => rows === blocks * units)?.[0];
  if (!fits || !family) return undefined;
  const twice = bias?.shape.length === 1 && bias.shape[0] === 2 * rows;
  return twice && family !== 'SimpleRNN' ? `CuDNN${family}` : family;
}
