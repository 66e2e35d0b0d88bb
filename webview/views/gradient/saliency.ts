/** To which steps of the input is the loss sensitive? A text coloured by |dL/dx|, or the strongest features as rows. */
import type { GradientAnswer } from '../../../src/questions/gradient';
import { el, setAttributes, setText } from '../../dom';
import { l10n } from '../../l10n';
import { directionOf, type State, type Store } from '../../state';
import type { Data } from '../../data';
import { faded } from '../../theme';
import { figures, percent, spoken, visible } from '../../words';
import { table } from './table';
import { Heat } from './heat';
import { goToStep } from './goTo';
import { stepsWords } from './wording';

/** Decades that the colours of characters tell apart. */
const DECADES = 4;
/** Text on it stays readable. */
const MOST_ALPHA = 0.35;

/** The section on dL/dx. */
export class Saliency {
  private readonly claim = el('p', { class: 'gradient-claim' });
  private readonly text = el('div', { class: 'gradient-text', role: 'img', tabindex: 0 });
  private readonly tableHost = el('div', { hidden: true });
  private readonly heat: Heat;
  readonly element = el('div', { class: 'gradient-figure' }, this.claim, this.text);
  private made: { readonly answer: GradientAnswer; readonly key: string } | undefined;

  constructor(private readonly store: Store, private readonly data: Data) {
    this.heat = new Heat((_, distance) => this.goBack(distance));
    this.element.append(this.heat.element, this.tableHost);
    this.text.addEventListener('click', event => {
      const at = event.target instanceof HTMLElement ? event.target.dataset['distance'] : undefined;
      if (at !== undefined) this.goBack(Number(at));
    });
  }

  /** `base`: the same before what if changed it. */
  draw(answer: GradientAnswer, state: State, base?: GradientAnswer): void {
    const written = state.scene?.input.axis === 'characters';
    const steps = this.steps(answer, state);
    const labels = steps.map(t => this.data.label(t));
    const key = `${labels.filter(l => l !== undefined).length} ${state.theme.look} ${state.table} ${base ? base.input.join() : ''}`;
    if (this.made?.answer === answer && this.made.key === key) return;
    this.made = { answer, key };
    const before = base?.step === answer.step && base.input.length === answer.input.length ? ` ${l10n('Before the change: {0}', claimOf(base, steps, written ? labels : []))}` : '';
    const claim = claimOf(answer, steps, written ? labels : []) + before;
    setText(this.claim, claim);
    this.claim.hidden = state.table;
    this.text.hidden = !written || state.table;
    this.heat.element.hidden = written || state.table || answer.features.indices.length === 0;
    this.tableHost.hidden = !state.table;
    if (state.table) this.tableHost.replaceChildren(this.table(claim, answer, steps, labels));
    else if (written) this.write(answer, state, labels, claim);
    else this.rows(answer, state, claim);
  }

  dispose(): void { this.heat.dispose(); }

  private goBack(distance: number): void {
    const step = this.made ? this.steps(this.made.answer, this.store.state)[distance] : undefined;
    if (step !== undefined) goToStep(this.store, step);
  }

  /** The steps by distance. */
  private steps({ step, input }: GradientAnswer, state: State): number[] {
    const sign = directionOf(state)?.direction === 'reverse' ? 1 : -1;
    return Array.from(input, (_, d) => step + sign * d);
  }

  /** In the order of the text, whichever way the layer reads it. */
  private write({ input }: GradientAnswer, { theme }: State, labels: readonly (string | undefined)[], claim: string): void {
    const most = input.reduce((a, v) => Math.max(a, v), 0);
    const reverse = directionOf(this.store.state)?.direction === 'reverse';
    const distances = [...labels.keys()];
    setAttributes(this.text, { 'aria-label': claim });
    this.text.replaceChildren(...(reverse ? distances : distances.reverse()).map(d => {
      const strength = most > 0 && input[d]! > 0 ? Math.max(0, 1 + Math.log10(input[d]! / most) / DECADES) : 0;
      const cell = el('span', { class: `gradient-character${d === 0 ? ' gradient-loss' : ''}`, 'data-distance': d }, visible(labels[d] ?? ' '));
      cell.style.backgroundColor = faded(theme.ink.h, MOST_ALPHA * strength ** 1.5);
      cell.style.boxShadow = `inset 0 -${Math.round(5 * strength)}px ${theme.ink.h}`;
      return cell;
    }));
  }

  private rows({ features: { indices, values } }: GradientAnswer, state: State, claim: string): void {
    const { level } = state.selection;
    const columns = level === 0 ? state.scene?.input.columns : undefined;
    const logs = values.map(v => Math.log10(v));
    const names = indices.map(k => columns?.[k] ?? (level === 0 ? l10n('feature {0}', k) : l10n('unit {0} below', k)));
    if (indices.length > 0) this.heat.draw({ claim, logs, rows: indices.length, order: indices.map((_, k) => k), hue: 'h', chosen: -1, height: Math.max(20, 18 * indices.length), names }, state.theme);
  }

  private table(claim: string, { input }: GradientAnswer, steps: readonly number[], labels: readonly (string | undefined)[]): HTMLElement {
    return el('div', { class: 'tableHost', tabindex: 0, role: 'region', 'aria-label': claim },
      table(claim, [l10n('step'), l10n('input'), '|dL/dx|'], steps.map((t, d) => [String(t), spoken(labels[d] ?? ''), figures(input[d]!)])));
  }
}

/** How near the loss the input matters, and where most. */
function claimOf({ input }: GradientAnswer, steps: readonly number[], labels: readonly (string | undefined)[]): string {
  const total = input.reduce((a, v) => a + v, 0);
  if (Number.isNaN(total)) return l10n('|dL/dx| is not a number: something in these steps is not finite.');
  if (!(total > 0)) return l10n('No step of the input has any effect on this loss.');
  let [sum, within] = [0, 0];
  while (sum < total / 2 && within < input.length) sum += input[within++]!;
  const strongest = input.indexOf(input.reduce((a, v) => Math.max(a, v), 0));
  const label = labels[strongest];
  const place = label === undefined ? l10n('step {0}', steps[strongest]!) : l10n('step {0}, “{1}”', steps[strongest]!, spoken(label));
  return l10n('Half of |dL/dx|, added up, lies within {0} of the loss; the strongest is {1}, with {2} of it all.', stepsWords(within), place, percent(input[strongest]! / total));
}
