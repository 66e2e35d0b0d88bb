/** Gradient against distance, and by which path: charts from answers. Pure. */
import type { Fate, GradientAnswer, GradientSpreadAnswer, JacobiansAnswer, LossKind } from '../../../src/questions/gradient';
import { l10n } from '../../l10n';
import type { Line, Mark, PlotSpec, XY } from '../../plot/plot';
import type { Hue, Theme } from '../../theme';
import type { Range } from '../../range';
import { figures } from '../../words';
import { by, scientific, share, stepsWords } from './wording';

/** Curves are cut where they stop mattering. */
const DECADES = 10;

/** The hue of a state. */
export const hueOf = (state: string): Hue => (state === 'c' ? 'c' : 'h');

/** Points of a curve over distances; a log axis has no place for 0. */
export const curve = (values: ArrayLike<number>, scale = 1): XY[] => Array.from(values, (v, d) => ({ x: d, y: v > 0 ? v * scale : NaN }));

/** Exact, which `**` is not. */
const tenTo = (exponent: number): number => Number(`1e${exponent}`);

/** A log axis around what is drawn, in whole powers of ten, down to a little of what there was at first. */
export function logRange(curves: readonly ArrayLike<number>[], first = NaN): { readonly from: number; readonly to: number; readonly ticks: readonly number[] } {
  let [least, most] = [Infinity, 0];
  for (const c of curves) for (let k = 0; k < c.length; k++) {
    const v = c[k]!;
    if (v > 0 && v < Infinity) [least, most] = [Math.min(least, v), Math.max(most, v)];
  }
  if (most === 0) [least, most] = [0.1, 1];
  const to = Math.ceil(Math.log10(most) - 1e-9);
  const base = first > 0 && first < most ? Math.ceil(Math.log10(first)) : to;
  const from = Math.min(to - 1, Math.max(base - DECADES, Math.floor(Math.log10(least) + 1e-9)));
  const apart = Math.ceil((to - from) / 7);
  return { from: tenTo(from), to: tenTo(to), ticks: Array.from({ length: Math.floor((to - from) / apart) + 1 }, (_, k) => tenTo(to - k * apart)) };
}

/** A linear axis over distances, with ticks that do not crowd its end. */
export function distanceAxis(last: number, label: string): { readonly kind: 'linear'; readonly label: string; readonly from: number; readonly to: number; readonly ticks: readonly number[] } {
  const apart = [1, 2, 5, 10, 20, 50, 100, 200].find(n => last / n <= 8) ?? 200;
  return { kind: 'linear', label, from: 0, to: Math.max(1, last), ticks: Array.from({ length: Math.floor(last / apart) + 1 }, (_, k) => k * apart) };
}

/** What becomes of a gradient, with its numbers. */
export function fateWords(name: string, { kind, ratio, distance }: Fate): string {
  if (kind === 'broken') return l10n('{0} is not a number {1} back: something in this run is not finite.', by(name), stepsWords(distance));
  if (distance === 0) return l10n('{0} has nowhere to go: the loss is at the first step.', by(name));
  if (kind === 'explodes') return l10n('{0} explodes: {1} its size {2} back.', by(name), share(ratio), stepsWords(distance));
  if (kind === 'vanishes') return l10n('{0} vanishes: {1} of its size {2} back.', by(name), ratio < 1e-6 ? l10n('less than {0}', scientific(1e-6)) : share(ratio), stepsWords(distance));
  return ratio >= 10 ? l10n('{0} holds: {1} its size {2} back.', by(name), share(ratio), stepsWords(distance)) : l10n('{0} holds: {1} of its size {2} back.', by(name), share(ratio), stepsWords(distance));
}

/** `the sum of the hidden state h at step 174`, `… over steps 20 to 39` */
export function lossWords(loss: LossKind, unit: number, step: number, target: GradientSpreadAnswer['target'], range?: Range): string {
  if (loss !== 'range') return l10n('{0} at step {1}', ofWhat(loss, unit, target), step);
  return range && range.to - range.from > 1 ? l10n('the sum of the hidden state h over steps {0} to {1}', range.from, range.to - 1) : l10n('{0} at step {1}', ofWhat('sum', unit, target), range?.from ?? step);
}

function ofWhat(loss: LossKind, unit: number, target: GradientSpreadAnswer['target']): string {
  if (loss === 'unit') return l10n('the hidden state h of unit {0}', unit);
  if (loss === 'sum') return l10n('the sum of the hidden state h');
  return target === 'nextRow' ? l10n('the squared distance to the next row') : l10n('the cross-entropy of the next character');
}

