/** The side panel's Inspector: the selected unit at the selected step, every signal's value and its line around it. */
import type { WeightsAnswer } from '../src/questions/weights';
import { connect, type HostApi, type Scene, type SceneSignal, type Selection, type Tile, type WebviewApi } from '../src/protocol';
import { button, el, setAttributes } from './dom';
import { l10n, term } from './l10n';
import { weightsSection } from './inspectorWeights';
import { drawSparkline } from './sparkline';
import { placeOf } from './tiles';
import { readTheme, watchTheme, type Theme } from './theme';
import { vsCodeWindow } from './vscode';
import { fixed, visible } from './words';

const AROUND = 24;
const TEXT = 16;

const body = el('main', { class: 'inspector' });
document.body.append(body);
let theme: Theme = readTheme();
let scene: Scene | undefined;
let selection: Selection | undefined;
let turn = 0;
let scheduled = false;
let last: { readonly tiles: readonly (Tile | undefined)[]; readonly labels: readonly string[]; readonly from: number; readonly life: number | undefined; readonly weights: { readonly signal: string; readonly answer: WeightsAnswer } | undefined } | undefined;

const api: WebviewApi = {
  scene: (shown, state) => {
    const other = scene?.reference !== shown.reference;
    scene = shown;
    if (state) selection = state.selection;
    else if (other && !fits(shown, selection)) selection = undefined;
    refresh();
  },
  selected: part => {
    const first = { level: (scene?.levels.length ?? 1) - 1, direction: 0, unit: 0, step: 0, signal: '' };
    selection = { ...(selection ?? first), ...part };
    refresh();
  },
  progress: () => undefined,
  failed: () => { if (!scene) draw(); },
  pinned: () => undefined,
  command: () => undefined,
};
const { port } = vsCodeWindow();
const host = connect<HostApi>(port, api);
watchTheme(() => requestAnimationFrame(() => { theme = readTheme(); draw(); }));
new ResizeObserver(() => draw()).observe(document.body);
host.ready().catch(() => undefined);
document.body.addEventListener('dragover', event => { event.preventDefault(); });
document.body.addEventListener('drop', event => {
  event.preventDefault();
  const list = event.dataTransfer?.getData('application/vnd.code.uri-list') || event.dataTransfer?.getData('text/uri-list');
  if (list) host.act('drop', list).catch(() => undefined);
});
draw();

function fits(shown: Scene, at: Selection | undefined): boolean {
  const level = at && shown.levels[at.level];
  return Boolean(at && level && at.unit < level.units && at.step < shown.steps && level.directions[at.direction]);
}

const signals = (): readonly SceneSignal[] => (selection && scene?.levels[selection.level]?.directions[selection.direction]?.signals.filter(s => s.kind !== 'input')) ?? [];

/** Asks once a frame; answers of an older turn are dropped. */
function refresh(): void {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => { scheduled = false; void load(); });
}

async function load(): Promise<void> {
  const mine = ++turn;
  if (!scene || !selection || !fits(scene, selection)) return draw();
  const { level, direction, unit, step } = selection, signal = selection.signal || firstGate();
  const [from, to] = [Math.max(0, step - AROUND), Math.min(scene.steps, step + AROUND)];
  const ask = { revision: scene.revision, level, direction, from, to, columns: to - from };
  const quietly = <T>(answer: Promise<T>): Promise<T | undefined> => answer.catch(() => undefined);
  const [labels, card, tiles, weights] = await Promise.all([
    quietly(host.labels(Math.max(0, step - TEXT), Math.min(scene.steps, step + TEXT))), quietly(host.card(level, direction, unit)),
    quietly(host.tiles(signals().map(s => ({ ...ask, signal: s.name, part: { first: unit, end: unit + 1 } })))),
    quietly(host.ask('weights', { level, direction, unit, signal }) as Promise<WeightsAnswer>), // a trace has none
  ]);
  if (mine !== turn) return;
  last = { tiles: tiles ?? [], labels: labels ?? [], from: Math.max(0, step - TEXT), life: card?.unit === unit ? card.halfLife?.steps : undefined, weights: weights && { signal, answer: weights } };
  draw();
}

/** Whose weights are shown before a signal is chosen. */
const firstGate = (): string => (signals().find(s => s.kind === 'gate') ?? signals()[0])?.name ?? '';

