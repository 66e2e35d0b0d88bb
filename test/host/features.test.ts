import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { GatescopeApi } from '../../src/host/api';
import type { Scene } from '../../src/protocol';

const folder = (): vscode.Uri => vscode.workspace.workspaceFolders![0]!.uri;
const example = (...path: string[]): vscode.Uri => vscode.Uri.joinPath(folder(), ...path);

async function hoverText(document: vscode.TextDocument, text: string, into = 4): Promise<string> {
  const at = document.positionAt(document.getText().indexOf(text) + into);
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

const VALUES = `import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 8, 2, batch_first=True)
    def forward(self, x):
        every_step, (final, cells) = self.rnn(x)
        return every_step[:, -1]
`;

async function valuesDocument(): Promise<vscode.TextDocument> {
  // Written once: a file that is written while it is open is empty for a moment, and then so is the document.
  if (!await vscode.workspace.fs.stat(example('values.py')).then(() => true, () => false)) await vscode.workspace.fs.writeFile(example('values.py'), new TextEncoder().encode(VALUES));
  return vscode.workspace.openTextDocument(example('values.py'));
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

  it('is there on the variable that holds the layer, and on what it gives', async () => {
    const document = await valuesDocument();
    assert.ok((await hoverText(document, 'self.rnn(x)')).includes('LSTM 4 → 8, 2 layers'));
    for (const [name, shape] of [['final', '(2, N, 8)'], ['cells', '(2, N, 8)'], ['every_step', '(N, T, 8)'], ['every_step[', '(N, T, 8)']] as const) {
      const text = await hoverText(document, name, 2);
      assert.ok(text.includes(shape) && text.includes('command:gatescope.goToLine'), `${name}: ${text}`);
    }
  });

  it('is there on a Keras configuration in JSON', async () => {
    const layer = { class_name: 'LSTM', config: { name: 'lstm', units: 8, return_sequences: true } };
    const config = { class_name: 'Sequential', config: { name: 'm', layers: [{ class_name: 'InputLayer', config: { batch_shape: [null, 5, 3], name: 'in' } }, layer] } };
    await vscode.workspace.fs.writeFile(example('config.json'), new TextEncoder().encode(JSON.stringify(config, null, 2)));
    const text = await hoverText(await vscode.workspace.openTextDocument(example('config.json')), '"LSTM"', 2);
    assert.ok(text.includes('3 → 8') && text.includes('unit_forget_bias'), text);
  });

  it('shows the last run of the layer, and calls random weights random', async () => {
    const document = await valuesDocument();
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('gatescope.visualize', { uri: document.uri.toString(), key: { owner: 'Net', name: 'rnn', nth: 0, line: 5 } });
    const api = vscode.extensions.getExtension<GatescopeApi>('gatescope.gatescope')!.exports;
    await waitFor('the numbers', () => api.scene()?.reference.includes('values.py') && api.scene(), 30_000);
    let text = '';
    for (let k = 0; k < 100 && !text.includes('data:image/svg+xml'); k++) { text = await hoverText(document, 'nn.LSTM'); await new Promise(r => setTimeout(r, 50)); }
    assert.ok(text.includes('data:image/svg+xml') && text.includes('random weights'), text);
    assert.ok(text.length < 8000, `${text.length} characters`);
    await closePanels();
  });

  it('shows names from code as plain text', async () => {
    await vscode.workspace.fs.writeFile(example('evil.py'), new TextEncoder().encode('import torch.nn as nn\nm = nn.LSTM(cfg["](command:evil)<img onerror=alert(1)>$(bug)"], 3)\n'));
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
    assert.deepEqual(lenses.map(l => l.command?.title), ['$(pulse) Visualize', 'Compare', '3,648 parameters']);
  });
});

async function switched(setting: string, document: vscode.TextDocument, look: (document: vscode.TextDocument) => Promise<number>): Promise<readonly number[]> {
  const settings = vscode.workspace.getConfiguration('gatescope');
  const on = await look(document);
  await settings.update(setting, false, vscode.ConfigurationTarget.Workspace);
  try { return [on, await look(document)]; }
  finally { await settings.update(setting, undefined, vscode.ConfigurationTarget.Workspace); }
}

