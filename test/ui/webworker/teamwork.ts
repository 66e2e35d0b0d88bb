/** A worker that runs a job alone and with a mate, and counts the numbers whose bits differ. */
import { running, type NetworkTrace } from '../../../src/core/engine';
import { atOnce } from '../../../src/core/recording/recording';
import { wholeOf } from '../../../src/core/rows';
import { startTeam, workerPort } from '../../../src/platform/web';
import { connect } from '../../../src/protocol';
import type { Job } from '../../../src/studies/run';

export interface Share {
  readonly numbers: number;
  readonly different: number;
  /** How often the mate was called to a layer. */
  readonly calls: number;
  /** What a team says that is used before it is there. */
  readonly early: string;
}

export interface TeamworkApi { share(job: Job): Promise<Share> }

const local: TeamworkApi = {
  async share({ network, sequence }) {
    const { team, ready, stop } = startTeam('mate.js');
    const early = said(() => { team.post([]); });
    await ready;
    let calls = 0;
    const counted = { size: team.size, post: (jobs: Parameters<typeof team.post>[0]): void => { calls++; team.post(jobs); } };
    const x = wholeOf(sequence);
    const alone = columnsOf(atOnce(running(network, x, sequence.steps)));
    const together = columnsOf(atOnce(running(network, x, sequence.steps, { team: counted })));
    stop();
    return { numbers: alone.reduce((n, c) => n + c.length, 0), different: alone.reduce((n, c, k) => n + differing(c, together[k]!), 0), calls, early };
  },
};

/** Every signal as whole numbers, which are equal only where all bits are. */
function columnsOf({ levels }: NetworkTrace): Int32Array[] {
  return levels.flatMap(l => l.directions).flatMap(d => Object.values(d.signals)).map(data => new Int32Array(data.buffer, data.byteOffset, data.length));
}

function differing(a: Int32Array, b: Int32Array): number {
  return a.reduce((n, v, k) => n + (v === b[k] ? 0 : 1), Math.abs(a.length - b.length));
}

function said(act: () => void): string {
  try {
    act();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

connect(workerPort(), local);
