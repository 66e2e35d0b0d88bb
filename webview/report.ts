/** The host of a report: opens what the page carries on an engine of its own, in the place of VS Code. */
import { l10n, useTexts } from '../src/l10n';
import { localSession } from '../src/local';
import { connect, type HostApi, type Port, type WebviewApi } from '../src/protocol';
import { unpack } from '../src/report/codec';
import type { ReportContent } from '../src/report/document';
import { numbersOf } from '../src/session';

const { texts } = document.body.dataset;
if (texts) useTexts(JSON.parse(texts) as Readonly<Record<string, string>>);
const { subject, labels, state, colors } = unpack(document.getElementById('report')?.textContent ?? '') as ReportContent;
if (colors !== undefined) document.body.dataset['colors'] = colors;
const session = localSession(() => new Promise(resolve => { setTimeout(resolve); }));
dress();
const view = connect<WebviewApi>(wire(), {
  ...numbersOf(() => session),
  ready: async () => { void start(); },
  select: () => undefined, save: () => undefined, act: async () => undefined, binding: async () => [], cells: async () => [], saveAs: async () => false,
} satisfies HostApi);

async function start(): Promise<void> {
  try {
    await view.progress({ done: 0, total: 1, what: subject.model });
    const scene = await session.open(subject);
    await view.progress(undefined);
    await view.scene(labels ? { ...scene, labels } : scene, state);
  } catch (error) {
    await view.failed({ title: l10n('This report could not be opened.'), lines: [error instanceof Error ? error.message : String(error)], actions: [] });
  }
}

/** Two ends in one window: what one posts arrives later at the other. */
function wire(): Port {
  let toHost: ((message: unknown) => void) | undefined;
  (window as unknown as { acquireVsCodeApi: unknown }).acquireVsCodeApi = () => ({
    postMessage: (message: unknown) => { const copy: unknown = structuredClone(message); setTimeout(() => toHost?.(copy)); },
    getState: () => undefined, setState: () => undefined,
  });
  return {
    post: message => { const data: unknown = structuredClone(message); setTimeout(() => window.dispatchEvent(new MessageEvent('message', { data }))); },
    listen: handler => { toHost = handler; },
  };
}

/** Light or dark as the reader's system is; high contrast where it forces colours. */
function dress(): void {
  const [dark, contrast] = [matchMedia('(prefers-color-scheme: dark)'), matchMedia('(prefers-contrast: more)')];
  const apply = (): void => {
    document.body.classList.remove('vscode-dark', 'vscode-light', 'vscode-high-contrast', 'vscode-high-contrast-light');
    document.body.classList.add(contrast.matches ? (dark.matches ? 'vscode-high-contrast' : 'vscode-high-contrast-light') : dark.matches ? 'vscode-dark' : 'vscode-light');
  };
  apply();
  dark.addEventListener('change', apply);
  contrast.addEventListener('change', apply);
}
