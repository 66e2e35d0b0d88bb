/** The webview's window as VS Code gives it: a port to the host, and a place for state that survives a hidden tab. */
import type { Port, ViewState } from '../src/protocol';

interface VsCodeApi {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** What is kept by VS Code while the webview is hidden or the window reloads. */
export interface Kept {
  /** What was kept for this reference. */
  read(reference: string): ViewState | undefined;
  /** The reference is kept too: it opens the same again after a reload. */
  write(reference: string, state: ViewState): void;
}

/** Asks VS Code for its API; it may be asked once per page. */
export function vsCodeWindow(): { readonly port: Port; readonly kept: Kept } {
  const api = acquireVsCodeApi();
  const port: Port = {
    post: (message, transfer) => api.postMessage(message, transfer),
    listen: handler => window.addEventListener('message', event => handler(event.data)),
  };
  return { port, kept: { read: reference => asViewState(api.getState(), reference), write: (reference, state) => api.setState({ reference, ...state }) } };
}

/** State of something else, or written by another version, is no state. */
function asViewState(value: unknown, reference: string): ViewState | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const state = value as Partial<ViewState> & { readonly reference?: unknown };
  const whole = state.reference === reference && typeof state.selection === 'object' && Array.isArray(state.open)
    && typeof state.from === 'number' && typeof state.to === 'number' && typeof state.order === 'string';
  return whole ? (state as ViewState) : undefined;
}
