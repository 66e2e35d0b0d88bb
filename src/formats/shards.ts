/** A model in shards, as Hugging Face's libraries save it: an index (`model.safetensors.index.json`) says which file holds which tensor. */
import { FormatError, type Bytes, type Checkpoint, type Format, type LevelRef, type StackRef, type TensorRef } from './format';
import { stacksOf } from './layers';
import { printable, readExactly } from './parts/checked';
import { duplicateKey } from './parts/json';
import { safetensors } from './safetensors';
import { torch } from './torch';

const FORMAT = 'safetensors-index';
const MOST_INDEX = 1 << 27;
const MOST_SHARDS = 10_000;
const HEAD = 4096;

export const shards: Format = {
  id: FORMAT,
  title: 'sharded safetensors',
  extensions: ['safetensors.index.json'],
  match: head => looksLikeIndex(new TextDecoder().decode(head)),
  open: openShards,
};

const looksLikeIndex = (head: string): boolean => /^\uFEFF?\s*\{/.test(head) && /"weight_map"\s*:\s*\{/.test(head);

/** Shards by file name, each with the tensors that the index expects there. */
type Files = ReadonlyMap<string, readonly string[]>;

/** Opens the index and its shards by their headers; what is missing is named, and stops only the layers that need it. @throws FormatError */
export async function openShards(bytes: Bytes): Promise<Checkpoint> {
  if (!bytes.sibling) throw new FormatError(FORMAT, `the shards lie beside ${printable(bytes.name)}, where they cannot be reached from here`);
  const { files, metadata } = await readIndex(bytes);
  const tensors: TensorRef[] = [];
  const warnings: string[] = [];
  /** Why each tensor that is not there is not. */
  const missing = new Map<string, string>();
  const others = new Map<string, string>();
  for (const [file, names] of files) {
    const found = await openShard(bytes, file);
    if (typeof found === 'string') {
      warnings.push(`shard ${printable(file)} is missing (${found}); it should hold ${some(names)}.`);
      for (const name of names) missing.set(name, `shard ${printable(file)}, which is missing`);
      continue;
    }
    const held = new Map(found.map(t => [t.name, t]));
    const absent = names.filter(name => !held.has(name));
    if (absent.length > 0) warnings.push(`shard ${printable(file)} should hold ${some(absent)}, but does not.`);
    for (const name of absent) missing.set(name, `shard ${printable(file)}, which does not hold it`);
    for (const name of names) tensors.push(...held.has(name) ? [held.get(name) as TensorRef] : []);
    const expected = new Set(names);
    for (const name of held.keys()) if (!expected.has(name)) others.set(name, file);
  }
  warnings.push(...strays(others, files));
  const stacks = stacksOf(tensors, bytes.name.replace(/(\.safetensors|\.bin)?\.index\.json$/i, '')).map(stack => incomplete(stack, missing));
  return { kind: 'checkpoint', format: FORMAT, tensors, metadata, stacks, ...(warnings.length > 0 ? { warnings } : {}) };
}

/** `a, b, c and 9 more` */
function some(names: readonly string[]): string {
  const first = names.slice(0, 3).map(printable).join(', ');
  return names.length > 3 ? `${first} and ${names.length - 3} more` : first;
}

/** Tensors in a shard that the index does not expect there: those it expects elsewhere are duplicates. */
function strays(others: ReadonlyMap<string, string>, files: Files): readonly string[] {
  const home = new Map([...files].flatMap(([file, names]) => names.map(name => [name, file] as const)));
  const twice = [...others].filter(([name]) => home.has(name)).map(([name, file]) => `${printable(name)} is in ${printable(file)} too; that of ${printable(home.get(name) ?? '')} is taken, as the index says.`);
  const unknown = [...others.keys()].filter(name => !home.has(name));
  const more = twice.length > 10 ? [`${twice.length - 10} more tensors are in two shards.`] : [];
  return [...twice.slice(0, 10), ...more, ...(unknown.length > 0 ? [`the index does not name ${some(unknown)}, which the shards hold; they are left out.`] : [])];
}

async function readIndex(bytes: Bytes): Promise<{ files: Files; metadata: Readonly<Record<string, string>> }> {
  if (bytes.size > MOST_INDEX) throw new FormatError(FORMAT, `the index has ${bytes.size} bytes; at most ${MOST_INDEX} are read`);
  const text = new TextDecoder().decode(await readExactly(bytes, FORMAT, 'the index', 0, bytes.size)).replace(/^\uFEFF/, '');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new FormatError(FORMAT, `the index is not JSON (${printable(error instanceof Error ? error.message : String(error))})`, 0);
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) throw new FormatError(FORMAT, `the index names "${printable(twice)}" twice`);
  const { weight_map: map, metadata } = (isObject(json) ? json : {}) as Record<string, unknown>;
  if (!isObject(map)) throw new FormatError(FORMAT, 'the index should have a weight_map, from names of tensors to files');
  const files = new Map<string, string[]>();
  for (const [name, file] of Object.entries(map)) {
    if (Array.isArray(file) && file.every(f => /\.weights\.h5$/.test(String(f)))) throw new FormatError(FORMAT, `it is the index of Keras weights in several files, which is not read; open ${printable(String(file[0]))} and its like by themselves, or save the model as one .keras file`);
    if (typeof file !== 'string' || file === '') throw new FormatError(FORMAT, `the weight_map should name a file for "${printable(name)}"`);
    const names = files.get(file) ?? [];
    if (names.push(name) === 1) files.set(file, names);
  }
  if (files.size > MOST_SHARDS) throw new FormatError(FORMAT, `the index names ${files.size} shards; at most ${MOST_SHARDS} are opened`);
  const texts = isObject(metadata) ? Object.entries(metadata).filter(([, v]) => v === null || typeof v !== 'object') : [];
  return { files, metadata: Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(texts.map(([k, v]) => [k, printable(String(v))]))) };
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The shard's tensors, or why it cannot be opened. A shard that is there but damaged is an error of its own. */
async function openShard(bytes: Bytes, file: string): Promise<readonly TensorRef[] | string> {
  if (/^[/\\]|^[a-z]:|(^|[/\\])\.\.([/\\]|$)/i.test(file)) throw new FormatError(FORMAT, `shard ${printable(file)} should lie beside the index, but its path leaves the folder`);
  let shard: Bytes;
  try {
    shard = await (bytes.sibling as (relative: string) => Promise<Bytes>)(file);
  } catch (error) {
    return /ENOENT|no file|not found/i.test(error instanceof Error ? error.message : '') ? 'there is no such file' : printable(error instanceof Error ? error.message : String(error));
  }
  if (shard.size === 0) return 'it is empty';
  const head = await readExactly(shard, FORMAT, printable(file), 0, Math.min(HEAD, shard.size));
  const format = await safetensors.match(head, shard) ? safetensors : await torch.match(head, shard) ? torch : undefined;
  if (!format) throw new FormatError(FORMAT, `shard ${printable(file)} should be a safetensors or PyTorch file, but is neither`);
  const opened = await format.open(shard);
  if (opened.kind !== 'checkpoint') throw new FormatError(FORMAT, `shard ${printable(file)} should hold weights, but is a recording`);
  return opened.tensors;
}

/** The stack, with a problem where a tensor that belongs to it is missing: without a bias it would be another layer. */
function incomplete(stack: StackRef, missing: ReadonlyMap<string, string>): StackRef {
  if (missing.size === 0) return stack;
  const lacks = lacking(stack.levels.flatMap(l => l.tensors), missing);
  if (!lacks) return stack;
  const problem = `"${printable(lacks.name)}" should be in ${lacks.why}`;
  const load = (): never => { throw new FormatError(FORMAT, `${printable(stack.name)} cannot be loaded: ${problem}`); };
  const levels: readonly LevelRef[] = stack.levels.map(level => ({ ...level, problem, load: async () => load() }));
  return { name: stack.name, framework: stack.framework, levels };
}

/** A missing tensor that stands where the stack's own stand: under the prefix they share, and no deeper. */
function lacking(tensors: readonly string[], missing: ReadonlyMap<string, string>): { name: string; why: string } | undefined {
  const segments = tensors.map(t => t.split(/[./]/));
  const [first = []] = segments;
  let shared = 0;
  while (shared < first.length - 1 && segments.every(s => s.length > shared + 1 && s[shared] === first[shared])) shared++;
  const deepest = Math.max(...segments.map(s => s.length));
  for (const [name, why] of missing) {
    const own = name.split(/[./]/);
    if (own.length > shared && own.length <= deepest && own.slice(0, shared).every((s, k) => s === first[k])) return { name, why };
  }
  return undefined;
}
