/** What a person does in VS Code, one function an act. */
import { basename } from 'node:path';
import type { Frame, Locator, Page } from 'playwright-core';

const PATIENCE = 20_000;
const WEBVIEW = '/webview/browser/pre/';

/** Runs a command by its title through the command palette. Fails when the palette does not offer it. */
export async function palette(page: Page, title: string): Promise<void> {
  await quickInput(page, 'F1', `>${title}`);
  await row(page, title).click({ timeout: PATIENCE });
}

/** Titles that the command palette offers for what is typed. */
export async function paletteOffers(page: Page, typed: string): Promise<string[]> {
  await quickInput(page, 'F1', `>${typed}`);
  await page.waitForFunction(() => document.querySelector('.quick-input-list .monaco-list-row') !== null);
  await page.waitForTimeout(300);
  const labels = await page.locator('.quick-input-list .monaco-list-row .label-name').allInnerTexts();
  await page.keyboard.press('Escape');
  return labels;
}

/** Opens a file of the workspace by its path relative to the workspace folder, through quick open. */
export async function openFile(page: Page, path: string): Promise<void> {
  await quickInput(page, 'Control+P', path);
  await row(page, basename(path)).click({ timeout: PATIENCE });
  await page.locator(`.tabs-container .tab.active[data-resource-name="${basename(path)}"]`).waitFor({ timeout: PATIENCE });
}

/** Puts the cursor of the active text editor on a line and column, both from 1. */
export async function putCursor(page: Page, line: number, column = 1): Promise<void> {
  await quickInput(page, 'Control+G', `:${line}:${column}`);
  // Enter does nothing before VS Code has read what was typed.
  const input = page.locator('.quick-input-widget');
  for (const end = Date.now() + PATIENCE; Date.now() < end && await input.isVisible(); await page.waitForTimeout(200)) await input.locator('.quick-input-box input').press('Enter', { timeout: 1000 }).catch(() => undefined);
  await input.waitFor({ state: 'hidden', timeout: 1000 });
  await page.locator('.statusbar-item').filter({ hasText: `Ln ${line}, Col ${column}` }).first().waitFor({ timeout: PATIENCE });
}

/** Picks an entry of the quick pick that is open. */
export async function pick(page: Page, label: string): Promise<void> {
  await row(page, label).click({ timeout: PATIENCE });
}

/** The inner frame of the webview in which `selector` exists; waits until there is one. */
export async function webviewFrame(page: Page, selector: string, timeout = PATIENCE): Promise<Frame> {
  const end = Date.now() + timeout;
  for (;;) {
    for (const frame of page.frames().filter(f => f.parentFrame()?.url().includes(WEBVIEW))) {
      // A frame that is being replaced cannot be asked; the next round sees its successor.
      if (await frame.$(selector).catch(() => null)) return frame;
    }
    if (Date.now() > end) throw new Error(`no webview shows ${selector} within ${timeout} ms; frames: ${page.frames().map(f => f.url().slice(0, 100)).join(' ')}`);
    await page.waitForTimeout(50);
  }
}

/** Rests the mouse on the first visible occurrence of a text in an open editor and answers the hover that then shows. */
export async function hoverAt(page: Page, text: string): Promise<Locator> {
  const hover = page.locator('.monaco-hover:not(.hidden) .hover-contents').first();
  for (let attempt = 0; ; attempt++) {
    const { x, y } = await placeOf(page, text);
    // Away first: a hover shows only when the mouse comes to rest anew.
    await page.mouse.move(x, y + 200);
    await page.mouse.move(x - 1, y);
    await page.mouse.move(x, y);
    try {
      await hover.waitFor({ timeout: PATIENCE / 5 });
      return page.locator('.monaco-hover:not(.hidden)').first();
    } catch (error) { if (attempt === 4) throw error; }
  }
}

/** Opens Gatescope's side panel and answers it. */
export async function sidebar(page: Page): Promise<Locator> {
  const action = page.locator('.activitybar .action-label[aria-label^="Gatescope"]');
  const panel = page.locator('.part.sidebar');
  const title = panel.locator('.composite.title').filter({ hasText: /gatescope/i });
  for (let attempt = 0; attempt < 5 && !await title.isVisible(); attempt++) {
    await action.click();
    await title.waitFor({ timeout: PATIENCE / 5 }).catch(() => undefined);
  }
  await title.waitFor({ timeout: PATIENCE });
  return panel;
}

/** A row of a tree in the side panel, by the text it shows. */
export function treeRow(page: Page, text: string | RegExp): Locator {
  return page.locator('.part.sidebar .monaco-list-row').filter({ hasText: text }).first();
}

/** The newest message: in the notification center, since a toast goes by itself. Waits until there is one. */
export async function notification(page: Page): Promise<Locator> {
  const message = page.locator('.notifications-center .notification-list-item-message').first();
  for (let attempt = 0; attempt < 5; attempt++) {
    await palette(page, 'Notifications: Show Notifications');
    try { await message.waitFor({ timeout: PATIENCE / 5 }); return message; } catch { await page.keyboard.press('Escape'); }
  }
  throw new Error('no message was shown');
}

/** Titles of the open tabs, in order. */
export async function tabs(page: Page): Promise<string[]> {
  return page.locator('.tabs-container .tab .label-name').allInnerTexts();
}

/** Middle of the first place where a text editor shows a text. */
async function placeOf(page: Page, text: string): Promise<{ x: number; y: number }> {
  const place = await page.waitForFunction(wanted => {
    for (const line of document.querySelectorAll('.editor-instance .view-line')) {
      const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
      const nodes: Text[] = [];
      while (walker.nextNode()) nodes.push(walker.currentNode as Text);
      const start = nodes.map(n => n.data).join('').replaceAll('\u00a0', ' ').indexOf(wanted);
      if (start < 0) continue;
      let middle = start + Math.floor(wanted.length / 2);
      for (const node of nodes) {
        if (middle >= node.length) { middle -= node.length; continue; }
        const range = document.createRange();
        range.setStart(node, middle);
        range.setEnd(node, middle + 1);
        const box = range.getBoundingClientRect();
        return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      }
    }
    return undefined;
  }, text, { timeout: PATIENCE });
  return await place.jsonValue() as { x: number; y: number };
}

/**
 * Opens the quick input by a key and types into it. While a webview that loads has the focus keys get lost, and one that takes the
 * focus closes the input again: so both are tried again until the text stands there.
 */
async function quickInput(page: Page, key: string, text: string): Promise<void> {
  const input = page.locator('.quick-input-widget:visible input[type="text"], .quick-input-widget:visible .quick-input-box input').first();
  for (let attempt = 0; attempt < 20; attempt++) {
    await page.keyboard.press(key);
    try {
      await input.waitFor({ timeout: 1000 });
      await input.fill(text, { timeout: 2000 });
      return;
    } catch { /* tried again */ }
  }
  throw new Error(`the quick input did not open on ${key}`);
}

function row(page: Page, label: string): Locator {
  return page.locator('.quick-input-list .monaco-list-row').filter({ hasText: label }).first();
}
