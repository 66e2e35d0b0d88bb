/** Gradient and memory: how far back can the loss teach, and how long does each unit remember? */
import type { GradientAnswer, GradientSpreadAnswer, JacobiansAnswer, LossAsk } from '../../../src/questions/gradient';
import type { HealthAnswer } from '../../../src/questions/health';
import type { MemoryAnswer } from '../../../src/questions/memory';
import { MAIN } from '../../../src/protocol';
import type { Asked } from '../../data';
import { el, setText } from '../../dom';
import { l10n, told } from '../../l10n';
import { drawn as probed } from '../../probe';
import { directionOf, levelOf, memoryOf, rowsOf, touches, type Changes, type State } from '../../state';
import { showing } from '../../whatIf/showing';
import { selected } from '../../range';
import type { Context, Mounted, View } from '../view';
import { distanceDifference, livesDifference, logDifference, pathDifference, retentionDifference, saturationDifference } from './difference';
import { distanceSpec, fateWords, hueOf, jacobianSpec, lossWords, pathSpec } from './distance';
import { Figure } from './figure';
import { findingsList, weightTable } from './findings';
import { decadesOf, Heat } from './heat';
import { pressKey, showKeys } from './keyboard';
import { halfLifeSpec, retentionSpec, saturationSpec } from './memory';
import { eventsList, lagWords, reachFacts } from './remembered';
import { Saliency } from './saliency';
import { Segments } from './segments';
import { DISTANCES, keepSetting, MOST_LAG, settingsOf, type Settings } from './settings';
import { power } from '../../plot/plot';
import { livesTable, specTable } from './table';
import { by, share } from './wording';

/** The view. */
export const create: View['create'] = context => new Gradient(context);

interface Answers {
  readonly one: Asked<GradientAnswer>;
  readonly spread: Asked<GradientSpreadAnswer>;
  readonly jacobians: Asked<JacobiansAnswer>;
  readonly memory: Asked<MemoryAnswer>;
  readonly health: Asked<HealthAnswer>;
  /** Before what if changed it; absent where nothing is changed. */
  readonly base: Baseline;
  /** What is drawn is what the change did, wherever the baseline's answer is there. */
  readonly apart: boolean;
}

interface Baseline {
  readonly spread?: GradientSpreadAnswer | undefined;
  readonly memory?: MemoryAnswer | undefined;
  readonly one?: GradientAnswer | undefined;
  readonly health?: HealthAnswer | undefined;
  readonly jacobians?: JacobiansAnswer | undefined;
}

const SECTIONS = [
  ['distance', l10n('Gradient against distance')], ['path', l10n('By which path?')], ['saliency', l10n('Which inputs matter to it?')],
  ['memory', l10n('How long does it remember?')], ['saturation', l10n('Saturation')], ['health', l10n('Is anything dead or stuck?')],
] as const;
type SectionId = typeof SECTIONS[number][0];

class Gradient implements Mounted {
  readonly element: HTMLElement;
  private readonly sections: Readonly<Record<SectionId, HTMLElement>>;
  private readonly loss: Segments;
  private readonly distance: Segments;
  private readonly stateChoice: Segments;
  private readonly time: Segments;
  private readonly lossNote = el('span', { class: 'note' });
  private readonly spreadFigure: Figure;
  private readonly heat: Heat;
  private readonly heatNote = el('p', { class: 'note gradient-scale' });
  private readonly pathFigure = new Figure();
  private readonly jacobianFigure = new Figure();
  private readonly saliency: Saliency;
  private readonly saliencyWords = el('p', { class: 'gradient-words', hidden: true });
  private readonly retention: Figure;
  private readonly halfLives: Figure;
  private readonly lagInput = el('input', { type: 'number', min: 0, max: MOST_LAG, step: 1, id: 'gradient-lag' });
  private readonly reach = el('div', { class: 'gradient-reach' });
  private readonly events = el('div', {});
  private readonly saturations = el('div', { class: 'gradient-triangles' });
  private readonly health = el('div', {});
  private readonly weights = el('div', {});
  private gates: { readonly key: string; readonly figures: readonly Figure[] } = { key: '', figures: [] };
  /** What the parts were last made from, so that the same is not made again. */
  private readonly made = new Map<string, readonly unknown[]>();
  private said = '';

