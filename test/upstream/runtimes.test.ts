import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { runtimeOver, type Connection, type GraphApi } from '../../src/upstream/runtimes';

const never = (): Promise<never> => new Promise(() => undefined);

/** Workers that say what happens to them. */
function workers(api: Partial<GraphApi> = {}): { readonly connect: (died: (e: Error) => void) => Connection; readonly log: string[]; die: (e: Error) => void } {
  const log: string[] = [];
  const made = {
    log,
    die: (_: Error): void => undefined,
    connect(died: (e: Error) => void): Connection {
      log.push('start');
      made.die = died;
      const plain: GraphApi = { name: () => Promise.resolve('Runtime 9'), load: () => Promise.resolve(1), run: () => Promise.resolve({}), dispose: () => Promise.resolve(), ...api };
      return { api: plain, stop: () => { log.push('stop'); } };
    },
  };
  return made;
}

describe('upstream: a runtime in a worker', () => {
  it('starts with the first model and ends with the last', async () => {
    const { connect, log } = workers();
    const runtime = runtimeOver(connect);
    assert.deepEqual(log, []);
    const [a, b] = [await runtime.load(new Uint8Array(1)), await runtime.load(new Uint8Array(1))];
    assert.equal(runtime.name, 'Runtime 9');
    a.dispose();
    a.dispose();
    assert.deepEqual(log, ['start']);
    b.dispose();
    assert.deepEqual(log, ['start', 'stop']);
    (await runtime.load(new Uint8Array(1))).dispose();
    assert.deepEqual(log, ['start', 'stop', 'start', 'stop']);
  });

  it('is ended at once when it is stopped, whatever it does', async () => {
    const { connect, log } = workers({ run: never });
    const stop = new AbortController();
    const runtime = runtimeOver(connect, stop.signal);
    const model = await runtime.load(new Uint8Array(1));
    const running = model.run({}, []);
    stop.abort();
    await assert.rejects(running, /Stopped before it was done/);
    assert.deepEqual(log, ['start', 'stop']);
    model.dispose();
    await assert.rejects(runtime.load(new Uint8Array(1)), /Stopped/);
  });

  it('says why it died, and starts again for the next model', async () => {
    const made = workers({ run: never });
    const runtime = runtimeOver(made.connect);
    const model = await runtime.load(new Uint8Array(1));
    const running = model.run({}, []);
    made.die(new Error('out of memory'));
    await assert.rejects(running, /out of memory/);
    model.dispose();
    (await runtime.load(new Uint8Array(1))).dispose();
    assert.deepEqual(made.log, ['start', 'stop', 'start', 'stop']);
  });

  it('ends when a model cannot be loaded', async () => {
    const { connect, log } = workers({ load: () => Promise.reject(new Error('no model')) });
    await assert.rejects(runtimeOver(connect).load(new Uint8Array(1)), /no model/);
    assert.deepEqual(log, ['start', 'stop']);
  });
});
