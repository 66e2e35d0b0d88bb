/**
 * The browser's side: starting workers, and being one. What it exports has the types of node.ts, which the build puts it in the place of
 * (scripts/build.mjs). There are no local files: the host reads through its workspace.
 *
 * The extension host of a browser may not start a worker by its address; there bundles are read as bytes (`readBundlesThrough`) and
 * workers are started from blobs. Such a worker has no address beside which others lie, and may not fetch blobs: what it needs is handed
 * to it in its first message.
 */
import { dismiss, serve, type MateJob, type Team } from '../core/compile/team';
import type { Bytes } from '../formats/format';
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
  if (readBundle) return fromBytes(script, readBundle, died);
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
  let take: ((files: Files) => void) | undefined;
  if (globalThis.location.protocol === 'blob:') handed = new Promise(resolve => { take = resolve; });
  return {
    post: (message, transfer) => scope.postMessage(message, [...(transfer ?? [])]),
    listen: handler => {
      scope.addEventListener('message', ({ data }) => {
        if (typeof data === 'object' && data !== null && HANDED in data) take?.((data as { readonly [HANDED]: Files })[HANDED]);
        else handler(data);
      });
    },
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

let readBundle: ((path: string) => PromiseLike<Uint8Array>) | undefined;

/** From now on bundles are read by their path in dist/, and workers started from their bytes. */
export function readBundlesThrough(read: (path: string) => PromiseLike<Uint8Array>): void { readBundle = read; }

/** @throws always: a browser has no local files */
export function fileBytes(path: string): Promise<Bytes> {
  return Promise.reject(new Error(`${path} is a local file, which a browser cannot read.`));
}

/** @throws always: a browser has no local files */
export function fileFacts(path: string): Promise<{ readonly mtime: number; readonly size: number }> {
  return Promise.reject(new Error(`${path} is a local file, which a browser cannot read.`));
}

/** @throws always: a browser has no local files */
export function writeInPieces(path: string, _pieces: AsyncIterable<Uint8Array>, _stopped: () => boolean): Promise<boolean> {
  return Promise.reject(new Error(`${path} is a local file, which a browser cannot write.`));
}

/** The address of another bundle beside this one; its name where bundles are read as bytes. */
export function beside(script: string): string {
  return readBundle ? script : new URL(script, globalThis.location.href).href;
}

/** Runs graphs, in a worker that is started when a model is loaded and ended when none is any more; `signal` ends it at once. */
export function runtime(signal?: AbortSignal): Promise<Runtime> {
  return Promise.resolve(runtimeOver(died => {
    const { port, stop } = startWorker(beside('graph.js'), died);
    return { api: connect<GraphApi>(port, {}), stop: () => { void stop(); } };
  }, signal));
}

const ORT = { script: 'ort/ort.wasm.bundle.min.mjs', binary: 'ort/ort-wasm-simd-threaded.wasm' } as const;
/** What a worker started from bytes needs besides its own script, by the script's name. */
const needs: Readonly<Record<string, readonly string[]>> = { 'graph.js': [ORT.script, ORT.binary] };

/** ONNX Runtime as WebAssembly on one thread, from files that the web's bundles share with Node's. @throws where they are missing */
export async function ort(): Promise<Ort> {
  if (handed) return ortFrom(await handed);
  const loaded = await import(beside('../ort/ort.wasm.bundle.min.mjs')) as Ort;
  Object.assign(loaded.env.wasm, { numThreads: 1, wasmPaths: { wasm: beside('../ort/ort-wasm-simd-threaded.wasm') } });
  return loaded;
}

/** A worker's files, once its starter has handed them over; undefined in a worker that can fetch its own. */
let handed: Promise<Files> | undefined;
type Files = Readonly<Record<string, Uint8Array<ArrayBuffer>>>;

async function ortFrom(files: Files): Promise<Ort> {
  const url = blobOf(files[ORT.script]!);
  try {
    const loaded = await import(url) as Ort;
    Object.assign(loaded.env.wasm, { numThreads: 1, wasmBinary: files[ORT.binary] });
    return loaded;
  } finally {
    URL.revokeObjectURL(url);
  }
}

const blobOf = (bytes: Uint8Array<ArrayBuffer>): string => URL.createObjectURL(new Blob([bytes], { type: 'text/javascript' }));

/** A worker from a bundle's bytes; what is posted before it stands waits its turn. */
function fromBytes(script: string, read: (path: string) => PromiseLike<Uint8Array>, died: (error: Error) => void): ReturnType<typeof startWorker> {
  const handlers: ((message: unknown) => void)[] = [];
  const starting = (async () => {
    const url = blobOf(new Uint8Array(await read(`web/${script}`)));
    const worker = started(url, died);
    worker.addEventListener('message', ({ data }) => { for (const handler of handlers) handler(data); });
    const files = await Promise.all((needs[script] ?? []).map(async path => [path, await read(path)] as const));
    worker.postMessage({ [HANDED]: Object.fromEntries(files) });
    return worker;
  })();
  starting.catch((error: unknown) => { died(error instanceof Error ? error : new Error(String(error))); });
  const then = (act: (worker: Worker) => void): void => { void starting.then(act, () => undefined); };
  return {
    port: {
      post: (message, transfer) => { then(worker => { worker.postMessage(message, [...(transfer ?? [])]); }); },
      listen: handler => { handlers.push(handler); },
    },
    stop: () => { then(worker => { worker.terminate(); }); return Promise.resolve(0); },
  };
}

/** The first message to a worker that was started from bytes. */
const HANDED = 'gatescope files';

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
