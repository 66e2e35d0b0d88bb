/** Short facts beside the weights, for people: epochs, hyperparameters, what a recurrent module says of itself. */
import { printable } from '../parts/checked';
import { scalarOf } from '../parts/pickle/arrays';
import { as, callableOf, entry, itemsOf, nameOf, type Dict, type Instance, type Value } from '../parts/pickle/values';

const SETTINGS = /^(hyper_?parameters|hparams|h_?params|args|config|cfg|opt|options|settings|model_(args|kwargs|config|params|hparams)|init_args|kwargs)$/i;
const MOST_ENTRIES = 200;
const MOST_TEXT = 200;

/** Scalars at the root and among the settings below it, as text. */
export function metadataOf(root: Value): Map<string, string> {
  const metadata = new Map<string, string>();
  const put = (name: string, text: string | undefined): void => { if (text !== undefined && metadata.size < MOST_ENTRIES) metadata.set(printable(name), text); };
  for (const [key, value] of entriesOf(root)) {
    put(key, textOf(value));
    if (SETTINGS.test(key)) for (const [inner, setting] of entriesOf(value)) put(`${key}.${inner}`, textOf(setting));
  }
  return metadata;
}

/** Entries of a dict, or attributes of an object such as a Namespace. Modules hold no facts of this kind. */
function entriesOf(value: Value): readonly (readonly [string, Value])[] {
  const instance = as('instance', value);
  const dict: Dict | undefined = as('dict', value) ?? (entry(instance?.state, '_modules') === undefined ? as('dict', instance?.state) : undefined);
  const all = [...dict?.entries ?? [], ...instance?.entries ?? []];
  return all.flatMap(([key, inner]): (readonly [string, Value])[] => (typeof key === 'string' && key.length <= MOST_TEXT ? [[key, inner]] : []));
}

/** `128`, `[1, 2]`, `relu`: undefined for what has no short text. */
function textOf(value: Value): string | undefined {
  const items = as('instance', value) ? undefined : itemsOf(value);
  if (items && items.length <= 16 && items.every(isPlain)) return `[${items.map(plain).join(', ')}]`;
  return isPlain(value) ? plain(value) : undefined;
}

const isPlain = (value: Value): boolean => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || scalarOf(value) !== undefined;

function plain(value: Value): string {
  const text = typeof value === 'string' ? printable(value) : String(scalarOf(value) ?? value);
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT - 3)}...` : text;
}

/** What a recurrent module says of itself: `LSTM(3, 4, bidirectional=True)`; undefined for other modules. */
export function describeModule(module: Instance): string | undefined {
  const name = nameOf(module.callable).replace(/^.*\./, '');
  const [inputs, units] = ['input_size', 'hidden_size'].map(key => entry(module.state, key));
  if (typeof inputs !== 'number' || typeof units !== 'number') return undefined;
  const others = ['num_layers', 'bidirectional', 'batch_first', 'proj_size', 'dropout', 'nonlinearity'].flatMap(key => {
    const value = entry(module.state, key);
    return value === undefined || value === false || value === 0 || (key === 'num_layers' && value === 1) || !isPlain(value) ? [] : [`${key}=${value === true ? 'True' : plain(value)}`];
  });
  return printable(`${name}(${[inputs, units, ...others].join(', ')})`);
}

/** `OrderedDict`, `__main__.Net`: what the file holds at its root. */
export const rootName = (root: Value): string | undefined => (as('instance', root) ? callableOf(root) : undefined);
