/** The engine's worker: a Recorder behind a port. */
import { connect } from './protocol';
import type { Team } from './core/compile/team';
import { beside, cores, startTeam, turn, workerPort } from './platform/node';
import { methodsOf, Recorder, type RecorderEvents } from './recorder';

/** Bound late: the recorder needs the other end's events, and the wire needs the recorder. */
const events: RecorderEvents = { progress: p => void remote.progress(p) };
const remote = connect<RecorderEvents>(workerPort(), methodsOf(new Recorder(events, turn, helpers)), { transfer: true });

let team: Promise<Team | undefined> | undefined;

/** A second thread where there is a core for it and memory can be shared. */
function helpers(): Promise<Team | undefined> {
  return team ??= cores() < 2 ? Promise.resolve(undefined) : startHelpers().catch(() => undefined);
}

async function startHelpers(): Promise<Team> {
  const started = startTeam(beside('mate.js'));
  await started.ready;
  return started.team;
}
