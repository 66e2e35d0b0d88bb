/** Units: what does this unit do, where else do the same units, and where does the state go? */
import { MAIN, type Scene } from '../../../src/protocol';
import type { LabelsAnswer, SilenceAnswer, SilenceEffect, UnitsAnswer } from '../../../src/questions/units';
import type { Asked } from '../../data';
import { el, setText } from '../../dom';
import { l10n } from '../../l10n';
import { directionOf, inputOf, levelOf, memoryOf, rowsOf, shownStep, touches, type Changes, type State } from '../../state';
import { coarsest, keysOf, type TileKey } from '../../tiles';
import { fixed, percent, signed, spoken } from '../../words';
import { showing } from '../../whatIf/showing';
import type { Context, Mounted, View } from '../view';
import { revealing } from '../timeline/layout';
import { UnitPanel } from './card';
import { chance, type Known } from './columns';
import { sparkBucket } from './course';
import { pressKey, showKeys } from './keyboard';
import { keptOf, type Range } from './kept';
import { labelTracks, type LabelTrack } from './labelsFile';
import { SimilarPanel } from './similar';
import { seekSimilar, takeSought } from './sought';
import { signalOf, SpacePanel, type SpaceFacts } from './space';
import { around, Strip } from './strip';
import { tablesOf } from './tables';
import { SPARK_PIXELS, UnitTable } from './unitTable';

export const create: View['create'] = context => new Units(context);

/** Units measured in one question. */
const BATCH = 4;
/** Steps proposed before and after a unit's strongest one. */
const PROPOSED = { before: 3, after: 2 } as const;

/** Labels outlive the tab: they belong to the panel's sequence. */
let brought: { readonly version: number; readonly tracks: readonly LabelTrack[]; readonly name: string } = { version: 0, tracks: [], name: '' };
/** The table that the host last sent. */
let sent: Scene['labels'];

class Units implements Mounted {
  private readonly strip: Strip;
  private readonly table: UnitTable;
  private readonly card: UnitPanel;
  private readonly similar: SimilarPanel;
  private readonly space: SpacePanel;
  private readonly tableClaim = el('p', { class: 'unitsClaim' });
  private readonly file = el('input', { type: 'file', accept: '.csv,.tsv,.txt', hidden: true, 'aria-hidden': 'true', tabindex: -1 });
  private readonly fileWords = el('p', { class: 'note', role: 'status' });
  private readonly plots: HTMLElement;
  private readonly tableHost = el('div', { class: 'tableView', hidden: true });
  readonly element: HTMLElement;
  private readonly watcher: ResizeObserver;
  /** Every unit of this layer is to be measured: its key. */
  private all = '';
  /** This unit of a large network is to be measured. */
  private one = '';
  private effects: { readonly key: string; readonly answer: SilenceAnswer; readonly known: ReadonlyMap<number, SilenceEffect> } | undefined;
  private tracks = new Map<string, Float32Array>();
  private tracksOf = -1;
  private revealed = '';
  private owed = false;

  constructor(private readonly context: Context) {
    const { store, data } = context;
    this.strip = new Strip(store, data);
    this.table = new UnitTable(store, data);
    this.card = new UnitPanel(context, {
      step: by => store.select({ unit: this.table.step(by, store.state.selection.unit) }),
      go: step => this.go(step),
      measure: () => { const { state } = store; this.one = `${this.layerKey(state)}/${state.selection.unit}`; this.redraw(); },
      measureAll: () => { this.all = this.layerKey(store.state); this.redraw(); },
      chooseLabels: () => { if (document.body.dataset['report'] === undefined) context.act('edit:labels'); else this.file.click(); },
    });
    this.similar = new SimilarPanel(store, data, range => this.goRange(range));
    this.space = new SpacePanel(store, data, () => this.redraw());
    this.file.addEventListener('change', () => void this.bring());
    const table = el('section', { class: 'unitsBlock', 'aria-labelledby': 'units-all' }, el('h2', { id: 'units-all' }, l10n('All units')), this.tableClaim, this.fileWords, this.file, this.table.element);
    this.plots = el('div', { class: 'unitsPlots' }, this.strip.element, el('div', { class: 'unitsTop' }, table, this.card.element), el('div', { class: 'unitsBottom' }, this.similar.element, this.space.element));
    this.element = el('div', { class: 'units' }, this.plots, this.tableHost);
    this.watcher = new ResizeObserver(this.measure);
    this.watcher.observe(this.plots);
    window.addEventListener('resize', this.measure);
    data.wishes = state => this.wishes(state);
  }

  private readonly measure = (): void => { this.strip.measure(); };

