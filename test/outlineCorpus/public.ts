/** Files of public repositories: listed by commit and hash in test/source/public.json, taken from clones, never kept with the project. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TruthLayer } from './truth';

interface Row {
  readonly repository: string;
  readonly commit: string;
  readonly path: string;
  readonly sha256: string;
  /** Said where the file has no layers. */
  readonly framework?: string;
  readonly truth: readonly TruthLayer[];
}

/** A file that is at hand, and what is true of it. */
export interface PublicFile { readonly file: string; readonly path: string; readonly framework: string; readonly truth: readonly TruthLayer[] }

/** Fills `folder` with what the manifest lists, from git directories under `mirror`; says what could not be had. */
export function publicFiles(manifest: string, folder: string, mirror: string | undefined): { readonly files: PublicFile[]; readonly missing: string[] } {
  const rows = JSON.parse(readFileSync(manifest, 'utf8')) as Row[];
  const files: PublicFile[] = [];
  const missing: string[] = [];
  for (const row of rows) {
    const framework = row.framework ?? row.truth[0]?.framework ?? 'none';
    const file = join(folder, framework, `${row.repository}/${row.path}`.replaceAll('/', '+'));
    const problem = existsSync(file) && sha256(readFileSync(file)) === row.sha256 ? undefined : take(row, file, mirror);
    if (problem === undefined) files.push({ file, path: row.path, framework, truth: row.truth });
    else missing.push(`${row.repository} ${row.path}: ${problem}`);
  }
  return { files, missing };
}

function take(row: Row, file: string, mirror: string | undefined): string | undefined {
  const git = mirror === undefined ? undefined : gitDirectory(join(mirror, row.repository.replace('/', '+')), 2);
  if (git === undefined) return mirror === undefined ? 'not in the folder, and no --mirror is given' : `no git directory for ${row.repository} in the mirror`;
  const shown = spawnSync('git', ['--git-dir', git, 'show', `${row.commit}:${row.path}`], { maxBuffer: 1 << 28 });
  if (shown.status !== 0) return `not in the clone at commit ${row.commit}`;
  if (sha256(shown.stdout) !== row.sha256) return `its SHA-256 is ${sha256(shown.stdout)}, expected ${row.sha256}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, shown.stdout);
  writeFileSync(`${file}.truth.json`, JSON.stringify({ layers: row.truth }, undefined, 1));
  return undefined;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The directory itself, or one up to `depth` below it, that holds a repository. */
function gitDirectory(folder: string, depth: number): string | undefined {
  if (!existsSync(folder)) return undefined;
  if (existsSync(join(folder, 'HEAD')) && existsSync(join(folder, 'objects'))) return folder;
  if (depth === 0) return undefined;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const inner = entry.isDirectory() ? gitDirectory(join(folder, entry.name), depth - 1) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}
