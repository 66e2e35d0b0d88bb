/** TensorFlow.js: a model.json with its shards beside it; layers models and graph models; also the topology of a Keras model alone. */
import { FormatError, type Bytes, type Checkpoint, type Format, type StackRef } from './format';
import { attach } from './keras/attach';
import { guessed } from './keras/guess';
import { layersOf } from './keras/graph';
import { field, list, parseJson, text, type Json } from './keras/json';
import type { KerasModel } from './keras/model';
import { stacksIn } from './keras/stacks';
import type { NamedStore } from './keras/store';
import { stacksOf } from './layers';
import { printable, readExactly } from './parts/checked';
import { FORMAT, manifestOf } from './tfjs/manifest';
import { missingShards, tensorsOf } from './tfjs/shards';

export const tfjs: Format = {
  id: 'tfjs',
  title: 'TensorFlow.js',
  extensions: ['json'],
  match: head => looksLikeModel(new TextDecoder().decode(head)),
  open: openTfjs,
};

/** A topology or a manifest, or a config as `model.to_json()` gives it. */
const looksLikeModel = (head: string): boolean =>
  /^\uFEFF?\s*\{/.test(head) && (/"(modelTopology|weightsManifest)"\s*:/.test(head) || /"class_name"\s*:\s*"(Sequential|Functional|Model)"/.test(head));

const MOST_JSON = 1 << 28;

/** Opens the description; no shard is read. @throws FormatError */
export async function openTfjs(bytes: Bytes): Promise<Checkpoint> {
  const { model, isGraph } = await read(bytes);
  const found = isGraph ? { stacks: stacksOf(model.tensors, bytes.name), warnings: [] } : stacksIn(model);
  const warnings = [...model.warnings, ...(isGraph ? [graphWarning(found.stacks)] : []), ...found.warnings];
  return { kind: 'checkpoint', format: 'tfjs', tensors: model.tensors, metadata: model.metadata, stacks: found.stacks, warnings };
}

const graphWarning = (stacks: readonly StackRef[]): string => {
  const told = stacks.length > 0 ? 'recurrent layers are told from the names of its tensors' : 'its tensors can be bound by hand';
  return `this is a graph model: it holds operations, not layers, so ${told}`;
};

/** The model as the file describes it; a graph model has no layers. @throws FormatError */
export async function readModel(bytes: Bytes): Promise<KerasModel> {
  return (await read(bytes)).model;
}

async function read(bytes: Bytes): Promise<{ readonly model: KerasModel; readonly isGraph: boolean }> {
  if (bytes.size > MOST_JSON) throw new FormatError(FORMAT, `${printable(bytes.name)} has ${bytes.size} bytes; a model.json of at most ${MOST_JSON} is read`);
  const json = parseJson(FORMAT, printable(bytes.name), new TextDecoder().decode(await readExactly(bytes, FORMAT, 'the file', 0, bytes.size)));
  const topology = field(json, 'modelTopology') ?? (field(json, 'weightsManifest') === undefined ? json : {});
  const groups = manifestOf(field(json, 'weightsManifest'));
  const tensors = tensorsOf(bytes, groups);
  const config = field(topology, 'model_config') ?? topology;
  const isGraph = list(field(topology, 'node')) !== undefined || text(field(json, 'format')) === 'graph-model';
  const drafts = isGraph ? [] : layersOf(FORMAT, config);
  if (!drafts && tensors.length === 0) throw new FormatError(FORMAT, `${printable(bytes.name)} should hold a modelTopology or a weightsManifest, but has neither layers nor tensors`);
  const store: NamedStore = { layout: 'named', groups: new Map([['', tensors.map(tensor => ({ name: tensor.name, tensor }))]]) };
  const missing = await missingShards(bytes, groups);
  const model: KerasModel = {
    family: 'tfjs', version: text(field(topology, 'keras_version')), configured: drafts !== undefined,
    layers: drafts ? attach(drafts, store) : guessed(store), tensors, metadata: metadataOf(json, topology, config),
    warnings: missing.length === 0 ? [] : [`shards are missing: ${missing.slice(0, 5).map(printable).join(', ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}`],
  };
  return { model, isGraph };
}

function metadataOf(json: Json, topology: Json, config: Json): Readonly<Record<string, string>> {
  const found = ['format', 'generatedBy', 'convertedBy'].map(key => [key, field(json, key)] as const);
  const more = [['class_name', field(config, 'class_name')], ['keras_version', field(topology, 'keras_version')]] as const;
  return Object.fromEntries([...found, ...more].flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])));
}
