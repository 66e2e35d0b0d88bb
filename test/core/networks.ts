/** Small networks with random weights for the engine's tests. */
import { cellById } from '../../src/core/cells/index';
import { initialise } from '../../src/core/initialise';
import type { Direction, Layer, Level, Merge, Network } from '../../src/core/layer';
import { random } from '../../src/core/random';

export function layer(cell: string, inputSize: number, units: number, seed: number, direction: Direction = 'forward', more: Partial<Layer> = {}): Layer {
  return { cell: cellById(cell), inputSize, units, direction, params: initialise(cellById(cell), inputSize, units, 'pytorch', seed), ...more };
}

export function level(name: string, directions: readonly Layer[], merge: Merge = 'concat'): Level {
  return { name, directions, merge };
}

export function network(...levels: readonly Level[]): Network {
  return { name: 'test', levels };
}

/** Two levels: a bidirectional LSTM under a GRU. */
export function stack(): Network {
  return network(
    level('lstm', [layer('lstm', 3, 5, 1), layer('lstm', 3, 5, 2, 'reverse')]),
    level('gru', [layer('gru', 10, 6, 3)]),
  );
}

export function noise(steps: number, width: number, seed = 5): Float32Array {
  const source = random(seed);
  return new Float32Array(steps * width).map(() => source.normal());
}
