/**
 * Brings the changed run while knobs are turned: one question at a time, always the latest; the views go over to a run only once its
 * numbers of the window are there, so that nothing flickers.
 */
import { MAIN, type RunId, type Tile } from '../../src/protocol';
import type { SeenWindow, WhatIfAnswer, WhatIfAsk } from '../../src/questions/whatIf';
import type { Data } from '../data';
import { rowsOf, type State, type Store } from '../state';
import type { TileKey } from '../tiles';
import { tilesOf, windowOf } from './brought';
import { keptOf, type Shown } from './kept';
import { apart, departures, scaleIn } from './showing';

/** A question that takes longer than this is overtaken by the next; sooner, and a long run would never be seen while a knob is turned. */
const PATIENCE_MS = 2000;
/** Once a knob stood still for so long, what was asked on the way is overtaken at once. */
const STILL_MS = 80;
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
  /** Of the windows that come with the answer. */
  private keys: readonly TileKey[] = [];
  private since = 0;
  private timer = 0;
  private shownAt = 0;
  private rested = false;
  private revision = -1;
  /** Where the knobs stand, and since when. */
  private latest = '[]';
  private latestAt = 0;
  private shown: Shown = 'changed';
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
    if (shown !== this.shown) [this.shown, this.shownAt, this.rested] = [shown, 0, false]; // other numbers are wanted, as if at rest
    if (wanted !== this.sent && (!busy || this.overtakes(wanted))) this.send(state, wanted);
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

  /** Whether what is asked now need not be waited for. */
  private overtakes(wanted: string): boolean {
    const now = performance.now();
    if (wanted !== this.latest) {
      [this.latest, this.latestAt] = [wanted, now];
      window.setTimeout(() => this.update(this.store.state), STILL_MS + 5);
    }
    return now - this.latestAt > STILL_MS || now - this.since > PATIENCE_MS;
  }

  private send(state: State, wanted: string): void {
    this.sent = this.latest = wanted;
    const changes = JSON.parse(wanted) as WhatIfAsk['changes'];
    // What is on the screen comes along: one way to and fro, however many windows.
    this.keys = changes.length > 0 && drawsTiles(state) ? this.turning(state, CHANGED) : [];
    this.question = { changes, seen: this.keys.map(key => this.windowOf(state, key)) };
    this.since = performance.now();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.store.set({ arrived: this.store.state.arrived + 1 }), SLOW_MS + 20);
  }

  private take(state: State, answer: WhatIfAnswer): void {
    this.answer = answer;
    if (answer.run === undefined) { this.run = undefined; this.since = 0; return; }
    if (answer.run === this.run) { this.since = 0; return; }
    const { run } = answer;
    if (answer !== this.taken) this.data.tiles.take(tilesOf(answer, this.question.seen ?? [], this.revision, k => this.baseline(this.keys[k])));
    this.taken = answer;
    const missing = drawsTiles(state) ? this.turning(state, run).flatMap(key => this.missing(key, run)) : [];
    if (missing.length > 0) { this.data.tiles.want(missing); return; }
    this.run = run;
    this.since = 0;
    this.shownAt = performance.now();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.store.set({ arrived: this.store.state.arrived + 1 }), REST_MS + 20);
  }

  private taken: WhatIfAnswer | undefined;

  /** What is drawn at once of a run; as differences where those are shown. */
  private turning(state: State, run: RunId): TileKey[] {
    const minus = keptOf(state).shown === 'difference';
    const whole = this.data.overview({ ...state, run }).map(key => ({ ...key, rough: true }));
    return [...this.data.turning({ ...state, run }).map(key => (minus && key.rough ? { ...key, run: apart(run) } : key)), ...whole];
  }

  private windowOf(state: State, key: TileKey): SeenWindow {
    const minus = key.run === apart(CHANGED), signal = rowsOf(state).find(s => s.name === key.signal);
    const scale = key.rough && signal ? scaleIn(this.data, { ...state, run: minus ? CHANGED : MAIN }, signal) : undefined;
    return windowOf(key, state.scene?.steps ?? 1, scale, minus);
  }

  private baseline(key: TileKey | undefined): Tile | undefined {
    return key && this.data.tiles.get(plain(key));
  }

  /** What has to be fetched for a tile that did not come. */
  private missing(key: TileKey, run: RunId): TileKey[] {
    const { tiles } = this.data;
    if (tiles.get(key)) return [];
    if (key.run !== apart(run)) return [key];
    return [{ ...plain(key), run }, plain(key)].filter(k => !tiles.has(k));
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
    if (!this.rested && state.run !== MAIN) return [...this.turning(state, state.run).filter(key => key.run === state.run), ...this.seen(state, MAIN)];
    return [...this.seen(state, state.run), ...this.seen(state, MAIN), ...this.data.overview(state), ...(this.rested ? this.data.overview(state, true) : [])];
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

/** The baseline's. */
const plain = ({ run: _run, rough: _rough, ...key }: TileKey): TileKey => key;

const drawsTiles = ({ view, table }: State): boolean => view === 'timeline' && !table;
