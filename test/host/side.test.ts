import assert from 'node:assert/strict';
import { after, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { GatescopeApi, ListLine } from '../../src/host/api';

const folder = (): vscode.Uri => vscode.workspace.workspaceFolders![0]!.uri;
const place = (...path: string[]): vscode.Uri => vscode.Uri.joinPath(folder(), ...path);
const write = (text: string, ...path: string[]): Thenable<void> => vscode.workspace.fs.writeFile(place(...path), new TextEncoder().encode(text));
const api = (): GatescopeApi => vscode.extensions.getExtension<GatescopeApi>('gatescope.gatescope')!.exports;
const setting = (name: string, value: unknown): Thenable<void> => vscode.workspace.getConfiguration().update(name, value, vscode.ConfigurationTarget.Workspace);
const labels = (lines: readonly ListLine[]): string[] => lines.map(l => l.label);

async function until<T>(what: string, look: () => T | undefined | false, ms = 20_000): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise(r => setTimeout(r, 50))) {
    const found = look();
    if (found) return found;
  }
  throw new Error(`waited for ${what} in vain; models: ${labels(models()).join(', ')}; ${JSON.stringify(api().looked())}`);
}

const models = (): readonly ListLine[] => api().list('gatescope.models');
const modelsAt = (path: string): readonly ListLine[] => models().filter(l => l.tooltip === path);
/** The line of a layer, below its file and class. */
const layer = (path: string, name: string): ListLine | undefined => modelsAt(path).flatMap(f => f.children()).flatMap(l => [l, ...l.children()]).find(l => l.label === name);
const looked = (): Promise<unknown> => until('the end of the look', () => api().looked().state === 'done');

