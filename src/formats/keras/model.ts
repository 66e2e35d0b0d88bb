/** A Keras model as its file describes it: layers in order, what each reads, and the weights of each. Shared by .keras, .h5 and TF.js. */
import type { TensorRef } from '../format';
import type { JsonRecord } from './json';

/** One output of one layer. */
export interface Source {
  /** Of a layer, as `ModelLayer.name`. */
  readonly layer: string;
  /** 0: what the layer gives; more: its final states. */
  readonly output: number;
}

/** A weight of a layer. */
export interface Weight {
  /**
   * Path within the layer, ending in what Keras calls it: `kernel`, `forward_layer/cell/kernel`. Files that number their weights and
   * layers that are not known leave the number: `3`.
   */
  readonly name: string;
  readonly tensor: TensorRef;
}

export interface ModelLayer {
  /** As the config names it, led by the models it lies in: `encoder/lstm`. Unique. */
  readonly name: string;
  /** Without module or package: `LSTM`, `Bidirectional`. */
  readonly className: string;
  readonly config: JsonRecord;
  /** What its first call reads, inputs first, then initial states; empty for the model's own inputs, and where nothing is known. */
  readonly inbound: readonly Source[];
  /** How often the model calls it. */
  readonly calls: number;
  /** In the framework's order. */
  readonly weights: readonly Weight[];
  /** Absent where a config describes the layer; else the sentence that says what its class and sizes were told from. */
  readonly guessed?: string;
}

/** Which file this came from decides defaults. */
export type Family = 'keras' | 'tfjs';

export interface KerasModel {
  readonly family: Family;
  /** As the file says, such as `2.2.4-tf`. */
  readonly version?: string | undefined;
  /** True where a config describes the layers; otherwise they were told from their weights. */
  readonly configured: boolean;
  readonly layers: readonly ModelLayer[];
  /** All tensors of the file, whether a layer's or not. */
  readonly tensors: readonly TensorRef[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** 2 of `2.15.0`; undefined where the file does not say. */
export function majorOf(model: KerasModel): number | undefined {
  const major = Number.parseInt(model.version ?? '', 10);
  return Number.isFinite(major) ? major : undefined;
}
