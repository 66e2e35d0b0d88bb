import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';

const folder = (): vscode.Uri => vscode.workspace.workspaceFolders![0]!.uri;
const customTab = (): vscode.TabInputCustom | undefined => {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom ? input : undefined;
};

async function waitFor<T>(what: string, look: () => T | undefined | false, ms = 15_000): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise(r => setTimeout(r, 50))) {
    const found = look();
    if (found) return found;
  }
  throw new Error(`waited for ${what} in vain`);
}

/** Files that are not on this machine: `size` is told, and every read is counted. */
class Elsewhere implements vscode.FileSystemProvider {
  readonly reads: string[] = [];
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;
  constructor(private readonly content: Uint8Array, private readonly large: number) {}
  watch(): vscode.Disposable { return new vscode.Disposable(() => undefined); }
  stat(uri: vscode.Uri): vscode.FileStat {
    return { type: uri.path === '/' ? vscode.FileType.Directory : vscode.FileType.File, ctime: 0, mtime: 0, size: uri.path.includes('large') ? this.large : this.content.length };
  }
  readDirectory(): [string, vscode.FileType][] { return []; }
  readFile(uri: vscode.Uri): Uint8Array { this.reads.push(uri.path); return this.content; }
  createDirectory(): void { throw new Error('readonly'); }
  writeFile(): void { throw new Error('readonly'); }
  delete(): void { throw new Error('readonly'); }
  rename(): void { throw new Error('readonly'); }
}

describe('the file editor', () => {
  it('opens a checkpoint when it is asked for, and takes it from no other editor', async () => {
    const file = vscode.Uri.joinPath(folder(), 'time_series', 'weather_gru.safetensors');
    await vscode.commands.executeCommand('gatescope.openWith', file);
    const input = await waitFor('the editor', customTab);
    assert.equal(input.viewType, 'gatescope.file');
    assert.equal(input.uri.toString(), file.toString());
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('vscode.open', file);
    await new Promise(r => setTimeout(r, 1000));
    assert.equal(customTab(), undefined);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('reads a file of a virtual workspace whole, and a large one only after a yes', async () => {
    const content = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder(), 'time_series', 'weather_gru.safetensors'));
    const elsewhere = new Elsewhere(content, 123 * 2 ** 20);
    const registered = vscode.workspace.registerFileSystemProvider('elsewhere', elsewhere, { isReadonly: true });
    try {
      await vscode.commands.executeCommand('gatescope.openWith', vscode.Uri.parse('elsewhere:/small.safetensors'));
      await waitFor('the read', () => elsewhere.reads.includes('/small.safetensors'));
      await vscode.commands.executeCommand('gatescope.openWith', vscode.Uri.parse('elsewhere:/large.safetensors'));
      await waitFor('the editor', () => customTab()?.uri.path === '/large.safetensors');
      await new Promise(r => setTimeout(r, 1500));
      assert.equal(elsewhere.reads.includes('/large.safetensors'), false);
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      registered.dispose();
    }
  });
});
