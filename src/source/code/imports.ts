/** Imports among the files of a workspace: which file a dotted path means, and what it binds. Texts come from whoever holds them. */
import { readPython } from '../python/read';
import type { Foreign, Module } from './scopes';

/** The text of a file by its path from the workspace's root (`pkg/config.py`); undefined where there is none, or not yet. */
export type TextOf = (file: string) => string | undefined;
/** What a dotted import names in the workspace, as `Module.foreign`. */
export interface Resolve {
  (path: string): Foreign | undefined;
  /** Whether all texts that it asked for are still what they were, so that its answers are. */
  current?(): boolean;
}

/** Longer files are data; a file of constants or layers is short. */
const longest = 500_000;
/** How far up from a file its imports are looked for. */
const highest = 6;

/** A resolver for the imports of `file`. What is read is kept, so a resolver serves one state of the texts. */
export function resolver(file: string, text: TextOf, read?: Map<string, Module>): Resolve {
  if (read) return resolving(file, text, read);
  const asked = new Map<string, string | undefined>();
  const ask: TextOf = other => {
    const found = text(other);
    asked.set(other, found);
    return found;
  };
  return Object.assign(resolving(file, ask, new Map()), { current: () => [...asked].every(([other, found]) => text(other) === found) });
}

function resolving(file: string, text: TextOf, read: Map<string, Module>): Resolve {
  return path => {
    for (const { file: found, names } of candidates(path, file)) {
      const known = found === file ? undefined : read.get(found) ?? load(found, text, read);
      if (known) return { module: known, names };
    }
    return undefined;
  };
}

function load(file: string, text: TextOf, read: Map<string, Module>): Module | undefined {
  const source = text(file);
  if (source === undefined || source.length > longest) return undefined;
  const module = readPython(source, undefined, resolving(file, text, read));
  read.set(file, module);
  return module;
}

/** Files that a dotted path may mean, as seen from a file, best first, and the names that are left over in each. */
export function candidates(path: string, from: string): readonly { readonly file: string; readonly names: readonly string[] }[] {
  const dots = /^\.*/.exec(path)?.[0].length ?? 0;
  const parts = path.slice(dots).split('.').filter(p => p !== '');
  const here = from.split('/').slice(0, -1);
  if (dots > here.length + 1) return [];
  const folders = dots > 0 ? [here.slice(0, here.length - dots + 1)] : Array.from({ length: Math.min(here.length, highest) + 1 }, (_, up) => here.slice(0, here.length - up));
  return folders.flatMap(folder => prefixes(parts, dots > 0).flatMap(({ module, names }) => {
    const base = [...folder, ...module].join('/');
    const asPackage = { file: base === '' ? '__init__.py' : `${base}/__init__.py`, names };
    return module.length === 0 ? [asPackage] : [{ file: `${base}.py`, names }, asPackage];
  }));
}

/** `a.b.c` as module and names, the longest module first. `from . import x` may mean a name of the package itself. */
function prefixes(parts: readonly string[], relative: boolean): readonly { readonly module: readonly string[]; readonly names: readonly string[] }[] {
  const shortest = relative ? 0 : 1;
  return Array.from({ length: Math.max(0, parts.length - shortest + 1) }, (_, i) => ({ module: parts.slice(0, parts.length - i), names: parts.slice(parts.length - i) }));
}

/** Packages that many files import and few workspaces hold. */
const foreign = /^(torch|torchvision|numpy|np|pandas|scipy|sklearn|matplotlib|tensorflow|keras|jax|flax|haiku|equinox|transformers|tqdm|os|sys|re|math|json|time|random|typing|collections|argparse|dataclasses|functools|itertools|pathlib|logging|copy|__future__|abc|pickle|warnings)(\.|$)/;
/** More imports than this are not followed. */
const most = 80;

/** The dotted paths that a text imports: `config.HIDDEN` of `from config import HIDDEN`. Read by lines: this runs on every opened file. */
export function importedPaths(text: string): readonly string[] {
  const found = new Set<string>();
  for (const match of text.slice(0, longest).matchAll(/^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+(?:\(([^)]*)\)|([^\n#;]+))|import[ \t]+([\w., \t]+))/gm)) {
    const base = match[1];
    const names = (match[2] ?? match[3] ?? match[4] ?? '').replace(/#.*$/gm, '').split(',').map(n => n.trim().split(/\s+/)[0] ?? '');
    if (base !== undefined && names.includes('*')) found.add(base);
    for (const name of names) if (/^[\w.]+$/.test(name)) found.add(base === undefined ? name : `${base}${base.endsWith('.') ? '' : '.'}${name}`);
  }
  return [...found].filter(path => !foreign.test(path)).slice(0, most);
}