  update(state: State, changed: Changes): void {
    if (!state.scene || !directionOf(state)) return;
    if (state.scene.revision !== this.tracksOf) { this.tracksOf = state.scene.revision; this.tracks.clear(); this.handed.clear(); }
    const { labels } = state.scene;
    if (labels?.text !== sent?.text || labels?.name !== sent?.name) { sent = labels; this.use(labels); }
    this.strip.build(state);
    this.plots.hidden = state.table;
    this.tableHost.hidden = !state.table;
    const onlyMoved = [...changed].every(key => key === 'hover' || key === 'held' || key === 'pointed' || key === 'progress');
    if (onlyMoved && changed.size > 0 && !state.table) {
      this.strip.follow(state);
      this.space.follow(state, this.range(state).range);
    } else this.draw(state);
    if (touches(changed, 'selection', 'held') || this.owed) this.announce(state);
  }

  key(event: KeyboardEvent): boolean {
    const { store } = this.context;
    return pressKey(event, store, {
      step: by => store.select({ unit: this.table.step(by, store.state.selection.unit) }),
      table: () => store.set({ table: !store.state.table }),
      help: () => this.help(),
      similar: () => seekSimilar(store),
      letGo: () => this.space.letGo(),
    });
  }

  help(): void { showKeys(this.element); }

  dispose(): void {
    this.watcher.disconnect();
    this.space.dispose();
    window.removeEventListener('resize', this.measure);
    if (this.context.data.wishes) this.context.data.wishes = undefined;
  }

  private redraw(): void { this.draw(this.context.store.state); }

  private draw(state: State): void {
    const facts = this.facts(state);
    const { known, range, similar, space } = facts;
    if (state.table) {
      this.tableHost.replaceChildren(tablesOf(state, { known, order: this.table.shown, similar: similar?.answer, space: space.asked?.answer, label: step => this.context.data.label(step) }));
      return;
    }
    this.strip.draw(state, { range: range.range, similar: similar?.answer, boxed: this.space.boxed });
    if (known) {
      setText(this.tableClaim, claimOf(state, known));
      this.table.draw(state, known);
      const now = `${this.layerKey(state)}/${state.selection.unit}`;
      if (now !== this.revealed) {
        if (this.revealed !== '') this.table.reveal(state.selection.unit); // at first the head of the order is seen
        this.revealed = now;
      }
    }
    this.card.draw(state, { known, unit: facts.unit, silence: facts.silence, left: facts.left, offered: facts.offered });
    this.similar.draw(state, { asked: similar, range: range.range, proposed: range.proposed });
    this.space.draw(state, { ...space, range: range.range });
    if (takeSought(known !== undefined && similar?.answer !== undefined && !similar.late)) this.similar.reveal();
  }

  /** Everything that is asked of the worker, as far as it is known. */
  private facts(state: State) {
    const { data } = this.context, { level, direction, unit } = state.selection;
    const at = { run: state.run, level, direction };
    const labels = this.labels(state);
    const table = data.ask('units', { ...at, labels: labels?.version ?? 0 });
    const one = data.ask('unit', { ...at, unit });
    const silence = this.silence(state, table.answer?.units ?? 0);
    const was = state.run === MAIN ? undefined : data.ask('units', { level, direction, labels: this.labels({ ...state, run: MAIN })?.version ?? 0 }, 'baseline').answer;
    const base = was?.units === table.answer?.units && was?.signal === table.answer?.signal ? was : undefined;
    const known: Known | undefined = table.answer && fits(state, table.answer.units) ? { table: table.answer, base, apart: showing(state) === 'difference', effects: this.effects?.known ?? new Map<number, SilenceEffect>(), measure: this.effects?.answer.measure ?? (state.scene?.surprise ? 'bits' as const : 'output' as const) } : undefined;
    const range = this.range(state), { threshold } = keptOf(state);
    const similar = range.range && data.ask('similar', { ...at, ...range.range, ...(threshold === undefined ? {} : { threshold }) });
    const space: SpaceFacts = {
      asked: data.ask('stateSpace', { ...at, signal: signalOf(state), ...(showing(state) === 'difference' ? { against: MAIN } : {}) }), range: range.range,
      course: one.answer?.unit === unit ? { values: one.answer.course, every: one.answer.stride } : undefined,
      tracks: [...(state.scene?.tracks ?? []), ...(labels?.used ?? [])], track: this.track(state),
    };
    return { known, unit: one, silence: silence.asked, left: silence.left, offered: silence.offered ?? false, range, similar, space };
  }

  /** Hands what was brought to the run, once. */
  private labels({ scene, run }: State): LabelsAnswer | undefined {
    if (brought.version === 0) return undefined;
    const key = `${scene?.revision}/${run}/${brought.version}`;
    const known = this.handed.get(key);
    if (known) return known;
    const { answer } = this.context.data.ask('labels', { run, version: brought.version, tracks: brought.tracks }, run);
    if (answer?.version === brought.version) this.handed.set(key, answer);
    return answer;
  }
  private readonly handed = new Map<string, LabelsAnswer>();