describe('inlay hints', () => {
  const hints = (document: vscode.TextDocument): Thenable<vscode.InlayHint[]> =>
    vscode.commands.executeCommand<vscode.InlayHint[]>('vscode.executeInlayHintProvider', document.uri, new vscode.Range(0, 0, document.lineCount, 0));

  it('say the shapes of what a layer gives, behind the names', async () => {
    const document = await valuesDocument();
    const found = await hints(document);
    assert.deepEqual(found.map(h => `${document.lineAt(h.position.line).text.slice(0, h.position.character).match(/\w+$/)?.[0]}${String(h.label)}`),
      ['every_step: (N, T, 8)', 'final: (2, N, 8)', 'cells: (2, N, 8)']);
  });

  it('and lenses can be switched off without a reload', async () => {
    const document = await valuesDocument();
    assert.deepEqual(await switched('inlayHints', document, async d => (await hints(d)).length), [3, 0]);
    assert.deepEqual(await switched('codeLens', document, async d => (await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', d.uri)).length), [3, 0]);
  });
});

const OWN = `import torch
from torch import nn


class MinimalCell(nn.Module):
    def __init__(self, inputs, units):
        super().__init__()
        self.gate = nn.Linear(inputs + units, units)
        self.new = nn.Linear(inputs + units, units)

    def forward(self, x, h):
        f = torch.sigmoid(self.gate(torch.cat([x, h], 1)))
        n = torch.tanh(self.new(torch.cat([x, f * h], 1)))
        return (1 - f) * h + f * n
`;

/** What the panel shows, once it shows this. */
async function shown(layer: string): Promise<{ readonly api: GatescopeApi; readonly scene: Scene }> {
  const api = vscode.extensions.getExtension<GatescopeApi>('gatescope.gatescope')!.exports;
  const scene = await waitFor(`the numbers of ${layer}`, () => api.scene()?.levels.some(l => l.name === layer) ? api.scene() : undefined, 30_000);
  return { api, scene };
}

describe('Visualize LSTM', () => {
  it('opens a panel for the layer at the cursor, and uses it again', async () => {
    await closePanels();
    const document = await vscode.workspace.openTextDocument(example('time_series', 'model.py'));
    const editor = await vscode.window.showTextDocument(document);
    const at = document.positionAt(document.getText().indexOf('nn.GRU'));
    editor.selection = new vscode.Selection(at, at);
    await vscode.commands.executeCommand('gatescope.visualize');
    await waitFor('the panel', () => panelTab()?.label === 'Gatescope: gru');
    const { api, scene } = await shown('gru');
    const z = await api.tile({ revision: scene.revision, level: 0, direction: 0, signal: 'z', from: 0, to: 8, columns: 8 });
    assert.equal(z.mean.length, 8 * 32);
    assert.ok(z.mean.every(v => v > 0 && v < 1), `no gate: ${z.mean.join(' ')}`);
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

  it('opens a class that is a cell of its own, by its lens', async () => {
    await closePanels();
    await vscode.workspace.fs.writeFile(example('own.py'), new TextEncoder().encode(OWN));
    const document = await vscode.workspace.openTextDocument(example('own.py'));
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 10);
    assert.deepEqual(lenses.map(l => l.command?.title), ['$(pulse) Visualize', 'Cell equations: 3']);
    const { command, arguments: given } = lenses[0]!.command!;
    await vscode.commands.executeCommand(command, ...given as unknown[]);
    const { scene } = await shown('MinimalCell');
    assert.deepEqual(scene.levels[0]!.directions[0]!.signals.map(s => s.name).filter(name => name !== 'x'), ['f', 'n', 'h']);
    await closePanels();
  });

  it('runs what a model does before its layer, and agrees with the runtime', async () => {
    const layer = 'If_0_then_branch__Inline_0__/decoder/rnn/LSTM';
    await vscode.commands.executeCommand('gatescope.openFile', { uri: example('speech', 'silero_vad_v5.onnx').toString(), stack: layer });
    const { scene } = await shown(layer);
    assert.equal(scene.steps, 325);
    assert.ok(scene.parity && scene.parity.max < 1e-5, `parity ${JSON.stringify(scene.parity)}`);
    await closePanels();
  });
});
