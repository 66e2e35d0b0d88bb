/** The engine's worker: a Recorder behind a port. */
import { connect } from './protocol';
import { workerPort } from './platform/node';
import { Recorder, type RecorderApi, type RecorderEvents } from './recorder';

/** Bound late: the recorder needs the other end's events, and the wire needs the recorder. */
const events: RecorderEvents = { progress: p => void remote.progress(p) };
const recorder: RecorderApi = new Recorder(events, () => new Promise(resolve => setTimeout(resolve)));
const local: RecorderApi = {
  run: job => recorder.run(job),
  load: recorded => recorder.load(recorded),
  cancel: () => recorder.cancel(),
  tile: request => recorder.tile(request),
  track: name => recorder.track(name),
  surprise: () => recorder.surprise(),
  order: (level, direction, by) => recorder.order(level, direction, by),
  card: (level, direction, unit) => recorder.card(level, direction, unit),
};
const remote = connect<RecorderEvents>(workerPort(), local, { transfer: true });
