/**
 * The editor of a file in a plain browser, for looking at it: a stand-in for VS Code's API in front of a real file, which the page brings along.
 * Query: ?page=file&model=examples/char_lstm/char_lstm.safetensors &theme=dark|light|hc|hcLight &language=pt-br
 */
import { fromBase64 } from '../../src/base64';
import { drive } from '../../src/core/pace';
import type { FileHostApi, FileWebviewApi } from '../../src/fileProtocol';
import { decided, fileView, levelStats, tensorPage } from '../../src/fileView';
import type { Answers } from '../../src/formats/format';
import { memory, open } from '../../src/formats/index';
import { connect, type Port } from '../../src/protocol';
import { dress, type ThemeName } from './themes';
import '../../webview/l10n';

const query = new URLSearchParams(location.search);
dress((query.get('theme') ?? 'dark') as ThemeName);
document.body.dataset['page'] = 'file';

/** Two ends in one window, as in page.ts, but nothing is kept. */
function wire(): Port {
  let toHost: ((message: unknown) => void) | undefined;
  window.acquireVsCodeApi = () => ({
    postMessage: (message: unknown) => { const copy: unknown = structuredClone(message); setTimeout(() => toHost?.(copy)); },
    getState: () => undefined, setState: () => undefined,
  });
  return {
    post: message => { const data: unknown = structuredClone(message); setTimeout(() => window.dispatchEvent(new MessageEvent('message', { data }))); },
    listen: handler => { toHost = handler; },
  };
}

const name = query.get('model') ?? '';
const bytes = fromBase64(document.body.dataset['file'] ?? '');
const opened = open(memory(name, bytes));
const decisions = new Map<string, Answers>();
let revision = 0;

const api: FileHostApi = {
  ready: show,
  statistics: async (stack, level, exact) => {
    const content = await opened;
    const ref = content.kind === 'checkpoint' ? content.stacks.find(s => s.name === stack) : undefined;
    const found = ref && decided(ref, decisions.get(stack)).levels[level];
    if (!found) throw new Error(`No level ${level} of ${stack}`);
    return drive(levelStats(await found.load(), revision, exact));
  },
  stop: () => undefined,
  tensors: async request => {
    const content = await opened;
    return content.kind === 'checkpoint' ? tensorPage(content, request) : { rows: [], matching: 0, all: 0 };
  },
  decide: async (stack, doubt, option) => { decisions.set(stack, { ...decisions.get(stack), [doubt]: option }); await show(); },
  visualize: () => Promise.resolve(),
  act: () => Promise.resolve(),
};
const remote = connect<FileWebviewApi>(wire(), api);

async function show(): Promise<void> {
  void remote.show(fileView(await opened, { revision: ++revision, name: name.split('/').at(-1) ?? '', size: bytes.length, decisions }));
}
