/** The side panel's lists: models (from code), checkpoints and traces of the workspace, each down to its layers. */
import * as vscode from 'vscode';
import { open, sought } from '../formats/index';
import type { Checkpoint, Trace } from '../formats/format';
import { cellById } from '../core/cells/index';
import { parse } from '../core/equations';
import { l10n, term, thousands } from '../l10n';
import { describe } from '../source/describe';
import type { LayerSpec } from '../source/outline';
import { bytesOf, codeEndings, find, relativePath } from './folders';
import { keyOf, layerName, outlineAt } from './outlines';
import { stackWords } from './openFile';
import { baseName } from './plain';

/** A line of a list; children are made when it is opened. */
interface Item { readonly item: vscode.TreeItem; readonly children: readonly Item[] }

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

class List implements vscode.TreeDataProvider<Item> {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly roots: () => Promise<readonly Item[]>) {}

  refresh(): void { this.changed.fire(undefined); }
  getTreeItem(line: Item): vscode.TreeItem { return line.item; }
  async getChildren(line?: Item): Promise<Item[]> {
    if (line) return [...line.children];
    const roots = await this.roots();
    void vscode.commands.executeCommand('setContext', 'gatescope.scanned', true); // till then an empty list says nothing
    return [...roots];
  }
}

export function registerTree(): vscode.Disposable {
  // Checkpoints and traces come from one look at the files.
  let scanned: ReturnType<typeof files> | undefined;
  const scan = (): ReturnType<typeof files> => scanned ??= files();
  const lists = { 'gatescope.models': new List(models), 'gatescope.checkpoints': new List(async () => (await scan()).checkpoints), 'gatescope.traces': new List(async () => (await scan()).traces) };
  const refresh = later(() => { scanned = undefined; for (const list of Object.values(lists)) list.refresh(); });
  const watcher = vscode.workspace.createFileSystemWatcher(`**/*.{${[...codeEndings, ...sought()].join(',')}}`);
  return vscode.Disposable.from(
    ...Object.entries(lists).map(([id, provider]) => vscode.window.registerTreeDataProvider(id, provider)),
    watcher, watcher.onDidChange(refresh), watcher.onDidCreate(refresh), watcher.onDidDelete(refresh),
    vscode.workspace.onDidChangeWorkspaceFolders(refresh),
    vscode.commands.registerCommand('gatescope.refresh', refresh),
  );
}

/** Many events soon after one another count once. */
function later(run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => { clearTimeout(timer); timer = setTimeout(run, 300); };
}

async function everywhere(endings: readonly string[]): Promise<{ readonly uri: vscode.Uri; readonly path: string }[]> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const found = await Promise.all(folders.map(async folder => (await find(folder.uri, endings)).map(uri => ({
    uri, path: `${folders.length > 1 ? `${folder.name}/` : ''}${relativePath(folder.uri, uri)}`,
  }))));
  return found.flat().sort((a, b) => a.path < b.path ? -1 : 1);
}

async function models(): Promise<Item[]> {
  const items = await Promise.all((await everywhere(codeEndings)).map(async ({ uri, path }) => {
    const layers = await outlineAt(uri).then(o => o.outline.layers, () => []); // a file that went away has none
    return layers.length === 0 ? [] : [fileItem(uri, path, owners(uri, layers))];
  }));
  return items.flat();
}

function fileItem(uri: vscode.Uri, path: string, children: readonly Item[], description?: string): Item {
  const item = new vscode.TreeItem(baseName(uri), Expanded);
  item.resourceUri = uri;
  item.iconPath = vscode.ThemeIcon.File;
  item.description = description ?? path.split('/').slice(0, -1).join('/');
  item.tooltip = path;
  return { item, children };
}

