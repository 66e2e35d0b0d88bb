/** What is left of the memory, half-lives and saturation: charts from answers. Pure. */
import type { HealthAnswer } from '../../../src/questions/health';
import type { MemoryAnswer } from '../../../src/questions/memory';
import { l10n } from '../../l10n';
import type { Dots, Line, PlotSpec, XY } from '../../plot/plot';
import { faded, type Hue, type Theme } from '../../theme';
import { percent } from '../../words';
import { distanceAxis, hueOf, lagMarks } from './distance';
import { share, stepsFigure, stepsWords } from './wording';

/** More lines cannot be told apart. */
export const LINES = 160;
/** What is too little for float32, so that a line goes on to its end. */
const LEAST_LEFT = 1e-38;

/** What is left of every unit's state after the crosshair. */
export function retentionSpec(memory: MemoryAnswer, unit: number, logTime: boolean, lag: number, theme: Theme, base?: MemoryAnswer): PlotSpec {
  const { left, units, step, keep, state = 'h' } = memory;
  const last = left.length / units - 1;
  const ink = theme.ink[hueOf(state)];
  const pointsOf = (u: number): XY[] => Array.from({ length: last + 1 }, (_, d) => ({ x: d, y: left[d * units + u]! || LEAST_LEFT })).slice(logTime ? 1 : 0);
  const was = base?.units === units && base.step === step ? base.left : undefined;
  const before: Line[] = was ? [{ name: l10n('{0}, baseline', l10n('unit {0}', unit)), ink: theme.foreground, points: Array.from({ length: was.length / units }, (_, d) => ({ x: d, y: was[d * units + unit]! || LEAST_LEFT })).slice(logTime ? 1 : 0), width: 1, style: 'dashed' }] : [];
  const every = Math.ceil(units / LINES);
  const others = Array.from({ length: units }, (_, u) => u).filter(u => u % every === 0 && u !== unit)
    .map((u): Line => ({ name: l10n('unit {0}', u), ink: faded(ink, theme.highContrast ? 0.8 : 0.4), points: pointsOf(u), width: 1 }));
  const half = Array.from({ length: last + 1 }, (_, d) => left[d * units + unit]!).findIndex(v => v < 0.5);
  const holding = last < 0 ? 0 : Array.from({ length: units }, (_, u) => left[last * units + u]!).filter(v => v >= 0.5).length;
  const own = Number.isNaN(left[last * units + unit] ?? 0) ? l10n('What unit {0} keeps is not a number', unit) : half < 0 ? l10n('Unit {0} keeps {1} of {2} over {3}', unit, share(left[last * units + unit] ?? NaN), state, stepsWords(last)) : l10n('Unit {0} keeps less than half of {1} after {2}', unit, state, stepsWords(half));
  const thinned = every > 1 ? ` ${l10n('One line for every {0} units.', every)}` : '';
  return {
    claim: last === 0 ? l10n('Step {0} is the last one: nothing comes after it.', step) : `${own}; ${l10n('{0} of {1} units keep half that long. ∏ {2} from step {3} on.', holding, units, keep ?? '', step)}${thinned}`,
    x: logTime ? { kind: 'log', label: l10n('steps after step {0}', step), from: 1, to: Math.max(2, last), ticks: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].filter(t => t <= last), format: String } : distanceAxis(last, l10n('steps after step {0}', step)),
    y: { kind: 'linear', label: l10n('left of {0}', state), from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1], format: percent },
    lines: [{ name: l10n('unit {0}', unit), ink, points: pointsOf(unit), width: 2.5, label: l10n('unit {0}', unit) }, ...before, ...others],
    marks: [{ y: 0.5, words: l10n('half') }, ...lagMarks(lag, theme)], height: 240,
  };
}

/** Half-lives are drawn from here on, */
export const LEAST_LIFE = 0.1;
/** and up to here. */
export const MOST_LIFE = 4096;

/** Dots stacked where their half-lives are alike. */
export function halfLifeSpec({ halfLives, state = 'h', keep = '' }: MemoryAnswer, unit: number, theme: Theme): PlotSpec {
  const places = new Map<number, number>();
  const points = Array.from(halfLives, (life, id) => {
    const within = Math.max(LEAST_LIFE, Math.min(MOST_LIFE, Number.isNaN(life) ? LEAST_LIFE : life));
    const bin = Math.round(Math.log2(within) * 2.5);
    const y = (places.get(bin) ?? 0) + 1;
    places.set(bin, y);
    return { x: 2 ** (bin / 2.5), y, id };
  });
  const tallest = Math.max(6, ...places.values());
  const to = Math.max(64, ...points.map(p => 1.3 * p.x));
  const sorted = halfLives.slice().sort();
  const middle = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const dots: Dots = { name: l10n('half-lives'), ink: theme.ink[hueOf(state)], points, chosen: unit, radius: Math.max(1.5, Math.min(4, 90 / tallest)) };
  return {
    claim: l10n('Half of the units lose half within {0}; the longest half-life is {1}, unit {2} has {3}. ln ½ / mean ln {4}, a dot a unit.', stepsFigure(middle), stepsFigure(sorted.at(-1) ?? NaN), unit, stepsFigure(halfLives[unit] ?? NaN), keep),
    x: { kind: 'log', label: l10n('half-life in steps'), from: LEAST_LIFE, to, ticks: [0.1, 1, 4, 16, 64, 256, 1024, 4096].filter(t => t <= to), format: v => (v >= MOST_LIFE ? `${MOST_LIFE}+` : String(v)) },
    y: { kind: 'linear', label: '', from: 0, to: tallest + 1, ticks: [], format: () => '' },
    dots: [dots], height: 240,
  };
}

/** Shares of steps with a gate shut against open, a dot a unit (Karpathy et al. 2015). */
export function saturationSpec({ signal, signed, low, high }: HealthAnswer['saturation'][number], hue: Hue, label: string, unit: number, theme: Theme): PlotSpec {
  const points = Array.from(low, (x, id) => ({ x, y: high[id]!, id }));
  const many = points.filter(p => p.x + p.y > 0.5).length;
  const own = points[unit];
  const claim = signed
    ? l10n('{0} ({1}): unit {2} sits below −0.9 in {3} and above 0.9 in {4} of the steps; {5} of {6} units are at an end more than half of the time.', label, signal, unit, percent(own?.x ?? 0), percent(own?.y ?? 0), many, points.length)
    : l10n('{0} ({1}): unit {2} is closed in {3} and open in {4} of the steps; {5} of {6} units are saturated more than half of the time.', label, signal, unit, percent(own?.x ?? 0), percent(own?.y ?? 0), many, points.length);
  return {
    claim,
    x: { kind: 'linear', label: signed ? l10n('share below −0.9') : l10n('share closed, below 0.1'), from: 0, to: 1, ticks: [0, 0.5, 1] },
    y: { kind: 'linear', label: signed ? l10n('share above 0.9') : l10n('share open, above 0.9'), from: 0, to: 1, ticks: [0, 0.5, 1] },
    lines: [{ name: l10n('all steps saturated'), ink: faded(theme.foreground, theme.highContrast ? 0.8 : 0.35), points: [{ x: 0, y: 1 }, { x: 1, y: 0 }], width: 1 }],
    dots: [{ name: label, ink: theme.ink[hue], points, chosen: unit, radius: points.length > 300 ? 2.5 : 4 }], height: 230,
  };
}
