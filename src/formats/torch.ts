/** PyTorch: state_dicts, checkpoints, whole models and TorchScript archives, old and new; what is pickled is read, never run. */
import { FormatError, type Bytes, type Checkpoint, type Format, type StackRef, type TensorRef } from './format';
import { stacksOf } from './layers';
import { pytorchStacks, type Evidence } from './layers/pytorch';
import { printable, readExactly } from './parts/checked';
import { looksLikePickle } from './parts/pickle';
import { itemsOf, nameOf, type Instance } from './parts/pickle/values';
import { looksLikeZip } from './parts/zip';
import { isArchive, readArchive, type Part } from './torch/archive';
import { evidenceOf } from './torch/evidence';
import { isLegacy, isTar, readLegacy } from './torch/legacy';
import { describeModule, metadataOf, rootName } from './torch/metadata';
import { beginning, without } from './torch/names';
import { readPlain } from './torch/plain';
import { saysBidirectional, unpackedNames } from './torch/quantized';
import { FORMAT, readSpec, type Storages } from './torch/read';
import type { Spec } from './torch/tensor';
import { walk, type Found } from './torch/walk';
import { warningsOf } from './torch/warnings';

export const torch: Format = {
  id: FORMAT,
  title: 'PyTorch',
  extensions: ['pt', 'pth', 'ckpt', 'bin', 'pkl', 'jit', 'ptl'],
  // What ends with .bin or .pkl is mostly something else.
  sought: ['pt', 'pth', 'ckpt', 'jit', 'ptl'],
  match: (head, bytes) => isLegacy(head) || isTar(head) || looksLikePickle(head) || (looksLikeZip(head) && isArchive(bytes)),
  open: openTorch,
};

/** Reads the pickle alone; storages are read when a tensor is asked for. @throws FormatError */
async function openTorch(bytes: Bytes): Promise<Checkpoint> {
  const parts = await partsOf(bytes);
  const contents = parts.map(contentOf);
  const tensors = contents.flatMap(c => c.tensors);
  const modules = contents.flatMap((c, k) => c.modules.map(m => ({ ...m, part: parts[k] })));
  const evidence = new Map<string, Evidence>();
  for (const { name, module, part } of modules) {
    const said = evidenceOf(module) ?? (/RNN/.test(nameOf(module.callable)) ? await part?.evidence?.(module) : undefined);
    if (said) evidence.set(name, said);
  }
  for (const { frozen } of parts) for (const [name, said] of frozen?.evidence ?? []) evidence.set(name, said);
  const warnings = warningsOf(parts.flatMap(p => p.globals));
  return {
    kind: 'checkpoint', format: FORMAT, tensors, stacks: stacksFor(tensors, bytes.name, evidence),
    metadata: joined(contents.map(c => c.metadata)),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

async function partsOf(bytes: Bytes): Promise<readonly Part[]> {
  const head = await readExactly(bytes, FORMAT, 'the beginning', 0, Math.min(bytes.size, 512));
  if (looksLikeZip(head)) return readArchive(bytes);
  if (isTar(head)) throw new FormatError(FORMAT, `${printable(bytes.name)} is a tar file of PyTorch 0.1. Load it with any PyTorch since and save it again`);
  if (isLegacy(head)) return [await readLegacy(bytes)];
  if (!looksLikePickle(head)) throw new FormatError(FORMAT, `${printable(bytes.name)} should begin as a zip file or a pickle of PyTorch's, but does not`, 0);
  return [await readPlain(bytes)];
}

interface Content {
  readonly tensors: readonly TensorRef[];
  readonly modules: readonly { readonly name: string; readonly module: Instance }[];
  readonly metadata: ReadonlyMap<string, string>;
}

function contentOf({ root, storages, prefix, frozen }: Part): Content {
  const { tensors, modules, optimizers } = walk(root);
  const cut = beginning(tensors.map(t => t.path), itemsOf(root) !== undefined && prefix === '');
  const nameFor = ({ path }: Found<unknown>): string => `${prefix === '' ? '' : `${prefix}.`}${without(path.join('.'), cut)}`;
  const found = modules.map(m => ({ name: nameFor(m), module: m.value }));
  const metadata = metadataOf(root);
  const model = rootName(root);
  if (model) metadata.set('object', printable(model));
  if (optimizers.length > 0) metadata.set('optimizer', 'its state is left out');
  for (const { name, module } of found.slice(0, 100)) {
    const text = describeModule(module);
    if (text !== undefined) metadata.set(printable(name) || 'model', text);
  }
  const named = tensors.map(t => ({ name: nameFor(t), spec: t.value, shape: t.value.shape }));
  const unpacked = unpackedNames(named, layer => saysBidirectional(found.find(m => m.name === layer)?.module));
  const constant = (name: string): string | undefined => frozen?.names.get(Number(name.slice(prefix.length + 1)));
  return { modules: found, metadata, tensors: named.map(({ name, spec }) => tensorRef(unpacked.get(name) ?? constant(name) ?? name, spec, storages)) };
}

function joined(all: readonly ReadonlyMap<string, string>[]): Record<string, string> {
  const metadata = Object.create(null) as Record<string, string>;
  for (const [key, text] of all.flatMap(m => [...m])) metadata[key] = text;
  return metadata;
}

const tensorRef = (name: string, spec: Spec, storages: Storages): TensorRef =>
  ({ name, dtype: spec.type.name, shape: spec.shape, read: () => readSpec(spec, name, storages) });

function stacksFor(tensors: readonly TensorRef[], file: string, evidence: ReadonlyMap<string, Evidence>): readonly StackRef[] {
  const own = pytorchStacks(tensors, file.replace(/\.[^.]+$/, '') || file, evidence);
  return own.length > 0 ? own : stacksOf(tensors, file);
}
