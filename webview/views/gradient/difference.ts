/** What a change did: norms as shares of the baseline's, what is left and saturation subtracted, half-lives before against after. Pure. */
import type { GradientAnswer, GradientSpreadAnswer } from '../../../src/questions/gradient';
import type { HealthAnswer } from '../../../src/questions/health';
import type { MemoryAnswer } from '../../../src/questions/memory';
import { l10n } from '../../l10n';
import type { Line, PlotSpec, XY } from '../../plot/plot';
import { faded, type Hue, type Theme } from '../../theme';
import { signed } from '../../words';
import { distanceAxis, hueOf, lagMarks, logRange } from './distance';
import { LEAST_LIFE, LINES, MOST_LIFE } from './memory';
import { by, share, stepsFigure, stepsWords } from './wording';

/** Changed over baseline at every distance; NaN where either is nothing. */
export const ratios = (changed: ArrayLike<number>, baseline: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: Math.min(changed.length, baseline.length) }, (_, d) => (changed[d]! > 0 && baseline[d]! > 0 ? changed[d]! / baseline[d]! : NaN));

interface Ratio { readonly name: string; readonly ink: string; readonly values: Float64Array }

/** Curves around 1, on a log axis. */
function ratioSpec(curves: readonly Ratio[], claim: string, theme: Theme): Pick<PlotSpec, 'claim' | 'x' | 'y' | 'lines' | 'marks' | 'height'> {
  const points = (values: Float64Array): XY[] => Array.from(values, (y, x) => ({ x, y }));
  return {
    claim, x: distanceAxis((curves[0]?.values.length ?? 1) - 1, l10n('steps before the loss')),
    y: { kind: 'log', label: l10n('changed ÷ baseline'), ...logRange([...curves.map(c => c.values), [0.5, 2]]) },
    lines: curves.map(({ name, ink, values }): Line => ({ name, ink, points: points(values), label: name })),
    marks: [{ y: 1, ink: theme.foreground }], height: 260,
  };
}

/** `84 steps back, dL/dc is 32% of what it was` */
function ratioWords({ name, values }: Ratio): string {
  const last = values.findLastIndex(Number.isFinite);
  if (last < 0) return l10n('{0} cannot be compared: it is nothing, or not a number', name);
  const [back, now] = [stepsWords(last), share(values[last]!)];
  return values[last]! >= 10 ? l10n('{0} back, {1} is {2} what it was', back, name, now) : l10n('{0} back, {1} is {2} of what it was', back, name, now);
}

/** Medians over losses, as shares of the baseline's. */
export function distanceDifference(changed: GradientSpreadAnswer, base: GradientSpreadAnswer, lag: number, theme: Theme): PlotSpec {
  const curves = changed.states.flatMap(({ name, spread }): Ratio[] => {
    const was = base.states.find(s => s.name === name);
    return was ? [{ name: by(name), ink: theme.ink[hueOf(name)], values: ratios(spread.median, was.spread.median) }] : [];
  });
  const spec = ratioSpec(curves, `${curves.map(ratioWords).join('; ')}. ${l10n('Medians of {0} losses, changed divided by baseline.', changed.windows)}`, theme);
  return { ...spec, marks: [...spec.marks ?? [], ...lagMarks(lag, theme)] };
}

/** The keep gates' path and the whole, as shares of the baseline's; undefined without a keep gate. */
export function pathDifference(changed: GradientSpreadAnswer, base: GradientSpreadAnswer, theme: Theme): PlotSpec | undefined {
  const { path } = changed;
  const whole = [changed, base].map(a => a.states.find(s => s.name === path?.state)?.spread.median);
  if (!path || !base.path || !whole[0] || !whole[1]) return undefined;
  const curves: Ratio[] = [
    { name: l10n('direct, ∏ {0}', path.keep), ink: theme.ink.f, values: ratios(path.direct.median, base.path.direct.median) },
    { name: l10n('whole {0}', by(path.state)), ink: theme.ink[hueOf(path.state)], values: ratios(whole[0], whole[1]) },
  ];
  return ratioSpec(curves, `${curves.map(ratioWords).join('; ')}.`, theme);
}

/** Powers of ten by which every unit's gradient became larger; 0 where it is nothing in both. */
export function logDifference({ units: { logs } }: GradientAnswer, { units: { logs: was } }: GradientAnswer): Float32Array {
  return logs.map((v, k) => (v === was[k] ? 0 : v - was[k]!));
}

