/** What stands above or instead of the plots: nothing to show yet, progress, what went wrong, things to know. */
import type { Action, Note } from '../src/protocol';
import { button, el, filled, icon } from './dom';
import { setBusy } from './header';
import { l10n, told } from './l10n';
import { touches, type Changes, type State } from './state';
import type { Context } from './views/view';
import { grouped, severityWords } from './words';

/** Shorter waits show no bar. */
const PATIENCE = 300;
const NOTES_SHOWN = 2;
const ICONS = { info: 'info', warning: 'warning', error: 'error' } as const;

export class Messages {
  private readonly progress = el('div', { class: 'progress', hidden: true });
  private readonly problem = el('div', { class: 'problem', role: 'alert' });
  private readonly notes = el('div', { class: 'notes' });
  private readonly empty = el('section', { class: 'empty', hidden: true });
  private readonly title = el('h1', { class: 'hidden' }, 'Gatescope');
  readonly element = el('div', { class: 'messages' }, this.title, this.progress, this.problem, this.notes, this.empty);
  private allNotes = false;
  private waiting = true;
  private timer = 0;
  private late = false;

  constructor(private readonly context: Context) {
    this.empty.append(
      el('h1', {}, l10n('No recurrent layer is shown yet.')),
      el('p', {}, ...filled(l10n('Put the cursor on {0}, {1} or the like and run {2}, or open a checkpoint or a trace.'), el('code', {}, 'nn.LSTM(…)'), el('code', {}, 'keras.layers.GRU(…)'), el('b', {}, l10n('Visualize LSTM')))),
      el('p', { class: 'actions' }, ...this.links([{ id: 'open', label: l10n('Open a checkpoint or trace…') }])));
    window.setTimeout(() => { this.waiting = false; this.drawEmpty(context.store.state); }, 4 * PATIENCE);
  }

  draw(state: State, changed: Changes): void {
    if (touches(changed, 'progress')) this.drawProgress(state);
    if (touches(changed, 'problem')) this.drawProblem(state);
    if (touches(changed, 'scene')) this.drawNotes(state.scene?.notes ?? []);
    this.drawEmpty(state);
  }

  private drawEmpty({ scene, progress, problem }: State): void {
    this.empty.hidden = this.waiting || Boolean(scene ?? progress ?? problem);
    this.title.hidden = Boolean(scene) || !this.empty.hidden;
  }

  private drawProgress({ progress }: State): void {
    setBusy(document.body, progress !== undefined);
    if (!progress) {
      window.clearTimeout(this.timer);
      this.timer = 0;
      this.late = false;
      this.progress.hidden = true;
      return;
    }
    if (this.timer === 0) this.timer = window.setTimeout(() => { this.late = true; this.drawProgress(this.context.store.state); }, PATIENCE);
    this.progress.hidden = !this.late;
    const { done, total, what } = progress;
    const bar = el('div', { class: total > 0 ? 'meter' : 'meter unknown', role: 'progressbar', 'aria-label': told(what), 'aria-valuemin': 0, 'aria-valuemax': total, 'aria-valuenow': done }, el('i'));
    (bar.firstElementChild as HTMLElement).style.width = total > 0 ? `${(100 * done) / total}%` : '100%';
    const cancel = this.progress.querySelector('button') ?? button('link', () => this.context.act('cancel'), {}, l10n('Cancel'));
    this.progress.replaceChildren(bar, el('span', {}, total > 1 ? l10n('{0} {1} of {2}', told(what), grouped(done), grouped(total)) : told(what)), cancel);
  }

  /** The last good view stays below. */
  private drawProblem({ problem }: State): void {
    if (!problem) return this.problem.replaceChildren();
    const close = button('tool', () => this.context.store.set({ problem: undefined }), { 'aria-label': l10n('Close message'), title: l10n('Close') }, icon('close'));
    this.problem.replaceChildren(icon('error'), el('div', {}, el('h2', {}, problem.title), ...problem.lines.map(line => el('p', {}, line)), el('p', { class: 'actions' }, ...this.links(problem.actions))), close);
  }

  private drawNotes(notes: readonly Note[]): void {
    const shown = this.allNotes ? notes : notes.slice(0, NOTES_SHOWN);
    const rest = notes.length - shown.length;
    this.notes.replaceChildren(
      ...shown.map(note => el('p', { class: `note ${note.severity}` }, icon(ICONS[note.severity]), el('span', {}, el('span', { class: 'hidden' }, `${severityWords(note.severity)}: `), note.text), ...this.links(note.actions ?? []))),
      ...(rest > 0 ? [button('link', () => { this.allNotes = true; this.drawNotes(notes); }, {}, l10n('{0} more', rest))] : []));
  }

  private links(actions: readonly Action[]): HTMLElement[] {
    return actions.map(({ id, label }) => button('link', () => this.context.act(id), {}, label));
  }
}
