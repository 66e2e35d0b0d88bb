/**
 * Files of 3 GB and more, with offsets beyond 4 GB, made of holes but for a small LSTM: how fast `inspect` lists them, in how much memory, and
 * whether the LSTM's numbers are found where they are. `npm run formats -- --large` runs it; code 1 where a file takes a second or 200 MB.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { open } from '../../src/formats/index';
import { fileBytes } from '../../src/platform/node';
import { largeTensors, LARGE, writeArchive, writeLegacy, type LargeTensor } from './largeTorch';
import { modelBytes, node, value, type TensorMessage } from './onnxSchema';

interface LargeFile {
  readonly name: string;
  readonly gigabytes: number;
  write(path: string, tensors: readonly LargeTensor[]): void;
}

const FILES: readonly LargeFile[] = [
  { name: 'large.safetensors', gigabytes: 3, write: writeSafetensors },
  { name: 'larger.safetensors', gigabytes: 5, write: writeSafetensors },
  { name: 'external.onnx', gigabytes: 3, write: writeExternal },
  { name: 'larger-external.onnx', gigabytes: 5, write: writeExternal },
  { name: 'inline.onnx', gigabytes: 1.9, write: writeInline },
  { name: 'large.pt', gigabytes: 3, write: writeArchive },
  { name: 'larger.pt', gigabytes: 5, write: writeArchive },
  { name: 'large-legacy.pt', gigabytes: 3, write: writeLegacy },
];

const MOST_TIME = 1000;
const MOST_MEMORY = 200 * 2 ** 20;
const ROUNDS = 3;

const sizeOf = ({ shape }: LargeTensor): number => 4 * shape.reduce((a, b) => a * b, 1);
const raw = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Writes what there is and leaves the rest as holes; gives the place of each tensor. */
function writeHoles(path: string, head: Uint8Array, tensors: readonly LargeTensor[]): readonly number[] {
  const file = openSync(path, 'w');
  writeSync(file, head);
  let at = head.length;
  const places = tensors.map(tensor => {
    const place = at;
    if (tensor.data) writeSync(file, raw(tensor.data), 0, sizeOf(tensor), at);
    at += sizeOf(tensor);
    return place;
  });
  ftruncateSync(file, at);
  closeSync(file);
  return places;
}

function writeSafetensors(path: string, tensors: readonly LargeTensor[]): void {
  let at = 0;
  const entries = tensors.map((t): [string, unknown] => [t.name, { dtype: 'F32', shape: t.shape, data_offsets: [at, at += sizeOf(t)] }]);
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const head = new Uint8Array(8 + json.length);
  new DataView(head.buffer).setBigUint64(0, BigInt(json.length), true);
  head.set(json, 8);
  writeHoles(path, head, tensors);
}

/** The LSTM's tensors as ONNX has them: one direction, the two biases in one. */
function forOnnx(tensors: readonly LargeTensor[]): readonly LargeTensor[] {
  const [embedding, w, r, b, c] = tensors as [LargeTensor, LargeTensor, LargeTensor, LargeTensor, LargeTensor];
  const bias = { name: 'B', shape: [1, 2 * b.shape[0]!], data: Float32Array.of(...b.data!, ...c.data!) };
  return [embedding, { ...w, name: 'W', shape: [1, ...w.shape] }, { ...r, name: 'R', shape: [1, ...r.shape] }, bias];
}

function model(initializer: TensorMessage[]): Uint8Array {
  return modelBytes({ name: 'g', node: [node('LSTM', ['X', 'W', 'R', 'B'], ['Y'], { hidden_size: LARGE.units }, 'lstm')], initializer, input: [value('X', ['T', 1, LARGE.inputSize])], output: [value('Y', ['T', 1, 1, LARGE.units])] });
}

function writeExternal(path: string, tensors: readonly LargeTensor[]): void {
  const stored = forOnnx(tensors);
  const places = writeHoles(`${path}.data`, new Uint8Array(0), stored);
  const entry = (key: string, text: string | number): { key: string; value: string } => ({ key, value: String(text) });
  writeFileSync(path, model(stored.map((t, k) => ({
    name: t.name, dims: [...t.shape], data_type: 1, data_location: 1,
    external_data: [entry('location', `${basename(path)}.data`), entry('offset', places[k]!), entry('length', sizeOf(t))],
  }))));
}

