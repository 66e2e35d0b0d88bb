/** A session whose recorder sits at the other end of a wire, as in the worker. */
import { connect, type Progress } from '../../src/protocol';
import { methodsOf, Recorder, type RecorderApi, type RecorderEvents } from '../../src/recorder';
import { Session } from '../../src/session';
import { wire } from '../wire';

export function joined(progress: (p: Progress) => void = () => undefined): { session: Session; recorder: RecorderApi } {
  const [near, far] = wire();
  const methods = methodsOf(new Recorder({ progress }, () => new Promise(resolve => setImmediate(resolve))));
  connect<RecorderEvents>(far, methods);
  return { session: new Session(connect<RecorderApi>(near, {})), recorder: methods };
}
