// Settings count at once. Those of hovers, lenses and hints are tested where these are (features.test.ts), those of rules in lint.test.ts,
// of files in side.test.ts, and colours, which only a panel shows, in test/ui/units.test.ts.
import assert from 'node:assert/strict';
import { after, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { GatescopeApi } from '../../src/host/api';

const folder = (): vscode.Uri => vscode.workspace.workspaceFolders![0]!.uri;
const api = (): GatescopeApi => vscode.extensions.getExtension<GatescopeApi>('gatescope.gatescope')!.exports;

async function until<T>(what: string, look: () => T | undefined | false, ms = 20_000): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise(r => setTimeout(r, 50))) {
    const found = look();
    if (found) return found;
  }
  throw new Error(`waited for ${what} in vain; shown: ${JSON.stringify(api().scene()?.weights)}, ${api().scene()?.steps} steps, working: ${api().working()}`);
}

/** Another value of a setting while something is looked at. */
async function having(name: string, value: unknown, look: () => Promise<unknown>): Promise<void> {
  const set = (to: unknown): Thenable<void> => vscode.workspace.getConfiguration('gatescope').update(name, to, vscode.ConfigurationTarget.Workspace);
  await set(value);
  try { await look(); } finally { await set(undefined); }
}

/** Shows a layer with random weights on a made-up input. */
async function random(): Promise<void> {
  const uri = vscode.Uri.joinPath(folder(), 'plain.py');
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode('import torch.nn as nn\nplain = nn.LSTM(5, 7)\n'));
  await vscode.commands.executeCommand('gatescope.visualize', { uri: uri.toString(), key: { owner: '', name: 'plain', nth: 0, line: 2 } });
  await until('the layer', () => api().scene()?.reference.includes('plain.py') && api().working() === undefined);
}

describe('settings', () => {
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder(), 'plain.py'));
  });

  it('say how many steps are run, also of what is shown already', async () => {
    await random();
    const { steps } = api().scene()!;
    assert.ok(steps > 40);
    await having('maximumSteps', 40, () => until('40 steps', () => api().scene()?.steps === 40));
    await until('all steps', () => api().scene()?.steps === steps);
  });

  it('say from which seed weights are invented, also of what is shown already', async () => {
    await random();
    const seed = api().scene()!.weights.invented!.seed;
    await having('seed', seed + 1, () => until('the other seed', () => api().scene()?.weights.invented?.seed === seed + 1));
    await until('the seed', () => api().scene()?.weights.invented?.seed === seed);
  });

  it('say how much memory a run may hold: it is run again', async () => {
    await random();
    const { revision } = api().scene()!;
    await having('memory', 16, () => until('another run', () => api().scene()!.revision > revision));
  });

  it('are all told of in the manifest, each with a description', () => {
    const { packageJSON } = vscode.extensions.getExtension('gatescope.gatescope')!;
    const { properties } = (packageJSON as { contributes: { configuration: { properties: Record<string, { description?: string; markdownDescription?: string }> } } }).contributes.configuration;
    for (const [name, { description, markdownDescription }] of Object.entries(properties)) assert.ok((description ?? markdownDescription ?? '').length > 10, name);
  });
});
