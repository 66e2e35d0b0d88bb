/** What hovers remember of the last run of each layer: a few lines, taken from the panel when it has new numbers. */
import type * as vscode from 'vscode';
import type { Scene, SceneSignal, Tile } from '../protocol';
import type { Panel } from './panel';
import type { Panels } from './panels';
import type { Line, Run } from './sparkline';

const columns = 80;
/** More layers than these are forgotten, oldest first. */
const most = 64;
const runs = new Map<string, Run>();
const seen = new WeakMap<Panel, number>();

/** The last run of what a reference names, as `referenceOf` makes them. */
export const lastRun = (reference: string): Run | undefined => runs.get(reference);

/** Keeps a picture of what panels have run, from now on. */
export function rememberRuns(panels: Panels): vscode.Disposable {
  return panels.onDidChange(panel => {
    const scene = panel?.session.scene;
    if (!panel || !scene || seen.get(panel) === scene.revision) return;
    seen.set(panel, scene.revision);
    void remember(panel, scene);
  });
}

async function remember(panel: Panel, scene: Scene): Promise<void> {
  const level = scene.levels[0];
  const signals = level?.directions[0]?.signals ?? [];
  const gates = signals.filter(s => s.kind === 'gate');
  const h = signals.find(s => s.name === 'h');
  if (!level || scene.steps < 2 || (gates.length === 0 && !h)) return;
  try {
    const drawn = gates.length > 0 ? gates.slice(0, 4) : h ? [h] : [];
    const tiles = await panel.session.tiles(drawn.map(s => ({ revision: scene.revision, level: 0, direction: 0, signal: s.name, from: 0, to: scene.steps, columns, ...(gates.length > 0 ? {} : { extremes: true }) })));
    const lines = gates.length > 0 ? drawn.flatMap((s, k) => tiles[k] ? [meanLine(s, tiles[k])] : []) : drawn.flatMap((s, k) => tiles[k] ? rangeLines(s, tiles[k]) : []);
    runs.delete(scene.reference);
    const [top, bottom] = gates.length > 0 ? [1, 0] : range(lines);
    runs.set(scene.reference, { units: level.units, inputSize: level.inputSize, steps: scene.steps, layer: level.name, invented: scene.weights.invented !== undefined, lines, top, bottom });
    for (const old of [...runs.keys()].slice(0, Math.max(0, runs.size - most))) runs.delete(old);
  } catch {
    // Another run began meanwhile: its own numbers come after it.
    seen.delete(panel);
  }
}

function meanLine({ name, hue, stats }: SceneSignal, tile: Tile): Line {
  return { signal: name, label: 'mean', hue, mean: stats.mean, values: perColumn(tile.mean, tile, row => row.reduce((a, b) => a + b, 0) / row.length) };
}

/** The least and the greatest unit. */
function rangeLines({ name, hue, stats }: SceneSignal, tile: Tile): Line[] {
  const line = (values: readonly number[], signal: string): Line => ({ signal, label: 'range', hue, mean: stats.mean, values });
  return [line(perColumn(tile.max ?? tile.mean, tile, row => Math.max(...row)), `max ${name}`), line(perColumn(tile.min ?? tile.mean, tile, row => Math.min(...row)), `min ${name}`)];
}

/** -1 to 1, or more where a network without a bound has more. */
function range(lines: readonly Line[]): [number, number] {
  const values = lines.flatMap(l => l.values).filter(Number.isFinite);
  return [Math.ceil(Math.max(1, ...values)), Math.floor(Math.min(-1, ...values))];
}

function perColumn(values: Float32Array, { columns: count, units }: Tile, of: (row: Float32Array) => number): number[] {
  return Array.from({ length: count }, (_, k) => of(values.subarray(k * units, (k + 1) * units)));
}
