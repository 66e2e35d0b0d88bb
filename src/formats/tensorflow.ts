/** TensorFlow: checkpoints of versions 1 and 2 (opened by their `.index`), and SavedModels. The graph is not read: layers are told by names. */
import { FormatError, type Bytes, type Checkpoint, type Format } from './format';
import { stacksOf } from './layers';
import { printable } from './parts/checked';
import { looksLikeTable } from './parts/sstable';
import { FORMAT, readBundle, tensorOf, type Bundle } from './tensorflow/bundle';
import { fullNames, GRAPH } from './tensorflow/objects';

export const tensorflow: Format = {
  id: FORMAT,
  title: 'TensorFlow',
  extensions: ['index', 'pb'],
  sought: ['index'],
  match: async (head, bytes) => isSavedModel(head, bytes) || (/\.index$/i.test(bytes.name) && looksLikeTable(bytes)),
  open: openTensorflow,
};

/** By name, since any protobuf may begin with a small number. */
const isSavedModel = (head: Uint8Array, { name }: Bytes): boolean => /^saved_model\.pb$/i.test(name) && head[0] === 0x08;

const ATTRIBUTE = /\/\.ATTRIBUTES\/VARIABLE_VALUE$/;

/** Opens the index, and of the data no more than what says how variables are called. @throws FormatError */
export async function openTensorflow(bytes: Bytes): Promise<Checkpoint> {
  if (/\.pb$/i.test(bytes.name) && !/^saved_model\.pb$/i.test(bytes.name)) throw new FormatError(FORMAT, `${printable(bytes.name)} is a graph without variables of its own. Open a checkpoint's .index, or the saved_model.pb of a SavedModel`);
  const index = /\.pb$/i.test(bytes.name) ? await variablesOf(bytes) : bytes;
  const bundle = await readBundle(index);
  const { names, warnings } = await namesOf(bundle);
  const entries = bundle.entries.filter(e => e.name !== GRAPH);
  const tensors = entries.map(e => tensorOf(bundle, e, names.get(e.name) ?? e.name.replace(ATTRIBUTE, '')));
  const fallback = bytes.name.replace(/(\.ckpt)?\.index$/i, '');
  return { kind: 'checkpoint', format: FORMAT, tensors, metadata: {}, stacks: stacksOf(tensors, fallback), ...(warnings.length > 0 ? { warnings } : {}) };
}

async function variablesOf(bytes: Bytes): Promise<Bytes> {
  if (!bytes.sibling) throw new FormatError(FORMAT, 'the variables of a SavedModel lie in variables/ beside it, which cannot be reached from here. Open variables/variables.index');
  try {
    return await bytes.sibling('variables/variables.index');
  } catch (error) {
    throw new FormatError(FORMAT, `variables/variables.index should lie beside ${printable(bytes.name)} (${printable(error instanceof Error ? error.message : String(error))})`);
  }
}

/** The keys do where the data, which hold the object graph, are missing. */
async function namesOf(bundle: Bundle): Promise<{ names: ReadonlyMap<string, string>; warnings: readonly string[] }> {
  try {
    return { names: await fullNames(bundle), warnings: [] };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { names: new Map(), warnings: [`${error.what}; variables are named by their keys.`] };
  }
}
