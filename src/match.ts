/** Checkpoints and traces beside a layer in code: which is bound, which fit by shape and name, and why the others do not. */
import { distance, type Binding } from './binding';
import type { StackRef, Trace } from './formats/format';
import { l10n } from './l10n';
import { sameName } from './propose';
import { families, foreign, misfit, type Wanted } from './wanted';

export interface Match {
  readonly kind: 'bound' | 'fits' | 'misfit';
  /** The file, relative to its folder. */
  readonly path: string;
  /** '' for a trace. */
  readonly stack: string;
  /** The checkpoint calls it what the code calls it. */
  readonly named: boolean;
  /** What was expected and found; of a bound one, too, where it does not fit. */
  readonly why?: string;
}

export interface Candidate { readonly path: string; readonly stacks: readonly StackRef[] }

/** Bound first, then what fits, then the rest: of each, those of the same name first, then the nearest to `at`. */
export function matchesOf(wanted: Wanted, at: string, bound: Binding | undefined, checkpoints: readonly Candidate[]): Match[] {
  const matches = checkpoints.flatMap(({ path, stacks }) => stacks.map((stack): Match => {
    const isBound = bound?.checkpoint === path && (bound.stack === undefined || bound.stack === stack.name);
    const why = misfit(stack, wanted) ?? (isBound ? undefined : foreign(stack, wanted));
    return { kind: isBound ? 'bound' : why === undefined ? 'fits' : 'misfit', path, stack: stack.name, named: sameName(stack.name, wanted.name), ...(why === undefined ? {} : { why }) };
  }));
  return matches.sort((a, b) => rank(a) - rank(b) || Number(b.named) - Number(a.named) || distance(a.path, at) - distance(b.path, at) || (a.path < b.path ? -1 : 1));
}

const rank = ({ kind }: Match): number => ['bound', 'fits', 'misfit'].indexOf(kind);

/** undefined where the trace can be a recording of the layer; what it does not say cannot differ. */
export function traceMisfit(trace: Trace, wanted: Wanted): string | undefined {
  const [first] = trace.levels;
  if (!first) return l10n('Expected a recurrent layer, found none in {0}.', trace.format);
  const family = first.cell?.family;
  if (family !== undefined && wanted.family !== null && family !== wanted.family) return l10n('Expected {0}, found {1} ({2}).', families(wanted.family), families(family), first.name);
  if (first.inputSize !== undefined && wanted.inputSize !== null && first.inputSize !== wanted.inputSize) return l10n('Expected {0} inputs, found {1}.', wanted.inputSize, first.inputSize);
  const units = first.directions[0]?.signals.find(s => s.name === 'h')?.units;
  const expected = wanted.projection || wanted.units;
  if (units !== undefined && expected !== null && units !== expected) return l10n('Expected {0} units, found {1}.', expected, units);
  if (wanted.layers !== null && trace.levels.length !== wanted.layers) return wanted.layers === 1 ? l10n('Expected 1 layer, found {0}.', trace.levels.length) : l10n('Expected {0} layers, found {1}.', wanted.layers, trace.levels.length);
  if (wanted.bidirectional !== null && (first.directions.length > 1) !== wanted.bidirectional) return wanted.bidirectional ? l10n('Expected both directions, found one.') : l10n('Expected one direction, found both.');
  return undefined;
}
