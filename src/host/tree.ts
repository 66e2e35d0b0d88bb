/** The side panel's lists, before there is anything in them: what they show is loaded when one of them is seen. */
import * as vscode from 'vscode';
import { LISTS } from './ids';
import { openAll, urisIn } from './tree/drop';
import type { Line } from './tree/line';
import type { Lists } from './tree/lists';

const URIS = 'text/uri-list';

/** One list's view, and how it is drawn again. */
export interface ListView { readonly id: string; readonly view: vscode.TreeView<Line>; refresh(): void }

/** Registers the views. */
export function treeViews(lists: () => Promise<Lists>): vscode.Disposable & { readonly all: readonly ListView[] } {
  const all = LISTS.map(id => {
    const changed = new vscode.EventEmitter<undefined>();
    const treeDataProvider: vscode.TreeDataProvider<Line> = {
      onDidChangeTreeData: changed.event,
      getTreeItem: line => line.item,
      getChildren: async line => [...line ? line.children() : (await lists()).lines(id)],
    };
    const view = vscode.window.createTreeView(id, { treeDataProvider, dragAndDropController: dropped, showCollapseAll: true });
    return { id, view, refresh: () => { changed.fire(undefined); }, dispose: () => { view.dispose(); changed.dispose(); } };
  });
  return { all, dispose: () => { for (const list of all) list.dispose(); } };
}

/** Files that are dropped on a list are opened. */
const dropped: vscode.TreeDragAndDropController<Line> = {
  dropMimeTypes: [URIS, 'files'],
  dragMimeTypes: [],
  handleDrop: async (_, data) => { await openAll(urisIn(await data.get(URIS)?.asString() ?? '')); },
};
