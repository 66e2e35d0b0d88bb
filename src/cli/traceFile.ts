/** Writes a trace step by step: sizes are known beforehand, so every window of a signal has its place in the file. */
import { open, rm, stat, type FileHandle } from 'node:fs/promises';
import type { Place } from '../core/recording/recording';
import { traceLayout, type TracePlan } from '../formats/index';

/** Rows of a signal from step `from` of the file on; `level` and `direction` are indices into the plan. */
export type PutRows = (place: Place, from: number, data: Float32Array) => Promise<void>;

/** Creates the file and lets `fill` put all rows in. A file that could not be filled is removed. */
export async function traceFile<T>(path: string, plan: TracePlan, fill: (put: PutRows) => Promise<T>): Promise<T> {
  const { header, tensors, size } = traceLayout(plan);
  const file = await open(path, 'w');
  try {
    await writeAt(file, header, 0);
    let left = size - header.length;
    const result = await fill(async ({ level, direction, signal }, from, data) => {
      const tensor = tensors.find(t => t.level === level && t.direction === direction && t.signal === signal);
      if (!tensor) throw new Error(`The trace has no place for ${signal} of level ${level}.`);
      await writeAt(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength), tensor.offset + from * tensor.units * 4);
      left -= data.byteLength;
    });
    if (left !== 0) throw new Error(`The trace should have ${size} bytes, but ${left} are missing.`);
    await file.close();
    return result;
  } catch (error) {
    await file.close().catch(() => undefined);
    if ((await stat(path)).isFile()) await rm(path, { force: true });
    throw error;
  }
}

async function writeAt(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
}