function draw(): void {
  if (!scene || !selection || !last) {
    const words = scene ? l10n('Select a unit in the panel.') : l10n('Visualize a layer to see its units here, or drop a checkpoint or trace.');
    const open = scene ? [] : [button('link', () => { host.act('open').catch(() => undefined); }, {}, l10n('Open a checkpoint or trace…'))];
    return body.replaceChildren(el('h1', { class: 'hidden' }, l10n('Inspector')), el('p', { class: 'note' }, words), ...open);
  }
  const { unit, step } = selection;
  const invented = scene.weights.invented ?? scene.input.invented;
  const list = el('div', { class: 'signals' }, ...signals().map((signal, k) => row(signal, last?.tiles[k])));
  const { signal: focused, matrix } = document.activeElement instanceof HTMLElement ? document.activeElement.dataset : {};
  body.replaceChildren(
    el('div', { class: 'top2' }, el('h1', {}, l10n('Unit {0}', unit)), el('span', {}, `t ${step}`),
      ...(last.life === undefined ? [] : [el('span', { class: 'life' }, Number.isFinite(last.life) ? l10n('half-life {0}', fixed(last.life, 1)) : l10n('half-life unbounded'))])),
    ...(last.labels.length > 0 ? [context(last.labels, step - last.from)] : []),
    list,
    ...weightsOf(),
    ...(invented ? [el('p', { class: 'invented' }, l10n('invented: {0}', invented.words))] : []),
    button('link', () => { host.act('show').catch(() => undefined); }, {}, l10n('Show in Timeline')));
  if (focused) list.querySelector<HTMLElement>(`[data-signal="${CSS.escape(focused)}"]`)?.focus();
  if (matrix) body.querySelector<HTMLElement>(`[data-matrix="${CSS.escape(matrix)}"]`)?.focus();
  list.querySelectorAll<HTMLCanvasElement>('canvas').forEach((canvas, k) => sparkline(canvas, signals()[k], last?.tiles[k]));
}

function weightsOf(): HTMLElement[] {
  const shown = last?.weights, signal = signals().find(s => s.name === shown?.signal);
  const section = shown && signal && selection && weightsSection(shown.answer, signal, selection.unit, theme, chooseUnit);
  return section ? [section] : [];
}

function chooseUnit(unit: number): void {
  if (!selection) return;
  selection = { ...selection, unit };
  host.select(selection).catch(() => undefined);
  refresh();
}

function context(labels: readonly string[], at: number): HTMLElement {
  if (scene?.input.axis !== 'characters') return el('p', { class: 'context' }, labels[at] ?? '');
  const text = (part: readonly string[]): string => part.map(visible).join('');
  return el('p', { class: 'context' }, text(labels.slice(0, at)), el('mark', {}, visible(labels[at] ?? '')), text(labels.slice(at + 1)));
}

function row(signal: SceneSignal, tile: Tile | undefined): HTMLElement {
  const value = valueOf(tile, selection?.step ?? 0);
  const canvas = el('canvas', { 'aria-hidden': 'true' });
  const made = button('signalRow', () => select(signal.name), { 'data-signal': signal.name },
    el('span', { class: 'letter' }, signal.name), el('span', { class: 'label' }, term(signal.label)),
    el('span', { class: 'number' }, value === undefined ? '–' : fixed(value, 3)), el('span', { class: 'sparkline' }, canvas));
  made.classList.add(`hue-${signal.hue}`);
  setAttributes(made, { 'aria-current': signal.name === selection?.signal ? 'true' : undefined });
  return made;
}

function select(signal: string): void {
  if (!selection) return;
  selection = { ...selection, signal };
  host.select(selection).catch(() => undefined);
  refresh();
}

/** Of the selected unit: another one's tile may still be there, and a projected state has fewer units. */
const isOwn = (tile: Tile): boolean => tile.units > 0 && placeOf(tile, selection?.unit ?? 0) === 0;

function valueOf(tile: Tile | undefined, step: number): number | undefined {
  return tile && isOwn(tile) ? tile.mean[step - tile.from] : undefined;
}

function sparkline(canvas: HTMLCanvasElement, signal: SceneSignal | undefined, tile: Tile | undefined): void {
  const width = canvas.parentElement?.clientWidth ?? 0;
  if (!signal || !tile || width < 20 || !selection) return;
  drawSparkline(canvas, width, isOwn(tile) ? tile.mean : new Float32Array(tile.columns).fill(NaN), selection.step - tile.from, theme.ink[signal.hue], signal.kind === 'gate', theme);
}
