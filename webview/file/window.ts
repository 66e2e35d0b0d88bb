/** The editor's window as VS Code gives it: a port to the host, and what is kept while the tab is hidden. */
import type { Port } from '../../src/protocol';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** What the person opened, scrolled to and typed. */
export interface Looked {
  /** Keys of sections whose state is not the first one. */
  readonly toggled: Readonly<Record<string, boolean>>;
  readonly scroll: number;
  readonly filter: string;
}

const fresh: Looked = { toggled: {}, scroll: 0, filter: '' };

/** Asks VS Code for its API; it may be asked once per page. */
export function fileWindow(): { readonly port: Port; read(): Looked; write(looked: Looked): void } {
  const api = acquireVsCodeApi();
  return {
    port: {
      post: message => api.postMessage(message),
      listen: handler => window.addEventListener('message', event => handler(event.data)),
    },
    read: () => asLooked(api.getState()),
    write: looked => api.setState(looked),
  };
}

/** State written by another version is no state. */
function asLooked(value: unknown): Looked {
  if (typeof value !== 'object' || value === null) return fresh;
  const { toggled, scroll, filter } = value as Partial<Looked>;
  const whole = typeof toggled === 'object' && typeof scroll === 'number' && typeof filter === 'string';
  return whole ? { toggled: Object.assign(Object.create(null) as Record<string, boolean>, toggled), scroll, filter } : fresh;
}
