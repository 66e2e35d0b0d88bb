/** An input that goes into the model and not straight to its layer: what stands before the layer is run first, and what reached it is the input. */
import type { Binding } from './binding';
import type { Network } from './core/layer';
import type { Sequence } from './core/sequence';
import { l10n, told } from './l10n';
import type { Note } from './protocol';
import type { Expected } from './studies/run';
import type { ModelInput, Progress, Reached, Runtimes, Upstream } from './upstream';

/** What only a host or the command line can give. */
export interface Services {
  /** Runs graphs; absent where none can. */
  readonly runtimes?: Runtimes;
  /** Asked before a file's own graph runs; absent: it may. */
  readonly mayRun?: (file: string) => Promise<boolean>;
  readonly progress?: (progress: Progress) => void;
  /** Told what came out of the model's beginning, whole. */
  readonly reached?: (reached: Reached) => void;
  readonly signal?: AbortSignal;
}

/** A layer's input and the layer as the model sets it up. */
export interface Through {
  readonly sequence: Sequence;
  /** With the initial states that the model gave. */
  readonly network: Network;
  readonly expected?: Expected;
}

/** Whether an input of this width belongs to the model's own input: where the person says so, else where it does not fit the layer. */
export function goesThrough({ into }: Binding, { width, rate }: Pick<Sequence, 'width' | 'rate'>, inputSize: number): boolean {
  return into === undefined ? rate !== undefined || width !== inputSize : into === 'model';
}

/** What was taken for granted of a layer alone, and is known when its model runs. */
export const settledByModel = (note: Note): boolean => /: (the initial . is zero|every step counts)/.test(note.text);

/** True where the model reads indices of words or characters. */
export const readsTokens = ({ inputs }: Upstream): boolean => recorded(inputs).some(({ dtype }) => /int/.test(dtype));

const recorded = (inputs: readonly ModelInput[]): readonly ModelInput[] => inputs.filter(i => i.role === 'sequence');

/** Runs the beginning of the model. @throws FormatError for what the model does not take */
export async function throughModel(upstream: Upstream, given: Sequence, binding: Binding, network: Network, file: string, services: Services): Promise<Through> {
  const reached = await upstream.run({ sequence: given, values: binding.feeds ?? {} }, {
    ...(services.progress ? { progress: services.progress } : {}),
    ...(services.signal ? { signal: services.signal } : {}),
  });
  services.reached?.(reached);
  return {
    sequence: sequenceOf(reached, given, network, file),
    network: reached.initial ? begun(network, reached.initial) : network,
    ...(reached.expected && reached.runtime !== undefined ? { expected: { runtime: reached.runtime, output: reached.expected, ...(reached.roundedFrom === undefined ? {} : { rounded: true }) } } : {}),
  };
}

function sequenceOf({ steps, x, mask, tracks, secondsPerStep, labels, notes }: Reached, given: Sequence, { levels }: Network, file: string): Sequence {
  return {
    steps, width: levels[0]!.directions[0]!.inputSize, data: x,
    axis: secondsPerStep ? 'time' : labels && given.axis === 'characters' ? 'characters' : labels ? 'time' : 'steps',
    ...(secondsPerStep ? { rate: 1 / secondsPerStep } : {}),
    ...(labels ? { labels } : {}),
    ...(given.ids && given.ids.length === steps ? { ids: given.ids } : {}),
    ...(given.invented === undefined ? {} : { invented: given.invented }),
    ...(mask ? { mask } : {}),
    curves: tracks,
    description: l10n('{0}, through {1}', given.said ? told(given.said) : given.description, file),
    notes: [...given.notes, ...notes],
  };
}

const begun = (network: Network, initial: NonNullable<Reached['initial']>): Network => ({
  ...network,
  levels: network.levels.map((level, k) => ({
    ...level,
    directions: level.directions.map((layer, d) => {
      const states = Object.entries(initial[k]?.[d] ?? {});
      return states.length === 0 ? layer : { ...layer, initial: Object.fromEntries(states.map(([name, values]) => [name, Float32Array.from(values)])) };
    }),
  })),
});
