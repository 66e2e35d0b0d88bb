/** Runs what stands before a stack of a file, and the stack itself in our engine. */
import { readFileSync } from 'node:fs';
import { running } from '../../src/core/engine';
import { atOnce } from '../../src/core/recording/recording';
import type { Sequence } from '../../src/core/sequence';
import { memory, open, type Checkpoint } from '../../src/formats/index';
import { upstreamOf, type Given, type Reached, type Runtime, type Upstream, type UpstreamOptions } from '../../src/upstream';

export const FOLDER = 'test/fixtures/files/onnxGraphs';

/** Rows of `width` numbers; `rate` for samples of sound. */
export function sequenceOf(data: Float32Array, width: number, rate?: number): Sequence {
  return { steps: data.length / width, width, data, axis: rate === undefined ? 'steps' : 'time', description: 'test', notes: [], ...(rate === undefined ? {} : { rate }) };
}

/** Indices, as a text gives them. */
export function tokensOf(ids: readonly number[]): Sequence {
  return { steps: ids.length, width: 11, data: { kind: 'lookup', ids: Int32Array.from(ids) }, ids: Int32Array.from(ids), axis: 'characters', labels: ids.map(String), description: 'test', notes: [] };
}

export interface Opened { readonly checkpoint: Checkpoint; readonly upstream: (stack: string) => Promise<Upstream | undefined> }

export async function opened(file: string | Uint8Array, runtime: () => Promise<Runtime>, siblings: Readonly<Record<string, Uint8Array>> = {}): Promise<Opened> {
  const bytes = memory('model.onnx', typeof file === 'string' ? readFileSync(file) : file, siblings);
  const checkpoint = await open(bytes);
  if (checkpoint.kind !== 'checkpoint') throw new Error('no checkpoint');
  return { checkpoint, upstream: name => upstreamOf(bytes, checkpoint, checkpoint.stacks.find(s => s.name === name) ?? fail(`no stack ${name}`), runtime) };
}

function fail(what: string): never {
  throw new Error(what);
}

/** What reached the stack, and what each of its levels gives in our engine. */
export async function reached({ checkpoint, upstream }: Opened, stack: string, given: Given, options?: UpstreamOptions): Promise<{ readonly reached: Reached; readonly ours: readonly Float32Array[] }> {
  const found = await (await upstream(stack) ?? fail(`nothing before ${stack}`)).run(given, options);
  const levels = await Promise.all(checkpoint.stacks.find(s => s.name === stack)!.levels.map(l => l.load()));
  const trace = atOnce(running({ name: stack, levels }, found.x, found.steps, { piece: Infinity, ...(found.initial ? { initial: found.initial } : {}) }));
  return { reached: found, ours: trace.levels.map(l => l.output) };
}

/** The greatest difference, and where; lengths must agree. */
export function farthest(a: ArrayLike<number>, b: ArrayLike<number>): { readonly difference: number; readonly where: number; readonly text: string } {
  let worst = { difference: a.length === b.length ? 0 : Infinity, where: Math.min(a.length, b.length) };
  for (let k = 0; k < Math.min(a.length, b.length); k++) {
    const difference = Math.abs(a[k]! - b[k]!);
    if (!(difference <= worst.difference)) worst = { difference, where: k };
  }
  return { ...worst, text: `|difference| ${worst.difference.toExponential(1)} at ${worst.where} of ${a.length} and ${b.length}` };
}
