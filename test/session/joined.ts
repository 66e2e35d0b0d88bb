/** A session whose recorder sits at the other end of a wire, as in the worker. */
import { connect, type Progress } from '../../src/protocol';
import { Recorder, type RecorderApi, type RecorderEvents } from '../../src/recorder';
import { Session } from '../../src/session';
import { wire } from '../wire';

export function joined(progress: (p: Progress) => void = () => undefined): { session: Session; recorder: RecorderApi } {
  const [near, far] = wire();
  const recorder = new Recorder({ progress }, () => new Promise(resolve => setImmediate(resolve)));
  const methods: RecorderApi = {
    run: j => recorder.run(j), load: r => recorder.load(r), cancel: () => recorder.cancel(), tile: r => recorder.tile(r), track: n => recorder.track(n),
    surprise: () => recorder.surprise(), order: (l, d, b) => recorder.order(l, d, b), card: (l, d, u) => recorder.card(l, d, u),
  };
  connect<RecorderEvents>(far, methods);
  return { session: new Session(connect<RecorderApi>(near, {})), recorder: methods };
}
