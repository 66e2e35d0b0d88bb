import assert from 'node:assert/strict';
import { after, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { GatescopeApi } from '../../src/host/api';

const folder = (): vscode.Uri => vscode.workspace.workspaceFolders![0]!.uri;
const file = (): vscode.Uri => vscode.Uri.joinPath(folder(), 'large.py');
const api = (): GatescopeApi => vscode.extensions.getExtension<GatescopeApi>('gatescope.gatescope')!.exports;

/** What the status bar said while something was done, each thing once, and what it says after. */
async function said(act: () => Thenable<unknown>): Promise<{ readonly during: readonly string[]; readonly after: string | undefined }> {
  const during = new Set<string>();
  const look = (): void => { const words = api().working(); if (words !== undefined) during.add(words); };
  const looking = setInterval(look, 5);
  try { await act(); } finally { clearInterval(looking); }
  // A file that was written before may have begun a look meanwhile: that ends, too.
  for (const end = Date.now() + 10_000; api().working() !== undefined && Date.now() < end;) await new Promise(r => setTimeout(r, 20));
  return { during: [...during], after: api().working() };
}

describe('the status bar', () => {
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(file());
  });

  it('names the layer while the engine runs, and nothing after', async () => {
    await vscode.workspace.fs.writeFile(file(), new TextEncoder().encode('import torch.nn as nn\nlarge = nn.LSTM(512, 512)\n'));
    const { during, after: end } = await said(() => vscode.commands.executeCommand('gatescope.visualize', { uri: file().toString(), key: { owner: '', name: 'large', nth: 0, line: 2 } }));
    assert.ok(during.some(words => /large( \d+%)?$/.test(words)), during.join(' | '));
    assert.equal(end, undefined);
  });

  it('says how far the look through the workspace is, and nothing after', async () => {
    const { during, after: end } = await said(() => vscode.commands.executeCommand('gatescope.refresh'));
    assert.ok(during.some(words => /Gatescope( \d+%)?$/.test(words)), during.join(' | '));
    assert.equal(end, undefined);
  });
});