/** How much more is left of every unit's state after the crosshair. */
export function retentionDifference({ left, units, step, state = 'h' }: MemoryAnswer, base: MemoryAnswer, unit: number, lag: number, theme: Theme): PlotSpec {
  const last = Math.min(left.length, base.left.length) / units - 1, ink = theme.ink[hueOf(state)];
  const at = (d: number, u: number): number => left[d * units + u]! - base.left[d * units + u]!;
  const pointsOf = (u: number): XY[] => Array.from({ length: last + 1 }, (_, d) => ({ x: d, y: at(d, u) }));
  const own = pointsOf(unit).reduce((most, p) => (Math.abs(p.y) > Math.abs(most.y) ? p : most), { x: 0, y: 0 });
  const every = Math.ceil(units / LINES), all = Array.from({ length: units }, (_, u) => u);
  const [increased, decreased] = [1, -1].map(sign => all.filter(u => sign * at(last, u) > 0.005).length);
  const said = own.y === 0 ? l10n('As much is left of unit {0} as before', unit) : l10n('Of unit {0}, {1} of {2} is left {3} after step {4}: nowhere does it differ more', unit, signed(own.y), state, stepsWords(own.x), step);
  return {
    claim: `${said}; ${l10n('{0} on, units with more left: {1}; with less: {2}.', stepsWords(last), increased!, decreased!)}`,
    x: distanceAxis(last, l10n('steps after step {0}', step)),
    y: { kind: 'linear', label: l10n('left of {0}, changed − baseline', state), from: -1, to: 1, ticks: [-1, -0.5, 0, 0.5, 1], format: v => (v === 0 ? '0' : signed(v, 1)) },
    lines: [{ name: l10n('unit {0}', unit), ink, points: pointsOf(unit), width: 2.5, label: l10n('unit {0}', unit) },
      ...all.filter(u => u % every === 0 && u !== unit).map((u): Line => ({ name: l10n('unit {0}', u), ink: faded(ink, theme.highContrast ? 0.8 : 0.4), points: pointsOf(u), width: 1 }))],
    marks: [{ y: 0, ink: theme.foreground }, ...lagMarks(lag, theme)], height: 240,
  };
}

/** Half-lives before against after, a dot a unit; above the diagonal they are longer now. */
export function livesDifference({ halfLives, state = 'h' }: MemoryAnswer, { halfLives: was }: MemoryAnswer, unit: number, theme: Theme): PlotSpec {
  const within = (life: number): number => Math.max(LEAST_LIFE, Math.min(MOST_LIFE, Number.isNaN(life) ? LEAST_LIFE : life));
  const points = Array.from(halfLives, (life, id) => ({ x: within(was[id]!), y: within(life), id }));
  const [longer, shorter] = [1, -1].map(sign => points.filter(p => sign * (p.y / p.x - 1) > 0.01).length);
  const to = Math.max(64, ...points.map(p => 1.3 * Math.max(p.x, p.y)));
  const axis = { kind: 'log', from: LEAST_LIFE, to, ticks: [0.1, 1, 4, 16, 64, 256, 1024, 4096].filter(t => t <= to), format: (v: number) => (v >= MOST_LIFE ? `${MOST_LIFE}+` : String(v)) } as const;
  return {
    claim: l10n('Unit {0}: {1}, before {2}. Longer now: {3}, shorter: {4}; a dot a unit.', unit, stepsFigure(halfLives[unit] ?? NaN), stepsFigure(was[unit] ?? NaN), longer!, shorter!),
    x: { ...axis, label: l10n('half-life before, steps') }, y: { ...axis, label: l10n('half-life now, steps') },
    lines: [{ name: l10n('as before'), ink: faded(theme.foreground, theme.highContrast ? 0.8 : 0.35), points: [{ x: LEAST_LIFE, y: LEAST_LIFE }, { x: to, y: to }], width: 1 }],
    dots: [{ name: l10n('half-lives'), ink: theme.ink[hueOf(state)], points, chosen: unit, radius: 4 }], height: 240,
  };
}

type Shares = HealthAnswer['saturation'][number];

/** How much more often a gate is shut and open, a dot a unit. */
export function saturationDifference({ signal, signed: both, low, high }: Shares, was: Shares, hue: Hue, label: string, unit: number, theme: Theme): PlotSpec {
  const points = Array.from(low, (x, id) => ({ x: x - was.low[id]!, y: high[id]! - was.high[id]!, id }));
  const moved = points.filter(p => Math.max(Math.abs(p.x), Math.abs(p.y)) > 0.01).length, own = points[unit];
  const most = points.reduce((m, p) => Math.max(m, Math.abs(p.x), Math.abs(p.y)), 0);
  const edge = [0.05, 0.1, 0.25, 0.5].find(e => most < e) ?? 1;
  const axis = { kind: 'linear', from: -edge, to: edge, ticks: [-edge, 0, edge], format: more } as const;
  return {
    claim: l10n('{0} ({1}), shares of steps, changed minus baseline: unit {2} {3} at the low end and {4} at the high end; {5} of {6} units moved by more than 1%.', label, signal, unit, more(own?.x ?? 0), more(own?.y ?? 0), moved, points.length),
    x: { ...axis, label: both ? l10n('share below −0.9') : l10n('share closed, below 0.1') }, y: { ...axis, label: both ? l10n('share above 0.9') : l10n('share open, above 0.9') },
    dots: [{ name: label, ink: theme.ink[hue], points, chosen: unit, radius: points.length > 300 ? 2.5 : 4 }], marks: [{ x: 0 }, { y: 0 }], height: 230,
  };
}

/** `+12%`, `0%` */
const more = (share: number): string => `${Math.round(100 * share) === 0 ? '0' : signed(100 * share, 0)}%`;
