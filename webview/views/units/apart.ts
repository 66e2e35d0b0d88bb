/** How far a changed run is from its baseline in the state space: a claim in numbers, and the distance over the steps. */
import type { Apart, StateSpaceAnswer } from '../../../src/questions/stateSpace';
import { el, setText } from '../../dom';
import { l10n } from '../../l10n';
import { Plot, type PlotSpec, type XY } from '../../plot/plot';
import { rowsOf, type State } from '../../state';
import type { Theme } from '../../theme';
import { figures, percent } from '../../words';
import { round } from './path';

/** Points of the chart: more are pooled by their greatest. */
const POINTS = 600;
/** Of how far the baseline usually is from its mean: less is rounding. */
const NOTHING = 1e-6;

interface Parting { readonly first: number; readonly most: number; readonly at: number; readonly last: number }

/** Where two runs part, where they are farthest, and how far they are in the end; steps are places in `distance`. Undefined where they never part. */
export function partingOf({ distance, size }: Apart): Parting | undefined {
  const first = distance.findIndex(v => v > NOTHING * size);
  if (first < 0) return undefined;
  const most = distance.reduce((a, v) => (v > a ? v : a), 0);
  return { first, most, at: distance.indexOf(most), last: distance.at(-1) ?? NaN };
}

/** `The states part at step 20. Farthest apart: 2.31 at step 57, …` */
export function apartClaim({ every, signal }: StateSpaceAnswer, apart: Apart): string {
  const parting = partingOf(apart);
  if (!parting) return l10n('Both runs go the same way: nowhere does {0} differ.', signal);
  const of = (v: number): string => (apart.size > 0 ? percent(v / apart.size) : '–');
  return l10n('{0} parts from the baseline at step {1}. Farthest apart: {2} at step {3}, {4} of the baseline’s usual distance from its mean ({5}); {6} at the last step.', signal, parting.first * every, figures(parting.most, 3), parting.at * every, of(parting.most), figures(apart.size, 3), figures(parting.last, 3));
}

/** The distance by step, pooled to few enough points. */
export function distanceSpec({ every, signal, apart }: StateSpaceAnswer & { readonly apart: Apart }, ink: string, theme: Theme): PlotSpec {
  const { distance } = apart, each = Math.max(1, Math.ceil(distance.length / POINTS));
  const points = Array.from({ length: Math.ceil(distance.length / each) }, (_, k): XY => ({ x: k * each * every, y: distance.subarray(k * each, (k + 1) * each).reduce((a, v) => (v > a || Number.isNaN(v) ? v : a), 0) }));
  const most = points.reduce((a, p) => Math.max(a, p.y || 0), 0), to = Math.max(most, apart.size) || 1, end = Math.max(1, (distance.length - 1) * every);
  return {
    name: 'distance to the baseline',
    claim: l10n('Distance of {0} to the baseline in all units, by step: at most {1}.', signal, figures(most, 3)),
    x: { kind: 'linear', label: l10n('step'), from: 0, to: end, ticks: round(0, end, 8) },
    y: { kind: 'linear', label: l10n('distance of {0}', signal), from: 0, to: 1.3 * to, ticks: round(0, 1.3 * to, 3) },
    lines: [{ name: l10n('distance of {0}', signal), ink, points, width: 1.5 }],
    marks: [{ y: apart.size, words: l10n('the baseline’s usual distance from its mean'), ink: theme.muted }], height: 130,
  };
}

/** The chart below the state space; hidden where nothing is compared. */
export class ApartFigure {
  private readonly claim = el('p', { class: 'note' });
  private readonly plot = new Plot();
  readonly element = el('div', { class: 'unitsApart', hidden: true }, this.claim, this.plot.element);
  private drawn: readonly unknown[] = [];

  draw(answer: StateSpaceAnswer, state: State): void {
    const { apart } = answer, { theme } = state;
    this.element.hidden = !apart;
    if (!apart || (this.drawn[0] === answer && this.drawn[1] === theme)) return;
    this.drawn = [answer, theme];
    const hue = rowsOf(state).find(s => s.name === answer.signal)?.hue ?? 'h';
    const spec = distanceSpec({ ...answer, apart }, theme.ink[hue], theme);
    setText(this.claim, spec.claim);
    this.plot.draw(spec, theme);
  }

  dispose(): void { this.plot.dispose(); }
}
