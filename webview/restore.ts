/** What to show first: what was saved as far as it fits the scene, else a window that can be read and the rows that matter most. Pure. */
import type { Scene, SceneSignal, Selection, ViewState } from '../src/protocol';
import { rangeIn } from './range';
import { memoryOf, type State } from './state';
import { VIEWS } from './views/index';
import { clampSpan } from './views/timeline/layout';

/** Pixels a character on first sight. */
const CHARACTER = 8;

/** Saved or present state made to fit: numbers inside the scene's sizes, names that exist. */
export function fit(scene: Scene, saved: ViewState | undefined, width: number): Required<Omit<ViewState, 'range'>> & Pick<State, 'range'> {
  const level = clamp(saved?.selection.level ?? scene.levels.length - 1, scene.levels.length);
  const direction = clamp(saved?.selection.direction ?? 0, scene.levels[level]?.directions.length ?? 1);
  const signals = (scene.levels[level]?.directions[direction]?.signals ?? []).filter(s => s.kind !== 'input');
  const span = clampSpan(saved && saved.to > saved.from ? saved : firstSpan(scene, width), scene.steps);
  const step = clamp(saved?.selection.step ?? Math.floor((span.from + span.to) / 2), scene.steps);
  const unit = clamp(saved?.selection.unit ?? 0, scene.levels[level]?.units ?? 1);
  const known = (name: string): boolean => signals.some(s => s.name === name);
  const signal = saved && known(saved.selection.signal) ? saved.selection.signal : keepGate(signals)?.name ?? memoryOf(signals)?.name ?? '';
  const selection: Selection = { level, direction, unit, step, signal };
  return { selection, ...span, range: rangeIn(saved?.range, scene.steps), open: saved ? saved.open.filter(known) : firstOpen(signals), order: saved?.order ?? 'coactivation', view: VIEWS.find(v => v.id === (saved?.view ?? scene.view))?.id ?? VIEWS[0]?.id ?? '', own: saved?.own ?? {} };
}

const clamp = (value: number, count: number): number => (Number.isFinite(value) ? Math.max(0, Math.min(count - 1, Math.floor(value))) : 0);

/** The gate that keeps the past: f of an LSTM, z of a GRU. */
const keepGate = (signals: readonly SceneSignal[]): SceneSignal | undefined => signals.find(s => s.kind === 'gate' && s.hue === 'f');

function firstSpan(scene: Scene, width: number): { readonly from: number; readonly to: number } {
  const readable = scene.input.axis === 'characters' ? Math.max(40, Math.floor(width / CHARACTER)) : scene.steps;
  return { from: 0, to: Math.min(scene.steps, readable) };
}

function firstOpen(signals: readonly SceneSignal[]): string[] {
  return [keepGate(signals), memoryOf(signals)].flatMap(s => (s ? [s.name] : []));
}
