/** A runtime for graphs in a worker: started when a model is loaded, ended when none is any more. */
import { Cancelled } from '../core/pace';
import type { Loaded, Runtime, Value, Values } from './upstream';

/** What the worker does; models are known by number. */
export interface GraphApi {
  /** The runtime's name and version. */
  name(): Promise<string>;
  load(model: Uint8Array, files: Readonly<Record<string, Uint8Array>>): Promise<number>;
  run(model: number, feeds: Values, outputs: readonly string[]): Promise<Values>;
  dispose(model: number): Promise<void>;
}

/** The worker, as this end sees it. */
export interface Connection {
  readonly api: GraphApi;
  stop(): void;
}

/** Starts a worker; `died` is told when it ends by itself. */
export type Connect = (died: (error: Error) => void) => Connection;

/** What can say that it is enough: an AbortSignal. */
export interface Stopping {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** A runtime that lives in workers which `connect` starts; `signal` ends the worker, whatever it does. */
export function runtimeOver(connect: Connect, signal?: Stopping): Runtime {
  let name = 'ONNX Runtime';
  let worker: Worker | undefined;
  let held = 0;
  const leave = (): void => {
    if (--held > 0) return;
    worker?.end(new Error('The runtime was ended.'));
    worker = undefined;
  };
  return {
    get name() { return name; },
    async load(model, files = {}): Promise<Loaded> {
      held++;
      const mine = worker ??= workerOver(connect, signal);
      try {
        name = await mine.call(api => api.name());
        const id = await mine.call(api => api.load(model, files));
        let open = true;
        return {
          run: (feeds, outputs) => mine.call(api => api.run(id, feeds, outputs)),
          dispose() {
            if (!open) return;
            open = false;
            void mine.call(api => api.dispose(id)).catch(() => undefined);
            leave();
          },
        };
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}

interface Worker {
  /** Rejects also when the worker ends meanwhile. */
  call<T>(work: (api: GraphApi) => Promise<T>): Promise<T>;
  end(why: Error): void;
}

function workerOver(connect: Connect, signal: Stopping | undefined): Worker {
  let ended: Error | undefined;
  const waiting = new Set<(error: Error) => void>();
  const end = (why: Error): void => {
    if (ended) return;
    ended = why;
    signal?.removeEventListener('abort', stopped);
    connection.stop();
    for (const reject of waiting) reject(why);
  };
  const stopped = (): void => end(new Cancelled());
  const connection = connect(end);
  if (signal?.aborted) stopped();
  else signal?.addEventListener('abort', stopped);
  return {
    end,
    call: work => new Promise((resolve, reject) => {
      if (ended) { reject(ended); return; }
      waiting.add(reject);
      work(connection.api).then(resolve, reject).finally(() => waiting.delete(reject));
    }),
  };
}

/** The part of onnxruntime's interface that is used, the same in its web and native packages. */
export interface Ort {
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<OrtSession> };
  readonly Tensor: new (type: string, data: Value['data'], dims: readonly number[]) => object;
  readonly env: { readonly versions: Readonly<Record<string, string | undefined>>; readonly wasm: object };
}

interface OrtSession {
  run(feeds: Readonly<Record<string, object>>, outputs: readonly string[], options: object): Promise<Readonly<Record<string, Value>>>;
  release(): Promise<void>;
}

/** What goes wrong is thrown; it need not be written on the console as well. */
const QUIET = { logSeverityLevel: 4 };

/** The worker's side. `backend` is the execution provider: `wasm`, or `cpu` of the native package. */
export function graphApi(start: () => Promise<Ort>, backend = 'wasm'): GraphApi {
  const sessions = new Map<number, OrtSession>();
  let started: Promise<Ort> | undefined;
  const runtime = (): Promise<Ort> => started ??= start();
  let last = 0;
  return {
    async name() {
      const { web, node, common } = (await runtime()).env.versions;
      return `ONNX Runtime ${(web ?? node ?? common ?? '').split('.').slice(0, 2).join('.')}`.trim();
    },
    async load(model, files) {
      const { InferenceSession } = await runtime();
      const externalData = Object.entries(files).map(([path, data]) => ({ path, data }));
      const options = { executionProviders: [backend], intraOpNumThreads: 1, interOpNumThreads: 1, ...QUIET };
      const session = await InferenceSession.create(model, { ...options, ...(externalData.length > 0 ? { externalData } : {}) });
      sessions.set(++last, session);
      return last;
    },
    async run(model, feeds, outputs) {
      const { Tensor } = await runtime();
      const session = sessions.get(model);
      if (!session) throw new Error(`There is no model ${model}.`);
      const tensors = Object.entries(feeds).map(([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)] as const);
      const found = await session.run(Object.fromEntries(tensors), outputs, QUIET);
      return Object.fromEntries(Object.entries(found).map(([name, { type, dims, data }]) => [name, { type, dims: [...dims], data }]));
    },
    async dispose(model) {
      const session = sessions.get(model);
      sessions.delete(model);
      await session?.release();
    },
  };
}
