/** Keras: `.keras` archives, and HDF5 files of full models or weights of all versions. By headers alone. */
import { FormatError, type Bytes, type Checkpoint, type Format } from './format';
import { attach } from './keras/attach';
import { guessed } from './keras/guess';
import { layersOf } from './keras/graph';
import { FORMAT, openStore, type Opened } from './keras/hdf5Store';
import { field, parseJson, text, type Json } from './keras/json';
import type { KerasModel } from './keras/model';
import { stacksIn } from './keras/stacks';
import { looksLikeHdf5, openHdf5 } from './parts/hdf5';
import { printable, readExactly } from './parts/checked';
import { looksLikeZip, openZip } from './parts/zip';

export const keras: Format = {
  id: 'keras',
  title: 'Keras',
  extensions: ['keras', 'h5', 'hdf5'],
  match: async (head, bytes) => looksLikeZip(head) ? isArchive(bytes) : looksLikeHdf5(head) && await isKerasFile(bytes),
  open: openKeras,
};

const WEIGHTS = 'model.weights.h5';

/** A zip that is no archive of Keras, or damaged, is for other formats to tell. */
async function isArchive(bytes: Bytes): Promise<boolean> {
  return unlessDamaged(async () => {
    const zip = await openZip(bytes, FORMAT);
    return zip.has('config.json') && (zip.has(WEIGHTS) || zip.has('metadata.json'));
  });
}

async function isKerasFile(bytes: Bytes): Promise<boolean> {
  return unlessDamaged(async () => {
    const root = await openHdf5(bytes, FORMAT);
    const attributes = await root.attributeNames();
    if (['layer_names', 'layer_names0', 'model_config'].some(a => attributes.includes(a))) return true;
    const names = await root.names();
    return ['model_weights', 'layers', '_layer_checkpoint_dependencies'].some(n => names.includes(n)) || names.includes('vars') && (await root.get('vars'))?.kind === 'group';
  });
}

async function unlessDamaged(ask: () => Promise<boolean>): Promise<boolean> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** Opens headers and the config. @throws FormatError */
export async function openKeras(bytes: Bytes): Promise<Checkpoint> {
  const model = await readModel(bytes);
  const { stacks, warnings } = stacksIn(model);
  return { kind: 'checkpoint', format: 'keras', tensors: model.tensors, metadata: model.metadata, stacks, warnings: [...model.warnings, ...warnings] };
}

/** The model as the file describes it. @throws FormatError */
export async function readModel(bytes: Bytes): Promise<KerasModel> {
  const head = await readExactly(bytes, FORMAT, 'the beginning', 0, Math.min(8, bytes.size));
  return looksLikeZip(head) ? readArchive(bytes) : modelOf(await openStore(await openHdf5(bytes, FORMAT)), undefined, {});
}

/** Bytes of a configuration; a model of a thousand layers has about one million. */
const MOST_JSON = 1 << 26;

async function readArchive(bytes: Bytes): Promise<KerasModel> {
  const zip = await openZip(bytes, FORMAT);
  const read = async (name: string): Promise<Json> => {
    const member = await zip.member(name).open(MOST_JSON);
    return parseJson(FORMAT, name, new TextDecoder().decode(await readExactly(member, FORMAT, name, 0, member.size)));
  };
  const config = await read('config.json');
  const metadata = zip.has('metadata.json') ? await read('metadata.json') : {};
  if (!zip.has(WEIGHTS)) return modelOf(undefined, config, metadata, [`there is no ${WEIGHTS} in the archive, so no weights; it has ${zip.members.slice(0, 6).map(m => printable(m.name)).join(', ')}`]);
  return modelOf(await openStore(await openHdf5(await zip.member(WEIGHTS).open(), FORMAT)), config, metadata);
}

function modelOf(opened: Opened | undefined, given: Json | undefined, info: Json, warnings: readonly string[] = []): KerasModel {
  const config = given ?? (opened?.config === undefined ? undefined : parseJson(FORMAT, 'model_config', opened.config));
  const store = opened?.store ?? { layout: 'placed' as const, places: new Map(), labels: new Map() };
  const drafts = layersOf(FORMAT, config);
  const version = text(field(info, 'keras_version')) ?? opened?.version;
  return {
    family: 'keras', version, configured: drafts !== undefined,
    layers: drafts ? attach(drafts, store) : guessed(store),
    tensors: opened?.tensors ?? [],
    metadata: texts({ class_name: field(config, 'class_name'), keras_version: version, backend: opened?.backend, date_saved: field(info, 'date_saved') }),
    warnings: drafts || config === undefined ? warnings : [...warnings, 'the layers of this model are in its code only: they are told from the weights'],
  };
}

const texts = (found: Readonly<Record<string, Json | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(found).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])));
