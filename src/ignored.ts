/** Which files of a folder are left out: patterns of settings and of `.gitignore` files, which are written alike. */

/** One pattern: `!` takes back what an earlier one left out, `/` at the end means folders only. */
export interface Rule {
  /** Matches a path relative to the folder that is looked through. */
  readonly pattern: RegExp;
  readonly negated: boolean;
  readonly foldersOnly: boolean;
}

/** The patterns of a `.gitignore` that lies in `base` ('' for the folder itself), in order. */
export function gitignoreRules(text: string, base = ''): Rule[] {
  return text.split(/\r?\n/).flatMap(line => {
    const pattern = line.replace(/(?<!\\)\s+$/, '');
    const rule = pattern === '' || pattern.startsWith('#') ? undefined : ruleOf(pattern, base, false);
    return rule ? [rule] : [];
  });
}

/** Patterns of settings: as in a `.gitignore`, and with `{a,b}` for either. */
export const settingRules = (patterns: readonly string[]): Rule[] =>
  patterns.flatMap(p => p.trim() === '' ? [] : ruleOf(p.trim(), '', true) ?? []);

/** A pattern without a slash, but at its end, counts in every folder; else it starts at `base`. */
function ruleOf(written: string, base: string, braces: boolean): Rule | undefined {
  const negated = written.startsWith('!');
  const body = written.slice(negated ? 1 : 0).replace(/^\\(?=[#!])/, '');
  const foldersOnly = body.endsWith('/');
  const path = body.replace(/\/(\*\*)?\/*$/, '');
  const anchored = body.replace(/\/+$/, '').includes('/') ? path.replace(/^\//, '') : `**/${path}`;
  if (path === '') return undefined;
  try {
    return { pattern: new RegExp(`^${quoted(base === '' ? '' : `${base}/`)}${expression(anchored, braces)}$`), negated, foldersOnly };
  } catch {
    return undefined; // such as a range that ends before it starts
  }
}

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Pieces of a pattern and what they are as a regular expression; braces only where they mean something. */
function expression(pattern: string, braces: boolean): string {
  let depth = 0;
  return pattern.replace(/\*\*\/|\/\*\*|\*+|\?|\[[!^]?\]?[^\]/]*\]|\\.|[{},]|[^*?[\\{},]+|\[/g, piece => {
    if (piece === '**/') return '(?:[^/]+/)*';
    if (piece === '/**') return '/.+';
    if (/^\*+$/.test(piece)) return '[^/]*';
    if (piece === '?') return '[^/]';
    if (piece.length > 2 && piece.startsWith('[')) return `[${piece.slice(1, -1).replace(/^[!]/, '^').replace(/[\\[\]]/g, '\\$&')}]`;
    if (braces && piece === '{') { depth++; return '(?:'; }
    if (braces && piece === '}' && depth > 0) { depth--; return ')'; }
    if (piece === ',' && depth > 0) return '|';
    return quoted(piece.startsWith('\\') ? piece.slice(1) : piece);
  });
}

/** Says of paths whether the rules leave them out. What lies in a folder that is left out stays out, as git has it. */
export function ignoring(rules: readonly Rule[]): (path: string) => boolean {
  const folders = new Map<string, boolean>([['', false]]);
  const last = (path: string, isFolder: boolean): boolean => {
    for (let k = rules.length - 1; k >= 0; k--) {
      const { pattern, negated, foldersOnly } = rules[k]!;
      if ((isFolder || !foldersOnly) && pattern.test(path)) return !negated;
    }
    return false;
  };
  const folderIsOut = (folder: string): boolean => {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const out = folderIsOut(parentOf(folder)) || last(folder, true);
    folders.set(folder, out);
    return out;
  };
  return path => rules.length > 0 && (folderIsOut(parentOf(path)) || last(path, false));
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Folders that the rules leave out whatever lies in them, as globs of VS Code: a search need not enter them. Empty where a later rule may take something back. */
export function prunable(text: string): string[] {
  const lines = text.split(/\r?\n/).map(l => l.trim()).filter(l => l !== '' && !l.startsWith('#'));
  if (lines.some(l => l.startsWith('!'))) return [];
  return lines.filter(l => /^\/?[\w.@+-]+\/$/.test(l)).map(l => l.startsWith('/') ? `${l.slice(1)}**` : `**/${l}**`);
}
