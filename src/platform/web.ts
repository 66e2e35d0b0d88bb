/**
 * The browser's side: starting workers, and being one. What it exports has the types of node.ts, which the build puts it in the place of
 * (scripts/build.mjs); files are the host's business.
 */
import { dismiss, serve, type MateJob, type Team } from '../core/compile/team';
import { connect, type Port } from '../protocol';
import { runtimeOver, type GraphApi, type Ort } from '../upstream/runtimes';
import type { Runtime } from '../upstream/upstream';

/** What a dedicated worker's global scope has, of which the DOM's types know nothing. */
interface WorkerScope {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
  addEventListener(type: 'message', handler: (event: MessageEvent<unknown>) => void): void;
}

/**
 * Asked of a mate, and answered by it. Chromium holds back what is posted to a new worker until the one that posts has had turns of its
 * event loop; once a message has arrived, others do even while that one is busy.
 */
const ASKED = 'are you there?';
const HERE = 'here';

/**
 * A web worker as a Port; `stop` ends it. `died` is told when it cannot be loaded, or does not catch an error, which ends it as it
 * ends a thread of Node's.
 */
export function startWorker(script: string, died: (error: Error) => void): { readonly port: Port; stop(): Promise<number> } {
  const worker = started(script, died);
  return {
    port: {
      post: (message, transfer) => worker.postMessage(message, [...(transfer ?? [])]),
      listen: handler => { worker.addEventListener('message', ({ data }) => { handler(data); }); },
    },
    stop() {
      worker.terminate();
      return Promise.resolve(0);
    },
  };
}

/** The worker's own end of its Port. @throws outside a worker */
export function workerPort(): Port {
  const scope = scopeOf();
  if (!scope) throw new Error('Not in a worker.');
  return {
    post: (message, transfer) => scope.postMessage(message, [...(transfer ?? [])]),
    listen: handler => { scope.addEventListener('message', ({ data }) => { handler(data); }); },
  };
}

/**
 * Workers that help the engine in this one; `stop` ends them. A browser starts them only while the worker that asks has its turns, so wait
 * for `ready` before the team is used.
 * @throws where memory cannot be shared (the page is not cross-origin isolated), or outside a worker, since a page must not wait
 */
export function startTeam(script: string, size = 2): { readonly team: Team; readonly ready: Promise<void>; stop(): void } {
  const shares = typeof SharedArrayBuffer !== 'undefined' && globalThis.crossOriginIsolated;
  if (!shares) throw new Error('Threads need shared memory, which this page does not have: it is not cross-origin isolated.');
  if (!scopeOf()) throw new Error('A page must not wait for threads: only a worker can lead them.');
  const mates = Array.from({ length: size - 1 }, () => asked(script));
  let come = false;
  const team: Team = {
    size,
    post(jobs) {
      if (!come) throw new Error('The threads are not ready yet.');
      for (const [k, job] of jobs.entries()) mates[k]!.worker.postMessage(job);
    },
  };
  return {
    team,
    ready: Promise.all(mates.map(m => m.ready)).then(() => { come = true; }),
    stop() {
      dismiss(team);
      for (const m of mates) m.worker.terminate();
    },
  };
}

/** A mate's side of `startTeam`: takes its jobs as they come. */
export function mate(): void {
  const port = workerPort();
  port.listen(message => {
    if (message === ASKED) port.post(HERE);
    else serve(message as MateJob);
  });
}

/** Cores that this page may use. */
export function cores(): number {
  return navigator.hardwareConcurrency;
}

/** Resolves when messages that have arrived were handled: sooner than a timer would, which browsers hold back. */
export function turn(): Promise<void> {
  return new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { port1.close(); resolve(); };
    port2.postMessage(null);
  });
}

/** The address of another bundle beside this one. */
export function beside(script: string): string {
  return new URL(script, globalThis.location.href).href;
}

/** Runs graphs, in a worker that is started when a model is loaded and ended when none is any more; `signal` ends it at once. */
export function runtime(signal?: AbortSignal): Promise<Runtime> {
  return Promise.resolve(runtimeOver(died => {
    const { port, stop } = startWorker(beside('graph.js'), died);
    return { api: connect<GraphApi>(port, {}), stop: () => { void stop(); } };
  }, signal));
}

/** ONNX Runtime as WebAssembly on one thread, from files that the web's bundles share with Node's. @throws where they are missing */
export async function ort(): Promise<Ort> {
  const loaded = await import(beside('../ort/ort.wasm.bundle.min.mjs')) as Ort;
  Object.assign(loaded.env.wasm, { numThreads: 1, wasmPaths: { wasm: beside('../ort/ort-wasm-simd-threaded.wasm') } });
  return loaded;
}

function started(script: string, died: (error: Error) => void): Worker {
  const worker = new Worker(script);
  worker.addEventListener('error', ({ message }) => {
    worker.terminate();
    died(new Error(message || `The worker ${script} could not be loaded.`)); // a script that is not there says nothing
  });
  return worker;
}

/** A mate; `ready` once it has answered. */
function asked(script: string): { readonly worker: Worker; readonly ready: Promise<void> } {
  let died: (error: Error) => void = () => undefined;
  const worker = started(script, error => { died(error); });
  const ready = new Promise<void>((resolve, reject) => {
    died = reject;
    worker.addEventListener('message', ({ data }) => { if (data === HERE) resolve(); });
  });
  worker.postMessage(ASKED);
  return { worker, ready };
}

/** This worker's scope; undefined in a page. */
function scopeOf(): WorkerScope | undefined {
  return 'DedicatedWorkerGlobalScope' in globalThis ? globalThis as unknown as WorkerScope : undefined;
}
