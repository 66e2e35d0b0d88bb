/** Layers that are made before it is known where they go: a list holds them, and a chain or an attribute gives them their names. */
import { saying } from '../../core/said';
import { only } from './given';
import { opaque, Unread, type Given, type Layer, type Value } from './values';

/** A layer that has no name yet; it cannot run before it has one. */
export function unplaced(place: (path: string) => Value, at: Given['at']): Value {
  return { kind: 'callable', place, run: () => { throw new Unread(saying('a layer is made inside the step, with new weights each time. Make it in the constructor'), at); } };
}

/** The value under the name of what holds it; what has a name keeps it. */
export function placed(value: Value, path: string): Value {
  if (value.kind === 'items') { value.items.forEach((v, k) => { value.items[k] = placed(v, `${path}.${value.keys?.[k] ?? k}`); }); return value; }
  return value.kind === 'callable' && value.place && path !== '' ? value.place(path) : value;
}

/** Runs one layer after another. */
export function chained(layers: readonly Value[], at: Given['at'], path: string): Value {
  const list = layers.map((v, k) => placed(v, path && `${path}.${k}`));
  const run = (found: Given): Value => list.reduce<Value>((v, m) => (m.kind === 'callable' ? m.run(only(v, at)) : m.kind === 'opaque' ? m : opaque(saying('a layer of this chain is not known. Write the layers out'), at)), found.positional[0] ?? opaque(saying('nothing is handed to this chain of layers'), at));
  const place = (to: string): Value => chained(list, at, to);
  const made: Layer = { kind: 'callable', run, layers: { path, list }, children: name => (/^\d+$/.test(name) ? list[Number(name)] : undefined) };
  return path === '' ? { ...made, place } : made;
}
