/** What the side panel's lists show: models (from code), checkpoints and traces of the workspace, each down to its layers. */
import * as vscode from 'vscode';
import { sought } from '../../formats/index';
import { l10n, thousands } from '../../l10n';
import { codeEndings } from '../../source/endings';
import { onDidOutdate } from '../freshness';
import { scanWork, type Status } from '../status';
import type { ListView } from '../tree';
import { checkpointLines, traceLines } from './files';
import type { Line } from './line';
import { modelLines, type Filter } from './models';
import { Scan, type Found } from './scan';
import { registerWarnings, warningWords } from './warnings';

/** Events soon after one another count once, in milliseconds. */
const PAUSE = 300;
/** Settings that change which files are looked at. */
const PLACES = ['gatescope.include', 'gatescope.exclude', 'gatescope.gitignore', 'gatescope.maximumFiles', 'search.exclude', 'search.useIgnoreFiles', 'files.exclude'];

export interface Lists extends vscode.Disposable {
  /** The first lines of a list, by the id of its view; being asked for the first time begins the look. */
  lines(id: string): readonly Line[];
  looked(): Pick<Found, 'state' | 'looked' | 'total' | 'capped'>;
  refresh(): Promise<void>;
  stop(): void;
  /** Shows some layers only: those of a filter that is named, else of one that the person picks. */
  chooseFilter(chosen?: unknown): Promise<void>;
  clearFilter(): void;
}

/** Fills the views from now on; nothing is looked for until a list is asked for. */
export function beginLists({ all: views }: { readonly all: readonly ListView[] }, status: Status): Lists {
  const scan = new Scan();
  let filter: Filter = 'all';
  const models = remembered((found: Found) => modelLines(found, filter));
  const lists: Readonly<Record<string, () => readonly Line[]>> = {
    'gatescope.models': () => models(scan.found).lines,
    'gatescope.checkpoints': () => checkpointLines(scan.found),
    'gatescope.traces': () => traceLines(scan.found),
  };
  const view = views.find(v => v.id === 'gatescope.models')?.view;
  const draw = (): void => {
    const { found } = scan, { warnings } = models(found);
    if (view) {
      view.message = messageOf(found, filter);
      view.badge = warnings === 0 ? undefined : { value: warnings, tooltip: warningWords(warnings) };
    }
    for (const list of views) list.refresh();
    status.set(scan, found.state === 'looking' ? scanWork(found.looked, found.total) : undefined);
    context('scanned', found.state === 'done' || found.state === 'stopped'); // till then an empty list says nothing
    context('scanning', found.state === 'looking');
    context('filtered', filter !== 'all');
  };
  const redraw = (): void => { models.forget(); draw(); };
  const show = (chosen: Filter): void => { filter = chosen; redraw(); };
  const registered = vscode.Disposable.from(
    scan, scan.onDidChange(draw), registerWarnings(), watch(scan), { dispose: () => { status.set(scan, undefined); } },
    vscode.workspace.onDidChangeConfiguration(change => {
      if (scan.state === 'never') return;
      if (PLACES.some(place => change.affectsConfiguration(place))) void scan.start();
      else if (change.affectsConfiguration('gatescope.lint')) redraw();
    }),
  );
  return {
    lines(id) {
      if (scan.state === 'never') void scan.start();
      return Object.hasOwn(lists, id) ? lists[id]!() : [];
    },
    looked: () => {
      const { state, looked, total, capped } = scan.found;
      return { state, looked, total, capped };
    },
    refresh: () => scan.start(),
    stop: () => { scan.stop(); },
    async chooseFilter(chosen) {
      const picked = isFilter(chosen) ? chosen : await pickFilter(filter);
      if (picked) show(picked);
    },
    clearFilter: () => { show('all'); },
    dispose: () => { registered.dispose(); },
  };
}

/** Computed once for each state of what was found: the list, its badge and the API ask for the same. */
function remembered<T>(compute: (found: Found) => T): ((found: Found) => T) & { forget(): void } {
  let known: { readonly found: Found; readonly value: T } | undefined;
  const get = (found: Found): T => {
    if (known?.found !== found) known = { found, value: compute(found) };
    return known.value;
  };
  return Object.assign(get, { forget: () => { known = undefined; } });
}

const context = (name: string, value: boolean): void => { void vscode.commands.executeCommand('setContext', `gatescope.${name}`, value); };

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
  const waiting = new Map<string, vscode.Uri>(), outdated = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => { void scan.touch([...waiting.values()], [...outdated]); waiting.clear(); outdated.clear(); }, PAUSE);
  };
  const touched = (uri: vscode.Uri): void => {
    if (scan.state === 'never') return;
    waiting.set(uri.toString(), uri);
    soon();
  };
  const watchers = [`**/*.{${[...new Set([...codeEndings, ...sought()])].join(',')}}`, '**/{.gitignore,.vscode/gatescope.json}'].map(glob => vscode.workspace.createFileSystemWatcher(glob));
  // A folder that comes or goes is told once, and not each file in it; a name without an ending may be one.
  const folders = vscode.workspace.createFileSystemWatcher('**/*', false, true, false);
  const folder = (uri: vscode.Uri): void => { if (!/\.\w+$/.test(uri.path)) touched(uri); };
  return vscode.Disposable.from(
    { dispose: () => { clearTimeout(timer); } }, ...watchers,
    folders, folders.onDidCreate(folder), folders.onDidDelete(folder),
    ...watchers.flatMap(w => [w.onDidChange(touched), w.onDidCreate(touched), w.onDidDelete(touched)]),
    // Sizes in a file may come from another one.
    onDidOutdate(importers => {
      if (scan.state === 'never') return;
      for (const importer of importers) outdated.add(importer);
      soon();
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(() => { if (scan.state !== 'never') void scan.start(); }),
  );
}
