// These run with workspace trust on, in a folder that nobody has trusted yet.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';

describe('in a workspace that is not trusted', () => {
  it('is restricted', () => { assert.equal(vscode.workspace.isTrusted, false); });

  it('activates and offers Visualize', async () => {
    const extension = vscode.extensions.getExtension('gatescope.gatescope');
    assert.ok(extension, 'the extension is disabled in Restricted Mode');
    await extension.activate();
    assert.ok((await vscode.commands.getCommands(true)).includes('gatescope.visualize'));
  });
});
