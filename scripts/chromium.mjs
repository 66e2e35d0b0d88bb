// The browser that tests drive: one that is installed, never one that is downloaded.
import { chromium } from 'playwright-core';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];
/** Only this machine can be reached, and no host name is ever looked up. */
export const FLAGS = ['--no-sandbox', '--disable-dev-shm-usage', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
  '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--force-color-profile=srgb', '--font-render-hinting=none'];

/** Path of a Chromium: the one CHROMIUM names, else the first on PATH; undefined where there is none. */
export function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin'].filter(Boolean);
  return NAMES.flatMap(name => folders.map(folder => join(folder, name))).find(path => existsSync(path));
}

/** Starts it without a window. */
export function launchChromium() {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('No Chromium: install one (Debian: apt-get install chromium) or name one in the variable CHROMIUM.');
  return chromium.launch({ executablePath, args: FLAGS });
}
