/** What is not looked through in a workspace folder: by VS Code's settings, by ours, and by `.gitignore`. */
import * as vscode from 'vscode';
import { gitignoreRules, ignoring, prunable, settingRules, type Rule } from '../ignored';

/** Folders of tools, which hold others' code and no models of one's own. */
const ALWAYS = ['node_modules', '.git', '.hg', '.venv', 'venv', '__pycache__', '.tox', '.ipynb_checkpoints', 'dist', 'build', 'site-packages'];
/** `.gitignore` files that are read in one folder. */
const MOST = 500;

export interface Exclusions {
  /** For `findFiles`, which adds `files.exclude` by itself. */
  readonly glob: string;
  /** Whether a file, by its path in the folder, is left out. */
  isOut(path: string): boolean;
}

/** By settings alone: `search.exclude`, `gatescope.exclude` and `gatescope.include`. */
export function exclusionsOf(folder: vscode.Uri): Exclusions {
  return made(folder, [], []);
}

/** Also by every `.gitignore` of the folder, unless `search.useIgnoreFiles` is off. */
export async function exclusionsWithGit(folder: vscode.Uri, token?: vscode.CancellationToken): Promise<Exclusions> {
  if (!vscode.workspace.getConfiguration('search', folder).get<boolean>('useIgnoreFiles', true)) return exclusionsOf(folder);
  const files = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, '**/.gitignore'), exclusionsOf(folder).glob, MOST, token);
  const texts = await Promise.all(files.map(async uri => ({ base: baseOf(folder, uri), text: await textOf(uri) })));
  // Deeper ones count more.
  const sorted = texts.sort((a, b) => a.base.length - b.base.length);
  return made(folder, sorted.flatMap(({ base, text }) => gitignoreRules(text, base)), sorted.filter(t => t.base === '').flatMap(t => prunable(t.text)));
}

function made(folder: vscode.Uri, git: readonly Rule[], folders: readonly string[]): Exclusions {
  const own = vscode.workspace.getConfiguration('gatescope', folder);
  const [exclude, include] = [strings(own.get('exclude')), strings(own.get('include'))];
  const excluded = [...switchedOn(vscode.workspace.getConfiguration('search', folder).get('exclude')), ...exclude];
  const byGit = ignoring(git), bySettings = ignoring(settingRules([...ALWAYS, ...excluded])), wanted = ignoring(settingRules(include));
  return {
    glob: `{${[...ALWAYS.map(name => `**/${name}/**`), ...folders, ...excluded.filter(g => g.startsWith('**/') && !/[{}!,]/.test(g))].join(',')}}`,
    isOut: path => bySettings(path) || byGit(path) || include.length > 0 && !wanted(path),
  };
}

const strings = (value: unknown): string[] => Array.isArray(value) ? value.filter(v => typeof v === 'string') : [];

/** Patterns of a setting such as `search.exclude` that hold whatever lies beside a file. */
const switchedOn = (value: unknown): string[] =>
  typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([glob, on]) => on === true ? [glob] : []) : [];

const baseOf = (folder: vscode.Uri, file: vscode.Uri): string => file.path.slice(folder.path.length).split('/').slice(0, -1).join('/').replace(/^\//, '');

async function textOf(uri: vscode.Uri): Promise<string> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return ''; // gone since it was found
  }
}
