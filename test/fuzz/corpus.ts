/** All files that readers should read: fixtures of every format with what lies beside them, and a few made here. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { lstm } from '../../src/core/cells/lstm';
import { writeTrace } from '../../src/formats/index';
import { statesFile } from '../../src/formats/states';
import { utf8, type FuzzFile, type Use } from './file';

export interface Entry extends FuzzFile {
  readonly uses: readonly Use[];
  /** Its kind, so that formats of few fixtures are tried as often as those of many. */
  readonly kind: string;
}

const FOLDERS = ['test/fixtures/formats', 'test/fixtures/files', 'examples'];
/** Notes, code and truths are no files that readers read. */
const NOT_FOR_READERS = /\.truth\.json$|\.expected\.json$|\.(md|py|mjs|gitignore)$|__pycache__/;
const MOST_BYTES = 400_000;

const USES: readonly (readonly [RegExp, readonly Use[]])[] = [
  [/\.(npy|npz|csv|tsv|wav|txt|jsonl)$/, ['sequence', 'model']],
  [/\.json$/, ['model', 'vocabulary']],
  [/\.safetensors$/, ['model', 'states']],
  [/./, ['model']],
];

const usesOf = (name: string): readonly Use[] => USES.find(([pattern]) => pattern.test(name))![1];

/** Every fixture, in a fixed order, then what is made here. `only`: of which the name holds this. */
export async function corpus(only = ''): Promise<readonly Entry[]> {
  const paths = FOLDERS.flatMap(folder => files(folder).filter(f => !NOT_FOR_READERS.test(f) && statSync(f).size <= MOST_BYTES));
  return [...paths.map(fromDisk), ...await made()].filter(e => e.name.includes(only));
}

function files(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(f => join(folder, f)).filter(f => statSync(f, { throwIfNoEntry: false })?.isFile()).sort();
}

function fromDisk(path: string): Entry {
  return { name: path, bytes: new Uint8Array(readFileSync(path)), beside: besides(path), uses: usesOf(path), kind: kindOf(path) };
}

/** The folder tells the framework, the extension the format. */
const kindOf = (path: string): string => `${path.split('/').slice(0, -1).at(-1) ?? ''} ${/\.([^.]*)$/.exec(path)?.[1] ?? ''}`;

const known = new Map<string, ReadonlyMap<string, Uint8Array>>();

/** The other files of its folder and below, read once a folder; not those of folders that hold all kinds of models. */
function besides(path: string): ReadonlyMap<string, Uint8Array> {
  const folder = dirname(path);
  const before = known.get(folder);
  if (before) return before;
  const small = files(folder).filter(f => statSync(f).size <= MOST_BYTES);
  const found = new Map(small.map(f => [relative(folder, f), new Uint8Array(readFileSync(f))]));
  known.set(folder, found);
  return found;
}

async function made(): Promise<readonly Entry[]> {
  const entry = (name: string, bytes: Uint8Array): Entry => ({ name: `made/${name}`, bytes, beside: new Map(), uses: usesOf(name), kind: `made ${name}` });
  return [
    entry('trace.safetensors', await trace()),
    entry('states.safetensors', statesFile([{ level: 'l', direction: 'forward', name: 'h', values: Float64Array.of(0.5, -0.25) }], 3)),
    entry('table.csv', utf8('when;"a ""b""";c\n2020-01-01;1,5;2\n2020-01-02;;oops\n2020-01-03;3;1e5\n')),
    entry('table.tsv', utf8('h_0\th_1\tlabel\n0.5\t0.25\ta\n-0.5\t1e-3\tb\n')),
    entry('steps.jsonl', utf8('{"h":[0.5,0.25],"c":[1,2],"label":"a"}\n{"h":[0.1,0.2],"c":[3,4],"label":"b"}\n')),
    entry('text.txt', utf8('ein „Text“ mit 😀\r\n')),
    entry('vocabulary.json', utf8('{"a": 0, "ä": 1, "\\n": 2}')),
    entry('list.json', utf8('{"itos": ["<pad>", "a", "b"]}')),
    entry('sound.wav', wav()),
  ];
}

async function trace(): Promise<Uint8Array> {
  const chunks: number[] = [];
  const signals = [{ name: 'f', units: 2 }, { name: 'h', units: 2 }];
  const levels = [{ name: 'l', cell: lstm, inputSize: 1, directions: [{ direction: 'forward' as const, signals }, { direction: 'reverse' as const, signals }] }];
  await writeTrace({ model: 'm', steps: 3, evaluator: 'reference', input: 'x', labels: ['a', 'b', 'c'], levels }, () => new Float32Array(6), chunk => { chunks.push(...chunk); return Promise.resolve(); });
  return Uint8Array.from(chunks);
}

/** Two channels of 16 bits, 40 frames. */
function wav(): Uint8Array {
  const out = new Uint8Array(44 + 160);
  const view = new DataView(out.buffer);
  const text = (at: number, s: string): void => out.set(utf8(s), at);
  text(0, 'RIFF'); view.setUint32(4, out.length - 8, true); text(8, 'WAVEfmt '); view.setUint32(16, 16, true);
  [[20, 1], [22, 2], [32, 4], [34, 16]].forEach(([at, v]) => view.setUint16(at!, v!, true));
  view.setUint32(24, 8000, true); view.setUint32(28, 32000, true); text(36, 'data'); view.setUint32(40, 160, true);
  for (let k = 44; k < out.length; k += 2) view.setInt16(k, (k * 997) % 30000, true);
  return out;
}
