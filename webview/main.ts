/** The panel: joins the host, keeps the state, shows the view. */
import { connect, MAIN, type HostApi, type Scene, type Selection, type ViewState, type WebviewApi } from '../src/protocol';
import { openBinding } from './binding';
import { Data } from './data';
import { el, setAttributes } from './dom';
import { Header } from './header';
import { term } from './l10n';
import { Live } from './live';
import { first, marked } from './marks';
import { Messages } from './messages';
import { pictureCommands } from './picture';
import { togglePlay } from './play';
import { exposeProbe } from './probe';
import { fit } from './restore';
import { Store, touches, type State } from './state';
import { readTheme, watchTheme } from './theme';
import { VIEWS } from './views';
import { revealing } from './views/timeline/layout';
import type { Context, Mounted } from './views/view';
import { vsCodeWindow } from './vscode';
import { WhatIf } from './whatIf';

const SELECT_MS = 100;
const SAVE_MS = 300;

const { port, kept } = vsCodeWindow();
const store = new Store(firstState());
const host = connect<HostApi>(port, webviewApi());
const live = new Live();
const data = new Data(store, host, report);
const context: Context = { store, data, host, say: words => live.say(words), act: (id, value) => { host.act(id, value).catch(report); } };
const header = new Header(context, () => void openBinding(context, document.body), () => mounted?.view.help());
const messages = new Messages(context);
const whatIf = new WhatIf(context);
const stage = el('div', { id: 'view', class: 'view' });
let mounted: { readonly id: string; readonly view: Mounted } | undefined;

document.body.append(header.element, el('main', {}, messages.element, whatIf.element, stage, live.element));
store.listen((state, changed) => {
  marked(() => {
    header.draw(state, changed);
    messages.draw(state, changed);
    whatIf.update(state, changed);
    const now = store.state; // what if may have gone over to another run: it is drawn in this very frame
    showView(now);
    mounted?.view.update(now, now.run === state.run ? changed : new Set([...changed, 'run']));
  });
  if (touches(changed, 'arrived') && data.painted(state)) first('painted');
  if (touches(changed, 'selection', 'hover', 'held')) tell();
  if (touches(changed, 'selection', 'from', 'to', 'range', 'open', 'order', 'view', 'own')) keep();
});
document.addEventListener('keydown', event => {
  if (!whatIf.key(event) && !mounted?.view.key(event) && !chooseView(event) && !playKey(event)) return;
  event.preventDefault();
  event.stopPropagation();
}, true);
watchTheme(() => requestAnimationFrame(() => store.set({ theme: readTheme() })));
exposeProbe(state => data.bucket(state), state => data.painted(state), () => data.ordered);
host.ready().catch(report);

/** Commands of the palette that the panel carries out. */
const commands: Readonly<Record<string, () => void>> = {
  showTable: () => store.set({ table: !store.state.table }),
  binding: () => void openBinding(context, document.body),
  ...pictureCommands(host, words => live.say(words)),
};

function firstState(): State {
  return {
    view: VIEWS[0]?.id ?? '', scene: undefined, progress: undefined, problem: undefined, panelPinned: false,
    selection: { level: 0, direction: 0, unit: 0, step: 0, signal: '' }, held: false, hover: undefined, pointed: undefined, from: 0, to: 1, range: undefined, open: [], order: 'index',
    units: new Int32Array(0), card: undefined, track: undefined, surprise: undefined, arrived: 0, theme: readTheme(), plotWidth: 0, viewHeight: window.innerHeight, table: false, playing: false, run: MAIN, own: {},
  };
}

/** What the host may call. */
function webviewApi(): WebviewApi {
  return {
    scene: show,
    progress: progress => store.set({ progress: progress ?? undefined }),
    failed: problem => store.set({ problem: problem ?? undefined }),
    selected: selection => {
      const { from, to, scene, selection: before } = store.state;
      told = { ...before, ...selection };
      store.select(selection);
      if (selection.step === undefined || selection.step === before.step) return;
      store.set({ held: true, ...revealing({ from, to }, selection.step, scene?.steps ?? 1) });
    },
    pinned: panelPinned => store.set({ panelPinned }),
    command: id => {
      const [kind, value = ''] = id.split(':');
      if (kind === 'colors') document.body.dataset['colors'] = value;
      else if (kind === 'view') store.set(VIEWS.some(v => v.id === value) ? { view: value } : {});
      else commands[id]?.();
    },
  };
}

