import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';

const folder = (): vscode.Uri => vscode.workspace.workspaceFolders![0]!.uri;
const example = (...path: string[]): vscode.Uri => vscode.Uri.joinPath(folder(), ...path);

async function hoverText(document: vscode.TextDocument, text: string): Promise<string> {
  const at = document.positionAt(document.getText().indexOf(text) + 4);
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, at);
  return hovers.flatMap(h => h.contents).map(c => typeof c === 'string' ? c : c.value).join('\n');
}

async function waitFor<T>(what: string, look: () => T | undefined | false, ms = 15_000): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise(r => setTimeout(r, 50))) {
    const found = look();
    if (found) return found;
  }
  throw new Error(`waited for ${what} in vain`);
}

const panelTab = (): vscode.Tab | undefined => vscode.window.tabGroups.all.flatMap(g => g.tabs).find(t => t.input instanceof vscode.TabInputWebview && t.label.startsWith('Gatescope'));

async function closePanels(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  await waitFor('closed editors', () => panelTab() === undefined);
}

describe('hover', () => {
  it('says sizes, shapes, arithmetic and equations', async () => {
    const document = await vscode.workspace.openTextDocument(example('time_series', 'model.py'));
    const text = await hoverText(document, 'nn.GRU');
    for (const expected of ['GRU', '4 → 32', '3,648', 'σ(Wr x', 'command:gatescope.visualize']) assert.ok(text.includes(expected), `${expected} is not in\n${text}`);
    assert.ok(text.length < 8000);
  });

  it('is silent elsewhere', async () => {
    const document = await vscode.workspace.openTextDocument(example('time_series', 'model.py'));
    assert.equal((await hoverText(document, 'import')).includes('Visualize'), false);
  });

  it('can be switched off without a reload', async () => {
    const settings = vscode.workspace.getConfiguration('gatescope');
    const document = await vscode.workspace.openTextDocument(example('time_series', 'model.py'));
    await settings.update('hover', false, vscode.ConfigurationTarget.Workspace);
    try { assert.equal((await hoverText(document, 'nn.GRU')).includes('Visualize'), false); }
    finally { await settings.update('hover', undefined, vscode.ConfigurationTarget.Workspace); }
  });

  it('shows names from code as plain text', async () => {
    writeFileSync(example('evil.py').fsPath, 'import torch.nn as nn\nm = nn.LSTM(cfg["](command:evil)<img onerror=alert(1)>$(bug)"], 3)\n');
    const text = await hoverText(await vscode.workspace.openTextDocument(example('evil.py')), 'nn.LSTM');
    assert.ok(text.includes('LSTM'));
    const outsideCode = text.replace(/```[\s\S]*?```/g, '').replace(/`[^`]*`/g, '');
    assert.equal(/(?<!\\)\]\((?!command:gatescope\.)|<img|(?<!\\)\$\(bug/.test(outsideCode), false, outsideCode);
  });
});

describe('CodeLens', () => {
  it('stands above each layer with its parameters', async () => {
    const document = await vscode.workspace.openTextDocument(example('time_series', 'model.py'));
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 10);
    assert.deepEqual(lenses.map(l => l.command?.title), ['$(pulse) Visualize', '3,648 parameters']);
  });
});

describe('Visualize LSTM', () => {
  it('opens a panel for the layer at the cursor, and uses it again', async () => {
    await closePanels();
    const document = await vscode.workspace.openTextDocument(example('time_series', 'model.py'));
    const editor = await vscode.window.showTextDocument(document);
    const at = document.positionAt(document.getText().indexOf('nn.GRU'));
    editor.selection = new vscode.Selection(at, at);
    await vscode.commands.executeCommand('gatescope.visualize');
    await waitFor('the panel', () => panelTab()?.label === 'Gatescope: gru');
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(example('char_lstm', 'model.py')), vscode.ViewColumn.One);
    await vscode.commands.executeCommand('gatescope.visualize');
    await waitFor('the panel on the other layer', () => panelTab()?.label === 'Gatescope: lstm');
    assert.equal(vscode.window.tabGroups.all.flatMap(g => g.tabs).filter(t => t.input instanceof vscode.TabInputWebview).length, 1);
  });

  it('saves the binding with relative paths', async () => {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(example('.vscode', 'gatescope.json')));
    const { bindings } = JSON.parse(text) as { bindings: Record<string, { checkpoint: string; input: string }> };
    const found = bindings['time_series/model.py#WeatherGRU.gru'];
    assert.equal(found?.checkpoint, 'time_series/weather_gru.safetensors');
    assert.equal(found.input, 'time_series/weather_normalised.csv');
  });

  it('opens a checkpoint from the explorer', async () => {
    await closePanels();
    await vscode.commands.executeCommand('gatescope.openFile', example('time_series', 'weather_gru.safetensors'));
    await waitFor('the panel', () => panelTab()?.label === 'Gatescope: gru');
    await closePanels();
  });
});
