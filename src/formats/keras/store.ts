/** What a weight file holds, whichever layout it has: by layer and name (Keras 1 and 2, TF.js), or by place and number (Keras 3). */
import type { TensorRef } from '../format';

/** A weight as stored. */
export interface Stored {
  /** Within its group, as stored: `lstm/lstm_cell/kernel:0`; or the number within its place: `0`. */
  readonly name: string;
  readonly tensor: TensorRef;
}

/** Weights in order under the name of a layer of the outermost model; TF.js keeps all under one name, ''. */
export interface NamedStore {
  readonly layout: 'named';
  readonly groups: ReadonlyMap<string, readonly Stored[]>;
}

/** Weights in order under the path of their layer, such as `layers/bidirectional/forward_layer/cell`. */
export interface PlacedStore {
  readonly layout: 'placed';
  readonly places: ReadonlyMap<string, readonly Stored[]>;
  /** Names that newer files give to places: of the layer, as in its config. */
  readonly labels: ReadonlyMap<string, string>;
}

export type Store = NamedStore | PlacedStore;
