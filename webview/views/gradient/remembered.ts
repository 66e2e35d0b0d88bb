/** Words of the memory section: writes and erasures of the unit, and how far the layer reaches against a lag that it must remember. */
import type { GradientSpreadAnswer } from '../../../src/questions/gradient';
import type { MemoryAnswer } from '../../../src/questions/memory';
import type { Data } from '../../data';
import { button, el, icon } from '../../dom';
import { l10n } from '../../l10n';
import type { Store } from '../../state';
import { fixed, spoken } from '../../words';
import { goToStep } from './goTo';
import { by, stepsFigure, stepsWords } from './wording';

/** Writes and erasures of the unit, a button each; the step of the crosshair is marked. */
export function eventsList({ events, looked, state = 'h', keep = '' }: MemoryAnswer, unit: number, step: number, data: Data, store: Store): HTMLElement {
  const about = l10n('Erases: {0} under 0.1. Writes: puts in at least half of the most that any step does. Steps {1} to {2}.', keep, looked.from, looked.to - 1);
  if (events.length === 0) return el('p', { class: 'note' }, l10n('Unit {0} is neither written nor erased by much.', unit), ' ', about);
  return el('div', {},
    el('ol', { class: 'gradient-events' }, ...events.map(e => {
      const label = data.label(e.step);
      const what = e.kind === 'write' ? l10n('writes') : l10n('erases');
      return el('li', {}, button('gradient-event', () => goToStep(store, e.step), e.step === step ? { 'aria-current': 'true' } : {},
        el('span', { class: 'gradient-step' }, `t ${e.step}`), el('span', { class: 'gradient-label' }, label === undefined ? '' : spoken(label)),
        el('b', { class: `gradient-${e.kind}` }, what), el('span', { class: 'gradient-change' }, `${keep} ${fixed(e.keep)}, ${state} ${fixed(e.before)} → ${fixed(e.after)}`)));
    })),
    el('p', { class: 'note' }, about));
}

/** A number of steps that is no limit where as far was looked. */
const atLeast = (reach: number, most: number): string => (reach >= most ? l10n('at least {0}', stepsWords(most)) : stepsWords(reach));

interface Known { readonly spread?: GradientSpreadAnswer | undefined; readonly memory?: MemoryAnswer | undefined }

/** How far the layer reaches, as a list of facts; beside them what they were, where that is given and differs. */
export function reachFacts(spread: GradientSpreadAnswer | undefined, memory: MemoryAnswer | undefined, unit: number, base: Known = {}): HTMLElement {
  const was = new Map(factsOf(base.spread, base.memory, unit));
  const shown = ([name, value]: readonly [string, string]): string => { const old = was.get(name); return old === undefined || old === value ? value : l10n('{0}, was {1}', value, old); };
  return el('dl', { class: 'gradient-facts' }, ...factsOf(spread, memory, unit).flatMap(fact => [el('dt', {}, fact[0]), el('dd', {}, shown(fact))]));
}

function factsOf(spread: GradientSpreadAnswer | undefined, memory: MemoryAnswer | undefined, unit: number): [string, string][] {
  const facts: [string, string][] = [];
  for (const { name, reach, spread: its } of spread?.states ?? []) facts.push([l10n('gradient {0}', by(name)), atLeast(Math.max(0, reach), its.median.length - 1)]);
  if (memory?.keep !== undefined) {
    const { reach, timeConstants, halfLives, runs } = memory;
    facts.push([l10n('state {0}, unit that keeps longest', memory.state ?? ''), atLeast(reach.longest, reach.most)]);
    facts.push([l10n('state {0}, middle unit', memory.state ?? ''), atLeast(Math.round(reach.median), reach.most)]);
    facts.push([l10n('state {0}, unit {1}', memory.state ?? '', unit), atLeast(reach.units[unit] ?? 0, reach.most)]);
    facts.push([l10n('half-life of unit {0}', unit), stepsFigure(halfLives[unit] ?? NaN)]);
    facts.push([l10n('time constant 1/(1 − mean {0})', memory.keep), stepsFigure(timeConstants[unit] ?? NaN)]);
    facts.push([l10n('runs that keep half: median, longest'), `${runs.median} / ${runs.longest}`]);
  }
  return facts;
}

/** Whether a lag can be learnt and kept; nothing where none is given. */
export function lagWords(lag: number, spread: GradientSpreadAnswer | undefined, memory: MemoryAnswer | undefined): HTMLElement[] {
  if (lag === 0) return [];
  const lines: [boolean, string][] = [];
  const reach = Math.max(0, ...(spread?.states ?? []).map(s => s.reach)), looked = (spread?.states[0]?.spread.median.length ?? 1) - 1;
  if (spread && reach < lag) lines.push(reach >= looked ? [false, l10n('The gradient was followed over {0} only.', stepsWords(looked))] : [false, l10n('The gradient does not reach {0}: in the median, 1% of it is left for {1}.', stepsWords(lag), stepsWords(reach))]);
  else if (spread) lines.push([true, l10n('The gradient reaches {0}.', stepsWords(lag))]);
  if (memory?.keep !== undefined) {
    const { reach: { longest, most, units } } = memory;
    const able = Array.from(units).filter(r => r >= lag).length;
    if (longest < lag) lines.push(longest >= most ? [false, l10n('Memory was followed over {0} only.', stepsWords(most))] : [false, l10n('No unit remembers {0}: the longest keeps 1% for {1}.', stepsWords(lag), stepsWords(longest))]);
    else lines.push([true, able === 1 ? l10n('One unit keeps 1% that long.') : l10n('{0} units keep 1% that long.', able)]);
  }
  return lines.map(([good, text]) => el('p', { class: good ? 'gradient-good' : 'gradient-bad' }, icon(good ? 'pass' : 'warning'), el('span', {}, text)));
}
