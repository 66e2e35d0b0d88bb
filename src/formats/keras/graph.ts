/** A saved config to its layers in order: Sequential, Functional, and models within models, laid out flat. */
import { FormatError } from '../format';
import { callsOf, tensorsIn, type Inbound } from './inbound';
import { field, list, record, text, type Json, type JsonRecord } from './json';
import type { ModelLayer, Source } from './model';
import { counted, plainClass, unique } from './names';

/** A layer whose weights are still to be found, and where files of either layout keep them. */
export interface Draft extends Omit<ModelLayer, 'weights'> {
  /** Its own name, without the models it lies in. */
  readonly local: string;
  /** The group of Keras 3's layout: `layers/functional/layers/lstm_1`. */
  readonly place: string;
  /** The layer of the outermost model that it is, or lies in: the group of the older layout. */
  readonly group: string;
}

const MOST_LAYERS = 50_000;
const DEEPEST = 16;

/** Layers of `{class_name, config}`; undefined where the config holds none, as that of a model that only code describes. @throws FormatError */
export function layersOf(format: string, model: Json | undefined): readonly Draft[] | undefined {
  if (!listIn(field(model, 'config'))) return undefined;
  const made: Draft[] = [];
  expand({ format, model: record(model), prefix: '', place: '', given: [], calls: 1, depth: 0, taken: new Map() }, made);
  return made;
}

/** One entry of a model's list of layers. */
interface Entry {
  readonly name: string;
  readonly className: string;
  readonly config: JsonRecord;
  readonly json: Json;
  readonly isModel: boolean;
}

/** A model to lay out. */
interface Scope {
  readonly format: string;
  readonly model: JsonRecord;
  /** `encoder/` */
  readonly prefix: string;
  readonly place: string;
  readonly group?: string;
  /** What its inputs are, where it lies in another model. */
  readonly given: readonly Source[];
  readonly calls: number;
  readonly depth: number;
  /** Names of layers so far. */
  readonly taken: Map<string, number>;
}

/** The list of layers of a model's config; a Sequential of Keras 1 is its list. */
const listIn = (config: Json | undefined): readonly Json[] | undefined => list(config) ?? list(field(config, 'layers'));

function expand(scope: Scope, made: Draft[]): void {
  if (scope.depth > DEEPEST) throw new FormatError(scope.format, `models lie in one another more than ${DEEPEST} deep`);
  const entries = entriesOf(scope.model);
  const wires = wiring(scope, entries);
  const place = counted();
  for (const [k, entry] of entries.entries()) {
    if (made.length >= MOST_LAYERS) throw new FormatError(scope.format, `the model has more than ${MOST_LAYERS} layers`);
    const calls = wires.calls(k);
    const shared = { place: `${scope.place}layers/${isOperation(entry.json) ? '' : place(entry.className)}`, group: scope.group ?? entry.name };
    const inbound = (calls[0] ?? []).flatMap(from => wires.resolve(from));
    const times = scope.calls * Math.max(1, calls.length);
    if (entry.isModel) {
      expand({ ...scope, ...shared, model: record(entry.json), prefix: `${scope.prefix}${entry.name}/`, place: `${shared.place}/`, given: inbound, calls: times, depth: scope.depth + 1 }, made);
    } else if (entry.className !== 'InputLayer' || scope.depth === 0) {
      made.push({ ...shared, name: unique(scope.prefix + entry.name, scope.taken), local: entry.name, className: entry.className, config: entry.config, inbound, calls: times });
    }
  }
}

const isOperation = (entry: Json): boolean => /\bops\b/.test(text(field(entry, 'module')) ?? '');

function entriesOf(model: JsonRecord): readonly Entry[] {
  return (listIn(field(model, 'config')) ?? []).map((json, k) => {
    const config = record(field(json, 'config'));
    const className = plainClass(text(field(json, 'class_name')) ?? 'Layer');
    return { json, config, className, name: text(field(json, 'name')) ?? text(field(config, 'name')) ?? `layer_${k}`, isModel: listIn(field(json, 'config')) !== undefined };
  });
}

/** What layers of one model read, as layers of the whole. */
interface Wiring {
  /** What each call of entry `k` reads. */
  calls(k: number): readonly (readonly Inbound[])[];
  resolve(from: Inbound): readonly Source[];
}

function wiring(scope: Scope, entries: readonly Entry[]): Wiring {
  const inside = insideOf(scope.model, entries);
  const functional = entries.some(entry => list(field(entry.json, 'inbound_nodes')) !== undefined);
  const resolve = (from: Inbound): readonly Source[] => {
    const entry = inside.byName.get(from.layer);
    if (!entry) return [];
    if (entry.isModel) return outputOf(entry, `${scope.prefix}${entry.name}/`, from.output, scope.depth + 1);
    if (scope.depth > 0 && entry.className === 'InputLayer') return scope.given.slice(inside.inputs.get(entry.name) ?? 0).slice(0, 1);
    return [{ layer: scope.prefix + entry.name, output: from.output }];
  };
  const before = (k: number): readonly Inbound[] => (k === 0 ? [] : [{ layer: entries[k - 1]?.name ?? '', output: 0 }]);
  return {
    calls: k => {
      if (functional) return callsOf(field(entries[k]?.json, 'inbound_nodes'));
      return k === 0 && scope.given.length > 0 && entries[0]?.className !== 'InputLayer' ? [[{ layer: GIVEN, output: 0 }]] : [before(k)];
    },
    resolve: from => (from.layer === GIVEN ? scope.given.slice(0, 1) : resolve(from)),
  };
}

/** Stands for the input of a Sequential that lists none. */
const GIVEN = '\0given';

/** What the inside of a model is known by. */
interface Inside {
  readonly byName: ReadonlyMap<string, Entry>;
  /** Places of the inputs by name. */
  readonly inputs: ReadonlyMap<string, number>;
  readonly outputs: readonly Inbound[];
}

const insides = new WeakMap<JsonRecord, Inside>();

/** Made once a model: all that read its output ask. */
function insideOf(model: JsonRecord, entries = entriesOf(model)): Inside {
  const known = insides.get(model);
  if (known) return known;
  const config = field(model, 'config');
  const named = tensorsIn(field(config, 'input_layers')).map(from => from.layer);
  const inputs = named.length > 0 ? named : entries.filter(e => e.className === 'InputLayer').map(e => e.name);
  const outputs = tensorsIn(field(config, 'output_layers'));
  const last = entries.at(-1);
  const made: Inside = {
    byName: new Map(entries.map(entry => [entry.name, entry])), inputs: new Map(inputs.map((name, k) => [name, k])),
    outputs: outputs.length === 0 && last ? [{ layer: last.name, output: 0 }] : outputs,
  };
  insides.set(model, made);
  return made;
}

/** The layer inside a model that gives its output `k`. */
function outputOf(entry: Entry, prefix: string, k: number, depth: number): readonly Source[] {
  const inside = insideOf(record(entry.json));
  const from = inside.outputs[k];
  const found = inside.byName.get(from?.layer ?? '');
  if (!from || !found || depth > DEEPEST) return [];
  return found.isModel ? outputOf(found, `${prefix}${found.name}/`, from.output, depth + 1) : [{ layer: prefix + found.name, output: from.output }];
}
