/** The losses of the fixtures, as our engine takes them. */
import type { Loss } from '../../src/core/losses';
import { decode, type Stored } from './stored';
import { toTensor } from './packing';

/** Means are over all numbers, or over all steps that have a target. */
export type StoredLoss =
  | { readonly kind: 'sum'; readonly step?: number }
  | { readonly kind: 'unit'; readonly unit: number; readonly step: number }
  | { readonly kind: 'mse'; readonly target: Stored }
  | { readonly kind: 'crossEntropy'; readonly targets: readonly number[]; readonly decoder: { readonly weight: Stored; readonly bias: Stored } };

/** The loss with its numbers decoded. */
export function toLoss(loss: StoredLoss): Loss {
  if (loss.kind === 'mse') return { kind: 'mse', target: decode(loss.target).data };
  if (loss.kind !== 'crossEntropy') return loss;
  const { weight, bias } = loss.decoder;
  return { kind: 'crossEntropy', targets: loss.targets, decoder: { weight: toTensor(decode(weight)), bias: toTensor(decode(bias)) } };
}