/** Another run of the same keeps unit, step and zoom where they fit. */
function show(scene: Scene, saved?: ViewState): void {
  const { state } = store;
  const before = state.scene?.reference === scene.reference
    ? { selection: state.selection, from: state.from, to: state.to, range: state.range, open: state.open, order: state.order, view: state.view, own: state.own, ...elsewhere(state, scene) }
    : saved ?? kept.read(scene.reference);
  const width = state.plotWidth || Math.max(300, document.body.clientWidth - (document.body.clientWidth > 900 ? 540 : 24));
  store.set({ scene, ...(state.scene?.revision === scene.revision ? {} : { ...fit(scene, before, width), hover: undefined, pointed: undefined, run: MAIN }) });
}

/** In another sequence the selected steps mean nothing, and who saw a whole one sees the whole other. */
function elsewhere({ scene: old, from, to }: State, scene: Scene): Partial<ViewState> {
  if (old?.sequences?.at === scene.sequences?.at && old?.sequences?.pieces.length === scene.sequences?.pieces.length) return {};
  return { range: undefined, ...(from <= 0 && to >= (old?.steps ?? Infinity) ? { from: 0, to: scene.steps } : {}) };
}

/** Mounts the view that is wanted, once its code is there; the one before stays until then. */
function showView(state: State): void {
  const view = VIEWS.find(v => v.id === state.view);
  if (!state.scene || !view || wanted === view.id) return;
  wanted = view.id;
  view.load().then(({ create }) => {
    if (wanted !== view.id) return;
    mounted?.view.dispose();
    mounted = { id: view.id, view: create(context) };
    setAttributes(stage, { role: 'tabpanel', 'aria-labelledby': `tab-${view.id}` });
    stage.replaceChildren(mounted.view.element);
    mounted.view.update(store.state, new Set(Object.keys(store.state) as (keyof State)[]));
  }, report);
}
let wanted = '';

let told: Selection | undefined;
let telling = 0;
/** Tells the side panel at most ten times a second, the last selection always. */
function tell(): void {
  if (telling !== 0) return;
  telling = window.setTimeout(() => {
    telling = 0;
    const { selection, held, hover } = store.state;
    const now = held || hover === undefined ? selection : { ...selection, step: hover };
    if (told && (Object.keys(now) as (keyof Selection)[]).every(key => told?.[key] === now[key])) return;
    told = now;
    host.select(now).catch(report);
  }, SELECT_MS);
}

let keeping = 0;
/** Saves once things have come to rest. */
function keep(): void {
  window.clearTimeout(keeping);
  keeping = window.setTimeout(() => {
    const { selection, from, to, range, open, order, scene, view, own } = store.state;
    if (!scene) return;
    const state: ViewState = { selection, from, to, range, open, order, view, own };
    kept.write(scene.reference, state);
    host.save(state).catch(report);
  }, SAVE_MS);
}

/** p plays, and stops. */
function playKey(event: KeyboardEvent): boolean {
  if (event.key !== 'p' || isTyping(event) || !store.state.scene) return false;
  togglePlay(store);
  return true;
}

const isTyping = (event: KeyboardEvent): boolean =>
  event.ctrlKey || event.metaKey || event.altKey || (event.target instanceof HTMLElement && event.target.closest('input, select, textarea, dialog') !== null);

/** 1, 2, 3 ... show the view of that place among the tabs. */
function chooseView(event: KeyboardEvent): boolean {
  const view = isTyping(event) ? undefined : VIEWS[Number(event.key) - 1];
  if (!view || !store.state.scene) return false;
  store.set({ view: view.id });
  return true;
}

/** Errors of calls to the host, unless a better explained one is shown. */
function report(error: Error): void {
  if (!store.state.problem) store.set({ problem: { title: term(error.message), lines: [], actions: [] } });
}
