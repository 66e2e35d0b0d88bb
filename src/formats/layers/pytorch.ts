/** PyTorch's names: `lstm.weight_ih_l0_reverse`, and without `_l0` those of single-step cells. */
import type { StackRef, TensorRef } from '../format';
import type { Convention } from '../layers';
import { derive } from './derived';
import { stackFromTensors, type LevelTensors, type Nonlinearity, type PackedRefs } from './packed';

const NAME = /^(?:(.*)\.)?(weight_ih|weight_hh|bias_ih|bias_hh|weight_hr)(?:_l(\d{1,4})(_reverse)?)?$/s;

const roles = new Map<string, keyof PackedRefs>([
  ['weight_ih', 'kernel'], ['weight_hh', 'recurrentKernel'], ['bias_ih', 'bias'], ['bias_hh', 'recurrentBias'], ['weight_hr', 'projection'],
]);

type Parts = Partial<Record<keyof PackedRefs, TensorRef>>;

/** Level and direction as in the names: `0`, `0_reverse`. */
type Levels = Map<string, Parts>;

/** What a file says of a layer beside its tensors. */
export interface Evidence {
  readonly nonlinearity: Nonlinearity;
  readonly source: string;
}

export const pytorch: Convention = {
  id: 'pytorch',
  find: (tensors, fallback) => pytorchStacks(tensors, fallback),
};

/** All stacks by their names; `evidence` by prefix, which is empty for tensors without one. */
export function pytorchStacks(tensors: readonly TensorRef[], fallback: string, evidence?: ReadonlyMap<string, Evidence>): readonly StackRef[] {
  const byPrefix = new Map<string, Levels>();
  for (const tensor of derive(tensors, name => NAME.test(name))) {
    const match = NAME.exec(tensor.name);
    const role = roles.get(match?.[2] ?? '');
    if (!match || !role) continue;
    const prefix = match[1] ?? '';
    const levels = byPrefix.get(prefix) ?? new Map<string, Parts>();
    byPrefix.set(prefix, levels);
    const key = `${Number(match[3] ?? 0)}${match[4] ?? ''}`;
    levels.set(key, { ...levels.get(key), [role]: tensor });
  }
  return [...byPrefix].flatMap(([prefix, levels]) => stackOf(prefix || fallback, levels, evidence?.get(prefix)));
}

/** Levels from 0 up to the first that lacks a matrix. */
function stackOf(name: string, levels: Levels, evidence: Evidence | undefined): readonly StackRef[] {
  const found: LevelTensors[] = [];
  for (let k = 0; ; k++) {
    const forward = complete(levels.get(String(k)));
    if (!forward) break;
    found.push({ forward, reverse: complete(levels.get(`${k}_reverse`)) });
  }
  return found.length > 0 ? [stackFromTensors('pytorch', name, found, evidence ? { nonlinearity: evidence.nonlinearity } : {})] : [];
}

function complete(parts: Parts | undefined): PackedRefs | undefined {
  const { kernel, recurrentKernel } = parts ?? {};
  return kernel && recurrentKernel ? { ...parts, kernel, recurrentKernel } : undefined;
}
