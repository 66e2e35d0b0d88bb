/** What code says of a layer, and whether a stack of a checkpoint is that layer. */
import type { StackRef } from './formats/format';
import { l10n } from './l10n';
import type { Framework, LayerSpec } from './source/outline';

export interface Wanted {
  readonly name: string;
  readonly family: 'rnn' | 'lstm' | 'gru' | null;
  readonly inputSize: number | null;
  readonly units: number | null;
  readonly layers: number | null;
  readonly bidirectional: boolean | null;
  readonly projection: number | null;
  /** Of the code. Weights that are named by another one's custom are not this layer's, unless a person says so. */
  readonly framework?: Framework;
}

export const anything = (name: string): Wanted =>
  ({ name, family: null, inputSize: null, units: null, layers: null, bidirectional: null, projection: null });

export const wantedOf = (spec: LayerSpec): Wanted => ({
  name: spec.name, family: spec.cell, inputSize: spec.inputSize, units: spec.units, layers: spec.layers,
  bidirectional: spec.bidirectional, projection: spec.projection, framework: spec.framework,
});

const blocks = { lstm: 4, gru: 3, rnn: 1 } as const;
/** A family of cells in a sentence. */
export const families = (id: Wanted['family'] & string | 'other'): string => ({ lstm: l10n('an LSTM'), gru: l10n('a GRU'), rnn: l10n('an RNN'), other: l10n('another cell') })[id];

/** Frameworks that read one another's checkpoints, by a name for all of them; what is not here (ONNX) says nothing of the code. */
const kin: Readonly<Record<string, string>> = {
  pytorch: 'PyTorch', keras: 'Keras', tfjs: 'Keras', tensorflow1: 'TensorFlow 1', flax: 'JAX', nnx: 'JAX', equinox: 'JAX', haiku: 'JAX',
} satisfies Record<Framework, string> & Record<string, string>;

/** Why weights are not looked for in this stack, though its shapes may fit: names of another framework. */
export function foreign(stack: StackRef, { framework }: Wanted): string | undefined {
  const [mine, theirs] = [framework && kin[framework], Object.hasOwn(kin, stack.framework) ? kin[stack.framework] : undefined];
  return mine === undefined || theirs === undefined || mine === theirs ? undefined : l10n('Expected weights of {0}, found those of {1} ({2}).', mine, theirs, stack.name);
}

/** undefined where the stack can be the layer; else what was expected and what was found, with shapes. */
export function misfit(stack: StackRef, wanted: Wanted): string | undefined {
  const first = stack.levels[0];
  if (!first) return l10n('Expected a recurrent layer, found none in {0}.', stack.name);
  if (first.problem !== undefined) return l10n('{0} cannot be loaded: {1}.', stack.name, first.problem);
  const { family } = first.cell;
  if (wanted.family !== null && family !== wanted.family) return l10n('Expected {0}, found {1} ({2}).', families(wanted.family), families(family), stack.name);
  const units = wanted.projection || wanted.units;
  const rows = (n: number): number => (family === 'other' ? 1 : blocks[family]) * n;
  if (wanted.inputSize !== null && first.inputSize !== wanted.inputSize || units !== null && first.units !== units) {
    const any = l10n('any');
    const values = [
      `(${units === null ? any : rows(units)}, ${wanted.inputSize ?? any})`, `(${rows(first.units)}, ${first.inputSize})`,
      `${wanted.inputSize ?? any} → ${units ?? any}`, `${first.inputSize} → ${first.units}`,
    ] as const;
    return first.tensors[0]
      ? l10n('Expected an input kernel ({4}) of shape {0}, found {1}: the code says {2}, the checkpoint {3}.', ...values, first.tensors[0])
      : l10n('Expected an input kernel of shape {0}, found {1}: the code says {2}, the checkpoint {3}.', ...values);
  }
  if (wanted.layers !== null && stack.levels.length !== wanted.layers) {
    return wanted.layers === 1 ? l10n('Expected 1 layer, found {0}.', stack.levels.length) : l10n('Expected {0} layers, found {1}.', wanted.layers, stack.levels.length);
  }
  if (wanted.bidirectional !== null && (first.directions.length > 1) !== wanted.bidirectional) {
    return wanted.bidirectional ? l10n('Expected both directions, found one.') : l10n('Expected one direction, found both.');
  }
  return undefined;
}
