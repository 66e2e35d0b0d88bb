/**
 * `npm run bench:editor`: how long the extension takes in the extension host of a real VS Code: to be activated, to answer a hover, to read
 * a file of 5,000 lines again after an edit, and to look through 10,000 files. Prints medians; fails only where there are no figures.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { GatescopeApi } from '../../src/host/api';
import { outlineOf } from '../../src/host/outlines';

const ROUNDS = 40;
const wait = (ms: number): Promise<void> => new Promise(resolve => { setTimeout(resolve, ms); });
const quantile = (times: readonly number[], share: number): number => [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(share * times.length))]!;
/** The title of a test is the only thing that comes out of the host: figures are reported as its own. */
const say = (test: Mocha.Context, words: string): void => { test.test!.title = words; };
const ms = (times: readonly number[]): string => `${quantile(times, 0.5).toFixed(1)} ms median, ${quantile(times, 0.95).toFixed(1)} ms p95 of ${times.length}`;

/** A model on 5,000 lines: a hundred classes with a layer each. */
function longCode(): string {
  const block = (k: number): string => `class Model${k}(nn.Module):\n    def __init__(self, size=${k + 8}, hidden=${2 * k + 16}):\n        super().__init__()\n        self.rnn = nn.LSTM(size, hidden, num_layers=2)\n\n    def forward(self, x):\n        out, _ = self.rnn(x)\n        return out\n\n${Array.from({ length: 41 }, (_, n) => `VALUE_${k}_${n} = [${n}, ${k}, 'text']`).join('\n')}\n`;
  return `import torch.nn as nn\n\n${Array.from({ length: 100 }, (_, k) => block(k)).join('')}`;
}

describe('the editor\'s bench', function () {
  this.timeout(240_000);
  let api: GatescopeApi;

  it('activation', async function () {
    const extension = vscode.extensions.getExtension<GatescopeApi>('gatescope.gatescope')!;
    const was = extension.isActive, begun = performance.now();
    api = await extension.activate();
    const took = performance.now() - begun;
    say(this, was ? 'activation: it was active already' : `activation, with its code read: ${took.toFixed(1)} ms`);
  });

  it('scan', async function () {
    const gaps: number[] = [];
    let last = performance.now(), running = true;
    const beat = (): void => { const now = performance.now(); gaps.push(now - last); last = now; if (running) setTimeout(beat, 0); };
    beat();
    const begun = performance.now();
    let first: number | undefined;
    for (;;) {
      const lines = api.list('gatescope.models');
      if (lines.length > 0) first ??= performance.now() - begun;
      if (api.looked().state === 'done') break;
      await wait(20);
    }
    const whole = performance.now() - begun;
    running = false;
    const { looked } = api.looked();
    assert.ok(looked > 9000, `only ${looked} files were looked at`);
    const again = performance.now();
    await vscode.commands.executeCommand('gatescope.refresh');
    say(this, `scan of ${looked} files: first layers after ${first!.toFixed(0)} ms, all after ${whole.toFixed(0)} ms, the longest block ${Math.max(...gaps).toFixed(0)} ms (p99 ${quantile(gaps, 0.99).toFixed(0)} ms); again, nothing changed: ${(performance.now() - again).toFixed(0)} ms; ${api.list('gatescope.models').length} files with layers`);
  });

  it('hover', async function () {
    const document = await vscode.workspace.openTextDocument({ language: 'python', content: longCode() });
    const text = document.getText(), times: number[] = [];
    for (let k = 0, at = 0; k < ROUNDS; k++) {
      at = text.indexOf('nn.LSTM', at + 1);
      const begun = performance.now();
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, document.positionAt(at + 4));
      times.push(performance.now() - begun);
      assert.ok(hovers.length > 0, `no hover at ${at}`);
    }
    say(this, `hover, through the window and back: ${ms(times)}`);
  });

  it('outline', async function () {
    const document = await vscode.workspace.openTextDocument({ language: 'python', content: longCode() });
    const begun = performance.now();
    assert.equal(outlineOf(document).layers.length, 100);
    const whole = performance.now() - begun, times: number[] = [];
    for (let k = 0; k < ROUNDS; k++) {
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, new vscode.Position(200 + 100 * k, 0), k % 2 ? '\n' : '# a word\n');
      await vscode.workspace.applyEdit(edit);
      const start = performance.now();
      assert.equal(outlineOf(document).layers.length, 100);
      times.push(performance.now() - start);
    }
    say(this, `outline of ${document.lineCount} lines: ${whole.toFixed(1)} ms at first, ${ms(times)} after an edit`);
  });
});
