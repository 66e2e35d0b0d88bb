/** One editor's webview on a file: what the person does in it, and what it is sent. */
import * as vscode from 'vscode';
import type { FileHostApi, FileWebviewApi } from '../../fileProtocol';
import { tensorPage } from '../../fileView';
import type { Answers } from '../../formats/format';
import { connect, type Remote } from '../../protocol';
import { saveBinding, savedBinding } from '../bindings';
import { page, webviewOptions } from '../html';
import type { Panels } from '../panels';
import { contextOf } from '../prepare';
import type { Target } from '../target';
import { alwaysOpen, endingOf } from './associations';
import type { FileDocument } from './document';

/** Rows of one page of tensors, at most. */
const MOST_ROWS = 5000;

/** Fills a webview panel with a file, and keeps it up to date until it is closed. */
export function attach(document: FileDocument, panel: vscode.WebviewPanel, extension: vscode.Uri, panels: Panels): void {
  const { webview } = panel;
  webview.options = webviewOptions(extension);
  const disposables: vscode.Disposable[] = [];
  let loaded = false;
  /** The statistics that this editor asked for: they end with it. */
  const asked = new Map<string, readonly [string, number]>();
  const api: FileHostApi = {
    ready: async () => { loaded = true; send(); },
    statistics: (stack, level, exact) => {
      asked.set(`${stack}/${level}`, [stack, level]);
      return document.statistics(stack, level, exact, progress => void remote.progress(stack, level, progress));
    },
    stop: (stack, level) => document.stop(stack, level),
    tensors: async request => {
      const { content } = document;
      return content?.kind === 'checkpoint' ? tensorPage(content, { ...request, count: Math.min(request.count, MOST_ROWS) }) : { rows: [], matching: 0, all: 0 };
    },
    decide: (stack, doubt, option) => document.decide(stack, doubt, option),
    visualize: async stack => {
      const target: Target = { kind: 'checkpoint', uri: document.uri, stack };
      await assume(target, document.answersOf(stack));
      await panels.show(target);
    },
    act: async (id, value) => { await acts.get(id)?.(document, panels, value ?? ''); },
  };
  const remote: Remote<FileWebviewApi> = connect<FileWebviewApi>({
    post: message => { void webview.postMessage(message); },
    listen: handler => { disposables.push(webview.onDidReceiveMessage(handler)); },
  }, api);
  let shown = -1;
  const send = (): void => {
    if (!loaded) return;
    const { view, problem } = document;
    if (view && view.revision !== shown) void remote.show(view);
    shown = view?.revision ?? -1;
    void remote.note(document.note);
    void remote.failed(problem && { title: problem.title, lines: problem.lines, actions: problem.actions });
  };
  disposables.push(document.onDidChange(send));
  panel.onDidDispose(() => {
    for (const [stack, level] of asked.values()) document.stop(stack, level);
    vscode.Disposable.from(...disposables).dispose();
  });
  webview.html = page(webview, extension, 'file');
}

/** Hands what the person decided here on to the panel, by the binding that it reads. */
async function assume(target: Target, answers: Answers): Promise<void> {
  if (Object.keys(answers).length === 0) return;
  const { folder, key } = await contextOf(target);
  const before = await savedBinding(folder, key);
  await saveBinding(folder, key, { ...before, assume: { ...before?.assume, ...answers } });
}

type Act = (document: FileDocument, panels: Panels, value: string) => Promise<unknown>;

/** Links and buttons by their ids. */
const acts: ReadonlyMap<string, Act> = new Map<string, Act>([
  ['copy', async (_, __, text) => vscode.env.clipboard.writeText(text)],
  ['reload', document => document.load()],
  ['read', document => document.load(true)],
  ['timeline', (document, panels) => panels.show({ kind: 'trace', uri: document.uri })],
  ['alwaysOpen', document => alwaysOpen(endingOf(document.uri))],
  ['otherEditor', async document => vscode.commands.executeCommand('workbench.action.reopenWithEditor', document.uri)],
]);
