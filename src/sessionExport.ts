/** What a session shows, as a source to be exported: read in windows, so that a run of any length can be written. */
import type { Cell } from './core/cells/cell';
import type { Change } from './core/variations/change';
import type { ExportSource } from './formats/export';
import type { SignalRef } from './formats/format';
import { l10n } from './l10n';
import type { Range, TileRequest } from './protocol';
import type { Session } from './session';

/** Steps of one request: a window of a long run is run again for each. */
const WINDOW = 4096;

/** `changes`: of the run as it is with these, which the metadata names. `range`: only these steps. @throws Error where nothing is shown */
export async function exportSourceOf(session: Session, changes: readonly Change[] = [], range?: Range): Promise<ExportSource> {
  const { scene, subject } = session;
  if (!scene || !subject) throw new Error(l10n('Nothing is shown that could be exported.'));
  const { content } = subject;
  const cells: readonly (Cell | undefined)[] = content.kind === 'run' ? content.network.levels.map(l => l.directions[0]?.cell) : content.recorded.levels.map(l => l.cell);
  const run = changes.length > 0 ? (await session.ask('whatIf', { changes })).run : undefined;
  const { from: first, to: end } = range ?? { from: 0, to: scene.steps };
  const labels = labelsWith(await session.labels(0, scene.steps), changes).slice(first, end);
  return {
    steps: end - first,
    levels: scene.levels.map((level, k) => ({
      name: level.name, cell: cells[k], inputSize: level.inputSize,
      directions: level.directions.map(({ direction, signals }, d) => ({ direction, signals: signals.map(s => signalOf(session, { ...(run !== undefined && { run }), level: k, direction: d, signal: s.name }, s.units, first)) })),
    })),
    ...(labels.length > 0 ? { labels } : {}),
    tracks: scene.curves.map(c => ({ name: c.name, units: c.perStep, read: async (from, to) => (await session.curve(c.name, first + from, first + to, (to - from) * c.perStep)).min })),
    ...(scene.input.rate ? { rate: scene.input.rate } : {}),
    model: scene.levels.length > 0 ? scene.model : '', evaluator: content.kind === 'run' ? 'fast' : 'recorded', input: scene.input.description,
    metadata: { weights: scene.weights.description, ...(range && { from: String(first) }), ...(run !== undefined && { changes: JSON.stringify(changes) }) },
  };
}

/** Another entry of the vocabulary brings its label along. */
function labelsWith(labels: readonly string[], changes: readonly Change[]): readonly string[] {
  const made = [...labels];
  for (const c of changes) if (c.kind === 'input' && 'id' in c && c.label !== undefined && c.step < made.length) made[c.step] = c.label;
  return made;
}

function signalOf(session: Session, place: Omit<TileRequest, 'revision' | 'from' | 'to' | 'columns'>, units: number, first: number): SignalRef {
  const { signal } = place;
  return {
    name: signal, units,
    read: async (start, stop) => {
      const [from, to] = [first + start, first + stop], data = new Float32Array((to - from) * units);
      for (let at = from; at < to; at += WINDOW) {
        const end = Math.min(to, at + WINDOW);
        const { mean, bucket } = await session.tile({ revision: session.scene!.revision, ...place, from: at, to: end, columns: end - at });
        if (bucket !== 1) throw new Error(`${signal}: single steps were asked for, but ${bucket} came as one.`);
        data.set(mean, (at - from) * units);
      }
      return data;
    },
  };
}