/** Medians over losses and the loss at the crosshair, by distance. */
export function distanceSpec({ states, windows, within }: GradientSpreadAnswer, one: GradientAnswer | undefined, lag: number, theme: Theme, base?: GradientSpreadAnswer): PlotSpec {
  const claim = [...states].sort((a, b) => Number(b.name === 'c') - Number(a.name === 'c')).map(s => fateWords(s.name, s.fate)).join(' ');
  const lines = states.map(({ name, spread }): Line => ({
    name: l10n('{0}, median', by(name)), ink: theme.ink[hueOf(name)], points: curve(spread.median), label: by(name),
    band: { low: curve(spread.low), high: curve(spread.high) },
  }));
  const before = (base?.states ?? []).map(({ name, spread }) => baselineLine(by(name), theme.ink[hueOf(name)], spread.median));
  const own = (one?.states ?? []).map(({ name, norms }) => ({ name, norms: norms.subarray((one?.within ?? 1) - 1) }));
  const here = own.map(({ name, norms }): Line => ({ name: one?.within === undefined ? l10n('{0} of the loss at step {1}', by(name), one!.step) : l10n('{0} of the loss over the selected steps', by(name)), ink: theme.ink[hueOf(name)], points: curve(norms), width: 1, style: 'dotted' }));
  const dotted = within === undefined ? l10n('Median of {0} losses over the sequence; band, middle half; dotted, the loss at the crosshair.', windows)
    : l10n('Median of {0} losses over the sequence, each summed over {1}; band, middle half; dotted, that over the selected steps.', windows, stepsWords(within));
  return {
    claim: `${claim} ${windows === 1 ? l10n('One loss.') : dotted}${base ? ` ${l10n('Before the change (thin dashes): {0}', base.states.map(s => fateWords(s.name, s.fate)).join(' '))}` : ''}`,
    x: distanceAxis((states[0]?.spread.median.length ?? 1) - 1, within === undefined ? l10n('steps before the loss') : l10n('steps before the first selected one')),
    y: { kind: 'log', label: l10n('norm of the gradient'), ...logRange([...states.flatMap(s => [s.spread.median, s.spread.high]), ...own.map(s => s.norms), ...(base?.states ?? []).map(s => s.spread.median)], states[0]?.spread.median[0]) },
    lines: [...before, ...here, ...lines], marks: lagMarks(lag, theme), height: 260,
  };
}

/** What a curve was before the change. */
export const baselineLine = (name: string, ink: string, values: ArrayLike<number>): Line => ({ name: l10n('{0}, baseline', name), ink, points: curve(values), width: 1, style: 'dashed' });

/** The lag that must be remembered. */
export function lagMarks(lag: number, theme: Theme): Mark[] {
  return lag > 0 ? [{ x: lag, words: l10n('{0} steps', lag), ink: theme.foreground }] : [];
}

/** The keep gates' path beside the whole; undefined without a keep gate. */
export function pathSpec({ states, path, windows, within }: GradientSpreadAnswer, theme: Theme, base?: GradientSpreadAnswer): PlotSpec | undefined {
  const whole = states.find(s => s.name === path?.state)?.spread.median;
  if (!path || !whole) return undefined;
  const direct = path.direct.median;
  const was = [base?.path?.direct.median, base?.states.find(s => s.name === base.path?.state)?.spread.median] as const;
  const before = [...(was[0] ? [baselineLine(l10n('direct: product of {0}', path.keep), theme.ink.f, was[0])] : []), ...(was[1] ? [baselineLine(l10n('whole {0}', by(path.state)), theme.ink[hueOf(path.state)], was[1])] : [])];
  const count = Math.min(whole.length, direct.length);
  const [low, high] = [Math.min, Math.max].map(pick => curve(Float64Array.from({ length: count }, (_, d) => pick(whole[d]!, direct[d]!))));
  return {
    claim: pathClaim(path, whole, windows),
    x: distanceAxis(count - 1, within === undefined ? l10n('steps before the loss') : l10n('steps before the first selected one')),
    y: { kind: 'log', label: l10n('norm of the gradient'), ...logRange([whole, direct, ...was.flatMap(v => v ?? [])], whole[0]) },
    lines: [
      ...before,
      { name: l10n('direct: product of {0}', path.keep), ink: theme.ink.f, points: curve(direct), label: l10n('direct, ∏ {0}', path.keep) },
      { name: l10n('whole {0}', by(path.state)), ink: theme.ink[hueOf(path.state)], points: curve(whole), label: l10n('whole {0}', by(path.state)), band: { low: low!, high: high! } },
    ],
    marks: path.crossings.slice(0, 2).map(c => ({ x: c.distance, words: c.direct ? l10n('from here the direct path leads') : l10n('from here the whole leads') })),
    height: 260,
  };
}

