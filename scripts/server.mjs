// Starts and stops the server of the VS Code that scripts/vscode.mjs installs. It listens on 127.0.0.1 only.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureVSCode } from './vscode.mjs';

/** Quiet and still: nothing phones home, nothing covers the editor. */
export const SETTINGS = {
  'telemetry.telemetryLevel': 'off',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'security.workspace.trust.untrustedFiles': 'open',
};

/** Settings that make a UI test see the same thing every time. */
export const TEST_SETTINGS = {
  ...SETTINGS,
  'editor.hover.delay': 100,
  'editor.cursorBlinking': 'solid',
  'editor.minimap.enabled': false,
  'workbench.reduceMotion': 'on',
  'window.title': '${activeEditorShort}',
  'files.simpleDialog.enable': true,
};

/**
 * Starts a server and waits until it answers.
 * - `data`: its folder (settings, extensions, logs); a temporary one, removed by stop(), where none is given
 * - `vsix`: an extension to install first
 * - `tests`: the form for tests: no token, and the address may name an extension under development and a test module. Needs nobody
 *   else on the machine to be feared; what a person runs has a random token, since an open port is a terminal for every local user.
 * - `trust`: whether workspaces start untrusted until the person says otherwise
 * - `env`: added to the environment, which extension hosts inherit
 * Answers `{ port, url({ folder, development, testModule }), stop() }`.
 */
export async function launchServer({ data, vsix, settings = SETTINGS, tests = false, trust = true, env = {} } = {}) {
  const { node, server } = await ensureVSCode();
  const own = data === undefined ? mkdtempSync(join(tmpdir(), 'gatescope-vscode-')) : undefined;
  const folder = data ?? own;
  const folders = ['--server-data-dir', join(folder, 'server'), '--user-data-dir', join(folder, 'user'), '--extensions-dir', join(folder, 'extensions')];
  mkdirSync(join(folder, 'user/User'), { recursive: true, mode: 0o700 });
  const file = join(folder, 'user/User/settings.json');
  // In a folder that stays, what the person changed there stays too.
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(settings, null, 2));
  if (vsix) installVsix(node, server, folders, vsix);
  const token = tests ? undefined : randomBytes(24).toString('hex');
  const child = spawn(node, [server, '--host', '127.0.0.1', '--port', '0', ...folders, ...access(folder, token),
    '--accept-server-license-terms', '--telemetry-level', 'off', '--disable-experiments', ...(trust ? [] : ['--disable-workspace-trust']),
    ...(tests ? ['--enable-smoke-test-driver'] : [])],
  { env: { ...withoutNpm(process.env), ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const stop = stopper(child, own);
  try {
    const port = await portOf(child);
    return { port, pid: child.pid, url: place => address(port, token, place), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The token goes through a file only its owner can read: arguments are there for every local user to see. */
function access(folder, token) {
  if (token === undefined) return ['--without-connection-token'];
  const file = join(folder, 'token');
  rmSync(file, { force: true });
  writeFileSync(file, token, { mode: 0o600 });
  return ['--connection-token-file', file];
}

function installVsix(node, server, folders, vsix) {
  const done = spawnSync(node, [server, ...folders, '--accept-server-license-terms', '--install-extension', vsix, '--force'], { encoding: 'utf8', env: withoutNpm(process.env) });
  if (done.status !== 0 || !/was successfully installed/.test(done.stdout)) throw new Error(`${vsix} could not be installed:\n${done.stdout}${done.stderr}`);
}

/** What `npm run` adds to the environment; in a terminal of that VS Code it would confuse another npm. */
function withoutNpm(env) {
  return Object.fromEntries(Object.entries(env).filter(([k]) => !/^(npm_|INIT_CWD$|NODE_OPTIONS$|VSCODE_)/.test(k)));
}

/** The port the system chose, once the server listens on it. */
function portOf(child, seconds = 60) {
  return new Promise((resolve, reject) => {
    let output = '';
    const late = setTimeout(() => reject(new Error(`VS Code's server did not start within ${seconds} s:\n${output}`)), seconds * 1000);
    const read = data => {
      output = (output + data).slice(-5000);
      const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
      if (port) { clearTimeout(late); resolve(Number(port)); }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', code => { clearTimeout(late); reject(new Error(`VS Code's server ended with ${code}:\n${output}`)); });
  });
}

function address(port, token, { folder, development, testModule } = {}) {
  const host = `127.0.0.1:${port}`;
  const payload = [['skipWelcome', 'true'], ...(development ? [['extensionDevelopmentPath', `vscode-remote://${host}${development}`]] : []),
    ...(testModule ? [['extensionTestsPath', `vscode-remote://${host}${testModule}`]] : [])];
  const query = new URLSearchParams({ ...(token ? { tkn: token } : {}), ...(folder ? { folder } : {}), ...(payload.length > 1 ? { payload: JSON.stringify(payload) } : {}) });
  return `http://${host}/?${query}`;
}

/** Ends the server and the extension hosts it started (one process group), also when this process ends first. */
function stopper(child, temporary) {
  const signal = name => { try { process.kill(-child.pid, name); } catch { /* gone already */ } };
  const gone = new Promise(resolve => { child.on('exit', resolve); child.on('error', resolve); });
  const clean = () => { if (temporary) rmSync(temporary, { recursive: true, force: true, maxRetries: 5 }); };
  const last = () => { signal('SIGKILL'); clean(); };
  const interrupted = () => process.exit(130);
  process.once('exit', last);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(name, interrupted);
  return async () => {
    process.off('exit', last);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, interrupted);
    signal('SIGTERM');
    await Promise.race([gone, new Promise(wake => setTimeout(wake, 3000))]);
    signal('SIGKILL');
    clean();
  };
}