  /** The selected unit first, then the others where a person asked for all. */
  private silence(state: State, count: number): { readonly asked: Asked<SilenceAnswer>; readonly left: number; readonly offered?: boolean } {
    const { level, direction, unit } = state.selection, key = this.layerKey(state);
    if (this.effects?.key !== key) this.effects = undefined;
    const missing = (u: number): boolean => !this.effects?.known.has(u);
    if (missing(unit) && !cheap(state) && this.all !== key && this.one !== `${key}/${unit}`) return { asked: { late: true, ...(this.effects ? { answer: this.effects.answer } : {}) }, left: 0, offered: true };
    for (;;) { // an answer that is there makes way for the next question
      const others = this.all === key ? Array.from({ length: count }, (_, u) => u).filter(u => u !== unit && missing(u)) : [];
      const wanted = missing(unit) || others.length === 0 ? [unit] : others.slice(0, BATCH);
      const asked = this.context.data.ask('silence', { run: state.run, level, direction, units: wanted });
      const fresh = asked.answer && !asked.late && asked.answer !== this.effects?.answer ? asked.answer : undefined;
      if (fresh) this.effects = { key, answer: fresh, known: new Map(fresh.effects.map(e => [e.unit, e])) };
      if (fresh && others.length > 0 && fresh.effects.some(e => wanted.includes(e.unit))) continue;
      return { asked: asked.error !== undefined || !this.effects ? asked : { answer: this.effects.answer, late: asked.late }, left: asked.error === undefined ? others.length : 0 };
    }
  }

  private layerKey({ scene, run, selection: { level, direction } }: State): string { return `${scene?.revision}/${run}/${level}/${direction}`; }

  /** What was selected, else the strongest place of the selected unit. */
  private range(state: State): { readonly range: Range | undefined; readonly proposed: boolean } {
    const { range } = keptOf(state);
    if (range) return { range, proposed: false };
    const { level, direction, unit } = state.selection;
    const { answer } = this.context.data.ask('unit', { run: state.run, level, direction, unit });
    if (answer?.unit !== unit) return { range: undefined, proposed: true };
    const of = (p: (typeof answer.high)[number] | undefined): number => Math.abs(p?.values[p.peak - p.from] ?? 0);
    const piece = of(answer.high[0]) >= of(answer.low[0]) ? answer.high[0] : answer.low[0];
    if (!piece) return { range: undefined, proposed: true };
    const steps = state.scene?.steps ?? 0;
    return { range: { from: Math.max(0, piece.peak - PROPOSED.before), to: Math.min(steps, piece.peak + PROPOSED.after) }, proposed: true };
  }

  /** The track that gives the state space its colour. */
  private track(state: State): SpaceFacts['track'] {
    const { colour } = keptOf(state), { host, store } = this.context;
    const own = brought.tracks.find(t => t.name === colour);
    if (own) return own;
    if (!state.scene?.tracks.includes(colour)) return undefined;
    const values = this.tracks.get(colour);
    if (values) return { name: colour, values };
    const revision = this.tracksOf;
    host.track(colour).then(track => {
      if (revision !== this.tracksOf) return;
      this.tracks.set(colour, track);
      store.set({ arrived: store.state.arrived + 1 });
    }, () => undefined);
    return undefined;
  }

  /** Window, overview, exact values at the crosshair, and coarse tiles for the table's courses. */
  private wishes(state: State): readonly TileKey[] {
    const memory = memoryOf(rowsOf(state)), input = inputOf(state), steps = state.scene?.steps ?? 0, { data } = this.context;
    if (!memory || state.plotWidth <= 0) return [];
    const [bucket, coarse, small] = [data.bucket(state), coarsest(steps), sparkBucket(state, SPARK_PIXELS)];
    const names = [memory.name, ...(input && state.scene?.input.axis !== 'characters' ? [input.name] : [])];
    const step = shownStep(state);
    const lanes = (showing(state) === 'difference' ? [state, { ...state, run: MAIN }] : [state]).flatMap(s => names.map(name => ({ ...data.lane(s, name), extremes: true })));
    const keys = (b: number, from: number, to: number): TileKey[] => lanes.flatMap(lane => keysOf(lane, from, to, b, steps));
    return [...data.overview(state), ...keys(coarse, 0, steps), ...keys(small, state.from, state.to), ...keys(bucket, state.from, state.to), ...keys(1, step, step + 1)];
  }