function pathClaim({ state, keep, direct, crossings }: NonNullable<GradientSpreadAnswer['path']>, whole: Float64Array, windows: number): string {
  const last = Math.min(whole.length, direct.median.length) - 1;
  const ratio = direct.median[last]! / whole[last]!;
  const said = Number.isNaN(whole[last]!) ? l10n('What arrives is not a number.') : !Number.isFinite(ratio) ? l10n('Nothing arrives {0} back.', stepsWords(last))
    : ratio > 1.05 ? l10n('{0} back, the path through {1} alone carries {2} the whole gradient: gates and h work against it.', stepsWords(last), keep, ratio >= 10 ? share(ratio) : l10n('{0} times', figures(ratio, 2)))
      : ratio < 0.95 ? l10n('{0} back, the path through {1} alone carries {2} of the whole gradient of {3}; the rest came through gates and h.', stepsWords(last), keep, share(ratio), state)
        : l10n('{0} back, the path through {1} alone carries all of it.', stepsWords(last), keep);
  const crossed = crossings[0] ? ` ${l10n('They cross at {0}.', stepsWords(crossings[0].distance))}` : '';
  return `${said}${crossed} ${windows === 1 ? '' : l10n('Medians of {0} losses.', windows)}`.trim();
}

/** What the step Jacobians let through, and for a vanilla RNN the bound on it. */
export function jacobianSpec(jacobians: JacobiansAnswer, one: GradientAnswer | undefined, bound: GradientSpreadAnswer['bound'], step: number, theme: Theme, base?: JacobiansAnswer): PlotSpec | undefined {
  const { distances, norms, states, estimated } = jacobians;
  if (distances.length === 0 || !norms.every(Number.isFinite)) return undefined;
  const last = distances.length - 1;
  const single = states.length === 1 ? one?.states[0] : undefined;
  const ratio = single && single.norms[0]! > 0 ? distances.map(d => ({ x: d, y: (single.norms[d] ?? NaN) / single.norms[0]! })) : [];
  const bounds = bound ? distances.map(d => ({ x: d, y: bound.sigma ** d })) : [];
  const about = estimated ? l10n('about {0}', share(norms[last]!)) : share(norms[last]!);
  const over = l10n('Of any gradient at step {0}, at most {1} gets {2} back: the norm of the product of the step Jacobians (of {3}).', step, about, stepsWords(distances[last]!), states.join(', '));
  const said = bound ? ` ${l10n('The bound from {0} alone, its largest singular value {1} to that power (Pascanu et al. 2013, tanh′ at most 1), is {2}; it can only be larger. Spectral radius {3}.', bound.matrix, figures(bound.sigma, 3), share(bound.sigma ** distances[last]!), figures(bound.radius, 3))}` : '';
  const pointsOf = (of: JacobiansAnswer): XY[] => of.distances.map((d, k) => ({ x: d, y: of.norms[k]! > 0 ? of.norms[k]! : NaN }));
  const was = base && base.norms.every(Number.isFinite) ? base : undefined;
  return {
    claim: over + said + (was ? ` ${l10n('Before the change (thin dashes): {0}', share(was.norms.at(-1)!))}` : ''),
    x: { kind: 'log', label: l10n('steps'), from: 1, to: Math.max(2, distances[last]!), ticks: distances, format: String },
    y: { kind: 'log', label: l10n('spectral norm'), ...logRange([norms, bounds.map(p => p.y), ratio.map(p => p.y), was?.norms ?? []], 1) },
    lines: [
      { name: l10n('product of step Jacobians'), ink: theme.ink.h, points: pointsOf(jacobians), ...(bounds.length + ratio.length > 0 && { label: l10n('product') }) },
      ...(was ? [{ name: l10n('{0}, baseline', l10n('product of step Jacobians')), ink: theme.ink.h, points: pointsOf(was), width: 1, style: 'dashed' } as const] : []),
      ...(bounds.length > 0 ? [{ name: l10n('bound'), ink: theme.foreground, points: bounds, style: 'dashed', label: l10n('bound'), width: 1.5 } as const] : []),
      ...(ratio.length > 0 ? [{ name: l10n('the gradient itself'), ink: theme.ink.h, points: ratio, style: 'dotted', label: by(single!.name), width: 1.5 } as const] : []),
    ],
    height: 190,
  };
}
