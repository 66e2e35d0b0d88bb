/** The side panel's lists: models (from code), checkpoints and traces of the workspace, each down to its layers. */
import * as vscode from 'vscode';
import { sought } from '../formats/index';
import { l10n, thousands } from '../l10n';
import { codeEndings } from '../source/endings';
import { dropped } from './tree/drop';
import { checkpointLines, traceLines } from './tree/files';
import type { Line } from './tree/line';
import { modelLines, type Filter } from './tree/models';
import { Scan, type Found } from './tree/scan';
import { registerWarnings, warningWords } from './tree/warnings';

/** Events soon after one another count once, in milliseconds. */
const PAUSE = 300;
/** Settings that change which files are looked at. */
const PLACES = ['gatescope.include', 'gatescope.exclude', 'gatescope.gitignore', 'gatescope.maximumFiles', 'search.exclude', 'search.useIgnoreFiles', 'files.exclude'];

/** Registers the lists; nothing is looked for until one of them is seen. Answers the scan, too, for the API. */
export function registerTree(): vscode.Disposable & { readonly scan: Scan; lines(id: string): readonly Line[] } {
  const scan = new Scan();
  let filter: Filter = 'all';
  const lists = {
    'gatescope.models': new List(scan, () => modelLines(scan.found, filter).lines),
    'gatescope.checkpoints': new List(scan, () => checkpointLines(scan.found)),
    'gatescope.traces': new List(scan, () => traceLines(scan.found)),
  } as const;
  const views = Object.entries(lists).map(([id, list]) => ({ id, list, view: vscode.window.createTreeView(id, { treeDataProvider: list, dragAndDropController: dropped, showCollapseAll: true }) }));
  const models = views[0]!.view;
  const draw = (): void => {
    const { found } = scan;
    models.message = messageOf(found, filter);
    const { warnings } = modelLines(found, 'all');
    models.badge = warnings === 0 ? undefined : { value: warnings, tooltip: warningWords(warnings) };
    for (const { list } of views) list.refresh();
    context('scanned', found.state === 'done' || found.state === 'stopped'); // till then an empty list says nothing
    context('scanning', found.state === 'looking');
    context('filtered', filter !== 'all');
  };
  const set = (chosen: Filter): void => { filter = chosen; draw(); };
  const registered = vscode.Disposable.from(
    scan, scan.onDidChange(draw), ...views.map(v => v.view), registerWarnings(), watch(scan),
    vscode.workspace.onDidChangeConfiguration(change => {
      if (scan.state === 'never') return;
      if (PLACES.some(place => change.affectsConfiguration(place))) void scan.start();
      else if (change.affectsConfiguration('gatescope.lint')) draw();
    }),
    vscode.commands.registerCommand('gatescope.refresh', () => scan.start()),
    vscode.commands.registerCommand('gatescope.stopScan', () => { scan.stop(); }),
    vscode.commands.registerCommand('gatescope.filter', async (chosen?: unknown) => {
      const picked = isFilter(chosen) ? chosen : await pickFilter(filter);
      if (picked) set(picked);
    }),
    vscode.commands.registerCommand('gatescope.clearFilter', () => { set('all'); }),
  );
  return { scan, lines: id => Object.hasOwn(lists, id) ? lists[id as keyof typeof lists].getChildren() : [], dispose: () => { registered.dispose(); } };
}

const context = (name: string, value: boolean): void => { void vscode.commands.executeCommand('setContext', `gatescope.${name}`, value); };

/** A list over what was found so far; being asked for the first time begins the look. */
class List implements vscode.TreeDataProvider<Line> {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly scan: Scan, private readonly roots: () => readonly Line[]) {}

  refresh(): void { this.changed.fire(undefined); }
  getTreeItem(line: Line): vscode.TreeItem { return line.item; }
  getChildren(line?: Line): Line[] {
    if (!line && this.scan.state === 'never') void this.scan.start();
    return [...line ? line.children() : this.roots()];
  }
}

/** What is said above the list. */
function messageOf({ state, looked, total, capped }: Found, filter: Filter): string {
  const most = thousands(vscode.workspace.getConfiguration('gatescope').get<number>('maximumFiles', 20_000));
  return [
    state === 'looking' ? (total === 0 ? l10n('Looking for files…') : l10n('Looking through files: {0} of {1}', thousands(looked), thousands(total))) : undefined,
    state === 'stopped' ? l10n('Stopped after {0} of {1} files. Refresh to go on.', thousands(looked), thousands(total)) : undefined,
    capped ? l10n('Only the first {0} files of a kind are looked through. The settings gatescope.include and gatescope.exclude narrow them down.', most) : undefined,
    filter === 'all' ? undefined : l10n('Shown: {0}', filterWords()[filter]),
  ].filter(Boolean).join(' ');
}

const filterWords = (): Readonly<Record<Filter, string>> => ({
  all: l10n('all layers'), problems: l10n('layers with warnings'), bound: l10n('layers with a checkpoint'), unbound: l10n('layers without a checkpoint'),
});

const isFilter = (value: unknown): value is Filter => typeof value === 'string' && Object.hasOwn(filterWords(), value);

async function pickFilter(current: Filter): Promise<Filter | undefined> {
  const items = Object.entries(filterWords()).map(([id, label]) => ({ label, id: id as Filter, picked: id === current }));
  return (await vscode.window.showQuickPick(items, { title: l10n('Which layers are shown?') }))?.id;
}

/** Hands on what changes in the workspace, a moment later and together. */
function watch(scan: Scan): vscode.Disposable {
  const waiting = new Map<string, vscode.Uri>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const touched = (uri: vscode.Uri): void => {
    if (scan.state === 'never') return;
    waiting.set(uri.toString(), uri);
    clearTimeout(timer);
    timer = setTimeout(() => { void scan.touch([...waiting.values()]); waiting.clear(); }, PAUSE);
  };
  const watchers = [`**/*.{${[...new Set([...codeEndings, ...sought()])].join(',')}}`, '**/{.gitignore,.vscode/gatescope.json}'].map(glob => vscode.workspace.createFileSystemWatcher(glob));
  // A folder that comes or goes is told once, and not each file in it; a name without an ending may be one.
  const folders = vscode.workspace.createFileSystemWatcher('**/*', false, true, false);
  const folder = (uri: vscode.Uri): void => { if (!/\.\w+$/.test(uri.path)) touched(uri); };
  return vscode.Disposable.from(
    { dispose: () => { clearTimeout(timer); } }, ...watchers,
    folders, folders.onDidCreate(folder), folders.onDidDelete(folder),
    ...watchers.flatMap(w => [w.onDidChange(touched), w.onDidCreate(touched), w.onDidDelete(touched)]),
    vscode.workspace.onDidChangeWorkspaceFolders(() => { if (scan.state !== 'never') void scan.start(); }),
  );
}