  constructor(private readonly context: Context) {
    const { store, data } = context;
    const choose = (patch: (id: string) => Partial<Settings>) => (id: string): void => keepSetting(store, patch(id));
    this.loss = new Segments(l10n('Loss'), choose(id => ({ loss: id as Settings['loss'] })));
    this.distance = new Segments(l10n('Steps back'), choose(id => ({ distance: Number(id) })));
    this.stateChoice = new Segments(l10n('State whose units are drawn'), choose(id => ({ state: id })));
    this.time = new Segments(l10n('Time axis'), choose(id => ({ logTime: id === 'log' })));
    this.spreadFigure = new Figure(hit => keepSetting(store, { lag: settingsOf(store.state).lag === hit.point.x ? 0 : Math.round(hit.point.x) }));
    this.heat = new Heat(unit => store.select({ unit }));
    const lineUnit = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? NaN);
    this.retention = new Figure(hit => { const unit = lineUnit(hit.series); if (Number.isInteger(unit)) store.select({ unit }); });
    this.halfLives = new Figure(hit => { if (hit.id !== undefined) store.select({ unit: hit.id }); });
    this.saliency = new Saliency(store, data);
    this.lagInput.addEventListener('change', () => keepSetting(store, { lag: Math.max(0, Math.min(MOST_LAG, Math.round(Number(this.lagInput.value) || 0))) }));
    data.wishes = () => [];
    this.sections = this.build();
    const nav = el('nav', { class: 'gradient-nav', 'aria-label': l10n('Sections') }, ...SECTIONS.map(([id, title]) => {
      const link = el('button', { type: 'button', class: 'link' }, title);
      link.addEventListener('click', () => { this.sections[id].scrollIntoView({ block: 'start' }); this.sections[id].querySelector<HTMLElement>('h2')?.focus(); });
      return link;
    }));
    this.element = el('div', { class: 'gradient' }, nav, el('div', { class: 'gradient-grid' }, ...SECTIONS.map(([id]) => this.sections[id])));
  }

  update(state: State, changed: Changes): void {
    if (!state.scene || !directionOf(state)) return;
    if (!touches(changed, 'scene', 'selection', 'run', 'own', 'arrived', 'theme', 'table', 'units', 'view', 'range') && this.made.size > 0) return;
    probed.state = () => this.context.store.state;
    this.element.classList.toggle('gradient-invented', Boolean(state.scene.weights.invented ?? state.scene.input.invented));
    const settings = settingsOf(state);
    const answers = this.ask(state, settings);
    this.drawLoss(state, settings, answers);
    this.drawDistance(state, settings, answers);
    this.drawPath(state, answers);
    this.drawSaliency(state, answers);
    this.drawMemory(state, settings, answers);
    this.drawHealth(state, answers);
    this.announce(state, answers);
  }

  key(event: KeyboardEvent): boolean { return pressKey(event, this.context.store, () => this.help()); }

  help(): void { showKeys(this.element); }

  dispose(): void {
    for (const figure of [this.spreadFigure, this.pathFigure, this.jacobianFigure, this.retention, this.halfLives, ...this.gates.figures]) figure.dispose();
    this.heat.dispose();
    this.saliency.dispose();
    this.context.data.wishes = undefined;
  }

  private build(): Readonly<Record<SectionId, HTMLElement>> {
    const control = (label: string, ...parts: HTMLElement[]): HTMLElement => el('div', { class: 'gradient-control' }, el('span', { 'aria-hidden': 'true' }, label), ...parts);
    const lag = el('div', { class: 'gradient-control' }, el('label', { for: 'gradient-lag' }, l10n('Must remember')), this.lagInput, el('span', {}, l10n('steps')));
    const parts: Readonly<Record<SectionId, readonly HTMLElement[]>> = {
      distance: [
        el('div', { class: 'gradient-controls' }, control(l10n('Loss'), this.loss.element), control(l10n('Steps back'), this.distance.element)), this.lossNote,
        this.spreadFigure.element, el('div', { class: 'gradient-controls' }, el('h3', {}, l10n('Every unit, for this loss')), this.stateChoice.element), this.heat.element, this.heatNote,
      ],
      path: [this.pathFigure.element, el('h3', {}, l10n('What could get through at most')), this.jacobianFigure.element],
      saliency: [this.saliencyWords, this.saliency.element],
      memory: [el('div', { class: 'gradient-columns' },
        el('div', {}, el('div', { class: 'gradient-controls' }, el('h3', {}, l10n('What is left, from the crosshair on')), this.time.element), this.retention.element),
        el('div', {}, el('h3', {}, l10n('Half-life')), this.halfLives.element),
        el('div', {}, el('h3', {}, l10n('Effective receptive field')), lag, this.reach)),
      el('h3', {}, l10n('When the unit is written and erased')), this.events],
      saturation: [this.saturations],
      health: [this.health, this.weights],
    };
    return Object.fromEntries(SECTIONS.map(([id, title]) => [id, el('section', { class: `gradient-section gradient-${id}`, 'aria-labelledby': `gradient-${id}` }, el('h2', { id: `gradient-${id}`, tabindex: -1 }, title), ...parts[id])])) as unknown as Readonly<Record<SectionId, HTMLElement>>;
  }

  /** The heavy one waits for the others. */
  private ask(state: State, { loss, distance, state: wanted }: Settings): Answers {
    const { data } = this.context;
    const { level, direction, unit, step } = state.selection;
    const at = { run: state.run, level, direction };
    const range = selected(state);
    const about = { ...at, loss, distance, ...(loss === 'unit' ? { unit } : {}), ...(loss === 'range' && range ? { range } : {}) };
    const spread = data.ask('gradientSpread', about);
    const one = data.ask('gradient', { ...about, step, state: this.shownState(state, wanted) });
    const memory = data.ask('memory', { ...at, unit, step, distance });
    const health = data.ask('health', at);
    const quiet = [spread, one, memory, health].every(a => !a.late);
    if (quiet) this.jacobians = data.ask('jacobians', { ...at, step, distance });
    else if (this.jacobians) this.jacobians = { ...this.jacobians, late: true };
    if (state.run === MAIN) this.base = {};
    else if (quiet) this.base = this.askBaseline({ level, direction }, { ...about, run: MAIN }, { unit, step, distance, state: this.shownState(state, wanted) });
    return { spread, one, memory, health, jacobians: this.jacobians ?? { late: true }, base: this.base, apart: showing(state) === 'difference' };
  }
  private jacobians: Asked<JacobiansAnswer> | undefined;
  private base: Baseline = {};

  private askBaseline(at: { readonly level: number; readonly direction: number }, about: LossAsk, { unit, step, distance, state }: { readonly unit: number; readonly step: number; readonly distance: number; readonly state: string }): Baseline {
    const { data } = this.context;
    const known = <T>({ answer, error }: Asked<T>): T | undefined => (error === undefined ? answer : undefined);
    const [spread, one] = [data.ask('gradientSpread', about, 'baseline'), data.ask('gradient', { ...about, step, state }, 'baseline')];
    const [memory, health] = [data.ask('memory', { ...at, unit, step, distance }, 'baseline'), data.ask('health', at, 'baseline')];
    const last = this.jacobians?.late === false && !spread.late && !one.late ? known(data.ask('jacobians', { ...at, step, distance }, 'baseline')) : this.base.jacobians;
    return { spread: known(spread), one: known(one), memory: known(memory), health: known(health), jacobians: last };
  }

  private statesOf(state: State): string[] { return rowsOf(state).filter(s => s.kind === 'state').map(s => s.name); }

  private shownState(state: State, wanted: string): string {
    const names = this.statesOf(state);
    return names.includes(wanted) ? wanted : memoryOf(rowsOf(state))?.name ?? 'h';
  }

  /** True where any of the things changed since the part was made. */
  private changed(part: string, ...from: readonly unknown[]): boolean {
    const before = this.made.get(part);
    if (before && before.length === from.length && before.every((v, k) => v === from[k])) return false;
    this.made.set(part, from);
    return true;
  }

  private drawLoss(state: State, { loss, distance, state: wanted, logTime, lag }: Settings, { spread }: Answers): void {
    const { unit, step } = state.selection;
    const range = selected(state), target = spread.answer?.target ?? (state.scene?.surprise ? 'nextCharacter' : undefined);
    this.loss.draw([
      { id: 'sum', label: l10n('sum of h') }, { id: 'unit', label: l10n('unit {0}', unit) },
      ...(range ? [{ id: 'range', label: l10n('selected steps') }] : []),
      ...(target || loss === 'target' ? [{ id: 'target', label: target === 'nextRow' ? l10n('next row') : l10n('next character') }] : []),
    ], loss);
    this.distance.draw(DISTANCES.map(d => ({ id: String(d), label: String(d) })), String(distance));
    const names = this.statesOf(state);
    this.stateChoice.draw(names.map(n => ({ id: n, label: by(n) })), this.shownState(state, wanted));
    this.time.draw([{ id: 'linear', label: l10n('linear') }, { id: 'log', label: 'log' }], logTime ? 'log' : 'linear');
    if (document.activeElement !== this.lagInput) this.lagInput.value = lag > 0 ? String(lag) : '';
    const parts = names.map(n => `${by(n)} ${l10n('is the gradient of that loss by the {0} {1}', rowsOf(state).find(s => s.name === n)?.label ?? '', n)}`).join(', ');
    const select = range ? '' : ` ${l10n('Select steps in the timeline (Shift+drag) for a loss over all of them.')}`;
    setText(this.lossNote, l10n('Loss L: {0}. {1}.', lossWords(loss, unit, step, target, range), parts) + select);
  }

  private drawDistance(state: State, { lag }: Settings, { spread, one, base, apart }: Answers): void {
    const { theme, table } = state;
    if (this.spreadFigure.has(spread) && this.changed('distance', spread.answer, one.answer, base.spread, apart, lag, theme, table)) {
      this.spreadFigure.draw(apart && base.spread ? distanceDifference(spread.answer, base.spread, lag, theme) : distanceSpec(spread.answer, one.error === undefined ? one.answer : undefined, lag, theme, base.spread), state);
    }
    const shown = one.answer && one.error === undefined && !table;
    this.heat.element.hidden = this.heatNote.hidden = !shown;
    if (shown) this.drawHeat(state, one.answer, apart ? base.one : undefined);
  }

  /** Every unit's gradient; where a baseline is given, how much larger it became. */
  private drawHeat(state: State, one: GradientAnswer, base: GradientAnswer | undefined): void {
    const { theme, units, selection } = state;
    if (!this.changed('heat', one, base, theme, units, selection.unit)) return;
    const { state: name, count } = one.units;
    const order = units.length === count ? units : Int32Array.from({ length: count }, (_, k) => k);
    const was = base?.step === one.step && base.units.state === name && base.units.logs.length === one.units.logs.length ? base : undefined;
    const logs = was ? logDifference(one, was) : one.units.logs, decades = decadesOf(logs, was !== undefined);
    const claim = was ? l10n('|{0}| of {1} units against the distance from step {2}, changed divided by baseline.', by(name), count, one.step) : l10n('|{0}| of {1} units against the distance from step {2}, by a log colour of {3} decades.', by(name), count, one.step, decades);
    this.heat.draw({ claim, logs, rows: count, order, hue: hueOf(name), chosen: selection.unit, height: Math.max(96, Math.min(220, 3 * count)), apart: was !== undefined }, theme);
    setText(this.heatNote, was ? l10n('|{0}|: colours from {1} to {2} of what it was; the middle is as before.', by(name), share(10 ** -decades), share(10 ** decades))
      : l10n('|{0}|: each colour from full down to {1} of the largest; a click selects the unit.', by(name), power(Number(`1e-${decades}`))));
  }

  private drawPath(state: State, { spread, one, jacobians, base, apart }: Answers): void {
    const { theme, table, selection } = state;
    if (this.pathFigure.has(spread) && this.changed('path', spread.answer, base.spread, apart, theme, table)) {
      const spec = (apart && base.spread ? pathDifference(spread.answer, base.spread, theme) : undefined) ?? pathSpec(spread.answer, theme, base.spread);
      if (spec) this.pathFigure.draw(spec, state);
      else this.pathFigure.say(l10n('No gate of this cell keeps a state, so that there is no direct path: every step goes through the recurrent weights. What a step can let through is below.'));
    }
    const known = one.answer?.step === selection.step && (one.answer.within ?? 1) === 1 ? one.answer : undefined;
    if (!this.jacobianFigure.has(jacobians) || jacobians.late || !this.changed('jacobians', jacobians.answer, known, spread.answer, base.jacobians, theme, table)) return;
    const spec = jacobianSpec(jacobians.answer, known, spread.answer?.bound, selection.step, theme, base.jacobians);
    if (spec) this.jacobianFigure.draw(spec, state);
    else this.jacobianFigure.say(jacobians.answer.refused ? told(jacobians.answer.refused) : jacobians.answer.distances.length > 0 ? l10n('Something in these steps is not finite, so that no product of their Jacobians is.') : l10n('One step of this layer takes too long for its Jacobian to be worked out here.'));
  }

  private drawSaliency(state: State, { one, base }: Answers): void {
    const failed = one.error ?? (one.answer ? undefined : l10n('Working it out…'));
    this.saliencyWords.hidden = failed === undefined;
    this.saliencyWords.classList.toggle('gradient-waiting', one.error === undefined);
    this.saliency.element.hidden = failed !== undefined;
    setText(this.saliencyWords, failed ?? '');
    if (one.answer && failed === undefined) this.saliency.draw(one.answer, state, base.one);
  }

  private drawMemory(state: State, { logTime, lag }: Settings, { memory, spread, base, apart }: Answers): void {
    const { theme, table, selection: { unit, step } } = state;
    const answer = memory.error === undefined ? memory.answer : undefined;
    const gateless = answer && answer.keep === undefined;
    if (this.retention.has(memory) && this.changed('retention', answer, base.memory, apart, logTime, lag, unit, theme, table)) {
      const was = apart && base.memory?.units === answer?.units && base.memory?.step === answer?.step ? base.memory : undefined;
      this.time.element.hidden = Boolean(gateless) || was !== undefined;
      if (gateless) {
        this.retention.say(l10n('No gate of this cell keeps a state: each step makes h anew, so that nothing is left as it was. The gradient says how far it is felt.'));
        this.halfLives.say(l10n('Without a keep gate there is no half-life.'));
      } else if (was) {
        this.retention.draw(retentionDifference(memory.answer, was, unit, lag, theme), state);
        this.halfLives.draw(livesDifference(memory.answer, was, unit, theme), state);
      } else {
        this.retention.draw(retentionSpec(memory.answer, unit, logTime, lag, theme, base.memory), state);
        if (memory.answer.halfLives.every(Number.isNaN)) this.halfLives.say(l10n('No half-life is known: the keep gate {0} is never a number.', memory.answer.keep ?? ''));
        else this.halfLives.draw(halfLifeSpec(memory.answer, unit, theme), state, spec => livesTable(spec, memory.answer));
      }
    } else if (memory.error !== undefined) this.halfLives.say(memory.error);
    if (this.changed('reach', answer, spread.answer, base.memory, base.spread, lag, unit)) this.reach.replaceChildren(...lagWords(lag, spread.answer, answer), reachFacts(spread.answer, answer, unit, base));
    if (answer && this.changed('events', answer, step, state.arrived)) this.drawEvents(answer, unit, step, Boolean(gateless));
  }

  private drawEvents(answer: MemoryAnswer, unit: number, step: number, gateless: boolean): void {
    const focused = [...this.events.querySelectorAll('button')].indexOf(document.activeElement as HTMLButtonElement);
    this.events.replaceChildren(gateless ? el('p', { class: 'note' }, l10n('Without a keep gate nothing is written or erased: it is made anew.')) : eventsList(answer, unit, step, this.context.data, this.context.store));
    if (focused >= 0) this.events.querySelectorAll('button')[focused]?.focus();
  }

  private drawHealth(state: State, { health, base, apart }: Answers): void {
    const { answer } = health;
    const signals = directionOf(state)?.signals ?? [];
    if (!answer || health.error !== undefined) {
      const words = el('p', { class: 'gradient-words' }, health.error ?? l10n('Working it out…'));
      if (this.changed('health', health.error)) this.health.replaceChildren(words);
      return;
    }
    this.drawSaturation(state, answer, apart ? base.health : undefined);
    if (!this.changed('health', answer)) return;
    this.health.replaceChildren(findingsList(answer, signals, this.context.store));
    this.weights.replaceChildren(answer.weights ? weightTable(answer.weights, signals) : el('p', { class: 'gradient-words' }, l10n('A trace holds signals but no weights; open its checkpoint to see them.')));
  }

  private drawSaturation(state: State, { saturation }: HealthAnswer, base: HealthAnswer | undefined): void {
    const { store } = this.context;
    const key = saturation.map(s => s.signal).join();
    if (key !== this.gates.key || (this.gates.figures.length === 0 && saturation.length > 0)) {
      for (const figure of this.gates.figures) figure.dispose();
      this.gates = { key, figures: saturation.map(() => new Figure(hit => { if (hit.id !== undefined) store.select({ unit: hit.id }); })) };
      this.saturations.replaceChildren(...this.gates.figures.map(f => f.element));
    }
    const { theme, table, selection: { unit } } = state;
    for (const [k, its] of saturation.entries()) {
      const signal = rowsOf(state).find(s => s.name === its.signal);
      const was = base?.saturation.find(s => s.signal === its.signal && s.low.length === its.low.length);
      const [hue, label] = [signal?.hue ?? 'h', signal?.label || its.signal];
      if (this.changed(`saturation ${k}`, its, was, theme, table, unit)) this.gates.figures[k]?.draw(was ? saturationDifference(its, was, hue, label, unit, theme) : saturationSpec(its, hue, label, unit, theme), state, spec => specTable({ ...spec, lines: [] }));
    }
  }

  /** Says what the crosshair is on, once its numbers are there. */
  private announce(state: State, { one, spread }: Answers): void {
    if (one.late || !one.answer || !state.held) return;
    const words = l10n('step {0}, unit {1}, {2}: {3}', state.selection.step, state.selection.unit, levelOf(state)?.name ?? '', (spread.answer?.states ?? []).map(s => fateWords(s.name, s.fate)).join(' '));
    if (words !== this.said) this.context.say(words);
    this.said = words;
  }
}
