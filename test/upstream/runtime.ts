/** ONNX Runtime's web package in this thread, as the worker has it: so that what comes before it is tested without a build. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { graphApi, runtimeOver, type Connect, type GraphApi, type Ort } from '../../src/upstream/runtimes';
import type { Runtime } from '../../src/upstream/upstream';

const folder = resolve('node_modules/onnxruntime-web/dist');
let loaded: Promise<Ort> | undefined;

async function load(): Promise<Ort> {
  const ort = await import(pathToFileURL(`${folder}/ort.wasm.bundle.min.mjs`).href) as Ort;
  Object.assign(ort.env.wasm, { numThreads: 1, wasmBinary: readFileSync(`${folder}/ort-wasm-simd-threaded.wasm`) });
  return ort;
}

/** The worker's side. */
export const api = (): GraphApi => graphApi(() => loaded ??= load());

/** ONNX Runtime's native package, which shares no arithmetic with the web's. */
export function nativeRuntime(): Runtime {
  const inner = graphApi(() => import('onnxruntime-node') as unknown as Promise<Ort>, 'cpu');
  return runtimeOver(() => ({ api: inner, stop: () => undefined }));
}

/** A runtime; what it was asked to load is counted. */
export function webRuntime(): Runtime & { readonly loads: number; readonly open: number } {
  const count = { loads: 0, open: 0 };
  const inner = api();
  const counted: GraphApi = {
    ...inner,
    load: async (model, files) => { const id = await inner.load(model, files); count.loads++; count.open++; return id; },
    dispose: async id => { count.open--; await inner.dispose(id); },
  };
  const connect: Connect = () => ({ api: counted, stop: () => undefined });
  const runtime = runtimeOver(connect);
  return { get name() { return runtime.name; }, get loads() { return count.loads; }, get open() { return count.open; }, load: (model, files) => runtime.load(model, files) };
}