/** Below protobuf's limit of 2 GB: the embedding's hole lies in the middle of the model. */
function writeInline(path: string, tensors: readonly LargeTensor[]): void {
  const [embedding, ...small] = forOnnx(tensors) as [LargeTensor, ...LargeTensor[]];
  const graph = model(small.map(t => ({ name: t.name, dims: [...t.shape], data_type: 1, raw_data: raw(t.data!) })));
  const [rows = 0, columns = 0] = embedding.shape;
  const header = [8, ...varint(rows), 8, ...varint(columns), 16, 1, 66, embedding.name.length, ...new TextEncoder().encode(embedding.name), 74, ...varint(sizeOf(embedding))];
  const tensor = [42, ...varint(header.length + sizeOf(embedding)), ...header];
  // The graph goes to the end of the file, and its length is written anew: the embedding becomes its last field.
  const at = graph.indexOf(0x3a);
  const [length, begin] = lengthAt(graph, at + 1);
  const inside = graph.subarray(begin, begin + length);
  const head = Uint8Array.of(...graph.subarray(0, at), ...graph.subarray(begin + length), 0x3a, ...varint(inside.length + tensor.length + sizeOf(embedding)), ...inside, ...tensor);
  writeHoles(path, head, [embedding]);
}

const varint = (n: number): number[] => (n < 128 ? [n] : [(n % 128) | 128, ...varint(Math.floor(n / 128))]);

function lengthAt(bytes: Uint8Array, at: number): [length: number, next: number] {
  let [length, scale] = [0, 1];
  for (let k = at; ; k++, scale *= 128) {
    length += (bytes[k]! & 127) * scale;
    if (bytes[k]! < 128) return [length, k + 1];
  }
}

interface Measured { readonly time: number; readonly own: number; readonly memory: number; readonly layers: readonly { cell: string; inputSize: number; units: number }[] }

/** Tells at its end how long the process lived, how much of that it ran (others may share the machine), and what it held at most. */
const HOOK = `import { writeSync } from "node:fs";
process.on("exit", () => { const { user, system } = process.cpuUsage(); writeSync(2, ["\\n@" + performance.now(), (user + system) / 1000, process.resourceUsage().maxRSS * 1024].join(" ")); });`;

function inspect(path: string): Measured {
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(HOOK)}`, 'dist/cli.js', 'inspect', '--json', path], { encoding: 'utf8' });
  const [, time, own, memory] = /@([\d.]+) ([\d.]+) (\d+)$/.exec(stderr) ?? [];
  if (time === undefined || !stdout.trim()) throw new Error(`inspect said: ${stderr}`);
  return { time: Number(time), own: Number(own), memory: Number(memory), layers: JSON.parse(stdout) as Measured['layers'] };
}

/** Are the tensors that were written found again, wherever they lie? */
async function same(path: string, tensors: readonly LargeTensor[]): Promise<boolean> {
  const opened = await open(await fileBytes(path));
  if (opened.kind !== 'checkpoint') return false;
  for (const { name, data } of tensors) {
    const found = data && await opened.tensors.find(t => t.name === name)?.read();
    if (data && (!found || found.some((v, k) => v !== data[k]))) return false;
  }
  const [level] = opened.stacks[0]?.levels ?? [];
  return level !== undefined && Object.values((await level.load()).directions[0]!.params).every(p => p.data.some(v => v !== 0));
}

/** Whether the file opens as it should. */
async function measure(folder: string, { name, gigabytes, write }: LargeFile): Promise<boolean> {
  const path = join(folder, name);
  const tensors = largeTensors(gigabytes * 2 ** 30);
  write(path, tensors);
  const rounds = Array.from({ length: ROUNDS }, () => inspect(path));
  const time = Math.min(...rounds.map(r => r.time));
  const own = Math.min(...rounds.map(r => r.own));
  const memory = Math.max(...rounds.map(r => r.memory));
  const whole = await same(path, name.endsWith('.onnx') ? forOnnx(tensors) : tensors);
  const [layer, ...more] = rounds[0]!.layers;
  const right = whole && more.length === 0 && layer?.cell === 'lstm' && layer.inputSize === LARGE.inputSize && layer.units === LARGE.units;
  const good = right && own < MOST_TIME && memory < MOST_MEMORY;
  const bytes = statSync(path).size + (existsSync(`${path}.data`) ? statSync(`${path}.data`).size : 0);
  console.log(`${name.padEnd(22)} ${(bytes / 2 ** 30).toFixed(2)} GB  ${time.toFixed(0).padStart(5)} ms (${own.toFixed(0).padStart(4)} of its own)  ${(memory / 2 ** 20).toFixed(0).padStart(4)} MB  ${right ? 'LSTM found, its numbers right' : 'WRONG'}${good || !right ? '' : '  TOO MUCH'}`);
  rmSync(path);
  rmSync(`${path}.data`, { force: true });
  return good;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gatescope-large-'));
  console.log(`\`inspect\` on sparse files: whole process, the best time and the largest memory of ${ROUNDS}`);
  try {
    for (const file of FILES) if (!await measure(folder, file)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
