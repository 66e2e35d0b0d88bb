import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';

describe('activation', () => {
  it('activates', async () => {
    const extension = vscode.extensions.getExtension('gatescope.gatescope');
    assert.ok(extension, 'the extension is not installed');
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('registers every command of the manifest', async () => {
    const extension = vscode.extensions.getExtension('gatescope.gatescope');
    const manifest = extension?.packageJSON as { contributes: { commands: { command: string }[] } };
    const wanted = manifest.contributes.commands.map(c => c.command);
    const known = new Set(await vscode.commands.getCommands(true));
    assert.ok(wanted.includes('gatescope.visualize'));
    assert.deepEqual(wanted.filter(c => !known.has(c)), []);
  });

  it('opened a copy of the examples', () => {
    assert.equal(vscode.workspace.workspaceFolders?.length, 1);
    assert.equal(vscode.workspace.isTrusted, true);
  });
});
