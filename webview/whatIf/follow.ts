/**
 * Brings the changed run while knobs are turned: one question at a time, always the latest; the views go over to a run only once its
 * numbers of the window are there, so that nothing flickers.
 */
import { MAIN, type RunId } from '../../src/protocol';
import type { WhatIfAnswer, WhatIfAsk } from '../../src/questions/whatIf';
import type { Data } from '../data';
import type { State, Store } from '../state';
import { requestOf, type TileKey } from '../tiles';
import { keptOf } from './kept';
import { departures } from './showing';

/** A question that takes longer than this is overtaken by the next; sooner, and a long run would never be seen while a knob is turned. */
const PATIENCE_MS = 2000;
/** Differences are counted once a knob has rested for so long. */
const REST_MS = 250;
/** Words of progress come after so long. */
const SLOW_MS = 300;

export class Follower {
  /** What can be changed, and the reach of the changes that are shown. */
  answer: WhatIfAnswer | undefined;
  error: string | undefined;
  /** The answer is being waited for, and has been for a while. */
  slow = false;
  private sent = '[]';
  private question: WhatIfAsk = { changes: [] };
  private since = 0;
  private timer = 0;
  private shownAt = 0;
  private rested = false;
  private revision = -1;
  /** The changed run whose numbers are there. */
  private run: RunId | undefined;

  constructor(private readonly store: Store, private readonly data: Data) {}

  /** Asks, and goes over to the run that is ready. */
  update(state: State): void {
    const { scene } = state;
    if (!scene) return;
    if (scene.revision !== this.revision) this.restart(scene.revision);
    const { on, changes, shown } = keptOf(state);
    if (!on && changes.length === 0 && this.run === undefined && this.sent === '[]') return;
    const wanted = JSON.stringify(changes);
    const busy = this.since > 0;
    if (wanted !== this.sent && (!busy || performance.now() - this.since > PATIENCE_MS)) this.send(state, wanted);
    const asked = this.data.ask('whatIf', this.question, 'whatIf');
    this.slow = asked.late && busy && performance.now() - this.since > SLOW_MS;
    if (!asked.late) {
      this.error = asked.error;
      if (asked.answer) this.take(state, asked.answer);
      else this.since = 0;
    }
    const run = !on || shown === 'baseline' ? MAIN : this.run ?? MAIN;
    this.watch(state);
    if (state.run !== run) this.store.set({ run });
    if (this.since === 0 && wanted !== this.sent) this.update(state);
    else this.askDeparture();
  }

  private send(state: State, wanted: string): void {
    this.sent = wanted;
    const changes = JSON.parse(wanted) as WhatIfAsk['changes'], steps = state.scene?.steps ?? 1;
    // What is on the screen comes along: one way to and fro, however many windows.
    const seen = changes.length > 0 && drawsTiles(state) ? [...this.seen(state, CHANGED), ...this.data.overview({ ...state, run: CHANGED })].map(key => requestOf(key, 0, steps)) : [];
    this.question = { changes, seen: seen.map(({ run: _run, revision: _revision, ...window }) => window) };
    this.since = performance.now();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.store.set({ arrived: this.store.state.arrived + 1 }), SLOW_MS + 20);
  }

  private take(state: State, answer: WhatIfAnswer): void {
    this.answer = answer;
    if (answer.run === undefined) { this.run = undefined; this.since = 0; return; }
    if (answer.run === this.run) { this.since = 0; return; }
    if (answer.tiles) this.data.tiles.take(answer.tiles);
    const missing = drawsTiles(state) ? this.seen(state, answer.run).filter(key => !this.data.tiles.get(key)) : [];
    if (missing.length > 0) { this.data.tiles.want(missing); return; }
    this.run = answer.run;
    this.since = 0;
    this.shownAt = performance.now();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.store.set({ arrived: this.store.state.arrived + 1 }), REST_MS + 20);
  }

  private askDeparture(): void {
    if (this.run === undefined) { departures.delete(this.data); return; }
    if (this.since > 0 || performance.now() - this.shownAt < REST_MS) { this.rested = false; return; } // not between two turns of a knob
    if (!this.rested) {
      this.rested = true;
      if (this.data.wishes === this.wishes) this.data.tiles.want(this.wishes(this.store.state));
    }
    const { answer } = this.data.ask('departure', { run: this.run }, 'whatIf');
    if (answer) departures.set(this.data, answer);
  }

  /** While changed numbers are shown, those of the baseline are wanted beside them. */
  private watch(state: State): void {
    const beside = this.run !== undefined && state.view === 'timeline';
    if (beside && !this.data.wishes) this.data.wishes = this.wishes;
    if (!beside && this.data.wishes === this.wishes) this.data.wishes = undefined;
  }

  private readonly wishes = (state: State): readonly TileKey[] => {
    const rest = this.rested ? this.data.overview(state, true) : [];
    return [...this.seen(state, state.run), ...this.seen(state, MAIN), ...this.data.overview(state), ...rest];
  };

  /** What is read on the screen. */
  private seen(state: State, run: RunId): TileKey[] { return this.data.seen({ ...state, run }); }

  private restart(revision: number): void {
    departures.delete(this.data);
    Object.assign(this, { revision, sent: '[]', question: { changes: [] }, since: 0, run: undefined, answer: undefined, error: undefined, slow: false });
  }
}

/** Of a run that has no name yet. */
const CHANGED = 'changed';

const drawsTiles = ({ view, table }: State): boolean => view === 'timeline' && !table;
