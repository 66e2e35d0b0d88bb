/** Runs the built command line as a person does. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { open, type Trace } from '../../src/formats/index';
import { fileBytes } from '../../src/platform/node';

export interface Outcome { readonly code: number | null; readonly out: string; readonly err: string }

export function gatescope(...args: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('dist/cli.js'), ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return { code: status, out: stdout, err: stderr };
}

/** A folder for one test file, and its removal. */
export function temporary(): { readonly path: (name: string) => string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'gatescope-cli-'));
  return { path: name => join(folder, name), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A .npy file of float32 [rows, columns]. */
export function npy(data: Float32Array, rows: number, columns: number): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const header = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11) + '\n';
  const file = new Uint8Array(10 + header.length + data.byteLength);
  file.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, header.length & 255, header.length >> 8]);
  file.set(new TextEncoder().encode(header), 10);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + header.length);
  return file;
}

export async function readTrace(path: string): Promise<Trace> {
  const opened = await open(await fileBytes(path));
  if (opened.kind !== 'trace') throw new Error(`${path} is no trace`);
  return opened;
}

/** [steps, units] of one signal, whole. */
export async function signalOf(trace: Trace, signal: string, direction: 'forward' | 'reverse' = 'forward', level = 0): Promise<Float32Array> {
  const found = trace.levels[level]?.directions.find(d => d.direction === direction)?.signals.find(s => s.name === signal);
  if (!found) throw new Error(`no ${signal} (${direction}) in level ${level}`);
  return found.read(0, trace.steps);
}
