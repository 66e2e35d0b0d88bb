import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';

const folder = (): vscode.Uri => vscode.workspace.workspaceFolders![0]!.uri;

async function waitFor<T>(what: string, look: () => T | undefined | false, ms = 15_000): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise(r => setTimeout(r, 50))) {
    const found = look();
    if (found) return found;
  }
  throw new Error(`waited for ${what} in vain`);
}

const source = `import torch
import torch.nn as nn


class A(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(4, 8, dropout=0.5, bidirectional=True)

    def forward(self, x):
        out, _ = self.rnn(x)
        return out[-1]
`;

let documents = 0;
async function open(content = source): Promise<vscode.TextDocument> {
  const uri = vscode.Uri.joinPath(folder(), `lint${documents++}.py`);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(content));
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  return document;
}

const ours = (document: vscode.TextDocument): vscode.Diagnostic[] => vscode.languages.getDiagnostics(document.uri).filter(d => d.source === 'Gatescope');
const code = (d: vscode.Diagnostic): string => typeof d.code === 'object' ? String(d.code.value) : String(d.code);
const codes = (document: vscode.TextDocument): string => ours(document).map(code).sort().join(' ');
const both = 'dropout-single-layer last-step-bidirectional';

/** The light bulb's list; asked again for a moment, since the editor may not know of the diagnostic yet. */
async function actions(document: vscode.TextDocument, which: string): Promise<vscode.CodeAction[]> {
  const { range } = ours(document).find(d => code(d) === which)!;
  for (const end = Date.now() + 10_000; ; await new Promise(r => setTimeout(r, 100))) {
    const found = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, range, vscode.CodeActionKind.QuickFix.value);
    if (found.length > 0 || Date.now() > end) return found;
  }
}