function owners(uri: vscode.Uri, layers: readonly LayerSpec[]): Item[] {
  const names = [...new Set(layers.map(l => l.owner))];
  return names.flatMap(owner => {
    const children = layers.filter(l => l.owner === owner).map(spec => layerItem(uri, spec, layers));
    if (owner === '') return children;
    const item = new vscode.TreeItem(owner, Expanded);
    item.iconPath = new vscode.ThemeIcon('symbol-class');
    return [{ item, children }];
  });
}

function layerItem(uri: vscode.Uri, spec: LayerSpec, all: readonly LayerSpec[]): Item {
  const wish = { uri: uri.toString(), key: keyOf(spec, all) };
  const item = new vscode.TreeItem(layerName(spec), Collapsed);
  const { title, parameterTotal, cellId } = describe(spec);
  const warnings = spec.problems.filter(p => p.severity === 'warning').length;
  item.description = [title, parameterTotal === null ? undefined : thousands(parameterTotal), warnings === 0 ? undefined : warnings === 1 ? l10n('1 warning') : l10n('{0} warnings', warnings)].filter(Boolean).join(' · ');
  item.iconPath = new vscode.ThemeIcon('layers');
  item.tooltip = l10n('{0}, line {1}', layerName(spec), spec.line);
  item.command = { title: l10n('Visualize'), command: 'gatescope.visualize', arguments: [wish] };
  const signals = cellId ? parse(cellById(cellId).equations).signals : [];
  return { item, children: signals.map(s => signalItem(s.name, s.label, s.equation, wish)) };
}

function signalItem(name: string, label: string, equation: string, wish: object): Item {
  const item = new vscode.TreeItem(`${name}  ${term(label)}`, None);
  item.tooltip = equation;
  item.command = { title: l10n('Visualize'), command: 'gatescope.visualize', arguments: [{ ...wish, signal: name }] };
  return { item, children: [] };
}

async function files(): Promise<{ readonly checkpoints: Item[]; readonly traces: Item[] }> {
  const checkpoints: Item[] = [], traces: Item[] = [];
  for (const { uri, path } of await everywhere(sought())) {
    const opened = await bytesOf(uri).then(open).catch((error: unknown) => error instanceof Error ? error.message : String(error));
    if (typeof opened === 'string') checkpoints.push(unreadable(uri, path, opened));
    else if (opened.kind === 'trace') traces.push(traceItem(uri, path, opened));
    else if (opened.stacks.length > 0 || isModel(path)) checkpoints.push(checkpointItem(uri, path, opened));
  }
  return { checkpoints, traces };
}

/** An archive of arrays may be anything; a model without a layer of ours is worth a line that says so. */
const isModel = (path: string): boolean => !/\.(npz|h5|hdf5|msgpack)$/i.test(path);

function checkpointItem(uri: vscode.Uri, path: string, checkpoint: Checkpoint): Item {
  const count = checkpoint.tensors.length;
  return fileItem(uri, path, checkpoint.stacks.map(stack => {
    const item = new vscode.TreeItem(stack.name, None);
    item.description = stackWords(stack);
    item.iconPath = new vscode.ThemeIcon('layers');
    item.command = { title: l10n('Visualize'), command: 'gatescope.openFile', arguments: [{ uri: uri.toString(), stack: stack.name }] };
    return { item, children: [] };
  }), count === 1 ? l10n('1 tensor') : l10n('{0} tensors', thousands(count)));
}

function traceItem(uri: vscode.Uri, path: string, trace: Trace): Item {
  const line = fileItem(uri, path, [], trace.steps === 1 ? l10n('1 step') : l10n('{0} steps', thousands(trace.steps)));
  line.item.collapsibleState = None;
  line.item.command = { title: l10n('Visualize'), command: 'gatescope.openFile', arguments: [{ uri: uri.toString() }] };
  return line;
}

function unreadable(uri: vscode.Uri, path: string, why: string): Item {
  const line = fileItem(uri, path, [], l10n('cannot be read'));
  line.item.collapsibleState = None;
  line.item.iconPath = new vscode.ThemeIcon('warning');
  line.item.tooltip = why;
  return line;
}
