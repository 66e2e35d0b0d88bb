import type { ConsoleMessage, Page } from 'playwright-core';

/** What went wrong in a webview, and during which test. */
export interface UiProblem { readonly test: string; readonly text: string }

const WEBVIEW = /\/webview\/browser\/pre\/|vscode-resource|vscode-webview/;
/** The workbench's own scripts and workers. */
const WORKBENCH = /\/static\/(out|node_modules|extensions)\//;
/** Of the workbench too, but without a script's address: its favicon, its service worker, the gallery that cannot be reached. */
const NOISE = /A bad HTTP response code \(404\) was received when fetching the script|vsda|github authentication provider/;

/**
 * Calls `found` for every console error, uncaught error and policy violation in the webviews of a page. A script inside a webview's
 * HTML has no address, so whatever is not known to be the workbench's counts.
 */
export function watchProblems(page: Page, found: (text: string) => void): void {
  page.on('console', message => { if (isOurs(message)) found(`${message.text()} (${message.location().url.split('?')[0] ?? ''})`); });
  page.on('pageerror', error => { if (!isWorkbench(error.stack ?? '')) found(`uncaught: ${error.stack ?? error.message}`); });
  page.on('crash', () => { found('the page crashed'); });
}

function isOurs(message: ConsoleMessage): boolean {
  const { url } = message.location();
  if ((message.type() !== 'error' && message.type() !== 'assert') || NOISE.test(message.text())) return false;
  return /^Failed to load resource/.test(message.text()) ? WEBVIEW.test(url) : !isWorkbench(url);
}

/** Whether an address, or a stack of them, lies in the workbench and in no webview. */
function isWorkbench(where: string): boolean { return WORKBENCH.test(where) && !WEBVIEW.test(where); }
