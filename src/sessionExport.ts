/** What a session shows, as a source to be exported: read in windows, so that a run of any length can be written. */
import type { Cell } from './core/cells/cell';
import type { ExportSource } from './formats/export';
import type { SignalRef } from './formats/format';
import type { Session } from './session';

/** Steps of one request: a window of a long run is run again for each. */
const WINDOW = 4096;

/** @throws Error where nothing is shown */
export async function exportSourceOf(session: Session): Promise<ExportSource> {
  const { scene, subject } = session;
  if (!scene || !subject) throw new Error('Nothing is shown that could be exported.');
  const { content } = subject;
  const cells: readonly (Cell | undefined)[] = content.kind === 'run' ? content.network.levels.map(l => l.directions[0]?.cell) : content.recorded.levels.map(l => l.cell);
  const labels = await session.labels(0, scene.steps);
  return {
    steps: scene.steps,
    levels: scene.levels.map((level, k) => ({
      name: level.name, cell: cells[k], inputSize: level.inputSize,
      directions: level.directions.map(({ direction, signals }, d) => ({ direction, signals: signals.map(s => signalOf(session, k, d, s.name, s.units)) })),
    })),
    ...(labels.length > 0 ? { labels } : {}),
    tracks: scene.curves.map(c => ({ name: c.name, units: c.perStep, read: async (from, to) => (await session.curve(c.name, from, to, (to - from) * c.perStep)).min })),
    ...(scene.input.rate ? { rate: scene.input.rate } : {}),
    model: scene.levels.length > 0 ? scene.model : '', evaluator: content.kind === 'run' ? 'fast' : 'recorded', input: scene.input.description,
    metadata: { weights: scene.weights.description },
  };
}

function signalOf(session: Session, level: number, direction: number, signal: string, units: number): SignalRef {
  return {
    name: signal, units,
    read: async (from, to) => {
      const data = new Float32Array((to - from) * units);
      for (let at = from; at < to; at += WINDOW) {
        const end = Math.min(to, at + WINDOW);
        const { mean, bucket } = await session.tile({ revision: session.scene!.revision, level, direction, signal, from: at, to: end, columns: end - at });
        if (bucket !== 1) throw new Error(`${signal}: single steps were asked for, but ${bucket} came as one.`);
        data.set(mean, (at - from) * units);
      }
      return data;
    },
  };
}
