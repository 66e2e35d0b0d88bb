/**
 * `npm run bench:editor`: how long the extension takes in the extension host of a real VS Code: to be activated, to answer a hover, to read
 * a file of 5,000 lines again after an edit, and to look through 10,000 files. Prints medians, of time and of the host's CPU time, which a
 * busy machine changes less; fails only where there are no figures, or where a hover needs 20 ms.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { GatescopeApi } from '../../src/host/api';
import { provideHover } from '../../src/host/hover';
import { outlineOf } from '../../src/host/outlines';
import { largeFiles } from '../source/largeFiles';
import { readCases } from '../source/fixtures';

const ROUNDS = 40;
const wait = (ms: number): Promise<void> => new Promise(resolve => { setTimeout(resolve, ms); });
const quantile = (times: readonly number[], share: number): number => [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(share * times.length))]!;
/** The title of a test is the only thing that comes out of the host: figures are reported as its own. */
const say = (test: Mocha.Context, words: string): void => { test.test!.title = words; };
const ms = (times: readonly number[]): string => `${quantile(times, 0.5).toFixed(1)} ms median, ${quantile(times, 0.95).toFixed(1)} ms p95 of ${times.length}`;

/** Milliseconds of CPU that this process has used so far, on all of its threads. */
const cpu = (): number => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
interface Block { readonly ms: number; readonly cpu: number }
/** The host's blocks from now on, till the answer is called: the times between turns of its event loop, and the CPU time used in them. */
function beats(): () => readonly Block[] {
  const found: Block[] = [];
  let last = performance.now(), before = cpu(), running = true;
  const beat = (): void => {
    const now = performance.now(), used = cpu();
    found.push({ ms: now - last, cpu: used - before });
    [last, before] = [now, used];
    if (running) setTimeout(beat, 0);
  };
  beat();
  return () => { running = false; return found; };
}
const worst = (blocks: readonly Block[]): string => `${Math.max(...blocks.map(b => b.ms)).toFixed(0)} ms, ${Math.max(...blocks.map(b => b.cpu)).toFixed(0)} ms of CPU`;

/** The longest of the readers' fixtures, Python all, of which the bench lies in a bundle three folders below the root. */
function longest(count: number): readonly string[] {
  const folder = join(__dirname, '../../source');
  const cases = readdirSync(folder).filter(name => name.endsWith('.txt') && !/^(tfjs|describe|broken)/.test(name)).flatMap(name => readCases(join(folder, name)));
  return cases.map(c => c.source).sort((a, b) => b.length - a.length).slice(0, count);
}

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
    const was = extension.isActive, begun = performance.now(), before = cpu();
    api = await extension.activate();
    const took = performance.now() - begun, used = cpu() - before;
    say(this, was ? 'activation: it was active already' : `activation, with its code read: ${took.toFixed(1)} ms, ${used.toFixed(1)} ms of CPU`);
  });

  it('scan', async function () {
    const begun = performance.now();
    const loading = beats();
    api.list('gatescope.models');
    while (api.looked().state === 'never') await wait(1);
    const load = loading(), loaded = performance.now() - begun;
    const looking = beats();
    let first: number | undefined;
    for (;;) {
      const { state } = api.looked();
      if (first === undefined && api.list('gatescope.models').length > 0) first = performance.now() - begun;
      if (state === 'done') break;
      await wait(20);
    }
    const whole = performance.now() - begun, blocks = looking();
    const { looked } = api.looked();
    assert.ok(looked > 9000, `only ${looked} files were looked at`);
    const again = performance.now();
    await vscode.commands.executeCommand('gatescope.refresh');
    say(this, `scan of ${looked} files: code read in ${loaded.toFixed(0)} ms (longest block ${worst(load)}), first layers after ${first!.toFixed(0)} ms, all after ${whole.toFixed(0)} ms, the longest block ${worst(blocks)}, p99 ${quantile(blocks.map(b => b.cpu), 0.99).toFixed(0)} ms of CPU; again, nothing changed: ${(performance.now() - again).toFixed(0)} ms; ${api.list('gatescope.models').length} files with layers`);
  });

  it('hover', async function () {
    const whole: number[] = [], own: number[] = [], used: number[] = [];
    for (const content of [longCode(), ...longest(10)]) {
      const document = await vscode.workspace.openTextDocument({ language: 'python', content });
      for (const spec of outlineOf(document).layers.slice(0, ROUNDS)) {
        const at = document.positionAt(spec.callee.from + 1), begun = performance.now();
        const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, at);
        whole.push(performance.now() - begun);
        assert.ok(hovers.length > 0, `no hover at ${spec.line}`);
        const start = performance.now(), before = cpu();
        assert.ok(provideHover(document, at));
        used.push(cpu() - before);
        own.push(performance.now() - start);
      }
    }
    assert.ok(quantile(used, 0.5) < 20, `a hover takes ${ms(used)} of CPU`);
    say(this, `hover: ${ms(own)} (CPU: ${ms(used)}); through the window and back: ${ms(whole)}`);
  });

  it('outline', async function () {
    const document = await vscode.workspace.openTextDocument({ language: 'python', content: longCode() });
    const begun = performance.now();
    assert.equal(outlineOf(document).layers.length, 100);
    const whole = performance.now() - begun, times: number[] = [], used: number[] = [];
    for (let k = 0; k < ROUNDS; k++) {
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, new vscode.Position(200 + 100 * k, 0), k % 2 ? '\n' : '# a word\n');
      await vscode.workspace.applyEdit(edit);
      const start = performance.now(), before = cpu();
      assert.equal(outlineOf(document).layers.length, 100);
      times.push(performance.now() - start);
      used.push(cpu() - before);
    }
    say(this, `outline of ${document.lineCount} lines: ${whole.toFixed(1)} ms at first, ${ms(times)} after an edit (CPU: ${ms(used)})`);
  });

  for (const { name, language, text, layers, edits } of largeFiles()) it(`outline: ${name}`, async function () {
    const document = await vscode.workspace.openTextDocument({ language, content: text });
    assert.equal(outlineOf(document).layers.length, layers);
    const times: number[] = [], cpu: number[] = [];
    for (let k = 0; k < 16; k++) {
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), edits['a number typed']!(k));
      await vscode.workspace.applyEdit(edit);
      const start = performance.now(), used = process.cpuUsage();
      outlineOf(document);
      const { user, system } = process.cpuUsage(used);
      times.push(performance.now() - start);
      cpu.push((user + system) / 1000);
    }
    say(this, `outline of ${document.lineCount} lines, ${name}, after an edit: ${ms(times)}; ${quantile(cpu, 0.5).toFixed(1)} ms of the processor`);
  });
});
