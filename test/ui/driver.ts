/**
 * Drives the real VS Code that scripts/ui.mjs started. One browser for all tests; every page has its own copy of a folder and its own
 * browser storage. Any console error, uncaught error or policy violation in a webview fails the run, whichever test caused it.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, beforeEach } from 'mocha';
import { chromium, type Browser, type Page } from 'playwright-core';
import { copyOf } from '../../scripts/workspace.mjs';
import { watchProblems, type UiProblem } from './problems';

/** Where the light and dark of a theme show, and the class that the workbench then has. */
const THEMES = {
  dark: { name: 'Default Dark Modern', className: 'vs-dark' },
  light: { name: 'Default Light Modern', className: 'vs' },
  hc: { name: 'Default High Contrast', className: 'hc-black' },
  hcLight: { name: 'Default High Contrast Light', className: 'hc-light' },
} as const;
export type Theme = keyof typeof THEMES;

export interface PageOptions {
  /** Folder whose copy is opened; `examples` unless told. */
  readonly folder?: string;
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  /** The display language; English unless told. VS Code's own words stay English where its language pack is not installed. */
  readonly language?: string;
  /** Workspace settings on top. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Absolute path of one more extension, loaded unpacked. */
  readonly extension?: string;
}

const SHOTS = 'test/out/shots';
/** Seconds for what needs a round trip through the extension host on a busy machine. */
const PATIENCE = 20_000;

let browser: Promise<Browser> | undefined;
let running = '(before the first test)';
const problems: UiProblem[] = [];
const open = new Map<Page, string>();

beforeEach(function () { running = this.currentTest?.fullTitle() ?? running; });
afterEach(async function () {
  if (this.currentTest?.state === 'passed') return;
  // The workbench is not ours, and now and then it loses a key or a click: a test may try again, but never without a word (scripts/reporter.cjs).
  for (const [index, page] of [...open.keys()].entries()) {
    await screenshot(page, `failed-${running.replace(/\W+/g, '-')}-${index}`);
    await closePage(page); // else it slows down all that follow
  }
});
after(async () => {
  for (const page of open.keys()) await closePage(page);
  await (await browser)?.close();
  if (problems.length > 0) throw new Error(`${problems.length} errors in webviews:\n${problems.map(p => `- during "${p.test}": ${p.text}`).join('\n')}`);
});

/** Opens a copy of a folder in VS Code and waits until the extension is known and the theme is in place. Answers the page. */
export async function newPage(options: PageOptions = {}): Promise<Page> {
  const { folder = 'examples', theme = 'dark', width = 1280, height = 800, settings = {}, extension, language } = options;
  const copy = copyOf(folder);
  writeSettings(copy, { 'workbench.colorTheme': THEMES[theme].name, ...settings });
  browser ??= chromium.launch(JSON.parse(variable('GATESCOPE_BROWSER')) as Parameters<typeof chromium.launch>[0]);
  const context = await (await browser).newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
  if (language) await context.addInitScript(code => { Object.defineProperty(globalThis, '_VSCODE_NLS_LANGUAGE', { get: () => code, set: () => undefined }); }, language);
  const page = await context.newPage();
  open.set(page, copy);
  watchProblems(page, text => problems.push({ test: running, text }));
  await page.goto(address(copy, extension));
  await ready(page, theme);
  return page;
}

/** Changes the theme of an open page, by its workspace's settings, and waits until it is worn. */
export async function wear(page: Page, theme: Theme): Promise<void> {
  const file = join(workspaceOf(page), '.vscode/settings.json');
  writeSettings(workspaceOf(page), { ...JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>, 'workbench.colorTheme': THEMES[theme].name });
  await page.locator(`.monaco-workbench.${THEMES[theme].className}`).waitFor({ timeout: PATIENCE });
}

/** The folder that a page has open: a temporary copy that tests may change. */
export function workspaceOf(page: Page): string {
  const folder = open.get(page);
  if (folder === undefined) throw new Error('this page is closed');
  return folder;
}

/** Milliseconds until the panel has told what it keeps, and VS Code has begun to write. */
const KEPT = 1500;

/** Loads the page again, as "Reload Window" does, and waits until it is ready. */
export async function reload(page: Page, theme: Theme = 'dark'): Promise<void> {
  await page.waitForTimeout(KEPT);
  await page.evaluate(written, KEPT);
  await page.reload();
  await ready(page, theme);
}

/**
 * In a browser VS Code writes its layout down every five seconds, once it is idle, which on a busy machine may take long; and at once when its
 * window is left. So it is told that it was, and what then stands in its databases is read: that waits for what is being written.
 */
async function written(begun: number): Promise<void> {
  document.hasFocus = () => false;
  document.dispatchEvent(new Event('visibilitychange'));
  await new Promise(resolve => setTimeout(resolve, begun));
  const answer = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error(String(request.error)));
  });
  for (const { name } of await indexedDB.databases()) {
    if (!name?.startsWith('vscode-web-state-db-')) continue;
    const database = await answer(indexedDB.open(name));
    for (const store of database.objectStoreNames) await answer(database.transaction(store).objectStore(store).count());
    database.close();
  }
}

/** Closes the page and removes its folder; what is open at the end is closed then. */
export async function closePage(page: Page): Promise<void> {
  const folder = workspaceOf(page);
  open.delete(page);
  await page.context().close();
  rmSync(folder, { recursive: true, force: true });
}

/** Takes out the problems found so far: only for tests that cause some on purpose. */
export function takeProblems(): UiProblem[] { return problems.splice(0); }

/** Saves a picture in the ignored folder test/out/shots and answers its path. */
export async function screenshot(page: Page, name: string): Promise<string> {
  mkdirSync(SHOTS, { recursive: true });
  const path = join(SHOTS, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled', caret: 'initial' });
  return path;
}

async function ready(page: Page, theme: Theme): Promise<void> {
  await page.locator(`.monaco-workbench.${THEMES[theme].className}`).waitFor({ timeout: 3 * PATIENCE });
  await page.locator('.activitybar .action-label[aria-label^="Gatescope"]').waitFor({ timeout: 3 * PATIENCE });
}

function address(folder: string, extension: string | undefined): string {
  const url = new URL(variable('GATESCOPE_SERVER'));
  url.searchParams.set('folder', folder);
  const payload = [['skipWelcome', 'true'], ...(extension ? [['extensionDevelopmentPath', `vscode-remote://${url.host}${extension}`]] : [])];
  url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

function writeSettings(folder: string, settings: Readonly<Record<string, unknown>>): void {
  mkdirSync(join(folder, '.vscode'), { recursive: true });
  writeFileSync(join(folder, '.vscode/settings.json'), JSON.stringify(settings, null, 2));
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run the UI tests with scripts/ui.mjs`);
  return value;
}