  private go(step: number): void {
    const { store } = this.context, { state } = store;
    store.set({ held: true, ...revealing(state, step, state.scene?.steps ?? 1) });
    store.select({ step });
    if (this.strip.element.getBoundingClientRect().bottom < 40) this.strip.element.scrollIntoView({ block: 'start', behavior: state.theme.reducedMotion ? 'auto' : 'smooth' });
  }

  private goRange(range: Range): void {
    const { store } = this.context;
    store.set(around(range, store.state));
    this.go(range.from);
  }

  /** Reads the file that was chosen, where there is no host to keep it. */
  private async bring(): Promise<void> {
    const [chosen] = this.file.files ?? [];
    this.file.value = '';
    if (chosen) this.use({ name: chosen.name, text: await chosen.text() });
    this.redraw();
  }

  /** Takes a table's labels, or lets go of those before. */
  private use(table: Scene['labels']): void {
    const { tracks, problem } = table ? labelTracks(table.text) : { tracks: [], problem: undefined };
    const rows = tracks[0]?.values.length ?? 0, steps = this.context.store.state.scene?.steps ?? 0;
    setText(this.fileWords, !table ? '' : problem ?? (l10n('{0}: {1} labels', table.name, tracks.length) + (rows === steps ? '.' : l10n('; it has {0} rows for {1} steps.', rows, steps))));
    if (problem === undefined) brought = { version: brought.version + 1, tracks, name: table?.name ?? '' };
  }

  /** Says the unit and its memory at the held step, once that is known exactly. */
  private announce(state: State): void {
    this.owed = false;
    const memory = memoryOf(rowsOf(state));
    if (!state.held || !memory) return;
    const step = shownStep(state), label = this.context.data.label(step), found = this.context.data.value(state, memory.name, state.selection.unit, step);
    this.owed = found === undefined || found.bucket > 1;
    if (!this.owed) this.context.say(l10n('step {0}{1}; unit {2}: {3} {4}', step, label === undefined ? '' : `, ${spoken(label)}`, state.selection.unit, memory.label, fixed(found?.value ?? NaN)));
  }
}

/** Whether the network can be run again for every unit that is looked at: products of a run. */
const cheap = ({ scene }: State): boolean => (scene?.levels.reduce((n, l) => n + l.parameters, 0) ?? 0) * Math.min(scene?.steps ?? 0, 4096) < 1e9;

/** An answer to an earlier question may be of another layer. */
const fits = (state: State, count: number): boolean => (memoryOf(rowsOf(state))?.units ?? levelOf(state)?.units) === count;

/** How many units a change moves. */
function apartWords(table: UnitsAnswer, base: UnitsAnswer): string {
  const { units, signal, activity, halfLife } = table, count = (is: (u: number) => boolean): number => Array.from({ length: units }, (_, u) => u).filter(is).length;
  const lives = (sign: number): number => count(u => sign * ((halfLife?.steps[u] ?? NaN) / (base.halfLife?.steps[u] ?? NaN) - 1) > 0.01);
  const moved = l10n('Changed minus baseline: the deviation of {0} moves by more than 0.01 in {1} of {2} units.', signal, count(u => Math.abs(activity[u]! - base.activity[u]!) > 0.01), units);
  return halfLife && base.halfLife ? `${moved} ${l10n('The half-life becomes longer in {0}, shorter in {1}.', lives(1), lives(-1))}` : moved;
}

/** How many units follow something beyond chance. */
function claimOf(state: State, known: Known): string {
  const { table, base, apart } = known, { follows } = table;
  if (base && apart) return apartWords(table, base);
  if (state.scene?.weights.invented) return l10n('{0} units. Invented weights: what they follow is not tested.', table.units);
  if (follows.tracks.length === 0) return l10n('{0} units. The input has no labels to follow.', table.units);
  const count = Array.from(follows.p.keys()).filter(u => !chance(known, u)).length;
  const changed = state.run === MAIN ? '' : ` ${l10n('Of the changed run.')}`;
  const best = Array.from(follows.r.keys()).reduce((a, u) => (Math.abs(follows.r[u]!) > Math.abs(follows.r[a] || 0) ? u : a), 0);
  const slow = chance(known, best) && Math.abs(follows.r[best] ?? 0) >= 0.7 && follows.shifts > 0
    ? ` ${l10n('The largest r is {0}, but against the labels turned around the sequence some unit is as close in {1} of cases: they repeat, or the sequence is short.', signed(follows.r[best]!), percent(follows.p[best]!))}` : '';
  const every = follows.every > 1 ? l10n(', one step in {0}', follows.every) : '';
  return l10n('{0} of {1} units follow a label beyond chance (Pearson’s correlation r; probability by chance p ≤ 0.05, corrected for {1} units × {2} labels by {3} circular shifts{4}).', count, table.units, follows.tracks.length, follows.shifts, every) + slow + changed;
}
