/** Node's side: Bytes over files, and starting the worker. Imported by the command line, the host and the worker only. */
import { open, readFile, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { Worker, parentPort } from 'node:worker_threads';
import { dismiss, serve, type MateJob, type Team } from '../core/compile/team';
import type { Bytes } from '../formats/format';
import { connect, type Port } from '../protocol';
import { runtimeOver, type GraphApi, type Ort } from '../upstream/runtimes';
import type { Runtime } from '../upstream/upstream';

/** Random access to a file; it is opened for each read, so that nothing is held and a saved-over file is seen. @throws when it cannot be read */
export async function fileBytes(path: string): Promise<Bytes> {
  const info = await stat(path);
  if (!info.isFile()) throw new Error(`${path} is not a file.`);
  return {
    name: basename(path),
    size: info.size,
    read: (offset, length) => readAt(path, offset, Math.max(0, Math.min(length, info.size - offset))),
    sibling: other => siblingBytes(path, other),
  };
}

/** A local file's time in milliseconds and size, without opening it. */
export async function fileFacts(path: string): Promise<{ readonly mtime: number; readonly size: number }> {
  const { mtimeMs, size } = await stat(path);
  return { mtime: mtimeMs, size };
}

async function readAt(path: string, offset: number, length: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const buffer = new Uint8Array(length);
    let got = 0;
    while (got < length) {
      const { bytesRead } = await file.read(buffer, got, length - got, offset + got);
      if (bytesRead === 0) break; // the file became shorter since it was measured
      got += bytesRead;
    }
    return got === length ? buffer : buffer.subarray(0, got);
  } finally {
    await file.close();
  }
}

/** A file in the same folder or below; links that lead out of it are refused. */
async function siblingBytes(path: string, other: string): Promise<Bytes> {
  const folder = await realpath(dirname(path));
  const target = await realpath(join(folder, other));
  const inside = relative(folder, target);
  if (isAbsolute(other) || inside.startsWith('..') || isAbsolute(inside)) throw new Error(`${other} lies outside the folder of ${basename(path)}.`);
  return fileBytes(target);
}

/** A worker thread as a Port; `stop` ends it. `died` is told when it ends by itself. */
export function startWorker(script: string, died: (error: Error) => void): { readonly port: Port; stop(): Promise<number> } {
  const worker = new Worker(script);
  worker.on('error', died);
  return {
    port: {
      post: (message, transfer) => worker.postMessage(message, [...(transfer ?? [])]),
      listen: handler => { worker.on('message', handler); },
    },
    stop: () => worker.terminate(),
  };
}

/** The worker's own end of its Port. @throws outside a worker */
export function workerPort(): Port {
  const parent = parentPort;
  if (!parent) throw new Error('Not in a worker.');
  return {
    post: (message, transfer) => parent.postMessage(message, [...(transfer ?? [])]),
    listen: handler => { parent.on('message', handler); },
  };
}

/** Threads that help the engine in this one, once they are `ready`; `stop` ends them. They hold nothing up: an idle process may end. @throws where threads cannot be started */
export function startTeam(script: string, size = 2): { readonly team: Team; readonly ready: Promise<void>; stop(): void } {
  const mates = Array.from({ length: size - 1 }, () => new Worker(script));
  for (const m of mates) m.unref();
  const team: Team = { size, post: jobs => { for (const [k, job] of jobs.entries()) mates[k]!.postMessage(job); } };
  return {
    team,
    ready: Promise.resolve(), // messages reach a thread whatever this one does
    stop() {
      dismiss(team);
      for (const m of mates) void m.terminate();
    },
  };
}

/** A mate's side of `startTeam`: takes its jobs as they come. */
export function mate(): void {
  parentPort?.on('message', (job: MateJob) => { serve(job); });
}

/** Cores that this process may use. */
export function cores(): number {
  return availableParallelism();
}

/** Resolves when messages that have arrived were handled: sooner than a timer would. */
export function turn(): Promise<void> {
  return new Promise(resolve => { setImmediate(resolve); });
}

/** The path of another bundle beside this one. */
export function beside(script: string): string {
  return join(__dirname, script);
}

/** In a browser the host hands over what reads its bundles; here they are files. */
export function readBundlesThrough(_: (path: string) => PromiseLike<Uint8Array>): void { /* nothing to do */ }

/** Writes a local file piece by piece, and takes it away again where `pieces` ends with `stopped` or fails. False where it was stopped. */
export async function writeInPieces(path: string, pieces: AsyncIterable<Uint8Array>, stopped: () => boolean): Promise<boolean> {
  const file = await open(path, 'w');
  let whole = false;
  try {
    for await (const piece of pieces) {
      if (stopped()) return false;
      await file.writeFile(piece);
    }
    whole = true;
    return true;
  } finally {
    await file.close();
    if (!whole) await rm(path, { force: true }); // half of a recording is none
  }
}

/** Runs graphs, in a worker that is started when a model is loaded and ended when none is any more; `signal` ends it at once. */
export function runtime(signal?: AbortSignal): Promise<Runtime> {
  return Promise.resolve(runtimeOver(died => {
    const { port, stop } = startWorker(beside('graph.js'), died);
    return { api: connect<GraphApi>(port, {}), stop: () => { void stop(); } };
  }, signal));
}

/** ONNX Runtime as WebAssembly on one thread, from the files that lie beside the bundles. @throws where they are missing */
export async function ort(): Promise<Ort> {
  const loaded = await import(pathToFileURL(beside('ort/ort.wasm.bundle.min.mjs')).href) as Ort;
  // Given, since Node fetches no files.
  Object.assign(loaded.env.wasm, { numThreads: 1, wasmBinary: await readFile(beside('ort/ort-wasm-simd-threaded.wasm')) });
  return loaded;
}