describe('the side panel', () => {
  after(async () => {
    for (const path of ['side', '.gitignore']) await vscode.workspace.fs.delete(place(path), { recursive: true }).then(undefined, () => undefined);
  });

  it('matches checkpoints with layers, and says why others do not fit', async () => {
    models();
    await looked();
    const gru = await until('the layer', () => layer('time_series/model.py', 'gru'));
    const below = gru.children();
    const fits = below.find(l => l.label.startsWith('weather_gru.safetensors'));
    assert.ok(fits, labels(below).join(', '));
    assert.match(fits.description, /fits by shape and name|★ bound/);
    const misfits = below.find(l => /do(es)? not fit/.test(l.label))!.children();
    const other = misfits.find(l => l.label.startsWith('char_lstm.safetensors'));
    assert.equal(other?.description, 'Expected a GRU, found an LSTM (lstm).');
    assert.ok(labels(below).some(l => l === 'update gate'), labels(below).join(', '));
  });

  it('shows a binding with a star, and what is bound and does not fit any more', async () => {
    await write(JSON.stringify({ bindings: { 'side/bound.py#gru': { checkpoint: 'time_series/weather_gru.safetensors', stack: 'gru' } } }), '.vscode', 'gatescope.json');
    await write('import torch.nn as nn\ngru = nn.GRU(4, 32)\n', 'side', 'bound.py');
    const star = await until('the star', () => layer('side/bound.py', 'gru')?.children().find(l => l.description.startsWith('★')));
    assert.equal(star.description, '★ bound');
    assert.match(layer('side/bound.py', 'gru')!.description, /★$/);
    await write('import torch.nn as nn\ngru = nn.GRU(4, 330)\n', 'side', 'bound.py');
    const broken = await until('the misfit', () => layer('side/bound.py', 'gru')?.children().find(l => l.description === '★ bound, but does not fit'));
    assert.match(broken.tooltip, /\(990, 4\), found \(96, 4\)/);
  });

  it('follows folders that come and go', async () => {
    await write('import torch.nn as nn\nmoved = nn.GRU(4, 32)\n', 'side', 'first', 'moved.py');
    await until('the layer', () => layer('side/first/moved.py', 'moved'));
    await vscode.workspace.fs.rename(place('side', 'first'), place('side', 'second'));
    await until('the layer in its new place', () => layer('side/second/moved.py', 'moved') && modelsAt('side/first/moved.py').length === 0);
    await vscode.workspace.fs.delete(place('side', 'second'), { recursive: true });
    await until('its end', () => modelsAt('side/second/moved.py').length === 0);
  });

  it('reads sizes again when the file that they are imported from changes', async () => {
    await write('HIDDEN = 8\n', 'side', 'sizes.py');
    await write('import torch.nn as nn\nfrom side.sizes import HIDDEN\nsized = nn.LSTM(4, HIDDEN)\n', 'side', 'sized.py');
    const cell = (source: unknown): unknown => ({ cell_type: 'code', metadata: {}, outputs: [], execution_count: null, source });
    const cells = [cell(['import torch.nn as nn\n', 'from side.sizes import HIDDEN\n']), cell('noted = nn.GRU(3, HIDDEN)')];
    await write(JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }, null, 1), 'side', 'noted.ipynb');
    await until('the first size', () => layer('side/sized.py', 'sized')?.description.includes('4 → 8'));
    await until('that of the notebook', () => layer('side/noted.ipynb', 'noted')?.description.includes('3 → 8'));
    const document = await vscode.workspace.openTextDocument(place('side', 'sized.py'));
    const at = document.positionAt(document.getText().indexOf('nn.LSTM') + 4);
    const hover = async (): Promise<string> => (await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, at)).flatMap(h => h.contents).map(c => typeof c === 'string' ? c : c.value).join('\n');
    assert.ok((await hover()).includes('4 → 8'), await hover());
    await write('HIDDEN = 16\n', 'side', 'sizes.py');
    await until('the other size', () => layer('side/sized.py', 'sized')?.description.includes('4 → 16'));
    await until('that of the notebook', () => layer('side/noted.ipynb', 'noted')?.description.includes('3 → 16'));
    assert.ok((await hover()).includes('4 → 16'), await hover());
  });

  it('lists Keras configurations, and no other JSON', async () => {
    const config = (units: number): string => JSON.stringify({ class_name: 'Sequential', config: { name: 'm', layers: [{ class_name: 'InputLayer', config: { batch_shape: [null, 5, 3], name: 'in' } }, { class_name: 'LSTM', config: { name: 'configured', units } }] } });
    await write('{"lstm": {"units": 8}}', 'side', 'settings.json');
    await write(config(8), 'side', 'config.json');
    const found = await until('the layer', () => layer('side/config.json', 'configured'));
    assert.match(found.description, /3 → 8/);
    assert.equal(modelsAt('side/settings.json').length, 0);
  });

  it('lists classes that are cells beside layers: what their equations have, or why they cannot be read', async () => {
    const own = (name: string, step: string): string => `class ${name}(nn.Module):\n    def __init__(self, i, n):\n        super().__init__()\n        self.w, self.u = nn.Linear(i, n), nn.Linear(n, n)\n    def forward(self, x, h):\n        z = torch.sigmoid(self.w(x) + self.u(h))\n        return ${step}\n`;
    await write(`import torch\nimport torch.nn as nn\n${own('LeakyCell', 'z * h + (1 - z) * torch.tanh(self.w(x))')}${own('OddCell', 'torch.softmax(z, 1)')}plain = nn.GRU(4, 8)\n`, 'side', 'own.py');
    await until('the layer', () => layer('side/own.py', 'plain'));
    const [read, unread, plain] = modelsAt('side/own.py')[0]!.children();
    assert.deepEqual([read?.label, unread?.label, plain?.label], ['LeakyCell', 'OddCell', 'plain']);
    assert.equal(read?.description, 'cell · 1 state · 1 gate');
    assert.ok(labels(read?.children() ?? []).includes('update gate'), labels(read?.children() ?? []).join(', '));
    assert.match(unread?.description ?? '', /^cell · Line 16: softmax weighs by a softmax/);
    await vscode.commands.executeCommand('gatescope.filter', 'problems');
    try { assert.equal(modelsAt('side/own.py').length, 0); } finally { await vscode.commands.executeCommand('gatescope.clearFilter'); }
  });

  it('filters layers', async () => {
    await write('import torch.nn as nn\nwarned = nn.LSTM(4, 8, dropout=0.5)\n', 'side', 'warned.py');
    await until('the layer with a warning', () => layer('side/warned.py', 'warned'));
    await vscode.commands.executeCommand('gatescope.filter', 'problems');
    try {
      assert.ok(layer('side/warned.py', 'warned')?.tooltip.includes('⚠'));
      assert.equal(modelsAt('time_series/model.py').length, 0);
    } finally { await vscode.commands.executeCommand('gatescope.clearFilter'); }
    assert.equal(modelsAt('time_series/model.py').length, 1);
  });

  it('leaves out what settings and git leave out, without a reload', async () => {
    await write('import torch.nn as nn\na = nn.LSTM(4, 8)\n', 'side', 'kept', 'a.py');
    await write('import torch.nn as nn\nb = nn.LSTM(4, 8)\n', 'side', 'left', 'b.py');
    await until('both', () => modelsAt('side/kept/a.py').length + modelsAt('side/left/b.py').length === 2);
    await setting('gatescope.exclude', ['side/left']);
    try { await until('one less', () => modelsAt('side/left/b.py').length === 0 && modelsAt('side/kept/a.py').length === 1); } finally { await setting('gatescope.exclude', undefined); }
    await until('it again', () => modelsAt('side/left/b.py').length === 1);
    await setting('gatescope.include', ['side/kept/*.py']);
    try { await until('only those included', () => models().length === 1 && modelsAt('side/kept/a.py').length === 1); } finally { await setting('gatescope.include', undefined); }
    await write('left/\n', 'side', '.gitignore');
    await vscode.commands.executeCommand('gatescope.refresh');
    assert.deepEqual([modelsAt('side/left/b.py').length, modelsAt('side/kept/a.py').length], [0, 1]);
    await setting('gatescope.gitignore', 'none');
    try { await until('what git ignores', () => modelsAt('side/left/b.py').length === 1); } finally { await setting('gatescope.gitignore', undefined); }
  });

  it('stops at the most files, and when it is told to', async () => {
    await setting('gatescope.maximumFiles', 2);
    try { await until('the cap', () => api().looked().capped && api().looked().state === 'done' && api().looked().looked <= 4); } finally { await setting('gatescope.maximumFiles', undefined); }
    await until('all files', () => !api().looked().capped && api().looked().state === 'done');
    const look = vscode.commands.executeCommand('gatescope.refresh');
    await vscode.commands.executeCommand('gatescope.stopScan');
    await look;
    assert.equal(api().looked().state, 'stopped');
    await write('import torch.nn as nn\nnever = nn.GRU(4, 32)\n', 'side', 'after', 'stop.py');
    await until('the layer of a file that came', () => layer('side/after/stop.py', 'never'));
    assert.equal(api().looked().state, 'stopped', 'a folder that comes begins no look again');
    await vscode.workspace.fs.delete(place('side', 'after'), { recursive: true });
    await until('its end', () => modelsAt('side/after/stop.py').length === 0);
    assert.equal(api().looked().state, 'stopped', 'nor does one that goes');
    await vscode.commands.executeCommand('gatescope.refresh');
    assert.equal(api().looked().state, 'done');
  });
});

describe('the walkthrough', () => {
  it('has pictures, and commands that exist', async () => {
    const extension = vscode.extensions.getExtension('gatescope.gatescope')!;
    interface Step { readonly id: string; readonly description: string; readonly media: { readonly image?: string | Readonly<Record<string, string>>; readonly altText?: string } }
    const { walkthroughs } = (extension.packageJSON as { contributes: { walkthroughs: readonly { readonly steps: readonly Step[] }[] } }).contributes;
    const known = new Set(await vscode.commands.getCommands(true));
    const steps = walkthroughs.flatMap(w => w.steps);
    assert.ok(steps.length >= 4);
    for (const { id, description, media } of steps) {
      const images = typeof media.image === 'string' ? [media.image] : Object.values(media.image ?? {});
      assert.ok(images.length > 0 && media.altText, `${id} has no picture`);
      for (const image of images) assert.ok((await vscode.workspace.fs.stat(vscode.Uri.joinPath(extension.extensionUri, image))).size < 400_000, image);
      for (const [, command] of description.matchAll(/command:([\w.-]+)/g)) assert.ok(known.has(command!), `${id}: ${command}`);
    }
  });
});
