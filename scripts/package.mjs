// Packs the extension: a production build, then the .vsix, with its size and its largest members.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { buildAll } from './build.mjs';
import { members } from './zip.mjs';

/** Packs dist/ as it stands into `file`. The extension needs no node_modules: everything is bundled. */
export function packVsix(file) {
  mkdirSync(dirname(resolve(file)), { recursive: true });
  rmSync(file, { force: true });
  const done = spawnSync(process.execPath, ['node_modules/@vscode/vsce/vsce', 'package', '--no-dependencies', '--allow-missing-repository',
    '--no-rewrite-relative-links', ...(existsSync('LICENSE') ? [] : ['--skip-license']), '--out', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (done.status !== 0 || !existsSync(file)) throw new Error(`vsce ended with ${done.status}:\n${done.stdout}${done.stderr}`);
  return done.stderr.split('\n').filter(line => /WARN/.test(line));
}

if (process.argv[1] === import.meta.filename) {
  const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const file = process.argv[2] ?? `${name}-${version}.vsix`;
  await buildAll();
  for (const warning of packVsix(file)) console.log(warning);
  const list = members(readFileSync(file)).sort((a, b) => b.packed - a.packed);
  for (const m of list.slice(0, 12)) console.log(`${kilo(m.packed)} kB packed ${kilo(m.size)} kB  ${m.name}`);
  console.log(`${file}: ${kilo(statSync(file).size).trim()} kB, ${list.length} files`);
}

function kilo(bytes) { return (bytes / 1024).toFixed(1).padStart(9); }
