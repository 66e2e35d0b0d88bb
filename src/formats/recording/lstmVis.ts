/**
 * What LSTMVis (github.com/HendrikStrobelt/LSTMVis, README and docs/chapter) keeps beside the states: `train.hdf5` with a word's id for
 * each step, `words.dict` with lines `WORD ID`, and `lstm.yml`, which names them all and says of which layer a dataset is.
 */
import type { Bytes } from '../format';
import { openHdf5, type H5Dataset } from '../parts/hdf5';
import type { DumpTexts } from './dump';

const MOST_TEXT = 1 << 24;
const MOST_IDS = 1 << 22;

export interface Beside {
  readonly texts: readonly DumpTexts[];
  /** Better names of datasets: `layer1_h`. */
  readonly names: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

/** Looks for the words of a states file; nothing where there are none. */
export async function lstmVis(bytes: Bytes, nameOf: (d: H5Dataset) => string): Promise<Beside> {
  const described = await textBeside(bytes, 'lstm.yml');
  const config = described === undefined ? undefined : parseConfig(described);
  const names = new Map((config?.types ?? []).map(t => [t.path, `layer${t.layer}_${t.type}`]));
  for (const file of config?.words ? [config.words.file] : ['train.hdf5', 'train.h5']) {
    const ids = await idsBeside(bytes, file, config?.words?.path ?? 'word_ids', nameOf);
    if (!ids) continue;
    const dictFile = config?.words?.dict ?? 'words.dict';
    const dict = await textBeside(bytes, dictFile);
    const words = dict === undefined ? undefined : parseDict(dict);
    const texts = Array.from(ids, id => words?.get(id) ?? String(id));
    const missing = words ? ids.reduce((n, id) => n + (words.has(id) ? 0 : 1), 0) : 0;
    return {
      names, texts: [{ name: words ? `${file} and ${dictFile}` : file, texts }],
      warnings: missing > 0 ? [`${missing} word ids of ${file} are not in ${dictFile}; they are shown as numbers.`] : [],
    };
  }
  return { names, texts: [], warnings: [] };
}

/** A file beside this one; undefined where there is none, or it is none of ours to read. */
async function beside(bytes: Bytes, name: string): Promise<Bytes | undefined> {
  try {
    return await bytes.sibling?.(name);
  } catch {
    return undefined;
  }
}

async function textBeside(bytes: Bytes, name: string): Promise<string | undefined> {
  const found = await beside(bytes, name);
  return found && found.size <= MOST_TEXT ? new TextDecoder().decode(await found.read(0, found.size)) : undefined;
}

async function idsBeside(bytes: Bytes, file: string, path: string, nameOf: (d: H5Dataset) => string): Promise<Float32Array | undefined> {
  const found = file === bytes.name ? bytes : await beside(bytes, file);
  if (!found) return undefined;
  try {
    const dataset = await (await openHdf5(found, 'recording')).get(path);
    if (dataset?.kind !== 'dataset' || !/int/.test(dataset.dtype) || nameOf(dataset) === '') return undefined;
    return dataset.shape.reduce((a, b) => a * b, 1) <= MOST_IDS ? await dataset.read() : undefined;
  } catch {
    // Words are a help; without them the states are shown by their numbers.
    return undefined;
  }
}

/** Lines `WORD ID`. */
export function parseDict(text: string): ReadonlyMap<number, string> {
  const words = new Map<number, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, word = '', id = ''] = /^(.*\S)\s+(\d+)\s*$/.exec(line) ?? [];
    if (word !== '') words.set(Number(id), word);
  }
  return words;
}

interface Config {
  readonly words?: { readonly file: string; readonly path: string; readonly dict: string };
  readonly types: readonly { readonly type: string; readonly layer: string; readonly path: string }[];
}

/** The few keys that are needed of `lstm.yml`; it is no reader of YAML, and what it does not understand it leaves. */
export function parseConfig(text: string): Config {
  const clean = text.split(/\r?\n/).map(line => line.replace(/(^|\s)#.*$/, '')).join('\n');
  const sections = new Map([...clean.matchAll(/^(\w+)[ \t]*:[ \t]*\n((?:[ \t]+.*(?:\n|$)|[ \t]*\n)*)/gm)].map(m => [m[1] ?? '', m[2] ?? '']));
  const field = (section: string, key: string): string | undefined => new RegExp(`^[ \\t]+${key}[ \\t]*:[ \\t]*["']?([^"'\\n]*?)["']?[ \\t]*$`, 'm').exec(sections.get(section) ?? '')?.[1];
  const fileOf = (reference: string | undefined): string | undefined => (reference === undefined || !/^[\w-]+$/.test(reference) ? undefined : field('files', reference));
  const file = fileOf(field('word_sequence', 'file'));
  const dict = fileOf(field('word_sequence', 'dict_file'));
  const types = [...(sections.get('states') ?? '').matchAll(/\{([^{}]*)\}/g)].map(m => {
    const of = (key: string): string => new RegExp(`(?:^|,)\\s*${key}\\s*:\\s*["']?([^,"']*?)["']?\\s*(?:,|$)`).exec(m[1] ?? '')?.[1] ?? '';
    return { type: of('type'), layer: of('layer'), path: of('path').replace(/^\/+/, '') };
  }).filter(t => t.path !== '' && /^\d+$/.test(t.layer));
  return { types, ...(file === undefined ? {} : { words: { file, path: field('word_sequence', 'path') ?? 'word_ids', dict: dict ?? 'words.dict' } }) };
}
