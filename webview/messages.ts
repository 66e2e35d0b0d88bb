/** What stands above or instead of the plots: nothing to show yet, progress, what went wrong, things to know. */
import type { Action, Note } from '../src/protocol';
import { button, el, icon } from './dom';
import { setBusy } from './header';
import { touches, type Changes, type State } from './state';
import type { Context } from './views/view';
import { grouped } from './words';

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
      el('h1', {}, 'No recurrent layer is shown yet.'),
      el('p', {}, 'Put the cursor on ', el('code', {}, 'nn.LSTM(…)'), ', ', el('code', {}, 'keras.layers.GRU(…)'), ' or the like and run ', el('b', {}, 'Visualize LSTM'), ', or open a checkpoint or a trace.'),
      el('p', { class: 'actions' }, ...this.links([{ id: 'open', label: 'Open a checkpoint or trace…' }])));
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
    const count = total > 1 ? ` ${grouped(done)} of ${grouped(total)}` : '';
    const bar = el('div', { class: total > 0 ? 'meter' : 'meter unknown', role: 'progressbar', 'aria-label': what, 'aria-valuemin': 0, 'aria-valuemax': total, 'aria-valuenow': done }, el('i'));
    (bar.firstElementChild as HTMLElement).style.width = total > 0 ? `${(100 * done) / total}%` : '100%';
    const cancel = this.progress.querySelector('button') ?? button('link', () => this.context.act('cancel'), {}, 'Cancel');
    this.progress.replaceChildren(bar, el('span', {}, `${what}${count}`), cancel);
  }

  /** The last good view stays below. */
  private drawProblem({ problem }: State): void {
    if (!problem) return this.problem.replaceChildren();
    const close = button('tool', () => this.context.store.set({ problem: undefined }), { 'aria-label': 'Close message', title: 'Close' }, icon('close'));
    this.problem.replaceChildren(icon('error'), el('div', {}, el('h2', {}, problem.title), ...problem.lines.map(line => el('p', {}, line)), el('p', { class: 'actions' }, ...this.links(problem.actions))), close);
  }

  private drawNotes(notes: readonly Note[]): void {
    const shown = this.allNotes ? notes : notes.slice(0, NOTES_SHOWN);
    const rest = notes.length - shown.length;
    this.notes.replaceChildren(
      ...shown.map(note => el('p', { class: `note ${note.severity}` }, icon(ICONS[note.severity]), el('span', {}, el('span', { class: 'hidden' }, `${note.severity}: `), note.text), ...this.links(note.actions ?? []))),
      ...(rest > 0 ? [button('link', () => { this.allNotes = true; this.drawNotes(notes); }, {}, `${rest} more`)] : []));
  }

  private links(actions: readonly Action[]): HTMLElement[] {
    return actions.map(({ id, label }) => button('link', () => this.context.act(id), {}, label));
  }
}
