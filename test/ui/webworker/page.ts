/** What runs in the page: starts the workers and speaks to them as the host does. The test calls `engine` by its name. */
import { arithmeticOf } from '../../../src/core/engine';
import { startTeam, startWorker } from '../../../src/platform/web';
import { connect, type Remote, type Tile, type TileRequest } from '../../../src/protocol';
import type { RecorderApi, RecorderEvents } from '../../../src/recorder';
import type { Job, Summary } from '../../../src/studies/run';
import type { Share, TeamworkApi } from './teamwork';

export interface Ran { readonly summary: Summary; readonly tiles: readonly Tile[]; readonly ms: number }
export interface Stopped { readonly message: string; readonly ms: number; readonly done: number; readonly after: Ran }

/** A Recorder in its worker, and a promise of having run so many steps. */
function recorder(): { readonly api: Remote<RecorderApi>; progressed(steps: number): Promise<number> } {
  const { port } = startWorker('worker.js', error => { throw error; });
  let heard: (done: number) => void = () => undefined;
  const events: RecorderEvents = { progress: p => heard(p.done) };
  return {
    api: connect<RecorderApi>(port, events),
    progressed: steps => new Promise(resolve => { heard = done => { if (done >= steps) resolve(done); }; }),
  };
}

const { api, progressed } = recorder();

const engine = {
  isolated: () => globalThis.crossOriginIsolated,
  arithmetic: () => arithmeticOf('fast'),

  async run(job: Job, requests: readonly TileRequest[]): Promise<Ran> {
    const since = performance.now();
    const summary = await api.run(job);
    const ms = performance.now() - since;
    const tiles: Tile[] = [];
    for (const request of requests) tiles.push(await api.tile(request));
    return { summary, tiles, ms };
  },

  /** Begins the long job, stops it once it is well under way, then runs the short one. */
  async stop(long: Job, short: Job, requests: readonly TileRequest[]): Promise<Stopped> {
    const begun = progressed(5000);
    const running = api.run(long).then(() => 'It ran to its end.', (error: Error) => error.message);
    const done = await begun;
    const since = performance.now();
    void api.cancel();
    const message = await running;
    return { message, ms: performance.now() - since, done, after: await engine.run(short, requests) };
  },

  share(job: Job): Promise<Share> {
    const { port } = startWorker('teamwork.js', error => { throw error; });
    return connect<TeamworkApi>(port, {}).share(job);
  },

  /** What is said where no team can be started. */
  refusal(): string {
    try {
      startTeam('mate.js').stop();
      return 'It started.';
    } catch (error) {
      return (error as Error).message;
    }
  },

  /** What is said of a worker whose script does not exist. */
  missing: () => new Promise<string>(resolve => { startWorker('missing.js', error => resolve(error.message)); }),
};
export type Engine = typeof engine;

Object.assign(globalThis, { engine });
