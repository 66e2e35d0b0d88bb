/** A session whose recorder is at hand instead of in a worker: for the command line and for reports. */
import type { Remote } from './protocol';
import { methodsOf, Recorder, type RecorderApi } from './recorder';
import { Session } from './session';

/** `pause` lets others have their turn between two pieces of work. */
export function localSession(pause: () => Promise<void>): Session {
  const methods = methodsOf(new Recorder({ progress: () => undefined }, pause)) as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>;
  const remote = new Proxy({}, { get: (_, name) => async (...args: unknown[]) => methods[String(name)]!(...args) });
  return new Session(remote as Remote<RecorderApi>);
}
