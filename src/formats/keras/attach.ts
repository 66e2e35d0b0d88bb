/** Weights of a file to the layers of its config. */
import type { Draft } from './graph';
import { add } from './many';
import type { ModelLayer, Weight } from './model';
import { lastOf, snakeCase } from './names';
import { numbered } from './numbered';
import type { NamedStore, PlacedStore, Store, Stored } from './store';

/** Every layer with the weights that the file keeps for it. */
export function attach(drafts: readonly Draft[], store: Store): readonly ModelLayer[] {
  const find = store.layout === 'placed' ? byPlace(store) : byName(store, drafts);
  return drafts.map(draft => {
    const { name, className, config, inbound, calls } = draft;
    return { name, className, config, inbound, calls, weights: find(draft) };
  });
}

type Finder = (draft: Draft) => readonly Weight[];

/** Keras 3's layout: the class and the place in the config give the path; where the file has names too, they must agree. */
function byPlace(store: PlacedStore): Finder {
  const below = belowEach(store);
  const dependencies = below.has(DEPENDENCIES);
  const labelled = new Map([...store.labels].map(([place, label]) => [label, place]));
  return draft => {
    const place = dependencies ? asDependency(draft.place) : draft.place;
    const label = store.labels.get(place);
    const other = label !== undefined && label !== draft.local ? labelled.get(draft.local) : undefined;
    const found = other !== undefined && isOf(other, draft.className) ? other : place;
    const inside = [...below.get(found) ?? []].sort((a, b) => rank(a) - rank(b));
    return inside.flatMap(at => (store.places.get(at) ?? []).map(stored => weightAt(draft, at.slice(found.length + 1), stored)));
  };
}

const DEPENDENCIES = '_layer_checkpoint_dependencies';

/** tf.keras 2.12 to 2.14 list every layer with weights twice in a container of another name, so the third LSTM is `lstm_4`. */
const asDependency = (place: string): string =>
  place.replaceAll(/(^|\/)layers\/([^/]+?)(?:_(\d+))?(?=\/|$)/g, (_, lead: string, name: string, k?: string) => `${lead}${DEPENDENCIES}/${name}${k === undefined ? '' : `_${2 * Number(k)}`}`);

/** Forward before backward, as Keras counts weights; HDF5 lists groups by the alphabet. */
const rank = (place: string): number => (/(^|\/)backward_layer(\/|$)/.test(place) ? 1 : 0);

const isOf = (place: string, className: string): boolean => lastOf(place).replace(/_\d+$/, '') === snakeCase(className);

function weightAt(draft: Draft, inside: string, { name, tensor }: Stored): Weight {
  const named = numbered(draft, inside, name);
  return { name: inside === '' ? named : `${inside}/${named}`, tensor };
}

const MOST_SEGMENTS = 64;

/** For every path all places at or below it. */
function belowEach({ places }: PlacedStore): ReadonlyMap<string, readonly string[]> {
  const below = new Map<string, string[]>();
  for (const place of places.keys()) {
    const segments = place.split('/').slice(0, MOST_SEGMENTS);
    for (let k = 1; k <= segments.length; k++) add(below, segments.slice(0, k).join('/'), place);
  }
  return below;
}

/**
 * The older layout: a group a layer of the outermost model, weights by name in it. A layer within a nested model is found by its name
 * among the segments; of two of one name in one group, the first in the config has the first weights.
 */
function byName(store: NamedStore, drafts: readonly Draft[]): Finder {
  const indices = new Map<string, ReadonlyMap<string, readonly Stored[]>>();
  const indexOf = (group: string): ReadonlyMap<string, readonly Stored[]> => {
    const known = indices.get(group) ?? bySegment(store.groups.get(group) ?? []);
    indices.set(group, known);
    return known;
  };
  const twins = twinsOf(drafts);
  return draft => {
    const group = store.groups.has(draft.group) ? draft.group : '';
    const own = group !== '' && draft.name === draft.local ? store.groups.get(group) : undefined;
    const found = own ?? indexOf(group).get(draft.local) ?? [];
    const { which, of } = own ? { which: 0, of: 1 } : twins(draft);
    return part(found, which, of).map(({ name, tensor }) => ({ name: within(draft.local, name), tensor }));
  };
}

function bySegment(stored: readonly Stored[]): ReadonlyMap<string, readonly Stored[]> {
  const index = new Map<string, Stored[]>();
  for (const each of stored) {
    for (const segment of new Set(each.name.split('/').slice(0, MOST_SEGMENTS))) add(index, segment, each);
  }
  return index;
}

/** Which of how many layers of one name in one group a draft is. */
function twinsOf(drafts: readonly Draft[]): (draft: Draft) => { readonly which: number; readonly of: number } {
  const key = (draft: Draft): string => `${draft.group}\0${draft.local}`;
  const counts = new Map<string, number>();
  const places = new Map<Draft, number>();
  for (const draft of drafts) {
    const which = counts.get(key(draft)) ?? 0;
    places.set(draft, which);
    counts.set(key(draft), which + 1);
  }
  return draft => ({ which: places.get(draft) ?? 0, of: counts.get(key(draft)) ?? 1 });
}

function part(stored: readonly Stored[], which: number, of: number): readonly Stored[] {
  const each = Math.floor(stored.length / of);
  return of === 1 ? stored : stored.slice(which * each, (which + 1) * each);
}

/** `forward_lstm/lstm_cell/kernel` of `wide/forward_lstm/lstm_cell/kernel:0`; `W_i` of Keras 1's `lstm_1_W_i`. */
function within(layer: string, name: string): string {
  const clean = name.replace(/:\d+$/, '');
  const segments = clean.split('/');
  const at = segments.indexOf(layer);
  const rest = at >= 0 && at < segments.length - 1 ? segments.slice(at + 1).join('/') : clean;
  return rest.startsWith(`${layer}_`) ? rest.slice(layer.length + 1) : rest;
}