describe('diagnostics', () => {
  it('appear in an open document, with a page, a related place and a severity', async () => {
    const document = await open();
    await waitFor('the diagnostics', () => codes(document) === both);
    const last = ours(document).find(d => code(d) === 'last-step-bidirectional')!;
    assert.equal(document.getText(last.range), 'out[-1]');
    assert.equal(last.severity, vscode.DiagnosticSeverity.Warning);
    assert.equal(document.getText(last.relatedInformation?.[0]?.location.range), 'nn.GRU');
    const { target } = last.code as { target: vscode.Uri };
    const page = await vscode.workspace.openTextDocument(target);
    assert.equal(page.languageId, 'markdown');
    assert.ok(page.getText().startsWith('# last-step-bidirectional'));
  });

  it('go when a fix is made', async () => {
    const document = await open();
    await waitFor('the diagnostics', () => codes(document) === both);
    const fix = (await actions(document, 'last-step-bidirectional'))[0]!;
    assert.equal(fix.title, 'Take the final state of both directions');
    assert.equal(fix.isPreferred, true);
    await vscode.workspace.applyEdit(fix.edit!);
    assert.ok(document.getText().includes('out, h_n = self.rnn(x)\n        return torch.cat((h_n[-2], h_n[-1]), 1)'), document.getText());
    await waitFor('one diagnostic less', () => codes(document) === 'dropout-single-layer');
  });

  it('go when a comment silences them, and the page can be asked for', async () => {
    const document = await open();
    await waitFor('the diagnostics', () => codes(document) === both);
    const list = await actions(document, 'dropout-single-layer');
    assert.deepEqual(list.map(a => a.title), ['Remove dropout', 'Silence dropout-single-layer on this line', 'Explain dropout-single-layer']);
    await vscode.workspace.applyEdit(list[1]!.edit!);
    await waitFor('one diagnostic less', () => codes(document) === 'last-step-bidirectional');
    assert.deepEqual(list[2]!.command?.arguments, ['dropout-single-layer']);
    await vscode.commands.executeCommand('gatescope.explainRule', 'dropout-single-layer');
    await waitFor('the page', () => vscode.window.tabGroups.all.flatMap(g => g.tabs).some(t => t.label.includes('dropout-single-layer')));
  });

  it('follow the settings without a reload', async () => {
    const document = await open();
    const settings = vscode.workspace.getConfiguration('gatescope.lint');
    await waitFor('the diagnostics', () => codes(document) === both);
    try {
      await settings.update('rules', { 'dropout-single-layer': 'off', 'last-step-bidirectional': 'error' }, vscode.ConfigurationTarget.Workspace);
      await waitFor('one of them', () => codes(document) === 'last-step-bidirectional');
      await waitFor('an error', () => ours(document)[0]?.severity === vscode.DiagnosticSeverity.Error);
      await settings.update('enable', false, vscode.ConfigurationTarget.Workspace);
      await waitFor('none', () => codes(document) === '');
    } finally {
      await settings.update('enable', undefined, vscode.ConfigurationTarget.Workspace);
      await settings.update('rules', undefined, vscode.ConfigurationTarget.Workspace);
    }
    await waitFor('both again', () => codes(document) === both);
  });

  it('and hovers say the same, at the same levels', async () => {
    const document = await open();
    const settings = vscode.workspace.getConfiguration('gatescope.lint');
    const hoverOn = async (text: string): Promise<string> => {
      const at = document.positionAt(document.getText().lastIndexOf(text) + text.length - 1);
      const found = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, at);
      return found.flatMap(h => h.contents.map(c => typeof c === 'string' ? c : c.value)).join('\n');
    };
    const last = /\$\((\w+)\) \*\*\[Line 12\]/, dropout = 'does nothing';
    await waitFor('the diagnostics', () => codes(document) === both);
    assert.equal(last.exec(await hoverOn('self.rnn'))?.[1], 'warning');
    assert.ok((await hoverOn('self.rnn')).includes(dropout), 'the variable that holds it');
    assert.ok(!(await hoverOn('nn.GRU')).includes(dropout), 'VS Code shows the diagnostic itself there');
    try {
      await settings.update('rules', { 'dropout-single-layer': 'off', 'last-step-bidirectional': 'error' }, vscode.ConfigurationTarget.Workspace);
      assert.equal(last.exec(await hoverOn('self.rnn'))?.[1], 'error');
      assert.ok(!(await hoverOn('self.rnn')).includes(dropout));
      await settings.update('rules', { 'last-step-bidirectional': 'hint' }, vscode.ConfigurationTarget.Workspace);
      assert.equal(last.exec(await hoverOn('self.rnn'))?.[1], 'info');
      await settings.update('enable', false, vscode.ConfigurationTarget.Workspace);
      assert.equal(last.exec(await hoverOn('nn.GRU')), null);
    } finally {
      await settings.update('enable', undefined, vscode.ConfigurationTarget.Workspace);
      await settings.update('rules', undefined, vscode.ConfigurationTarget.Workspace);
    }
    const comment = new vscode.WorkspaceEdit();
    comment.insert(document.uri, document.lineAt(11).range.end, '  # gatescope: ignore[last-step-bidirectional]');
    await vscode.workspace.applyEdit(comment);
    assert.equal(last.exec(await hoverOn('nn.GRU')), null);
  });

  it('are three dots where they are advice, which the hover tells, too', async () => {
    const document = await open('import torch.nn as nn\nrnn = nn.LSTM(4, 8)\n');
    await waitFor('the hint', () => codes(document) === 'forget-bias');
    assert.equal(ours(document)[0]?.severity, vscode.DiagnosticSeverity.Hint);
    const found = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, new vscode.Position(1, 10));
    assert.ok(found.flatMap(h => h.contents.map(c => typeof c === 'string' ? c : c.value)).join('\n').includes('The forget bias starts near 0'));
  });

  it('speak of TF.js, too', async () => {
    const uri = vscode.Uri.joinPath(folder(), `lint${documents++}.js`);
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode('import * as tf from \'@tensorflow/tfjs\';\nexport const rnn = tf.layers.gru({ units: 8, resetAfter: true });\n'));
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    await waitFor('the diagnostic', () => codes(document) === 'gru-not-portable');
    const list = await actions(document, 'gru-not-portable');
    await vscode.workspace.applyEdit(list[1]!.edit!);
    assert.ok(document.getText().includes('// gatescope: ignore[gru-not-portable]'), document.getText());
    await waitFor('none', () => codes(document) === '');
  });

  it('follow edits, and go with the document', async () => {
    const document = await open('x = 1\n');
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(1, 0), 'rnn = nn.LSTM(4, 0)\n');
    await vscode.workspace.applyEdit(edit);
    await waitFor('the diagnostics', () => codes(document).includes('size-not-positive'));
    await vscode.languages.setTextDocumentLanguage(document, 'plaintext'); // closes it, and opens it as another
    await waitFor('none', () => codes(document) === '');
    await document.save();
  });
});
